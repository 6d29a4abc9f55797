"""Any table with a mapping of its own: one row a day and shop (and SKU), columns are measures.

An empty cell says nothing. Figures that no product carries, in a table that names products, stand
under no product; rows of one key are added where the measure adds.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from kpi.model import WHOLE_SHOP, RollUp, Unit
from kpi.trade import Shop
from sync_service.connectors.kernel import FactRow
from sync_service.connectors.tally import NO_PRODUCT
from sync_service.imports.columns import Columns
from sync_service.imports.dates import day_in
from sync_service.imports.layout import Batch, FileStream, Found, Source, finished, span
from sync_service.imports.mapping import ColumnMap, measures, read_mapping
from sync_service.imports.reading import normal
from sync_service.imports.refusals import FileRefusedError

STREAM = "file.mapped"
Key = tuple[str, date, str, str]  # shop, day, sku, currency
Values = Mapping[str, Sequence[Decimal | int | None]]


def read(source: Source, path: Path) -> Found:
    """The table as facts of every shop that it names."""
    columns, said = source.columns, read_mapping(path, source.columns.grid)
    columns.decimal = columns.decimal or said.decimal
    columns.dates = columns.dates or said.dates
    shops = _shops(source, said)
    moments = columns.moments(normal(said.date))
    skus = columns.ids(normal(said.sku_column)) if said.sku_column else None
    currencies = columns.text(normal(said.currency_column)) if said.currency_column else None
    values = _values(columns, said)
    sums: dict[Key, dict[str, Decimal | int | None]] = {}
    for place in columns.good():
        shop, moment = shops[place], moments[place]
        if shop is None or moment is None:
            columns.refuse(place, None, "No known shop or no date.", "店铺未知或缺少日期。")
            continue
        currency = currencies[place].strip().upper() if currencies else said.currency
        sku = (skus[place] or NO_PRODUCT) if skus else WHOLE_SHOP
        key = (shop.code, day_in(moment, shop.time_zone), sku, currency or shop.currency)
        _add(columns, place, sums.setdefault(key, {}), values)
    lost = {
        (shop.code, day_in(moment, shop.time_zone))
        for place in columns.refused
        if (shop := shops[place]) is not None and (moment := moments[place]) is not None
    }
    return Found(tuple(_batches(source, said, sums, lost)), variant=said.variant)


def _shops(source: Source, said: ColumnMap) -> list[Shop | None]:
    """The shop of each row; a fixed one must be known."""
    known = {shop.code: shop for shop in source.shops}
    fixed = source.options.shop or said.shop
    if fixed and not said.shop_column:
        if fixed not in known:
            raise FileRefusedError(
                f"Shop {fixed} is not connected. Known are {', '.join(known) or '-'}.",
                f"店铺 {fixed} 未连接。已知店铺：{'、'.join(known) or '-'}。",
            )
        return [known[fixed]] * len(source.columns.grid.rows)
    codes = source.columns.ids(normal(said.shop_column))
    only = source.options.shop
    found = [known.get(code) if only in (None, code) else None for code in codes]
    if codes and not any(found):
        raise FileRefusedError(
            f"{source.name} names no connected shop (first: {codes[0]!r}). "
            f"Known are {', '.join(known) or '-'}.",
            f"{source.name} 中没有已连接的店铺（首个：“{codes[0]}”）。"
            f"已知店铺：{'、'.join(known) or '-'}。",
        )
    return found


def _values(columns: Columns, said: ColumnMap) -> Values:
    """The columns by measure; two columns of one measure are refused."""
    found: dict[str, Sequence[Decimal | int | None]] = {}
    for header, code in said.measures.items():
        if code in found:
            raise FileRefusedError(
                f"Two columns of the mapping are {code}. Keep one of them.",
                f"映射中有两列都是 {code}。请保留一列。",
            )
        name = normal(header)
        whole = measures()[code].unit is Unit.COUNT
        found[code] = columns.counts(name) if whole else columns.money(name)
    return found


def _add(
    columns: Columns, place: int, cells: dict[str, Decimal | int | None], values: Values
) -> None:
    """Add a row to its key; a level (stock, rank) may come once only."""
    known = measures()
    for code, of in values.items():
        value = of[place]
        before = cells.get(code)
        if value is None:
            continue
        if before is not None and known[code].roll_up is not RollUp.SUM:
            columns.refuse(place, None, f"A second {code} of that day.", f"当日重复的 {code}。")
            return
        cells[code] = value if before is None else before + value


def _batches(
    source: Source,
    said: ColumnMap,
    sums: Mapping[Key, Mapping[str, Decimal | int | None]],
    lost: Collection[tuple[str, date]],
) -> list[Batch]:
    """A batch a shop; days of which a row was refused are left out, as their sums are not whole."""
    stream = FileStream(STREAM, tuple(said.measures.values()), "missing")
    found = []
    for shop in source.shops:
        mine = {key: cells for key, cells in sums.items() if key[0] == shop.code}
        if not mine:
            continue
        kept = set(finished(source, shop, sorted({key[1] for key in mine})))
        rows = tuple(
            FactRow(day, cells, sku=sku, currency=currency)
            for (_, day, sku, currency), cells in sorted(mine.items())
            if day in kept and cells
        )
        out = {day for code, day in lost if code == shop.code}
        out |= source.columns.broken_days(shop.time_zone)
        found.append(Batch(stream, shop, span(sorted(kept)), rows, frozenset(out)))
    return found
