"""What stands beside a target, by hand: the month that counts, how the year was cut, the gaps."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from kpi.contracts import Version, contract_of
from kpi.model import Better, Language, Region
from kpi.targets import Split
from kpi.typed_rows import TargetRow, TaskRow
from sync_service.compute import Computed, compute
from sync_service.filling.likely import likely
from sync_service.filling.plans import plan_problems, planned
from tests.target_support import person
from tests.test_filling_suggested import SHOP, computed

NONE = (None,) * 12
YEAR_AGO = {f"2025-{month:02d}": 10 for month in range(1, 13)}  # ten a day: 3,650
KPI = "gross_sales_total"


def target(
    total: float | None = 36_500.0, split: str = Split.HISTORY, scope: str = SHOP.code
) -> TargetRow:
    return TargetRow(2026, Region.EU, scope, KPI, None, total, NONE, None, f"T!{scope}", split)


def beside(
    *targets: TargetRow,
    skipped: str = "",
    language: Language = "en",
    tasks: tuple[TaskRow, ...] = (),
) -> Computed:
    done = computed(YEAR_AGO, skipped=skipped, targets=targets)
    book = replace(done.given.book, tasks=tasks)
    return compute(replace(done.given, book=book, language=language, typed=None))


def said(done: Computed) -> str:
    return str(planned(done, done.typed.targets[0])["breakdown"])


def test_a_year_follows_last_years_months() -> None:
    """36,500 over ten a day: October has 31 of 365 days, 3,100."""
    done = beside(target())
    assert planned(done, done.typed.targets[0]) == {
        "counted": 3_100.0,
        "breakdown": "split: History; Q1 9,000.00 · Q2 9,100.00 · Q3 9,200.00 · Q4 9,200.00",
    }
    goal = done.goal(KPI, (Region.EU, SHOP.code))
    assert goal is not None
    assert goal.value == 3_100.0
    assert list(plan_problems(done)) == []


def test_a_day_missing_a_year_ago_leaves_the_months_open() -> None:
    done = beside(target(), skipped="2025-05-10")
    assert planned(done, done.typed.targets[0])["counted"] is None
    assert done.goal(KPI, (Region.EU, SHOP.code)) is None
    (problem,) = plan_problems(done)
    assert (problem.code, problem.place.cell) == ("history_lacking", SHOP.code)


def test_a_capacity_shows_its_person_days() -> None:
    """One person of one shop: 248 working days in China, 18 of them in October."""
    done = beside(target(24_800.0, Split.CAPACITY))
    quarters = "Q1 5,900.00 · Q2 6,100.00 · Q3 6,600.00 · Q4 6,200.00"  # 59, 61, 66 and 62 days
    shop, holder = replace(SHOP, owner="OPS1"), person("OPS1")
    book = replace(done.given.book, shops=(shop,), people=(holder,))
    done = compute(replace(done.given, book=book, typed=None))
    assert planned(done, done.typed.targets[0]) == {
        "counted": 1_800.0,
        "breakdown": f"split: Capacity (248 person-days, 18 in month 10); {quarters}",
    }
    chinese = replace(done, given=replace(done.given, language="zh"))
    assert said(chinese) == f"按产能拆月（全年 248 人日，10月 18）；{quarters}"


def test_a_capacity_that_nobody_brings_is_a_problem_with_its_cell() -> None:
    done = beside(target(36_500.0, Split.CAPACITY, "lamps"))
    (problem,) = plan_problems(done)
    assert (problem.code, problem.place.cell) == ("capacity_lacking", "lamps")


def test_too_much_typed_is_told_as_such_and_not_as_a_lack_of_history() -> None:
    done = beside(replace(target(10.0), months=(15.0, *NONE[1:])))
    assert said(done) == "▲ months exceed the year by 5.00"
    assert list(plan_problems(done)) == []


def test_a_signed_split_by_history_scores_while_the_sheet_says_another() -> None:
    signed = computed(YEAR_AGO, targets=(target(),)).given
    contract = contract_of(signed.book, signed.catalog)
    agreed = Version(1, date(2026, 10, 1), date(2026, 10, 1), contract)
    live = replace(signed.book, targets=(target(None, Split.EVEN),))
    done = compute(replace(signed, book=live, versions=(agreed,), typed=None))
    goal = done.goal(KPI, (Region.EU, SHOP.code))
    assert goal is not None
    assert goal.value == 3_100.0
    assert planned(done, done.typed.targets[0])["counted"] is None


# A hundred for each of the days of a German Amazon shop: 90.7, 97.755, 93.2 and 97.88 are 379.535.
SEASONS = "Q1 9,070.00 · Q2 9,775.50 · Q3 9,320.00 · Q4 9,788.00"
OF_1200 = "Q1 300.00 · Q2 300.00 · Q3 300.00 · Q4 300.00"
OF_1000 = "Q1 250.02 · Q2 250.00 · Q3 249.99 · Q4 249.99"  # 83.34 from January to April
OF_12 = "Q1 3.00 · Q2 3.00 · Q3 3.00 · Q4 3.00"


@pytest.mark.parametrize(
    ("rows", "zh", "en"),
    [
        pytest.param(
            (target(37_953.5, Split.SEASON),),
            f"按季节拆月；{SEASONS}",
            f"split: Season; {SEASONS}",
            id="a split",
        ),
        pytest.param(
            (target(36_500.0, Split.CAPACITY, "lamps"),),
            "▲ 待拆各月无人在岗，未拆到月",
            "▲ nobody is in place in the open months: not split",
            id="a scope that nobody holds",
        ),
        pytest.param(
            (target(36_500.0, Split.MANUAL),),
            "▲ 还有 36,500.00 未分到月",
            "▲ 36,500.00 not given to a month",
            id="by hand",
        ),
        pytest.param(
            (replace(target(100.0, Split.EVEN), months=(150.0, *NONE[1:])),),
            "▲ 各月超出年度 50.00",
            "▲ months exceed the year by 50.00",
            id="too much",
        ),
        pytest.param(
            (replace(target(), months=(1.0,) * 12, year_total=None),), OF_12, OF_12, id="as typed"
        ),
        pytest.param(
            (
                replace(
                    target(None, Split.EVEN), baseline=1_000.0, uplift=20.0, uplift_unit="percent"
                ),
            ),
            f"提升后全年 1,200.00；按均分拆月；{OF_1200}",
            f"year with uplift 1,200.00; split: Even; {OF_1200}",
            id="an uplift",
        ),
        pytest.param(
            (target(1_200.0, Split.EVEN, "EU"), target(1_000.0, Split.EVEN)),
            f"▲ 店铺差 200.00；按均分拆月；{OF_1200}",
            f"▲ Shops gap 200.00; split: Even; {OF_1200}",
            id="shops leave 200 open",
        ),
        pytest.param(
            (target(None, Split.EVEN, "EU"), target(1_000.0, Split.EVEN)),
            "店铺合计 1,000.00",
            "Shops sum 1,000.00",
            id="bottom up",
        ),
        pytest.param(
            (target(1_000.0, Split.EVEN, "EU"), target(None, Split.EVEN)),
            f"▲ 店铺未填全；按均分拆月；{OF_1000}",
            f"▲ Shops: a line asks nothing; split: Even; {OF_1000}",
            id="a shop that asks nothing",
        ),
        pytest.param(
            (target(1_000.0, Split.EVEN, "EU"), target(1_000.0, Split.EVEN)),
            f"按均分拆月；店铺 ✓；{OF_1000}",
            f"split: Even; Shops ✓; {OF_1000}",
            id="even",
        ),
    ],
)
def test_what_is_said_beside_a_target(rows: tuple[TargetRow, ...], zh: str, en: str) -> None:
    done = beside(*rows)
    chinese = replace(done, given=replace(done.given, language="zh"))
    assert (said(chinese), said(done)) == (zh, en)


def test_late_milestones_come_first_in_both_languages() -> None:
    """It is 12 October; the step of 30 September is open."""
    step = TaskRow("M-1", "action", None, None, "", None, date(2026, 9, 30), 0.5, "", f"EU {KPI}")
    done = beside(target(12.0, Split.EVEN, "EU"), tasks=(step,))
    assert said(done) == f"■ late M-1 09-30; split: Even; milestones 0/1; {OF_12}"
    chinese = replace(done, given=replace(done.given, language="zh"))
    assert said(chinese) == f"■ 逾期 M-1 09-30；按均分拆月；里程碑 0/1；{OF_12}"


def test_a_row_of_another_year_or_kpi_has_no_month() -> None:
    done = beside(replace(target(), year=2027, split=Split.EVEN), replace(target(), metric="gone"))
    first, second = (planned(done, row) for row in done.typed.targets)
    quarters = "Q1 9,125.01 · Q2 9,125.01 · Q3 9,125.00 · Q4 9,124.98"  # 3,041.67 in eight months
    assert first == {"counted": None, "breakdown": f"split: Even; {quarters}"}
    assert second == {"counted": None, "breakdown": None}


# --- plausibility ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "last_year", "text"),
    [
        pytest.param(496.0, 310.0, "▲ 1.6 times last year's 310.00", id="far above last year"),
        pytest.param(465.0, 310.0, "1.5 times last year's 310.00", id="just as far as allowed"),
        pytest.param(186.0, 310.0, "▲ 0.6 times last year's 310.00", id="far below last year"),
        pytest.param(217.0, 310.0, "0.7 times last year's 310.00", id="not so far below"),
        pytest.param(3.1, 310.0, "▲ 0.01 times last year's 310.00", id="next to nothing"),
        pytest.param(0.0, 310.0, "0.0 times last year's 310.00", id="zero is meant as it is"),
        pytest.param(None, 310.0, None, id="no target"),
        pytest.param(496.0, None, None, id="nothing known"),
    ],
)
def test_a_target_is_compared_with_the_same_month_last_year(
    wanted: float | None, last_year: float | None, text: str | None
) -> None:
    done = beside(target())
    row = done.typed.targets[0]
    assert likely(done, done.metric(KPI), row, wanted, last_year) == text


@pytest.mark.parametrize(
    ("wanted", "language", "text"),
    [
        pytest.param(
            420.0, "zh", "▲ 近 8 个月最高 300.00 的 1.4 倍", id="above the best by more than 30 %"
        ),
        pytest.param(
            390.0, "en", "1.3 times the best of 8 months, 300.00", id="above by 30 % is allowed"
        ),
    ],
)
def test_where_last_year_is_unknown_the_best_month_speaks(
    wanted: float, language: Language, text: str
) -> None:
    """June 2026 made ten a day, 300; no other month of the eight is whole."""
    row = target()
    done = computed({"2026-06": 10}, targets=(row,))
    shown = replace(done, given=replace(done.given, language=language))
    assert likely(shown, done.metric(KPI), row, wanted, None) == text


@pytest.mark.parametrize(
    ("better", "text"),
    [
        (Better.LOWER, "▲ 0.7 times the lowest of 8 months, 300.00"),
        (Better.HIGHER, "0.7 times the best of 8 months, 300.00"),
        (Better.BAND, None),
    ],
)
def test_where_less_is_good_a_target_far_below_the_least_is_doubted(
    better: Better, text: str | None
) -> None:
    row = target()
    done = computed({"2026-06": 10}, targets=(row,))
    assert likely(done, replace(done.metric(KPI), better=better), row, 210.0, None) == text


def test_a_line_of_a_role_has_no_figures_to_compare_with() -> None:
    row = target(scope="operations")
    done = computed({"2026-06": 10}, targets=(row,))
    assert likely(done, done.metric(KPI), row, 420.0, None) is None
