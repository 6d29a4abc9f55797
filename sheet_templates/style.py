"""Formats and colours by meaning (WORKBOOK.md, section 8), and how wide a column must be."""

from __future__ import annotations

from dataclasses import dataclass, field

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook

from sheet_templates.layout import Column, Language, Owner, TableLayout

Props = dict[str, object]

FONT = {"zh": "Microsoft YaHei", "en": "Calibri"}  # LibreOffice falls back to Noto Sans CJK
TAB = {"blue": "#2F75B5", "green": "#548235", "grey": "#808080", "none": ""}
GRID = "#D9D9D9"
INK = "#262626"
QUIET = "#7F7F7F"
BAND = "#BFBFBF"

OWNER_LOOK: dict[Owner, Props] = {
    Owner.MANAGER: {"bg_color": "#1F4E79", "font_color": "#FFFFFF"},
    Owner.SERVICE: {"bg_color": "#D9D9D9", "font_color": INK},
    Owner.FORMULA: {"bg_color": "#FFFFFF", "font_color": INK},
    Owner.PARTNER: {"bg_color": "#ED7D31", "font_color": "#FFFFFF"},
}

# Colour sits on the status cell only; the sign says the same without colour.
STATUS: tuple[tuple[str, Props], ...] = (
    ("●", {"font_color": "#1E6B2E"}),
    ("▲", {"bg_color": "#FFEB9C", "font_color": "#7F6000"}),
    ("■", {"bg_color": "#FFC7CE", "font_color": "#9C0006"}),
    ("○", {"bg_color": "#F2F2F2", "font_color": "#595959"}),
    ("◇", {"pattern": 14, "bg_color": "#FFFFFF", "fg_color": "#BFBFBF"}),  # hatched grey
    ("✎", {"font_color": "#7030A0"}),
)
PENDING: Props = {"bg_color": "#FFF9DB"}
UNKNOWN: Props = {"font_color": "#A6A6A6"}
TYPED_BY_HAND: Props = {"font_color": "#7030A0"}

NUMBER = {
    "money": "#,##0",
    "count": "#,##0",
    "ratio": "0.0%",
    "points": "0.0",
    "days": "0.0",
    "hours": "0.0",
    "turns": "0.00",
    "number": "#,##0.00",
    "date": "yyyy-mm-dd",
    "time": "yyyy-mm-dd hh:mm",
    "text": "@",
}
UNIT_FORMAT = {  # of a value whose unit stands in its own row
    "money": "#,##0",
    "count": "#,##0",
    "ratio": "0.0%",
    "days": "0.0",
    "hours": "0.0",
    "points": "0.0",
    "turns": "0.00",
    "rank": "#,##0",
    "flag": "0",
}
SHORT_MONEY = '[>=1000000]0.000,,"M";[>=1000]#,##0,"k";#,##0'

KIND_WIDTH = {
    "text": 12.0,
    "money": 12.0,
    "count": 8.0,
    "ratio": 9.0,
    "points": 8.5,
    "days": 9.0,
    "number": 11.0,
    "date": 11.5,
    "time": 16.5,
    "flag": 8.0,
    "link": 9.0,
    "spark": 15.0,
    "choice": 11.0,
}
WIDTH = {
    "tblFocus.no": 5.0,
    "tblFocus.level": 10.5,
    "tblFocus.what": 27.0,
    "tblFocus.scope": 10.0,
    "tblFocus.effect": 10.0,
    "tblFocus.owner": 9.0,
    "tblFocus.age": 11.0,
    "tblFocus.next_step": 23.0,
    "tblFocus.link": 9.0,
    "tblTeam.state": 9.0,
    "tblTeam.us_share": 8.5,
    "tblTeam.comment": 26.0,
    "tblTeam.role": 13.0,
    "tblBreach.metric": 18.0,
    "tblBreach.cause": 34.0,
    "tblBreach.action": 24.0,
    "tblTask.what": 34.0,
    "tblTask.comment": 22.0,
    "tblTask.evidence": 20.0,
    "tblTask.about": 16.0,
    "tblReview.topic": 22.0,
    "tblReview.decision": 34.0,
    "tblReview.expected": 24.0,
    "tblReview.result": 22.0,
    "tblTarget.year": 7.0,
    "tblTarget.metric": 25.0,
    "tblTarget.region": 8.0,
    "tblTarget.pending": 24.0,
    "tblTarget.check": 20.0,
    "tblTarget.note": 22.0,
    "tblTarget.year_total": 13.0,
    "tblWeight.metric": 25.0,
    "tblWeight.method": 16.0,
    "tblWeight.role": 16.0,
    "tblWeight.region": 8.0,
    "tblWeight.on": 7.0,
    "tblWeight.pending": 24.0,
    "tblPeople.name": 16.0,
    "tblPeople.contact": 26.0,
    "tblProduct.sku": 20.0,
    "tblProduct.name": 34.0,
    "tblProduct.category": 16.0,
    "tblSetting.setting": 22.0,
    "tblSetting.value": 22.0,
    "tblSetting.meaning": 54.0,
    "tblReconcile.days": 24.0,
    "tblKpi.metric": 27.0,
    "tblKpi.name": 27.0,
    "tblKpi.formula": 26.0,
    "tblKpi.numerator": 34.0,
    "tblKpi.denominator": 22.0,
    "tblKpi.includes": 34.0,
    "tblKpi.source": 22.0,
    "tblKpi.switches": 20.0,
    "tblKpi.check": 22.0,
    "tblRule.rule": 30.0,
    "tblRule.metric": 20.0,
    "tblRule.scope": 14.0,
    "tblRule.receivers": 18.0,
    "tblRule.quiet_days": 18.0,
    "tblInput.measure": 22.0,
    "tblInput.evidence": 26.0,
    "tblInput.used": 22.0,
    "tblPoint.reason": 34.0,
    "tblPoint.evidence": 24.0,
    "tblScore.item": 34.0,
    "tblScore.metric": 25.0,
    "tblScore.data_state": 11.0,
    "tblScore.method": 13.0,
    "tblScore.source": 26.0,
    "tblScore.facts": 16.0,
    "tblScore.meaning": 34.0,
    "tblScore.card_key": 26.0,
    "tblActual.metric": 22.0,
    "tblActual.source": 30.0,
    "tblActual.facts": 18.0,
    "tblLog.where": 30.0,
    "tblLog.what": 60.0,
    "tblLog.mend": 60.0,
    "tblContract.metric": 25.0,
    "tblContract.source": 26.0,
    "tblContract.reward": 30.0,
    "tblContract.deduction": 30.0,
    "tblBreach.no": 24.0,
    "tblShop.status": 10.5,
    "tblShop.connection": 14.0,
}
FILTER_BUTTON = 2.5  # characters that the arrow of a header covers


