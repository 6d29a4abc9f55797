"""The cube's one pass: exact beside plain SQL, in any number of threads, at the edge of 64 bits."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from kpi.errors import KpiError
from kpi.model import Window
from sync_service import cube_pass
from sync_service.cube import Condition, CubeQuery, Group, Operator
from sync_service.cube_pass import grouped
from sync_service.cube_store import summed
from sync_service.facts import Facts
from tests.store_support import MEASURES, OVER_TWO_MONTHS, rows

FIRST = OVER_TWO_MONTHS.start
SKUS, SHOPS, CURRENCIES = ("A", "B", "C"), ("AMZ-DE", "AMZ-FR", "AMZ-IT"), ("EUR", "USD")
RATES = {("EUR", n): 1_100_000 + n * 1_303 for n in range(20)} | {
    ("USD", n): 1_000_000 for n in range(20)
}


def day(number: int) -> dt.date:
    return FIRST + dt.timedelta(days=number)


def window(start: int, end: int) -> Window:
    return Window(day(start), day(end))


def rates(found: dict[tuple[str, int], int | None] | None = None) -> pa.Table:
    lines = [
        {"day": day(number), "currency": currency, "rate": rate}
        for (currency, number), rate in (RATES if found is None else found).items()
    ]
    types = [("day", pa.date32()), ("currency", pa.string()), ("rate", pa.int64())]
    return pa.Table.from_pylist(lines, schema=pa.schema(types))


def query(**changed: Any) -> CubeQuery:
    asked: dict[str, Any] = {
        "measures": ("gross_sales", "sessions"),
        "periods": [window(0, 7), window(7, 14), window(14, 20)],
        "groupings": ("place", "category"),
        "dimensions": {
            "sku": pa.table({"sku": list(SKUS), "category": [0, 1, 1]}),
            "shop": pa.table({"shop": list(SHOPS), "place": [2, 0, 1]}),
        },
        "filters": (
            (),
            (Condition("category", "=", 1),),
            (Condition("sessions", ">", 5), Condition("place", "<>", 2)),
        ),
        "rates": rates(),
    }
    return CubeQuery(**(asked | changed))


def put(facts: Facts, lines: list[dict[str, Any]], shop: str = "AMZ-DE") -> None:
    number = facts.number("s", shop) + 1
    facts.commit("s", shop, OVER_TWO_MONTHS, rows(lines), number=number, meta={})


def asked_of(facts: Facts, question: CubeQuery) -> dict[str, Group]:
    every = np.ones(len(question.periods), np.bool_)
    return grouped(question, facts.files(), facts.schema, every)


def cells(group: Group, measure: str = "gross_sales") -> dict[tuple[int, int, int], int]:
    """Give the sums by (period, key, mask)."""
    keys = zip(group.period.tolist(), group.key.tolist(), group.mask.tolist(), strict=True)
    return dict(zip(keys, group.sums[measure].tolist(), strict=True))


@pytest.fixture
def facts(tmp_path: Path) -> Facts:
    return Facts(tmp_path, MEASURES)


@pytest.fixture
def many(facts: Facts) -> Facts:
    """Six files of three shops over two months, some values unknown, some amounts negative."""
    rng = random.Random(8)
    for shop in SHOPS:
        lines = [
            {
                "day": day(number),
                "sku": sku,
                "currency": currency,
                "gross_sales": rng.choice(
                    [None, Decimal(rng.randint(-99_999, 9_999_999)).scaleb(-4)]
                ),
                "sessions": rng.choice([None, *range(12)]),
            }
            for number in range(20)
            for sku in SKUS
            for currency in CURRENCIES
        ]
        put(facts, lines, shop)
    return facts


PLAIN = """
WITH joined AS (
  SELECT (f.day - DATE '{first}') // 7 AS period, s.place, k.category,
    (CASE WHEN category = 1 THEN 2 ELSE 0 END)
    + (CASE WHEN sessions > 5 AND place <> 2 THEN 4 ELSE 0 END) AS mask, f.sessions,
    (f.gross_sales * 10000)::HUGEINT * r.rate AS sales
  FROM read_parquet({paths}, hive_partitioning = true, union_by_name = true) f
    JOIN skus k USING (sku) JOIN shops s USING (shop) JOIN rates r USING (day, currency))
SELECT period, {key}, mask, count(*), coalesce(sum(sales), 0)::BIGINT, count(sales),
  coalesce(sum(sessions), 0)::BIGINT, count(sessions)
