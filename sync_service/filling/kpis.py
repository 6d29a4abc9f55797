"""tblKpi and tblMeasure: each KPI as the book defines it, what it stands on, what it lacks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kpi.catalog import Catalog
from kpi.contracts import row_versions
from kpi.division import told, zero_risks
from kpi.errors import Problem
from kpi.meaning import explain
from kpi.model import Metric, Texts
from kpi.tables import Row, Table
from sheet_templates.words import SIGNS
from sync_service.compute import Computed
from sync_service.contract_store import label
from sync_service.filling import agreed
from sync_service.filling.cells import FilledRow


def kpis(done: Computed, problems: Sequence[Problem], table: Table) -> Iterator[FilledRow]:
    """A line for each row of the table that is a KPI, or that should be one and has a fault."""
    faults = {p.place.cell: p for p in reversed(problems) if p.place.table == table.name}
    for row in table.rows:
        key = row.value("metric")
        typed = str(key or "").strip()
        code = done.given.catalog.known.code(typed) or ""
        fault = next((faults[c.address] for c in row.cells.values() if c.address in faults), None)
        if fault is not None and typed:
            mend = f"{fault.what[done.given.language]} {fault.mend[done.given.language]}"
            yield {"metric": key, "check": f"{SIGNS['breach']} {mend}"}
        elif code in done.given.catalog.metrics and (code in done.book.kpis or _changed(row)):
            yield {"metric": key, **_sound(done, done.given.catalog.metrics[code], row)}


def measures(done: Computed, problems: Sequence[Problem], table: Table) -> Iterator[FilledRow]:
    """A line for each own measure: whether it can be used, and the version that signed it."""
    language = done.given.language
    faults = {p.place.cell: p for p in reversed(problems) if p.place.table == table.name}
    signed = row_versions(done.given.versions)
    live = done.given.typed.catalog if done.given.typed else done.given.catalog
    for row in table.rows:
        key = row.value("measure")
        code = str(key or "").strip()
        fault = next((faults[c.address] for c in row.cells.values() if c.address in faults), None)
        if code and fault is not None:
            said = f"{fault.what[language]} {fault.mend[language]}"
            yield {"measure": key, "check": f"{SIGNS['breach']} {said}", "version": None}
        elif code in live.measures:
            found = signed.get(("tblMeasure", code))
            waits = any(c.table == table.name and c.key == code for c in done.pending)
            version = SIGNS["pending"] if waits else label(found.number) if found else None
            yield {"measure": key, "check": SIGNS["ok"], "version": version}


def _changed(row: Row) -> bool:
    """Whether the manager gave the row a formula or a switch of his own."""
    return any(str(row.value(column) or "").strip() for column in ("formula", "switches"))


def _sound(done: Computed, metric: Metric, row: Row) -> FilledRow:
    """The card as computed, so that number and print cannot differ."""
    catalog, language = done.given.catalog, done.given.language
    expression, card = catalog.expressions[metric.code], metric.card
    parts = (card.includes[language], card.excludes[language])
    plain = explain(expression, catalog, language)
    typed = row.value("formula")
    risks = (
        zero_risks(catalog.parse(typed), catalog) if metric.own and isinstance(typed, str) else ()
    )
    sound, waits = f"{SIGNS['ok']} {told(risks, language)}".strip(), (*_waiting(done, metric.code),)
    return {
        "numerator": card.numerator[language],
        "denominator": card.denominator[language],
        "includes": "; ".join(filter(None, parts)) or plain,
        "source": card.source[language],
        "check": "; ".join((*waits, sound) if risks or not waits else waits),
        "version": agreed.kpi_version(done, metric.code),
        **({"kind": str(metric.kind), "klass": str(metric.klass)} if metric.own else {}),
    }


def _waiting(done: Computed, code: str) -> Iterator[str]:
    """What the row asks for and does not get: a definition not published, a basis without data."""
    language = done.given.language
    live = done.given.typed.catalog if done.given.typed else done.given.catalog
    if code in live.metrics and not _same(live, done.given.catalog, code):
        yield _PENDING[language].format(
            sign=SIGNS["pending"],
            then=live.metrics[code].card.includes[language]
            or explain(live.expressions[code], live, language),
        )
    for one in done.problems:
        if one.code == "basis_unknown" and one.place.text == code:
            yield f"{SIGNS['no_data']} {one.what[language]} {one.mend[language]}"


_PENDING: Texts = {
    "zh": "{sign} 未发布，仍按已发布的口径计算；发布后：{then}",
    "en": "{sign} not published, the published definition still counts; then: {then}",
}


def _same(one: Catalog, other: Catalog, code: str) -> bool:
    """Whether a KPI means the same in two catalogues."""
    return one is other or one.definition_hash(code) == other.definition_hash(code)
