"""Amazon's Business Report as it is printed in several languages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from kpi.model import Window
from sync_service.house import House
from sync_service.imports.importing import import_file
from sync_service.imports.layout import Options
from sync_service.imports.refusals import FileRefusedError
from tests.imports_support import business, house_at, value, write

DAY_13 = Window(date(2026, 10, 13), date(2026, 10, 14))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with house_at(tmp_path / "home", ("AMZ-US", "AMZ-DE", "SHP-US")) as made:
        yield made


def test_a_business_report_of_germany(house: House, tmp_path: Path) -> None:
    rows = '13/10/2026,"1.234,50 €",10,"1,200","2,001",50.00%,1,0\n'
    rows += '14/10/2026,"0,00 €",0,0,0,0.00%,0,0\n'
    done = import_file(house, business(tmp_path, rows), Options())
    assert (done.layout, done.state, done.refused) == ("business_report", "imported", ())
    stream = "file.business_report"
    assert value(house, stream, "AMZ-DE", "2026-10-13", "gross_sales") == Decimal("1234.5")
    # half of 2,001 views is 1,000.5, and half goes to even
    assert value(house, stream, "AMZ-DE", "2026-10-13", "buy_box_page_views") == 1000
    assert value(house, stream, "AMZ-DE", "2026-10-14", "sessions") == 0
    assert value(house, stream, "AMZ-DE", "2026-10-15", "sessions") is None


SPAIN = (
    "SKU;Título;ASIN (parent);ASIN (child);Sesiones: total;"
    "Porcentaje de ofertas destacadas (Buy Box);Unidades encargadas;"
    "Ventas de productos encargados\n"
)


@pytest.mark.parametrize(
    ("text", "known"),
    [
        pytest.param(
            "Datum,Durch bestellte Produkte erzielter Umsatz,Bestellte Einheiten,"
            "Sitzungen – Summe,Seitenaufrufe – Summe\n"
            '13.10.2026,"5.255,61 €",10,"1,200","2,001"\n',
            {"gross_sales": Decimal("5255.61"), "sessions": 1200, "buy_box_page_views": None},
            id="Germany: amounts with a decimal comma, counts with a comma for thousands",
        ),
        pytest.param(
            "日期,已订购商品销售额,已订购商品数量,会话数 - 总计,页面浏览量 - 总计,"
            "推荐报价（推荐报价展示位）百分比,已退款的商品数量\n"
            '2026/10/13,"€1,234.50",10,"1,200","2,001",50.00%,1\n',
            {"gross_sales": Decimal("1234.5"), "buy_box_page_views": 1000, "units_refunded": 1},
            id="Seller Central in Chinese",
        ),
        pytest.param(
            "Date,Ordered Product Sales,Units ordered,Sessions – Total,Page views – Total,"
            "Featured Offer (Buy Box) percentage\n"
            "13 Oct 2026,€5.00,1,7,10,50%\n",
            {"sessions": 7, "page_views": 10, "buy_box_page_views": 5},
            id="the UK's English: another dash, lower case",
        ),
    ],
)
def test_a_business_report_in_another_language(
    house: House, tmp_path: Path, text: str, known: dict[str, Decimal | int | None]
) -> None:
    done = import_file(house, write(tmp_path / "AMZ-DE.csv", text), Options())
    assert (done.layout, done.refused) == ("business_report", ())
    stream = "file.business_report"
    found = {m: value(house, stream, "AMZ-DE", "2026-10-13", m) for m in known}
    assert found == known
    absent = known.get("buy_box_page_views", 0) is None
    assert [one.code for one in done.problems] == ["columns_absent"] * absent


def test_a_report_of_spain_prints_percentages_without_their_sign(
    house: House, tmp_path: Path
) -> None:
    rows = "SKU-1;x;P;C;3,200;97.80;391;27.156,00\nSKU-2;y;P;C;900;52.40;656;8.894,00\n"
    path = write(tmp_path / "AMZ-DE.csv", SPAIN + rows)
    done = import_file(house, path, Options(period=DAY_13))
    assert (done.layout, done.refused) == ("business_report_asin", ())
    stream = "file.business_report_asin"
    sold = value(house, stream, "AMZ-DE", "2026-10-13", "gross_sales", "SKU-1")
    assert sold == Decimal(27156)
    assert value(house, stream, "AMZ-DE", "2026-10-13", "sessions") == 4100
    assert value(house, stream, "AMZ-DE", "2026-10-13", "page_views") is None


def test_a_share_that_could_be_of_one_or_of_a_hundred_is_refused(
    house: House, tmp_path: Path
) -> None:
    rows = "10/13/2026,5.00 €,1,5,9,0.98,0,0\n10/14/2026,5.00 €,1,5,9,0.5,0,0\n"
    with pytest.raises(FileRefusedError, match="no usable row; row 2 Featured"):
        import_file(house, business(tmp_path, rows), Options())
    rows = "10/13/2026,5.00 €,1,5,9,98%,0,0\n10/14/2026,5.00 €,1,5,9,98,0,0\n"
    mixed = business(tmp_path, rows)
    assert [one.row for one in import_file(house, mixed, Options()).refused] == [3]


def test_an_unknown_cell_of_one_line_makes_the_products_sum_unknown(
    house: House, tmp_path: Path
) -> None:
    head = "(Child) ASIN,SKU,Units Ordered,Ordered Product Sales,Sessions\n"
    path = write(tmp_path / "AMZ-DE.csv", head + "C,S1,1,€5.00,\nC,S1,2,€6.00,4\nD,S2,1,€1.00,3\n")
    import_file(house, path, Options(period=DAY_13))
    stream = "file.business_report_asin"
    assert value(house, stream, "AMZ-DE", "2026-10-13", "sessions", "S1") is None
    assert value(house, stream, "AMZ-DE", "2026-10-13", "units_ordered", "S1") == 3
    assert value(house, stream, "AMZ-DE", "2026-10-13", "sessions", "S2") == 3


def test_a_year_typed_wrong_does_not_declare_decades_of_zeros(house: House, tmp_path: Path) -> None:
    rows = "10/13/2006,5.00 €,1,5,9,98%,0,0\n10/14/2026,5.00 €,1,5,9,98%,0,0\n"
    with pytest.raises(FileRefusedError, match="one of them is a slip"):
        import_file(house, business(tmp_path, rows), Options())


def test_visits_that_amazon_has_not_counted_are_unknown(house: House, tmp_path: Path) -> None:
    rows = '10/13/2026,"10,00 €",2,0,0,0.00%,0,0\n'
    done = import_file(house, business(tmp_path, rows), Options())
    assert [one.code for one in done.problems] == ["traffic_late"]
    assert value(house, "file.business_report", "AMZ-DE", "2026-10-13", "sessions") is None
    assert value(house, "file.business_report", "AMZ-DE", "2026-10-13", "units_ordered") == 2
