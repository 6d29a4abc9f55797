"""Whose task is whose, what follows from it, what it lacks, and when its owner is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from kpi.actuals import Actuals
from kpi.book import Book
from kpi.calendar import period
from kpi.catalog import shipped
from kpi.compliance import REGISTERED
from kpi.model import Better, DataState, Region, Scope, ScopeKind, Window
from kpi.money import DayRates
from kpi.organisation import Part, ScopeParts
from kpi.register import Register
from kpi.reminders import LADDER, ladder, ladder_of, reached, read_ladders
from kpi.renewals import gates, renewals
from kpi.scopes import region_of_task, same, scopes
from kpi.scorecards import Scoring
from kpi.task_checks import check_tasks
from kpi.totals import Converter, Totals
from kpi.trade import Person, Shop
from kpi.typed_rows import Bound, Settings, TaskRow, WeightRow
from tests.leaf_support import Leaf, leaf_sums

TODAY = date(2026, 10, 22)
OCT = period("2026-10")
CATALOG = shipped()

RATES = """
epr_completion_rate weee_paid_rate vat_filed_rate vat_on_time_rate ce_check_rate ce_valid_rate
gdpr_on_time_rate ftc_check_rate claims_check_rate compliance_task_rate document_validity_rate
finding_closure_days statutory_deadline_missed task_on_time_rate deliverable_on_time_rate
data_delivery_rate stage_gate_rate project_step_rate training_rate
"""


def task(number: str = "T-1", **more: object) -> TaskRow:
    usual = TaskRow(number, "compliance", Region.EU, "DE", "VAT", "ANN", None, 1.0, "任务!A5")
    given: dict[str, object] = {
        "due": date(2026, 10, 20),
        "regime": "vat",
        "delivered": date(2026, 10, 19),
        "evidence": "vat.pdf",
    }
    return replace(usual, **given | more)  # type: ignore[arg-type]  # a table of cases


def person(code: str, manager: str | None = None, **more: object) -> Person:
    usual = Person(code, code, "", "operations", manager, None, None, 0.0, None, scored=True)
    return replace(usual, **more)  # type: ignore[arg-type]  # a table of cases


def register(*tasks: TaskRow, people: tuple[Person, ...] = ()) -> Register:
    return Register(Book(Settings("2026-10", "X"), people=people, tasks=tasks), CATALOG, TODAY)


def scope(code: str, kind: ScopeKind, region: Region | None = Region.EU) -> Scope:
    return Scope(code, kind, region, same(code))


COMPANY = scope("ALL", ScopeKind.COMPANY, None)


@pytest.mark.parametrize(
    ("one", "where", "mine"),
    [
        pytest.param(task(), COMPANY, True, id="the company"),
        pytest.param(task(), scope("EU", ScopeKind.REGION), True, id="its region"),
        pytest.param(task(), scope("US", ScopeKind.REGION, Region.US), False, id="the other"),
        pytest.param(task(), scope("DE", ScopeKind.MARKET), True, id="its country"),
        pytest.param(task(), scope("FR", ScopeKind.MARKET), False, id="another country"),
        pytest.param(task(about="AMZ-DE"), scope("AMZ-DE", ScopeKind.SHOP), True, id="its shop"),
        pytest.param(task(), scope("AMZ-DE", ScopeKind.SHOP), False, id="a shop it does not name"),
        pytest.param(task(category="home"), scope("home", ScopeKind.CATEGORY), True, id="category"),
        pytest.param(task(), scope("amazon", ScopeKind.PLATFORM), False, id="no platform"),
        pytest.param(task(), scope("ANN", ScopeKind.PERSON), True, id="its owner"),
        pytest.param(task(), scope("BOSS", ScopeKind.PERSON), True, id="who leads the owner"),
        pytest.param(task(), scope("BOB", ScopeKind.PERSON), False, id="a colleague"),
        pytest.param(task(owner=None), scope("BOSS", ScopeKind.PERSON), False, id="nobody's"),
        pytest.param(
            task(), scope("ANN", ScopeKind.PERSON, Region.US), False, id="not in the US card"
        ),
        pytest.param(
            task(region=None, country=None), scope("ANN", ScopeKind.PERSON), True, id="both cards"
        ),
        pytest.param(
            task(region=None, country=None), scope("EU", ScopeKind.REGION), False, id="no region"
        ),
        pytest.param(task(region=None, country=None), COMPANY, True, id="still the company's"),
    ],
)
def test_whose_task_it_is(one: TaskRow, where: Scope, mine: bool) -> None:  # a case
    people = (person("ANN", "LEAD"), person("LEAD", "BOSS"), person("BOSS"), person("BOB", "BOSS"))
    assert bool(register(one, people=people).tasks(where)) is mine


def test_no_tasks_say_the_same_of_every_scope_and_some_tasks_their_own() -> None:
    found, metric = register(task()), CATALOG.metrics["vat_filed_rate"]
    bare = [scope(code, ScopeKind.MARKET) for code in ("FR", "IT")]
    france, italy = (found.actual(metric, one, OCT) for one in bare)
    assert france is not None
    assert (france.value, france.state) == (None, DataState.NOT_APPLICABLE)
    assert italy == replace(france, scope=bare[1], streams=("book.tasks@IT",))
    september = found.actual(metric, bare[0], period("2026-09"))
    assert september is not None
    assert september.covered == period("2026-09").window

    germany = scope("DE", ScopeKind.MARKET)
    for _ in range(2):
        filed = found.actual(metric, germany, OCT)
        assert filed is not None
        assert (filed.value, filed.state) == (1.0, DataState.COMPLETE)
    assert found.behind(metric, germany, OCT) == (task(),)
    assert found.behind(metric, bare[0], OCT) == ()


def test_a_circle_of_managers_ends() -> None:
    found = register(task(), people=(person("ANN", "BOB"), person("BOB", "ANN")))
    for who in ("ANN", "BOB"):
        assert len(found.tasks(scope(who, ScopeKind.PERSON))) == 1


@pytest.mark.parametrize(
    ("one", "region"),
    [
        pytest.param(task(), Region.EU, id="typed"),
        pytest.param(task(region=None, country="US"), Region.US, id="by its country: US"),
        pytest.param(task(region=None, country="FR"), Region.EU, id="by its country: EU"),
        pytest.param(task(region=None, country=None), None, id="neither"),
    ],
)
def test_the_region_of_a_task(one: TaskRow, region: Region | None) -> None:
    assert region_of_task(one) is region


def test_the_value_of_a_rate_with_its_parts_cover_and_source() -> None:
    """One of two filings in time, the other a day late: 50 %."""
    late = task("T-2", delivered=date(2026, 10, 21))
    found = register(task(), late).actual(CATALOG.metrics["vat_on_time_rate"], COMPANY, OCT)
    assert found is not None
    assert (found.value, found.numerator, found.denominator) == (0.5, 1.0, 2.0)
    assert found.covered_until == TODAY
    assert found.streams == ("book.tasks@ALL",)


def test_a_count_has_no_denominator() -> None:
    late = task(delivered=date(2026, 10, 21))
    metric = CATALOG.metrics["statutory_deadline_missed"]
    found = register(late).actual(metric, COMPANY, OCT)
    assert found is not None
    assert (found.value, found.denominator) == (1.0, None)


@pytest.mark.parametrize(
    ("one", "state"),
    [
        pytest.param(task(), DataState.COMPLETE, id="with evidence"),
        pytest.param(task(evidence=""), DataState.MANUAL, id="only somebody's word"),
        pytest.param(
            task(evidence="", registration="DE136695976"), DataState.COMPLETE, id="number"
        ),
        pytest.param(
            task(evidence="", done=0.0, due=date(2026, 10, 1)), DataState.COMPLETE, id="open"
        ),
        pytest.param(task(due=date(2026, 12, 1)), DataState.NOT_APPLICABLE, id="nothing due"),
    ],
)
def test_how_far_a_value_can_be_trusted(one: TaskRow, state: DataState) -> None:
    found = register(one).actual(CATALOG.metrics["vat_filed_rate"], COMPANY, OCT)
    assert found is not None
    assert found.state is state


def test_kpis_of_other_data_are_not_the_registers() -> None:
    assert register(task()).actual(CATALOG.metrics["net_sales"], COMPANY, OCT) is None
    assert register(task()).actual(CATALOG.metrics["policy_violations"], COMPANY, OCT) is None


def test_the_facts_id_changes_with_a_task_and_not_with_its_row() -> None:
    metric = CATALOG.metrics["vat_filed_rate"]
    ids = [
        found.facts
        for one in (task(), task(address="任务!A9"), task(evidence="other.pdf"))
        if (found := register(one).actual(metric, COMPANY, OCT))
    ]
    assert ids[0] == ids[1] != ids[2]


def test_a_period_to_come_covers_no_day() -> None:
    found = register(task()).actual(CATALOG.metrics["vat_filed_rate"], COMPANY, period("2026-12"))
    assert found is not None
    assert (found.covered.days, found.state) == (0, DataState.NOT_APPLICABLE)


def test_the_rates_that_stand_on_tasks_alone() -> None:
    rates = {m.code for m in CATALOG.metrics.values() if CATALOG.needs(m.code) <= REGISTERED}
    assert rates == set(RATES.split())


# -------------------------------------------------------------------------------------- reminders


def test_every_due_day_of_two_years_is_warned_of_before_it() -> None:
    """2028 is a leap year."""
    for year in (2026, 2028):
        due = date(year, 1, 1)
        while due.year == year:
            steps = ladder(due)
            assert [(due - step.day).days for step in steps] == sorted(LADDER, reverse=True)
            assert reached(due, due - timedelta(days=1))[-1].day < due
            due += timedelta(days=1)


@pytest.mark.parametrize(
    ("today", "opened", "steps"),
    [
        pytest.param("10-30", None, [], id="31 days before"),
        pytest.param("10-31", None, [(30, "10-31")], id="30 days before"),
        pytest.param("11-16", None, [(30, "10-31"), (14, "11-16")], id="14 days before"),
        pytest.param("11-20", "11-18", [(14, "11-18")], id="given late: told on its first day"),
        pytest.param("11-23", "11-18", [(14, "11-18"), (7, "11-23")], id="and on the next step"),
        pytest.param("11-17", "11-18", [], id="not opened yet"),
        pytest.param("11-01", "10-01", [(30, "10-31")], id="opened before the ladder"),
    ],
)
def test_reminders_that_have_fallen(
    today: str, opened: str | None, steps: list[tuple[int, str]]
) -> None:
    """Due on 30 November."""
    day = date.fromisoformat(f"2026-{today}")
    given = None if opened is None else date.fromisoformat(f"2026-{opened}")
    found = reached(date(2026, 11, 30), day, given)
    assert [(step.before, f"{step.day:%m-%d}") for step in found] == steps


# -------------------------------------------------------------------------- renewals and newcomers


def epr(number: str = "T-1", **more: object) -> TaskRow:
    usual = {"regime": "epr_packaging", "registration": "DE1234567890123"}
    return task(number, **usual | {"valid_to": date(2026, 12, 31)} | more)


@pytest.mark.parametrize(
    ("tasks", "proposed"),
    [
        pytest.param([epr()], ["T-1-R202612"], id="closed, with number and end"),
        pytest.param([epr("T-1-R202512")], ["T-1-R202612"], id="the renewal of a renewal"),
        pytest.param([epr(done=0.5)], [], id="still open"),
        pytest.param([epr(registration="")], [], id="no number"),
        pytest.param([epr(valid_to=None)], [], id="no end"),
        pytest.param([task(valid_to=date(2026, 12, 31))], [], id="a filing is not renewed"),
        pytest.param([epr(), epr("T-1-R202612", country="FR", done=0.0)], [], id="already there"),
        pytest.param([epr(), epr("T-9", done=0.0, valid_to=None)], [], id="one is being done"),
        pytest.param([epr(), epr("T-9", valid_to=date(2027, 12, 31))], ["T-9-R202712"], id="newer"),
        pytest.param([epr(), epr("T-9", valid_to=None)], ["T-1-R202612"], id="one without an end"),
    ],
)
def test_a_closed_registration_proposes_its_renewal(
    tasks: list[TaskRow], proposed: list[str]
) -> None:
    assert [one.number for one in renewals(tasks, TODAY)] == proposed


def test_a_renewal_is_due_thirty_days_before_the_end() -> None:
    (one,) = renewals([epr()], TODAY)
    assert (one.due, one.owner, one.region) == (date(2026, 12, 1), "ANN", Region.EU)


@pytest.mark.parametrize(
    ("who", "numbers"),
    [
        pytest.param({"start": date(2026, 10, 5)}, ["05", "07", "30", "60", "75"], id="EU"),
        pytest.param(
            {"start": date(2026, 10, 5), "us_share": 1.0}, ["05", "07", "30", "60"], id="US"
        ),
        pytest.param(
            {"start": date(2026, 10, 5), "us_share": None},
            ["05", "07", "30", "60", "75"],
            id="both sides",
        ),
        pytest.param({"start": date(2026, 8, 8)}, [], id="75 days ago: no newcomer any more"),
        pytest.param({"start": None}, [], id="nobody wrote the start"),
        pytest.param({"start": date(2026, 10, 5), "end": date(2026, 10, 20)}, [], id="left"),
        pytest.param({"start": date(2026, 10, 5), "end": date(2027, 1, 1)}, 5, id="leaves later"),
    ],
)
def test_gates_of_a_newcomer(who: dict[str, object], numbers: list[str] | int) -> None:
    book = Book(Settings("2026-10", "X"), people=(person("NEW", **who),))  # type: ignore[arg-type]  # a table of cases
    found = [one.number.removeprefix("G-NEW-") for one in gates(book, TODAY)]
    assert (len(found) if isinstance(numbers, int) else found) == numbers


def test_the_ad_group_runs_alone_within_seven_days() -> None:
    """Started on Monday 5 October: the seventh day is Sunday the 11th."""
    new = person("NEW", start=date(2026, 10, 5), us_share=0.5, mentor="ANN")
    found = {one.number: one for one in gates(Book(Settings("2026-10", "X"), people=(new,)), TODAY)}
    week = found["G-NEW-07"]
    assert (week.due, week.reviewer, week.region) == (date(2026, 10, 11), "ANN", None)
    assert found["G-NEW-75"].region is Region.EU


def test_who_has_gates_gets_no_others() -> None:
    new = person("NEW", start=date(2026, 10, 5))
    book = Book(Settings("2026-10", "X"), people=(new,), tasks=(task(type="gate", owner="NEW"),))
    assert not list(gates(book, TODAY))


# -------------------------------------------------------------------------- what a task still lacks


@pytest.mark.parametrize(
    ("one", "codes"),
    [
        pytest.param(task(), [], id="all there"),
        pytest.param(epr(registration="DE1"), ["number_wrong"], id="a wrong number"),
        pytest.param(epr(registration="{x}"), ["number_wrong"], id="braces are no places"),
        pytest.param(epr(registration=""), ["done_without_number"], id="no number"),
        pytest.param(task(delivered=None), ["done_without_day"], id="done on no day"),
        pytest.param(task(delivered=None, done=0.5), [], id="not done needs no day"),
        pytest.param(task(regime="ftc"), ["done_without_outcome"], id="not judged"),
        pytest.param(task(regime="ftc", outcome="failed"), [], id="judged"),
        pytest.param(task(type="deliverable", regime=None), ["done_without_outcome"], id="sent"),
        pytest.param(task(regime="finding"), ["finding_without_day"], id="found on no day"),
        pytest.param(task(country=None, owner=None), ["task_incomplete"], id="one for both"),
        pytest.param(task(due=None), ["task_incomplete"], id="no due day"),
        pytest.param(epr(due=None), [], id="the end of a registration is a day too"),
        pytest.param(task(type="action", delivered=None, country=None), [], id="a free action"),
    ],
)
def test_what_a_task_lacks(one: TaskRow, codes: list[str]) -> None:
    book = Book(Settings("2026-10", "X"), tasks=(one,))
    assert [problem.code for problem in check_tasks(book)] == codes


# ----------------------------------------------------------------- among facts, in cards and scopes


def actuals(found: Register, *leaves: Leaf) -> Actuals:
    totals = Totals(
        leaf_sums(leaves),
        {"AMZ-DE": "amazon"},
        lambda _platform, _measure: (("book.inputs",),),
        CATALOG.measures,
    )
    money = Converter("EUR", {}, DayRates({"USD": 0}, (), {}))
    days = {"AMZ-DE": date(2026, 10, 1)}
    return Actuals(totals, CATALOG, money, days, frozenset(), register=found.actual)


TYPED: Leaf = (
    "book.inputs",
    "AMZ-DE",
    date(2026, 10, 1),
    "",
    "EUR",
    {"stage_gates_due": 4, "stage_gates_passed": 1},
)
GATES_OF_ANN = [
    pytest.param((task(type="gate"),), 1.0, DataState.COMPLETE, id="tasks go before typed figures"),
    pytest.param((), 0.25, DataState.MANUAL, id="nothing due: the typed figure"),
]


@pytest.mark.parametrize(("tasks", "value", "state"), GATES_OF_ANN)
def test_tasks_and_typed_figures(
    tasks: tuple[TaskRow, ...], value: float, state: DataState
) -> None:
    where = ScopeParts(COMPANY, (Part("AMZ-DE", Window(date(2026, 1, 1), date(2027, 1, 1))),))
    found = actuals(register(*tasks), TYPED).of(CATALOG.metrics["stage_gate_rate"], where, OCT)
    assert (found.value, found.state) == (value, state)


def test_neither_tasks_nor_typed_figures_is_not_applicable() -> None:
    found = actuals(register(), TYPED)
    where = ScopeParts(COMPANY, (Part("AMZ-DE", Window(date(2026, 1, 1), date(2027, 1, 1))),))
    gdpr = found.of(CATALOG.metrics["gdpr_on_time_rate"], where, OCT)
    assert (gdpr.value, gdpr.state) == (None, DataState.NOT_APPLICABLE)


WEIGHT = WeightRow(
    role="compliance",
    region=Region.EU,
    metric="vat_on_time_rate",
    on=True,
    weight=100.0,
    method="yes_no",
    better=Better.HIGHER,
    warn=None,
    breach=None,
    bound=Bound.STRICT,
    veto=False,
    start=date(2026, 1, 1),
    cap=100.0,
    floor=0.0,
    params=(None, None, None, None),
    missing="exclude",
    address="权重!A5",
)


def test_who_has_tasks_and_no_shop_has_a_card_and_a_scope() -> None:
    people = tuple(person(code, role="compliance") for code in ("ANN", "BOB"))
    shop = Shop("AMZ-DE", "amazon", "DE", Region.EU, "EUR", "Europe/Berlin")
    book = Book(
        Settings("2026-10", "X"),
        shops=(shop,),
        people=people,
        tasks=(task(region=None),),
        weights=(WEIGHT,),
    )
    scoring = Scoring(book, actuals(Register(book, CATALOG, TODAY)))
    assert [(c.person.code, c.total) for c in scoring.people(OCT)] == [("ANN", 100.0)]
    assert [s.scope.code for s in scopes(book) if s.scope.kind is ScopeKind.PERSON] == ["ANN"]


REGIMES = {"VAT": "vat", "EPR包装": "epr_packaging", "CE检查": "ce_check"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("", {}, id="nothing"),
        pytest.param("30/14/7", {"": (30, 14, 7)}, id="one for all"),
        pytest.param("VAT 60/30/7", {"vat": (60, 30, 7)}, id="one regime"),
        pytest.param(
            "7 14、0；VAT：60, 30；EPR包装 90",
            {"": (14, 7, 0), "vat": (60, 30), "epr_packaging": (90,)},
            id="any signs, the longest first",
        ),
        pytest.param("tomorrow", None, id="no number"),
        pytest.param("VAT", None, id="a regime without days"),
        pytest.param("Taxes 30/7", None, id="a regime that nobody knows"),
        pytest.param("30/7; 14", None, id="two for all"),
        pytest.param("1000/30", None, id="three years ahead is a slip"),
    ],
)
def test_ladders_as_they_are_typed(text: str, found: dict[str, tuple[int, ...]] | None) -> None:
    assert read_ladders(text, REGIMES.get) == found


@pytest.mark.parametrize(
    ("regime", "steps"),
    [
        pytest.param("vat", (60, 30), id="its own"),
        pytest.param("weee", (14, 7), id="that for all"),
        pytest.param(None, (14, 7), id="a free task"),
    ],
)
def test_the_ladder_of_a_regime(regime: str | None, steps: tuple[int, ...]) -> None:
    assert ladder_of({"": (14, 7), "vat": (60, 30)}, regime) == steps
    assert ladder_of({}, regime) == LADDER
