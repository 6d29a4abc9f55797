"""Tokens of the stand-in of Google: signed assertions, refresh tokens, scopes."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests
from google.auth import crypt, jwt

from sync_service.sandbox.google.access import AUTH
from sync_service.sandbox.google.tokens import ASSERTION, REAL_ENDPOINT, TIMEFRAME
from tests.google_support import OWNER, ROBOT, Bench, Json, one, running

__all__ = ["one", "running"]


@pytest.mark.parametrize(
    ("scope", "verb", "path", "code"),
    [
        ("spreadsheets", "GET", "", 200),
        ("spreadsheets.readonly", "GET", "", 200),
        ("spreadsheets.readonly", "POST", ":batchUpdate", 403),
        ("drive.readonly", "GET", "", 200),
        ("userinfo.email", "GET", "", 403),
        ("spreadsheets", "GET", "/drive/v3/files", 403),
        ("drive.file", "GET", "", 200),
    ],
)
def test_a_token_is_good_for_its_scopes(
    one: Bench, scope: str, verb: str, path: str, code: int
) -> None:
    body: Any = {"requests": [{"addSheet": {}}]} if verb == "POST" else None
    reply = one.call(verb, path, body, scopes=(AUTH + scope,))
    assert reply.status_code == code
    if code != 200:
        text = "Request had insufficient authentication scopes."
        assert reply.json()["error"]["message"] == text


def test_drive_file_sees_what_its_own_project_made(one: Bench) -> None:
    other = one.google.google.tokens.give(ROBOT, f"{AUTH}drive.file", project="2")
    url = f"{one.google.base}/v4/spreadsheets/{one.book}"
    reply = one.session.get(url, headers={"Authorization": f"Bearer {other}"})
    assert reply.status_code == 404


@pytest.mark.parametrize("header", [None, "Bearer nonsense", "Basic abc"])
def test_a_call_needs_a_good_token(one: Bench, header: str | None) -> None:
    headers = {"Authorization": header} if header else {}
    reply = one.session.get(f"{one.google.base}/v4/spreadsheets/{one.book}", headers=headers)
    error = reply.json()["error"]
    assert (reply.status_code, error["status"]) == (401, "UNAUTHENTICATED")
    assert "authentication credential" in error["message"]


# --- tokens ----------------------------------------------------------------------------------


def assertion(info: Json, **changed: Any) -> str:
    """A really signed assertion; `None` leaves a claim out."""
    now = int(time.time())
    claims = {
        "iss": info["client_email"],
        "scope": f"{AUTH}spreadsheets",
        "aud": info["token_uri"],
        "iat": now,
        "exp": now + 3600,
    } | changed
    kept = {name: value for name, value in claims.items() if value is not None}
    signer = crypt.RSASigner.from_service_account_info(info)  # type: ignore[no-untyped-call]  # no types there
    signed: bytes = jwt.encode(signer, kept)  # type: ignore[no-untyped-call]  # no types there
    return signed.decode()


def grant(one: Bench, **form: str) -> requests.Response:
    return one.session.post(f"{one.google.base}/token", data=form)


@pytest.fixture(scope="module")
def info(running: Bench) -> Json:
    return running.google.service_account("signer@project.example")


def test_a_signed_assertion_gets_a_token_that_works(one: Bench, info: Json) -> None:
    one.google.store.share(one.book, info["client_email"], "writer")
    for audience in (info["token_uri"], REAL_ENDPOINT):
        signed = assertion(info, aud=audience)
        given = grant(one, grant_type=ASSERTION, assertion=signed).json()
        assert (given["token_type"], given["expires_in"]) == ("Bearer", 3599)
        headers = {"Authorization": f"Bearer {given['access_token']}"}
        url = f"{one.google.base}/v4/spreadsheets/{one.book}"
        assert one.session.get(url, headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("changed", "error", "description"),
    [
        ({"aud": "https://else.example"}, "invalid_grant", "Failed audience check"),
        ({"iss": "nobody@x.example"}, "invalid_grant", "Invalid grant: account not found"),
        ({"iat": 1_000, "exp": 4_600}, "invalid_grant", TIMEFRAME),
        ({"exp": int(time.time()) + 90_000}, "invalid_grant", TIMEFRAME),
        ({"exp": None}, "invalid_grant", TIMEFRAME),
        ({"scope": ""}, "invalid_scope", "Invalid OAuth scope"),
    ],
)
def test_an_assertion_that_is_not_good(
    one: Bench, info: Json, changed: Json, error: str, description: str
) -> None:
    reply = grant(one, grant_type=ASSERTION, assertion=assertion(info, **changed))
    assert (reply.status_code, reply.json()["error"]) == (400, error)
    assert description in reply.json()["error_description"]


def test_an_assertion_of_another_key_is_refused(one: Bench, info: Json) -> None:
    other = one.google.google.tokens.service_account("twin@project.example")
    forged = {**info, "private_key": other["private_key"]}
    reply = grant(one, grant_type=ASSERTION, assertion=assertion(forged))
    assert reply.json()["error_description"] == "Invalid JWT Signature."
    assert grant(one, grant_type=ASSERTION, assertion="a.b").json()["error"] == "invalid_grant"
    assert grant(one, grant_type="password").json()["error"] == "unsupported_grant_type"


def test_a_refresh_token_and_its_end(one: Bench) -> None:
    info = one.google.consent(OWNER, f"{AUTH}spreadsheets")
    form = {name: info[name] for name in ("refresh_token", "client_id", "client_secret")}
    form |= {"grant_type": "refresh_token"}
    assert grant(one, **form).json()["scope"] == f"{AUTH}spreadsheets"
    assert grant(one, **form | {"client_secret": "x"}).json()["error"] == "invalid_client"
    assert grant(one, **form, scope=f"{AUTH}drive").json()["error"] == "invalid_scope"
    one.google.google.tokens.revoke(OWNER)
    gone = grant(one, **form)
    assert (gone.status_code, gone.json()["error_description"]) == (
        400,
        "Token has been expired or revoked.",
    )
