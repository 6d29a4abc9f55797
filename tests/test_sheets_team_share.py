"""LibreOffice adds up own and team's totals as Python does, in the manager's book and a slice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

import pytest

from kpi.model import Region
from kpi.person_cards import PersonCard, RegionCard, dropped, totalled
from kpi.scoring import CardItem, CardTotal, Grade, card_total, grade_of, item_score
from kpi.tables import ErrorValue
from kpi.teams import TeamPart
from sheet_templates import words
from sheet_templates.build import build
from sheet_templates.layout import Language
from sheet_templates.places import MANAGER_PLACES
from sheet_templates.start import BookStart, StartRow
from tests.card_support import PEOPLE
from tests.kpi_language_support import bits
from tests.libreoffice import NA, CellError, Office, Sheets
from tests.sheet_rows import rows_of
from tests.sheets_support import filled

MONTH = "2026-10"
UNKNOWN = ErrorValue("#N/A")
LIMIT = 110.0  # typed in Setup: some totals reach it
TEAMS = {"Ops": (96.4, 88.2, 0.6), "Dark": (None, 90.0, 0.5), "Solo": (None, 104.0, 0.0)}


@dataclass(frozen=True, slots=True)
class Case:
    """A line of Team: totals of the cards (a text: no card), shares, points and a veto."""

    person: str
    us: float | str | None
    eu: float | str | None
    us_share: float | None
    drop: bool = False
    team: str = ""
    q: float | None = None
    points: float = 0.0
    veto: bool = False


BY_HAND = (
    # 100 x 0.6 + 90 x 0.4 = 96; the team 96.4 x 0.6 + 88.2 x 0.4 = 93.12; 96 x 0.8 + 93.12 x 0.2
    (Case("H01", 100.0, 90.0, 0.6, team="Ops", q=0.2), 96.0, 93.12, 95.424),
    (Case("H02", 100.0, 90.0, 0.6), 96.0, "", 96.0),
    (Case("H03", 100.0, 90.0, 0.6, team="Ops", q=1.0), 96.0, 93.12, 93.12),
    (Case("H04", None, 90.0, 0.6, team="Ops", q=1.0), None, 93.12, 93.12),
    (Case("H05", 100.0, 90.0, 0.6, team="Dark", q=0.2), 96.0, None, None),
    (Case("H06", 100.0, 90.0, 0.6, team="Nobody", q=0.2), 96.0, None, None),
    (Case("H07", 100.0, 90.0, 0.6, team="Dark", q=0.0), 96.0, "", 96.0),
    (Case("H08", 100.0, None, 0.95, drop=True), 100.0, "", 100.0),
    (Case("H09", 100.0, None, 0.95), None, "", None),
    (Case("H10", 100.0, None, 0.9, drop=True), None, "", None),  # a tenth is not small
    (Case("H11", None, 80.0, 0.09, drop=True, team="Ops", q=0.5), 80.0, 93.12, 86.56),
    (Case("H12", None, None, 0.95, drop=True), None, "", None),
    (Case("H13", 40.0, 90.0, 0.6, team="Ops", q=0.5, veto=True), 0.0, 93.12, 0.0),
    (Case("H14", 118.0, 116.0, 0.5, team="Solo", q=0.5, points=4.0), 110.0, 104.0, 107.0),
    (Case("H15", "", 90.0, 0.0, team="Solo", q=0.25), 90.0, 104.0, 93.5),
    (Case("H16", None, 80.0, 0.09, drop=True, team="Dark", q=0.5), 80.0, None, None),
)


def drawn(count: int) -> list[Case]:
    """Anything that may stand beside each other."""
    chance = Random(20261129)

    def score() -> float | None:
        return None if chance.random() < 0.2 else float(f"{chance.uniform(0, 120):.10g}")

    def share() -> float:
        plain = chance.choice([0.04, 0.0999999999, 0.1, 0.5, 0.9, 0.95, chance.random()])
        return float(f"{plain:.12g}")

    return [
        Case(
            f"P{n:03d}",
            *(score(), score(), share()),
            drop=chance.random() < 0.5,
            team=chance.choice(["", *TEAMS]),
            q=chance.choice([None, 0.0, 0.2, 1.0, float(f"{chance.random():.12g}")]),
            points=chance.choice([0.0, 0.0, 2.5, -7.0]),
            veto=chance.random() < 0.2,
        )
        for n in range(count)
    ]


CASES = (*(one for one, *_ in BY_HAND), *drawn(180))


# --- Python ---------------------------------------------------------------------------------------


def total_of(score: float | str | None) -> CardTotal:
    value = score if isinstance(score, float) else None
    return card_total([CardItem("acos", 100.0, item_score("ratio_up", value, 100.0))])


def by_python(one: Case) -> PersonCard:
    scores = {Region.US: one.us, Region.EU: one.eu}
    found = tuple(
        RegionCard(region, (), total_of(score)) for region, score in scores.items() if score != ""
    )
    person = replace(PEOPLE[0], code=one.person, department=one.team)
    team = TeamPart(one.team, one.q, team_totals().get(one.team)) if one.q else None
    points = (one.points,) if one.points else ()
    made = PersonCard(person, MONTH, found, one.us_share, points, None, None, 0)
    made = replace(made, limit=(0.0, LIMIT), drop_small=one.drop, team=team)
    card = totalled(made, {one.region: one.total.total for one in found})
    zero = one.veto and any(isinstance(s, float) and s < 50 for s in scores.values())
    if not zero:
        return card
    total, own = (None if value is None else 0.0 for value in (card.total, card.own))
    return replace(card, total=total, own=own, grade=grade_of(total))


def team_totals() -> dict[str, float | None]:
    return {name: by_python(Case(name, *line)).own for name, line in TEAMS.items()}


# --- the book -------------------------------------------------------------------------------------


def items(one: Case, language: Language, names: Mapping[str, str]) -> list[StartRow]:
    scores = {"US": one.us, "EU": one.eu}
    return [
        {
            "item": f"{MONTH}｜{one.person}｜{region}｜acos",
            "month": MONTH,
            "person": one.person,
            "region": region,
            "line": 1.0,
            "metric": names["acos"],
            "target": 100.0,
            "due_share": 1.0,
            "actual": UNKNOWN if score is None else score,
            "counted": UNKNOWN if score is None else score,
            "data_state": words.show("data_state", "complete", language),
            "weight": 100.0,
            "method": words.show("method", "ratio_up", language),
            "better": words.show("better", "higher", language),
            "cap": 120.0,
            "floor": 0.0,
            "breach": 50.0,
            "bound": words.show("bound", "strict", language),
            "veto": words.show("veto", "total_zero" if one.veto else "no", language),
            "missing": words.show("missing", "exclude", language),
            "target_basis": words.show("due_basis", "target", language),
            "unit": "ratio",
        }
        for region, score in scores.items()
        if score != ""
    ]


def start(language: Language) -> BookStart:
    plain = filled(language)
    names = plain.metric_names(language)
    lines = [*CASES, *(Case(name, *line) for name, line in TEAMS.items())]
    team: list[StartRow] = [
        {
            "person": one.person,
            "us_share": one.us_share,
            "drop_below": 0.1 if one.drop else None,
            "team": one.team or None,
            "team_share": one.q,
        }
        for one in lines
    ]
    points: list[StartRow] = [
        {"no": one.person, "month": MONTH, "person": one.person, "applied": one.points}
        for one in lines
        if one.points
    ]
    rows = [row for one in lines for row in items(one, language, names)]
    return BookStart(
        people=[{"person": "H01"}],
        kpis=plain.kpis,
        points=points,
        settings={**plain.settings, "total_limit": LIMIT},
        names=plain.names,
        card={"person": "H01", "region": "US", "month": MONTH},
        service={"tblScore": rows, "tblTeam": team},
    )


LANGUAGES: tuple[Language, ...] = ("zh", "en")


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> Language:
    found: Language = request.param
    return found


@pytest.fixture(scope="module")
def calculated(
    language: Language, office: Office, tmp_path_factory: pytest.TempPathFactory
) -> Sheets:
    path = tmp_path_factory.mktemp("team") / "team.xlsx"
    return office.calculate(build(path, "manager", language, start(language)))


def shown(value: object) -> object:
    """A cell as `bits` tells numbers apart; unknown is None."""
    if isinstance(value, CellError):
        assert value == NA
        return bits(None)
    return bits(value) if isinstance(value, float) else value


def test_every_line_adds_up_as_python_does(calculated: Sheets, language: Language) -> None:
    rows = {row["person"]: row for row in rows_of(calculated, MANAGER_PLACES["tblTeam"], language)}
    assert len(rows) == len(CASES) + len(TEAMS)
    held: set[tuple[bool, bool]] = set()
    for one in CASES:
        want, row = by_python(one), rows[one.person]
        assert shown(row["own_total"]) == bits(want.own), one
        assert shown(row["total"]) == bits(want.total), one
        assert shown(row["team_total"]) == ("" if want.team is None else bits(want.team.total)), one
        grade: Grade | None = want.grade
        assert row["grade"] == (grade.name if grade else NA), one
        held.add((want.total is None, dropped(want) is not None))
    assert held == {(True, False), (False, False), (False, True), (True, True)}


@pytest.mark.parametrize("at", range(len(BY_HAND)))
def test_the_lines_worked_by_hand(calculated: Sheets, language: Language, at: int) -> None:
    rows = {row["person"]: row for row in rows_of(calculated, MANAGER_PLACES["tblTeam"], language)}
    one, own, team, total = BY_HAND[at]
    row = rows[one.person]
    found = (row["own_total"], row["team_total"], row["total"])
    assert found == tuple(NA if value is None else value for value in (own, team, total))


def test_the_card_says_how_the_month_adds_up(calculated: Sheets, language: Language) -> None:
    page: Sequence[Sequence[Any]] = calculated["记分卡" if language == "zh" else "Card"]
    zh = "US 100.00 × 60% + EU 90.00 × 40% → 个人 96.00 × 80% + 团队 Ops 93.12 × 20%"
    en = "US 100.00 × 60% + EU 90.00 × 40% → own 96.00 × 80% + team Ops 93.12 × 20%"
    assert page[23][11:13] == [95.424, zh if language == "zh" else en]
