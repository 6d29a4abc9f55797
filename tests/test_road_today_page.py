"""LibreOffice recalculates Today: each cell of the page is what the service says, and no other is.

The title, the six tiles, the ten lines of focus and the eight markets of both companies, and the
days behind the lines and charts. What is expected comes from what the service computed; the rules
of the page (words, short money, dashes, the seven steps of Setup) are written out once more.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

import pytest

from sheet_templates.layout import DAY_ROWS, MARKET_LINES, TILES
from sheet_templates.pages import tiles as at
from sheet_templates.pages import today as page
from sheet_templates.start import BookStart
from sync_service.filling import attention, today, values
from sync_service.filling.cells import FilledRow
from sync_service.sandbox.books import book_start
from tests.libreoffice import CellResult
from tests.road_cases import Case, Spots, cell, compared, or_dash, pace_word
from tests.road_support import COMPANIES

TAB = ("今日", "Today")
EXPLAINING = {1, 2}  # rows without a figure: the sentence and the legend
MONEY = ("net_sales", "contribution_profit")
NAMES = {
    "net_sales": ("净销售额", "Net sales"),
    "contribution_profit": ("边际贡献额", "Contribution"),
    "tacos": ("TACoS", "TACoS"),
    "return_rate": ("退货率", "Return rate"),
    "compliance": ("合规完成", "Compliance done"),
    "breaches": ("未关闭预警", "Open breaches"),
}
# The column of the pace, right of what is due; compliance writes over its whole tile.
RIGHT_PARTS = {
    "net_sales": 2,
    "contribution_profit": 4,
    "tacos": 7,
    "return_rate": 10,
    "breaches": 16,
}


def text(case: Case, zh: str, en: str) -> str:
    return zh if case.language == "zh" else en


# amount -> as a tile says it: three decimals of a million, whole thousands, whole units.
SHORT = [
    pytest.param(1_310_000.0, "1.31M", id="three decimals of a million, no zero behind"),
    pytest.param(1_284_499.0, "1.284M", id="rounded to a thousand"),
    pytest.param(1_000_000.0, "1M", id="from one million on"),
    pytest.param(999_600.0, "1000k", id="just below a million stays thousands"),
    pytest.param(201_500.0, "202k", id="half a thousand goes up"),
    pytest.param(999.5, "1000", id="below a thousand: whole units"),
    pytest.param(0.0, "0", id="nothing is due on the first day"),
]


def short_money(amount: float) -> str:
    """How a tile shortens money."""
    exact = Decimal(repr(amount))
    if exact >= 1_000_000:
        shown = (exact / 1_000_000).quantize(Decimal("0.001"), ROUND_HALF_UP).normalize()
        return f"{shown:f}M"
    if exact >= 1_000:
        return f"{(exact / 1_000).quantize(Decimal(1), ROUND_HALF_UP)}k"
    return str(exact.quantize(Decimal(1), ROUND_HALF_UP))


@pytest.mark.parametrize(("amount", "shown"), SHORT)
def test_short_money(amount: float, shown: str) -> None:
    assert short_money(amount) == shown


# --- Row 1 ----------------------------------------------------------------------------------------


def typed(case: Case) -> BookStart:
    """What the manager typed before the first refresh."""
    world, code, language = COMPANIES[case.path.stem]
    return book_start(world, code, language)


def steps(case: Case) -> tuple[bool, ...]:
    """The seven steps of Setup, as far as this book and its facts have come."""
    book, lines = case.done.book, typed(case).weights
    return (
        bool(book.settings.company and book.settings.currency),
        any(shop.time_zone and shop.currency for shop in book.shops),
        any(row["data_until"] for row in values.shops(case.done)),
        any(product.unit_cost for product in book.products),
        any(one.role for one in book.people) and all(shop.owner for shop in book.shops),
        any(row.year_total for row in book.targets)
        and all(line.get("confirmed") == "yes" for line in lines),
        any(one.green for one in case.compared),
    )


def title(case: Case) -> str:
    """Band, company, tab and month; how far the data reach, when it was refreshed, the set-up."""
    settings, ticks = case.done.book.settings, sum(steps(case))
    return (
        text(case, "【草稿】 ", "【Draft】 ")
        + f"{settings.company} · {text(case, '今日', 'Today')} · {settings.month}"
        + text(case, " │ 数据至 ", " │ Data until ")
        + attention.data_until(case.done)
        + text(case, " │ 刷新 ", " │ Refreshed ")
        + attention.stamp(case.done)
        + text(case, f" │ 设置 {ticks}/7", f" │ Set-up {ticks}/7")
    )


def heading_cells(case: Case) -> Iterator[tuple[tuple[int, int], CellResult]]:
    """Row 1, the line on what is late, the titles of both lists and their columns."""
    yield (0, 0), title(case)
    note = attention.service_note(case.done)
    yield (page.NOTE, 0), f"◇ {note}" if note else ""
    yield (page.SECTION, 0), text(case, "今日关注", "Focus today")
    yield (page.SECTION, page.EFFECT_COLUMN), case.done.book.settings.currency
    yield (page.SECTION, page.MARKET_COLUMN), text(case, "市场", "Markets")
    place = case.place("tblFocus")
    for number, column in enumerate(place.table.columns):
        yield (place.row, number), column.header(case.language)
    shown = (c for c in case.place("tblMarket").table.columns if c.code != "place")
    for number, column in enumerate(shown, page.MARKET_COLUMN):
        yield (place.row, number), column.header(case.language)


# --- Tiles, focus, markets ------------------------------------------------------------------------


def tile_cells(case: Case) -> Iterator[tuple[tuple[int, int], CellResult]]:
    rows = {row["tile"]: row for row in today.tiles(case.done)}
    for tile, (first, _) in zip(TILES, at.SPANS, strict=True):
        row = rows[tile]
        yield (at.LABEL, first), label(case, tile)
        yield (at.VALUE, first), figure(tile, row)
        yield (at.DUE, first), due(case, tile, row)
        yield (at.TREND, first), landing(case, tile, row)
        yield (at.STATE, first), cell(row["status"])
        if tile in RIGHT_PARTS:
            yield (at.DUE, RIGHT_PARTS[tile]), cell(row["pace"])


def label(case: Case, tile: str) -> str:
    name = text(case, *NAMES[tile])
    return f"{name} · {case.done.book.settings.currency}" if tile in MONEY else name


def figure(tile: str, row: FilledRow) -> CellResult:
    if tile == "compliance":
        return f"{row['value']:g} / {row['due']:g}"
    return or_dash(row["value"])


def due(case: Case, tile: str, row: FilledRow) -> CellResult:
    """A text of money, a number of the rest, the first open task of compliance."""
    if tile == "compliance":
        return cell(row["note"])
    if tile in MONEY and isinstance(row["due"], float):
        return text(case, "应达 ", "Due ") + short_money(row["due"])
    return or_dash(row["due"])


def landing(case: Case, tile: str, row: FilledRow) -> CellResult:
    """Where money will end, in whole percent of the month's goal; nothing for the other tiles."""
    if not isinstance(row["forecast"], float):
        return cell(row["forecast"]) if tile in MONEY else ""
    percent = Decimal(repr(row["forecast"] * 100)).quantize(Decimal(1), ROUND_HALF_UP)
    early = f" {row['note']}" if row["note"] else ""
    return text(case, "预测 ", "Est. ") + f"{percent}%{early}"


