"""A file's facts laid over those that are there: what it knows of a day replaces, the rest stays.

Several files share a stream: reviews and warehouse bills are both mapped files of the same days. So
a window is not replaced as a whole but a measure a day: where the file knows a measure, all older
rows of that measure and day go; what it does not know stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

KEY = ("day", "sku", "part", "currency")
_SORTED = [(name, "ascending") for name in KEY]


@dataclass(frozen=True, slots=True)
class Difference:
    """What an import changes in one measure: sums over the window, and days that differ."""

    measure: str
    before: Decimal | int | None  # None: not known
    after: Decimal | int | None
    days: int


def merged(old: pa.Table, new: pa.Table, part: str | None) -> pa.Table:
    """The rows of a window after an import; both tables have the same columns."""
    names = [name for name in new.column_names if name not in KEY]
    kept = _without_part(old, part) if part is not None else _without_days(old, new, names)
    both = pa.concat_tables([kept.cast(new.schema), new])
    # a key has each measure once at most, so the greatest is the only one
    groups = both.group_by(list(KEY)).aggregate([(name, "max") for name in names])
    table = pa.table(
        {
            **{name: groups.column(name) for name in KEY},
            **{
                name: groups.column(f"{name}_max").cast(new.schema.field(name).type)
                for name in names
            },
        }
    )
    return _said(table, names).sort_by(_SORTED)


def _without_part(old: pa.Table, part: str) -> pa.Table:
    return old.filter(pc.not_equal(old.column("part"), part))


def _without_days(old: pa.Table, new: pa.Table, names: Sequence[str]) -> pa.Table:
    """Empty a measure on the days on which the new rows know it."""
    days = new.column("day")
    for name in names:
        known = pc.unique(days.filter(pc.is_valid(new.column(name))))
        if len(known):
            there = pc.is_in(old.column("day"), value_set=known)
            column = old.column(name)
            empty = pa.scalar(None, column.type)
            at = old.column_names.index(name)
            old = old.set_column(at, name, pc.if_else(there, empty, column))
    return old


def _said(table: pa.Table, names: Sequence[str]) -> pa.Table:
    """Rows that say something."""
    if not table.num_rows:
        return table
    some = pc.is_valid(table.column(names[0]))
    for name in names[1:]:
        some = pc.or_(some, pc.is_valid(table.column(name)))
    return table.filter(some)


def differences(old: pa.Table, new: pa.Table) -> list[Difference]:
    """What differs, by measure."""
    names = [name for name in new.column_names if name not in KEY]
    found = []
    for name in names:
        days = _changed_days(old, new, name)
        if days:
            found.append(Difference(name, _total(old, name), _total(new, name), days))
    return found


def _changed_days(old: pa.Table, new: pa.Table, name: str) -> int:
    """On how many days a measure has other rows or values."""
    before, after = (
        table.select([*KEY, name]).filter(pc.is_valid(table.column(name))) for table in (old, new)
    )
    empty = pa.nulls(before.num_rows, before.column(name).type)
    left = before.rename_columns([*KEY, "before"]).append_column("after", empty)
    empty = pa.nulls(after.num_rows, after.column(name).type)
    right = after.rename_columns([*KEY, "after"]).append_column("before", empty)
    both = pa.concat_tables([left, right.select(left.column_names)])
    groups = both.group_by(list(KEY)).aggregate([("before", "max"), ("after", "max")])
    same = pc.fill_null(pc.equal(groups.column("before_max"), groups.column("after_max")), False)
    return len(pc.unique(groups.filter(pc.invert(same)).column("day")))


def _total(table: pa.Table, name: str) -> Decimal | int | None:
    total: Decimal | int | None = pc.sum(table.column(name)).as_py()
    return total
