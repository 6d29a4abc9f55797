"""One file on its way to facts: recognise, read, check, commit; each step may say no in words."""

from __future__ import annotations

import hashlib
import shutil
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import select

from kpi.errors import Level, Place, Problem
from kpi.model import WHOLE_SHOP, Window
from kpi.trade import Product
from sync_service import audit, control, schema
from sync_service.accounts import shops
from sync_service.connectors.tally import NO_PRODUCT
from sync_service.house import LAYOUTS, House
from sync_service.imports import mapped, settled
from sync_service.imports.columns import Columns
from sync_service.imports.layout import Batch, Found, Layout, Options, Source
from sync_service.imports.mapping import BESIDE, draft, find_mapping, signature
from sync_service.imports.reading import Grid, read_file
from sync_service.imports.refusals import FileRefusedError, RefusedRow
from sync_service.imports.refused_rows import write_refused
from sync_service.imports.storing import Change, store
from sync_service.imports.unit_costs import known_costs, save_costs

ORDERS = {"amazon": "amazon.orders", "shopify": "shopify.orders"}
AROUND = timedelta(days=60)  # where a shop's own SKUs are looked for
ENOUGH = 5  # SKUs on both sides before their difference proves a foreign file


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file."""

    name: str
    layout: str
    encoding: str
    state: str  # imported, unchanged, dry_run
    rows: int  # of the file
    refused: tuple[RefusedRow, ...]
    report: Path | None  # the refused rows as a sheet
    changes: tuple[Change, ...]
    costs: int  # unit costs that are new or differ
    problems: tuple[Problem, ...]


def import_file(house: House, path: Path, options: Options, *, write: bool = True) -> Imported:
    """Import a file; with `write` off only say what would change.

    Raises:
        FileRefusedError: Nothing of it was taken.
    """
    grid = read_file(path)
    folder = house.settings.home / "mappings"
    columns = Columns(grid, options.decimal, options.dates)
    source = Source(columns, options, shops(house.store), house.clock.now(), folder)
    layout = recognise(source, path)
    found = layout.read(source)
    if not found.batches and not found.products:
        raise _nothing_usable(grid, _refused(source))
    for batch in found.batches:
        _check_skus(house, source, batch)
    made = f"{layout.name}{_variant(options, found)}"
    done = _known(house, grid, made) if write and not options.again else frozenset()
    fresh = [batch for batch in found.batches if batch.shop.code not in done]
    costs = () if WHOLE_SHOP in done else found.products
    if not fresh and not costs:
        return _told(source, layout, "unchanged", (), 0, None)
    changes, saved = _stored(house, fresh, costs, write=write)
    if write:
        _record(house, grid, made, [b.shop.code for b in fresh] + [WHOLE_SHOP] * bool(costs))
    refused = _refused(source)
    report = None
    if refused:
        report = house.settings.home / "imports" / f"{path.stem}.refused.xlsx"
        write_refused(report, refused)
    return _told(source, layout, "imported" if write else "dry_run", changes, saved, report)


def recognise(source: Source, path: Path) -> Layout:
    """The layout by its headers, or a mapping; an unknown table gets a draft of one."""
    options, grid = source.options, source.columns.grid
    if options.layout and options.layout != "mapped":
        return _named(options.layout)
    if options.mapping is None and options.layout is None:
        fitting = [layout for layout in LAYOUTS if _fits(layout, source.columns)]
        if fitting:
            return max(fitting, key=lambda layout: len(layout.headers))
    beside = path.with_name(f"{path.stem}{BESIDE}")
    mapping = find_mapping(grid, beside, source.mappings, options.mapping)
    if mapping is None:
        raise _unknown(source, path)
    return Layout("mapped", frozenset(), partial(_read_mapped, path=mapping))


def _read_mapped(source: Source, path: Path) -> Found:
    """Read by a mapping and keep it for the next file with these headers."""
    found = mapped.read(source, path)
    kept = source.mappings / f"{signature(source.columns.grid)}.toml"
    if path.resolve() != kept.resolve():
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, kept)
    return found


def _named(name: str) -> Layout:
    for layout in LAYOUTS:
        if layout.name == name:
            return layout
    names = ", ".join([*(layout.name for layout in LAYOUTS), "mapped"])
    raise FileRefusedError(
        f"There is no layout {name!r}; known are {names}.",
        f"没有名为“{name}”的格式；可用：{names}。",
    )


def _fits(layout: Layout, columns: Columns) -> bool:
    if layout.fits is not None:
        return layout.fits(columns)
    there = all(columns.find(header) is not None for header in layout.headers)
    return there and not any(columns.find(header) is not None for header in layout.absent)


def _unknown(source: Source, path: Path) -> FileRefusedError:
    """Say which headers were found, and write a mapping to edit."""
    grid = source.columns.grid
    place = source.mappings / f"{path.stem}.draft.toml"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(draft(grid), encoding="utf-8")
    heads = ", ".join(grid.headers)
    return FileRefusedError(
        f"{grid.name} is of no known layout. Its columns are: {heads}. A mapping to edit is in "
        f"{place}; then run the import with --mapping {place}",
        f"{grid.name} 不是已知格式。表头：{heads}。映射草稿已写入 {place}；"
        f"修改后用 --mapping {place} 再次导入。",
    )


def _nothing_usable(grid: Grid, refused: Sequence[RefusedRow]) -> FileRefusedError:
    """Say why no row was usable, by the first that was refused."""
    if not refused:
        return FileRefusedError(
            f"{grid.name} holds no row below its header. Export it again.",
            f"{grid.name} 的表头下没有数据行。请重新导出。",
        )
    one = refused[0]
    where = f"{one.row} {one.column} {one.shown}".strip()
    return FileRefusedError(
        f"{grid.name} has no usable row; row {where}: {one.en} Correct it and import again.",
        f"{grid.name} 没有可用的行；第 {where} 行：{one.zh} 请更正后重新导入。",
    )


def _check_skus(house: House, source: Source, batch: Batch) -> None:
    """Refuse a file whose SKUs the shop has never sold: it is another seller's."""
    mine = {row.sku for row in batch.rows} - {WHOLE_SHOP, NO_PRODUCT}
    around = Window(batch.window.start - AROUND, batch.window.end + AROUND)
    stream = ORDERS.get(batch.shop.platform)
    if stream is None or len(mine) < ENOUGH:
        return
    known = set(house.facts.rows(stream, batch.shop.code, around).column("sku").to_pylist())
    if len(known) > ENOUGH and not known & mine:
        raise FileRefusedError(
            f"{source.name} is not of shop {batch.shop.code}: none of its {len(mine)} SKUs was "
            f"ever sold there (first {min(mine)}). Choose the right shop with --shop.",
            f"{source.name} 不属于店铺 {batch.shop.code}：其 {len(mine)} 个 SKU 均未在该店销售过"
            f"（如 {min(mine)}）。请用 --shop 选择正确的店铺。",
        )


