"""The control database: one writer, leases whose token only grows, a chain that shows edits."""

from __future__ import annotations

import datetime as dt
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.schema import CreateTable

from kpi.errors import KpiError
from sync_service import audit, schema
from sync_service.control import (
    Control,
    LeaseLostError,
    acquire,
    check_fencing,
    get,
    put,
    release,
    renew,
    set_setting,
    setting,
)

NOW = dt.datetime(2026, 10, 22, 1, tzinfo=dt.UTC)
FIVE = dt.timedelta(minutes=5)


@pytest.fixture
def control(tmp_path: Path) -> Control:
    return Control(f"sqlite:///{tmp_path / 'deep' / 'control.db'}")


def test_connections_are_in_wal_and_fully_synchronous(control: Control) -> None:
    with control.begin() as connection:
        told = [
            connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    assert told == ["wal", 2, 1, 30_000]


def test_a_look_cannot_write(control: Control) -> None:
    with pytest.raises(OperationalError, match="readonly"), control.read() as connection:
        put(connection, schema.settings, {"name": "a", "value": 1})
    set_setting(control, "a", {"on": True})
    assert setting(control, "a") == {"on": True}
    assert setting(control, "b", "default") == "default"


def test_a_look_does_not_wait_for_a_writer(control: Control) -> None:
    set_setting(control, "a", 1)
    with control.begin() as writing:
        put(writing, schema.settings, {"name": "a", "value": 2})
        assert setting(control, "a") == 1
    assert setting(control, "a") == 2


def test_an_error_inside_a_transaction_leaves_nothing(control: Control) -> None:
    def half_done() -> None:
        with control.begin() as connection:
            put(connection, schema.settings, {"name": "a", "value": 1})
            _ = 1 / 0

    with pytest.raises(ZeroDivisionError):
        half_done()
    assert setting(control, "a") is None


def test_writers_in_threads_count_without_losing_one(control: Control) -> None:
    def add() -> None:
        for _ in range(20):
            with control.begin() as connection:
                row = get(connection, schema.settings, name="n")
                value = 0 if row is None else row["value"]
                put(connection, schema.settings, {"name": "n", "value": value + 1})

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert setting(control, "n") == 80


def test_instants_come_back_aware_and_naive_ones_are_refused(control: Control) -> None:
    shanghai = NOW.astimezone(dt.timezone(dt.timedelta(hours=8)))
    row = {"name": "b", "tokens": 1.5, "at": shanghai, "rate": 1.0, "burst": 2.0}
    with control.begin() as connection:
        put(connection, schema.buckets, row)
        found = get(connection, schema.buckets, name="b")
    assert found is not None
    assert found["at"] == NOW
    assert found["at"].tzinfo is dt.UTC
    naive = row | {"at": NOW.replace(tzinfo=None)}
    with pytest.raises(Exception, match="has no time zone"), control.begin() as connection:
        put(connection, schema.buckets, naive)


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'control.db'}"
    control = Control(url)
    with control.begin() as connection:
        connection.execute(insert(schema.schema_version).values(version=99, name="later"))
    with pytest.raises(KpiError, match="newer version"):
        Control(url)


def test_opening_twice_changes_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'control.db'}"
    set_setting(Control(url), "a", 1)
    assert setting(Control(url), "a") == 1


def test_every_table_can_be_made_in_postgresql() -> None:
    dialect = make_url("postgresql://").get_dialect()()
    for table in schema.metadata.sorted_tables:
        assert "CREATE TABLE" in str(CreateTable(table).compile(dialect=dialect))


def test_only_one_holder_has_a_lease(control: Control) -> None:
    first = acquire(control, "s/A", "one", NOW, FIVE)
    assert first is not None
    assert first.fencing == 1
    assert acquire(control, "s/A", "two", NOW + dt.timedelta(minutes=4), FIVE) is None
    assert acquire(control, "s/B", "two", NOW, FIVE) is not None


def test_a_sleeper_that_wakes_after_its_lease_cannot_write(control: Control) -> None:
    first = acquire(control, "s/A", "one", NOW, FIVE)
    second = acquire(control, "s/A", "two", NOW + FIVE, FIVE)
    assert first is not None
    assert second is not None
    assert second.fencing == 2
    with pytest.raises(LeaseLostError, match="no longer valid"), control.begin() as connection:
        check_fencing(connection, "s/A", first.fencing)
    with pytest.raises(LeaseLostError):
        renew(control, first, NOW, FIVE)
    release(control, first)  # must not free the second's lease
    assert acquire(control, "s/A", "three", NOW + FIVE, FIVE) is None


def test_a_lease_given_back_is_free_and_its_token_still_grows(control: Control) -> None:
    first = acquire(control, "s/A", "one", NOW, FIVE)
    assert first is not None
    longer = renew(control, first, NOW + FIVE, FIVE)
    assert longer.expires == NOW + 2 * FIVE
    release(control, longer)
    with pytest.raises(LeaseLostError), control.begin() as connection:
        check_fencing(connection, "s/A", 1)
    second = acquire(control, "s/A", "two", NOW, FIVE)
    assert second is not None
    assert second.fencing == 2


def entries(control: Control, count: int, key: bytes) -> None:
    with control.begin() as connection:
        for n in range(count):
            audit.record(
                connection,
                at=NOW,
                actor="OPS1",
                action="edit",
                about=f"target {n}",
                before={"v": n},
                after={"v": n + 1, "当": NOW},
                key=key,
            )


def tampered(control: Control, how: str) -> None:
    chain = schema.audit
    with control.begin() as connection:
        row: dict[str, Any] = dict(
            connection.execute(select(chain).where(chain.c.seq == 5)).mappings().one()
        )
        if how == "edited":
            connection.execute(update(chain).where(chain.c.seq == 5).values(after={"v": 9}))
        elif how == "actor":
            connection.execute(update(chain).where(chain.c.seq == 5).values(actor="OPS2"))
        elif how == "time":
            later = NOW + FIVE
            connection.execute(update(chain).where(chain.c.seq == 5).values(at=later))
        elif how == "deleted":
            connection.execute(delete(chain).where(chain.c.seq == 5))
        elif how == "head cut":
            connection.execute(delete(chain).where(chain.c.seq < 5))
        else:
            changed = row | {"actor": "OPS2"}
            changed["hash"] = audit.chained(str(row["previous"]), changed)  # without the key
            connection.execute(update(chain).where(chain.c.seq == 5).values(**changed))


@pytest.mark.parametrize("how", ["edited", "actor", "time", "deleted", "head cut", "chained anew"])
def test_the_chain_shows_that_it_was(control: Control, how: str) -> None:
    entries(control, 10, b"key")
    with control.read() as connection:
        assert audit.faults(connection, b"key") == []
        assert audit.head(connection)[0] == 10
    tampered(control, how)
    with control.read() as connection:
        assert audit.faults(connection, b"key") != []
