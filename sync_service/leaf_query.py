"""Exact sums of facts by day, shop, stream, category and currency; the input of `totals.py`.

One DuckDB pass sums what changed; the sums of a file never change, for the file never does, so
they are kept beside the table and a repeated refresh reads only new files. All sums are integers:
the order of adding, and so the number of threads and kept files, cannot change a bit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kpi.cells import campaign_cell
from kpi.leaves import LeafSums
from kpi.model import Window
from kpi.totals import NO_PLACE
from kpi.trade import Product
from sync_service import leaf_cache
from sync_service.fact_files import FactFile, Snapshot
from sync_service.fact_rows import KEY_COLUMNS
from sync_service.fact_scan import connect, facts_view
from sync_service.product_costs import COST_FIGURES, categories, cost_currencies, costs_by_day

COSTS_STREAM = "book.costs"
_LAYOUT = "leaves 2"  # part of every fingerprint: a change of the sums' meaning gets a new name
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class LeafQuery:
    """What a refresh asks of the facts."""

    measures: Sequence[str]  # codes; cogs and the like come from the products
    window: Window
    shops: Mapping[str, str]  # shop -> market
    products: Sequence[Product] = ()
    # (shop, measure) -> the streams that count it; costs follow those of the units. Without it the
    # costs keep the stream of their units, and the totals choose day by day.
    winners: Mapping[tuple[str, str], Sequence[str]] = field(default_factory=dict)
    version: int | None = None  # of the facts; None is the newest
    streams: frozenset[str] | None = None  # None is every stream
    places: frozenset[str] = frozenset()  # of `measures`: the best one counts, they are not added
    skus: frozenset[str] = frozenset()  # products that are asked for: each has leaves of its own
    campaigns: frozenset[str] = frozenset()  # likewise, by name or id; of rows without a product

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories of the leaves, by number."""
        return categories(self.products, self.skus, self.campaigns)


@dataclass(frozen=True, slots=True)
class Plan:
    """A query as columns: measures of the facts, and figures that need the product table."""

    measures: tuple[str, ...]
    costs: tuple[str, ...]
    scaled: Mapping[str, bool]  # of both: whether the sums are ten-thousandths
    places: frozenset[str] = frozenset()  # of the measures: those whose least value is taken


@dataclass(frozen=True, slots=True)
class _Block:
    """The leaves of one stream, sorted, one row a leaf."""

    stream: str
    keys: Mapping[str, Integers]  # day, shop, category, currency
    rows: Integers
    sums: Mapping[str, Integers]
    known: Mapping[str, Integers]
    places: frozenset[str] = frozenset()  # measures of which the best one counts


def plan(query: LeafQuery, schema: pa.Schema) -> Plan:
    """Split what is asked into columns of the facts and figures from the product table."""
    asked = set(query.measures)
    measures = tuple(n for n in schema.names if n in asked and n not in KEY_COLUMNS)
    counted = tuple(name for name, figure in COST_FIGURES.items() if figure.units in schema.names)
    costs = counted if asked & set(COST_FIGURES) else ()
    scaled = {n: pa.types.is_decimal(schema.field(n).type) for n in measures}
    known = {n: not COST_FIGURES[n].lacking for n in costs} | scaled
    return Plan(measures, costs, known, query.places & set(measures))


def leaf_sums(query: LeafQuery, snapshot: Snapshot, schema: pa.Schema, folder: Path) -> LeafSums:
    """Give the sums of a query over one version of the facts."""
    planned = plan(query, schema)
    wanted = {
        f"{Path(f.path).name}|{f.size}|{query.shops[f.shop]}": f
        for f in snapshot.within(query.window)
        if f.shop in query.shops and (query.streams is None or f.stream in query.streams)
    }
    parts = leaf_cache.parts(
        folder / _fingerprint(query, planned),
        wanted,
        lambda fresh: _summed(query, planned, fresh, schema),
        keep=query.version is None,
    )
    currencies = _currencies(query, parts)
    blocks: list[_Block] = []
    costs: list[_Block] = []
    for part in parts:
        own, paid = _blocks(query, planned, part, currencies)
        blocks.append(own)
        costs += paid
    for stream in sorted({block.stream for block in costs}):
        blocks += _together([block for block in costs if block.stream == stream])
    joined = _joined(query, planned, blocks, currencies, snapshot.version)
    return replace(joined, asked=_asked(query, planned, joined), files=_files(wanted))


def _asked(query: LeafQuery, planned: Plan, joined: LeafSums) -> str:
    """Name all that the sums of a shop depend on besides its own files."""
    numbered = (joined.streams, joined.categories, joined.currencies)
    said = repr((query.window, sorted(query.shops.items()), sorted(query.winners.items())))
    streams = query.streams if query.streams is None else sorted(query.streams)
    return f"{_fingerprint(query, planned)} {said} {streams} {numbered}"


def _files(wanted: Mapping[str, FactFile]) -> dict[str, frozenset[str]]:
    """The keys of the files of each shop."""
    found: dict[str, set[str]] = {}
    for key, file in wanted.items():
        found.setdefault(file.shop, set()).add(key)
    return {shop: frozenset(keys) for shop, keys in found.items()}


