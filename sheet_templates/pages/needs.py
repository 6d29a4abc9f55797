"""需求诊断 Needs, before any KPI is chosen: what hurts, what to watch, what that proposes.

Row 2 is live: the proposed list, and what it lacks. Nothing here scores; the lines go to Weights by
a command, switched off, and what stands there is never changed.
"""

from __future__ import annotations

from sheet_templates.book import Book, formula, quote
from sheet_templates.frame import NOTE, frame
from sheet_templates.need_rows import need_rows
from sheet_templates.pages.cards import in_use
from sheet_templates.pages.targets import unit_of
from sheet_templates.places import Ref, setting_value
from sheet_templates.table import TableSpec, put_table

LISTED = 40  # lines of the table that row 2 names
HEIGHT = {"zh": 20.0, "en": 30.0}  # points: one line of Chinese, two of English
FIRST_KPIS = 5  # a first card holds no more


def page(book: Book) -> None:
    """The tab; nothing is ticked at the start."""
    tab = frame(book, "needs", "", "", freeze=(4, 0))
    rows = need_rows(book.language)
    height = HEIGHT[book.language]
    put_table(book, TableSpec("tblPain", keys=rows["tblPain"], row_height=height))
    formulas = {
        "wanted": lambda r: _wanted(book, r),
        "weights": lambda r: _on_weights(book, r),
        "klass": lambda r: unit_of(book, r, "klass"),
    }
    spec = TableSpec(
        "tblNeed", formulas, fill_down=formulas, keys=rows["tblNeed"], row_height=height
    )
    put_table(book, spec)
    place = book.places["tblNeed"]
    look = book.styles.get(font_color="#1E6B2E", text_wrap=True, valign="top")
    tab.merge_range(1, 0, 1, place.offset("proposal"), "", look)
    tab.set_row(1, 32)
    formula(tab, 1, 0, _proposed(book), look, book.text(*NOTHING))
    warned = {"type": "text", "criteria": "containing", "value": "▲"}
    tab.conditional_format(1, 0, 1, 0, {**warned, "format": book.styles.rule(font_color=NOTE)})


NOTHING = (
    "选“是”：左边有哪些痛点，右边要看哪些指标；建议清单随即出现在这里。用完可隐藏此页。",
    (
        "Say Yes to what hurts on the left and to the KPIs to watch on the right: the proposed "
        "list appears here. Hide the tab when you are done."
    ),
)


def _wanted(book: Book, ref: Ref) -> str:
    """Why a KPI is proposed: it is ticked, or a pain point that is ticked asks for it."""
    col, yes = book.column("tblPain"), book.literal("yes_no", "yes")
    hurts = f"COUNTIFS({col('no')},{ref('pain')},{col('here')},{yes})>0"
    ticked, pain = quote(book.text("✓ 勾选", "✓ Ticked")), quote(book.text("✓ 痛点 ", "✓ Pain "))
    asked = f'IF({ref("pain")}="","",IF({hurts},{pain}&{ref("pain")},""))'
    return f'IF({ref("metric")}="","",IF({ref("watch")}={yes},{ticked},{asked}))'


def _on_weights(book: Book, ref: Ref) -> str:
    """Whether the role's card has a proposed KPI: in use, listed and off, or not yet."""
    col = book.column("tblWeight")
    role = f'IF({ref("role")}="",{book.literal("role", "operations")},{ref("role")})'
    mine = f"{col('metric')},{ref('metric')},{col('role')},{role},{col('live')},1"
    count = f"COUNTIFS({mine},{col('on')},{in_use(book)})"
    used, off, new = (
        quote(book.text(*words))
        for words in (
            ("● 已计分", "● Scored"),
            ("○ 已列入，未启用", "○ Listed, off"),
            ("… 待列入", "… To be added"),
        )
    )
    state = f"IF({count}>0,{used},IF(COUNTIFS({mine})>0,{off},{new}))"
    return f'IF({ref("wanted")}="","",{state})'


def _proposed(book: Book) -> str:
    """`Proposed 3: GMV, Margin, Refund rate.` and what the list lacks."""
    place, col = book.places["tblNeed"], book.column("tblNeed")
    rows = (book.row("tblNeed", place.row + 2 + n) for n in range(LISTED))
    names = "&".join(f'IF({r("wanted")}="",""," · "&{r("metric")})' for r in rows)
    count = f'COUNTIFS({col("wanted")},"?*")'
    lacks = _lacks(book, count)
    head, tail = book.text("建议指标 ", "Proposed KPIs "), book.text(" 项", "")
    how = book.text(
        "。运行 packs propose 加到权重页（不启用，不改已有行）。",
        ". Run packs propose to add them to Weights, switched off; lines that are there stay.",
    )
    said = f"{quote(head)}&{count}&{quote(tail)}&{names}&{quote(how)}&{lacks}"
    return f"IF({count}=0,{quote(book.text(*NOTHING))},{said})"


def _lacks(book: Book, count: str) -> str:
    col = book.column("tblNeed")
    sales, profit = (
        f'COUNTIFS({col("klass")},{book.literal("klass", code)},{col("wanted")},"?*")'
        for code in ("sales", "profit")
    )
    alone = book.text(
        " ▲ 有销售、没有利润：请加一个利润指标。", " ▲ Sales without profit: add one."
    )
    many = book.text(
        f" ▲ 起步先看 {FIRST_KPIS} 个以内，其余以后再加。",
        f" ▲ Begin with {FIRST_KPIS} or fewer; add the rest later.",
    )
    basic = f"{setting_value(book, 'mode')}={book.literal('mode', 'basic')}"
    return (
        f'IF(AND({sales}>0,{profit}=0),{quote(alone)},"")'
        f'&IF(AND({basic},{count}>{FIRST_KPIS}),{quote(many)},"")'
    )
