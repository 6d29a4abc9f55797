"""Our sales beside the platform's own: which shops are green, worked out from the simulator."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow.compute as pc
import pytest

from kpi.model import Window
from sheet_templates.places import MANAGER_PLACES
from sync_service.cli import main
from sync_service.clock import SystemClock
from sync_service.console import Exit
from sync_service.house import House
from sync_service.reconcile import Compared
from sync_service.sandbox.truth import streams_of
from sync_service.sandbox.world import SANDBOX_NOW
from sync_service.workbooks.setting import assignment
from sync_service.workbooks.xlsx import XlsxPort, set_in_copy
from tests.libreoffice import Office
from tests.road_support import COMPANIES, SEEN, WORLD, Folder, copied, facts_of, house_at

DAYS = 14
SPOILED = "HY-AMZ-IT"  # its own report prints 3 % more than its orders
WEEK = Window(date(2026, 10, 1), date(2026, 10, 8))


# ours, platform, typed -> difference, green. Half a percent of 1,000 is 5.
@pytest.mark.parametrize(
    ("ours", "platform", "typed", "difference", "green"),
    [
        pytest.param(1_000.0, 1_000.0, None, 0.0, True, id="both the same"),
        pytest.param(1_005.0, 1_000.0, None, 0.005, True, id="half a percent more is green"),
        pytest.param(995.0, 1_000.0, None, -0.005, True, id="half a percent less is green"),
        pytest.param(1_005.1, 1_000.0, None, 0.0051, False, id="a little more than that is red"),
        pytest.param(994.9, 1_000.0, None, -0.0051, False, id="a little less too"),
        pytest.param(970.0, 1_000.0, 970.0, 0.0, True, id="what is typed stands before the stream"),
        pytest.param(1_000.0, 1_000.0, 500.0, 1.0, False, id="also where the stream would agree"),
        pytest.param(1_000.0, None, 1_000.0, 0.0, True, id="typed alone is enough"),
        pytest.param(1_000.0, None, None, None, None, id="nothing to compare with: unknown"),
        pytest.param(None, 1_000.0, None, None, None, id="nothing of ours: unknown"),
        pytest.param(0.0, 0.0, None, 0.0, True, id="no sales on either side agree"),
        pytest.param(10.0, 0.0, None, None, False, id="sales that the platform denies are red"),
    ],
)
def test_what_is_green(
    ours: float | None,
    platform: float | None,
    typed: float | None,
    difference: float | None,
    green: bool | None,
) -> None:
    found = Compared("S", WEEK, ours, platform, typed)
    assert (found.difference, found.green) == (difference, green)


def test_the_days_are_those_that_a_person_would_choose_in_the_back_office() -> None:
    assert Compared("S", WEEK, 1.0, 1.0, None).ends == (date(2026, 10, 1), date(2026, 10, 7))
    assert Compared("S", Window(WEEK.start, WEEK.start), None, None, None).ends is None


def last_day(zone: str) -> date:
    """The last day that is over at the shop."""
    return SANDBOX_NOW.astimezone(ZoneInfo(zone)).date() - timedelta(days=1)


def told(shop: str, stream: str) -> float:
    """The simulator's sales of the fourteen days."""
    place = WORLD.shop(shop)
    end = last_day(place.time_zone) + timedelta(days=1)
    rows = facts_of(place, stream, Window(end - timedelta(days=DAYS), end))
    return float(pc.sum(rows["gross_sales"]).as_py())


def answered(
    capsys: pytest.CaptureFixture[str], mine: Folder, company: str, *words: str
) -> tuple[int, str]:
    capsys.readouterr()
    code = main(["--home", str(mine.home), *words, "reconcile", str(mine.book(company))])
    return code, capsys.readouterr().out


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands run on the sandbox's own day."""
    monkeypatch.setattr(SystemClock, "now", lambda _clock: SANDBOX_NOW)