def market_cells(case: Case) -> Iterator[tuple[tuple[int, int], CellResult]]:
    head = case.place("tblFocus").row
    rows = {row["place"]: row for row in today.markets(case.done)}
    names = {"STORE": text(case, "独立站", "Own store"), "ALL": text(case, "合计", "All")}
    for number in range(1, MARKET_LINES + 1):
        row = rows.get(float(number))
        if row is None:
            for column in range(7):
                yield (head + number, page.MARKET_COLUMN + column), ""
            continue
        code = str(row["scope"])
        yield (head + number, page.MARKET_COLUMN), names.get(code, code)
        for column, name in enumerate(("pace", "margin", "tacos", "return_rate", "compliance"), 1):
            yield (head + number, page.MARKET_COLUMN + column), or_dash(row[name])
        yield (head + number, page.MARKET_COLUMN + 6), pace_word(case, row["pace"])


def focus_cells(case: Case) -> Iterator[tuple[tuple[int, int], CellResult]]:
    place = case.place("tblFocus")
    for number, row in enumerate(attention.focus(case.done, case.problems), 1):
        for code, value in row.items():
            yield (place.row + number, place.offset(code)), cell(value)


def test_every_cell_of_today_is_the_services_own(case: Case) -> None:
    parts = (heading_cells, tile_cells, market_cells, focus_cells)
    wanted: Spots = dict([one for part in parts for one in part(case)])
    assert len(wanted) == (5 + 9 + 7) + (6 * 5 + 5) + 10 * 7 + 10 * 9
    compared(case, TAB, wanted)
    shown = {
        (r, c): value
        for r, line in enumerate(case.sheets[text(case, *TAB)])
        for c, value in enumerate(line)
        if value != "" and r not in EXPLAINING
    }
    assert shown.keys() == {spot for spot, value in wanted.items() if value != ""}


