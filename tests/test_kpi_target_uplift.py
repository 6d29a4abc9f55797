"""The year of a target line: typed or worked out of a baseline, and what is read of the line."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kpi.book_reading import read_book
from kpi.model import Unit
from kpi.tables import CellValue
from kpi.targets import Uplift, uplifted, year_of
from kpi.typed_rows import TargetRow
from sheet_templates.words import decode
from tests.table_support import Line, table
from tests.target_support import CATALOG, NAMES, read, row


@pytest.mark.parametrize(
    ("baseline", "delta", "mode", "target"),
    [
        pytest.param(0.12, 2.0, Uplift.POINTS, 0.14, id="12 % and two points"),
        pytest.param(0.12, -1.5, Uplift.POINTS, 0.105, id="a return rate falls by 1.5 points"),
        pytest.param(0.2, 5.0, Uplift.PERCENT, 0.21, id="20 % grows by a twentieth"),
        pytest.param(0.1, 5.0, Uplift.PERCENT, 0.105, id="a conversion of 10 % raised by 5 %"),
        pytest.param(80_000.0, 12.5, Uplift.PERCENT, 90_000.0, id="money by an eighth"),
        pytest.param(-2_000.0, 500.0, Uplift.VALUE, -1_500.0, id="a loss that shrinks by 500"),
        pytest.param(1e12, 5.0, Uplift.PERCENT, None, id="beyond any figure"),
    ],
)
def test_an_uplift_is_worked_out_of_its_baseline(
    baseline: float, delta: float, mode: Uplift, target: float | None
) -> None:
    assert uplifted(baseline, delta, mode) == target


@pytest.mark.parametrize(
    ("made", "additive", "decimals", "year"),
    [
        pytest.param(row(500.0), True, 2, 500.0, id="a typed year is the year"),
        pytest.param(
            replace(row(), baseline=100.01, uplift=5.0, uplift_unit="percent"),
            *(True, 2, 105.01),
            id="money to the cent: 105.0105",
        ),
        pytest.param(
            replace(row(), baseline=10.0, uplift=5.0, uplift_unit="percent"),
            *(True, 0, 11.0),
            id="counts to the piece: 10.5",
        ),
        pytest.param(
            replace(row(), baseline=0.123, uplift=5.0, uplift_unit="percent"),
            *(False, 2, 0.12915),
            id="a ratio as it is",
        ),
        pytest.param(
            replace(row(500.0), baseline=100.0, uplift=5.0, uplift_unit="percent"),
            *(True, 2, 105.0),
            id="the uplift before a typed year",
        ),
        pytest.param(replace(row(), uplift=5.0), True, 2, None, id="an uplift of nothing"),
        pytest.param(
            replace(row(), baseline=1e12, uplift=5.0, uplift_unit="percent"),
            *(True, 2, None),
            id="an uplift beyond any figure",
        ),
    ],
)
def test_the_year_of_a_row(
    made: TargetRow, additive: bool, decimals: int, year: float | None
) -> None:
    assert year_of(made, additive=additive, decimals=decimals) == year


# --- reading -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "year", "problems"),
    [
        pytest.param(
            ("acos", "OPS1", None, "提升", 0.3, -2.0, "百分点 pp"), 0.28, [], id="points of a ratio"
        ),
        pytest.param(
            ("net_sales", "OPS1", None, "Uplift", 1_000.0, 5.0, "%"), 1_050.0, [], id="percent"
        ),
        pytest.param(
            ("units_sold", "OPS1", None, "提升", 100.0, 7.0, "数值"), 107.0, [], id="pieces"
        ),
        pytest.param(
            ("net_sales", "OPS1", 900.0, "提升", 1_000.0, 5.0, "pp"),
            900.0,
            [("uplift_not_points", "J5")],
            id="points of money: the typed year counts",
        ),
        pytest.param(
            ("net_sales", "OPS1", 900.0, "提升", None, 5.0, None),
            900.0,
            [("uplift_incomplete", "H5")],
            id="no baseline and no unit",
        ),
        pytest.param(
            ("net_sales", "OPS1", 900.0, "提升", 1_000.0, None, "%"),
            900.0,
            [("uplift_incomplete", "I5")],
            id="no uplift",
        ),
        pytest.param(
            ("net_sales", "OPS1", 900.0, "提升", 1_000.0, 5.0, "%"),
            1_050.0,
            [("uplift_typed", "F5")],
            id="another year typed beside it: the uplift counts",
        ),
        pytest.param(
            ("net_sales", "OPS1", 1_050.0, "提升", 1_000.0, 5.0, "%"), 1_050.0, [], id="the same"
        ),
        pytest.param(
            ("net_sales", "OPS1", None, "提升", 1_000.0, 0.05, "%"),
            1_000.5,
            [("uplift_small", "I5")],
            id="5 % typed as a fraction is told",
        ),
        pytest.param(
            ("acos", "OPS1", None, "提升", 0.3, -0.02, "pp"),
            0.2998,
            [("uplift_small", "I5")],
            id="two points typed as a fraction are told",
        ),
        pytest.param(
            ("acos", "OPS1", None, "提升", 0.3, 0.5, "pp"), 0.305, [], id="half a point is a target"
        ),
        pytest.param(
            ("net_sales", "OPS1", 900.0, "自定", 1_000.0, 5.0, "%"),
            900.0,
            [],
            id="another basis: baseline and uplift are remarks",
        ),
    ],
)
def test_an_uplift_is_read_and_what_is_wrong_with_it_is_told_at_its_cell(
    cells: tuple[CellValue, ...], year: float, problems: list[tuple[str, str]]
) -> None:
    found = read(*cells)
    (target,) = found.targets
    metric = CATALOG.metrics[target.metric]
    decimals = 0 if metric.unit is Unit.COUNT else 2
    assert year_of(target, additive=metric.additive, decimals=decimals) == year
    assert [(p.code, p.place.cell) for p in found.problems] == problems


@pytest.mark.parametrize(
    ("cells", "split"),
    [
        pytest.param(("net_sales", "OPS1", 9.0, *(None,) * 4, "季节"), "seasonality", id="season"),
        pytest.param(("net_sales", "OPS1", 9.0, *(None,) * 4, "By hand"), "manual", id="by hand"),
        pytest.param(("net_sales", "OPS1", 9.0, *(None,) * 4, None), "even", id="nothing said"),
        pytest.param(("net_sales", "OPS1", None, *(None,) * 4, "季节"), "even", id="no year"),
        pytest.param(("acos", "OPS1", 0.3, *(None,) * 4, "季节"), "even", id="a ratio"),
    ],
)
def test_a_split_is_kept_where_it_decides_something(
    cells: tuple[CellValue, ...], split: str
) -> None:
    assert read(*cells).targets[0].split == split


def test_a_split_of_twelve_typed_months_decides_nothing() -> None:
    codes = "year region scope metric owner year_total split " + " ".join(
        f"m{n:02d}" for n in range(1, 13)
    )
    line: Line = (2026.0, "US", "US", "net_sales", "OPS1", 12.0, "手工", *(1.0,) * 12)
    tables = {"tblTarget": table("tblTarget", "目标", codes, line)}
    assert read_book(tables, decode, NAMES, CATALOG).targets[0].split == "even"
