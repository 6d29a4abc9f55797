"""Facts: a window is replaced whole, once; what must not enter is refused; old versions answer."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi.errors import KpiError
from kpi.model import Unit, Window
from sync_service.fact_rows import checked_rows, fact_schema
from sync_service.facts import Facts
from tests.store_support import MEASURES, OVER_TWO_MONTHS, daily, measure, rows

STREAM, SHOP = "amazon.orders", "AMZ-DE"
OCTOBER_1 = dt.date(2026, 10, 1)


@pytest.fixture
def facts(tmp_path: Path) -> Facts:
    return Facts(tmp_path, MEASURES)


def commit(facts: Facts, table: pa.Table, number: int = 1, window: Window = OVER_TWO_MONTHS) -> int:
    return facts.commit(STREAM, SHOP, window, table, number=number, meta={"run": f"r{number}"})


def total(facts: Facts, version: int | None = None) -> Decimal:
    found = facts.rows(STREAM, SHOP, OVER_TWO_MONTHS, version).column("gross_sales").to_pylist()
    return sum((v for v in found if v is not None), Decimal(0))


def test_a_window_over_two_months_comes_back_as_it_was(facts: Facts) -> None:
    commit(facts, daily(OVER_TWO_MONTHS, "1.5"))
    assert total(facts) == Decimal("60.0")  # 20 days x 2 SKUs x 1.5
    assert facts.rows(STREAM, SHOP, OVER_TWO_MONTHS).num_rows == 40
    assert {f.month for f in facts.files()} == {"2026-09", "2026-10"}
    assert facts.pairs() == ((STREAM, SHOP),)


def test_a_restated_window_replaces_exactly_its_days(facts: Facts) -> None:
    commit(facts, daily(OVER_TWO_MONTHS, "1.5"))
    late = Window(dt.date(2026, 9, 29), dt.date(2026, 10, 2))
    commit(facts, daily(late, "2", skus=("A",)), 2, late)
    assert total(facts) == Decimal("57.0")  # 17 days x 3.0 and 3 days x 2
    assert facts.number(STREAM, SHOP) == 2


def test_a_number_that_is_there_is_not_written_again(facts: Facts) -> None:
    first = commit(facts, daily(OVER_TWO_MONTHS, "1.5"))
    assert commit(facts, daily(OVER_TWO_MONTHS, "9")) == first
    assert total(facts) == Decimal("60.0")
    assert facts.version == first


def test_other_streams_and_shops_keep_their_facts(facts: Facts) -> None:
    commit(facts, daily(OVER_TWO_MONTHS, "1.5"))
    facts.commit(STREAM, "AMZ-FR", OVER_TWO_MONTHS, daily(OVER_TWO_MONTHS, "7"), number=1, meta={})
    facts.commit("amazon.x", SHOP, OVER_TWO_MONTHS, daily(OVER_TWO_MONTHS, "7"), number=1, meta={})
    commit(facts, daily(OVER_TWO_MONTHS, "1"), 2)
    assert total(facts) == Decimal("40.0")
    assert facts.number(STREAM, "AMZ-FR") == 1


def test_an_empty_window_empties_its_days_and_counts_as_a_commit(facts: Facts) -> None:
    commit(facts, daily(OVER_TWO_MONTHS, "1.5"))
    late = Window(dt.date(2026, 10, 5), OVER_TWO_MONTHS.end)
    commit(facts, rows([]), 2, late)
    assert total(facts) == Decimal("45.0")  # 15 days x 3.0
    assert facts.number(STREAM, SHOP) == 2


def test_zero_and_unknown_stay_apart(facts: Facts) -> None:
    table = rows(
        [
            {"day": OCTOBER_1, "sku": "A", "gross_sales": Decimal(0)},
            {"day": OCTOBER_1, "sku": "B", "gross_sales": None},
        ]
    )
    commit(facts, table)
    assert facts.rows(STREAM, SHOP, OVER_TWO_MONTHS).column("gross_sales").to_pylist() == [
        Decimal("0.0000"),
        None,
    ]


def test_an_older_version_answers_as_it_did_then(facts: Facts) -> None:
    first = commit(facts, daily(OVER_TWO_MONTHS, "1.5"))
    commit(facts, daily(OVER_TWO_MONTHS, "2"), 2)
    assert total(facts, first) == Decimal("60.0")
    assert total(facts) == Decimal("80.0")
    with pytest.raises(KpiError, match="version 99 is not there"):
        facts.as_of(99)


def test_a_commit_says_what_it_held(facts: Facts) -> None:
    commit(facts, daily(OVER_TWO_MONTHS, "1.5"))
    said = facts.metadata(STREAM, SHOP)
    assert (said["run"], said["number"], said["rows"]) == ("r1", "1", "40")
    assert (said["window_start"], said["window_end"]) == ("2026-09-20", "2026-10-10")
    assert len(said["checksum"]) == 64
    assert facts.metadata(STREAM, "nowhere") == {}


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        pytest.param([{"day": dt.date(2026, 10, 10)}], "do not fit the window", id="day too late"),
        pytest.param([{"day": dt.date(2026, 9, 19)}], "do not fit the window", id="day too early"),
        pytest.param([{"day": None}], "has no day", id="a row without a day"),
        pytest.param([{"day": OCTOBER_1, "sku": None}], "sku is empty", id="a row without a SKU"),
        pytest.param([{"day": OCTOBER_1}] * 2, "comes 2 times", id="a key that comes twice"),
        pytest.param([{"day": OCTOBER_1, "buyer": 7}], "unknown column buyer", id="a new column"),
        pytest.param(
            [{"day": OCTOBER_1, "net_sales_amount": 7}],
            "unknown column net_sales_amount",
            id="a derived measure is no fact",
        ),
    ],
)
def test_what_must_not_enter(facts: Facts, lines: list[dict[str, object]], message: str) -> None:
    with pytest.raises(KpiError, match=message):
        commit(facts, rows(lines))
    assert facts.number(STREAM, SHOP) == 0


Line = tuple[dt.date, str, str, str]
ROW = st.tuples(
    st.dates(dt.date(2026, 1, 1), dt.date(2027, 2, 1)),
    *(st.sampled_from(names) for names in (("*", "A", "B"), ("", "x"), ("EUR", "USD"))),
)


@settings(deadline=None)  # the first call of a library takes its time
@given(st.lists(ROW, max_size=12), st.integers(1, 3))
def test_keys_and_months_are_found_as_a_person_would(lines: list[Line], chunks: int) -> None:
    names = ("day", "sku", "part", "currency")
    parts = [
        pa.table([pa.array(column) for column in zip(*lines[at::chunks], strict=True)], names=names)
        for at in range(min(chunks, len(lines)))
    ]
    empty = pa.table([pa.array([], pa.date32()), *[pa.array([], pa.string())] * 3], names=names)
    window = Window(dt.date(2026, 1, 1), dt.date(2027, 3, 1))
    table = pa.concat_tables([empty, *parts])
    if len(set(lines)) < len(lines):
        with pytest.raises(KpiError, match="times; add the rows up first"):
            checked_rows(fact_schema(MEASURES), STREAM, SHOP, window, table)
        return
    full = checked_rows(fact_schema(MEASURES), STREAM, SHOP, window, table)
    months = [f"{line['day']:%Y-%m}" for line in table.to_pylist()]
    assert full.column("month").to_pylist() == months


def test_binary_floats_never_become_money(facts: Facts) -> None:
    table = rows([{"day": OCTOBER_1, "units_shipped": 1}])
    table = table.append_column("gross_sales", pa.array([1.1]))
    with pytest.raises(KpiError, match="binary floats"):
        commit(facts, table)


def test_texts_never_become_money_unread(facts: Facts) -> None:
    table = daily(OVER_TWO_MONTHS, "1.5")
    place = table.column_names.index("gross_sales")
    texts = pa.array(
        ["1.1125369292536007e-308"] * table.num_rows
    )  # Arrow's own cast makes 0.0000 of it
    with pytest.raises(KpiError, match="holds texts"):
        commit(facts, table.set_column(place, "gross_sales", texts))


def test_an_amount_with_five_places_is_refused_not_rounded(facts: Facts) -> None:
    table = rows([{"day": OCTOBER_1}])
    table = table.append_column("gross_sales", pa.array([Decimal("1.00001")]))
    with pytest.raises(KpiError, match="gross_sales"):
        commit(facts, table)


@pytest.mark.parametrize("shop", ["../up", "A[1]", "a/b", "", "x'y"])
def test_a_shop_that_would_be_a_path_or_a_pattern_is_refused(facts: Facts, shop: str) -> None:
    with pytest.raises(KpiError, match="letters, digits"):
        facts.commit(STREAM, shop, OVER_TWO_MONTHS, rows([]), number=1, meta={})


def test_a_chinese_shop_with_a_blank_is_as_good_as_any(facts: Facts) -> None:
    facts.commit(STREAM, "德国 店", OVER_TWO_MONTHS, daily(OVER_TWO_MONTHS, "1"), number=1, meta={})
    assert facts.rows(STREAM, "德国 店", OVER_TWO_MONTHS).num_rows == 40
    assert all(Path(f.path).exists() for f in facts.files())


def test_a_measure_added_later_is_unknown_in_older_facts(facts: Facts, tmp_path: Path) -> None:
    commit(facts, daily(OVER_TWO_MONTHS, "1.5"))
    wider = Facts(tmp_path, dict(MEASURES) | {"orders": measure("orders", Unit.COUNT)})
    day = Window(OCTOBER_1, OCTOBER_1 + dt.timedelta(days=1))
    wider.commit(STREAM, SHOP, day, rows([{"day": OCTOBER_1, "orders": 4}]), number=2, meta={})
    found = wider.rows(STREAM, SHOP, OVER_TWO_MONTHS).column("orders").to_pylist()
    assert (found.count(4), found.count(None)) == (1, 38)


def test_files_can_be_joined_and_old_ones_removed_without_touching_a_fact(facts: Facts) -> None:
    for n, day in enumerate(OVER_TWO_MONTHS.each(), 1):
        alone = Window(day, day + dt.timedelta(days=1))
        facts.commit(STREAM, SHOP, alone, daily(alone, "1.5"), number=n, meta={})
    before = len(facts.files())
    assert facts.vacuum(keep_days=7) == 0
    joined = facts.compact()
    assert (joined > 0) == (before > 2)
    facts.vacuum(keep_days=0)
    assert len(facts.files()) == 2
    assert total(facts) == Decimal("60.0")
    assert facts.number(STREAM, SHOP) == 20
    assert len(list(facts.table_path.rglob("*.parquet"))) == 2


def test_a_commit_is_synced_file_log_and_folders(tmp_path: Path) -> None:
    script = (
        "from pathlib import Path; from sync_service.facts import Facts; "
        "from tests.store_support import *; "
        f"Facts(Path({str(tmp_path / 'f')!r}), MEASURES).commit('s', 'A', OVER_TWO_MONTHS, "
        "daily(OVER_TWO_MONTHS, '1'), number=1, meta={})"
    )
    trace = tmp_path / "trace"
    command = ["strace", "-f", "-y", "-qq", "-o", str(trace), "-e", "trace=fsync,fdatasync"]
    subprocess.run([*command, sys.executable, "-c", script], check=True, env=os.environ)
    synced = trace.read_text()
    for name in (".parquet>", "01.json>", "_delta_log>", "month=2026-09>", "shop=A>", "stream=s>"):
        assert name in synced, f"{name} was not fsynced"
