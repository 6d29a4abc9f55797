"""A person's and an investor's book: own rows alone, the same numbers, nothing of anybody else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from kpi.model import Language
from kpi.tables import ErrorValue
from sheet_templates.build import build
from sheet_templates.layout import INVESTOR_SHEETS, PERSON_SHEETS, REGION_METRICS
from sheet_templates.pages import card as card_page
from sheet_templates.places import INVESTOR_PLACES, PERSON_PLACES, letters
from sheet_templates.start import BookStart, StartRow
from sync_service.cli import main
from sync_service.compute import Computed
from sync_service.investors import share_investor
from sync_service.refresh import look, refresh
from sync_service.sharing import Shared, share
from sync_service.slices import first_page, sliced
from sync_service.told import ToldError
from sync_service.traces import traces
from sync_service.workbooks.setting import assignment
from sync_service.workbooks.xlsx import XlsxPort, set_in_copy
from tests.libreoffice import NA, Office
from tests.road_support import Few, fill, house_at, order_of
from tests.sheet_rows import rows_of
from tests.test_sharing import LONG, Opened, house_start, manager
from tests.test_sharing_strict import WHOSE, texts_of

ME = "OPS5"  # of the own team, with the shop HY-SHP-US
ITEM = "2026-10｜OPS5｜US｜acos"


def start() -> BookStart:
    """The company, with points by hand and a task of each of two people."""
    given = house_start()
    mine: StartRow = {
        "month": "2026-10",
        "person": ME,
        "points": 2.0,
        "reason": "Found a wrong fee",
        "no": "P-1",
    }
    other: StartRow = {
        **mine,
        "person": "OPS6",
        "reason": "Late stock list",
        "no": "P-2",
        "points": -1.0,
    }
    answer: StartRow = {
        "no": "D-1",
        "type": "dispute",
        "about": ITEM,
        "what": "ACoS of OPS5 doubted",
        "owner": "HEAD",
        "due": date(2026, 11, 2),
        "outcome": "failed",
    }
    return replace(given, points=[mine, other], tasks=[*given.tasks, answer])


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    root = tmp_path_factory.mktemp("editions")
    with house_at(root / "data") as house:
        fill(house, Few().shops, LONG)
        yield Opened(house, manager(root, start()), root)


def person_book(opened: Opened, name: str, language: Language = "en") -> tuple[Path, Shared]:
    out = opened.root / name
    order = order_of(opened.house, opened.book, "never")
    return out, share(opened.house, order, ME, out, language)


def investor_book(opened: Opened, name: str, language: Language = "en") -> Path:
    out = opened.root / name
    share_investor(opened.house, order_of(opened.house, opened.book, "never"), out, language)
    return out


def seen(opened: Opened) -> Computed:
    return look(opened.house, order_of(opened.house, opened.book, "never")).done


# --- Person ---------------------------------------------------------------------------------------


def test_a_person_of_the_own_team_gets_the_persons_edition(opened: Opened) -> None:
    out, shared = person_book(opened, "mine.xlsx")
    assert (shared.state, shared.edition) == ("made", "person")
    tables = XlsxPort(out).read().tables
    assert set(tables) == {table.name for sheet in PERSON_SHEETS for table in sheet.tables}
    assert {row.value("person") for row in tables["tblScore"].rows} == {ME, "HY-SHP-US"}
    assert {row.value("reason") for row in tables["tblPoint"].rows} == {"Found a wrong fee"}
    weights = [row.value("weight") for row in tables["tblMeaning"].rows]
    assert sum(w for w in weights if isinstance(w, float)) == 100


def test_no_part_of_a_persons_book_holds_a_foreign_text_or_figure(
    opened: Opened, tmp_path: Path
) -> None:
    out, _ = person_book(opened, "strict.xlsx")
    empty = build(tmp_path / "empty.xlsx", "person", "en")
    every = foreign_of(opened, empty)
    assert len(every) > 200
    assert traces(out.read_bytes(), every) == {}


def foreign_of(opened: Opened, empty: Path) -> set[str]:
    """What rows of others say in the refreshed book and no own row says."""
    book = manager(opened.root, start(), "refreshed.xlsx")
    refresh(opened.house, order_of(opened.house, book, "never"))
    own, other = set[str](), set[str]()
    for name, column in WHOSE.items():
        for row in XlsxPort(book).read().tables[name].rows:
            mine = row.value(column) in {ME, "HY-SHP-US", "US", "STORE"}
            (own if mine else other).update(texts_of(row))
    held = "\n".join(own)
    found = {t for t in other if t not in held and not is_plain_part(t)}
    return found - set(traces(empty.read_bytes(), found))


def is_plain_part(text: str) -> bool:
    """Two of eleven units sent back: such a rate comes again by chance."""
    if not text.replace(".", "", 1).isdigit():
        return False
    value = Fraction(text)
    return abs(value - value.limit_denominator(999)) < Fraction(1, 10**12)


def test_the_first_page_holds_the_sums_of_the_own_shops(opened: Opened) -> None:
    """One shop in the US: net sales of the tile, of US and of the company are that shop's."""
    done = seen(opened)
    page = first_page(sliced(done, ME, "en"))
    shop = done.value("net_sales", next(key for key in done.scopes if key[1] == "HY-SHP-US"))
    us = next(key for key in page.scopes if key[1] == "US")
    for key in ((None, "ALL"), us):
        found = page.value("net_sales", key)
        assert found is not None
        assert shop is not None
        assert found.value == shop.value
    assert not [key for key in page.scopes if key[1] in ("EU", "DE")]
    card = next(card for card in done.people if card.person.code == ME)
    item = next(i for one in card.cards for i in one.items if i.metric.code == "net_sales")
    goal = page.goal("net_sales", (None, "ALL"))
    assert goal is not None
    assert item.goal is not None
    assert goal.value == item.goal.value


