"""Which hosts of Google may be called, and where a stand-in takes their place."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from sync_service.settings import Settings
from sync_service.told import ToldError

SHEETS = "https://sheets.googleapis.com"
DRIVE = "https://www.googleapis.com"
TOKEN = "https://oauth2.googleapis.com/token"  # noqa: S105  # an address
OPTION = "google"  # LINKSTAR_OPTION_GOOGLE: http://127.0.0.1:PORT of a stand-in


def stand_in(settings: Settings) -> str | None:
    """The address of a stand-in on this computer, where the settings name one.

    Raises:
        ToldError: It is not one of the loopback addresses that the settings allow.
    """
    base = settings.options.get(OPTION, "").rstrip("/")
    if not base:
        return None
    found = urlsplit(base)
    if found.scheme != "http" or found.netloc not in settings.loopback:
        raise ToldError(
            f"LINKSTAR_OPTION_GOOGLE is {base!r}; write http://127.0.0.1:PORT with a pair that "
            "LINKSTAR_LOOPBACK names.",
            f"LINKSTAR_OPTION_GOOGLE 为 {base!r}；请写 http://127.0.0.1:端口，"
            "且该端口须列在 LINKSTAR_LOOPBACK 中。",
        )
    return base


def addresses(settings: Settings) -> Mapping[str, str]:
    """Host of Google -> where its calls go."""
    base = stand_in(settings)
    return {SHEETS: base or SHEETS, DRIVE: base or DRIVE}


def token_address(settings: Settings) -> str:
    """Where a signed grant becomes a token; a key file's own address is never believed."""
    base = stand_in(settings)
    return f"{base}/token" if base else TOKEN


def directed(endpoint: str, to: Mapping[str, str]) -> str:
    """The address that a call goes to.

    Raises:
        ToldError: The host is none of Google's two.
    """
    for host, base in to.items():
        if endpoint.startswith(f"{host}/"):
            return base + endpoint[len(host) :]
    raise ToldError(
        f"A call to {urlsplit(endpoint).netloc or endpoint[:60]!r} is refused: "
        "it is no host of Google Sheets. Report this.",
        f"已拒绝访问 {urlsplit(endpoint).netloc or endpoint[:60]!r}：不是 Google 表格的地址。"
        "请反馈此问题。",
    )
