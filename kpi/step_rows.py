"""The step table in a line of Weights, read with its four parameters."""

from __future__ import annotations

from kpi.book_rows import RowReader
from kpi.errors import KpiError
from kpi.methods import PARAMETERS, Params
from kpi.step_reading import WAYS, Fault, read_table
from kpi.step_table import POINTS, has_table
from kpi.tables import Table


def line_params(row: RowReader, method: str) -> Params:
    """The four parameters of a line, or its step table, which needs none of them."""
    typed = tuple(row.number(p) for p in PARAMETERS)
    text = row.text("steps")
    if not text or not method:
        return typed
    if method not in WAYS:
        row.wrong("steps", "steps_other_method", method=row.text("method"))
        return typed
    if any(value is not None for value in typed):
        row.doubt("steps", "steps_and_params")
    found = read_table(text, method)
    if isinstance(found, Fault):
        row.wrong("steps", found.code, **found.values)
        return typed
    return found.params


def refuse_without_room(row: RowReader, params: Params, items: Table | None) -> None:
    """A table is refused where Items has no columns for it: its formulas would not score by it."""
    if has_table(params) and items is not None and POINTS[0] not in items.columns:
        row.wrong("steps", "steps_no_room")


def signed_table(text: str, method: str) -> Params:
    """The table of a contract, as it was read before it was signed.

    Raises:
        KpiError: This program does not read it.
    """
    found = read_table(text, method) if method in WAYS else None
    if found is None or isinstance(found, Fault):
        raise KpiError(
            f'The contract has a step table that cannot be read: "{text}"; restore a backup.',
            f"合同中的分档表读不懂：“{text}”；请从备份恢复。",
        )
    return found.params
