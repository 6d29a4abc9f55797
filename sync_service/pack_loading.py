"""Role packs into a closed workbook: new rows only, nothing that the manager typed is touched.

A card that the book holds from the same day keeps its weights: lines it lacks are added switched
off. A card from an earlier day stays as it was until the new one starts; its KPIs that the pack
does not have are ended by a line that is switched off.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from kpi.benchmarks import benchmarks_of, beside
from kpi.book import Book
from kpi.book_checks import newest
from kpi.book_nouns import NEVER
from kpi.catalog import Catalog
from kpi.model import LANGUAGES, Language, Region
from kpi.needs import Proposal, proposals
from kpi.pack_reading import Pack, PackItem
from kpi.stage import Adapted
from kpi.tables import CellValue, Table
from kpi.typed_rows import ANY_STAGE, WeightRow
from sheet_templates.layout import TABLES, Column, Owner
from sheet_templates.pack_rows import (
    proposed_rows,
    proposed_targets,
    target_rows,
    term_rows,
    weight_rows,
)
from sheet_templates.shipped_rows import kpi_rows
from sheet_templates.start import StartRow
from sheet_templates.words import LISTS, cell_word, decode, show
from sync_service.filling.agreed import target_columns
from sync_service.refresh import read
from sync_service.told import ToldError
from sync_service.workbooks.port import BookContents, TablePatch, WorkbookPort, WriteReport


@dataclass(frozen=True, slots=True)
class Fit:
    """One pack as it goes into a book, and what the questions changed in it."""

    pack: Pack
    changes: tuple[Adapted, ...] = ()


@dataclass(slots=True)
class Loaded:
    """What loading did."""

    weights: list[StartRow] = field(default_factory=list)
    targets: list[StartRow] = field(default_factory=list)
    kpis: list[StartRow] = field(default_factory=list)
    terms: list[StartRow] = field(default_factory=list)  # of an agency; only where a book has none
    kept: list[str] = field(default_factory=list)  # `role region KPI` that the book had already
    off: list[str] = field(default_factory=list)  # cards whose new lines wait switched off
    other: list[Mapping[str, object]] = field(default_factory=list)  # targets kept
    stage: str | None = None  # of the company, where Setup takes it from the answers
    report: WriteReport | None = None


def load(
    port: WorkbookPort,
    fits: Sequence[Fit],
    start: date,
    onto: str | None = None,
    stage: str | None = None,
) -> Loaded:
    """Write the packs into a book, valid from a day on; `onto` is an own role to load them for.

    `stage`, the company's as answered, goes into Setup where that says none.

    Raises:
        ToldError: Duties has no such own role.
    """
    contents = port.read()
    book, catalog, _ = read(contents)
    made = Loaded()
    if onto is not None:
        fits = _for_role(fits, onto, book.own_roles)
    for fit in fits:
        _weights(book, fit.pack, start, made)
        made.weights = [_without_low(row, contents.tables.get("tblWeight")) for row in made.weights]
        _targets(book, fit.pack, start.year, made)
        if "tblTerm" in contents.tables and not (book.terms or made.terms):
            made.terms += term_rows(fit.pack, language_of(contents))
    if stage is not None and book.settings.company_stage == ANY_STAGE:
        made.stage = stage if _stage_row(contents) else None
    return _written(port, contents, catalog, made)


def _for_role(fits: Sequence[Fit], onto: str, own: Sequence[str]) -> tuple[Fit, ...]:
    """The packs as cards of an own role."""
    if onto not in own:
        named = ", ".join(own) or "-"
        raise ToldError(
            f'Duties has no own role "{onto}" (it has: {named}). Write it there as a row first.',
            f"岗位职责页没有自定岗位“{onto}”（已有：{named}）。请先在该页写一行。",
        )
    return tuple(replace(one, pack=replace(one.pack, role=onto)) for one in fits)


def propose(port: WorkbookPort, start: date | None = None) -> tuple[Loaded, tuple[Proposal, ...]]:
    """What the needs diagnosis of a book proposes; written, switched off, with a first day."""
    contents = port.read()
    book, catalog, _ = read(contents)
    found, made = proposals(book, catalog.metrics), Loaded()
    if start is None or not found:
        return made, found
    made.weights += proposed_rows(found, start)
    _new_targets(book, proposed_targets(found, start.year), start.year, made)
    return _written(port, contents, catalog, made), found


def _written(port: WorkbookPort, contents: BookContents, catalog: Catalog, made: Loaded) -> Loaded:
    _kpis(contents.tables.get("tblKpi"), catalog, contents, made)
    patches = [
        added_rows("tblKpi", made.kpis, {}, contents),
        added_rows("tblWeight", made.weights, metric_names(contents, catalog), contents),
        added_rows("tblTarget", made.targets, metric_names(contents, catalog), contents),
        added_rows("tblTerm", made.terms, {}, contents),
        _stage_patch(contents, made.stage),
    ]
    wanted = [patch for patch in patches if patch.rows]
    made.report = port.write(wanted, (), contents.fingerprint)
    return made


def _stage_row(contents: BookContents) -> str | None:
    """The label of the setting in a book; None in one from before it."""
    table = contents.tables.get("tblSetting")
    labels = (row.value("setting") for row in table.rows) if table else ()
    named = (one for one in labels if isinstance(one, str))
    return next((one for one in named if decode("setting", one) == "company_stage"), None)


def _stage_patch(contents: BookContents, stage: str | None) -> TablePatch:
    """The value of the setting; nothing without a stage."""
    value = show("company_stage", stage or "", language_of(contents))
    rows = [{"setting": _stage_row(contents), "value": value}] if stage else []
    owners = (Owner.MANAGER,)
    return TablePatch("tblSetting", TABLES["tblSetting"].key, rows, prune=False, owners=owners)


def _weights(book: Book, pack: Pack, start: date, made: Loaded) -> None:
    card = [w for w in book.weights if (w.role, w.region) == (pack.role, pack.region)]
    same_day = {w.metric for w in card if w.start == start}
    has_later = any(w.start > start for w in card)
    on = not same_day and not has_later
    for row in weight_rows(pack, start, on=on):
        if row["metric"] in same_day:
            made.kept.append(f"{pack.role} {pack.region} {row['metric']}")
        else:
            made.weights.append(row)
    if on:
        made.weights += _ended(card, pack, start)
    else:
        made.off.append(f"{pack.role} {pack.region}")


def _without_low(row: StartRow, table: Table | None) -> StartRow:
    """In a book without lower limits the veto of a band would hit far below it too: none there."""
    if "breach_low" not in row or (table is not None and "breach_low" in table.columns):
        return row
    return {**row, "veto": "no"}


def _ended(card: Sequence[WeightRow], pack: Pack, start: date) -> Iterator[StartRow]:
    """Lines that switch off, from the day on, what only the earlier card has."""
    new = {item.kpi for item in pack.items} | {veto.kpi for veto in pack.vetoes}
    for old in newest(card, NEVER):
        if old.on and old.metric not in new:
            yield {
                "role": old.role,
                "region": str(old.region),
                "metric": old.metric,
                "on": "no",
                "weight": old.weight,
                "method": old.method,
                "better": str(old.better),
                "note": old.note or None,
                "start": start,
                "confirmed": "no",
            }


def _targets(book: Book, pack: Pack, year: int, made: Loaded) -> None:
    """Targets that the book lacks; where it has another value, that one stays."""
    _new_targets(book, target_rows(pack, year), year, made)


def _new_targets(book: Book, rows: Iterable[StartRow], year: int, made: Loaded) -> None:
    there = {(t.year, str(t.region), t.scope, t.metric): t.year_total for t in book.targets}
    new = {(row["region"], row["scope"], row["metric"]) for row in made.targets}
    for row in rows:
        region, scope = str(row["region"]), str(row["scope"])
        kpi, wanted = str(row["metric"]), row["year_total"]
        key = (year, region, scope, kpi)
        if key not in there and (region, scope, kpi) not in new:
            new.add((region, scope, kpi))
            made.targets.append(row)
        elif key in there and wanted is not None and there[key] != wanted:
            told = {
                "region": region,
                "scope": scope,
                "kpi": kpi,
                "book": there[key],
                "suggested": wanted,
            }
            made.other.append(told)


def kept_target(one: Mapping[str, object]) -> tuple[str, str]:
    """What is said of a target that the book has otherwise, in both languages."""
    said = {n: _where(one, n) for n in LANGUAGES}
    return (
        "目标 {0} {kpi} 保持 {book}；建议 {suggested}。".format(said["zh"], **one),
        "The target of {0} {kpi} stays {book}; suggested {suggested}.".format(said["en"], **one),
    )


def _where(one: Mapping[str, object], language: Language) -> str:
    """`EU`, or `EU 独立站` for a target of one role."""
    region, scope = str(one["region"]), str(one["scope"])
    return region if scope == region else f"{region} {show('role', scope, language)}"


def _kpis(table: Table | None, catalog: Catalog, contents: BookContents, made: Loaded) -> None:
    """KPIs that an older book does not list yet; a listed one keeps its switches."""
    listed = {str(row.value("metric") or "").strip() for row in table.rows} if table else set()
    wanted = {str(row["metric"]) for row in (*made.weights, *made.targets)} - listed
    for row in kpi_rows(catalog, language_of(contents)):
        if row["metric"] in wanted:
            shown = {**row, "on": "yes", "us": "yes", "eu": "yes"}
            made.kpis.append(shown)


def metric_names(contents: BookContents, catalog: Catalog) -> dict[str, str]:
    """KPI code -> the name that the book shows."""
    language = language_of(contents)
    names = {code: metric.names[language] for code, metric in catalog.metrics.items()}
    table = contents.tables.get("tblKpi")
    for row in table.rows if table else ():
        code, name = row.value("metric"), row.value("name")
        if isinstance(code, str) and isinstance(name, str) and code.strip() in names:
            names[code.strip()] = name.strip()
    return names


def added_rows(
    table: str, rows: Iterable[StartRow], names: Mapping[str, str], contents: BookContents
) -> TablePatch:
    """Rows of codes as rows of a manager's table, in the words of the book; none that is there."""
    language, layout = language_of(contents), TABLES[table]
    shown = [
        {code: _shown(table, layout.column(code), v, names, language) for code, v in row.items()}
        for row in rows
    ]
    # A row that was not there holds nothing of a person.
    owners = (Owner.MANAGER, Owner.SERVICE)
    there = contents.tables.get(table)
    key = target_columns(there) if table == "tblTarget" and there else layout.key
    return TablePatch(table, key, shown, prune=False, adds=True, owners=owners)


