"""Lines of Breaches from a few days of one shop, in both languages, word by word."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from kpi.breach_memory import Kept
from kpi.breach_typed import Typed
from kpi.catalog import shipped
from kpi.model import Language, PeriodKind, Texts
from kpi.surge import Limit, SameEvent
from kpi.typed_rows import Rule
from sync_service.compute import Computed, StreamState, compute
from sync_service.filling import attention, breaches, today
from sync_service.filling.cells import UNKNOWN, FilledRow
from tests.test_filling_today import LAST, SHOP, TODAY, computed

LANGUAGES: tuple[Language, ...] = ("zh", "en")
LOW = Rule(
    "low", True, "gross_sales_total", "*", PeriodKind.DAY, "<=", 50.0, 1, "breach", "R!A5"
)  # fmt: skip
NAMES = shipped().metrics["gross_sales_total"].names


def lines(done: Computed) -> list[FilledRow]:
    return list(breaches.breaches(done))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_line_in_the_words_of_the_book(language: Language) -> None:
    (row,) = lines(computed(language, rules=[LOW], sales=(120, 50)))
    zh = language == "zh"
    assert {**row, "no": ""} == {
        "no": "",
        "level": "■ 突破" if zh else "■ Breach",
        "metric": NAMES[language],
        "scope": SHOP.code,
        "actual": 50.0,
        "limit": 50.0,
        "bound": "<= 含等于" if zh else "<= Inclusive",
        "since": LAST,
        "state": "■ 突破" if zh else "■ Breached",
        "owner": "",
        "cause": "",
        "unit": "金额" if zh else "Money",
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_surge_names_its_history(language: Language) -> None:
    """Below half of the mean of 120, 100 and 110: the limit is 55."""
    surge = replace(LOW, against="mean", value=0.5, history=4, operator="<")
    (row,) = lines(computed(language, rules=[surge], sales=(120, 100, 110, 50)))
    assert row["limit"] == 55.0
    assert row["bound"] == (
        "< 严格 · 0.5 × 均值 110（3/4 天）"
        if language == "zh"
        else "< Strict · 0.5 × mean 110 (3/4 days)"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_surge_on_an_event_day_names_the_event_of_last_year(language: Language) -> None:
    surge = replace(LOW, against="mean", value=0.5, history=4, operator="<")
    done = computed(language, rules=[surge], sales=(120, 100, 110, 50))
    (alarm,) = done.alarms
    names: Texts = {"zh": "黑色星期五", "en": "Black Friday"}
    event = Limit(55.0, event=SameEvent(110.0, names, date(2025, 11, 28)))
    (row,) = lines(replace(done, alarms=(replace(alarm, limit=event),)))
    assert row["bound"] == (
        "< 严格 · 0.5 × 去年黑色星期五 110（2025-11-28）"
        if language == "zh"
        else "< Strict · 0.5 × last year's Black Friday 110 (2025-11-28)"
    )


@pytest.mark.parametrize(
    ("metric", "state", "actual", "word", "cause"),
    [
        pytest.param(
            "acos", "withdrawn", 0.31, "– 已撤回", "10-10 已重述 41.2 % → 31.0 %", id="taken back"
        ),
        pytest.param("acos", "ended", 0.412, "– 规则已变", "", id="its rule changed"),
        pytest.param("acos", "firing", 0.412, "○ 数据缺失", "", id="its figures are gone"),
        pytest.param(
            "gone", "withdrawn", 0.31, "– 已撤回", "10-10 已重述 0 → 0", id="a KPI that is gone"
        ),
    ],
)
def test_a_line_from_memory(metric: str, state: str, actual: float, word: str, cause: str) -> None:
    kept = Kept(
        "1010-X", "r", "abcd", SHOP.code, "US", metric, "warn", ">", 0.35, 0.412,
        date(2026, 10, 10), (date(2026, 10, 10),), (0.412,), state,
        None if state == "firing" else TODAY, 0.31 if state == "withdrawn" else None,
    )  # fmt: skip
    owned = replace(SHOP, owner="CHEN")
    done = computed("zh")
    book = replace(done.book, shops=(owned,))
    again = compute(replace(done.given, book=book, kept=(kept,)))
    shown = replace(again, gone=(kept,))
    (row,) = lines(shown)
    assert (row["state"], row["actual"], row["cause"]) == (word, actual, cause)
    assert (row["owner"], row["since"], row["limit"]) == ("CHEN", date(2026, 10, 10), 0.35)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_history_that_changed_alone_is_said(language: Language) -> None:
    kept = Kept(
        "1010-X", "r", "abcd", "XX", "", "acos", "warn", ">", 0.35, 0.4,
        date(2026, 10, 10), (date(2026, 10, 10),), (0.4,), "withdrawn", TODAY, 0.4,
    )  # fmt: skip
    (row,) = lines(replace(computed(language), gone=(kept,)))
    zh = language == "zh"
    assert row["cause"] == ("所比的历史已重述" if zh else "the history compared with was restated")


def test_memory_comes_through_a_computation_and_unknown_scopes_have_no_owner() -> None:
    kept = Kept(
        "1010-X", "r", "abcd", "XX", "", "acos", "warn", ">", 0.35, None,
        date(2026, 10, 10), (date(2026, 10, 10),), (None,), "firing", None,
    )  # fmt: skip
    done = compute(replace(computed("en").given, kept=(kept,)))
    (row,) = lines(done)
    assert (row["state"], row["actual"], row["owner"]) == ("– Rule changed", UNKNOWN, "")
    assert [k.closed for k in done.kept] == [TODAY]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_rule_that_cannot_judge_has_a_line_with_its_reason_and_no_value(
    language: Language,
) -> None:
    """Three days of history where fourteen are needed; a KPI that is gone."""
    surge = replace(LOW, against="mean", value=0.5, operator="<")
    gone = replace(LOW, code="other", metric="gone")
    done = computed(language, rules=[surge, gone], sales=(120, 100, 110, 1))
    zh = language == "zh"
    first, second = lines(done)
    assert done.alarms == ()
    assert {**first, "no": ""} == {
        "no": "",
        "level": "■ 突破" if zh else "■ Breach",
        "metric": NAMES[language],
        "scope": "*",
        **dict.fromkeys(("actual", "limit", "bound", "since", "owner")),
        "state": "○ 无法判断" if zh else "○ Not judged",
        "cause": "low：AMZ-US：前 28 期只知道 3 期，需要 14 期。 补齐历史数据，或调小最少期数。"
        if zh
        else "low: AMZ-US: 3 of the 28 periods before are known, 14 are needed. "
        "Load the history, or lower At least.",
        "unit": "金额" if zh else "Money",
    }
    assert (second["metric"], second["unit"]) == ("gone", "")
    assert [row["value"] for row in today.tiles(done) if row["tile"] == "breaches"] == [0.0]


def test_of_many_scopes_two_reasons_are_written_out() -> None:
    done = computed("en", rules=[replace(LOW, metric="gone")])
    (one,) = done.unjudged
    said: tuple[tuple[Language, str], ...] = (("en", " 3 more."), ("zh", " 另有 3 处。"))
    for language, more in said:
        given = replace(done.given, language=language)
        (row,) = lines(replace(done, given=given, unjudged=(replace(one, why=one.why * 5),)))
        assert str(row["cause"]).endswith(more)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_line_whose_source_fails_says_so_with_the_stream(language: Language) -> None:
    done = computed(language, rules=[LOW], sales=(120, 50))
    late = StreamState(None, None, "HTTP 503", stale=True)
    states = {("amazon.orders", SHOP.code): late, ("amazon.stock", SHOP.code): late}
    (row,) = lines(compute(replace(done.given, states=states)))
    zh = language == "zh"
    assert row["state"] == ("○ 取数出错" if zh else "○ Source error")
    assert row["cause"] == ("取数失败 " if zh else "failed pull ") + "amazon.orders@AMZ-US"


@pytest.mark.parametrize("language", LANGUAGES)
def test_spend_and_budget_of_a_budget_that_is_passed(language: Language) -> None:
    """S135: 150 of 100 in September; who answers for the shop is its owner."""
    rule = replace(LOW, metric="ad_budget_used", operator=">", value=1.2, window=PeriodKind.MONTH)
    done = computed(language, rules=[LOW], sales=(120, 50))
    (alarm,) = done.alarms
    used = replace(
        alarm,
        rule=rule,
        metric=shipped().metrics["ad_budget_used"],
        last=replace(alarm.last, value=1.5, numerator=15_000.0, denominator=10_000.0),
    )
    words = "花费/预算 15,000 / 10,000" if language == "zh" else "Spend/budget 15,000 / 10,000"
    assert breaches.cause(done, used) == words
    ahead = breaches.cause(done, replace(used, softer=True))
    assert ahead == words.replace("花费/预算", "花费/应花").replace("Spend/budget", "Spend/due")


def test_a_silence_of_more_than_thirty_days_is_a_problem_of_its_cell() -> None:
    done = computed("en", rules=[LOW], sales=(120, 50))
    number = done.alarms[0].number
    for days, state in ((30, "silenced"), (31, "firing")):
        typed = Typed(number, "", "", TODAY + timedelta(days=days), "Breaches!O5")
        book = replace(done.book, breaches=(typed,))
        again = compute(replace(done.given, book=book))
        assert [a.state for a in again.alarms] == [state]
        assert [p.code for p in again.problems] == ([] if state == "silenced" else ["long_silence"])
        told = [row["what"] for row in attention.focus(again, ()) if row["link"] == "Breaches"]
        assert bool(told) is (state == "firing")