def _variant(options: Options, found: Found) -> str:
    """What makes an import of the same bytes another one: the mapping, and what was stated."""
    said = (options.period, options.decimal, options.dates, found.variant)
    if not any(said):
        return ""
    return f":{hashlib.sha256(repr(said).encode()).hexdigest()[:12]}"


def _known(house: House, grid: Grid, made: str) -> frozenset[str]:
    """Shops for which these bytes were imported before; `*` stands for unit costs."""
    same = (schema.imports.c.sha256 == grid.sha256) & (schema.imports.c.layout == made)
    with house.store.read() as connection:
        return frozenset(connection.execute(select(schema.imports.c.shop).where(same)).scalars())


def _stored(
    house: House, batches: Sequence[Batch], costs: Sequence[Product], *, write: bool
) -> tuple[tuple[Change, ...], int]:
    """Commit every batch, and the days that settlements cover completely now."""
    run = f"import-{uuid.uuid4().hex[:16]}"
    changes = []
    for batch in batches:
        changes.append(store(house, batch, run, write=write))
        if batch.instants is not None and write:
            settled.remember(house, batch)
            changes += [
                store(house, whole, run, write=write) for whole in settled.batches(house, batch)
            ]
    known = {(p.sku, p.market, p.start): p for p in known_costs(house.store)}
    new = [p for p in costs if known.get((p.sku, p.market, p.start)) != p]
    if write and new:
        save_costs(house.store, new)
    return tuple(changes), len(new)


def _record(house: House, grid: Grid, made: str, about: Sequence[str]) -> None:
    """Remember the file; after the facts, so that a stop between the two imports it again."""
    now = house.clock.now()
    with house.store.begin() as connection:
        for shop in about:
            row = {
                "sha256": grid.sha256,
                "layout": made,
                "shop": shop,
                "file_name": grid.name[:400],
                "rows": len(grid.rows),
                "at": now,
            }
            control.put(connection, schema.imports, row)
        audit.record(
            connection,
            at=now,
            actor="import",
            action="import",
            about=grid.name[:300],
            after={"sha256": grid.sha256, "layout": made, "shops": list(about)},
        )


def _refused(source: Source) -> tuple[RefusedRow, ...]:
    columns = source.columns
    found = [*columns.grid.refused, *columns.refused.values()]
    return tuple(sorted(found, key=lambda one: one.row))


def _told(
    source: Source,
    layout: Layout,
    state: str,
    changes: Sequence[Change],
    costs: int,
    report: Path | None,
) -> Imported:
    grid, refused = source.columns.grid, _refused(source)
    problems = tuple(source.problems)
    if refused and state != "unchanged":
        problems = (*problems, _refused_problem(grid, refused))
    return Imported(
        name=grid.name,
        layout=layout.name,
        encoding=grid.encoding,
        state=state,
        rows=len(grid.rows),
        refused=refused,
        report=report,
        changes=tuple(changes),
        costs=costs,
        problems=problems,
    )


def _refused_problem(grid: Grid, refused: Sequence[RefusedRow]) -> Problem:
    one, count = refused[0], len(refused)
    where = f"{one.row} {one.column} {one.shown}".strip()
    return Problem(
        "rows_refused",
        Level.WARNING,
        Place(text=grid.name),
        {
            "en": f"{count} rows were refused; row {where}: {one.en}",
            "zh": f"拒绝 {count} 行；第 {where} 行：{one.zh}",
        },
        {
            "en": "Correct them and import again; their days are not taken where known.",
            "zh": "请更正后重新导入；相关日期未采用。",
        },
    )
