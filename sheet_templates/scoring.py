"""The scoring formulas of the workbook, each guarded so that an empty line stays empty."""

from __future__ import annotations

from collections.abc import Mapping

from sheet_templates.book import Book, Formula
from sheet_templates.places import Ref


def item_formulas(book: Book) -> Mapping[str, Formula]:
    """Formulas of tblScore by column."""
    made = {
        "due": lambda r: (
            f"IF(ISNUMBER({r('target')}),IF(ISNUMBER({r('due_share')}),ROUND({r('target')}*{r('due_share')},9),{r('target')}),NA())"
        ),
        "attainment": lambda r: (
            f'IF(AND(ISNUMBER({r("actual")}),ISNUMBER({r("due")})),IF({r("due")}=0,NA(),IF({r("better")}="lower",ROUND(2-{r("actual")}/{r("due")},9),ROUND({r("actual")}/{r("due")},9)))+0,NA())'
        ),
        "score": lambda r: (
            f"IF(ISNUMBER({r('attainment')}),ROUND(MIN({r('cap')},MAX({r('floor')},100*{r('attainment')})),9)+0,NA())"
        ),
        "usable": lambda r: f"IF(ISNUMBER({r('score')}),{r('weight')},0)",
        "share": lambda r: _share(book, r),
        "points": lambda r: f"IF(ISNUMBER({r('score')}),ROUND({r('share')}*{r('score')}/100,9),0)",
        "status": lambda r: (
            f"IF(ISNUMBER({r('score')}),IF({r('score')}>=95,{book.literal('status', 'ok')},IF({r('score')}>=85,{book.literal('status', 'warn')},{book.literal('status', 'breach')})),{book.literal('status', 'no_data')})"
        ),
        "try_score": lambda r: r("score"),
        "try_points": lambda r: r("points"),
    }
    return {code: guarded(make) for code, make in made.items()}


def guarded(make: Formula) -> Formula:
    """Nothing where the row holds no item."""
    return lambda r: f'IF({r("item")}="","",{make(r)})'


def _share(book: Book, ref: Ref) -> str:
    col = book.column("tblScore")
    tests = ",".join(f"{col(code)},{ref(code)}" for code in ("month", "person", "region"))
    return f"IF({ref('usable')}=0,0,ROUND({ref('usable')}/SUMIFS({col('usable')},{tests})*100,9))"
