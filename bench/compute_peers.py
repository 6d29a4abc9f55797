"""Peers of refresh_compute in their best forms: pandas and polars over the same files."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from bench import compute_data as data

GROUPINGS = ("store", "category", "person")


def _files(*, small: bool) -> list[str]:
    """Give the file list of the product's table."""
    return [f.path for f in data.facts(small=small).files()]


def _read(files: list[str]) -> pa.Table:
    """Read the files with Arrow, the quickest way into pandas; decimals become doubles there."""
    names = ["day", "sku", "part", "currency", *data.MEASURES]
    table = ds.dataset(files, format="parquet", partitioning=_hive()).to_table(
        columns=[*names, "shop"]
    )
    for name in data.AMOUNTS:
        place = table.schema.get_field_index(name)
        table = table.set_column(place, name, table.column(name).cast(pa.float64()))
    for name in ("sku", "part", "currency", "shop"):
        place = table.schema.get_field_index(name)
        table = table.set_column(place, name, table.column(name).dictionary_encode())
    return table


def _hive() -> ds.Partitioning:
    """Read shop and month from the folders."""
    fields = [(name, pa.string()) for name in ("stream", "shop", "month")]
    return ds.HivePartitioning(pa.schema(fields))


def _numbers(table: pa.Table, name: str, digits: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Give SKU00017 as 17, by its dictionary."""
    column = table.column(name).combine_chunks()
    words = np.array([int(word[-digits:]) for word in column.dictionary.to_pylist()])
    found: np.ndarray[Any, np.dtype[np.int64]] = words[column.indices.to_numpy()]
    return found


def frame_of(files: list[str], asked: data.Size) -> pd.DataFrame:
    """Give a frame with week, keys, mask and money in USD."""
    table = _read(files)
    skus = data.sku_dimensions(asked)
    sku, market = _numbers(table, "sku", 5), _numbers(table, "part", 2)
    store, currency = _numbers(table, "shop", 3), _numbers(table, "currency", 1)
    start = data.FIRST.toordinal() - 719_163
    day = table.column("day").cast(pa.int32()).to_numpy() - start
    rate = data.rates(asked)[day, currency] / 1e6
    columns = {name: table.column(name).to_numpy() for name in data.COUNTS}
    spend = table.column("ad_spend").to_numpy()
    mask = (store % 5 == 0) * 1 + (skus["brand"][sku] == 1) * 2 + (market < 5) * 4
    mask = (mask + ((columns["clicks"] > 0) & (spend > 3)) * 8).astype(np.int8)
    columns |= {name: table.column(name).to_numpy() * rate for name in data.AMOUNTS}
    keys = {
        "wk": (day // 7).astype(np.int16),
        "store": store.astype(np.int16),
        "category": skus["category"][sku].astype(np.int16),
        "person": skus["person"][sku].astype(np.int16),
        "mask": mask,
    }
    return pd.DataFrame(keys | columns)


def pandas_mask(*, small: bool) -> Callable[[], int]:
    """Prepare pandas in its fairer form: one mask, three group-bys."""
    files, asked = _files(small=small), data.size(small=small)

    def run() -> int:
        frame = frame_of(files, asked)
        measures = list(data.MEASURES)
        found = [frame.groupby(["wk", key, "mask"])[measures].sum() for key in GROUPINGS]
        return sum(len(one) for one in found)

    return run


def pandas_filter(*, small: bool) -> Callable[[], int]:
    """Prepare pandas as most people write it: each filter, then four group-bys."""
    files, asked = _files(small=small), data.size(small=small)

    def run() -> int:
        frame = frame_of(files, asked)
        frame["region"] = frame["store"] % 6
        measures, rows = list(data.MEASURES), 0
        for bit in range(5):
            chosen = frame if bit == 0 else frame[frame["mask"] & (1 << (bit - 1)) > 0]
            for key in ("region", *GROUPINGS):
                rows += len(chosen.groupby(["wk", key])[measures].sum())
        return rows

    return run


def polars_mask(*, small: bool) -> Callable[[], int]:
    """Prepare polars, lazy and streaming, in the mask form."""
    # Only this peer's own environment has polars, and it has no types here.
    pl: Any = importlib.import_module("polars")

    files, asked = _files(small=small), data.size(small=small)
    skus = data.sku_dimensions(asked)
    dimension = pl.LazyFrame(
        {"sku": data.texts("SKU", np.arange(asked.skus), 5).to_pylist()}
        | {name: values.astype(np.int32) for name, values in skus.items()}
    )
    days = pc.add(pa.array(np.repeat(np.arange(asked.days), data.CURRENCIES)), 0).to_numpy()
    fx = pl.LazyFrame(
        {
            "n": days.astype(np.int32),
            "currency": [f"CU{n}" for n in range(data.CURRENCIES)] * asked.days,
            "rate": data.rates(asked).reshape(-1) / 1e6,
        }
    )

    def run() -> int:
        col = pl.col
        frame = (
            pl.scan_parquet(files, hive_partitioning=True)
            .with_columns(n=(col("day") - pl.lit(data.FIRST)).dt.total_days().cast(pl.Int32))
            .join(dimension, on="sku")
            .join(fx, on=["n", "currency"])
            .with_columns(
                wk=col("n") // 7,
                store=col("shop").str.slice(1).cast(pl.Int32),
                marketplace=col("part").str.slice(1).cast(pl.Int32),
            )
            .with_columns(
                mask=(col("store") % 5 == 0).cast(pl.Int32)
                + (col("brand") == 1).cast(pl.Int32) * 2
                + (col("marketplace") < 5).cast(pl.Int32) * 4
                + ((col("clicks") > 0) & (col("ad_spend") > 3)).cast(pl.Int32) * 8
            )
        )
        sums = [col(name).sum() for name in data.COUNTS]
        sums += [(col(name).cast(pl.Float64) * col("rate")).sum() for name in data.AMOUNTS]
        plans = [frame.group_by("wk", key, "mask").agg(sums) for key in GROUPINGS]
        return sum(one.height for one in pl.collect_all(plans, engine="streaming"))

    return run
