"""What a contract shows beside each row: the version it has, the day, and what is not published."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kpi.contract_rows import SIGN, Plain, rule_key, target_key, term_key, weight_key
from kpi.contracts import WHOLE_ROW, Change, Version, row_versions
from kpi.errors import Place, Problem
from kpi.messages import problem
from kpi.model import Language
from kpi.step_reading import said_back
from kpi.tables import Row, Table
from sheet_templates.layout import TABLES
from sheet_templates.words import show
from sync_service.compute import Computed
from sync_service.contract_store import Record, label, name_of
from sync_service.filling.cells import Cell, FilledRow
from sync_service.filling.plans import planned

NOTHING = ("空", "empty")
ADDED = ("新增", "new line")
REMOVED = ("已删除", "line removed")
ARROW = "→"
FIELDS: Mapping[str, tuple[str, str]] = {  # fields that are no column of their table
    "until": ("止（次日）", "To (day after)"),
    "definition": ("口径", "Definition"),
    "name_zh": ("中文名", "Chinese name"),
    "name_en": ("英文名", "English name"),
    "additive": ("可加", "Additive"),
    "decimals": ("小数位", "Decimals"),
    "keep": ("恢复期数", "Periods to recover"),
    "margin": ("恢复余量", "Margin to recover"),
    "region": ("区域", "Region"),
}


@dataclass(frozen=True, slots=True)
class Agreed:
    """The contract beside the rows of one refresh."""

    changes: Mapping[tuple[str, str], tuple[Change, ...]]  # by table and key
    versions: Mapping[tuple[str, str], Version]  # that brought each row as it is
    language: Language

    def cells(self, table: str, key: str, columns: Sequence[str]) -> FilledRow:
        """Pending, Version and Published of a row; a row that nobody signed has no version."""
        found = self.versions.get((table, key))
        here: dict[str, Cell] = {
            "pending": said(self.changes.get((table, key), ()), self.language) or None,
            "version": label(found.number) if found else None,
            "published": found.published if found else None,
        }
        return {code: here[code] for code in columns}


def agreed(done: Computed) -> Agreed:
    """The versions and changes of a computation."""
    return Agreed(by_row(done.pending), row_versions(done.given.versions), done.given.language)


def by_row(changes: Iterable[Change]) -> dict[tuple[str, str], tuple[Change, ...]]:
    """Changes by the row that they are of, in order."""
    rows: dict[tuple[str, str], tuple[Change, ...]] = {}
    for one in changes:
        at = (one.table, one.key)
        rows[at] = (*rows.get(at, ()), one)
    return rows


# --- words ----------------------------------------------------------------------------------------


def said(changes: Iterable[Change], language: Language) -> str:
    """`11月 120,000 → 135,000；负责人 A → B`: every change of a row."""
    return ("；" if language == "zh" else "; ").join(_said(one, language) for one in changes)


def _said(one: Change, language: Language) -> str:
    if one.field == WHOLE_ROW:
        return _pair(ADDED if one.new else REMOVED, language)
    old, new = (value_text(one, value, language) for value in (one.old, one.new))
    return f"{header(one.table, one.field, language)} {old} {ARROW} {new}"


def header(table: str, field: str, language: Language) -> str:
    """The header of a field's column, or its name where the table has no such column."""
    column = next((c for c in TABLES[table].columns if c.code == field), None)
    if column is not None:
        return column.header(language)
    return _pair(FIELDS.get(field, (field, field)), language)


def value_text(one: Change, value: Plain, language: Language) -> str:
    """A value of a change with every digit that it has; words as the dropdowns show them."""
    if value is None:
        return _pair(NOTHING, language)
    if isinstance(value, bool):
        return show("yes_no", "yes" if value else "no", language)
    if isinstance(value, int | float):
        return f"{value:,.15g}"
    if (one.table, one.field) == ("tblWeight", "steps"):
        return said_back(value, language)
    column = next((c for c in TABLES[one.table].columns if c.code == one.field), None)
    base, _, words = column.kind.partition(":") if column else ("", "", "")
    return show(words, value, language) if base == "choice" and words in CODED else value


CODED = frozenset(
    {"role", "region", "method", "better", "bound", "missing", "level", "window", "operator"}
    | {"split", "uplift_unit", "outdated", "term"}
)


def _pair(texts: tuple[str, str], language: Language) -> str:
    return texts[0] if language == "zh" else texts[1]


# --- cells ----------------------------------------------------------------------------------------


