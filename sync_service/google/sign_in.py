"""Sign in with a person's own Google account: the consent page in the browser, a token back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from google.oauth2.credentials import Credentials
from google_auth_oauthlib.flow import InstalledAppFlow, WSGITimeoutError
from oauthlib.oauth2 import OAuth2Error  # type: ignore[import-untyped]

from sync_service.console import Terminal
from sync_service.google.accounts import MAKE_AND_SHARE, Account
from sync_service.google.client import told
from sync_service.google.hosts import stand_in, token_address
from sync_service.google.http import CallFailed, straight
from sync_service.redaction import redact
from sync_service.settings import Settings
from sync_service.told import ToldError

WAIT = 300  # seconds for a person to agree in the browser


def signed_in(
    client: Mapping[str, Any], settings: Settings, terminal: Terminal
) -> tuple[Mapping[str, Any], str]:
    """What may be stored of a sign-in, and the address of the account (unknown: empty).

    Raises:
        ToldError: The file is no OAuth client, or nobody agreed in time.
    """
    installed = client.get("installed")
    if not isinstance(installed, dict) or not installed.get("client_secret"):
        raise ToldError(
            "This file is no OAuth client of the kind Desktop app. Make one in the Google Cloud "
            "console under Credentials, and give its JSON file.",
            "该文件不是“桌面应用”类型的 OAuth 客户端。请在 Google Cloud 控制台的“凭据”中创建，"
            "并使用其 JSON 文件。",
        )
    known = {**installed, "token_uri": token_address(settings)}
    if base := stand_in(settings):
        known["auth_uri"] = f"{base}/auth"
    flow: InstalledAppFlow = InstalledAppFlow.from_client_config(
        {"installed": known}, list(MAKE_AND_SHARE)
    )
    terminal.say(
        "请在打开的浏览器页面中同意；本窗口会等待五分钟。",
        "Agree on the page that opens in your browser; this waits for five minutes.",
    )
    found = _agreed(flow)
    if not found.refresh_token:
        raise ToldError(
            "Google gave no lasting permission. Remove the app under "
            "myaccount.google.com/permissions and sign in again.",
            "Google 未授予长期权限。请在 myaccount.google.com/permissions 中移除该应用后重新登录。",
        )
    info: Mapping[str, Any] = json.loads(found.to_json())  # type: ignore[no-untyped-call]
    return {**info, "type": "authorized_user"}, ""


def _agreed(flow: InstalledAppFlow) -> Credentials:
    """What the consent page in the browser gave.

    Raises:
        ToldError: Nobody agreed in time, or the token came to nothing.
    """
    straight(flow.oauth2session)
    try:
        with told(Account("authorized_user", "", {})):
            found: Credentials = flow.run_local_server(
                host="127.0.0.1", port=0, open_browser=True, timeout_seconds=WAIT
            )
    except (WSGITimeoutError, OAuth2Error, CallFailed) as error:
        said = redact(str(error))[:240]
        raise ToldError(
            f"The sign-in at Google did not come to an end ({said}). Run the command again, and "
            "agree on the page in the browser.",
            f"Google 登录未完成（{said}）。请重新运行该命令，并在浏览器页面中同意。",
        ) from error
    return found
