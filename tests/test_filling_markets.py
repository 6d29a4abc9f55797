"""The pages show the markets of the book's own shops, and the KPIs that somebody chose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from kpi.book import Book
from kpi.book_checks import MOST_REPORTED, check_book
from kpi.book_reading import read_book
from kpi.catalog import shipped
from kpi.model import Region
from kpi.money import DayRates
from kpi.trade import Shop
from kpi.typed_rows import Settings
from sheet_templates.build import build
from sheet_templates.layout import MARKETS, REGION_METRICS, REVIEW_SCOPES, review_slot
from sheet_templates.pages.today import MARKET_COLUMN, SECTION
from sheet_templates.places import MANAGER_PLACES
from sheet_templates.start import BookStart, StartRow
from sheet_templates.words import decode
from sync_service.compute import Computed, Inputs, compute
from sync_service.filling import reports, today, values
from tests.leaf_support import leaf_sums
from tests.libreoffice import Office
from tests.table_support import table

NOW = datetime(2026, 10, 12, 12, tzinfo=UTC)
FIRST = date(2026, 10, 1)


def shop(market: str, platform: str = "amazon", closed: date | None = None) -> Shop:
    region = Region.US if market == "US" else Region.EU
    code = f"{platform.upper()[:3]}-{market}"
    return Shop(code, platform, market, region, "USD", "Europe/Berlin", closed=closed)


def computed(
    shops: Sequence[Shop],
    sales: Mapping[str, int] | None = None,
    reported: tuple[str, ...] = (),
) -> Computed:
    """`sales` are the dollars of the first of October, by shop."""
    leaves = [
        leaf
        for code, amount in (sales or {}).items()
        for leaf in (
            ("amazon.orders", code, FIRST, "", "USD", _sold(amount)),
            ("amazon.finances", code, FIRST, "", "USD", {"returns_amount": 0}),
        )
    ]
    book = Book(Settings("2026-10", ""), shops=tuple(shops), reported=reported)
    rates = DayRates({}, (), {})
    return compute(Inputs(book, shipped(), leaf_sums(leaves), rates, NOW, "en", {}))


def _sold(amount: int) -> dict[str, int | None]:
    return {"gross_sales": amount * 10_000, "discounts": 0}


def lines(done: Computed) -> list[str]:
    """The lines of Today in their order."""
    placed = {row["place"]: str(row["scope"]) for row in today.markets(done) if row["place"]}
    return [placed[float(n)] for n in range(1, len(placed) + 1)]


def columns(done: Computed) -> list[str]:
    """The columns of Review in their order."""
    rows = [row for row in values.weeks(done) if row["metric"] == "net_sales" and row["slot"]]
    placed = {str(row["slot"]): str(row["scope"]) for row in rows}
    return [placed[review_slot("net_sales", n)] for n in range(1, len(rows) + 1)]


NORTH = ("NL", "PL", "SE", "BE", "IE", "UK")


@pytest.mark.parametrize(
    ("shops", "wanted", "review"),
    [
        pytest.param((), list(MARKETS), list(REVIEW_SCOPES), id="no shops: what ships"),
        pytest.param(
            (shop("NL"), shop("DE"), shop("US")),
            *(["US", "EU", "DE", "NL", "ALL"], ["US", "DE", "NL"]),
            id="the order that ships first",
        ),
        pytest.param(
            tuple(map(shop, NORTH)), ["EU", *NORTH, "ALL"], list(NORTH), id="no shop of the five"
        ),
        pytest.param(
            (shop("UK"), shop("FR", closed=date(2026, 9, 30)), shop("IT", closed=FIRST)),
            *(["EU", "IT", "UK", "ALL"], ["IT", "UK"]),
            id="a shop closed before the month is gone",
        ),
        pytest.param(
            (shop("US"), shop("EU", "shopify")),
            *(["US", "EU", "STORE", "ALL"], ["US", "EU"]),
            id="an own store for all of the EU",
        ),
    ],
)
def test_the_markets_of_the_books_own_shops(
    shops: tuple[Shop, ...], wanted: list[str], review: list[str]
) -> None:
    done = computed(shops)
    assert (lines(done), columns(done)) == (wanted, review)


def test_the_fixed_markets_keep_their_rows_for_books_from_before() -> None:
    """Their pages look a market up by its name, or by the place of its row."""
    done = computed((shop("NL"),))
    rows = [str(row["scope"]) for row in today.markets(done)]
    assert rows == [*MARKETS, "NL"]
    keys = [str(row["scope"]) for row in values.weeks(done)]
    assert keys[:6] == [*REVIEW_SCOPES, "NL"]


def test_where_there_are_too_many_the_smallest_market_has_no_line() -> None:
    """Twelve lines, of which ten fit: IE and BE sold least. Eleven markets, of which nine fit."""
    markets = ("US", "DE", "FR", "IT", "ES", *NORTH)
    shops = tuple(map(shop, markets))
    sold = {one.code: 100 + n for n, one in enumerate(shops)} | {"AMA-BE": 2, "AMA-IE": 1}
    done = computed(shops, {code: amount for code, amount in sold.items() if code != "AMA-SE"})
    assert lines(done) == [
        *("US", "EU", "DE", "FR", "IT", "ES", "NL", "PL", "UK", "ALL"),
        *("SE", "BE", "IE"),
    ]
    assert columns(done)[:9] == ["US", "DE", "FR", "IT", "ES", "NL", "PL", "BE", "UK"]


# --- report pages ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        pytest.param((), REGION_METRICS, id="nobody chose: the eight that ship"),
        pytest.param(("acos", "net_sales"), ("net_sales", "acos"), id="shipped ones first"),
        pytest.param(("nobody", "acos", "acos"), ("acos",), id="a stranger, and one twice"),
        pytest.param(("nobody",), REGION_METRICS, id="strangers alone"),
    ],
)
def test_the_kpis_of_the_report_pages(typed: tuple[str, ...], wanted: tuple[str, ...]) -> None:
    assert reports.reported(computed((), reported=typed)) == wanted


def test_a_report_page_stays_one_screen() -> None:
    many = tuple(shipped().metrics)[: MOST_REPORTED + 2]
    done = computed((shop("US"),), reported=many)
    page = list(reports.pages(done)["tblDaily"])
    assert len({row["metric"] for row in page}) == MOST_REPORTED
    [told] = check_book(Book(Settings("2026-10", ""), reported=many))
    assert told.code == "too_many_reported"
    assert ", ".join(many[MOST_REPORTED:]) in told.what["en"]
    few = Book(Settings("2026-10", ""), reported=many[:MOST_REPORTED])
    assert check_book(few) == ()


def test_what_is_typed_in_on_report_is_read() -> None:
    typed = table(
        *("tblKpi", "指标", "metric on_report"),
        *(("acos", "是"), ("tacos", "否"), ("net_sales", None), (None, "是")),
    )
    assert read_book({"tblKpi": typed}, decode, {}, shipped()).reported == ("acos",)


def test_the_pages_show_another_market_in_libreoffice(office: Office, tmp_path: Path) -> None:
    """NL stands in the second line of Today and the first column of Review; 12 places, 10 lines."""
    market: tuple[StartRow, ...] = (
        {"scope": "DE", "pace": 0.5},
        {"scope": "EU", "pace": 0.9, "place": 1.0},
        {"scope": "NL", "pace": 0.8, "margin": 0.1, "place": 2.0},
        {"scope": "ALL", "pace": 0.9, "place": 3.0},
    )
    week: tuple[StartRow, ...] = (
        {"metric": "net_sales", "scope": "DE", "this_week": 1.0, "last_week": 1.0},
        {
            "metric": "net_sales",
            "scope": "NL",
            "this_week": 90.0,
            "last_week": 120.0,
            "slot": review_slot("net_sales", 1),
        },
    )
    service = {"tblMarket": market, "tblWeekKpi": week}
    path = build(tmp_path / "markets.xlsx", "manager", "en", BookStart(service=service))
    sheets = office.calculate(path)
    head, at = MANAGER_PLACES["tblFocus"].row, MARKET_COLUMN
    found = [sheets["Today"][head + n][at : at + 4] for n in range(1, 5)]
    assert [[rounded(value) for value in line] for line in found] == [
        ["EU", 0.9, "–", "–"],
        ["NL", 0.8, 0.1, "–"],
        ["All", 0.9, "–", "–"],
        ["", "", "", ""],
    ]
    assert sheets["Today"][SECTION][at] == "Markets"
    review = sheets["Review"]
    assert [list(review[row][1:3]) for row in (4, 5, 6)] == [["NL", ""], [90.0, ""], [-0.25, ""]]


def rounded(value: object) -> object:
    return round(value, 9) if isinstance(value, float) else value