def test_a_second_share_keeps_talks_and_disputes_and_answers_them(opened: Opened) -> None:
    out, _ = person_book(opened, "talks.xlsx")
    typed = {
        ("tblTalk", "agreed"): "One ad group a week",
        ("tblDispute", "item"): ITEM,
        ("tblDispute", "reason"): "Two campaigns are not mine",
    }
    cells = [assignment(f"{first_cell(name, code)}={text}") for (name, code), text in typed.items()]
    set_in_copy(out, out, cells, "never")
    _, again = person_book(opened, "talks.xlsx")
    assert again.state == "patched"
    after = XlsxPort(out).read().tables
    assert after["tblTalk"].rows[0].value("agreed") == "One ad group a week"
    first = after["tblDispute"].rows[0]
    said = [first.value(code) for code in ("item", "reason", "task_no", "due", "outcome")]
    assert said == [ITEM, "Two campaigns are not mine", "D-1", date(2026, 11, 2), "Failed"]
    _, other = person_book(opened, "talks.xlsx", "zh")
    assert other.state == "made anew"
    new = XlsxPort(out).read().tables
    assert new["tblTalk"].rows[0].value("agreed") == "One ad group a week"
    assert new["tblDispute"].rows[0].value("outcome") == "不通过"


def first_cell(table: str, code: str) -> str:
    """The first cell of a column in an English book."""
    place = PERSON_PLACES[table]
    return f"{place.sheet.title('en')}!{letters(place.offset(code))}{place.row + 2}"


def test_the_card_is_one_screen() -> None:
    """28 rows: the line to sign on is the last."""
    assert card_page.SIGN + 1 == 28


@pytest.mark.parametrize("language", ["en", "zh"])
def test_libreoffice_shows_the_persons_own_page(
    opened: Opened, office: Office, language: Language
) -> None:
    out, _ = person_book(opened, f"office-{language}.xlsx", language)
    sheets = office.calculate(out)
    page = first_page(sliced(seen(opened), ME, language))
    sales = page.value("net_sales", (None, "ALL"))
    assert sales is not None
    tile = rows_of(sheets, PERSON_PLACES["tblTile"], language)[0]
    assert tile["value"] == sales.value
    card = sheets["记分卡" if language == "zh" else "Card"]
    total = next(c for c in seen(opened).people if c.person.code == ME)
    one = total.cards[0]
    assert card[card_page.SUMS + 1][1] == (NA if one.total.total is None else one.total.total)
    assert card[card_page.SUMS + 1][3] == 2.0  # the points by hand
    assert card[card_page.TEXTS][card_page.TEXT_COLUMN + 1] != ""


# --- Investor -------------------------------------------------------------------------------------


