"""The person's month on the card: regions, points and team added up, and in words how.

The manager's book has the figures on Team; a slice has those that the service stamped. They stand
in the folded columns beside the card, so that the sum and its sentence read the same cells.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from xlsxwriter.worksheet import Worksheet

from kpi import sheet_scoring
from kpi.typed_rows import VetoEffect
from sheet_templates.book import Book, formula, quote
from sheet_templates.places import letters
from sheet_templates.scoring import card_total, person_points, total_limit, veto_count
from sheet_templates.style import UNKNOWN

SHOWN, SAID = 11, 12  # columns of the total and of its sentence
FOLDED = 13
STAMPED: Mapping[str, str] = {  # of a slice, by the column of tblTeam
    "us_share": "nmUsShare",
    "drop_below": "nmDropBelow",
    "team": "nmTeam",
    "team_share": "nmTeamShare",
    "team_total": "nmTeamTotal",
}
PLACED: Mapping[str, tuple[int, int]] = {  # rows below the sums, and folded columns
    "us_score": (0, 0),
    "eu_score": (0, 1),
    "us_share": (1, 0),
    "drop_below": (1, 1),
    "points": (2, 0),
    "team_share": (2, 1),
    "team": (3, 0),
    "team_total": (3, 1),
    "own_total": (4, 0),
    "total": (4, 1),
}
MONTH, PERSON = "nmCardMonth", "nmCardPerson"


def month_total(book: Book, tab: Worksheet, row: int) -> None:
    """Total and sentence beside the sums of the card, which stand in `row` and below."""
    label = book.styles.get(font_color="#595959", top=2, top_color="#1F4E79", align="right")
    left = book.styles.get(font_color="#595959", top=2, top_color="#1F4E79", indent=1)
    tab.write_string(row, SHOWN, book.text("本月总分", "Month's total"), label)
    tab.write_string(row, SAID, book.text("合成", "How it adds up"), left)
    spots = {code: f"${letters(FOLDED + c)}${row + r + 1}" for code, (r, c) in PLACED.items()}
    plain = book.styles.get()
    for code, text in _figures(book, spots).items():
        formula(tab, row + PLACED[code][0], FOLDED + PLACED[code][1], text, plain)
    big = book.styles.get(bold=True, font_size=14, align="right", num_format="0.00")
    formula(tab, row + 1, SHOWN, f'IF({MONTH}=nmMonth,{spots["total"]},"")', big)
    small = book.styles.get(font_color="#595959", font_size=9, indent=1, shrink=True)
    said = f'IF({MONTH}=nmMonth,{_sentence(book, spots)},"")'
    formula(tab, row + 1, SAID, said, small)
    unknown = {"type": "errors", "format": book.styles.rule(**UNKNOWN)}
    tab.conditional_format(row + 1, SHOWN, row + 1, SHOWN, unknown)


def _figures(book: Book, spots: Mapping[str, str]) -> dict[str, str]:
    """The formulas of the folded cells."""
    if book.edition == "manager":
        return {code: _of_team(book, code) for code in PLACED}
    given = {code: f'IF({name}="","",{name})' for code, name in STAMPED.items()}
    zeros = veto_count(book, MONTH, PERSON, VetoEffect.TOTAL_ZERO)
    limit = total_limit(book)
    cell = spots.__getitem__
    us, eu, share, points = map(cell, ("us_score", "eu_score", "us_share", "points"))
    below = cell("drop_below")
    own = sheet_scoring.person_total(us, eu, share, points, zeros, limit, below)
    mine, team, part = map(cell, ("own_total", "team_total", "team_share"))
    whole = sheet_scoring.with_team(mine, team, part, zeros, limit)
    given["points"] = person_points(book, MONTH, PERSON) if book.holds("tblPoint") else "nmPoints"
    stamped = f'{cell("us_share")}=""'  # not yet
    return {
        "us_score": card_total(book, MONTH, PERSON, '"US"'),
        "eu_score": card_total(book, MONTH, PERSON, '"EU"'),
        **given,
        "own_total": f'IF({stamped},"",{own})',
        "total": f'IF({stamped},"",{whole})',
    }


def _of_team(book: Book, code: str) -> str:
    """A cell of the person's line on Team; nothing of somebody without a line."""
    col = book.column("tblTeam")
    found = f"INDEX({col(code)},MATCH({PERSON},{col('person')},0))"
    there = f"COUNTIFS({col('person')},{PERSON})=0"
    return f'IF({there},"",IF(ISNA({found}),NA(),IF({found}="","",{found})))'


# --- in words -------------------------------------------------------------------------------------


def _sentence(book: Book, spots: Mapping[str, str]) -> str:
    """`US 98.20 × 60% + EU 101.00 × 40% + points 3.00 = 102.32; × 80% + team … × 20%`."""
    text = "&".join((*_regions(book, spots), _points(book, spots), *_team(book, spots)))
    none = quote(book.text("未填美区占比", "No US share"))
    return f'IF(ISNUMBER({spots["us_share"]}),{text},IF(ISNA({spots["total"]}),{none},""))'


def _number(cell: str) -> str:
    return f'IF(ISNUMBER({cell}),TEXT({cell},"0.00"),"–")'


def _percent(share: str) -> str:
    return f'ROUND({share}*100,4)&"%"'


def _regions(book: Book, spots: Mapping[str, str]) -> Iterator[str]:
    """Each region with a share; one that is left out says so."""
    share, below = spots["us_share"], spots["drop_below"]
    out = quote(f" ({book.text('未知，略去', 'unknown, left out')})")
    parts = (("US", spots["us_score"], share), ("EU", spots["eu_score"], f"ROUND(1-{share},9)"))
    for name, total, part in parts:
        dropped = f"AND(ISNUMBER({below}),NOT(ISNUMBER({total})),{part}<{below})"
        plus = f'IF({share}>0," + ","")&' if name == "EU" else ""
        times = f'IF({part}<1," × "&{_percent(part)},"")&IF({dropped},{out},"")'
        yield f'IF({part}>0,{plus}"{name} "&{_number(total)}&{times},"")'


def _points(book: Book, spots: Mapping[str, str]) -> str:
    points = spots["points"]
    word = quote(f" + {book.text('加减分', 'points')} ")
    return f'IF(ISNUMBER({points}),IF({points}<>0,{word}&{points},""),"")'


def _team(book: Book, spots: Mapping[str, str]) -> Iterator[str]:
    """The own total and the team's, each by its share; nothing without a share."""
    own, total, share = (spots[code] for code in ("own_total", "team_total", "team_share"))
    mine = quote(f" → {book.text('个人', 'own')} ")
    team = quote(f" + {book.text('团队', 'team')} ")
    rest = f"ROUND(1-{share},9)"
    said = (
        f'{mine}&{_number(own)}&" × "&{_percent(rest)}&{team}&{spots["team"]}&" "&'
        f'{_number(total)}&" × "&{_percent(share)}'
    )
    yield f'IF(ISNUMBER({share}),IF({share}>0,{said},""),"")'
