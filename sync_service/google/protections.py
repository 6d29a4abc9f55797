"""Protections that keep our account out: found before anything is written, told by place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from sync_service.google.client import ProtectedError
from sync_service.google.locate import GoogleBook, Located
from sync_service.google.spreadsheet import Closed, GoogleTab, Span
from sync_service.workbooks.areas import address
from sync_service.workbooks.grids import GridPlan

MOST = 3  # places that a sentence names
NOTHING = ("Nothing was written; the old values stand.", "未写入任何内容，仍为旧数值。")
BEGUN = (
    "What was written until then carries the old time; the rest are old values.",
    "此前已写入的部分仍带旧时间，其余为旧数值。",
)


def kept_out(book: GoogleBook, plans: Mapping[str, GridPlan], names: Iterable[str]) -> list[Closed]:
    """Protections over cells that are about to be written."""
    closed = [one for tab in book.sheet.tabs.values() for one in tab.closed]
    if not closed:
        return []
    areas = [*_cells(book, plans), *(book.names[name].span for name in names)]
    return [one for one in closed if any(map(one.meets, areas))]


def _cells(book: GoogleBook, plans: Mapping[str, GridPlan]) -> Iterator[Span]:
    for name, plan in plans.items():
        one = book.tables[name]
        for n, at in plan.cells:
            row, column = one.row(n), one.left + at
            yield Span(one.span.tab, row, column, row + 1, column + 1)


def over(book: GoogleBook, tables: Iterable[Located]) -> list[Closed]:
    """Protections over the columns of tables, above their rows too: a write begins in row 1."""
    found = []
    for one in tables:
        span = one.span
        columns = Span(span.tab, 0, span.left, span.bottom, span.right)
        found += [shut for shut in book.sheet.tabs[span.tab].closed if shut.meets(columns)]
    return list(dict.fromkeys(found))


def refused(book: GoogleBook, closed: Sequence[Closed], who: str, *, begun: bool) -> ProtectedError:
    """The sentence: where, who is kept out, and the mend; `begun`: something may be written."""
    places = [_place(book.sheet.tabs[one.span.tab], one) for one in closed[:MOST]]
    more = len(closed) - len(places)
    en = ", ".join(places) + (f" and {more} more" if more else "")
    zh = "、".join(places) + (f" 等 {len(closed)} 处" if more else "")
    done, done_zh = BEGUN if begun else NOTHING
    return ProtectedError(
        f"{en} {'are' if len(closed) > 1 else 'is'} protected, and {who} may not write there. "
        f"{done} In Data > Protect sheets and ranges add {who} to its editors or remove it, then "
        "refresh again.",
        f"{zh} 受保护，{who} 无权写入。{done_zh}"
        f"请在“数据 > 保护工作表和范围”中将 {who} 加为编辑者或移除保护，然后重新刷新。",
    )


def _place(tab: GoogleTab, one: Closed) -> str:
    """`Items!B4:F9 (finance)`, or the tab alone where all of it is protected."""
    span = one.span
    to_the_end = span.bottom >= tab.rows and span.right >= tab.columns
    whole = (span.top, span.left) == (0, 0) and to_the_end
    first = address(span.top + 1, span.left + 1)
    last = address(min(span.bottom, tab.rows), min(span.right, tab.columns))
    cells = "" if whole else f"!{first}" if first == last else f"!{first}:{last}"
    return f"{tab.title}{cells}" + (f" ({one.words[:60]})" if one.words else "")
