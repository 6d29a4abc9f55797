"""目标链 OKR: objectives whose key results are KPIs, handed down to the front line."""

from __future__ import annotations

from collections.abc import Callable

from kpi import sheet_okr
from sheet_templates.book import Book
from sheet_templates.frame import frame
from sheet_templates.places import Ref, guarded
from sheet_templates.table import TableSpec, put_table


def page(book: Book) -> None:
    """The tab: a line a key result, the grade of its objective beside it."""
    frame(
        book,
        "okr",
        "一行一个关键结果，同名目标合并评分；0.6–0.7 属正常。评分不用于薪酬，也不进总分。",
        "One line a key result; lines of one objective are graded together, 0.6 to 0.7 is normal. "
        "No grade enters a score or pay.",
        freeze=(4, 2),
    )
    col = book.column("tblOkr")
    made: dict[str, Callable[[Ref], str]] = {
        "weighs": sheet_okr.weighs,
        "progress": sheet_okr.progress,
        "known": sheet_okr.known,
        "part": lambda r: sheet_okr.part(r, col),
        "grade": lambda r: sheet_okr.grade(r, col),
        "status": lambda r: sheet_okr.status(r, book.word),
    }
    formulas = {code: guarded(make, "no") for code, make in made.items()}
    put_table(book, TableSpec("tblOkr", formulas, fill_down=formulas))
