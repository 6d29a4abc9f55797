"""A partner sees breaches of days that were theirs, and no line that tells of a day before."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from kpi.book import Book
from kpi.book_nouns import NEVER
from kpi.breach_memory import Kept
from kpi.model import ScopeKind, Window
from kpi.organisation import ScopeParts
from kpi.trade import Assignment
from sync_service.compute import Computed
from sync_service.slices import sliced
from sync_service.workbooks.port import BookContents
from tests.road_month import DE, US, alarmed, with_book

MINE = "OPS6"
TAKEN_OVER = date(2026, 6, 1)  # the shops were another's before; looks go back to late July


@pytest.fixture(scope="module")
def done(seen: tuple[Computed, BookContents]) -> Computed:
    """Both shops since the first of June, with rules that each breaks every day."""
    lines = tuple(Assignment(shop, None, MINE, 1.0, Window(TAKEN_OVER, NEVER)) for shop in (DE, US))

    def change(book: Book) -> Book:
        shops = tuple(replace(shop, owner="OPS5") for shop in book.shops)
        return replace(book, shops=shops, assignments=lines)

    return with_book(alarmed(seen[0]), change)


@pytest.mark.parametrize(
    ("reach", "shown"),
    [
        pytest.param(TAKEN_OVER, True, id="all that it stands on was theirs"),
        pytest.param(date(2026, 5, 31), False, id="one day of its history was another's"),
    ],
)
def test_a_breach_that_looked_at_days_before_the_handover_stays_out(
    done: Computed, *, reach: date, shown: bool
) -> None:
    assert done.alarms
    back = replace(done, alarms=tuple(replace(a, reach=reach) for a in done.alarms))
    found = sliced(back, MINE, "en").done.alarms
    assert {a.scope.scope.code for a in found} == ({DE, US} if shown else set())


@pytest.mark.parametrize(
    ("shop", "shown"),
    [
        pytest.param(DE, True, id="a product of a shop of theirs"),
        pytest.param("AMZ-XX", False, id="of another shop"),
    ],
)
def test_a_breach_of_a_product_goes_with_its_shop(
    done: Computed, *, shop: str, shown: bool
) -> None:
    one = next(a for a in done.alarms if a.scope.scope.code == DE)
    of = replace(one.scope.scope, code=f"{shop}/A", kind=ScopeKind.SKU)
    scope = ScopeParts(of, tuple(replace(p, shop=shop, sku="A") for p in one.scope.parts))
    alarm = replace(one, scope=scope, reach=TAKEN_OVER)
    found = sliced(replace(done, alarms=(alarm,)), MINE, "en").done.alarms
    assert [a.scope.scope.code for a in found] == ([f"{shop}/A"] if shown else [])


@pytest.mark.parametrize(
    ("scope", "since", "shown"),
    [
        pytest.param(DE, date(2026, 10, 1), True, id="a shop of theirs"),
        pytest.param(DE, date(2026, 5, 31), False, id="from before the handover"),
        pytest.param(MINE, date(2026, 5, 31), True, id="their own person"),
        pytest.param("OPS5", date(2026, 10, 1), False, id="another person"),
        pytest.param("EU", date(2026, 10, 1), False, id="a region"),
    ],
)
def test_a_line_from_memory_is_shown_to_whom_its_days_belong(
    done: Computed, *, scope: str, since: date, shown: bool
) -> None:
    line = Kept(
        "n", "r", "abcd", scope, "EU", "acos", "warn", ">", 0.35, 0.4,
        since, (since,), (0.4,), "withdrawn", date(2026, 10, 20), 0.3,
    )  # fmt: skip
    slice_ = sliced(replace(done, gone=(line,)), MINE, "en").done
    assert [one.scope for one in slice_.gone] == ([scope] if shown else [])
    assert slice_.kept == ()
