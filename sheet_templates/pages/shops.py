"""店铺 Shops: the list of shops and their health in one."""

from __future__ import annotations

from kpi.scoring import LIMIT
from kpi.sheet_scoring import card_tests
from kpi.typed_rows import VetoEffect
from sheet_templates.book import Book, quote
from sheet_templates.frame import frame, money_tail
from sheet_templates.pages.lists import pace_status
from sheet_templates.places import Ref
from sheet_templates.scoring import card_coverage, card_total, total_limit, veto_count
from sheet_templates.sparks import trend
from sheet_templates.table import TableSpec, put_table

WEEKS = tuple(f"w{n}" for n in range(8, 0, -1))
SCORE_CAP = 120


def page(book: Book) -> None:
    """The tab: one line a shop; a partner's book holds the partner's shops as values."""
    tab = frame(
        book,
        "shops",
        "一个账号的一个站点一行；先看状态列，再点开左侧 + 看详细设置。",
        "One line a market of an account; look at Status first, the + above unfolds the details.",
        tail=money_tail(book),
    )
    formulas = {
        "region": _region,
        "pace": _pace,
        "shop_score": lambda r: _score(book, r),
        "score_basis": lambda r: _basis(book, r),
        "status": lambda r: _status(book, r),
    }
    put_table(book, TableSpec("tblShop", formulas, fill_down=formulas))
    trend(tab, book.places["tblShop"], WEEKS)


def _region(ref: Ref) -> str:
    market = ref("market")
    return f'IF({market}="","",IF({market}="US","US","EU"))'


def _pace(ref: Ref) -> str:
    sales, due = ref("net_sales"), ref("due")
    known = f"AND(ISNUMBER({sales}),ISNUMBER({due}))"
    pace = f"IF({known},IF({due}>0,ROUND({sales}/{due},9)+0,NA()),NA())"
    return f'IF({ref("shop")}="","",{pace})'


def _score(book: Book, ref: Ref) -> str:
    """The total of the shop's card; where the role shop has no lines, its pace as points."""
    pace = ref("pace")
    paced = f"IF(ISNUMBER({pace}),ROUND(MIN({SCORE_CAP},MAX(0,100*{pace})),9)+0,NA())"
    total = card_total(book, "nmMonth", ref("shop"), ref("region"))
    zeros = veto_count(book, "nmMonth", ref("shop"), VetoEffect.TOTAL_ZERO)
    within = f"MIN({total_limit(book)},MAX({LIMIT[0]:g},{total}))+0"
    vetoed = f"IF({zeros}>0,IF(ISNUMBER({total}),0,NA()),{within})"
    score = f"IF(COUNTIFS({_card(book, ref)})=0,{paced},{vetoed})"
    return f'IF({ref("shop")}="","",{score})'


def _card(book: Book, ref: Ref) -> str:
    """The conditions that pick a shop's card among the items."""
    return card_tests(book.column("tblScore"), "nmMonth", ref("shop"), ref("region"))


def _basis(book: Book, ref: Ref) -> str:
    """`■ 1 ▲ 2 · 13 KPIs · 92%`: what is in breach, how many items, which part was known."""
    tests, status = _card(book, ref), book.column("tblScore")("status")
    breach, warn = (
        f'COUNTIFS({tests},{status},"{book.word("status", code)[0]}*")'
        for code in ("breach", "warn")
    )
    ok = quote(f"{book.word('status', 'ok')[0]} ")
    signs = f'IF({breach}>0,"■ "&{breach}&" ","")&IF({warn}>0,"▲ "&{warn}&" ","")&"· "'
    signs = f"IF({breach}+{warn}=0,{ok},{signs})"
    items = quote(book.text(" 项 · 覆盖 ", " KPIs · known "))
    known = card_coverage(book, "nmMonth", ref("shop"), ref("region"))
    said = f'{signs}&COUNTIFS({tests})&{items}&IFERROR(TEXT({known},"0%"),"–")'
    paced = quote(book.text("– 按进度", "– its pace"))
    return f'IF({ref("shop")}="","",IF(COUNTIFS({tests})=0,{paced},{said}))'


def _status(book: Book, ref: Ref) -> str:
    return f'IF({ref("shop")}="","",{pace_status(book, ref("pace"))})'
