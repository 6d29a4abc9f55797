"""Tables of a workbook as their parts describe them, and the part after a table resized."""

from __future__ import annotations

from dataclasses import dataclass

from sync_service.workbooks.areas import Area, area
from sync_service.workbooks.book import Book, SheetPart
from sync_service.workbooks.markup import (
    Splice,
    cell_text,
    elements,
    spliced,
    tree,
    with_attributes,
)


@dataclass(frozen=True, slots=True)
class TableColumn:
    """One column: its header, and the formula that the table fills into new rows."""

    header: str
    formula: str | None


@dataclass(frozen=True, slots=True)
class FoundTable:
    """One table part; `ref` holds header and totals rows too."""

    name: str
    part: str
    sheet: SheetPart
    ref: Area
    header_rows: int
    totals_rows: int
    columns: tuple[TableColumn, ...]

    @property
    def first(self) -> int:
        """First data row."""
        return self.ref.top + self.header_rows

    @property
    def last(self) -> int:
        """Last data row."""
        return self.ref.bottom - self.totals_rows


def tables(book: Book) -> list[FoundTable]:
    """All tables of all tabs, in tab order."""
    found = []
    for sheet in book.sheets:
        if not sheet.grid:
            continue
        for link in book.links(sheet.part).values():
            if link.kind == "table" and link.target in book.package.members:
                table = _table(book, sheet, link.target)
                if table is not None:
                    found.append(table)
    return found


def _table(book: Book, sheet: SheetPart, part: str) -> FoundTable | None:
    root = tree(book.xml(part), part)
    ref = area(root.get("ref", ""))
    if ref is None:
        return None
    holder = next((n for n in root if str(n.tag).endswith("}tableColumns")), ())
    columns = tuple(
        TableColumn(_header(node.get("name", "")), _calculated(node)) for node in holder
    )
    return FoundTable(
        root.get("displayName") or root.get("name") or "",
        part,
        sheet,
        ref,
        int(root.get("headerRowCount", "1")),
        int(root.get("totalsRowCount", "0")),
        columns,
    )


def _header(name: str) -> str:
    """A column's name with `_x000a_` taken back."""
    return cell_text(name.replace("&", "&amp;").encode())


def _calculated(node: object) -> str | None:
    for child in node:  # type: ignore[attr-defined]  # lxml has no types
        if isinstance(child.tag, str) and child.tag.endswith("}calculatedColumnFormula"):
            return str(child.text) if child.text else None
    return None


def part_with_bottom(xml: bytes, table: FoundTable, bottom: int) -> bytes:
    """The table part with its last data row moved: ref, autofilter and sort state."""
    old = table.ref
    moved = {
        old.bottom: bottom + table.totals_rows,
        table.last: bottom,
    }
    splices: list[Splice] = []
    for element in elements(xml, (b"table", b"autoFilter", b"sortState", b"sortCondition")):
        ref = area(element.get("ref") or "")
        if ref is None or ref.bottom not in moved or ref.bottom == ref.top:
            continue
        end = old.bottom if element.local == b"table" else ref.bottom
        new = Area(ref.top, ref.left, moved[end], ref.right)
        splices.append(with_attributes(xml, element, {"ref": str(new)}))
    return spliced(xml, splices)
