"""calendar, explain-change, forecast and resources on a company's workbook and real facts."""

from __future__ import annotations

import io
import json
from datetime import date
from typing import Any

import pytest

from kpi.calendar import period
from kpi.errors import KpiError
from kpi.forecast import Landing, Method
from kpi.model import Language, Region, Window
from sync_service.cli import parser
from sync_service.commands.forecast import is_young, young_texts
from sync_service.console import Exit, Terminal
from sync_service.refresh import look
from sync_service.told import texts_of
from tests.road_support import Folder, house_at, order_of

EFFECTS = ("volume", "mix", "rate", "fx")


def asked(folder: Folder, command: str, *words: str, language: Language = "en") -> Any:
    """What a command gives a script on the company's book, and as `said` its lines for a person."""
    given = parser().parse_args([command, str(folder.book("XH")), *words])
    terminal = Terminal(language, out=io.StringIO(), err=io.StringIO())
    with house_at(folder.home) as house:
        assert given.run(terminal, house, given) is Exit.OK
    found: dict[str, Any] = json.loads(json.dumps(terminal.result, default=str))
    assert isinstance(terminal.out, io.StringIO)
    return found | {"said": terminal.out.getvalue()}


def refused(folder: Folder, command: str, *words: str) -> str:
    with pytest.raises(KpiError) as caught:
        asked(folder, command, *words)
    texts = texts_of(caught.value)
    assert texts["zh"] != texts["en"]
    return texts["en"]


# --- explain-change -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("--kpi", "net_sales", "--scope", "EU"), id="shops of a region"),
        pytest.param(("--kpi", "net_sales", "--scope", "EU", "--day-rates"), id="at day rates"),
        pytest.param(("--kpi", "units_sold", "--by", "market"), id="markets of the company"),
        pytest.param(("--kpi", "net_sales", "--by", "sku", "--scope", "AMZ-DE"), id="SKUs"),
        pytest.param(("--kpi", "acos", "--by", "category", "--scope", "AMZ-DE"), id="a ratio"),
        pytest.param(("--kpi", "tacos", "--from", "2026-W40", "--to", "2026-W42"), id="weeks"),
    ],
)
def test_the_parts_of_a_change_add_up(road: Folder, words: tuple[str, ...]) -> None:
    found = asked(road, "explain-change", *words)
    parts = found["parts"]
    assert parts
    assert sum(one["total"] for one in parts) == pytest.approx(found["change"], abs=1e-8)
    assert sum(found["effects"].values()) == pytest.approx(found["change"], abs=1e-8)
    assert found["after"] - found["before"] == pytest.approx(found["change"], abs=0.01)
    assert sum(one["share"] for one in parts) == pytest.approx(1)
    for one in parts:
        assert sum(one[effect] for effect in EFFECTS) == pytest.approx(one["total"], abs=1e-8)
    lines = found["lines"]
    assert not lines or sum(lines.values()) == pytest.approx(found["change"], abs=0.01)


def test_a_fixed_rate_has_no_currency_effect_and_the_days_rates_have_one(road: Folder) -> None:
    words = ("--kpi", "net_sales", "--scope", "EU")
    assert asked(road, "explain-change", *words)["effects"]["fx"] == 0
    assert asked(road, "explain-change", *words, "--day-rates")["effects"]["fx"] != 0


def test_weeks_whose_visits_are_known_split_volume_into_visits_and_conversion(
    road: Folder,
) -> None:
    weeks = ("--from", "2026-W40", "--to", "2026-W41")
    found = asked(road, "explain-change", "--kpi", "net_sales", "--scope", "AMZ-DE", *weeks)
    drivers, effects = found["drivers"], found["effects"]
    sold = drivers["visits"] + drivers["conversion"]
    assert sold == pytest.approx(effects["volume"] + effects["mix"], abs=0.01)
    assert "By factor: " in found["said"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(("--kpi", "nothing"), "is no KPI", id="an unknown KPI"),
        pytest.param(("--kpi", "acos", "--scope", "MOON"), "no scope", id="an unknown scope"),
        pytest.param(("--kpi", "days_of_supply"), "add up over days", id="a stock"),
        pytest.param(
            ("--kpi", "acos", "--scope", "OPS4"), "both regions", id="a person of both regions"
        ),
        pytest.param(
            ("--kpi", "acos", "--from", "2026-10", "--to", "2026-09"), "earlier one", id="backwards"
        ),
        pytest.param(
            ("--kpi", "acos", "--from", "2026-W40", "--to", "2026-10"), "two months", id="unlike"
        ),
    ],
)
def test_a_change_that_cannot_be_told(road: Folder, words: tuple[str, ...], said: str) -> None:
    assert said in refused(road, "explain-change", *words)


def test_a_person_of_both_regions_is_told_apart(road: Folder) -> None:
    words = ("--kpi", "net_sales", "--scope", "OPS4", "--region", "US")
    assert {one["name"] for one in asked(road, "explain-change", *words)["parts"]} == {"SHP-US"}


# --- forecast -------------------------------------------------------------------------------------


