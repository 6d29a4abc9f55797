"""The control database: cursors, leases, runs, audit; SQLite by default, PostgreSQL by URL.

Every transaction that may write is the only writer from its first statement (BEGIN IMMEDIATE in
SQLite, one advisory lock in PostgreSQL): two deferred transactions that read and then write gave
1,638 errors that no timeout helps. No network call belongs inside one.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, Table, and_, create_engine, event, insert, select, update
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from kpi.errors import KpiError
from sync_service import schema
from sync_service.migrations import next_migration
from sync_service.told import ToldError

BUSY_SECONDS = 30
CONNECTIONS = 8  # kept open, as many as the service answers calls side by side


def _read_json(text: str | bytes | float) -> object:
    """SQLite hands a stored number out as a number: it is the value already."""
    return orjson.loads(text) if isinstance(text, str | bytes) else text


_JSON: Mapping[str, Callable[[Any], Any]] = {
    "json_serializer": lambda value: orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode(),
    "json_deserializer": _read_json,
}
_WRITER_LOCK = 0x4C535450  # one number for all writers of one PostgreSQL database


class LeaseLostError(KpiError):
    """Another holder took the lease; what was prepared under it must not be written."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on one name until `expires`; `fencing` only ever grows."""

    name: str
    holder: str
    expires: datetime  # UTC
    fencing: int


class Control:
    """One control database; threads may share it, processes open their own."""

    def __init__(self, url: str) -> None:
        """Open the database, bring its schema up to date, refuse a newer one."""
        parsed = make_url(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(parsed) if self.is_sqlite else create_engine(parsed, **_JSON)
        # Writers of one process queue here: SQLite's own queue sleeps up to 100 ms a turn.
        self.writers = threading.Lock()
        self._migrate()

    def _migrate(self) -> None:
        """Run what is missing, one transaction a step."""
        more = True
        while more:
            with self.begin() as connection:
                more = next_migration(connection)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Open a transaction that may write; it is the only writer until it ends."""
        with self.writers, self.engine.connect() as connection, connection.begin():
            if not self.is_sqlite:
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITER_LOCK})")
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a consistent look that never waits for a writer and cannot write."""
        with self.engine.connect() as connection:
            reading = connection.execution_options(**self._read_options())
            with reading.begin():
                yield reading

    def _read_options(self) -> dict[str, Any]:
        """Give the options that make a transaction a mere look."""
        if self.is_sqlite:
            return {"linkstar_read": True}
        return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()


def keep_private(database: Path) -> None:
    """Let only its owner read a database file; SQLite gives its side files the same rights."""
    os.close(os.open(database, os.O_RDWR | os.O_CREAT, 0o600))
    for name in ("", "-wal", "-shm"):
        with suppress(OSError):  # not there, or another owner's
            database.with_name(f"{database.name}{name}").chmod(0o600)


def _sqlite_engine(url: URL) -> Engine:
    """Make an engine whose connections are in WAL, fully synchronous, and begin as the writer."""
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        keep_private(Path(url.database))
    # Opening one takes 0.6 ms of its 0.8 for a look; more than are kept are opened and closed.
    engine = create_engine(
        url, poolclass=QueuePool, pool_size=CONNECTIONS, max_overflow=-1, **_JSON
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    """Set what SQLite forgets between connections; a full disk must not leave rollback mode."""
    connection.isolation_level = None  # we begin and commit, the driver does not
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
    cursor.execute("PRAGMA journal_mode=wal")
    mode = cursor.fetchone()
    if mode is None or mode[0] != "wal":
        raise ToldError(
            f"The control database answered journal mode {mode} instead of wal. "
            "Put the data folder on a local disk with free space.",
            f"控制数据库的日志模式为 {mode} 而非 wal。请将数据文件夹放在有空间的本地磁盘上。",
        )
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """Begin as the writer, or as a reader that cannot write."""
    reading = connection.get_execution_options().get("linkstar_read", False)
    connection.exec_driver_sql(f"PRAGMA query_only={'ON' if reading else 'OFF'}")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def put(connection: Connection, table: Table, row: Mapping[str, object]) -> None:
    """Insert a row, or update the one with the same key; safe because writers are alone."""
    keys = [column.name for column in table.primary_key]
    same = and_(*(table.c[key] == row[key] for key in keys))
    rest = {name: value for name, value in row.items() if name not in keys}
    found = connection.execute(select(table.c[keys[0]]).where(same)).first()
    if found is None:
        connection.execute(insert(table).values(dict(row)))
    elif rest:
        connection.execute(update(table).where(same).values(rest))


def get(connection: Connection, table: Table, **key: object) -> dict[str, Any] | None:
    """Give the one row with this key as a dict, or None."""
    same = and_(*(table.c[name] == value for name, value in key.items()))
    row = connection.execute(select(table).where(same)).mappings().first()
    return None if row is None else dict(row)


def setting(control: Control, name: str, default: object = None) -> object:
    """Give a stored setting, or the default where it was never set."""
    with control.read() as connection:
        row = get(connection, schema.settings, name=name)
    return default if row is None else row["value"]


def set_setting(control: Control, name: str, value: object) -> None:
    """Store a setting; the pause switch is one of them."""
    with control.begin() as connection:
        put(connection, schema.settings, {"name": name, "value": value})


def acquire(
    control: Control, name: str, holder: str, now: datetime, ttl: timedelta
) -> Lease | None:
    """Take the lease of a name; None while another holder has it.

    The same holder gets a new lease too: a new fencing token locks out its own older threads.
    """
    with control.begin() as connection:
        held = get(connection, schema.leases, name=name)
        if held and held["holder"] not in (None, holder) and held["expires"] > now:
            return None
        fencing = 1 if held is None else int(held["fencing"]) + 1
        lease = Lease(name, holder, now + ttl, fencing)
        put(connection, schema.leases, _row(lease))
    return lease


def _row(lease: Lease) -> dict[str, object]:
    """Give a lease as a row."""
    return {
        "name": lease.name,
        "holder": lease.holder,
        "expires": lease.expires,
        "fencing": lease.fencing,
    }


def renew(control: Control, lease: Lease, now: datetime, ttl: timedelta) -> Lease:
    """Prolong a lease that is still ours, under the same fencing token."""
    with control.begin() as connection:
        check_fencing(connection, lease.name, lease.fencing)
        longer = Lease(lease.name, lease.holder, now + ttl, lease.fencing)
        put(connection, schema.leases, _row(longer))
    return longer


def release(control: Control, lease: Lease) -> None:
    """Give a lease back; one that was taken over meanwhile is left alone."""
    with control.begin() as connection:
        held = get(connection, schema.leases, name=lease.name)
        if held and held["fencing"] == lease.fencing:
            put(connection, schema.leases, {"name": lease.name, "holder": None})


def check_fencing(connection: Connection, name: str, fencing: int) -> None:
    """Refuse to go on when a later holder has the lease.

    An expired lease that nobody took is still ours: the token decides, not the clock.

    Raises:
        LeaseLostError: The name's token is not `fencing`.
    """
    held = get(connection, schema.leases, name=name)
    if held is None or held["fencing"] != fencing or held["holder"] is None:
        found = "none" if held is None else held["fencing"]
        message = (
            f"Lease {name}: token {fencing} is no longer valid (now {found}); another process "
            "works on it. Nothing was written; the next run goes on from the last cursor."
        )
        raise LeaseLostError(message)
