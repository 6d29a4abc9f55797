"""The next period written into a closed workbook: new lines, and empty months of lines there.

No cell that holds something is touched. The lines are the manager's from then on: they are typed
as anybody would type them, and score nothing until they are published.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from kpi.book_nouns import MONTHS
from kpi.calendar import shifted
from kpi.methods import PARAMETERS
from kpi.model import Language, Period
from kpi.rolling import Plan, Rolled, RolledTarget, rolled
from kpi.step_reading import table_text
from kpi.step_table import table_of
from kpi.tables import Row
from kpi.typed_rows import TargetRow, WeightRow
from sheet_templates.layout import Owner
from sheet_templates.start import StartRow
from sheet_templates.words import show
from sync_service.filling.agreed import by_address, target_columns
from sync_service.house import House
from sync_service.pack_loading import added_rows, language_of, metric_names
from sync_service.refresh import Order, Seen, look
from sync_service.workbooks.port import TablePatch, WriteReport, Written


@dataclass(frozen=True, slots=True)
class Rolling:
    """What rolling a book makes, before anything is written."""

    order: Order
    seen: Seen
    plan: Plan
    made: Rolled


def prepare(house: House, order: Order, plan: Plan) -> Rolling:
    """Read the book with its facts and work the new period out; nothing is written."""
    seen = look(house, order)
    return Rolling(
        order, seen, plan, rolled(seen.done.typed, seen.done.given.catalog.metrics, plan)
    )


def write(rolling: Rolling) -> tuple[WriteReport, ...]:
    """Add the new lines, then fill the empty months; each is one write of the whole file."""
    made, plan = rolling.made, rolling.plan
    return write_lines(
        rolling.order, rolling.seen, made.targets, made.weights, lambda lang: _note(plan, lang)
    )


def write_lines(
    order: Order,
    seen: Seen,
    targets: Sequence[RolledTarget],
    weights: Sequence[WeightRow],
    note: Callable[[Language], str],
    *,
    over: bool = False,
) -> tuple[WriteReport, ...]:
    """New lines of targets and cards with a note, and the empty months of lines that are there.

    `over`: their typed months and years too.
    """
    contents = seen.contents
    names, language = metric_names(contents, seen.done.given.catalog), language_of(contents)
    said = note(language)
    added = [target_row(one.row, said, language) for one in targets if one.added]
    patches = [
        added_rows("tblTarget", added, names, contents),
        added_rows("tblWeight", [weight_row(line, language) for line in weights], names, contents),
    ]
    wanted = [patch for patch in patches if patch.rows]
    port, reports = order.port, []
    if wanted:
        reports.append(port.write(wanted, (), contents.fingerprint))
    filled = months_patch(seen, [one.row for one in targets if not one.added], over=over)
    if filled.rows:
        reports.append(port.write([filled], (), port.fingerprint()))
    return tuple(reports)


def target_row(row: TargetRow, note: str, language: Language) -> StartRow:
    """A new line of tblTarget in codes; the note says where it comes from."""
    return {
        "year": float(row.year),
        "region": str(row.region),
        "scope": show("stage", show("role", row.scope, language), language),
        "metric": row.metric,
        "owner": row.owner,
        "basis": "own_plan" if row.uplift is None else "uplift",
        "year_total": row.year_total,
        **{m: value for m, value in zip(MONTHS, row.months, strict=True) if value is not None},
        "currency": row.currency,
        "baseline": row.baseline,
        "uplift": row.uplift,
        "uplift_unit": row.uplift_unit,
        "split": None if row.uplift is None else row.split,
        **({"company_stage": row.stage} if row.stage else {}),
        "note": note,
    }


def _note(plan: Plan, language: Language) -> str:
    before = before_of(plan).code
    return f"由 {before} 滚动" if language == "zh" else f"rolled from {before}"


def before_of(plan: Plan) -> Period:
    """The period that a plan starts from."""
    return shifted(plan.into, -1)


def weight_row(line: WeightRow, language: Language) -> StartRow:
    """A line of a card in codes."""
    table = table_of(line.params)
    return {
        "role": line.role,
        "region": str(line.region),
        "metric": line.metric,
        "on": "yes" if line.on else "no",
        "weight": line.weight,
        "method": line.method,
        "better": str(line.better),
        "warn": line.warn,
        "breach": line.breach,
        "bound": str(line.bound),
        "warn_low": line.warn_low,
        "breach_low": line.breach_low,
        "veto": str(line.effect) if line.veto else "no",
        "start": line.start,
        "cap": line.cap,
        "floor": line.floor,
        **({} if table else dict(zip(PARAMETERS, line.params, strict=True))),
        "steps": table_text(table, language) if table else None,
        "missing": line.missing,
        "outdated": line.outdated,
        "min_count": line.min_count or None,
        "note": line.note or None,
        "substitute": line.substitute,
        "confirmed": "yes" if line.confirmed else "no",
    }


def months_patch(seen: Seen, there: Sequence[TargetRow], *, over: bool = False) -> TablePatch:
    """The months of lines that are there; only cells that hold nothing, all with `over`."""
    table = seen.contents.tables["tblTarget"]
    rows, key = by_address(table) if there else {}, target_columns(table)
    lines = [_months_of(rows[row.address], row, key, over=over) for row in there]
    return TablePatch(
        "tblTarget",
        key,
        [line for line in lines if len(line) > len(key)],
        prune=False,
        owners=(Owner.MANAGER,),
    )


def _months_of(
    there: Row, row: TargetRow, columns: Sequence[str], *, over: bool
) -> Mapping[str, Written]:
    key = {code: there.value(code) for code in columns}
    cells = dict(zip(MONTHS, row.months, strict=True)) | (
        {"year_total": row.year_total} if over else {}
    )
    free = {
        code: value
        for code, value in cells.items()
        if value is not None and (over or there.value(code) in (None, ""))
    }
    return {**key, **free}
