"""Opening an installation heals what a kill left between facts and cursor."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from sqlalchemy import delete

from kpi.model import Window
from sync_service import control, schema
from sync_service.clock import FakeClock
from sync_service.house import HEALED, House, open_house
from sync_service.settings import Settings
from tests.kernel_support import MORNING

DAY = MORNING.date()


def settings(home: Path) -> Settings:
    return Settings(home=home, database=f"sqlite:///{home / 'control.db'}")


ROWS = pa.table(
    {
        "day": pa.array([DAY], pa.date32()),
        "sku": ["*"],
        "part": [""],
        "currency": ["EUR"],
        "sessions": pa.array([7], pa.int64()),
    }
)


def cursor(house: House) -> object:
    with house.store.read() as connection:
        row = control.get(connection, schema.cursors, stream="amazon.traffic", shop="AMZ-DE")
    return None if row is None else row["number"]


def test_a_commit_that_was_not_noted_is_noted_when_the_house_opens(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock, own = FakeClock(MORNING), settings(tmp_path / "data")
    window = Window(DAY, DAY.fromordinal(DAY.toordinal() + 1))
    with open_house(own, clock) as house:
        house.facts.commit("amazon.traffic", "AMZ-DE", window, ROWS, number=1, meta={})
        assert cursor(house) is None  # killed here
    with open_house(own, clock) as house:
        assert cursor(house) == 1
        assert control.setting(house.store, HEALED) == house.facts.version
    assert "commit 1 was complete but not yet noted" in caplog.text


def test_a_version_that_was_compared_is_not_compared_again(tmp_path: Path) -> None:
    clock, own = FakeClock(MORNING), settings(tmp_path / "data")
    window = Window(DAY, DAY.fromordinal(DAY.toordinal() + 1))
    with open_house(own, clock) as house:
        house.facts.commit("amazon.traffic", "AMZ-DE", window, ROWS, number=1, meta={})
    with open_house(own, clock) as house, house.store.begin() as connection:
        connection.execute(delete(schema.cursors))
    with open_house(own, clock) as house:
        assert cursor(house) is None
