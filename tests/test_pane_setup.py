"""Set-up from the pane: sources with their commands, the last comparison, planned reviews."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import date

import pytest

from sync_service import sent_store
from sync_service.pane_setup import _commands
from tests.sent_support import Body, written
from tests.test_sheet_answers import BOOK, Asking, one

__all__ = ["one"]  # the fixture
LINES = {  # hand-worked: the days, and the last period that is over on each
    "weekly": [
        ("2026-10-26", "2026-W43"), ("2026-11-02", "2026-W44"),
        ("2026-11-09", "2026-W45"), ("2026-11-16", "2026-W46"),
    ],
    "monthly": [("2026-10-31", "2026-09"), ("2026-11-30", "2026-10"), ("2026-12-31", "2026-11")],
    "quarterly": [("2026-11-15", "2026-Q3"), ("2027-02-15", "2026-Q4")],
}  # fmt: skip


def test_every_shop_is_told_with_its_sources_and_commands(one: Asking) -> None:
    sent_store.wrote(one.house.store, sent_store.book_name(BOOK), "", {"compared": [{"shop": "x"}]})
    told = one.post("panes/setup", one.body).get_json()
    assert told["compared"] == [{"shop": "x"}]
    assert [line["shop"] for line in told["shops"]] == [s.code for s in one.done.book.shops]
    for line, shop in zip(told["shops"], one.done.book.shops, strict=True):
        assert line["state"] == "fresh"
        assert line["streams"] > 3
        how, connect = line["commands"]
        assert how["text"].endswith(f"import FILE --shop {shop.code}")
        assert f"--currency {shop.currency} --time-zone {shop.time_zone}" in connect["text"]
    # A shop that nobody connected has no source.
    other = copy.deepcopy(one.body)
    rows, at = (other["tables"]["tblShop"][n] for n in ("rows", "headers"))
    rows[0][at.index("Shop" if "Shop" in at else "店铺")] = "NEW-1"
    first = one.post("panes/setup", other).get_json()["shops"][0]
    assert (first["state"], first["streams"], first["last"]) == ("none", 0, None)


def test_a_command_holds_no_word_that_a_shell_reads_otherwise(one: Asking) -> None:
    shop = replace(one.done.book.shops[0], code='x"; rm -rf ~', time_zone="--api")
    for _, text in _commands(shop):
        assert "rm -rf" not in text
        assert "SHOP" in text
    assert "--time-zone ZONE" in text


@pytest.mark.parametrize(
    ("rhythm", "first"),
    [("weekly", "2026-10-26"), ("monthly", "2026-10-31"), ("quarterly", "2026-11-15")],
)
def test_reviews_are_planned_once(one: Asking, rhythm: str, first: str) -> None:
    order = {**one.body, "rhythm": rhythm, "first": first}
    made = one.post("panes/plan", order).get_json()
    assert [(line["day"], line["topic"].split()[-1]) for line in made["reviews"]] == LINES[rhythm]
    after = {**written(one.body, made), "rhythm": rhythm, "first": first}
    again = one.post("panes/plan", after).get_json()
    assert (again["reviews"], again["tables"]) == ([], [])
    assert one.post("panes/setup", after).get_json()["review"] == first


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"rhythm": "daily"}, id="no such rhythm"),
        pytest.param({"first": "1 December"}, id="no day"),
        pytest.param({"first": str(date(2026, 10, 21))}, id="yesterday"),
        pytest.param({"tables": {}}, id="no table of ours"),
    ],
)
def test_what_cannot_be_planned_says_why(one: Asking, change: Body) -> None:
    answer = one.post(
        "panes/plan", {**one.body, "rhythm": "weekly", "first": "2026-12-01", **change}
    )
    assert answer.status_code == 422
    assert set(answer.get_json()["error"]) == {"zh", "en"}


@pytest.mark.parametrize("address", ["setup", "plan"])
def test_a_stranger_and_a_partners_book_are_refused(one: Asking, address: str) -> None:
    body = {**one.body, "tables": {**one.body["tables"], "tblContract": _contract(one.body)}}
    assert one.web.post(f"/api/v1/panes/{address}", json=one.body).status_code == 401
    answer = one.post(f"panes/{address}", {**body, "rhythm": "weekly", "first": "2026-12-01"})
    assert answer.status_code == 422
    assert "share BOOK" in answer.get_json()["error"]["en"]


def _contract(body: Body) -> Body:
    """A table that only a slice has."""
    return {**body["tables"]["tblReview"], "headers": ["No"], "rows": []}
