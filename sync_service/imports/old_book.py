"""An old KPI book into a new one: read, map, preview, and new rows only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kpi.book import Book
from kpi.catalog import Catalog
from kpi.model import Language
from kpi.sheet_words import plain
from kpi.tables import CellValue
from sheet_templates.layout import TABLES, Column, Owner
from sheet_templates.start import StartRow
from sheet_templates.words import LISTS, cell_word, show
from sync_service.imports import old_words
from sync_service.imports.old_lines import OldRows
from sync_service.imports.old_mapping import as_toml, guess, name_people, read_toml
from sync_service.imports.old_rows import rows_of
from sync_service.imports.old_scores import score_rows
from sync_service.imports.old_sheets import old_sheets
from sync_service.refresh import read
from sync_service.workbooks.port import BookContents, TablePatch, WorkbookPort, WriteReport

Rows = Mapping[str, Sequence[StartRow]]
TABLES_FILLED = (*("tblPeople", "tblWeight", "tblTarget", "tblReview", "tblPoint", "tblPointKind"),)


@dataclass(frozen=True, slots=True)
class OldImport:
    """What an import did, or would do."""

    mapping: str  # as TOML
    rows: OldRows
    added: Rows  # by table
    kept: tuple[str, ...]  # `table key` of rows that the new book has already
    report: WriteReport | None = None


def import_book(port: WorkbookPort, old: Path, mapping: Path | None, *, write: bool) -> OldImport:
    """Read the old book by its mapping; `write` adds the rows that the new book lacks."""
    contents = port.read()
    book, catalog, _ = read(contents)
    language: Language = "en" if contents.language == "en" else "zh"
    sheets = old_sheets(old)
    made = guess(sheets, _names(catalog), _scopes(book))
    name_people(made, sheets, {p.name: p.code for p in book.people if p.name})
    own = {plain(name): name for name in book.own_roles}
    made.roles |= {cell: own[plain(cell)] for cell in made.roles if plain(cell) in own}
    text = as_toml(made)
    if mapping is not None:
        made = read_toml(mapping, made)
    found = rows_of(sheets, made, catalog.metrics)
    wanted = _wanted(found, book, zh=language == "zh")
    there = {table: _keys(contents, table, language, catalog) for table in TABLES_FILLED}
    added = {
        table: [row for row in rows if _key(table, row, language, catalog) not in there[table]]
        for table, rows in wanted.items()
    }
    kept = tuple(
        " ".join((table, *_key(table, row, language, catalog)))
        for table, rows in wanted.items()
        for row in rows
        if row not in added[table]
    )
    report = None
    if write and any(added.values()):
        patches = [_patch(t, rows, catalog, language) for t, rows in added.items() if rows]
        report = port.write(patches, (), contents.fingerprint)
    return OldImport(text, found, added, kept, report)


def _names(catalog: Catalog) -> dict[str, str]:
    """Bare names and codes of the book's KPIs -> code."""
    return {
        old_words.bare(text): code
        for code, metric in catalog.metrics.items()
        for text in (code, code.replace("_", " "), *metric.names.values())
    }


def _scopes(book: Book) -> dict[str, str]:
    """Bare names and codes of the book's shops, markets, platforms and categories -> code."""
    texts = {text: shop.code for shop in book.shops for text in (shop.code, shop.name) if text}
    others = [(shop.market, shop.platform) for shop in book.shops]
    others += [(product.category or "", "") for product in book.products]
    texts |= {code: code for pair in others for code in pair if code and code not in texts}
    return {old_words.bare(text): code for text, code in texts.items()}


def _wanted(found: OldRows, book: Book, *, zh: bool) -> Rows:
    """Rows by table; a card that the book has already gets its new lines switched off."""
    cards = {(one.role, str(one.region)) for one in book.weights}
    return {
        "tblPeople": tuple(found.people.values()),
        "tblWeight": tuple(
            {**row, "on": "no" if (row["role"], row["region"]) in cards else "yes"}
            for row in found.weights.values()
        ),
        "tblTarget": tuple(found.targets.values()),  # type: ignore[arg-type]  # cells are values
        "tblReview": tuple(score_rows(found, zh=zh)),
        "tblPoint": tuple(found.points),
        "tblPointKind": tuple(found.kinds.values()),
    }


def _keys(
    contents: BookContents, table: str, language: Language, catalog: Catalog
) -> set[tuple[str, ...]]:
    """The keys of the rows that a table of the book has."""
    found = contents.tables.get(table)
    return {
        _key(table, {c: cell.value for c, cell in row.cells.items()}, language, catalog)
        for row in (found.rows if found else ())
    }


def _key(
    table: str, row: Mapping[str, object], language: Language, catalog: Catalog
) -> tuple[str, ...]:
    """A row's key in the words of the book."""
    layout = TABLES[table]
    return tuple(
        str(_shown(table, layout.column(code), row.get(code), language, catalog)).casefold()
        for code in layout.key
    )


def _patch(
    table: str, rows: Sequence[StartRow], catalog: Catalog, language: Language
) -> TablePatch:
    layout = TABLES[table]
    shown = [
        {
            code: _shown(table, layout.column(code), value, language, catalog)
            for code, value in row.items()
            if value is not None
        }
        for row in rows
    ]
    owners = (Owner.MANAGER, Owner.SERVICE)
    return TablePatch(table, layout.key, shown, prune=False, adds=True, owners=owners)


def _shown(
    table: str, column: Column, value: object, language: Language, catalog: Catalog
) -> CellValue:
    """A value as the book's cell has it: names for KPIs, words for codes."""
    base, _, words = column.kind.partition(":")
    if not isinstance(value, str):
        return value  # type: ignore[return-value]  # the rows hold cell values
    if words == "metric":
        metric = catalog.metrics.get(value)
        return metric.names[language] if metric else value
    if base == "choice" and words in LISTS:
        return show(words, value, language)
    return cell_word(table, column.code, value, language)
