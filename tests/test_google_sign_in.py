"""Sign in with a person's own account: the page in the browser, and what may go wrong there."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from sync_service.console import Terminal
from sync_service.google import sign_in
from sync_service.told import ToldError
from tests.google_calls import elsewhere
from tests.road_support import settings_of

CLIENT = {"installed": {"client_id": "c", "client_secret": "s", "auth_uri": "https://x.example"}}


class Browser:
    """A person at the consent page, who answers at once."""

    def __init__(self, **answer: str) -> None:
        self.answer = answer
        self.asked: dict[str, list[str]] = {}

    def open(self, url: str, **_: Any) -> bool:
        self.asked = parse_qs(urlsplit(url).query)
        back, state = self.asked["redirect_uri"][0], self.asked["state"][0]
        query = self.answer | {"state": state}
        if self.answer:
            Thread(target=requests.get, args=(back, query), kwargs={"timeout": 5}).start()
        return True


def sign(monkeypatch: pytest.MonkeyPatch, browser: Browser, home: Path, tokens_by: int) -> Any:
    """The whole sign-in against a server that gives tokens, or sends on who asks for one."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")  # a token over plain HTTP, on loopback
    monkeypatch.setattr(webbrowser, "get", lambda _: browser)
    with elsewhere("") as stranger, elsewhere(stranger.base, tokens_by) as google:
        settings = google.as_google(settings_of(home))
        try:
            return sign_in.signed_in(CLIENT, settings, Terminal("en", as_json=True))
        finally:
            assert stranger.asked == []


def test_a_person_who_agrees_is_signed_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    browser = Browser(code="x")
    info, address = sign(monkeypatch, browser, tmp_path, 200)
    assert (info["type"], info["refresh_token"], address) == ("authorized_user", "r", "")
    assert "drive.file" in browser.asked["scope"][0]


WRONG = [
    pytest.param({"code": "x"}, 307, "sent on to another address .307", id="sent on"),
    pytest.param({"code": "x"}, 302, "sent on to another address .302", id="sent on as a GET"),
    pytest.param({"error": "access_denied"}, 200, "access_denied", id="the person does not agree"),
    pytest.param({}, 200, "Timed out", id="nobody is there"),
]


@pytest.mark.parametrize(("answer", "tokens_by", "said"), WRONG)
def test_a_sign_in_that_comes_to_nothing_is_told(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    answer: dict[str, str],
    tokens_by: int,
    said: str,
) -> None:
    monkeypatch.setattr(sign_in, "WAIT", 0.2 if not answer else 5)
    with pytest.raises(ToldError, match=said):
        sign(monkeypatch, Browser(**answer), tmp_path, tokens_by)
