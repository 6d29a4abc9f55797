"""Whom the client of Google calls: its hosts, a stand-in on this computer, nobody by a redirect."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sync_service.google.accounts import MAKE_AND_SHARE, keep
from sync_service.google.client import open_client
from sync_service.google.hosts import DRIVE, SHEETS, TOKEN, addresses, token_address
from sync_service.told import ToldError
from tests.google_calls import (
    Call,
    Json,
    Road,
    batch,
    elsewhere,
    get,
    road,
    started,
    write,
)
from tests.road_support import settings_of

__all__ = ["road", "started"]

PERSON = "owner@team.example"


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/v4/spreadsheets/x",
        "https://sheets.googleapis.com.elsewhere.example/v4/spreadsheets/x",
        "https://sheets.googleapis.com@elsewhere.example/v4/spreadsheets/x",
        "https://sheets.googleapis.com:8443/v4/spreadsheets/x",
        "http://sheets.googleapis.com/v4/spreadsheets/x",
        "//sheets.googleapis.com/v4/spreadsheets/x",
        "file:///etc/hostname",
        "",
    ],
)
def test_a_foreign_host_is_never_called(road: Road, url: str) -> None:
    client = road.client
    with pytest.raises(ToldError, match="is refused: it is no host of Google Sheets"):
        client.call("get", url)
    assert road.google.handle.faults.calls == {}  # no token was asked for either


@pytest.mark.parametrize(("call", "status"), [(get, 302), (write, 307), (batch, 307)])
def test_a_redirect_is_not_followed(road: Road, call: Call, status: int) -> None:
    house = road.google.house
    with elsewhere(road.google.handle.base) as other:
        settings = other.as_google(house.settings)
        client = open_client(replace(house, settings=settings))
        with pytest.raises(ToldError, match=f"sent on to another address .{status} to 127"):
            call(client, road.book)
        assert len(other.asked) == 2  # for a token, and the call
    assert road.google.handle.faults.calls == {}


def of_robot(road: Road) -> Json:
    return road.info


def of_person(road: Road) -> Json:
    return road.google.handle.consent(PERSON, *MAKE_AND_SHARE)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("account", [of_robot, of_person])
def test_a_grant_is_never_sent_on(road: Road, account: Callable[[Road], Json], status: int) -> None:
    """A signed assertion, or a refresh token with its client's secret, is as good as a key."""
    house = road.google.house
    keep(house.secrets, account(road))
    with elsewhere("", 200) as stranger, elsewhere(stranger.base, status) as between:
        settings = between.as_google(house.settings)
        client = open_client(replace(house, settings=settings))
        with pytest.raises(ToldError, match=f"sent on to another address .{status} to 127") as told:
            get(client, road.book)
        assert (between.asked, stranger.asked) == (["/token"], [])
    assert "密钥只发给 Google" in told.value.texts["zh"]
    assert road.clock.slept == []  # asked once: it would be sent on again


@pytest.mark.parametrize(
    "base",
    [
        pytest.param("http://127.0.0.1:9001", id="another port"),
        pytest.param("http://localhost:9000", id="another name"),
        pytest.param("https://127.0.0.1:9000", id="https"),
        pytest.param("http://127.0.0.1:9000@elsewhere.example", id="a name before the host"),
        pytest.param("http://elsewhere.example/127.0.0.1:9000", id="a path"),
        pytest.param("127.0.0.1:9000", id="no scheme"),
    ],
)
def test_a_stand_in_must_be_an_allowed_loopback_pair(tmp_path: Path, base: str) -> None:
    settings = replace(settings_of(tmp_path), loopback=frozenset({"127.0.0.1:9000"}))
    for ask in (addresses, token_address):
        with pytest.raises(ToldError, match="LINKSTAR_LOOPBACK"):
            ask(replace(settings, options={"google": base}))


def test_without_a_stand_in_the_calls_go_to_google(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    assert addresses(settings) == {SHEETS: SHEETS, DRIVE: DRIVE}
    assert token_address(settings) == TOKEN
    there = "http://127.0.0.1:9000"
    allowed = replace(settings, loopback=frozenset({"127.0.0.1:9000"}), options={"google": there})
    assert addresses(allowed) == {SHEETS: there, DRIVE: there}
    assert token_address(allowed) == f"{there}/token"