def test_a_forecast_says_its_method_its_data_and_what_it_missed(road: Folder) -> None:
    kpis = ("net_sales", "acos", "sales_per_head")
    found = asked(road, "forecast", "--kpi", *kpis, "--scope", "US", language="zh")
    sales, ratio, stock = found["forecasts"]
    with house_at(road.home) as house:
        done = look(house, order_of(house, road.book("XH"))).done
    actual = done.value("net_sales", (Region.US, "US"))
    goal = done.goal("net_sales", (Region.US, "US"))
    assert actual is not None
    assert goal is not None
    assert sales["so_far"] == pytest.approx(actual.value)
    assert sales["target"] == goal.value
    assert sales["low"] <= sales["forecast"] <= sales["high"]
    assert sales["days_left"] == 11  # the twentieth of October is known
    assert sales["early"] is False
    assert 0 < sales["error"] < sales["naive_error"]
    assert sales["used"]["end"] == "2026-10-21"
    acos = done.value("acos", (Region.US, "US"))
    assert acos is not None
    assert ratio["so_far"] == pytest.approx(acos.value)
    assert 0 < ratio["low"] <= ratio["forecast"] <= ratio["high"] < 1
    assert set(stock["refused"]) == {"en", "zh"}
    assert "does not follow from its days" in stock["refused"]["en"]
    assert sales["method"] == "weekday_calendar"
    assert "区间为回测中最大的偏差" in found["said"]


def test_a_person_whose_shops_changed_is_not_foretold(road: Folder) -> None:
    (one,) = asked(road, "forecast", "--kpi", "net_sales", "--scope", "OPS2")["forecasts"]
    assert "changed between" in one["refused"]["en"]


@pytest.mark.parametrize(
    ("left", "early"),
    [
        pytest.param(28, True, id="2 of 30 days"),
        pytest.param(27, False, id="3 of 30 are a tenth"),
        pytest.param(0, False, id="all"),
    ],
)
def test_a_landing_from_under_a_tenth_of_the_days_is_early(left: int, early: bool) -> None:
    days = Window(date(2026, 8, 1), date(2026, 11, 1))
    found = Landing(1.0, 30.0, 20.0, 40.0, left, Method.CALENDAR, 0.1, 0.2, 4, days)
    assert is_young(found, period("2026-11")) == early
    told: list[dict[str, object]] = [
        {"scope": "US", "kpi": "net_sales", "early": early},
        {"scope": "EU", "kpi": "acos"},
    ]
    said = young_texts(told)
    assert (said is not None) == early
    if said:
        assert [text.endswith("US net_sales") for text in said] == [True, True]
        assert said[0].startswith("Early")


def test_a_week_without_days_is_foretold_from_the_past(road: Folder) -> None:
    (one,) = asked(
        road, "forecast", "--kpi", "net_sales", "--scope", "AMZ-DE", "--period", "2026-W43"
    )["forecasts"]
    assert one["days_left"] == 4  # 19 to 21 October are known
    assert one["target"] is None


# --- resources ------------------------------------------------------------------------------------


def test_resources_count_each_person_once_and_show_their_sums(road: Folder) -> None:
    found = asked(road, "resources")
    people = sum(one["heads"] for one in found["markets"]) + found["shared_heads"]
    assert people == pytest.approx(5)
    for one in found["proposals"]:
        if "effect" in one:
            gain = one["to_return"] - one["from_return"]
            assert one["effect"] == pytest.approx(one["amount"] * gain, abs=0.005)
            assert one["cautious"] == pytest.approx(one["effect"] / 2, abs=0.005)
    spend = {one["market"]: one["ad_spend"] for one in found["markets"]}
    budget = found["proposals"][0]
    assert budget["amount"] == pytest.approx(spend[budget["giver"]] / 10, abs=0.005)
    assert "At average returns" in found["said"]


def test_without_a_clear_case_the_reason_is_said(road: Folder) -> None:
    found = asked(road, "resources", "--period", "2026-09", language="zh")
    assert found["proposals"][0]["why"] == "contrary"
    assert "上期未显示同样差距" in found["said"]


# --- calendar -------------------------------------------------------------------------------------


def test_the_calendar_of_november(road: Folder) -> None:
    found = asked(road, "calendar", "--period", "2026-11", language="zh")
    days = {(one["first"], one["names"]["en"]): one for one in found["days"]}
    assert days["2026-11-27", "Black Friday"]["where"] == "US EU ×3"
    assert days["2026-11-11", "Armistice Day"]["where"] == "FR"
    assert ("2026-11-01", "All Saints' Day") in days
    assert found["team"] == {"country": "CN", "working_days": 21}
    germany = next(one for one in found["shops"] if one["shop"] == "AMZ-DE")
    assert (germany["working_days"], germany["due_seasonal"]) == (21, 0.0)
    assert "黑色星期五" in found["said"]


def test_the_calendar_of_the_open_month_says_what_is_due(road: Folder) -> None:
    """Ten of October's days are left in Germany; the third, a holiday, weighs 0.9 of 30.9."""
    found = asked(road, "calendar")
    germany = next(one for one in found["shops"] if one["shop"] == "AMZ-DE")
    assert germany["through"] == "2026-10-21"
    assert germany["due_linear"] == pytest.approx(21 / 31)
    assert germany["due_seasonal"] == pytest.approx(20.9 / 30.9)
    assert found["unannounced"] == ["big_spring_sale", "big_deal_days"]
    assert "Prime Big Deal Days (expected in month 10)" in found["said"]


def test_the_calendar_names_the_markets_of_an_event(road: Folder) -> None:
    """The company sells in US, DE, FR, IT and ES, and not in Britain."""
    found = asked(road, "calendar", "--period", "2026-01")
    where = {one["names"]["en"]: one["where"] for one in found["days"]}
    assert where["French winter sales"] == "FR ×1.2"
    assert where["Italian winter sales"] == "IT ×1.15"
    assert "Belgian winter sales" not in where
    december = asked(road, "calendar", "--period", "2026-12")
    assert "Boxing Day" not in {one["names"]["en"] for one in december["days"]}
