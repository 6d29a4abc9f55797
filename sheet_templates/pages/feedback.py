"""反馈 Feedback: what people say of a KPI or process, traced to the change that came of it."""

from __future__ import annotations

from sheet_templates.book import Book
from sheet_templates.frame import frame
from sheet_templates.table import TableSpec, put_table


def page(book: Book) -> None:
    """The tab."""
    frame(
        book,
        "feedback",
        "记下对指标或流程的意见；处理选“采纳”，运行 review --propose 生成变更任务。",
        "Note what people say; choose Accepted, and review --propose makes the change request.",
    )
    put_table(book, TableSpec("tblFeedback"))
