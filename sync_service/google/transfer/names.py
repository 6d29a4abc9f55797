"""Names of a workbook: which are a range in both worlds, and what the others mean."""

from __future__ import annotations

from collections.abc import Iterator

from sync_service.google.transfer.formulas import TablePlace, Words, is_google_name
from sync_service.google.transfer.model import Loss, Name, Sheet, Workbook
from sync_service.google.transfer.references import Reference, growing, plain, written

_LONGEST = 250  # letters of a name in Google


def words_of(book: Workbook, losses: list[Loss]) -> Words:
    """What the names in formulas mean; names that Google cannot keep are told."""
    tables = {
        table.name.casefold(): TablePlace(sheet.title, table.area, _headers(sheet, table.area))
        for sheet in book.sheets
        for table in sheet.tables
    }
    kept: dict[str, Reference] = {}
    meant: dict[tuple[str, str], str] = {}
    for one in book.names:
        reference = _range_of(one, book, losses)
        usable = is_google_name(one.name) and len(one.name) <= _LONGEST
        if reference is not None and usable and not one.scope and one.name.casefold() not in tables:
            kept[one.name.casefold()] = reference
        else:
            losses.append(Loss("name", one.scope, one.name))
            text = written(reference) if reference else one.text
            meant[(one.scope.casefold(), one.name.casefold())] = text
    titles = frozenset(sheet.title.casefold() for sheet in book.sheets)
    return Words(tables, kept, meant, titles)


def _headers(sheet: Sheet, where: object) -> tuple[str, ...]:
    left, right, top = (getattr(where, side) for side in ("left", "right", "top"))
    return tuple(
        str(sheet.cells[top, n].value) if (top, n) in sheet.cells else ""
        for n in range(left, right + 1)
    )


def _range_of(one: Name, book: Workbook, losses: list[Loss]) -> Reference | None:
    """The rectangle of a name; of a list that grows by formula the whole room it has."""
    reference = plain(one.text)
    if reference is None:
        reference = growing(one.text)
        if reference is not None:
            losses.append(Loss("growing_name", where=one.name))
    known = reference is not None and reference.title and book.sheet(reference.title)
    return reference if known else None


def kept_names(book: Workbook, words: Words) -> Iterator[Name]:
    """The names that both worlds have, as plain ranges."""
    for one in book.names:
        reference = words.kept.get(one.name.casefold())
        if reference is not None and not one.scope:
            yield Name(one.name, written(reference))