def _fingerprint(query: LeafQuery, planned: Plan) -> str:
    """Name what the sums of a file depend on besides the file; the window is not part of it."""
    figures = (planned.measures, planned.costs, sorted(planned.places))
    apart = (sorted(query.skus), sorted(query.campaigns))
    said = repr((_LAYOUT, *figures, *apart, tuple(query.products)))
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def _summed(
    query: LeafQuery, planned: Plan, fresh: Sequence[FactFile], schema: pa.Schema
) -> pa.Table:
    """Sum whole files in one pass: one row a file, day, category, currency and cost currency."""
    markets = [query.shops[f.shop] for f in fresh]
    with connect() as connection:
        facts_view(connection, [f.path for f in fresh], schema)
        numbers = pa.array(range(len(fresh)), pa.uint64())
        connection.register("places", pa.table({"file": numbers, "market": markets}))
        apart = (query.skus, query.campaigns)
        products = costs_by_day(query.products, sorted(set(markets)), *apart)
        connection.register("products", products)
        if not query.campaigns or "ad_spend" not in schema.names:
            return connection.sql(_sql(planned)).to_arrow_table()
        connection.register("campaigns", _campaigns(query))
        return connection.sql(_sql(planned, _BY_CAMPAIGN)).to_arrow_table()


def _campaigns(query: LeafQuery) -> pa.Table:
    """Give the number of each campaign's category."""
    names = sorted(query.campaigns)
    numbers = [query.categories.index(campaign_cell(name)) for name in names]
    return pa.table({"part": names, "category": pa.array(numbers, pa.int32())})


# A part of another stream is a channel or a settlement; a row with a SKU stays its product's.
_BY_CAMPAIGN = (
    "LEFT JOIN campaigns c ON c.part = f.part AND f.sku = '*' AND f.ad_spend IS NOT NULL "
)


def _sql(planned: Plan, by_campaign: str = "") -> str:
    """Write the one pass; measure names are those of the checked catalogue."""
    figures = [*(f'f."{n}"' for n in planned.measures)]
    figures += [COST_FIGURES[n].sql() for n in planned.costs]
    names = [*planned.measures, *(f"book.{n}" for n in planned.costs)]
    sums = "".join(
        f', coalesce({"min" if name in planned.places else "sum"}({text}), 0) AS "s:{name}"'
        f', count({text}) AS "k:{name}"'
        for name, text in zip(names, figures, strict=True)
    )
    category = "coalesce(c.category, p.category, 0)" if by_campaign else "coalesce(p.category, 0)"
    return (
        f"SELECT f.file_index::INTEGER AS file, f.day, {category} AS category, "
        "f.currency, coalesce(p.cost_currency, 0) AS cost_currency, count(*) AS rows"
        f"{sums} FROM facts f JOIN places ON places.file = f.file_index "
        "LEFT JOIN products p ON p.sku = f.sku AND p.market = places.market "
        f"AND f.day >= p.start AND f.day < p.until {by_campaign}"
        "GROUP BY ALL"
    )


def _currencies(query: LeafQuery, parts: Sequence[leaf_cache.Part]) -> tuple[str, ...]:
    """Give every currency of the facts and of the unit costs, sorted."""
    found = {name for part in parts for name in part.currencies}
    return tuple(sorted(found | set(cost_currencies(query.products)[1:])))


def _blocks(
    query: LeafQuery, planned: Plan, part: leaf_cache.Part, currencies: tuple[str, ...]
) -> tuple[_Block, list[_Block]]:
    """Give a stream's own leaves, and what its units cost where it is the one that counts."""
    shops = tuple(sorted(query.shops))
    number = {name: index for index, name in enumerate(shops)}
    shop = np.array([number.get(name, 0) for name in part.shops], np.int64)[part.file]
    day = part.day.astype(np.int64)
    inside = (day >= query.window.start.toordinal()) & (day < query.window.end.toordinal())
    own = np.array([currencies.index(name) for name in part.currencies], np.int64)[part.currency]
    keys = {"day": day, "shop": shop, "category": part.category, "currency": own}
    facts = {n: n for n in planned.measures if n in part.sums}
    own_block = _grouped(part.stream, keys, part, inside, facts, planned.places)
    blocks = []
    paid = ("", *cost_currencies(query.products)[1:])
    costs = np.array([currencies.index(n) if n else -1 for n in paid], np.int64)
    cost_keys = keys | {
        "currency": np.where(part.cost_currency == 0, own, costs[part.cost_currency])
    }
    for units in sorted({COST_FIGURES[n].units for n in planned.costs}):
        counts = [
            not query.winners or part.stream in query.winners.get((name, units), ())
            for name in shops
        ]
        taken = inside & np.array(counts, np.bool_)[shop]
        figures = {
            n: f"book.{n}"
            for n in planned.costs
            if COST_FIGURES[n].units == units and f"book.{n}" in part.sums
        }
        taken &= _any_known(part, figures.values())
        if taken.any():
            stream = COSTS_STREAM if query.winners else part.stream
            blocks.append(_grouped(stream, cost_keys, part, taken, figures))
    return own_block, blocks


