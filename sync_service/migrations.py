"""The steps that make the control database and bring an older one up to date.

A step is one function, run in one transaction: DDL in several transactions left half a schema
behind a crash.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, func, insert, inspect, select

from sync_service.schema import (
    contracts,
    freezes,
    metadata,
    mornings,
    payouts,
    reward_points,
    schema_version,
    sent_books,
    sheet_links,
    sheet_nonces,
)
from sync_service.told import ToldError


def _first(connection: Connection) -> None:
    """Make every table of the first release."""
    metadata.create_all(connection)


def _mornings(connection: Connection) -> None:
    """Add the workbooks that are refreshed by themselves."""
    metadata.create_all(connection, tables=[mornings])


def _contracts(connection: Connection) -> None:
    """Add published contracts and closed periods."""
    metadata.create_all(connection, tables=[contracts, freezes])


def _payouts(connection: Connection) -> None:
    """Add what was shown and paid."""
    metadata.create_all(connection, tables=[payouts])


def _sent_books(connection: Connection) -> None:
    """Add the workbooks that a task pane sends."""
    metadata.create_all(connection, tables=[sent_books])


def _reward_points(connection: Connection) -> None:
    """Add the points that rewards bring."""
    metadata.create_all(connection, tables=[reward_points])


def _sheets(connection: Connection) -> None:
    """Add the Google spreadsheets whose script may call."""
    metadata.create_all(connection, tables=[sheet_links, sheet_nonces])


MIGRATIONS: tuple[tuple[str, Callable[[Connection], None]], ...] = (
    ("first", _first),
    ("mornings", _mornings),
    ("contracts", _contracts),
    ("payouts", _payouts),
    ("sent_books", _sent_books),
    ("reward_points", _reward_points),
    ("sheets", _sheets),
)


def version(connection: Connection) -> int:
    """How many migrations the database has seen; 0 for an empty one."""
    if not inspect(connection).has_table(schema_version.name):
        return 0
    return connection.execute(select(func.max(schema_version.c.version))).scalar() or 0


def next_migration(connection: Connection) -> bool:
    """Run the next migration inside the caller's transaction; False when there is none.

    Raises:
        KpiError: The database was made by a newer program.
    """
    found = version(connection)
    if found > len(MIGRATIONS):
        raise ToldError(
            f"The control database has schema {found}, this program knows {len(MIGRATIONS)}. "
            "It was written by a newer version: start that version, or restore a backup.",
            f"控制数据库的结构版本为 {found}，本程序只认识 {len(MIGRATIONS)}。"
            "它由更新的版本写成：请使用该版本，或恢复备份。",
        )
    if found == len(MIGRATIONS):
        return False
    name, migrate = MIGRATIONS[found]
    migrate(connection)
    connection.execute(insert(schema_version).values(version=found + 1, name=name))
    return True
