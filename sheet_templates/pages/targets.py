"""目标 Targets: one line for each scope and KPI, months across."""

from __future__ import annotations

from xlsxwriter.worksheet import Worksheet

from sheet_templates import words
from sheet_templates.book import Book, quote
from sheet_templates.frame import frame, setting
from sheet_templates.places import Ref, setting_value
from sheet_templates.start import AD_BUDGET
from sheet_templates.table import TableSpec, put_table

MONTH_WIDTH = 11.0
REGION_LEVEL, SHOP_LEVEL, OTHER_LEVEL = 1, 3, 2


def page(book: Book) -> None:
    """The tab; the gap of a regional line is what its shops' lines leave open, at fixed rates."""
    tab = frame(
        book,
        "targets",
        "先填美区、欧盟两行，再填店铺；金额和数量按月拆分，比率填年度即可。公司合计不填。",
        "Regional lines first, then shops; money and counts by month, a ratio once for the year. "
        "US and EU together are never typed.",
        freeze=(4, 4),
    )
    formulas = {
        "unit": lambda r: unit_of(book, r),
        "level": lambda r: _level(book, r),
        "month_sum": _month_sum,
        "total": lambda r: _total(book, r),
        "gap": lambda r: _gap(book, r),
    }
    put_table(book, TableSpec("tblTarget", formulas, fill_down=formulas))
    _fold_months(book, tab)


def _fold_months(book: Book, tab: Worksheet) -> None:
    """Only the quarter under review is open; the other months are folded."""
    place = book.places["tblTarget"]
    first = 3 * ((int(str(setting(book, "month"))[5:7]) - 1) // 3) + 1
    folded_before = False
    for month in range(1, 13):
        column = place.offset(f"m{month:02d}")
        hidden = not first <= month < first + 3
        options: dict[str, object] = {"level": 1, "hidden": True} if hidden else {}
        if folded_before and not hidden:
            options = {"collapsed": True}
        tab.set_column(column, column, MONTH_WIDTH, None, options)
        folded_before = hidden


def unit_of(book: Book, ref: Ref, code: str = "unit") -> str:
    """A property of the row's KPI, found by its name or its code; empty for an unknown one."""
    col, metric = book.column("tblKpi"), ref("metric")
    by_name = f"INDEX({col(code)},MATCH({metric},{col('name')},0))"
    by_code = f"INDEX({col(code)},MATCH({metric},{col('metric')},0))"
    none = _unit_of_budget(book, metric) if code == "unit" else '""'
    return f'IF({metric}="","",IFERROR({by_name}&"",IFERROR({by_code}&"",{none})))'


def _unit_of_budget(book: Book, metric: str) -> str:
    """An ad budget is a measure with a target, no KPI of the list."""
    spelled = ",".join(f"{metric}={quote(name)}" for name in ("ad_budget", *AD_BUDGET))
    return f'IF(OR({spelled}),{book.literal("unit", "money")},"")'


def _level(book: Book, ref: Ref) -> str:
    shops = book.column("tblShop")("shop")
    scope, region = ref("scope"), ref("region")
    shop = f"IF(COUNTIFS({shops},{scope})>0,{SHOP_LEVEL},{OTHER_LEVEL})"
    level = f"IF({scope}={region},{REGION_LEVEL},{shop})"
    return f'IF({scope}="","",IF({_in_force(book, ref)},{level},""))'


def _in_force(book: Book, ref: Ref) -> str:
    """Whether a line counts in the company's stage; another one is in no sum (`target_stages`)."""
    col, stage = book.column("tblTarget"), ref("company_stage")
    any_stage = book.literal("company_stage", "any")
    chosen = f"IFERROR({setting_value(book, 'company_stage')},{any_stage})"
    keys = ("year", "region", "scope", "metric")
    same = ",".join(f"{col(code)},{ref(code)}" for code in keys)
    others = f"COUNTIFS({same},{col('company_stage')},{chosen})"
    general = f"IF({chosen}={any_stage},TRUE,{others}=0)"
    return f'IF(OR({stage}="",{stage}={any_stage}),{general},{stage}={chosen})'


def _month_sum(ref: Ref) -> str:
    months = f"{ref('m01')}:{ref('m12')}"
    return f'IF(COUNTIFS({months},">-1E+300")=0,"",SUM({months}))'


def _total(book: Book, ref: Ref) -> str:
    """What a line asks of the year: its months where all twelve are typed, else the year total."""
    months = f"{ref('m01')}:{ref('m12')}"
    filled = f'COUNTIFS({months},">-1E+300")=12'
    adds = ",".join(f"{ref('unit')}={word}" for word in _additive(book))
    typed = f"IF(ISNUMBER({ref('year_total')}),{ref('year_total')},0)"
    counted = f"IF({filled},SUM({months}),IF({_rises(book, ref)},{_risen(book, ref)},{typed}))"
    return f"IF(OR({adds}),{counted}*{_rate(book, ref)},0)"


def _rate(book: Book, ref: Ref) -> str:
    """US dollars per unit of the line's currency, so that lines can be added; 1 for counts."""
    here = f'IF({ref("currency")}="",nmCurrency,{ref("currency")})'
    before, after = book.word("setting", "fixed_rate").split("EUR")
    col, label = book.column("tblSetting"), f"{quote(before)}&{here}&{quote(after)}"
    fixed = f"SUMIFS({col('value')},{col('setting')},{label})"
    rate = f'IF({here}="USD",1,IF({fixed}>0,{fixed},NA()))'
    return f"IF({_either(book, ref, 'unit', 'money')},{rate},1)"


def _rises(book: Book, ref: Ref) -> str:
    """Whether the year is made of a baseline; points are for ratios, which are not summed."""
    units = _either(book, ref, "uplift_unit", "percent"), _either(book, ref, "uplift_unit", "value")
    numbers = f"ISNUMBER({ref('baseline')}),ISNUMBER({ref('uplift')})"
    return f"AND({_either(book, ref, 'basis', 'uplift')},{numbers},OR({','.join(units)}))"


def _risen(book: Book, ref: Ref) -> str:
    """The year out of its baseline, to the cent or the piece."""
    base, rise = ref("baseline"), ref("uplift")
    decimals = f"IF({_either(book, ref, 'unit', 'count')},0,2)"
    percent = f"{base}*(1+{rise}/100)"
    made = f"IF({_either(book, ref, 'uplift_unit', 'percent')},{percent},{base}+{rise})"
    return f"ROUND({made},{decimals})"


def _either(book: Book, ref: Ref, column: str, code: str) -> str:
    """Whether a cell holds a word of the list, or its code."""
    cell, word = ref(column), words.show(column, code, book.language)
    return f"OR({cell}={quote(code)},{cell}={quote(word)})"


def _additive(book: Book) -> tuple[str, ...]:
    codes = [f'"{code}"' for code in ("money", "count")]
    spelled = [f'"{words.show("unit", code, book.language)}"' for code in ("money", "count")]
    return (*codes, *spelled)


def _gap(book: Book, ref: Ref) -> str:
    col = book.column("tblTarget")
    tests = ",".join(f"{col(code)},{ref(code)}" for code in ("year", "region", "metric"))
    shops = f"{tests},{col('level')},{SHOP_LEVEL}"
    rest = f"({ref('total')}-SUMIFS({col('total')},{shops}))/{_rate(book, ref)}"
    has_shops = f"AND({ref('level')}={REGION_LEVEL},{ref('total')}<>0,COUNTIFS({shops})>0)"
    return f'IFERROR(IF({has_shops},ROUND({rest},2),""),"")'