FROM joined GROUP BY ALL ORDER BY 1, 2, 3
"""


@pytest.mark.parametrize("key", ["place", "category"])
def test_every_sum_and_count_is_that_of_plain_sql(many: Facts, key: str) -> None:
    question = query()
    group = asked_of(many, question)[key]
    with duckdb.connect() as sql:
        sql.register("skus", question.dimensions["sku"])
        sql.register("shops", question.dimensions["shop"])
        sql.register("rates", question.rates)
        text = PLAIN.format(first=FIRST, key=key, paths=[f.path for f in many.files()])
        theirs = sql.execute(text).fetchall()
    columns = [group.period, group.key, group.mask, group.rows]
    for measure in ("gross_sales", "sessions"):
        columns += [group.sums[measure], group.known[measure]]
    assert len(theirs) > 10
    assert list(zip(*(c.tolist() for c in columns), strict=True)) == theirs


@pytest.mark.parametrize("threads", [1, 3])
def test_threads_change_no_bit(many: Facts, threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    before = asked_of(many, query())
    monkeypatch.setattr(cube_pass, "THREADS", threads)
    after = asked_of(many, query())
    for name, group in before.items():
        assert cells(group) == cells(after[name])
        assert group.known["sessions"].tobytes() == after[name].known["sessions"].tobytes()


def test_rows_laid_together_in_small_pieces_change_no_bit(
    many: Facts, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = asked_of(many, query())
    monkeypatch.setattr("sync_service.cube_rows.PIECE", 7)
    assert cells(asked_of(many, query())["category"]) == cells(before["category"])


def test_a_row_that_a_table_does_not_hold_counts_nowhere(facts: Facts) -> None:
    lines = [
        {"day": day(0), "sku": "A", "gross_sales": Decimal(1), "sessions": 1},
        {"day": day(0), "sku": "unlisted", "gross_sales": Decimal(2), "sessions": 1},
        {"day": day(0), "sku": "B", "currency": "CNY", "gross_sales": Decimal(4), "sessions": 1},
        {"day": day(1), "sku": "A", "gross_sales": Decimal(8), "sessions": 1},  # no rate that day
        {"day": day(19), "sku": "A", "gross_sales": Decimal(16), "sessions": 1},  # no period
    ]
    put(facts, lines)
    put(facts, lines, "SHOP-UNKNOWN")
    known = {("EUR", 0): 2_000_000, ("EUR", 1): None, ("EUR", 19): 1_000_000}
    question = query(periods=[window(0, 1), window(1, 3)], rates=rates(known), filters=((),))
    # Only the first row is left: 1 euro at a rate of 2.
    assert cells(asked_of(facts, question)["place"]) == {(0, 2, 0): 2 * 10**10}


def test_periods_may_overlap_and_leave_days_out(facts: Facts) -> None:
    put(
        facts,
        [
            {"day": day(number), "sku": "A", "gross_sales": Decimal(1 << number), "sessions": 1}
            for number in range(6)
        ],
    )
    periods = [window(0, 2), window(1, 4), window(5, 6)]
    question = query(periods=periods, rates=None, filters=((),), groupings=("place",))
    found = cells(asked_of(facts, question)["place"])
    # Days 0 and 1: 1 + 2; days 1 to 3: 2 + 4 + 8; day 4 is in none; day 5: 32.
    assert found == {(0, 2, 0): 30_000, (1, 2, 0): 140_000, (2, 2, 0): 320_000}


def test_a_file_older_than_a_measure_does_not_know_it(tmp_path: Path) -> None:
    older = {code: m for code, m in MEASURES.items() if code != "sessions"}
    put(Facts(tmp_path, older), [{"day": day(0), "sku": "A", "gross_sales": Decimal(3)}])
    facts = Facts(tmp_path, MEASURES)
    put(facts, [{"day": day(0), "sku": "A", "gross_sales": Decimal(4), "sessions": 6}], "AMZ-FR")
    group = asked_of(facts, query(rates=None))["place"]
    assert group.key.tolist() == [0, 2]
    assert group.known["sessions"].tolist() == [1, 0]
    assert group.known["gross_sales"].tolist() == [1, 1]
    assert group.mask.tolist() == [4, 0]  # an unknown number of sessions is not above 5


def test_currency_may_be_a_dimension_and_have_rates(facts: Facts) -> None:
    put(
        facts,
        [
            {"day": day(0), "sku": "A", "currency": name, "gross_sales": Decimal(1), "sessions": 1}
            for name in CURRENCIES
        ],
    )
    places = {"currency": pa.table({"currency": ["USD", "EUR"], "zone": [0, 1]})}
    known = {("EUR", 0): 1_250_000, ("USD", 0): 1_000_000}
    question = query(groupings=("zone",), dimensions=places, filters=((),), rates=rates({**known}))
    found = cells(asked_of(facts, question)["zone"])
    assert found == {(0, 0, 0): 10**10, (0, 1, 0): 125 * 10**8}


@pytest.mark.parametrize(
    ("operator", "value", "passing"),
    [
        pytest.param(">", Decimal("2.00005"), [3], id="above a limit finer than the facts"),
        pytest.param(">=", Decimal(2), [2, 3], id="at least 2"),
        pytest.param("<", Decimal("2.00005"), [1, 2], id="below a limit finer than the facts"),
        pytest.param("<=", Decimal(1), [1], id="at most 1"),
        pytest.param("=", Decimal("2.00005"), [], id="no fact equals what facts cannot say"),
        pytest.param("=", Decimal(2), [2], id="equal to 2"),
        pytest.param("<>", Decimal("2.00005"), [1, 2, 3], id="all differ from it"),
        pytest.param(">", 10**30, [], id="a limit beyond 64 bits"),
    ],
)
def test_amounts_are_compared_exactly(
    facts: Facts, operator: Operator, value: Decimal, passing: list[int]
) -> None:
    amounts = zip(SKUS, (1, 2, 3), strict=True)
    put(facts, [{"day": day(0), "sku": s, "gross_sales": Decimal(n)} for s, n in amounts])
    question = query(
        filters=((Condition("gross_sales", operator, value),),), rates=None, groupings=("place",)
    )
    found = cells(asked_of(facts, question)["place"])
    assert found.get((0, 2, 1), 0) == sum(passing) * 10_000


@pytest.mark.parametrize(
    ("amounts", "rate", "expected"),
    [
        pytest.param(
            # Two hundred millions at 4 are 8e18 of 10^-10: below 2^63 = 9.22e18, above the bound.
            ["100000000.0001", "100000000"],
            4_000_000,
            8 * 10**18 + 4_000_000,
            id="a sum between the bound and the limit is exact to its last digit",
        ),
        pytest.param(
            # 3e9 x 4 = 1.2e20 of 10^-10 wraps around in 64 bits; taken back it leaves 4 x 0.0001.
            ["3000000000.0001", "-3000000000"],
            4_000_000,
            4_000_000,
            id="a row beyond 64 bits that another one takes back",
        ),
        pytest.param(["-200000000", "-0.0001"], 4_000_000, -(8 * 10**18) - 4_000_000, id="below"),
    ],
)
def test_wide_amounts_are_summed_in_halves(
    facts: Facts, amounts: list[str], rate: int, expected: int
) -> None:
    pairs = zip(SKUS, amounts, strict=False)
    put(facts, [{"day": day(0), "sku": s, "gross_sales": Decimal(a)} for s, a in pairs])
    question = query(rates=rates({("EUR", 0): rate}), filters=((),), groupings=("place",))
    assert cells(asked_of(facts, question)["place"]) == {(0, 2, 0): expected}


def test_a_sum_beyond_64_bits_is_refused(facts: Facts) -> None:
    put(facts, [{"day": day(0), "sku": "A", "gross_sales": Decimal(3_000_000_000)}])
    question = query(rates=rates({("EUR", 0): 4_000_000}), filters=((),))
    with pytest.raises(OverflowError, match="gross_sales does not fit 64 bits"):
        asked_of(facts, question)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        pytest.param({"filters": ((),) * 21}, "at most 20", id="more filters than a mask holds"),
        pytest.param({"groupings": ("region",)}, "Grouping region", id="a grouping that is none"),
        pytest.param(
            {"dimensions": {"sku": pa.table({"sku": ["A"], "category": [-1]})}},
            "numbers from 0",
            id="keys that are not numbered from 0",
        ),
        pytest.param(
            {"dimensions": {"sku": pa.table({"sku": ["A", "A"], "category": [0, 1]})}},
            "comes twice",
            id="a key with two rows",
        ),
        pytest.param(
            {"rates": pa.concat_tables([rates(), rates()])}, "two rates", id="two rates for a day"
        ),
    ],
)
def test_a_question_that_cannot_be_meant_is_refused(
    facts: Facts, changed: dict[str, Any], message: str
) -> None:
    plain = {"groupings": ("category",), "filters": ((),)}
    with pytest.raises(KpiError, match=message):
        asked_of(facts, query(**(plain | changed)))


def test_periods_that_are_not_asked_for_are_not_given(many: Facts) -> None:
    found = summed(many, query())
    second = found.of_periods(np.array([False, True, False]))["place"]
    assert set(second.period.tolist()) == {1}
    whole = cells(found.groups["place"])
    assert cells(second) == {key: total for key, total in whole.items() if key[0] == 1}
