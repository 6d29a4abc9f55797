"""Spreadsheets whose script may call: their key (encrypted), what it may do, and used numbers."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from sqlalchemy import Connection, delete, select

from sync_service import audit, control, schema
from sync_service.control import Control
from sync_service.google.refreshing import PREFIX
from sync_service.house import House
from sync_service.sheets.signing import WINDOW
from sync_service.told import ToldError

KEY_BYTES = 32  # 256 bits, 43 characters
FIELD = "key"


class Scope(StrEnum):
    """What the key of a spreadsheet opens."""

    READ = "read"  # functions, explain, check
    WRITE = "write"  # refresh and rebuild too


@dataclass(frozen=True, slots=True)
class SheetLink:
    """One connected spreadsheet."""

    sheet: str  # its id at Google
    scope: Scope
    address: str  # under which its script reaches us: https://kpi.example.com
    told: Mapping[str, object] = field(default_factory=dict)  # what the last refresh found

    @property
    def book(self) -> str:
        """What the control database calls it."""
        return book_name(self.sheet)

    @property
    def host(self) -> str:
        """The name that its script calls."""
        return urlsplit(self.address).netloc.casefold()

    def may(self, scope: Scope) -> bool:
        """Whether its key opens this."""
        return scope is Scope.READ or self.scope is Scope.WRITE


def book_name(sheet: str) -> str:
    """What the control database calls a spreadsheet."""
    return PREFIX + sheet


def address_of(text: str) -> str:
    """The address under which Google reaches the service.

    Raises:
        ToldError: It is not https, or more than a host.
    """
    parts = urlsplit(text.strip())
    bare = parts.path in ("", "/") and not (parts.query or parts.fragment or parts.username)
    if parts.scheme != "https" or not parts.hostname or not bare:
        raise ToldError(
            f"--address {text!r}: write https:// and a host, such as https://kpi.example.com.",
            f"--address {text!r}：请写 https:// 加主机名，例如 https://kpi.example.com。",
        )
    return f"https://{parts.netloc}"


def connect(house: House, sheet: str, address: str, scope: Scope) -> str:
    """Give a spreadsheet a new key; an older one opens nothing any more."""
    key = secrets.token_urlsafe(KEY_BYTES)
    row = {"sheet": sheet, "address": address, "scope": scope.value, "at": house.clock.now()}
    with house.store.begin() as connection:
        house.secrets.put_in(connection, book_name(sheet), {FIELD: key})
        control.put(connection, schema.sheet_links, row)
        _noted(connection, house, "sheet_connected", sheet, scope)
    return key


def disconnect(house: House, sheet: str) -> bool:
    """Take a spreadsheet's key away; False where it had none."""
    links, held = schema.sheet_links, schema.credentials
    with house.store.begin() as connection:
        gone = connection.execute(delete(links).where(links.c.sheet == sheet)).rowcount
        connection.execute(delete(held).where(held.c.account == book_name(sheet)))
        if gone:
            _noted(connection, house, "sheet_disconnected", sheet, None)
    return bool(gone)


def _noted(
    connection: Connection, house: House, action: str, sheet: str, scope: Scope | None
) -> None:
    audit.record(
        connection,
        at=house.clock.now(),
        actor="cli",
        action=action,
        about=book_name(sheet),
        reason=str(scope or ""),
    )


def link(store: Control, sheet: str) -> SheetLink | None:
    """A connected spreadsheet; None where it is not."""
    with store.read() as connection:
        row = control.get(connection, schema.sheet_links, sheet=sheet)
    return None if row is None else _link(row)


def links(store: Control) -> tuple[SheetLink, ...]:
    """Every connected spreadsheet."""
    with store.read() as connection:
        rows = connection.execute(select(schema.sheet_links)).mappings().all()
    return tuple(_link(dict(row)) for row in rows)


def _link(row: Mapping[str, object]) -> SheetLink:
    told = row["told"]
    return SheetLink(
        str(row["sheet"]),
        Scope(str(row["scope"])),
        str(row["address"]),
        told if isinstance(told, dict) else {},
    )


def key_of(house: House, sheet: str) -> str:
    """The key of a connected spreadsheet.

    Raises:
        ToldError: It cannot be opened any more.
    """
    return house.secrets.get(book_name(sheet), FIELD)


def remember(store: Control, sheet: str, told: Mapping[str, object]) -> None:
    """Keep what a refresh found: it holds until the next one."""
    with store.begin() as connection:
        control.put(connection, schema.sheet_links, {"sheet": sheet, "told": dict(told)})


def used_once(store: Control, sheet: str, nonce: str, now: datetime) -> bool:
    """Take a number that may be used once; False where it was used within the window."""
    used = schema.sheet_nonces
    with store.begin() as connection:
        # a call's time may lie one window ahead of ours and is refused one window after it
        connection.execute(delete(used).where(used.c.at < now - timedelta(seconds=2 * WINDOW)))
        if control.get(connection, used, sheet=sheet, nonce=nonce) is not None:
            return False
        control.put(connection, used, {"sheet": sheet, "nonce": nonce, "at": now})
    return True
