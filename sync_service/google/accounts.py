"""The account that Google sees: a service account by default, or a person's own by OAuth.

Kept encrypted with the other credentials. Only the scopes of the work at hand are asked for:
`spreadsheets` for a spreadsheet that was shared with the account, `drive.file` beside it where
files are made or shared; the full Drive scope is never needed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from google.auth.credentials import Credentials
from google.auth.transport.requests import AuthorizedSession, Request
from google.oauth2 import credentials as of_user
from google.oauth2 import service_account

from sync_service.clock import Clock
from sync_service.connectors.buckets import Buckets
from sync_service.google.hosts import addresses, token_address
from sync_service.google.http import BoundedHTTP, Budget, new_session, straight
from sync_service.secrets import Secrets
from sync_service.settings import Settings
from sync_service.told import ToldError

ACCOUNT = "google"  # among the credentials
SPREADSHEETS = "https://www.googleapis.com/auth/spreadsheets"
DRIVE_FILE = "https://www.googleapis.com/auth/drive.file"
READ_WRITE = (SPREADSHEETS,)
MAKE_AND_SHARE = (SPREADSHEETS, DRIVE_FILE)
_NEEDED = {
    "service_account": ("client_email", "private_key"),
    "authorized_user": ("client_id", "client_secret", "refresh_token"),
}


@dataclass(frozen=True, slots=True)
class Account:
    """An account that may call Google."""

    kind: str  # service_account or authorized_user
    address: str  # the e-mail address to share a spreadsheet with; empty where it is not known
    info: Mapping[str, str] = field(repr=False)  # holds the key


def keep(secrets: Secrets, info: Mapping[str, Any], address: str = "") -> Account:
    """Store an account, as its key file or a finished sign-in gives it.

    Raises:
        ToldError: It is neither kind of account.
    """
    kind = str(info.get("type", ""))
    needed = _NEEDED.get(kind)
    if needed is None or any(not info.get(name) for name in needed):
        raise ToldError(
            "This file is no key of a Google service account. In the Google Cloud console open "
            "IAM > Service accounts > Keys, make a JSON key, and give that file.",
            "该文件不是 Google 服务账号的密钥。请在 Google Cloud 控制台的 IAM > 服务账号 > 密钥 "
            "中创建 JSON 密钥，并使用该文件。",
        )
    kept = {name: str(info[name]) for name in ("type", *needed)}
    shown = address or str(info.get("client_email", ""))
    secrets.put(ACCOUNT, {"info": json.dumps(kept), "address": shown})
    return Account(kind, shown, kept)


def key_file(file: Path) -> Mapping[str, Any]:
    """What a downloaded JSON file holds.

    Raises:
        ToldError: It is not there, or no JSON.
    """
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ToldError(
            f"{file} cannot be read as JSON ({type(error).__name__}). "
            "Give the file as Google's console downloaded it.",
            f"{file} 无法按 JSON 读取（{type(error).__name__}）。"
            "请使用从 Google 控制台下载的原文件。",
        ) from error
    return found if isinstance(found, dict) else {}


def stored(secrets: Secrets) -> Account:
    """The account of this installation.

    Raises:
        ToldError: None was given yet.
    """
    if "info" not in secrets.names(ACCOUNT):
        raise ToldError(
            "No Google account is connected. Run `python -m sync_service google account KEY.json` "
            "with the key of a service account.",
            "尚未连接 Google 账号。请运行 `python -m sync_service google account 密钥.json`，"
            "使用服务账号的密钥。",
        )
    info = json.loads(secrets.get(ACCOUNT, "info"))
    return Account(info["type"], secrets.get(ACCOUNT, "address"), info)


def session_of(
    account: Account, settings: Settings, scopes: Sequence[str]
) -> tuple[Credentials, AuthorizedSession]:
    """Credentials and a session that adds their token; nothing is asked of Google yet.

    Raises:
        ToldError: The key of the account is damaged.
    """
    made: Credentials
    token = token_address(settings)
    if account.kind == "service_account":
        made = _of_service(account.info, token, scopes)
    else:
        made = of_user.Credentials(  # type: ignore[no-untyped-call]
            None,
            refresh_token=account.info["refresh_token"],
            client_id=account.info["client_id"],
            client_secret=account.info["client_secret"],
            token_uri=token,
            scopes=list(scopes),
        )
    asking = Request(new_session())
    session = AuthorizedSession(made, auth_request=asking)  # type: ignore[no-untyped-call]
    return made, straight(session)


def _of_service(info: Mapping[str, str], token: str, scopes: Sequence[str]) -> Credentials:
    """What signs with a service account's key."""
    told = {**info, "token_uri": token}
    try:
        made: Credentials = service_account.Credentials.from_service_account_info(  # type: ignore[no-untyped-call]
            told, scopes=list(scopes)
        )
    except ValueError:
        raise ToldError(
            "The private key of the Google account cannot be used: its file is damaged. Make a "
            "new JSON key and run `python -m sync_service google account KEY.json`.",
            "Google 账号的私钥无法使用：密钥文件已损坏。请创建新的 JSON 密钥并运行 "
            "`python -m sync_service google account 密钥.json`。",
        ) from None  # the cause may tell of the key
    return made


def open_http(
    secrets: Secrets,
    settings: Settings,
    buckets: Buckets,
    clock: Clock,
    scopes: Sequence[str] = READ_WRITE,
) -> tuple[BoundedHTTP, Account]:
    """The bounded client of this installation's account."""
    account = stored(secrets)
    auth, session = session_of(account, settings, scopes)
    budget = Budget(buckets, clock, account.address or account.kind)
    return BoundedHTTP(auth, session, addresses(settings), budget), account