@pytest.fixture(scope="module")
def mine(road: Folder, tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return copied(road, tmp_path_factory.mktemp("reconcile") / "road", "XH", "HY")


@pytest.mark.parametrize("company", ["XH", "HY"])
def test_every_shop_is_green_but_the_spoiled_one(
    company: str, mine: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    """XH has no spoiled shop and ends with 0; HY has one, so a person should look."""
    code, said = answered(capsys, mine, company, "--json")
    assert code == (Exit.OK if company == "XH" else Exit.FOUND)
    shops = {one["shop"]: one for one in json.loads(said)["shops"]}
    expected = [shop for shop in WORLD.shops if shop.company == company]
    assert set(shops) == {shop.code for shop in expected}
    for shop in expected:
        amazon = shop.platform == "amazon"
        ours = told(shop.code, "amazon.orders" if amazon else "shopify.orders")
        theirs = told(shop.code, "amazon.traffic" if amazon else "shopify.traffic")
        end = last_day(shop.time_zone)
        assert shops[shop.code] == {
            "mark": "■" if shop.code == SPOILED else "●",
            "shop": shop.code,
            "ours": f"{ours:,.2f}",
            "platform": f"{theirs:,.2f}",
            "typed": None,
            "difference": f"{(ours / theirs - 1) * 100:+.2f} %",
            "days": f"{end - timedelta(days=DAYS - 1)} … {end}",
        }
    if company == "HY":  # 1 / 1.03 - 1 is -2.91 %
        assert shops[SPOILED]["difference"] == "-2.91 %"


@pytest.mark.parametrize("company", ["XH", "HY"])
def test_a_person_sees_the_same_marks(
    company: str, mine: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    _, said = answered(capsys, mine, company, "--lang", "en")
    shops = [shop.code for shop in WORLD.shops if shop.company == company]
    lines = [next(line for line in said.splitlines() if f" {shop} " in line) for shop in shops]
    red = [shop for shop, line in zip(shops, lines, strict=True) if "■" in line]
    assert red == ([SPOILED] if company == "HY" else [])
    assert sum("●" in line for line in lines) == len(shops) - len(red)


# --- the same in the sheet ------------------------------------------------------------------------

AGREES = {"zh": "● 一致", "en": "● Agrees"}
DIFFERS = {"zh": "■ 不一致", "en": "■ Differs"}
OPEN = {"zh": "○ 待对账", "en": "○ To compare"}


def sheet_rows(path: Path, company: str, office: Office) -> Mapping[str, dict[str, Any]]:
    """tblReconcile as LibreOffice calculates it, by shop."""
    place = MANAGER_PLACES["tblReconcile"]
    lines = office.calculate(path)[place.sheet.title(COMPANIES[company][2])][place.row + 1 :]
    codes = [column.code for column in place.table.columns]
    rows = [line[place.column : place.column + len(codes)] for line in lines]
    return {str(r[0]): dict(zip(codes, r, strict=True)) for r in rows if r[0] != ""}


@pytest.mark.parametrize("company", ["XH", "HY"])
def test_the_sheet_says_the_same_of_every_shop(company: str, mine: Folder, office: Office) -> None:
    language = COMPANIES[company][2]
    rows = sheet_rows(mine.book(company), company, office)
    shops = [shop for shop in WORLD.shops if shop.company == company]
    assert list(rows) == [shop.code for shop in shops]
    for shop in shops:
        red = shop.code == SPOILED
        row, end = rows[shop.code], last_day(shop.time_zone)
        assert row["status"] == (DIFFERS if red else AGREES)[language], shop.code
        assert row["difference"] == pytest.approx(-0.029126792 if red else 0.0, abs=5e-9)
        assert row["days"] == f"{end - timedelta(days=DAYS - 1):%m-%d} … {end:%m-%d}"


def test_what_is_typed_decides_in_the_sheet_and_in_the_command(
    road: Folder, tmp_path: Path, office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    """HY-AMZ-DE typed 1 % above ours, HY-AMZ-IT exactly ours, HY-SHP-US zero."""
    typing = copied(road, tmp_path / "road", "HY")
    ours = {shop: told(shop, "amazon.orders") for shop in ("HY-AMZ-DE", SPOILED)}
    typed = {"HY-AMZ-DE": ours["HY-AMZ-DE"] * 1.01, SPOILED: ours[SPOILED], "HY-SHP-US": 0.0}
    type_in(typing.book("HY"), typed)
    wanted = {"HY-AMZ-US": "●", "HY-AMZ-DE": "■", "HY-AMZ-FR": "●", SPOILED: "●", "HY-SHP-US": "■"}
    _, said = answered(capsys, typing, "HY", "--json")
    assert {one["shop"]: one["mark"] for one in json.loads(said)["shops"]} == wanted
    rows = sheet_rows(typing.book("HY"), "HY", office)
    assert {shop: str(row["status"])[0] for shop, row in rows.items()} == wanted


def type_in(path: Path, figures: Mapping[str, float]) -> None:
    """What a person types in the column Back office."""
    table = XlsxPort(path).read().tables["tblReconcile"]
    cells = {str(row.value("shop")): row.cells["backend"].address for row in table.rows}
    wanted = [assignment(f"{table.sheet}!{cells[s]}={amount!r}") for s, amount in figures.items()]
    set_in_copy(path, path, wanted)


def test_a_shop_without_facts_and_one_without_its_report_are_unknown_not_red(
    road: Folder, tmp_path: Path, office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    """HY-AMZ-FR has no fact at all, HY-AMZ-US no report of its platform; nothing was typed."""
    poor = copied(road, tmp_path / "road", "HY")
    with house_at(poor.home) as house:
        for stream in streams_of(WORLD.shop("HY-AMZ-FR")):
            forget(house, "HY-AMZ-FR", stream)
        forget(house, "HY-AMZ-US", "amazon.traffic")
        poor.refresh("HY", house)
    code, said = answered(capsys, poor, "HY", "--json")
    shops = {one["shop"]: one for one in json.loads(said)["shops"]}
    assert code == Exit.FOUND  # HY-AMZ-IT is red all the same
    assert {shop: one["mark"] for shop, one in shops.items()} == {
        "HY-AMZ-US": "○", "HY-AMZ-DE": "●", "HY-AMZ-FR": "○", SPOILED: "■", "HY-SHP-US": "●",
    }  # fmt: skip
    assert (shops["HY-AMZ-FR"]["ours"], shops["HY-AMZ-FR"]["days"]) == (None, None)
    assert shops["HY-AMZ-US"]["ours"] == f"{told('HY-AMZ-US', 'amazon.orders'):,.2f}"
    assert (shops["HY-AMZ-US"]["platform"], shops["HY-AMZ-US"]["difference"]) == (None, None)
    rows = sheet_rows(poor.book("HY"), "HY", office)
    assert (rows["HY-AMZ-FR"]["status"], rows["HY-AMZ-US"]["status"]) == (OPEN["en"], OPEN["en"])


def forget(house: House, shop: str, stream: str) -> None:
    """As if a stream had never been fetched."""
    nothing = facts_of(WORLD.shop(shop), stream).slice(0, 0)
    number = house.facts.number(stream, shop) + 1
    house.facts.commit(stream, shop, SEEN, nothing, number=number, meta={})
