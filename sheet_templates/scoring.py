"""The scoring formulas as this book's cells have them; the texts come from kpi.sheet_scoring.

Formulas of an empty line stay empty. The functions here only say where the cells are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from kpi import sheet_scoring
from kpi.scoring import GRADES, LIMIT, Grade
from kpi.typed_rows import VetoEffect
from sheet_templates.places import Cells, Formula, Ref, guarded, quote, setting_value
from sheet_templates.start import StartRow

CARD_REGIONS = ("US", "EU")


def item_formulas(book: Cells) -> Mapping[str, Formula]:
    """Formulas of tblScore by column; those that may be calls stand in `scoring_kinds`."""
    col = book.column("tblScore")
    made: dict[str, Formula] = {
        "usable": lambda r: sheet_scoring.usable(r, book.word),
        "share": lambda r: sheet_scoring.share(r, col),
        "points": sheet_scoring.points,
        "tried_target": lambda r: sheet_scoring.tried(r, "target"),
        "tried_weight": lambda r: sheet_scoring.tried(r, "weight"),
        "try_score": lambda r: sheet_scoring.try_score(r, book.word),
        "try_points": lambda r: sheet_scoring.try_points(r, col),
    }
    return {code: guarded(make, "item") for code, make in made.items()}


def card_total(book: Cells, month: str, person: str, region: str) -> str:
    """A card's total; withheld below the minimum coverage, empty where there is no card."""

    def total(col: Ref, tests: str) -> str:
        return sheet_scoring.card_total(col, book.word, tests, "nmMinCoverage")

    return _of_card(book, month, person, region, total)


def card_coverage(book: Cells, month: str, person: str, region: str) -> str:
    """Which part of a card's weight could be scored; empty where there is no card."""

    def coverage(col: Ref, tests: str) -> str:
        return sheet_scoring.card_coverage(col, book.word, tests)

    return _of_card(book, month, person, region, coverage)


def card_by_hand(book: Cells, month: str, person: str, region: str) -> str:
    """Which part of a card was typed by hand; empty where there is no card."""

    def typed(col: Ref, tests: str) -> str:
        return sheet_scoring.card_by_hand(col, book.word, tests)

    return _of_card(book, month, person, region, typed)


def _of_card(
    book: Cells, month: str, person: str, region: str, make: Callable[[Ref, str], str]
) -> str:
    col = book.column("tblScore")
    tests = sheet_scoring.card_tests(col, month, person, region)
    return f'IF(COUNTIFS({tests})=0,"",{make(col, tests)})'


def person_coverage(book: Cells, month: str, person: str) -> str:
    """The least coverage of a person's cards; a card that is not there takes nothing away."""
    col = book.column("tblScore")
    outside = quote("<>" + book.word("data_state", "not_applicable"))
    mine = f"{col('month')},{month},{col('person')},{person}"
    parts = [
        f"IFERROR({sheet_scoring.card_coverage(col, book.word, tests)},1)"
        for region in CARD_REGIONS
        for tests in (sheet_scoring.card_tests(col, month, person, f'"{region}"'),)
    ]
    weight = f"SUMIFS({col('weight')},{mine},{col('data_state')},{outside})"
    return f"IF({weight}>0,MIN({','.join(parts)}),NA())"


def person_points(book: Cells, month: str, person: str) -> str:
    """Points given by hand, as they count after the caps; a partner's book has none."""
    if not book.holds("tblPoint"):
        return "0"
    col = book.column("tblPoint")
    return sheet_scoring.person_points(col("applied"), col("month"), month, col("person"), person)


def own_total(book: Cells, ref: Ref) -> str:
    """Both cards by their shares, plus points; nothing once a veto leaves nothing."""
    us, eu, share, points = (ref(c) for c in ("us_score", "eu_score", "us_share", "points"))
    zeros, limit = _zeros(book, ref), total_limit(book)
    return sheet_scoring.person_total(us, eu, share, points, zeros, limit, ref("drop_below"))


def team_total(book: Cells, ref: Ref) -> str:
    """The total of the person's team: the own total of the team's line."""
    people, totals = (book.column("tblTeam")(code) for code in ("person", "own_total"))
    return sheet_scoring.team_total(ref("team_share"), ref("team"), people, totals)


def person_total(book: Cells, ref: Ref) -> str:
    """The own total with the team's by its share; nothing once a veto leaves nothing."""
    own, team, share = (ref(code) for code in ("own_total", "team_total", "team_share"))
    return sheet_scoring.with_team(own, team, share, _zeros(book, ref), total_limit(book))


def _zeros(book: Cells, ref: Ref) -> str:
    return veto_count(book, "nmMonth", ref("person"), VetoEffect.TOTAL_ZERO)


def total_limit(book: Cells) -> str:
    """The highest total by Setup, in a slice as it was stamped; the default where there is none."""
    typed = setting_value(book, "total_limit") if book.holds("tblSetting") else "nmTotalLimit"
    return f"IF(ISNUMBER({typed}),{typed},{LIMIT[1]:g})"


def veto_count(
    book: Cells, month: str, person: str, effect: VetoEffect = VetoEffect.GRADE_CAP
) -> str:
    """How many veto items of a person and effect are in breach."""
    return sheet_scoring.veto_count(book.column("tblScore"), book.word, month, person, effect)


def vetoes_unchecked(book: Cells, month: str, person: str) -> str:
    """How many veto items of a person nobody could judge."""
    return sheet_scoring.vetoes_unchecked(book.column("tblScore"), book.word, month, person)


def grade(book: Cells, total: str, month: str, person: str) -> str:
    """The band of the total; a breached veto item caps it at the lowest grade."""
    return sheet_scoring.grade(total, veto_count(book, month, person), ladder(book))


def coefficient(book: Cells, cell: str) -> str:
    """The coefficient of a grade."""
    return sheet_scoring.coefficient(cell, ladder(book))


def ladder(book: Cells) -> Ref | None:
    """The columns of the grade table; None in a workbook of before it, which has the default."""
    return book.column("tblGrade") if book.holds("tblGrade") else None


def if_card(total: str, text: str) -> str:
    """Nothing where the person has no card in the region."""
    return f'IF(ISNA({total}),NA(),IF({total}="","",{text}))'


def grade_lines(grades: Sequence[Grade] = GRADES) -> tuple[StartRow, ...]:
    """The lines of tblGrade: the lowest first, from 0 points."""
    return tuple(
        {"grade": one.name, "start": one.start or 0.0, "coefficient": one.coefficient}
        for one in reversed(grades)
    )