def _shown(
    table: str, column: Column, value: object, names: Mapping[str, str], language: Language
) -> CellValue:
    base, _, words = column.kind.partition(":")
    if not isinstance(value, str):
        return value if isinstance(value, bool | float | date) else None
    if words == "metric":
        return names.get(value, value)
    if base == "choice" and words in LISTS:
        return show(words, value, language)
    return cell_word(table, column.code, value, language)


def language_of(contents: BookContents) -> Language:
    """The language of a book's headers."""
    return "en" if contents.language == "en" else "zh"


def line_of(item: PackItem, region: Region) -> dict[str, object]:
    """One line of a pack for `packs show`."""
    return {
        "kpi": item.kpi,
        "name": dict(item.metric.names),
        "weight": item.weight,
        "target": item.target,
        "basis": item.basis,
        "benchmark": benchmark_of(item, region),
        "method": item.method,
        "warn": item.warn,
        "breach": item.breach,
        "kind": str(item.metric.kind),
        "class": str(item.metric.klass),
        "why": dict(item.why) if item.why else None,
    }


def benchmark_of(item: PackItem, region: Region) -> dict[Language, str] | None:
    """The published bands beside a suggested target, in both languages; None without one."""
    found = benchmarks_of(item.kpi, region)
    target = item.target if isinstance(item.target, float) else None
    texts = {one: beside(found, target, item.metric.unit, one) for one in LANGUAGES}
    return {one: text for one, text in texts.items() if text} or None