def test_an_investors_book_tells_of_no_person_shop_or_task(opened: Opened, tmp_path: Path) -> None:
    out = investor_book(opened, "investor.xlsx")
    tables = XlsxPort(out).read().tables
    assert set(tables) == {table.name for sheet in INVESTOR_SHEETS for table in sheet.tables}
    empty = build(tmp_path / "empty.xlsx", "investor", "en")
    refresh(opened.house, order_of(opened.house, manager(opened.root, start(), "r.xlsx"), "never"))
    every: set[str] = set()
    book = XlsxPort(opened.root / "r.xlsx").read().tables
    for name in ("tblPeople", "tblTeam", "tblScore", "tblTask", "tblPoint", "tblShop"):
        for row in book[name].rows:
            every |= {t for t in texts_of(row) if not t.replace(".", "").isdigit()}
    names = {m.names["en"] for m in seen(opened).given.catalog.metrics.values()}
    foreign = every - set(traces(empty.read_bytes(), every)) - names - {"US", "EU", "Haiyue"}
    assert {"OPS5", "HEAD", "HY-SHP-US"} <= foreign
    assert set(traces(out.read_bytes(), foreign)) <= words_of_regions(opened)


def words_of_regions(opened: Opened) -> set[str]:
    """Texts that a region's own lines say too: signs, units, stamps."""
    said = {"● OK", "▲ Warn", "■ Breach", "○ No data", "Ratio", "Money", "Count"}
    return said | {str(one) for one in seen(opened).scopes}


def test_a_book_that_would_say_a_persons_name_is_not_made(opened: Opened) -> None:
    """A person who is called like a KPI of the regions stands for any text that slips through."""
    given = start()
    name = "Average order value"
    people = [{**p, "name": name} if p["person"] == ME else p for p in given.people]
    book = manager(opened.root, replace(given, people=people), "named.xlsx")
    out = opened.root / "named-investor.xlsx"
    with pytest.raises(ToldError, match=f'"{name}" is a text about people'):
        share_investor(opened.house, order_of(opened.house, book, "never"), out)
    assert not out.exists()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_libreoffice_works_out_change_and_status_of_every_region(
    opened: Opened, office: Office, language: Language
) -> None:
    out = investor_book(opened, f"regions-{language}.xlsx", language)
    rows = rows_of(office.calculate(out), INVESTOR_PLACES["tblRegion"], language)
    assert len(rows) == 3 * len(REGION_METRICS)
    done = seen(opened)
    for row in rows:
        key = (None if row["region"] == "ALL" else row["region"], row["region"])
        names = {m.names[language]: code for code, m in done.given.catalog.metrics.items()}
        value = done.value(names[row["metric"]], key)
        wanted = None if value is None else value.value
        assert row["actual"] in ("", NA if wanted is None else wanted)
        paced = isinstance(row["pace"], float)
        assert (row["status"] != "") == (paced or row["pace"] == NA)
        if isinstance(row["actual"], float) and isinstance(row["last_year"], float):
            assert row["change"] != ""


def test_the_change_is_relative_for_money_and_a_difference_for_a_ratio(
    office: Office, tmp_path: Path
) -> None:
    """120 after 100 is +20 %; 12 % after 10 % is +2 points; nothing after #N/A."""
    unknown = ErrorValue("#N/A")
    lines: tuple[StartRow, ...] = (
        {"metric": "A", "actual": 120.0, "last_year": 100.0, "pace": 0.9, "unit": "Money"},
        {"metric": "B", "actual": 0.12, "last_year": 0.1, "unit": "Ratio"},
        {"metric": "C", "actual": 5.0, "last_year": unknown, "pace": unknown, "unit": "Count"},
        {"metric": "D", "actual": 5.0, "last_year": 0.0, "pace": 1.0, "unit": "Count"},
    )
    given = BookStart(service={"tblRegion": [{"region": "US", **line} for line in lines]})
    path = build(tmp_path / "regions.xlsx", "investor", "en", given)
    rows = rows_of(office.calculate(path), INVESTOR_PLACES["tblRegion"], "en")
    changes = [r["change"] if r["change"] == "" else round(r["change"], 9) for r in rows]
    assert changes == [0.2, 0.02, "", ""]
    assert [r["status"] for r in rows] == ["▲ Warn", "", "○ No data", "● OK"]


def test_a_persons_and_an_investors_book_are_never_refreshed_by_themselves(
    opened: Opened,
) -> None:
    for path in (person_book(opened, "p.xlsx")[0], investor_book(opened, "i.xlsx")):
        with pytest.raises(ToldError, match="--investor"):
            look(opened.house, order_of(opened.house, path, "never"))


def test_the_command_wants_a_person_or_investors(
    opened: Opened, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["share", str(opened.book), "--out", str(opened.root / "x.xlsx"), "--json"]
    assert main(words) == 2
    assert main([*words, "--investor", "--person", ME]) == 2
    assert '"exit": 2' in capsys.readouterr().out