def test_today_is_not_made_of_unknowns(case: Case) -> None:
    """Both companies have sales, goals and ads in both regions: these tiles are numbers."""
    rows = {row["tile"]: row for row in today.tiles(case.done)}
    for tile, columns in (
        ("net_sales", ("value", "due", "pace", "forecast")),
        ("tacos", ("value", "due")),
        ("return_rate", ("value", "due")),
        ("compliance", ("value", "due")),
        ("breaches", ("value",)),
    ):
        assert all(isinstance(rows[tile][code], float) for code in columns), tile


# --- Lines and charts -----------------------------------------------------------------------------


def test_every_day_behind_the_lines_and_charts_is_the_services_own(case: Case) -> None:
    place, lines = case.place("tblDay"), case.sheets[text(case, "词表", "Lists")]
    days = list(values.days(case.done))
    assert len(days) == DAY_ROWS
    for number, row in enumerate(days, place.row + 1):
        wanted = {code: cell(value) for code, value in row.items()}
        assert {code: lines[number][place.offset(code)] for code in row} == wanted
    for code in ("net_sales", "due", "ad_spend", "ad_budget", "tacos", "return_rate"):
        assert all(isinstance(row[code], float) for row in days), code


def test_the_four_lines_of_the_tiles_show_the_days_of_their_kpi(case: Case) -> None:
    """The lines stand right of the forecast, in the tiles whose KPI has a value for each day."""
    with zipfile.ZipFile(case.path) as book:
        xml = book.read("xl/worksheets/sheet1.xml").decode()
    found = re.findall(r"<xm:f>(.*?)</xm:f><xm:sqref>(.*?)</xm:sqref>", xml)
    sheet = text(case, "词表", "Lists")
    assert {spot: area.replace("'", "").replace("$", "") for area, spot in found} == {
        "C8": f"{sheet}!G5:G66",
        "E8": f"{sheet}!K5:K66",
        "H8": f"{sheet}!L5:L66",
        "K8": f"{sheet}!M5:M66",
    }
    heads = {letter: case.sheets[sheet][3][ord(letter) - ord("A")] for letter in "GKLM"}
    assert heads == {
        "G": text(case, "净销售额", "Net sales"),
        "K": text(case, "边际贡献", "Contribution"),
        "L": "TACoS",
        "M": text(case, "退货率", "Return rate"),
    }
