"""Benchmarks beside targets: the bands of the metric reference, each with source and mark."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kpi.benchmarks import benchmarks, benchmarks_of, beside, outside
from kpi.catalog import shipped
from kpi.model import LANGUAGES, Region, Unit
from kpi.pack_reading import packs
from sheet_templates.words import LISTS

ACOS = (
    "15–25 % (unverified; source: web article "
    "https://www.trendtideco.com/insights/acos-vs-tacos-amazon, no year given)"
)


def test_every_band_names_a_kpi_a_source_and_an_end() -> None:
    for one in benchmarks():
        assert one.kpi in shipped().metrics
        assert one.regions <= set(Region)
        assert one.low is not None or one.high is not None
        assert not one.verified, "no study behind any of them was found"
        assert all(one.source[language] for language in LANGUAGES)


def test_the_bands_of_the_reference() -> None:
    found = {(b.kpi, b.low, b.high) for b in benchmarks()}
    assert {
        ("acos", 0.15, 0.25),
        ("tacos", 0.08, 0.15),
        ("tacos", 0.1, 0.25),
        ("unit_session_rate", 0.1, 0.15),
        ("inventory_turns", 4.0, 8.0),
        ("response_24h_rate", 0.9, None),
        ("first_reply_hours_mean", None, 24.0),
        ("resolution_rate", 0.95, None),
    } <= found


def test_a_target_of_a_pack_that_is_called_a_benchmark_has_one_beside_it() -> None:
    for one in packs().values():
        for item in one.items:
            if item.basis == "benchmark" and isinstance(item.target, float):
                found = benchmarks_of(item.kpi, one.region)
                assert found, item.kpi
                assert outside(found, item.target) == 0, item.kpi


@pytest.mark.parametrize(
    ("kpi", "target", "side"),
    [
        pytest.param("acos", 0.15, 0, id="the lower end belongs to it"),
        pytest.param("acos", 0.25, 0, id="so does the upper"),
        pytest.param("acos", 0.149, -1, id="below"),
        pytest.param("acos", 0.4, 1, id="above"),
        pytest.param("tacos", 0.2, 0, id="inside one of two bands"),
        pytest.param("tacos", 0.3, 1, id="above both"),
        pytest.param("tacos", 0.05, -1, id="below both"),
        pytest.param("response_24h_rate", 1.0, 0, id="open above"),
        pytest.param("first_reply_hours_mean", 0.5, 0, id="open below"),
        pytest.param("first_reply_hours_mean", 25.0, 1, id="above the only end"),
        pytest.param("inventory_turns", 0.5, 0, id="turns of a month are no turns of a year"),
        pytest.param("net_sales", 1.0, 0, id="no band: nothing can be said"),
    ],
)
def test_which_side(kpi: str, target: float, side: int) -> None:
    assert outside(benchmarks_of(kpi, Region.US), target) == side


def test_what_stands_beside_a_target() -> None:
    acos = benchmarks_of("acos", Region.EU)
    assert beside(acos, 0.2, Unit.RATIO, "en") == ACOS
    assert beside(acos, None, Unit.RATIO, "en") == ACOS
    assert beside(acos, 0.4, Unit.RATIO, "en") == f"{ACOS}; the target lies above"
    assert beside(acos, 0.1, Unit.RATIO, "zh") == (
        "15–25 %（未核实；来源：网上文章 https://www.trendtideco.com/insights/acos-vs-tacos-amazon，"
        "未注明年份）；目标低于区间"
    )
    turns = benchmarks_of("inventory_turns", Region.US)
    assert beside(turns, 0.5, Unit.TURNS, "zh") == (
        "4–8 每年（未核实；来源：网上流传的区间，未注明年份）"
    )
    reply = benchmarks_of("first_reply_hours_mean", Region.US)
    assert str(beside(reply, 12.0, Unit.HOURS, "en")).startswith("≤ 24 h (unverified; ")
    solved = benchmarks_of("resolution_rate", Region.US)
    assert str(beside(solved, 0.95, Unit.RATIO, "en")).startswith("≥ 95 % (unverified; ")
    assert beside((), 1.0, Unit.MONEY, "en") is None


def test_a_year_and_a_verified_source_are_said() -> None:
    (acos,) = benchmarks_of("acos", Region.EU)
    known = replace(acos, verified=True, year="2024", link=None)
    assert (
        beside((known,), 0.2, Unit.RATIO, "en") == "15–25 % (verified; source: web article, 2024)"
    )
    assert beside((known,), 0.2, Unit.RATIO, "zh") == "15–25 %（已核实；来源：网上文章，2024）"


def test_a_band_of_a_category_goes_before_the_general_one(monkeypatch: pytest.MonkeyPatch) -> None:
    (acos,) = benchmarks_of("acos", Region.EU)
    own = replace(acos, category="lamps", low=0.3, high=0.4)
    monkeypatch.setattr("kpi.benchmarks.benchmarks", lambda: (acos, own))
    assert benchmarks_of("acos", Region.EU, "lamps") == (own,)
    assert benchmarks_of("acos", Region.EU, "DE") == (acos,)
    assert benchmarks_of("acos", Region.EU) == (acos,)


def test_benchmark_is_a_basis_of_targets() -> None:
    assert "benchmark" in {code for code, _, _ in LISTS["basis"]}
