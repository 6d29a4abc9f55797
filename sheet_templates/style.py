"""Formats and colours by meaning (WORKBOOK.md, section 8)."""

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
TYPED_OVER: Props = {"border": 1, "border_color": "#7030A0"}

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
OWN_FORMAT = {  # columns that their kind's format would show too roughly, or too finely
    "tblProduct.unit_cost": "#,##0.00",
    "tblProduct.freight": "#,##0.00",
    "tblReconcile.difference": "0.00%",  # green within half a percent
    "tblShop.next_pull": "mm-dd hh:mm",
    **dict.fromkeys(("tblTeam.us_share", "tblTeam.drop_below"), "0%"),
    **dict.fromkeys(("tblTeam.team_share", "tblPeople.team_share"), "0%"),
    "tblTeam.coverage": "0%",
    "tblTeam.manual_share": "0%",
    **dict.fromkeys(("tblOkr.progress", "tblOkr.grade", "tblOkr.part"), "0.00"),
    "tblPeople.us_share": "0%",
    "tblAssign.share": "0%",
    "tblTask.done": "0%",
    **dict.fromkeys(
        (
            *("tblTask.amount", "tblTask.paid", "tblRegister.amount", "tblRegister.paid"),
            *("tblRegister.open", "tblRegister.late_amount", "tblRegister.report"),
        ),
        "#,##0.00",
    ),
    "tblTarget.year": "0",
    "tblPay.attendance": "0.0%",
    "tblPaySlice.rate": "0.00%",
    **dict.fromkeys(("tblPaySlice.start", "tblPaySlice.end"), "#,##0.00"),
    **{
        f"tblPay.{code}": "#,##0.00"
        for code in (
            *("base", "amount", "goal", "team", "gross", "prorated", "cap", "earned"),
            *("payable", "paid", "net", "kpi_amount", "kpi_goal"),
        )
    },
    **{
        f"tblPay.{code}": "#,##0.00;-#,##0.00;–"
        for code in ("rewards", "true_up", "loss_in", "loss_out")
    },
}
WRAPPED = frozenset(  # texts that people type or that are there from the start: the row can grow
    {
        *("tblFocus.what", "tblFocus.scope", "tblFocus.next_step"),
        *("tblBreach.action", "tblTask.what", "tblTask.comment"),
        *("tblReview.present", "tblReview.topic", "tblReview.decision", "tblReview.expected"),
        *("tblKpi.numerator", "tblKpi.denominator", "tblKpi.includes", "tblKpi.source"),
        *("tblKpi.switches", "tblKpi.name"),
        *("tblMeaning.numerator", "tblMeaning.denominator", "tblMeaning.includes"),
        *("tblMeaning.source", "tblDispute.reason"),
        *("tblLogic.action", "tblLogic.success", "tblLogic.measured"),
        *("tblPain.pain", "tblPain.cost", "tblPain.answer", "tblNeed.why"),
        *("tblDuty.purpose", "tblDuty.duties", "tblDuty.decides"),
        *("tblFeedback.what", "tblFeedback.wish", "tblFeedback.why", "tblKpiReview.note"),
        *("tblAdjust.reason", "tblAdjust.change", "tblAdjust.expected", "tblAdjust.result"),
        *("tblTalk.good", "tblTalk.better", "tblTalk.agreed", "tblTalk.support", "tblTalk.reply"),
        *("tblTerm.wording", "tblClause.wording", "tblContract.calculation", "tblContract.scoring"),
        *("tblContract.reward", "tblContract.deduction", "tblContract.source"),
        *("tblTeam.comment", "tblTarget.note", "tblWeight.note", "tblPoint.reason"),
        *("tblSetting.meaning", "tblPay.amount_from"),
    }
)
CENTRED = frozenset({"tblFocus.no", "tblFocus.level"})  # too narrow for an indent
TINY = frozenset({"tblScore.item", "tblBreach.no"})  # long keys that nobody reads
LONG = frozenset(  # sentences: cut at the end, never made tiny
    {"tblLog.what", "tblLog.mend", "tblTarget.benchmark", "tblPay.said"}
)
SMALL = frozenset({"tblFocus.what", "tblFocus.scope", "tblFocus.next_step"})
_MADE = (Owner.SERVICE, Owner.FORMULA)
SHORT_MONEY = '[>=1000000]0.000,,"M";[>=1000]#,##0,"k";#,##0'


def number_format(table: TableLayout, column: Column) -> str:
    """The number format of a column; text formulas need General, or they would show as text."""
    kind = column.kind.partition(":")[0]
    if kind in ("text", "choice", "link", "spark", "flag"):
        return "General" if column.owner is Owner.FORMULA else "@"
    return OWN_FORMAT.get(f"{table.name}.{column.code}", NUMBER[kind])


def is_number(column: Column) -> bool:
    """Whether a column holds amounts; a date is none, a year is a name."""
    return column.code != "year" and column.kind in (
        "money",
        "count",
        "ratio",
        "points",
        "days",
        "number",
    )


def header_align(table: TableLayout, column: Column) -> str:
    """Where the header of a column stands: like its values."""
    if f"{table.name}.{column.code}" in CENTRED:
        return "center"
    return "right" if is_number(column) else "left"


def plain(language: Language) -> Props:
    """What every cell of an edition looks like."""
    return {
        "font_name": FONT[language],
        "font_size": 10,
        "font_color": INK,
        "valign": "vcenter",
    }


def body_look(table: TableLayout, column: Column) -> Props:
    """A data cell: numbers right, all else left, both under their header.

    What a person does not type shrinks before it is cut or turns into ###. Numbers have no indent:
    LibreOffice 7.4 forgets one right of a cell that a rule coloured.
    """
    extra: Props = {}
    name = f"{table.name}.{column.code}"
    if name in WRAPPED:
        extra["text_wrap"] = True
    elif is_number(column) or (column.owner in _MADE and name not in LONG):
        extra["shrink"] = True
    if name in SMALL or name in TINY:
        extra["font_size"] = 9 if name in SMALL else 8
    align = header_align(table, column)
    return {
        "num_format": number_format(table, column),
        "align": align,
        "indent": 1 if align == "left" else 0,
        "bottom": 1,
        "bottom_color": GRID,
        **extra,
    }


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
            self.made[key] = self.workbook.add_format({**plain(self.language), **props})
        return self.made[key]

    def rule(self, **props: object) -> Format:
        """A conditional format: only what it changes."""
        key = "rule" + repr(sorted(props.items()))
        if key not in self.made:
            self.made[key] = self.workbook.add_format(props)
        return self.made[key]

    def header(
        self, owner: Owner, *, folded: bool = False, align: str = "left", room: int = 1
    ) -> Format:
        """The header of a column, coloured by its owner; it stands like the values below it.

        `room` is the indent: right of a number's header it keeps the filter's arrow free.
        """
        return self.get(
            bold=not folded,
            italic=folded,
            text_wrap=True,
            align=align,
            indent=0 if align == "center" else room,
            border=1,
            border_color="#A6A6A6",
            **OWNER_LOOK[owner],
        )

    def body(
        self, table: TableLayout, column: Column, *, unlocked: bool = False, first: bool = False
    ) -> Format:
        """A data cell; the `first` row of a part has a darker line above."""
        extra: Props = {"locked": False} if unlocked else {}
        if first:
            extra |= {"top": 1, "top_color": QUIET}
        return self.get(**body_look(table, column), **extra)
