"""Hide and show tabs and columns: attributes of the workbook part and of a sheet's columns.

The tab that is open is never hidden behind the reader: the first visible one is opened instead, and
only one stays selected, because in Excel two selected tabs take every entry twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sheet_templates.layout import SHEETS
from sheet_templates.purpose import Shown
from sync_service.workbooks.book import Book, SheetPart
from sync_service.workbooks.markup import (
    Element,
    Splice,
    attributes,
    elements,
    escape_attribute,
    spliced,
    with_attributes,
)
from sync_service.workbooks.reading import Placed, name_places

CARD_NAME = "nmCardPerson"  # the card has no table to find its tab by
_TABLES = {sheet.code: frozenset(t.name for t in sheet.tables) for sheet in SHEETS}
WIDTH = "9.140625"  # of a column that no one set
REASON = "purpose: which tabs and columns are shown"


def show(book: Book, placed: Mapping[str, Placed], shown: Shown) -> None:
    """Set what is visible; tabs and columns that are not there are passed over."""
    _tabs(book, dict(_found_tabs(book, placed, shown)))
    for name, columns in shown.columns.items():
        one = placed.get(name)
        if one is not None:
            _columns(book, one, columns)


def _found_tabs(
    book: Book, placed: Mapping[str, Placed], shown: Shown
) -> Iterator[tuple[int, bool]]:
    """The place of each tab among the tabs, and whether it is to be seen."""
    places = name_places(book)
    for one in placed.values():
        for code in shown.tabs:
            if one.layout.name in _TABLES[code]:
                yield one.found.sheet.order, shown.tabs[code]
    if CARD_NAME in places and "card" in shown.tabs:
        yield places[CARD_NAME][0].order, shown.tabs["card"]


def _tabs(book: Book, wanted: Mapping[int, bool]) -> None:
    xml = book.xml(book.workbook)
    sheets = elements(xml, (b"sheet",))
    hidden = {n for n, one in enumerate(sheets) if "hidden" in (one.get("state") or "").casefold()}
    after = (hidden | {n for n, seen in wanted.items() if not seen}) - {
        n for n, seen in wanted.items() if seen
    }
    if len(after) == len(sheets):
        return  # a workbook shows at least one tab
    splices: list[Splice] = [
        with_attributes(xml, sheets[n], {"state": "hidden" if n in after else None})
        for n in sorted(hidden ^ after)
    ]
    views = elements(xml, (b"workbookView",))
    active = int(views[0].get("activeTab") or 0) if views else 0
    if views and active in after:
        first = next(n for n in range(len(sheets)) if n not in after)
        splices.append(with_attributes(xml, views[0], {"activeTab": str(first)}))
        _select(book, first)
    if splices:
        book.change(book.workbook, spliced(xml, splices), REASON)


def _select(book: Book, first: int) -> None:
    """Select one tab and no other."""
    for sheet in book.sheets:
        xml = book.xml(sheet.part)
        views = elements(xml, (b"sheetView",))
        chosen = "1" if sheet.order == first else None
        found = [view for view in views if view.get("tabSelected") != chosen]
        if found:
            splices = [with_attributes(xml, one, {"tabSelected": chosen}) for one in found]
            book.change(sheet.part, spliced(xml, splices), REASON)


def _columns(book: Book, one: Placed, wanted: Mapping[str, bool]) -> None:
    """Hide and show columns of a table, wherever they stand in it now."""
    left = one.found.ref.left
    at = {
        left + place: seen
        for place, code in enumerate(one.codes)
        if code is not None and (seen := wanted.get(code)) is not None
    }
    sheet = one.found.sheet
    book.change(sheet.part, _with_columns(book, sheet, at), REASON)


def _with_columns(book: Book, sheet: SheetPart, wanted: Mapping[int, bool]) -> bytes:
    xml = book.xml(sheet.part)
    found = elements(xml, (b"cols",))
    if not found and all(wanted.values()):
        return xml
    inside = (found[0].inner, found[0].inner_end) if found else (0, 0)
    spans = [attributes(one.attributes) for one in elements(xml, (b"col",), *inside)]
    lines = [piece for span in spans for piece in _pieces(span, wanted)]
    covered = {n for s in spans for n in range(int(s["min"]), int(s["max"]) + 1)}
    lines += [
        {"min": str(n), "max": str(n), "width": WIDTH, "hidden": "1", "customWidth": "1"}
        for n, seen in wanted.items()
        if not seen and n not in covered
    ]
    lines.sort(key=lambda line: int(line["min"]))
    return _written(xml, found, lines)


def _pieces(span: Mapping[str, str], wanted: Mapping[int, bool]) -> Iterator[dict[str, str]]:
    """A span of columns of one look, cut where a column is hidden or shown."""
    at, last = int(span["min"]), int(span["max"])
    for column in sorted(n for n in wanted if at <= n <= last):
        if at < column:
            yield {**span, "min": str(at), "max": str(column - 1)}
        single = {**span, "min": str(column), "max": str(column)}
        single.pop("hidden", None)
        yield single if wanted[column] else {**single, "hidden": "1"}
        at = column + 1
    if at <= last:
        yield {**span, "min": str(at), "max": str(last)}


def _written(xml: bytes, found: list[Element], lines: list[dict[str, str]]) -> bytes:
    data = elements(xml, (b"sheetData",))[0]
    prefix = data.name[: -len(b"sheetData")]
    made = b"".join(_line(prefix, line) for line in lines)
    if found:
        return spliced(xml, [(found[0].inner, found[0].inner_end, made)])
    return spliced(xml, [(data.start, data.start, b"<%bcols>%b</%bcols>" % (prefix, made, prefix))])


def _line(prefix: bytes, line: Mapping[str, str]) -> bytes:
    said = b"".join(b' %b="%b"' % (k.encode(), escape_attribute(v)) for k, v in line.items())
    return b"<%bcol%b/>" % (prefix, said)
