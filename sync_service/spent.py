"""How many calls a fetch really took, as counted: schedules are made of these, not of guesses."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from sync_service import control, schema
from sync_service.connectors.buckets import light
from sync_service.control import Control

PREFIX = "calls/"
Calls = Mapping[str, int]
"""Operation -> calls of one fetch, repeats included."""


def record(store: Control, stream: str, shop: str, calls: Calls) -> None:
    """Keep what the last fetch of the usual look-back took; a power cut may lose it."""
    with light(store) as connection:
        row = {"name": f"{PREFIX}{stream}/{shop}", "value": dict(calls)}
        control.put(connection, schema.settings, row)


def recorded(store: Control) -> dict[tuple[str, str], Calls]:
    """(stream, shop) -> what its last fetch took."""
    table = schema.settings
    with store.read() as connection:
        wanted = select(table.c.name, table.c.value).where(table.c.name.startswith(PREFIX))
        rows = connection.execute(wanted).all()
    return {_pair(name): calls for name, calls in rows}


def _pair(name: str) -> tuple[str, str]:
    stream, _, shop = name.removeprefix(PREFIX).partition("/")
    return stream, shop
