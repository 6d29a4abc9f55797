"""Each layout: hand-written files with worked numbers, refusals, and who may import what."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from kpi.model import Window
from kpi.trade import Product
from sync_service.house import House
from sync_service.imports.importing import import_file
from sync_service.imports.layout import Options
from sync_service.imports.refusals import FileRefusedError
from sync_service.imports.unit_costs import known_costs, with_costs
from tests.imports_support import business, house_at, value, write
from tests.paths import NO_SHARED, SHARED

SHOPS = ("AMZ-US", "AMZ-DE", "SHP-US")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with house_at(tmp_path / "home", SHOPS) as made:
        yield made


def test_a_file_without_a_usable_row_is_refused_and_not_called_unchanged(
    house: House, tmp_path: Path
) -> None:
    with pytest.raises(FileRefusedError, match="no row below its header"):
        import_file(house, business(tmp_path, ""), Options())
    with pytest.raises(FileRefusedError, match="row 2 Date soon: This is no date"):
        import_file(house, business(tmp_path, "soon,5.00 €,1,5,9,98%,0,0\n"), Options())
    costs = write(tmp_path / "costs.csv", "SKU,成本价(元)\nA,about 5\n")
    with pytest.raises(FileRefusedError, match="row 2 成本价"):
        import_file(house, costs, Options())


def test_the_days_of_a_refused_row_are_not_taken(house: House, tmp_path: Path) -> None:
    head = "date,shop,sku,ad_clicks\n"
    mapping = '[columns]\ndate = "date"\nshop_column = "shop"\nsku_column = "sku"\n'
    write(tmp_path / "m.toml", mapping + '[measures]\nad_clicks = "ad_clicks"\n')
    rows = "2026-10-12,AMZ-DE,A,1\n2026-10-13,AMZ-DE,A,2\n2026-10-14,AMZ-DE,A,4\n"
    bad = "2026-10-13,AMZ-DE,B,two\n2026-10-14,AMZ-DE,B,C,3\n"  # no number, and a cell too many
    path = write(tmp_path / "a.csv", head + rows + bad)
    done = import_file(house, path, Options(mapping=tmp_path / "m.toml"))
    assert [one.row for one in done.refused] == [5, 6]
    days = ("2026-10-12", "2026-10-13", "2026-10-14")
    found = [value(house, "file.mapped", "AMZ-DE", day, "ad_clicks") for day in days]
    assert found == [1, None, None]


def test_a_bad_row_is_refused_and_comes_back_as_a_sheet(house: House, tmp_path: Path) -> None:
    rows = '10/13/2026,"10,00 €",2,5,9,0.00%,0,0\n10/14/2026,"=1+1",2,5,9,0.00%,0,0\n'
    done = import_file(house, business(tmp_path, rows), Options())
    assert [(one.row, one.column) for one in done.refused] == [(3, "Ordered Product Sales")]
    assert done.report is not None
    sheet = openpyxl.load_workbook(done.report).active
    assert sheet is not None
    assert (sheet["C2"].value, sheet["C2"].data_type) == ("=1+1", "s")
    assert value(house, "file.business_report", "AMZ-DE", "2026-10-14", "sessions") is None


@pytest.mark.parametrize(
    ("name", "rows", "shop", "said"),
    [
        pytest.param(
            "x.csv",
            '10/13/2026,"US$5.00",1,5,9,0%,0,0\n',
            "AMZ-DE",
            "not of shop",
            id="dollars in a euro shop",
        ),
        pytest.param(
            "x.csv", '10/13/2026,"5,00 €",1,5,9,0%,0,0\n', None, "Add --shop", id="two shops fit"
        ),
        pytest.param(
            "x.csv",
            '10/13/2026,"5,00 €",1,5,9,0%,0,0\n',
            "SHP-US",
            "no shop there",
            id="another platform",
        ),
        pytest.param(
            "x.csv",
            '10/25/2026,"5,00 €",1,5,9,0%,0,0\n',
            "AMZ-DE",
            "no finished day",
            id="days to come",
        ),
        pytest.param(
            "x.csv", '03/04/2026,"5,00 €",1,5,9,0%,0,0\n', "AMZ-DE", "--dates", id="doubtful dates"
        ),
        pytest.param(
            "x.csv",
            '10/13/2026,"5.000 €",1,5,9,0%,0,0\n',
            "AMZ-DE",
            "--decimal",
            id="doubtful decimals",
        ),
    ],
)
def test_a_file_that_is_not_the_shops_or_not_clear_is_refused(
    house: House, tmp_path: Path, name: str, rows: str, shop: str | None, said: str
) -> None:
    before = house.facts.version
    with pytest.raises(FileRefusedError, match=said):
        import_file(house, business(tmp_path, rows, name), Options(shop=shop))
    assert house.facts.version == before


def test_the_wrong_month_is_refused(house: House, tmp_path: Path) -> None:
    path = business(tmp_path, '10/13/2026,"5,00 €",1,5,9,0%,0,0\n')
    september = Window(date(2026, 9, 1), date(2026, 10, 1))
    with pytest.raises(FileRefusedError, match="2026-09-01 to 2026-09-30"):
        import_file(house, path, Options(period=september))


def test_the_same_file_twice_changes_nothing_and_a_new_one_replaces_its_days(
    house: House, tmp_path: Path
) -> None:
    first = business(
        tmp_path, '10/13/2026,"5,00 €",1,5,9,0%,0,0\n10/14/2026,"6,00 €",1,5,9,0%,0,0\n'
    )
    assert import_file(house, first, Options()).state == "imported"
    version = house.facts.version
    assert import_file(house, first, Options()).state == "unchanged"
    assert house.facts.version == version
    again = business(tmp_path, '10/14/2026,"7,50 €",1,8,9,0%,0,0\n')
    dry = import_file(house, again, Options(), write=False)
    told = {one.measure: (one.before, one.after, one.days) for one in dry.changes[0].differences}
    assert told == {"gross_sales": (6, Decimal("7.5"), 1), "sessions": (5, 8, 1)}
    assert house.facts.version == version
    import_file(house, again, Options())
    stream = "file.business_report"
    assert value(house, stream, "AMZ-DE", "2026-10-13", "gross_sales") == 5
    assert value(house, stream, "AMZ-DE", "2026-10-14", "gross_sales") == Decimal("7.5")


@pytest.mark.skipif(SHARED is None, reason=NO_SHARED)
def test_the_settlement_sample_adds_up_and_gives_its_fees(house: House) -> None:
    assert SHARED is not None
    path = SHARED / "data" / "amazon-settlement" / "settlement-sample_v2.txt"
    done = import_file(house, path, Options(shop="AMZ-US"))
    assert (done.layout, done.rows, done.refused) == ("settlement", 24, ())
    assert done.problems == ()  # no warning: its lines add up to the printed 582.89
    stream = "file.settlement"
    # 2026-06-19 15:02 UTC is the same day in Los Angeles: 13.35 + 7.99 + 6.83 and 2.50
    assert value(house, stream, "AMZ-US", "2026-06-19", "platform_fees") == Decimal("28.17")
    assert value(house, stream, "AMZ-US", "2026-06-19", "fulfilment_fees") == Decimal("2.5")
    # refund: 129.99 given back, 19.50 of commission too, 5.00 kept
    assert value(house, stream, "AMZ-US", "2026-06-22", "returns_amount") == Decimal("129.99")
    assert value(house, stream, "AMZ-US", "2026-06-22", "platform_fees") == Decimal("-19.5")
    assert value(house, stream, "AMZ-US", "2026-06-22", "return_costs") == 5
    assert value(house, stream, "AMZ-US", "2026-06-23", "storage_fees") == 0
    # it begins at 17:00 of the 15th in Los Angeles: that day and earlier lines are not complete
    assert value(house, stream, "AMZ-US", "2026-06-15", "platform_fees") is None
    assert value(house, stream, "AMZ-US", "2026-06-14", "platform_fees") is None
    assert value(
        house, "file.settlement_lines", "AMZ-US", "2026-06-14", "platform_fees"
    ) == Decimal("31.5")


SETTLED = (
    "settlement-id\tsettlement-start-date\tsettlement-end-date\ttotal-amount\tcurrency\t"
    "transaction-type\tmarketplace-name\tamount-type\tamount-description\tamount\t"
    "posted-date-time\tsku\n"
)


def settlement(
    path: Path, number: str, span: tuple[str, str], total: str, lines: list[str]
) -> Path:
    head = f"{number}\t{span[0]}\t{span[1]}\t{total}\tEUR" + "\t" * 7
    body = [f"{number}\t\t\t\tEUR\tOrder\tAmazon.de\tItemFees\t{line}\tX-1" for line in lines]
    return write(path, SETTLED + "\n".join([head, *body]) + "\n", "cp1252")


def test_a_european_settlement_and_the_day_on_which_two_of_them_meet(
    house: House, tmp_path: Path
) -> None:
    first = settlement(
        tmp_path / "1.txt",
        "1",
        ("01.09.2026 22:00:00 UTC", "10.09.2026 09:59:59 UTC"),
        "-3,50",
        [
            "Commission\t-1,50\t05.09.2026 10:00:00 UTC",
            "Commission\t-2,00\t10.09.2026 08:00:00 UTC",
        ],
    )
    second = settlement(
        tmp_path / "2.txt",
        "2",
        ("10.09.2026 10:00:00 UTC", "12.09.2026 21:59:59 UTC"),
        "-9,00",
        [
            "Commission\t-4,00\t10.09.2026 12:00:00 UTC",
            "Commission\t-0,25\t05.09.2026 12:00:00 UTC",
        ],
    )
    stream = "file.settlement"
    import_file(house, first, Options(shop="AMZ-DE"))
    assert value(house, stream, "AMZ-DE", "2026-09-05", "platform_fees") == Decimal("1.5")
    assert value(house, stream, "AMZ-DE", "2026-09-10", "platform_fees") is None
    done = import_file(house, second, Options(shop="AMZ-DE"))
    # -4.00 and -0.25 are -4.25, the file says -9.00
    assert [one.code for one in done.problems] == ["settlement_total"]
    assert "4.7500" in done.problems[0].what["en"]
    assert value(house, stream, "AMZ-DE", "2026-09-10", "platform_fees") == 6
    assert value(house, stream, "AMZ-DE", "2026-09-05", "platform_fees") == Decimal("1.75")
    with pytest.raises(FileRefusedError, match="not of shop"):
        import_file(house, first, Options(shop="AMZ-US"))


ORDERS = (
    "amazon-order-id\tpurchase-date\tlast-updated-date\torder-status\tsales-channel\tsku\t"
    "item-status\tquantity\tcurrency\titem-price\titem-promotion-discount\tship-promotion-discount\t"
    "ship-city\n"
)


def order(
    number: str, bought: str, status: str, price: str, off: str = "", where: str = "Amazon.de"
) -> str:
    return (
        f"{number}\t{bought}T10:00:00+00:00\t2026-10-09T10:00:00+00:00\t{status}\t{where}\t0012\t"
        f"{status}\t2\tEUR\t{price}\t{off}\t\tCANARY\n"
    )


def orders(tmp_path: Path) -> Path:
    lines = [
        order("1", "2026-10-01", "Shipped", "20.00"),
        order("2", "2026-10-02", "Shipped", "30.50", "-1.50"),
        order("3", "2026-10-02", "Cancelled", "99.00"),
        order("4", "2026-10-04", "Shipped", "10.00", where="Amazon.fr"),
        order("5", "2026-10-09", "Shipped", "40.00"),
        order("6", "2026-10-10", "Pending", "5.00"),
    ]
    return write(tmp_path / "orders.txt", ORDERS + "".join(lines))


def test_all_orders_leaves_out_cut_days_and_counts_whole_ones(house: House, tmp_path: Path) -> None:
    done = import_file(house, orders(tmp_path), Options(shop="AMZ-DE"))
    assert [one.code for one in done.problems] == ["border_days"]
    stream = "file.all_orders"
    assert value(house, stream, "AMZ-DE", "2026-10-01", "gross_sales") is None
    assert value(house, stream, "AMZ-DE", "2026-10-02", "gross_sales", "0012") == Decimal("30.5")
    assert value(house, stream, "AMZ-DE", "2026-10-02", "gmv_amount") == Decimal("129.5")
    assert value(house, stream, "AMZ-DE", "2026-10-02", "discounts") == Decimal("1.5")
    assert value(house, stream, "AMZ-DE", "2026-10-02", "orders_count") == 1
    assert value(house, stream, "AMZ-DE", "2026-10-02", "orders_cancelled_buyer") == 1
    assert value(house, stream, "AMZ-DE", "2026-10-04", "gross_sales") == 0  # sold in France
    # orders before the file were shipped in its first days too
    assert value(house, stream, "AMZ-DE", "2026-10-05", "units_shipped") is None
    assert value(house, stream, "AMZ-DE", "2026-10-09", "units_shipped") == 6
    assert not any(
        "CANARY" in str(path.read_bytes()) for path in house.facts.root.rglob("*.parquet")
    )


def test_a_stated_period_is_complete(house: House, tmp_path: Path) -> None:
    period = Window(date(2026, 10, 1), date(2026, 10, 12))
    import_file(house, orders(tmp_path), Options(shop="AMZ-DE", period=period))
    assert value(house, "file.all_orders", "AMZ-DE", "2026-10-01", "gross_sales") == 20
    assert value(house, "file.all_orders", "AMZ-DE", "2026-10-11", "gross_sales") == 0


def test_a_foreign_site_is_refused(house: House, tmp_path: Path) -> None:
    with pytest.raises(FileRefusedError, match=r"amazon\.de/amazon\.fr"):
        import_file(house, orders(tmp_path), Options(shop="AMZ-US"))


def test_advertising_of_a_product_in_two_campaigns_is_added(house: House, tmp_path: Path) -> None:
    head = (
        "Date,Currency,Campaign Name,Country,Advertised SKU,Impressions,Clicks,Spend,"
        "7 Day Total Sales (€),7 Day Total Orders (#)\n"
    )
    rows = (
        '"Oct 01, 2026",EUR,A,Germany,007,100,5,1.25,30.00,1\n'
        '"Oct 01, 2026",EUR,=B,Germany,007,50,2,0.75,0.00,0\n'
        '"Oct 03, 2026",EUR,A,Germany,008,10,0,0.00,0.00,0\n'
    )
    done = import_file(house, write(tmp_path / "sp.csv", head + rows), Options())
    assert done.layout == "ads_sp"
    assert done.changes[0].shop == "AMZ-DE"  # the only shop in Germany
    assert value(house, "file.ads_sp", "AMZ-DE", "2026-10-01", "ad_spend", "007") == 2
    assert value(house, "file.ads_sp", "AMZ-DE", "2026-10-02", "ad_spend") == 0


def test_a_shopify_export_keeps_no_person_and_counts_each_order_once(
    house: House, tmp_path: Path
) -> None:
    head = (
        "Name,Email,Financial Status,Fulfilled at,Currency,Discount Amount,Created at,"
        "Lineitem quantity,Lineitem price,Lineitem sku,Lineitem fulfillment status,Billing Name\n"
    )
    rows = (
        "#1,CANARY,paid,2026-10-09 09:00:00 -0400,USD,3.00,2026-10-02 23:30:00 -0400,"
        "2,10.00,007,fulfilled,CANARY\n"
        "#1,CANARY,,,,,2026-10-02 23:30:00 -0400,1,5.50,008,fulfilled,\n"
        "#2,CANARY,paid,,USD,1.00,2026-10-03 00:30:00 -0400,1,4.00,007,pending,CANARY\n"
    )
    period = Window(date(2026, 10, 1), date(2026, 10, 12))
    path = write(tmp_path / "orders_export.csv", head + rows)
    done = import_file(house, path, Options(period=period))
    assert (done.layout, done.refused) == ("shopify_orders", ())
    stream = "file.shopify_orders"
    assert value(house, stream, "SHP-US", "2026-10-02", "gross_sales") == Decimal("25.5")
    assert value(house, stream, "SHP-US", "2026-10-02", "orders_count") == 1
    assert value(house, stream, "SHP-US", "2026-10-02", "discounts", "-") == 3  # of no product
    assert value(house, stream, "SHP-US", "2026-10-03", "discounts", "007") == 1
    assert value(house, stream, "SHP-US", "2026-10-09", "units_shipped") == 3
    assert not any("CANARY" in str(p.read_bytes()) for p in house.facts.root.rglob("*.parquet"))


COSTS = (
    "SKU,品类,采购成本(元),头程运费(元),生效日期\n"
    "0012,户外,77.42,13.94,2026-01-01\n0012,户外,80,14,2026-06-01\n"
)


def test_costs_of_an_erp_fill_what_the_workbook_leaves_empty(house: House, tmp_path: Path) -> None:
    path = write(tmp_path / "costs.csv", COSTS, "gbk")
    done = import_file(house, path, Options())
    assert (done.layout, done.encoding, done.costs) == ("unit_costs", "gb18030", 2)
    assert import_file(house, path, Options()).state == "unchanged"
    known = known_costs(house.store)
    typed = Product("0012", None, date(2025, 1, 1), "户外", None, None, None, "USD")
    own = Product("0013", None, date(2025, 1, 1), "户外", None, Decimal(5), None, "USD")
    filled = with_costs([typed, own], known)
    found = [(p.sku, p.start, p.unit_cost, p.currency, p.category) for p in filled]
    assert found == [
        ("0012", date(2025, 1, 1), None, "USD", "户外"),
        ("0012", date(2026, 1, 1), Decimal("77.4200"), "CNY", "户外"),
        ("0012", date(2026, 6, 1), Decimal("80.0000"), "CNY", "户外"),
        ("0013", date(2025, 1, 1), Decimal(5), "USD", "户外"),
    ]


def test_a_cost_of_the_workbook_wins_from_its_own_day_on() -> None:
    known = [Product("A", None, date(2026, 3, 1), None, None, Decimal(9), None, "CNY")]
    lines = [
        Product("A", None, date(2026, 1, 1), "x", None, None, None, "USD"),
        Product("A", None, date(2026, 2, 1), "x", None, Decimal(2), None, "USD"),
    ]
    assert [p.unit_cost for p in with_costs(lines, known)] == [None, Decimal(2)]


TABLE = (
    "日期,店铺,差评数,备注,广告费\n"
    "2026-10-01,AMZ-DE,2,=1+1,\n2026-10-01,SHP-US,0,,12.5\n2026-10-02,NOBODY,1,,\n"
)
MAPPING = (
    '[columns]\ndate = "日期"\nshop_column = "店铺"\n[measures]\n'
    '"差评数" = "reviews_negative"\n"广告费" = "ad_spend"\n'
)


def test_an_unknown_table_gets_a_draft_and_its_mapping_is_kept(
    house: House, tmp_path: Path
) -> None:
    path = write(tmp_path / "own.csv", TABLE)
    with pytest.raises(FileRefusedError, match="差评数"):
        import_file(house, path, Options())
    draft = (house.settings.home / "mappings" / "own.draft.toml").read_text(encoding="utf-8")
    assert '"差评数" = "reviews_negative"' in draft
    assert '# "备注" = ""' in draft
    mapping = write(tmp_path / "m.toml", MAPPING)
    done = import_file(house, path, Options(mapping=mapping))
    assert [one.shop for one in done.changes] == ["AMZ-DE", "SHP-US"]
    assert [one.row for one in done.refused] == [4]
    assert value(house, "file.mapped", "AMZ-DE", "2026-10-01", "reviews_negative") == 2
    assert value(house, "file.mapped", "AMZ-DE", "2026-10-01", "ad_spend") is None
    later = write(tmp_path / "later.csv", TABLE.replace("2026-10-0", "2026-09-0"))
    assert import_file(house, later, Options()).state == "imported"
    assert value(house, "file.mapped", "SHP-US", "2026-09-01", "ad_spend") == Decimal("12.5")


def test_two_mapped_files_of_the_same_days_do_not_replace_each_other(
    house: House, tmp_path: Path
) -> None:
    one = write(tmp_path / "one.csv", "日期,店铺,差评数\n2026-10-01,AMZ-DE,2\n")
    two = write(tmp_path / "two.csv", "日期,店铺,广告费\n2026-10-01,AMZ-DE,7\n")
    for path, measure in ((one, '"差评数" = "reviews_negative"'), (two, '"广告费" = "ad_spend"')):
        said = f'[columns]\ndate = "日期"\nshop_column = "店铺"\n[measures]\n{measure}\n'
        write(path.with_name(f"{path.stem}.mapping.toml"), said)
        import_file(house, path, Options())
    assert value(house, "file.mapped", "AMZ-DE", "2026-10-01", "reviews_negative") == 2
    assert value(house, "file.mapped", "AMZ-DE", "2026-10-01", "ad_spend") == 7


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        pytest.param("[columns", "cannot be read", id="no TOML"),
        pytest.param(
            MAPPING.replace("reviews_negative", "review_negative"),
            "reviews_negative",
            id="a measure misspelt",
        ),
        pytest.param(MAPPING.replace('"日期"', '"日子"'), "日子", id="a column that is not there"),
        pytest.param(
            MAPPING.replace("[columns]", '[columns]\ndecimal = ";"'),
            "decimal",
            id="no decimal sign",
        ),
    ],
)
def test_a_wrong_mapping_is_refused(house: House, tmp_path: Path, mapping: str, said: str) -> None:
    path = write(tmp_path / "own.csv", TABLE)
    with pytest.raises(FileRefusedError, match=said):
        import_file(house, path, Options(mapping=write(tmp_path / "m.toml", mapping)))
