"""The account that Google sees: its key, a person's consent, and what is said of a refusal."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from sync_service.google.accounts import DRIVE_FILE, SPREADSHEETS, keep
from sync_service.told import BusyError, ToldError
from tests.google_calls import (
    ENDLESS,
    WRITE,
    WRITTEN,
    Json,
    Road,
    create,
    elsewhere,
    get,
    road,
    started,
    write,
)
from tests.google_house import ROBOT

__all__ = ["road", "started"]

PERSON = "owner@team.example"


def only_reading(road: Road) -> None:
    road.google.handle.store.share(road.book, ROBOT, "reader")


def unknown(road: Road) -> None:
    road.book = "a-book-that-nobody-ever-made"


def no_key(road: Road) -> None:
    del road.google.handle.google.tokens.accounts[ROBOT]


def never_signed_in(road: Road) -> None:
    road.fault(WRITE, "expired_token", times=ENDLESS)


REFUSED = [
    pytest.param(only_reading, (ROBOT, "as editor"), f"共享给 {ROBOT}", id="403"),
    pytest.param(unknown, ("knows no such", ROBOT), "找不到该表格", id="404"),
    pytest.param(no_key, ("no longer accepts our key", "google account"), "创建新密钥", id="key"),
    pytest.param(never_signed_in, ("no longer accepts our key",), "创建新密钥", id="401"),
]


@pytest.mark.parametrize(("act", "en", "zh"), REFUSED)
def test_a_refusal_says_who_and_what_to_do(
    road: Road, act: Callable[[Road], None], en: tuple[str, ...], zh: str
) -> None:
    accounts = road.google.handle.google.tokens.accounts
    before = dict(accounts)
    act(road)
    try:
        with pytest.raises(ToldError) as told:
            write(road.opened(), road.book)
    finally:
        accounts.update(before)
    assert not isinstance(told.value, BusyError)  # trying later would not help
    assert all(text in told.value.texts["en"] for text in en), told.value.texts["en"]
    assert zh in told.value.texts["zh"]
    assert road.clock.slept == []
    assert road.calls().get(WRITE, 0) <= 3  # a token that is refused is renewed twice


def test_a_token_that_was_taken_away_is_renewed(road: Road) -> None:
    client = road.client
    get(client, road.book)
    road.google.handle.google.tokens.revoke(ROBOT)
    assert get(client, road.book) == {"spreadsheetId": road.book}


def test_the_token_address_of_a_key_file_is_never_believed(road: Road) -> None:
    with elsewhere("http://127.0.0.1:1") as other:
        given = {**road.info, "token_uri": f"{other.base}/token", "auth_uri": other.base}
        account = keep(road.google.house.secrets, given)
        assert set(account.info) == {"type", "client_email", "private_key"}
        assert get(road.opened(), road.book) == {"spreadsheetId": road.book}
        assert other.asked == []


def test_the_key_stands_in_no_repr_log_or_error(
    road: Road, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    key = [line for line in road.info["private_key"].splitlines() if not line.startswith("-")]
    client = road.opened()
    said = [repr(client), repr(client.account), str(client.account), repr(client.http)]
    get(client, road.book)
    token = client.http.auth.token
    accounts = road.google.handle.google.tokens.accounts
    account = accounts[ROBOT]
    for act in (unknown, no_key):
        act(road)
        with pytest.raises(ToldError) as told:
            write(road.opened(), road.book)
        chain: BaseException | None = told.value
        while chain is not None:
            said += [str(chain), repr(chain)]
            chain = chain.__cause__ or chain.__context__
    accounts[ROBOT] = account
    everything = "\n".join([*said, caplog.text])
    assert ROBOT in everything
    assert [line for line in key if line in everything] == []
    assert isinstance(token, str)
    assert token not in everything
    folder = road.google.house.settings.home
    stored = b"".join(one.read_bytes() for one in folder.rglob("*") if one.is_file())
    assert [line for line in key if line.encode() in stored] == []


def connected(road: Road, info: Json) -> Json:
    keep(road.google.house.secrets, info)
    return get(road.opened(), road.book)


@pytest.mark.parametrize("damaged", ["", "no key", "-----BEGIN PRIVATE KEY-----\nAAAA\n"])
def test_a_damaged_key_is_told(road: Road, damaged: str) -> None:
    with pytest.raises(ToldError, match=r"JSON key|cannot be used"):
        connected(road, {**road.info, "private_key": damaged})


def test_a_persons_own_account_works_by_its_consent(road: Road) -> None:
    handle = road.google.handle
    book = handle.book(PERSON, "Mine")
    account = keep(
        road.google.house.secrets, handle.consent(PERSON, SPREADSHEETS, DRIVE_FILE), PERSON
    )
    assert (account.kind, account.address) == ("authorized_user", PERSON)
    client = road.opened()
    assert account.info["client_secret"] not in repr(client.account)
    write(client, book)
    assert road.google.hands(book, PERSON).look("A1:B2", "UNFORMATTED_VALUE") == WRITTEN
    made = create(client, "of a person")["spreadsheetId"]
    assert handle.store.files[made].role(PERSON) == 6  # owner
    handle.google.tokens.revoke(PERSON)
    with pytest.raises(ToldError, match="no longer accepts our key"):
        get(client, book)


def test_a_person_who_allowed_less_is_asked_again(road: Road) -> None:
    keep(road.google.house.secrets, road.google.handle.consent(PERSON, SPREADSHEETS), PERSON)
    with pytest.raises(ToldError, match=r"no longer accepts our key.*scope"):
        get(road.opened(), road.book)
