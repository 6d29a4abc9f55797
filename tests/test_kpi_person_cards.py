"""What becomes of a person's regions: points, the team's part, vetoes, coverage; worked by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from kpi.actuals import Actual
from kpi.catalog import shipped
from kpi.employment import Presence
from kpi.missing import Outdated
from kpi.model import DataState, Region, Scope, ScopeKind, Status, Window
from kpi.person_cards import (
    Item,
    PersonCard,
    RegionCard,
    card_item,
    coverage,
    dropped,
    gated,
    hits,
    manual_share,
    totalled,
)
from kpi.scopes import same
from kpi.scoring import CardTotal
from kpi.teams import TeamPart
from kpi.typed_rows import VetoEffect
from tests.card_support import weight
from tests.target_support import person

US, EU = Region.US, Region.EU
OCT = Window(date(2026, 10, 1), date(2026, 11, 1))
SCOPE = Scope("ANN", ScopeKind.PERSON, US, same("ANN"))
CAP, BONUS, ZERO, FLAG = (
    VetoEffect.GRADE_CAP,
    VetoEffect.BONUS_ZERO,
    VetoEffect.TOTAL_ZERO,
    VetoEffect.FLAG,
)


def item(
    effect: VetoEffect | None = None,
    status: Status = Status.BREACH,
    state: DataState = DataState.COMPLETE,
    outdated: Outdated | None = None,
) -> Item:
    """A line of 40 points that scored 90; with an effect it is a veto."""
    rule = replace(weight("acos", 40.0), veto=effect is not None, effect=effect or CAP)
    actual = Actual("2026-10", SCOPE, "acos", 0.2, 20.0, 100.0, OCT, OCT.end, state, (), "")
    return Item(
        month="2026-10",
        person="ANN",
        region=US,
        line=1,
        metric=shipped().metrics["acos"],
        rule=rule,
        actual=actual,
        counted=0.2,
        goal=None,
        params=(None, None, None, None),
        here=Presence(OCT, OCT, 0, 1.0),
        due=0.2,
        attainment=1.0,
        score=90.0,
        status=status,
        outdated=outdated,
    )


def region(
    where: Region,
    *items: Item,
    total: float | None = None,
    covered: float | None = 1.0,
    manual: float = 0.0,
) -> RegionCard:
    return RegionCard(where, items, CardTotal(total, covered, (), (), (), manual))


def card(*cards: RegionCard, us_share: float | None = 1.0, **more: object) -> PersonCard:
    usual = PersonCard(
        person("ANN"), "2026-10", cards, us_share, points=(), total=None, grade=None, vetoes=0
    )
    return replace(usual, **more)  # type: ignore[arg-type]  # a table of cases


# --- one line ------------------------------------------------------------------------------------


def test_the_key_and_what_a_line_adds_up_as() -> None:
    one = item()
    assert one.key == "2026-10｜ANN｜US｜acos"
    found = card_item(one)
    assert (found.metric, found.weight, found.score) == ("acos", 40.0, 90.0)
    assert (found.applicable, found.block, found.manual) == (True, False, False)


@pytest.mark.parametrize(
    ("one", "applicable", "block", "manual"),
    [
        pytest.param(item(state=DataState.NOT_APPLICABLE), False, False, False, id="not asked"),
        pytest.param(item(state=DataState.MANUAL), True, False, True, id="typed by hand"),
        pytest.param(item(outdated=Outdated.BLOCK), True, True, False, id="an old value blocks"),
        pytest.param(
            item(outdated=Outdated.USE_TO_DATE), True, False, False, id="an old value counts"
        ),
        pytest.param(
            replace(item(), rule=replace(weight("acos", 40.0), missing="block")),
            *(True, True, False),
            id="the line's own policy blocks",
        ),
        pytest.param(
            replace(item(outdated=Outdated.BLOCK), rule=replace(weight("acos", 1.0), missing="no")),
            *(True, True, False),
            id="an old value goes before it",
        ),
    ],
)
def test_what_a_line_is_on_its_card(one: Item, applicable: bool, block: bool, manual: bool) -> None:
    found = card_item(one)
    assert (found.applicable, found.block, found.manual) == (applicable, block, manual)


# --- the total -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mine", "totals", "own", "total"),
    [
        pytest.param(card(us_share=0.6), {US: 90.0, EU: 80.0}, 86.0, 86.0, id="60 and 40 %"),
        pytest.param(card(us_share=1.0), {US: 90.0}, 90.0, 90.0, id="the US alone"),
        pytest.param(card(us_share=0.0), {EU: 80.0}, 80.0, 80.0, id="the EU alone"),
        pytest.param(card(us_share=0.6), {US: 90.0}, None, None, id="one is unknown"),
        pytest.param(
            card(us_share=0.95, drop_small=True), {US: 90.0}, 90.0, 90.0, id="5 % is left out"
        ),
        pytest.param(card(us_share=0.95), {US: 90.0}, None, None, id="unless it is not"),
        pytest.param(card(us_share=None), {US: 90.0, EU: 80.0}, None, None, id="no share"),
        pytest.param(
            card(points=(5.0, -2.0)), {US: 90.0}, 93.0, 93.0, id="3 points in all by hand"
        ),
        pytest.param(
            card(points=(5.0,), limit=(0.0, 92.0)), {US: 90.0}, 92.0, 92.0, id="up to the limit"
        ),
        pytest.param(
            card(team=TeamPart("EU team", 0.2, 70.0)), {US: 90.0}, 90.0, 86.0, id="a fifth is 70"
        ),
        pytest.param(
            card(team=TeamPart("EU team", 0.2, 150.0), limit=(0.0, 100.0)),
            *({US: 90.0}, 90.0, 100.0),
            id="102 with the team's is cut to 100",
        ),
        pytest.param(
            card(team=TeamPart("EU team", 0.2, None)), {US: 90.0}, 90.0, None, id="the team unknown"
        ),
    ],
)
def test_the_total_of_a_person(
    mine: PersonCard, totals: dict[Region, float | None], own: float | None, total: float | None
) -> None:
    found = totalled(mine, totals)
    assert (found.own, found.total) == (own, total)


@pytest.mark.parametrize(
    ("effects", "total", "own", "grade", "vetoes", "forfeits"),
    [
        pytest.param((), 90.0, 88.0, "B", 0, 0, id="none"),
        pytest.param((CAP,), 90.0, 88.0, "D", 1, 0, id="the lowest grade"),
        pytest.param((CAP, CAP), 90.0, 88.0, "D", 2, 0, id="two of them"),
        pytest.param((BONUS,), 90.0, 88.0, "B", 0, 1, id="no bonus"),
        pytest.param((ZERO,), 0.0, 0.0, "D", 0, 1, id="nothing, and no bonus"),
        pytest.param((ZERO, BONUS, CAP), 0.0, 0.0, "D", 1, 2, id="all three"),
        pytest.param((FLAG,), 90.0, 88.0, "B", 0, 0, id="a flag is shown alone"),
    ],
)
def test_what_vetoes_leave(
    effects: tuple[VetoEffect, ...],
    total: float,
    own: float,
    grade: str,
    vetoes: int,
    forfeits: int,
) -> None:
    mine = card(region(US, *(item(one) for one in effects)), total=90.0, own=88.0)
    found = gated(mine)
    assert (found.total, found.own) == (total, own)
    assert (found.vetoes, found.forfeits) == (vetoes, forfeits)
    assert found.grade is not None
    assert found.grade.name == grade


def test_an_unknown_total_stays_unknown_whatever_a_veto_takes() -> None:
    found = gated(card(region(US, item(ZERO)), total=None, own=88.0))
    assert (found.total, found.own, found.grade, found.forfeits) == (None, 0.0, None, 1)


@pytest.mark.parametrize(
    ("one", "count"),
    [
        pytest.param(item(CAP), 1, id="a veto in breach"),
        pytest.param(item(CAP, Status.WARN), 0, id="warned only"),
        pytest.param(item(CAP, Status.NO_DATA), 0, id="unknown never hits"),
        pytest.param(item(None), 0, id="a breach that is no veto"),
        pytest.param(item(ZERO), 0, id="another effect"),
    ],
)
def test_which_lines_hit(one: Item, count: int) -> None:
    assert hits(card(region(US, one), region(EU, one)), CAP) == 2 * count


# --- what is left out, typed and covered ---------------------------------------------------------


@pytest.mark.parametrize(
    ("mine", "found"),
    [
        pytest.param(
            card(region(US, total=90.0), region(EU), us_share=0.95, drop_small=True, own=90.0),
            *((EU, 0.05),),
            id="5 % of the EU",
        ),
        pytest.param(
            card(region(US), region(EU, total=80.0), us_share=0.05, drop_small=True, own=80.0),
            *((US, 0.05),),
            id="5 % of the US",
        ),
        pytest.param(
            card(region(US, total=90.0), region(EU), us_share=1.0, drop_small=True, own=90.0),
            *(None,),
            id="no share at all is nothing left out",
        ),
        pytest.param(
            card(region(US, total=90.0), region(EU), us_share=0.95, own=90.0), None, id="not asked"
        ),
        pytest.param(
            card(region(EU), us_share=0.95, drop_small=True, own=None), None, id="no total"
        ),
        pytest.param(
            card(region(EU), us_share=None, drop_small=True, own=9.0), None, id="no share known"
        ),
        pytest.param(
            card(region(US, total=0.0), us_share=0.95, drop_small=True, own=9.0),
            *(None,),
            id="0 is known",
        ),
    ],
)
def test_the_region_that_a_total_goes_without(
    mine: PersonCard, found: tuple[Region, float] | None
) -> None:
    assert dropped(mine) == found


@pytest.mark.parametrize(
    ("cards", "share"),
    [
        pytest.param((), None, id="no card"),
        pytest.param((region(US, manual=30.0),), 0.3, id="30 of 100"),
        pytest.param((region(US, manual=30.0), region(EU, manual=10.0)), 0.2, id="40 of 200"),
        pytest.param((region(US), region(EU)), 0.0, id="nothing"),
    ],
)
def test_the_part_that_was_typed(cards: tuple[RegionCard, ...], share: float | None) -> None:
    assert manual_share(card(*cards)) == share


@pytest.mark.parametrize(
    ("cards", "least"),
    [
        pytest.param((region(US, covered=0.8), region(EU, covered=0.7)), 0.7, id="the least"),
        pytest.param((region(US, covered=None), region(EU, covered=0.9)), 0.9, id="of the known"),
        pytest.param((region(US, covered=0.0), region(EU, covered=None)), 0.0, id="0 is known"),
        pytest.param((region(US, covered=None),), None, id="none is"),
        pytest.param((), None, id="no card"),
    ],
)
def test_the_coverage_of_a_person(cards: tuple[RegionCard, ...], least: float | None) -> None:
    assert coverage(card(*cards)) == least


def test_the_card_of_a_region() -> None:
    us, eu = region(US), region(EU)
    assert card(us, eu).card(EU) is eu
    assert card(us).card(EU) is None
