"""From items to a person's total: card totals, coverage, points by hand, grade, coefficient."""

from __future__ import annotations

from sheet_templates.book import Book
from sheet_templates.places import Ref

ADD_CAP, DEDUCT_CAP = 10, 20  # points; scoring.md section 7
TOTAL_MAX = 120
GRADES = (("S", 110, 1.5), ("A", 100, 1.2), ("B", 85, 1.0), ("C", 70, 0.8), ("D", None, 0.0))


def _tests(book: Book, month: str, person: str, region: str | None = None) -> str:
    col = book.column("tblScore")
    tests = [f"{col('month')},{month}", f"{col('person')},{person}"]
    if region:
        tests.append(f"{col('region')},{region}")
    return ",".join(tests)


def card_coverage(book: Book, month: str, person: str, region: str | None = None) -> str:
    """Usable weight over full weight; items that do not apply are on neither side."""
    col = book.column("tblScore")
    tests = _tests(book, month, person, region)
    outside = ",".join(
        f"{col('data_state')},{quoted}"
        for quoted in (book.literal("data_state", "not_applicable"),)
    )
    full = f"(SUMIFS({col('weight')},{tests})-SUMIFS({col('weight')},{tests},{outside}))"
    usable = f"SUMIFS({col('usable')},{tests})"
    return f"IF({full}=0,NA(),ROUND({usable}/{full},9))"


def card_total(book: Book, month: str, person: str, region: str) -> str:
    """The sum of a card's points; withheld below the minimum coverage, empty without a card."""
    col = book.column("tblScore")
    tests = _tests(book, month, person, region)
    covered = card_coverage(book, month, person, region)
    total = f"ROUND(SUMIFS({col('points')},{tests}),9)+0"
    known = f"IFERROR({covered},0)>=nmMinCoverage"
    return f'IF(COUNTIFS({tests})=0,"",IF({known},{total},NA()))'


def person_points(book: Book, month: str, person: str) -> str:
    """Additions and deductions by hand, each within its cap; a partner's book has none."""
    if "tblPoint" not in book.places:
        return "0"
    col = book.column("tblPoint")
    tests = f"{col('month')},{month},{col('person')},{person}"
    added = f'SUMIFS({col("points")},{tests},{col("points")},">0")'
    taken = f'SUMIFS({col("points")},{tests},{col("points")},"<0")'
    return f"ROUND(MIN({added},{ADD_CAP})-MIN(-{taken},{DEDUCT_CAP}),9)+0"


def person_total(ref: Ref) -> str:
    """Both cards by their shares, plus points, within 0 to 120; one card alone counts in full."""
    us, eu, share = ref("us_score"), ref("eu_score"), ref("us_share")
    part = f"IF(ISNUMBER({share}),{share},0.5)"
    both = f"ROUND({part}*{us},9)+ROUND((1-{part})*{eu},9)"
    mixed = f'IF({us}="",{eu},IF({eu}="",{us},{both}))'
    total = f"ROUND(MIN({TOTAL_MAX},MAX(0,{mixed}+{ref('points')})),9)+0"
    return f'IF(OR(ISNA({us}),ISNA({eu})),NA(),IF({us}&{eu}="","",{total}))'


def grade(book: Book, total: str, month: str, person: str) -> str:
    """The band of the total; a breached veto item caps it at the lowest grade."""
    bands = '"D"'
    for letter, lowest, _ in reversed(GRADES[:-1]):
        bands = f'IF({total}>={lowest},"{letter}",{bands})'
    vetoed = f"{veto_count(book, month, person)}>0"
    return f'IF(ISNUMBER({total}),IF({vetoed},"D",{bands}),"")'


def veto_count(book: Book, month: str, person: str, region: str | None = None) -> str:
    """How many veto items are in breach."""
    col = book.column("tblScore")
    tests = _tests(book, month, person, region)
    breach, yes = book.literal("status", "breach"), book.literal("yes_no", "yes")
    veto = f"{tests},{col('veto')},{yes},{col('status')},{breach}"
    return f"COUNTIFS({veto})"


def coefficient(letter: str) -> str:
    """The coefficient of a grade."""
    text = '""'
    for name, _, value in reversed(GRADES):
        text = f'IF({letter}="{name}",{value:g},{text})'
    return text
