"""权重 Weights: which KPIs a card has, how each is scored, and what is still to be distributed."""

from __future__ import annotations

from kpi import sheet_scoring
from sheet_templates.book import Book, formula
from sheet_templates.frame import frame
from sheet_templates.pages.cards import CARD_ROLES, in_use, is_relative
from sheet_templates.pages.targets import unit_of
from sheet_templates.places import Ref
from sheet_templates.table import TableSpec, put_table

LINE = 16.0  # points


def page(book: Book) -> None:
    """The tab; row 2 is live: the sums of every card that the table holds."""
    tab = frame(
        book,
        "weights",
        "每张卡（岗位 + 区域）权重合计 100；设置页可改为相对权重。",
        "The weights of each card (role and region) add up to 100, or are relative by Setup.",
        freeze=(4, 3),
    )
    formulas = {
        "unit": lambda r: unit_of(book, r),
        "kind": lambda r: unit_of(book, r, "kind"),
        "klass": lambda r: unit_of(book, r, "klass"),
        "live": lambda r: _live(book, r),
        "part": lambda r: _part(book, r),
    }
    put_table(book, TableSpec("tblWeight", formulas, fill_down=formulas))
    cards = _card_texts()
    look = book.styles.get(font_color="#1E6B2E", text_wrap=True)
    tab.merge_range(1, 0, 1, book.places["tblWeight"].offset("pending"), "", look)
    roles = {row.get("role") for row in book.start.weights}
    tab.set_row(1, LINE * max(1, len(roles)))  # the two cards of a role take about a line
    formula(tab, 1, 0, "&".join(cards), look)
    wrong = book.styles.rule(font_color="#9C0006")
    tab.conditional_format(
        1, 0, 1, 0, {"type": "text", "criteria": "containing", "value": "✗", "format": wrong}
    )


def _card_texts() -> list[str]:
    """The text cells of the cards block on Lists, one after the other."""
    count = 2 * CARD_ROLES
    return [f"INDEX(nmCards,{n})" for n in range(1, count + 1)]


def _live(book: Book, ref: Ref) -> str:
    """1 for the line that counts at the end of the month: started, and no later one has."""
    col = book.column("tblWeight")
    start = f"IF(ISNUMBER({ref('start')}),{ref('start')},0)"
    same = ",".join(f"{col(code)},{ref(code)}" for code in ("role", "region", "metric"))
    later = f'COUNTIFS({same},{col("start")},">"&{start},{col("start")},"<="&nmMonthEnd)'
    begun = f"IF(ISNUMBER(nmMonthEnd),{start}<=nmMonthEnd,{start}>=0)"
    return f'IF({ref("metric")}="","",IF(AND({begun},{later}=0),1,0))'


def _part(book: Book, ref: Ref) -> str:
    """The line's points of 100: the weight, or its part of the card where weights are relative."""
    col = book.column("tblWeight")
    same = ",".join(f"{col(code)},{ref(code)}" for code in ("role", "region"))
    counts = f"{col('live')},1,{col('on')},{in_use(book)}"
    part = sheet_scoring.relative_weight(ref("weight"), f"SUMIFS({col('weight')},{same},{counts})")
    chosen = f"IF({is_relative(book)},{part},{ref('weight')})"
    alive = f"AND({ref('live')}=1,{ref('on')}<>{book.literal('yes_no', 'no')})"
    return f'IF({ref("metric")}="","",IF({alive},{chosen},""))'
