"""What a port reports about a workbook as a whole, as problems with their mend."""

from __future__ import annotations

from pathlib import Path

from kpi.errors import Level, Place, Problem
from sync_service.workbooks.book import Book
from sync_service.workbooks.refusals import RefusedBookError


def name_bound(at: Place, error: RefusedBookError) -> Problem:
    """The cell of a name that cannot take a value."""
    return Problem(
        "name_bound",
        Level.WARNING,
        at,
        error.texts,
        {"en": "The value was not written.", "zh": "该值未写入。"},
    )


def missing(book: Book, name: str) -> Problem:
    """A table or name that was to be written and is not there."""
    return Problem(
        "not_in_book",
        Level.WARNING,
        Place(text=book.name),
        {"en": f"{name} is not in this workbook.", "zh": f"工作簿中没有 {name}。"},
        {
            "en": "Copy the tab again from a new workbook, or leave it out.",
            "zh": "请从新工作簿复制该页，或忽略。",
        },
    )


def no_tables(path: Path) -> Problem:
    """A workbook that is none of ours."""
    return Problem(
        "no_tables",
        Level.ERROR,
        Place(text=path.name),
        {"en": "No table of a KPI workbook was found.", "zh": "未找到 KPI 工作簿的任何表。"},
        {
            "en": "Use a workbook made by `python -m sync_service init`.",
            "zh": "请使用 `python -m sync_service init` 生成的工作簿。",
        },
    )


def source_open(path: Path) -> Problem:
    """A source that somebody has open: its reader should know which state was read."""
    return Problem(
        "source_open",
        Level.NOTE,
        Place(text=path.name),
        {
            "en": "The workbook is open; what was saved last was read.",
            "zh": "该工作簿正被打开，读取的是最近一次保存的内容。",
        },
        {"en": "Save it and repeat if it matters.", "zh": "如有需要，请保存后重做。"},
    )
