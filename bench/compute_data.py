"""The data of both refresh benchmarks: fixed generators, the product's own table."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import shutil
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from bench.measuring import ROOT
from kpi.model import Measure, RollUp, Unit, Window
from sync_service.facts import Facts

STREAM = "bench.sales"
FIRST = dt.date(2025, 9, 29)
STORES, MARKETS, CURRENCIES, CATEGORIES, PEOPLE, BRANDS = 200, 20, 8, 100, 194, 8
COUNTS = ("sessions", "impressions", "clicks", "units", "orders", "returns")
AMOUNTS = ("sales", "ad_spend", "ad_sales", "fees", "refunds", "cogs")
MEASURES = (*COUNTS, *AMOUNTS)
FILTERS = ("all", "channel = 0", "brand = 1", "marketplace < 5", "clicks > 0 and ad_spend > 3")
RATE_PLACES = 6
CHECKED = 4  # KPIs compared with plain SQL, one of each form
_VERSION = 1  # of this generator; another one makes its data anew
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Size:
    """How much: the full size, or a fiftieth."""

    rows: int
    skus: int
    weeks: int
    kpis: int

    @property
    def days(self) -> int:
        """How many days are in the facts."""
        return 7 * self.weeks

    @property
    def window(self) -> Window:
        """Every day of the facts."""
        return Window(FIRST, FIRST + dt.timedelta(days=self.days))


FULL = Size(rows=10_000_000, skus=20_000, weeks=60, kpis=1_000)
SMALL = Size(rows=200_000, skus=2_000, weeks=12, kpis=40)


def size(*, small: bool) -> Size:
    """Give the size that is asked."""
    return SMALL if small else FULL


def folder(*, small: bool, restated: bool = False) -> Path:
    """Give where the facts lie; they are made once and kept."""
    name = f"{'small' if small else 'full'}{'-restated' if restated else ''}"
    return ROOT / ".work" / "bench" / f"compute-{name}"


def catalogue() -> dict[str, Measure]:
    """Give the twelve measures."""
    units = dict.fromkeys(COUNTS, Unit.COUNT) | dict.fromkeys(AMOUNTS, Unit.MONEY)
    return {
        code: Measure(code, {"zh": code, "en": code}, unit, RollUp.SUM, ("WB",))
        for code, unit in units.items()
    }


def facts(*, small: bool, restated: bool = False) -> Facts:
    """Open the facts of the benchmark."""
    return Facts(folder(small=small, restated=restated), catalogue())


def sku_dimensions(asked: Size) -> dict[str, Ints]:
    """Give category, person and brand by SKU number."""
    rng = np.random.default_rng(7)
    return {
        "category": rng.integers(0, CATEGORIES, asked.skus),
        "person": rng.integers(0, PEOPLE, asked.skus),
        "brand": rng.integers(0, BRANDS, asked.skus),
    }


def rates(asked: Size) -> Ints:
    """Give USD per unit by (day, currency) in millionths: exact, as published rates are."""
    rng = np.random.default_rng(5)
    base = np.array([1.0, 1.09, 1.28, 0.73, 0.0068, 0.19, 0.095, 0.25])
    walk = np.exp(np.cumsum(rng.normal(0, 0.003, (asked.days, CURRENCIES)), axis=0))
    walk[:, 0] = 1.0
    found: Ints = np.rint(base * walk * 10**RATE_PLACES).astype(np.int64)
    return found


def kpis(asked: Size) -> list[tuple[str, tuple[int, ...]]]:
    """Give 1,000 formulas over three of the 60 (filter, measure) pairs each, and the pairs."""
    rng = random.Random(1)
    pairs = len(FILTERS) * len(MEASURES)
    found: list[tuple[str, tuple[int, ...]]] = []
    for number in range(asked.kpis):
        a, b, c = rng.sample(range(pairs), 3)
        texts = (
            f"{column(a)} / {column(b)}",
            f"({column(a)} - {column(b)}) / {column(c)}",
            f"{column(a)} / ({column(a)} + {column(b)})",
            column(a),
        )
        found.append((texts[number % 4], ((a, b), (a, b, c), (a, b), (a,))[number % 4]))
    return found


def column(pair: int) -> str:
    """Name a (filter, measure) pair."""
    which, measure = divmod(pair, len(MEASURES))
    return f"{MEASURES[measure]}_f{which}"


def make(*, small: bool) -> Path:
    """Make the facts where they are not there yet."""
    path, asked = folder(small=small), size(small=small)
    stamp = {"version": _VERSION, **asdict(asked)}
    note = path / "made.json"
    if note.exists() and json.loads(note.read_text()) == stamp:
        return path
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    store = Facts(path, catalogue())
    drawn = _rows(asked)
    order = np.argsort(drawn["store"], kind="stable")
    ends = np.searchsorted(drawn["store"][order], np.arange(STORES + 1))
    for number in range(STORES):
        chosen = {name: v[order[ends[number] : ends[number + 1]]] for name, v in drawn.items()}
        store.commit(
            STREAM, shop(number), asked.window, _table(chosen), number=1, meta={"run": "bench"}
        )
    note.write_text(json.dumps(stamp))
    return path


def shop(store: int) -> str:
    """Name a store."""
    return f"S{store:03d}"


def _listings(asked: Size, daily: int) -> tuple[Ints, Ints, Ints]:
    """Give the universe of (store, marketplace, SKU) triples without repeat."""
    rng = np.random.default_rng(3)
    wanted = max(60_000 if asked is FULL else 0, 2 * daily)
    drawn = rng.integers(0, STORES * MARKETS * asked.skus, 2 * wanted)
    keys = np.unique(drawn)
    keys = np.sort(rng.permutation(keys)[:wanted])
    store, rest = np.divmod(keys, MARKETS * asked.skus)
    market, sku = np.divmod(rest, asked.skus)
    return store, market, sku


def _rows(asked: Size) -> dict[str, NDArray[np.generic]]:
    """Draw all days."""
    rng = np.random.default_rng(7)
    rng.integers(0, 1, 3)  # the dimensions are drawn from a generator of the same number
    daily = -(-asked.rows // asked.days)
    listings = _listings(asked, daily)
    days = [_day(rng, listings, number, daily) for number in range(asked.days)]
    return {name: np.concatenate([day[name] for day in days])[: asked.rows] for name in days[0]}


def _day(
    rng: np.random.Generator, listings: tuple[Ints, Ints, Ints], number: int, daily: int
) -> dict[str, NDArray[np.generic]]:
    """Draw the rows of one day; amounts are in cents."""
    chosen = np.sort(rng.permutation(len(listings[0]))[:daily])
    sessions = rng.poisson(40, daily)
    clicks, units = rng.poisson(6, daily), rng.poisson(3, daily)
    price = np.rint(rng.lognormal(3, 0.5, daily) * 100).astype(np.int64)
    returns = rng.binomial(units, 0.05)
    sales = units * price
    return {
        "store": listings[0][chosen].astype(np.int16),
        "market": listings[1][chosen].astype(np.int8),
        "sku": listings[2][chosen].astype(np.int32),
        "day": np.full(daily, number, np.int16),
        "sessions": sessions.astype(np.int32),
        "impressions": (sessions * rng.integers(5, 40, daily)).astype(np.int32),
        "clicks": clicks.astype(np.int32),
        "units": units.astype(np.int32),
        "orders": np.minimum(units, rng.poisson(3, daily)).astype(np.int32),
        "returns": returns.astype(np.int32),
        "sales": sales.astype(np.int32),
        "ad_spend": np.rint(clicks * price * 0.04).astype(np.int32),
        "ad_sales": np.rint(sales * rng.uniform(0.1, 0.6, daily)).astype(np.int32),
        "fees": np.rint(sales * 0.15).astype(np.int32),
        "refunds": (returns * price).astype(np.int32),
        "cogs": np.rint(sales * 0.38).astype(np.int32),
    }


def _table(rows: Mapping[str, NDArray[np.generic]]) -> pa.Table:
    """Give rows as facts: text keys, decimal money."""
    start = FIRST.toordinal() - dt.date(1970, 1, 1).toordinal()
    days = rows["day"].astype(np.int32) + start
    columns = {
        "day": pa.array(days, pa.int32()).cast(pa.date32()),
        "sku": texts("SKU", rows["sku"].astype(np.int64), 5),
        "part": texts("M", rows["market"].astype(np.int64), 2),
        "currency": texts("CU", rows["market"].astype(np.int64) % CURRENCIES, 1),
    }
    for name in COUNTS:
        columns[name] = pa.array(rows[name].astype(np.int64))
    for name in AMOUNTS:
        columns[name] = decimals(rows[name].astype(np.int64) * 100)
    return pa.table(columns)


def texts(letters: str, numbers: Ints, width: int) -> pa.Array:
    """Give `SKU00017` for 17."""
    padded = pc.utf8_lpad(pa.array(numbers).cast(pa.string()), width=width, padding="0")
    return pc.binary_join_element_wise(letters, padded, "")


def decimals(scaled: Ints) -> pa.Array:
    """Give ten-thousandths as decimal(18,4), bit for bit."""
    halves = np.empty((len(scaled), 2), np.int64)
    halves[:, 0], halves[:, 1] = scaled, scaled >> 63
    return pa.Array.from_buffers(
        pa.decimal128(18, 4), len(scaled), [None, pa.py_buffer(halves.tobytes())]
    )


def dimensions(asked: Size) -> dict[str, pa.Table]:
    """Give the dimension tables as small dense integers."""
    stores = np.arange(STORES)
    skus = sku_dimensions(asked)
    return {
        "sku": pa.table(
            {"sku": texts("SKU", np.arange(asked.skus), 5)}
            | {name: values.astype(np.int32) for name, values in skus.items()}
        ),
        "shop": pa.table(
            {
                "shop": [shop(n) for n in range(STORES)],
                "store": stores.astype(np.int32),
                "channel": (stores % 5).astype(np.int32),
            }
        ),
        "part": pa.table(
            {
                "part": texts("M", np.arange(MARKETS), 2),
                "marketplace": np.arange(MARKETS, dtype=np.int32),
            }
        ),
    }


def rate_table(asked: Size) -> pa.Table:
    """Give the rates by day and currency, in millionths."""
    start = FIRST.toordinal() - dt.date(1970, 1, 1).toordinal()
    days = np.repeat(np.arange(asked.days, dtype=np.int32) + start, CURRENCIES)
    names = [f"CU{n}" for n in range(CURRENCIES)] * asked.days
    return pa.table(
        {
            "day": pa.array(days).cast(pa.date32()),
            "currency": names,
            "rate": rates(asked).reshape(-1),
        }
    )


def paths(*, small: bool) -> list[str]:
    """Give the file list of the newest version."""
    return [f.path for f in facts(small=small).files()]


def keep_for_check(kept: list[Floats], name: str) -> str:
    """Leave arrays for the check outside of the contender's process."""
    path = ROOT / ".work" / "bench" / f"{name}-{os.getpid()}.npy"
    np.save(path, np.stack(kept))
    return str(path)


if __name__ == "__main__":
    make(small="--small" in sys.argv)
