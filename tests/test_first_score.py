"""Time to first score: from making a book, or its first refresh, to each person's first score."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from sync_service import audit, schema
from sync_service.cli import main
from sync_service.console import Exit
from sync_service.house import House
from sync_service.kpi_review import hours_to_score
from sync_service.refresh import book_name
from sync_service.sandbox.world import SANDBOX_NOW
from tests.road_support import house_at


def told(house: House, hours: float, action: str, after: object = None, book: str = "B") -> None:
    at = SANDBOX_NOW + timedelta(hours=hours)
    with house.store.begin() as connection:
        audit.record(connection, at=at, actor="x", action=action, about=book, after=after)


def test_hours_from_making_a_book_to_each_first_score(tmp_path: Path) -> None:
    """Made at 0; at 1.5 hours A has a score, B has one at the third refresh, C never."""
    with house_at(tmp_path / "data") as house:
        told(house, 0, "init", book="other")
        told(house, 0, "init")
        told(house, 0.75, "refresh", {"A": None, "B": None, "C": None})
        told(house, 1.5, "refresh", {"A": 91.0, "B": None, "C": None})
        told(house, 26, "refresh", {"A": 80.0, "B": 0.0, "C": None})
        assert hours_to_score(house.store, "B") == {"A": 1.5, "B": 26.0}
        assert hours_to_score(house.store, "unknown") == {}


def test_a_book_that_was_made_elsewhere_counts_from_its_first_refresh(tmp_path: Path) -> None:
    with house_at(tmp_path / "data") as house:
        told(house, 5, "refresh", {"A": None})
        told(house, 7, "refresh", {"A": 70.0})
        assert hours_to_score(house.store, "B") == {"A": 2.0}


def test_init_says_when_a_book_was_made(tmp_path: Path) -> None:
    book = tmp_path / "new.xlsx"
    home = str(tmp_path / "data")
    assert main(["--home", home, "init", str(book), "--json"]) == Exit.OK
    with house_at(tmp_path / "data") as house, house.store.read() as connection:
        row = connection.execute(select(schema.audit)).mappings().one()
        assert (row["action"], row["object"]) == ("init", book_name(book))
        assert audit.faults(connection) == []
