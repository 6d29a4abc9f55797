"""What keeps a book from being signed: lines nobody confirmed, parts that do not add up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from kpi.book_checks import check_book
from kpi.model import Region
from kpi.readiness import open_gaps, unconfirmed
from kpi.typed_rows import TargetRow
from tests.card_support import CATALOG, book, weight

NONE = (None,) * 12


def line(scope: str, total: float | None, metric: str = "net_sales", year: int = 2026) -> TargetRow:
    return TargetRow(
        year, Region.EU, scope, metric, "OPS1", total, NONE, "EUR", f"目标!A{len(scope)}"
    )


@pytest.mark.parametrize(
    ("lines", "named"),
    [
        pytest.param([weight("net_sales", 100, confirmed=True)], [], id="confirmed"),
        pytest.param([weight("net_sales", 100)], ["net_sales"], id="not confirmed"),
        pytest.param([weight("acos", 0, veto=True)], ["acos"], id="a veto without weight too"),
        pytest.param([weight("acos", 0)], [], id="shown only"),
        pytest.param([weight("acos", 20, on=False)], [], id="switched off"),
        pytest.param(
            [
                weight("acos", 20, start=date(2026, 1, 1)),
                weight("acos", 30, start=date(2026, 10, 1), confirmed=True),
            ],
            [],
            id="the newest line counts",
        ),
    ],
)
def test_lines_that_nobody_confirmed(lines: list[object], named: list[str]) -> None:
    given = replace(book(), weights=tuple(lines))  # type: ignore[arg-type]  # rows of weights
    found = unconfirmed(given)
    assert [one.code for one in found] == ["not_confirmed"] * len(named)
    assert all(name in one.line("en") for name, one in zip(named, found, strict=True))


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        pytest.param([line("EU", 100.0), line("DE", 60.0), line("FR", 40.0)], [], id="even"),
        pytest.param(
            [line("EU", 100.0), line("DE", 60.0), line("FR", 30.5)], ["9.50"], id="a rest is open"
        ),
        pytest.param(
            [line("EU", 100.0), line("DE", 101.0), line("FR", 0.0)], ["-1.00"], id="too much"
        ),
        pytest.param([line("EU", 100.0)], [], id="no parts"),
        pytest.param([line("EU", 1.0, "acos"), line("DE", 0.5, "acos")], [], id="a ratio"),
        pytest.param([line("EU", 1.0, "strange"), line("DE", 2.0, "strange")], [], id="unknown"),
        pytest.param(
            [line("EU", 10.0, "ad_budget"), line("DE", 4.0, "ad_budget")], ["6.00"], id="budgets"
        ),
        pytest.param(
            [line("EU", 10.0, year=2025), line("DE", 4.0, year=2025)], [], id="a past year"
        ),
    ],
)
def test_differences_between_a_target_and_its_parts(
    lines: list[TargetRow], said: list[str]
) -> None:
    found = open_gaps(replace(book(), targets=tuple(lines)), CATALOG, 2026)
    assert [one.code for one in found] == ["target_gap"] * len(said)
    assert all(rest in one.line("zh") for rest, one in zip(said, found, strict=True))


@pytest.mark.parametrize(
    ("method", "target", "named"),
    [
        ("ratio_up", 0.0, True),
        ("mirror_down", 0.0, True),
        ("zero_defect", 0.0, False),
        ("ratio_up", 5.0, False),
        ("ratio_up", None, False),
    ],
)
def test_a_target_of_zero_under_a_method_that_divides(
    method: str, target: float | None, named: bool
) -> None:
    given = book(weights=(weight("net_sales", 100, method=method),))
    given = replace(given, targets=(line("EU", target),))
    found = [one for one in check_book(given) if one.code == "zero_target"]
    assert bool(found) == named


def test_a_line_of_a_region_that_does_not_use_its_kpi() -> None:
    given = replace(book(), unused=frozenset({("net_sales", Region.EU), ("acos", Region.US)}))
    found = [one.code for one in check_book(given) if one.code == "kpi_not_used"]
    assert found == ["kpi_not_used"]
