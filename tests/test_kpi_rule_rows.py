"""Rules as a manager types them, quiet days, and silences beside a breach."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from kpi.book import Book
from kpi.book_reading import read_book
from kpi.breach_typed import Typed
from kpi.model import Region
from kpi.quiet_days import is_quiet, undated, unread
from kpi.silences import hushed, too_long
from sheet_templates.words import decode
from tests.alarm_support import CATALOG, SHOP, actuals_of, found_in, rule
from tests.table_support import Line, table

COLUMNS = (
    "rule on metric scope window operator value against periods level quiet_days start history "
    "least beyond margin keep"
)
BARE: Line = ("R1", "是", "差评数", "*", "日", ">", 3.0)
SURGE: Line = ("突增", "是", "差评数", "*", "日", ">", 3.0, "× 中位数", 1.0, "突破")


def read(*lines: Line, month: str = "2026-10") -> Book:
    tables = {
        "tblRule": table("tblRule", "规则", COLUMNS, *lines),
        "tblSetting": table("tblSetting", "设置", "setting value", ("考核月份", month)),
    }
    return read_book(tables, decode, CATALOG.names(), CATALOG)


@pytest.mark.parametrize(
    ("line", "periods"),
    [
        pytest.param(BARE, 1, id="so many a day: one day"),
        pytest.param((*BARE[:5], "<", 3.0), 2, id="too few a day: two in a row"),
        pytest.param((*BARE, "均值"), 2, id="a surge: two in a row"),
        pytest.param(("R1", "是", "acos", "*", "日", ">", 0.35), 2, id="a ratio: two days"),
        pytest.param(("R1", "是", "acos", "*", "Week", ">", 0.35), 1, id="a week: one"),
        pytest.param((*BARE, "Fixed", 4.0), 4, id="as typed"),
        pytest.param((*BARE[:4], "近60天", ">", 3.0), 1, id="the last sixty days: once"),
        pytest.param((*BARE[:4], "Last 7 days", ">", 3.0, None, 2.0), 2, id="on two days in a row"),
    ],
)
def test_how_many_bad_periods_make_a_breach(line: Line, periods: int) -> None:
    (one,) = read(line).rules
    assert one.periods == periods


@pytest.mark.parametrize("word", ["× 中位数", "中位数", "× median", "median"])
def test_a_surge_is_typed_in_either_language(word: str) -> None:
    line: Line = (*SURGE[:7], word, 1.0, "突破", "黑五", None, 14.0, 10.0, 3.0, 1.0, 2.0)
    (one,) = read(line).rules
    assert (one.against, one.value, one.history, one.least, one.beyond) == (
        "median",
        3.0,
        14,
        10,
        3.0,
    )
    assert (one.margin, one.keep, one.quiet, one.start) == (1.0, 2, "黑五", None)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        pytest.param((*BARE, "昨天"), ("unknown_word", "H5"), id="a word nobody knows"),
        pytest.param((*BARE, None, 1.5), ("not_whole", "I5"), id="one and a half periods"),
        pytest.param((*BARE, None, 0.0), ("out_of_range", "I5"), id="no period at all"),
        pytest.param(
            (*BARE, None, 61.0), ("out_of_range", "I5"), id="more days than are looked at"
        ),
        pytest.param(
            (*SURGE, None, None, 2.0), ("out_of_range", "M5"), id="two days are no history"
        ),
        pytest.param(
            (*SURGE, None, None, 7.0, 8.0), ("out_of_range", "N5"), id="more known than asked for"
        ),
        pytest.param(
            (*SURGE, None, None, None, None, None, -1.0),
            ("out_of_range", "P5"),
            id="a margin below 0",
        ),
        pytest.param((*BARE[:6], None), ("empty", "G5"), id="no limit"),
        pytest.param(
            (*BARE[:4], "近7天", ">", 3.0, "均值"), ("rolling_against", "H5"), id="overlapping days"
        ),
        pytest.param((*BARE[:6], "many"), ("not_a_number", "G5"), id="a limit that is no number"),
    ],
)
def test_a_rule_that_cannot_be_judged_is_left_out_with_its_cell(
    line: Line, problem: tuple[str, str]
) -> None:
    found = read(line)
    assert [(p.code, p.place.cell) for p in found.problems] == [problem]
    assert found.rules == ()


def test_what_a_fixed_limit_does_not_need_is_not_read() -> None:
    """History belongs to a surge; a two that is left over from one spoils nothing."""
    (one,) = read((*BARE, "固定值", 1.0, "突破", None, None, 2.0, 99.0)).rules
    assert (one.history, one.least) == (None, None)


def test_a_rule_has_one_row_a_day_that_it_begins_on() -> None:
    filled: Line = (*BARE, None, 1.0, "突破", None)
    found = read((*filled, None), (*filled, date(2026, 11, 1)), (*filled, date(2026, 11, 1)))
    assert [one.start for one in found.rules] == [None, date(2026, 11, 1)]
    assert [(p.code, p.place.cell) for p in found.problems] == [("duplicate_key", "A7")]


@pytest.mark.parametrize(
    ("text", "quiet", "loud"),
    [
        pytest.param("周末", ["2026-10-10", "2026-10-11"], ["2026-10-12"], id="weekend, zh"),
        pytest.param("Weekend", ["2026-10-10"], ["2026-10-09"], id="weekend, en"),
        pytest.param("2026-11-11", ["2026-11-11"], ["2026-11-12", "2025-11-11"], id="one day"),
        pytest.param("12/24", ["2026-12-24", "2027-12-24"], ["2026-12-25"], id="each year"),
        pytest.param(
            "2026-11-24..2026-11-30", ["2026-11-24", "2026-11-30"], ["2026-12-01"], id="a range"
        ),
        pytest.param("12-24 至 01-02", ["2026-12-31", "2027-01-02"], ["2027-01-03"], id="New Year"),
        pytest.param("11-20~11-22", ["2027-11-21"], ["2027-11-23"], id="a range each year"),
        pytest.param("黑五", ["2026-11-27", "2026-11-30"], ["2026-11-26", "2026-12-01"], id="黑五"),
        pytest.param(
            "black friday", ["2025-11-28"], ["2026-11-26"], id="it moves, and ends Monday"
        ),
        pytest.param("Prime Day", ["2026-06-23", "2025-07-11"], ["2026-07-11"], id="announced"),
        pytest.param(
            "双十一、周末", ["2026-11-11", "2026-11-14"], ["2026-11-12"], id="two of them"
        ),
        pytest.param("Singles’ Day", ["2026-11-11"], ["2026-11-10"], id="a curly sign"),
        pytest.param("", [], ["2026-11-27"], id="nothing"),
    ],
)
def test_quiet_days(text: str, quiet: list[str], loud: list[str]) -> None:
    said = {day: is_quiet(text, date.fromisoformat(day)) for day in quiet + loud}
    assert said == dict.fromkeys(quiet, True) | dict.fromkeys(loud, False)
    assert unread(text) == ()


def test_an_event_of_one_region_is_quiet_there() -> None:
    thursday = date(2026, 11, 26)
    said = [is_quiet("感恩节", thursday, region) for region in (Region.US, Region.EU, None)]
    assert said == [True, False, True]


@pytest.mark.parametrize(
    ("countries", "quiet"),
    [
        pytest.param({"FR"}, True, id="31 May is Mother's Day in France"),
        pytest.param({"DE"}, False, id="and not in Germany"),
        pytest.param({"DE", "FR"}, True, id="a scope of both"),
        pytest.param((), True, id="of which nobody says where it sells"),
    ],
)
def test_an_event_of_some_markets_is_quiet_there(countries: set[str], quiet: bool) -> None:
    assert is_quiet("母亲节", date(2026, 5, 31), Region.EU, countries) is quiet


@pytest.mark.parametrize(
    "word", ["下雨天", "2026-02-30", "13-01", "11-20..", "1-1..2-2..3-3", "2026-11-20..11-22"]
)
def test_a_quiet_day_that_nobody_can_read_is_named(word: str) -> None:
    found = read((*BARE, None, 1.0, "突破", f"周末、{word}"))
    assert [(p.code, p.place.cell) for p in found.problems] == [("unread_quiet_day", "K5")]
    assert word in found.problems[0].what["zh"]
    assert len(found.rules) == 1


def test_an_event_that_nobody_announced_yet_is_named() -> None:
    line: Line = (*BARE, None, 1.0, "突破", "Prime Day")
    assert read(line).problems == ()
    found = read(line, month="2031-01")
    assert [(p.code, p.place.cell) for p in found.problems] == [("undated_event", "K5")]
    assert not is_quiet("Prime Day", date(2031, 7, 8))
    assert [one.code for one in undated("会员日、黑五", 2031)] == ["prime_day"]


# --- silences -------------------------------------------------------------------------------------

LAST, TODAY = date(2026, 11, 26), date(2026, 11, 27)  # TODAY is Black Friday


@pytest.mark.parametrize(
    ("quiet", "until", "state"),
    [
        pytest.param("", None, "firing", id="nothing is said"),
        pytest.param("", date(2026, 11, 28), "silenced", id="until tomorrow"),
        pytest.param("", TODAY, "firing", id="its last day is the day before"),
        pytest.param("", date(2026, 12, 27), "silenced", id="thirty days are allowed"),
        pytest.param("", date(2026, 12, 28), "firing", id="more are not"),
        pytest.param("黑五", None, "silenced", id="an event"),
        pytest.param("周末", None, "firing", id="a Friday"),
    ],
)
def test_a_silence_hides_what_is_told_and_no_state(
    quiet: str, until: date | None, state: str
) -> None:
    found = actuals_of(LAST, {"reviews_negative": [0, 5]})
    (alarm,) = found_in(found, TODAY, rule(quiet=quiet))
    typed = {alarm.number: Typed(alarm.number, "", "", until, "预警!O5")}
    hush = hushed(alarm, typed, found.last_day, TODAY)
    assert (hush.state, hush.open) == (state, True)
    codes = [(p.code, p.place.cell) for p in too_long(typed, TODAY)]
    long = until is not None and until > date(2026, 12, 27)
    assert codes == ([("long_silence", "O5")] if long else [])


def test_an_event_of_a_market_hushes_the_shops_of_that_market() -> None:
    found = actuals_of(LAST, {"reviews_negative": [0, 5]})
    (alarm,) = found_in(found, TODAY, rule(quiet="Boxing Day"))
    boxing_day = {SHOP.code: date(2026, 12, 25)}
    for market, silent in (("UK", True), ("DE", False)):
        shop = replace(SHOP, market=market)
        at = replace(
            alarm, scope=replace(alarm.scope, scope=replace(alarm.scope.scope, region=None))
        )
        assert hushed(at, {}, boxing_day, TODAY, [shop]).silent is silent


def test_a_quiet_day_is_the_shops_own() -> None:
    """Saturday in Shanghai and still Friday at the shop; a scope without shops has the book's."""
    found = actuals_of(LAST, {"reviews_negative": [0, 5]})
    (alarm,) = found_in(found, TODAY, rule(quiet="周末"))
    saturday = date(2026, 11, 28)
    assert not hushed(alarm, {}, {SHOP.code: LAST}, saturday).silent
    bare = replace(alarm, scope=replace(alarm.scope, parts=()))
    assert hushed(bare, {}, {SHOP.code: LAST}, saturday).silent


def test_what_is_typed_beside_a_breach_is_read() -> None:
    codes = "no action by silence_until"
    rows: list[Line] = [
        ("1011-X", "answered", "LI", date(2026, 11, 1)),
        ("1012-Y", None, None, None),
        ("1013-Z", None, None, "soon"),
    ]
    found = read_book({"tblBreach": table("tblBreach", "预警", codes, *rows)}, decode, {})
    assert found.breaches == (Typed("1011-X", "answered", "LI", date(2026, 11, 1), "预警!D5"),)
    assert ("not_a_date", "D7") in [(p.code, p.place.cell) for p in found.problems]