def targets(done: Computed, table: Table, shown: Iterable[FilledRow]) -> Iterator[FilledRow]:
    """The targets' rows with their contract; `shown` are the figures beside some of them."""
    keys = target_columns(table)
    plain = TABLES["tblTarget"].key
    figures = {tuple(row[column] for column in plain): row for row in shown}
    beside, rows = agreed(done), by_address(table)
    for row in done.typed.targets:
        typed = {column: rows[row.address].value(column) for column in keys}
        cells = beside.cells("tblTarget", target_key(row), ("pending", "version", "published"))
        shown_here = figures.get(tuple(typed[column] for column in plain), {})
        yield {**shown_here, **planned(done, row), **typed, **cells}
    for row in done.typed.other_stages:
        typed = {column: rows[row.address].value(column) for column in keys}
        yield {**typed, "breakdown": _out_of_force(done)}


def target_columns(table: Table) -> tuple[str, ...]:
    """The key of a line of targets: its stage of the company too, in a book that has the column."""
    stage = ("company_stage",) if "company_stage" in table.columns else ()
    return (*TABLES["tblTarget"].key, *stage)


def _out_of_force(done: Computed) -> str:
    language = done.given.language
    stage = show("company_stage", done.typed.settings.company_stage, language)
    return f"○ 不计：公司阶段为{stage}" if language == "zh" else f"○ not counted: stage is {stage}"


def weights(done: Computed, table: Table) -> Iterator[FilledRow]:
    """The lines of the cards with their contract."""
    beside, rows = agreed(done), by_address(table)
    for row in done.typed.weights:
        typed = {c: rows[row.address].value(c) for c in TABLES["tblWeight"].key}
        cells = beside.cells("tblWeight", weight_key(row), ("pending", "version"))
        yield {**typed, **cells}


def terms(done: Computed, table: Table) -> Iterator[FilledRow]:
    """The lines of the agencies' terms with their contract."""
    beside, rows = agreed(done), by_address(table)
    for row in done.typed.terms:
        typed = {c: rows[row.address].value(c) for c in TABLES["tblTerm"].key}
        yield {**typed, **beside.cells("tblTerm", term_key(row), ("pending", "version"))}


def kpi_version(done: Computed, code: str) -> str:
    """The hash of a definition, with the version that agreed on it."""
    digest = done.given.catalog.definition_hash(code)[:8]
    found = row_versions(done.given.versions).get(("tblKpi", code))
    return f"{label(found.number)} {digest}" if found else digest


def version_name(done: Computed) -> str:
    """`v2 · 1a2b3c4d`: what scores the month; empty for a draft."""
    found = next((one for one in done.given.versions if one.number == done.version), None)
    return name_of(found) if found else ""


def by_address(table: Table) -> dict[str, Row]:
    """The rows of a table by the address that the nouns read from it carry."""
    first = table.columns[0]
    return {f"{table.sheet}!{row.cells[first].address}": row for row in table.rows}


# --- the log and today ----------------------------------------------------------------------------


def contract_problems(done: Computed, known: Iterable[Record]) -> tuple[Problem, ...]:
    """What the log says of the contract: changes that wait, exceptions that were made."""
    return (*pending_problems(done), *exception_problems(known))


def pending_problems(done: Computed) -> tuple[Problem, ...]:
    """One line of the log for each row that was changed and not published."""
    places = dict(_places(done))
    return tuple(
        problem(
            "pending_change",
            places.get(at, Place(table=at[0], text=shown_key(at[1]))),
            key=shown_key(at[1]),
            zh=said(found, "zh"),
            en=said(found, "en"),
        )
        for at, found in by_row(done.pending).items()
    )


def shown_key(key: str) -> str:
    """A key as people read it."""
    return key.replace(SIGN, " ").strip()


def _places(done: Computed) -> Iterator[tuple[tuple[str, str], Place]]:
    """Where the rows with an address stand."""
    for target in done.typed.targets:
        yield ("tblTarget", target_key(target)), _place(target.address, "tblTarget")
    for weight in done.typed.weights:
        yield ("tblWeight", weight_key(weight)), _place(weight.address, "tblWeight")
    for term in done.typed.terms:
        yield ("tblTerm", term_key(term)), _place(term.address, "tblTerm")
    for rule in done.typed.rules:
        yield ("tblRule", rule_key(rule)), _place(rule.address, "tblRule")


def _place(address: str, table: str) -> Place:
    sheet, _, cell = address.rpartition("!")
    return Place(sheet=sheet, cell=cell, table=table)


def moved_problems(other: str | None) -> tuple[Problem, ...]:
    """A file that was renamed or copied lost its contract: it says so until it is published."""
    if other is None:
        return ()
    name = Path(other).name
    return (problem("contract_elsewhere", Place(text="nmVersion"), name=name),)


def exception_problems(known: Iterable[Record]) -> tuple[Problem, ...]:
    """Every change inside a settled quarter, with its reason and who allowed it."""
    return tuple(
        problem(
            "contract_exception",
            Place(text=one.name),
            version=label(one.version.number),
            quarters=", ".join(one.exception.quarters),
            reason=one.exception.reason,
            approver=one.exception.approver,
            day=one.exception.day,
        )
        for one in known
        if one.exception is not None
    )
