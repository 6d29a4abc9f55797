"""Rules of days over the small book: when an alarm begins, is over, and what it names as cause."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from kpi.alarms import alarms
from kpi.model import PeriodKind
from kpi.scopes import scopes
from kpi.typed_rows import Rule
from tests.card_support import D1, actuals, book, day_of


def rule(**changes: object) -> Rule:
    start = Rule("r", True, "acos", "*", PeriodKind.DAY, ">", 0.35, 2, "breach", "规则!A5")
    return replace(start, **changes)  # type: ignore[arg-type]  # fields by name


@pytest.mark.parametrize(
    ("spends", "since", "is_open"),
    [
        pytest.param([100] * 8 + [160, 160], date(2026, 10, 9), True, id="two bad days fire"),
        pytest.param([100] * 9 + [160], None, False, id="one bad day does not"),
        pytest.param([160, 160] + [100] * 8, D1, False, id="recovered, still shown"),
        pytest.param([140] * 10, None, False, id="at the limit a strict rule is silent"),
    ],
)
def test_an_alarm(spends: list[int], since: date | None, is_open: bool) -> None:
    days = [day_of("DE", D1 + timedelta(n), 1_000, spend) for n, spend in enumerate(spends)]
    given = book(rules=(rule(),))
    found = alarms(given, actuals(*days), scopes(given), date(2026, 10, 11))
    assert [(a.since, a.open) for a in found] == ([] if since is None else [(since, is_open)])


def test_a_day_without_figures_neither_counts_nor_resets() -> None:
    spends = [100] * 6 + [160, None, 160, 160]
    days = [day_of("DE", D1 + timedelta(n), 1_000, spend) for n, spend in enumerate(spends)]
    given = book(rules=(rule(periods=3),))
    (found,) = alarms(given, actuals(*days), scopes(given), date(2026, 10, 11))
    assert found.since == date(2026, 10, 7)
    assert found.number.startswith("1007-DE-acos.d-")


def test_a_rule_that_is_off_or_of_an_unknown_kpi_is_silent() -> None:
    days = [day_of("DE", D1 + timedelta(n), 1_000, 200) for n in range(10)]
    given = book(rules=(rule(on=False), rule(metric="nonsense")))
    assert alarms(given, actuals(*days), scopes(given), date(2026, 10, 11)) == ()


def test_a_scope_recovered_over_a_month_ago_is_shown_no_more() -> None:
    """Two bad days end on 9 September; on 11 October that is 32 days ago, on 9 October thirty."""
    first = date(2026, 9, 6)
    spends = [100, 100, 160, 160] + [100] * 31
    days = [day_of("DE", first + timedelta(n), 1_000, spend) for n, spend in enumerate(spends)]
    given = book(rules=(rule(),))
    found = actuals(*days)
    assert alarms(given, found, scopes(given), date(2026, 10, 11)) == ()
    (kept,) = alarms(given, found, scopes(given), date(2026, 10, 9))
    assert not kept.open


def test_a_driver_is_not_its_own_cause() -> None:
    """ACoS doubles with the spend: ad spend is named, ACoS itself is not."""
    spends = [100] * 14 + [200] * 7
    days = [
        day_of("DE", date(2026, 9, 20) + timedelta(n), 1_000, spend)
        for n, spend in enumerate(spends)
    ]
    given = book(rules=(rule(),))
    shop = [one for one in scopes(given) if one.scope.code == "DE"]
    (found,) = alarms(given, actuals(*days), shop, date(2026, 10, 11))
    assert [code for code, _ in found.cause] == ["ad_cost"]
    assert found.cause[0][1] == 1.0