def _any_known(part: leaf_cache.Part, columns: Iterable[str]) -> NDArray[np.bool_]:
    """Tell which rows know one of the figures: a leaf that knows nothing says nothing.

    Whether such a leaf came out would depend on what else the kept file holds.
    """
    found = np.zeros(len(part.rows), np.bool_)
    for column in columns:
        found |= part.known[column] > 0
    return found


def _grouped(
    stream: str,
    keys: Mapping[str, Integers],
    part: leaf_cache.Part,
    taken: NDArray[np.bool_],
    columns: Mapping[str, str],
    places: frozenset[str] = frozenset(),
) -> _Block:
    """Add up a part's rows of equal keys, columns under the names that are asked."""
    return _added(
        _Block(
            stream,
            {name: values[taken] for name, values in keys.items()},
            part.rows[taken],
            {name: part.sums[column][taken] for name, column in columns.items()},
            {name: part.known[column][taken] for name, column in columns.items()},
            places,
        )
    )


def _added(block: _Block) -> _Block:
    """Sort by key and add rows of equal keys: a day may lie in several files."""
    order = np.lexsort(tuple(reversed(tuple(block.keys.values()))))
    keys = {name: values[order] for name, values in block.keys.items()}
    starts = _starts(tuple(keys.values()))

    def added(values: Integers) -> Integers:
        return np.add.reduceat(values[order], starts) if len(starts) else values[:0]

    def best(values: Integers, known: Integers) -> Integers:
        least = np.where(known > 0, values, NO_PLACE)[order]
        found = np.minimum.reduceat(least, starts) if len(starts) else least[:0]
        return np.where(found == NO_PLACE, 0, found)

    return _Block(
        block.stream,
        {name: values[starts] for name, values in keys.items()},
        added(block.rows),
        {
            name: best(values, block.known[name]) if name in block.places else added(values)
            for name, values in block.sums.items()
        },
        {name: added(values) for name, values in block.known.items()},
    )


def _together(blocks: Sequence[_Block]) -> list[_Block]:
    """Make one block of blocks of the same stream; figures that one of them lacks are unknown."""
    if len(blocks) < 2:  # noqa: PLR2004 - one block is together already
        return list(blocks)
    names = sorted({name for block in blocks for name in block.sums})

    def joined(pick: Callable[[_Block], Mapping[str, Integers]], name: str) -> Integers:
        absent = [np.zeros(len(block.rows), np.int64) for block in blocks]
        found = [pick(b).get(name, zero) for b, zero in zip(blocks, absent, strict=True)]
        return np.concatenate(found)

    one = _Block(
        blocks[0].stream,
        {name: joined(lambda b: b.keys, name) for name in blocks[0].keys},
        np.concatenate([block.rows for block in blocks]),
        {name: joined(lambda b: b.sums, name) for name in names},
        {name: joined(lambda b: b.known, name) for name in names},
    )
    return [_added(one)]


def _starts(columns: Sequence[Integers]) -> NDArray[np.intp]:
    """Give where a new key begins in sorted columns."""
    if not len(columns[0]):
        return np.zeros(0, np.intp)
    changed = np.zeros(len(columns[0]), np.bool_)
    changed[0] = True
    for values in columns:
        changed[1:] |= values[1:] != values[:-1]
    return np.flatnonzero(changed)


def _joined(
    query: LeafQuery,
    planned: Plan,
    blocks: Sequence[_Block],
    currencies: tuple[str, ...],
    version: int,
) -> LeafSums:
    """Lay the blocks one after the other; a measure that a stream lacks is unknown there."""
    streams = tuple(sorted({block.stream for block in blocks}))
    ends = np.cumsum([0, *(len(block.rows) for block in blocks)])
    names = (*planned.measures, *(n for n in planned.costs if n not in planned.measures))
    sums = {name: np.zeros(ends[-1], np.int64) for name in names}
    known = {name: np.zeros(ends[-1], np.int64) for name in names}
    for block, start, end in zip(blocks, ends, ends[1:], strict=False):
        for name in block.sums:
            sums[name][start:end] = block.sums[name]
            known[name][start:end] = block.known[name]

    def key(name: str) -> NDArray[np.int32]:
        every = [block.keys[name] for block in blocks]
        return np.concatenate([np.zeros(0, np.int64), *every]).astype(np.int32)

    stream_numbers = [streams.index(block.stream) for block in blocks]
    lengths = [len(block.rows) for block in blocks]
    return LeafSums(
        day=key("day"),
        shop=key("shop"),
        stream=np.repeat(np.array(stream_numbers, np.int32), lengths),
        category=key("category"),
        currency=key("currency"),
        rows=np.concatenate([np.zeros(0, np.int64), *(block.rows for block in blocks)]),
        sums=sums,
        known=known,
        scaled=planned.scaled,
        shops=tuple(sorted(query.shops)),
        streams=streams,
        categories=query.categories,
        currencies=currencies,
        version=version,
    )