def cells(text: str) -> float:
    """How many character cells a text takes: a Chinese character takes two."""
    return sum(2.0 if ord(letter) > 0x2E7F else 1.0 for letter in text)  # noqa: PLR2004  # CJK


def width(table: TableLayout, column: Column, language: Language) -> float:
    """A column wide enough for its values and for its header on two lines."""
    kind = column.kind.partition(":")[0]
    wanted = WIDTH.get(f"{table.name}.{column.code}", KIND_WIDTH[kind])
    header = column.header(language)
    longest = max(cells(word) for word in header.split(" "))
    needed = max(longest if language == "en" else min(cells(header), 8), cells(header) / 2)
    return max(wanted, needed + FILTER_BUTTON + 2)


def number_format(column: Column) -> str:
    """The number format of a column; text formulas need General, or they would show as text."""
    kind = column.kind.partition(":")[0]
    if column.code == "year":
        return "0"
    if kind in ("text", "choice", "link", "spark", "flag"):
        return "General" if column.owner is Owner.FORMULA else "@"
    return NUMBER[kind]


def is_number(column: Column) -> bool:
    """Whether a column holds numbers, dates aside."""
    return column.kind in ("money", "count", "ratio", "points", "days", "number")


@dataclass(slots=True)
class Styles:
    """Formats of one workbook, each made once."""

    workbook: Workbook
    language: Language
    made: dict[str, Format] = field(default_factory=dict)

    def get(self, **props: object) -> Format:
        """The format of these properties, in the edition's font."""
        key = repr(sorted(props.items()))
        if key not in self.made:
            base = {"font_name": FONT[self.language], "font_size": 10, "font_color": INK}
            self.made[key] = self.workbook.add_format({**base, "valign": "vcenter", **props})
        return self.made[key]

    def rule(self, **props: object) -> Format:
        """A conditional format: only what it changes."""
        key = "rule" + repr(sorted(props.items()))
        if key not in self.made:
            self.made[key] = self.workbook.add_format(props)
        return self.made[key]

    def header(self, owner: Owner, *, folded: bool = False, align: str = "left") -> Format:
        """The header of a column, coloured by its owner."""
        return self.get(
            bold=not folded,
            italic=folded,
            text_wrap=True,
            align=align,
            indent=1 if align == "left" else 0,
            border=1,
            border_color="#A6A6A6",
            **OWNER_LOOK[owner],
        )

    def body(self, column: Column, *, unlocked: bool = False) -> Format:
        """A data cell: numbers right, signs in the middle, text left."""
        extra: Props = {"locked": False} if unlocked else {}
        align = "right" if is_number(column) or column.kind in ("date", "time") else "left"
        return self.get(
            num_format=number_format(column),
            align=align,
            indent=0 if align == "right" else 1,
            bottom=1,
            bottom_color=GRID,
            **extra,
        )
