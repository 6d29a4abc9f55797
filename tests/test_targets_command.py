"""Targets end to end: typed into a workbook, split by the service, shown, rolled, published."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from kpi.errors import KpiError, UnansweredError
from kpi.tables import Row
from sync_service.cli import WrongWordsError, parser
from sync_service.console import Exit, Terminal
from sync_service.filling import values
from sync_service.house import House
from sync_service.publishing import Wanted, publish
from sync_service.refresh import look
from sync_service.workbooks.setting import assignment
from sync_service.workbooks.xlsx import XlsxPort
from tests.road_support import Folder, copied, house_at, order_of, refresh_book

SHOP = {"scope": "HY-AMZ-DE", "metric": "Net sales"}
REGION = {"region": "EU", "scope": "EU", "metric": "Net sales"}
SALES_EU = {"region": "EU", "metric": "Net sales"}
MONTHS = tuple(f"m{n:02d}" for n in range(1, 13))
# A German Amazon shop in 2026, 379.535 in all: see `SEASONS` of test_kpi_target_months.py.
SEASON = (30.9, 28.7, 31.1, 29.995, 31.76, 36.0, 31.0, 31.85, 30.35, 30.9, 35.3, 31.68)


@dataclass(frozen=True, slots=True)
class Desk:
    """A house with one workbook of two shops."""

    house: House
    path: Path

    def run(self, *words: str, lang: str = "en") -> tuple[int, dict[str, Any], str]:
        """A command: its exit code, its JSON and what a person reads."""
        given = parser().parse_args([words[0], str(self.path), *words[1:]])
        out = StringIO()
        terminal = Terminal("zh" if lang == "zh" else "en", out=out)
        code = given.run(terminal, self.house, given)
        return code, json.loads(json.dumps(terminal.result, default=str)), out.getvalue()

    def row(self, table: str, **key: object) -> Row:
        [found] = self.rows(table, **key)
        return found

    def rows(self, table: str, **key: object) -> list[Row]:
        read = XlsxPort(self.path).read().tables[table]
        return [r for r in read.rows if all(r.value(c) == v for c, v in key.items())]

    def type(self, table: str, key: Mapping[str, object], **cells: object) -> None:
        """Type into cells of a row, as a person does; None empties one."""
        port = XlsxPort(self.path, recalculate="never")
        read = port.read().tables[table]
        row = self.row(table, **key)
        places = {code: read.place(row, code) for code in cells}
        words = [
            f"{sheet}!{cell}={'' if cells[code] is None else cells[code]}"
            for code, (sheet, cell) in places.items()
        ]
        port.set([assignment(text) for text in words], port.fingerprint())

    def refresh(self) -> None:
        refresh_book(self.house, self.path, "never")

    def goal(self, person: str, metric: str) -> float | None:
        done = look(self.house, order_of(self.house, self.path, "never")).done
        items = (i for c in done.people for one in c.cards for i in one.items)
        found = next(i for i in items if (i.person, i.metric.code) == (person, metric))
        return found.goal.value if found.goal else None


@pytest.fixture
def desk(road: Folder, tmp_path: Path) -> Iterator[Desk]:
    mine = copied(road, tmp_path / "road", "FEW")
    with house_at(mine.home) as house:
        yield Desk(house, mine.book("FEW"))


EMPTY: dict[str, object] = dict.fromkeys(MONTHS)


def test_a_year_with_a_season_scores_by_its_months_and_nothing_typed_is_touched(
    desk: Desk,
) -> None:
    """3,762.80 dollars by the days of the shop: ten for an ordinary one, October 309, November 353.

    The region stays with its twelve typed months of 816,100 and shows what the shop leaves open.
    """
    desk.type("tblTarget", SHOP, **EMPTY, year_total=3795.35, split="Season")
    desk.refresh()
    row = desk.row("tblTarget", **SHOP)
    assert [row.value(month) for month in MONTHS] == [None] * 12
    assert (row.value("year_total"), row.value("counted")) == (3795.35, 309.0)
    # 90.7, 97.755, 93.2 and 97.88 days.
    quarters = "Q1 907.00 · Q2 977.55 · Q3 932.00 · Q4 978.80"
    assert row.value("breakdown") == f"split: Season; {quarters}"
    assert desk.goal("OPS6", "net_sales") == 309.0
    above = desk.row("tblTarget", **REGION)
    assert str(above.value("breakdown")).startswith("▲ Shops gap 812,304.65; Q1 ")
    code, said, shown = desk.run("targets", "--scope", "HY-AMZ-DE", "--kpi", "net_sales")
    (line,) = said["targets"]
    assert code == Exit.OK
    assert line["months"] == [pytest.approx(10 * weight) for weight in SEASON]
    assert list(line["quarters"].values()) == [907.0, 977.55, 932.0, 978.8]
    assert sum(line["weeks"].values()) == pytest.approx(3795.35)
    assert line["weeks"]["2026-W43"] == 70.0  # 19 to 25 October
    # 23 to 29 November: four ordinary days, Black Friday, Saturday and Sunday.
    assert line["weeks"]["2026-W48"] == pytest.approx(10 * (4 * 1 + 3 + 2 * 1.8))
    assert "309" in shown


def test_what_cannot_be_split_leaves_the_months_open_and_says_so(desk: Desk) -> None:
    """The facts begin in August 2026: nothing is known of 2025."""
    desk.type("tblTarget", SHOP, **EMPTY, year_total=3822, split="History")
    desk.refresh()
    row = desk.row("tblTarget", **SHOP)
    assert row.value("counted") is None
    assert row.value("breakdown") == "▲ last year is not all known: not split"
    assert desk.goal("OPS6", "net_sales") is None
    log = [str(r.value("what")) for r in desk.rows("tblLog")]
    assert any(text.startswith("Last year's months of net_sales") for text in log)
    code, said, _ = desk.run("targets", "--scope", "HY-AMZ-DE")
    assert code == Exit.FOUND
    assert [p["code"] for p in said["problems"]] == ["history_lacking"]
    desk.type("tblTarget", SHOP, m10=300, split="By hand")
    code, said, _ = desk.run("targets", "--scope", "HY-AMZ-DE", "--kpi", "net_sales")
    (line,) = said["targets"]
    assert (code, line["month"], line["rest"]) == (Exit.OK, 300.0, 3_522.0)
    assert line["breakdown"] == "▲ 3,522.00 not given to a month"
    assert line["quarters"] == {}
    desk.type("tblTarget", SHOP, year_total=250)
    _, said, _ = desk.run("targets", "--scope", "HY-AMZ-DE", "--kpi", "net_sales")
    assert said["targets"][0]["breakdown"] == "▲ months exceed the year by 50.00"


def test_an_uplift_scores_and_is_signed_with_the_row(desk: Desk) -> None:
    """1,200 and 5 % make 1,260 a year, 105 a month; a change of the uplift waits."""
    typed = {"basis": "Uplift", "baseline": 1200, "uplift": 5, "uplift_unit": "%", "split": "Even"}
    desk.type("tblTarget", SHOP, **EMPTY, year_total=None, **typed)
    order = order_of(desk.house, desk.path, "never")
    publish(desk.house, order, Wanted("head", accept_gaps=True))
    assert desk.goal("OPS6", "net_sales") == 105.0
    desk.type("tblTarget", SHOP, uplift=10)
    desk.refresh()
    row = desk.row("tblTarget", **SHOP)
    assert desk.goal("OPS6", "net_sales") == 105.0
    assert (row.value("pending"), row.value("counted")) == ("Uplift 5 → 10", 110.0)
    assert row.value("breakdown") == (
        "year with uplift 1,320.00; split: Even; Q1 330.00 · Q2 330.00 · Q3 330.00 · Q4 330.00"
    )


def test_a_role_can_be_chosen_and_comes_before_the_region(
    desk: Desk,
) -> None:
    """ACoS: 26 % of the region, then 24 % of the role by its word."""
    done = look(desk.house, order_of(desk.house, desk.path, "never")).done
    offered = {str(line["scope"]): line["kind"] for line in values.scopes(done)}
    assert (offered["Operations"], offered["EU"]) == ("Roles", "Region")
    acos = {"region": "EU", "scope": "EU", "metric": "TACoS"}
    desk.type("tblTarget", acos, scope="Operations", metric="ACoS", year_total=0.24)
    assert desk.goal("OPS6", "acos") == 0.24


def test_a_milestone_of_a_target_shows_late(desk: Desk) -> None:
    """It is 22 October: the step of 30 September is late."""
    first = desk.rows("tblTask")[0].value("no")
    typed = {"type": "Action", "about": "HY-AMZ-DE Net sales", "due": "2026-09-30", "done": 0}
    desk.type("tblTask", {"no": first}, **typed)
    desk.refresh()
    text = desk.row("tblTarget", **SHOP).value("breakdown")
    assert str(text).startswith(f"■ late {first} 09-30; milestones 0/1; Q1 ")


# --- divide ---------------------------------------------------------------------------------------

TO_SHOPS = ("--region", "EU", "--kpi", "net_sales", "--to", "shop")


def test_a_region_is_given_to_its_shop_in_one_step(desk: Desk) -> None:
    """The shop's line is emptied; all of the region is its own again, then nothing is left."""
    wanted = [desk.row("tblTarget", **REGION).value(month) for month in MONTHS]
    desk.type("tblTarget", SHOP, **EMPTY, year_total=None)
    before = desk.path.read_bytes()
    code, said, shown = desk.run("divide", *TO_SHOPS)
    assert (code, said["written"], desk.path.read_bytes()) == (Exit.OK, False, before)
    assert "This is a preview" in shown
    [part] = said["parts"]
    assert (part["scope"], part["added"], part["months"]) == ("HY-AMZ-DE", False, wanted)
    assert sum(part["weights"]) > 0  # person-days
    code, said, _ = desk.run("divide", *TO_SHOPS, "--by", "even", "--write", lang="zh")
    assert (code, said["written"]) == (Exit.OK, True)
    assert [desk.row("tblTarget", **SHOP).value(month) for month in MONTHS] == wanted
    code, said, shown = desk.run("divide", *TO_SHOPS, lang="zh")
    assert (said["parts"], said["kept"]) == ([], ["HY-AMZ-DE"])
    assert "HY-AMZ-DE 已有目标，不动。" in shown


def test_a_person_gets_a_new_line_with_the_note_where_it_comes_from(desk: Desk) -> None:
    words = ("--region", "EU", "--kpi", "net_sales", "--to", "person", "--write")
    code, said, _ = desk.run("divide", *words)
    assert code == Exit.OK
    lines = [desk.row("tblTarget", scope=part["scope"], **SALES_EU) for part in said["parts"]]
    assert lines
    assert {line.value("note") for line in lines} == {"part of EU, by Capacity"}
    for number, month in enumerate(MONTHS):
        whole = desk.row("tblTarget", **REGION).value(month)
        assert sum(float(str(one["months"][number])) for one in said["parts"]) == pytest.approx(
            whole, abs=1e-9
        )


def test_a_market_is_given_to_its_people_who_are_scored_by_it(desk: Desk) -> None:
    """The region's line becomes that of DE; OPS6 has its only shop."""
    desk.type("tblTarget", REGION, scope="DE")
    market = desk.row("tblTarget", **{**REGION, "scope": "DE"})
    words = ("--region", "EU", "--scope", "DE", "--kpi", "net_sales", "--to", "person")
    with pytest.raises(UnansweredError, match="Last year's months of DE:OPS6"):
        desk.run("divide", *words, "--by", "history_share")
    code, said, _ = desk.run("divide", *words, "--by", "assignment", "--write")
    assert (code, [part["scope"] for part in said["parts"]]) == (Exit.OK, ["DE:OPS6"])
    line = desk.row("tblTarget", scope="DE:OPS6", **SALES_EU)
    assert (line.value("owner"), line.value("note")) == ("OPS6", "part of DE, by Assignments")
    assert [line.value(month) for month in MONTHS] == [market.value(month) for month in MONTHS]
    desk.refresh()
    shown = str(desk.row("tblTarget", **{**REGION, "scope": "DE"}).value("breakdown"))
    assert "People of markets ✓" in shown
    assert desk.goal("OPS6", "net_sales") == line.value("m10")
    assert desk.row("tblScope", scope="DE:OPS6").value("kind") == "People of markets"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(("--kpi", "acos"), "does not add up", id="a ratio"),
        pytest.param(
            ("--kpi", "net_sales", "--by", "assignment"), "to people alone", id="shops have none"
        ),
        pytest.param(("--kpi", "visits"), "has no line", id="no such target"),
        pytest.param(("--kpi", "net_sales", "--by", "history_share"), "Last year", id="no facts"),
    ],
)
def test_what_cannot_be_divided_is_said(desk: Desk, words: tuple[str, ...], said: str) -> None:
    with pytest.raises(UnansweredError, match=said):
        desk.run("divide", "--region", "EU", "--to", "shop", *words)


def test_a_region_is_given_to_its_market_by_hand_and_written_from_it_again(desk: Desk) -> None:
    """60 % goes to DE and the rest is shown; then EU, emptied, is what DE asks."""
    words = ("--region", "EU", "--kpi", "net_sales", "--to", "market")
    code, said, shown = desk.run("divide", *words, "--share", "DE=60", "--write")
    assert (code, [part["scope"] for part in said["parts"]]) == (Exit.OK, ["DE"])
    whole = [float(str(desk.row("tblTarget", **REGION).value(month))) for month in MONTHS]
    market = desk.row("tblTarget", **{**REGION, "scope": "DE"})
    sixty = [float(str(market.value(month))) for month in MONTHS]
    assert sixty == [pytest.approx(0.6 * month) for month in whole]
    assert [a + b for a, b in zip(sixty, said["rest"], strict=True)] == [
        pytest.approx(month) for month in whole
    ]
    assert market.value("note") == "part of EU, by By hand"
    assert "given to nobody" in shown
    code, said, shown = desk.run("divide", *words, "--up", lang="zh")
    assert (code, said["lines"], said["months"], said["written"]) == (Exit.OK, ["DE"], sixty, False)
    assert said["typed"][0] == {"month": 1, "value": whole[0], "total": sixty[0]}
    with pytest.raises(UnansweredError, match="--replace writes over"):
        desk.run("divide", *words, "--up", "--write")
    code, said, _ = desk.run("divide", *words, "--up", "--write", "--replace")
    line = desk.row("tblTarget", **REGION)
    assert (code, [line.value(month) for month in MONTHS]) == (Exit.OK, sixty)
    assert line.value("year_total") in (None, pytest.approx(sum(sixty)))
    desk.refresh()
    assert "Markets ✓" in str(desk.row("tblTarget", **REGION).value("breakdown"))


def test_a_market_that_has_no_line_gets_one_from_its_shop(desk: Desk) -> None:
    words = ("--region", "EU", "--scope", "DE", "--kpi", "net_sales", "--to", "shop", "--up")
    code, said, shown = desk.run("divide", *words, "--write")
    assert (code, said["added"], said["lines"]) == (Exit.OK, True, ["HY-AMZ-DE"])
    assert "no owner" in shown
    shop = desk.row("tblTarget", **SHOP)
    line = desk.row("tblTarget", **{**REGION, "scope": "DE"})
    assert [line.value(month) for month in MONTHS] == [shop.value(month) for month in MONTHS]
    assert (line.value("note"), line.value("currency")) == (
        *("added up from Shops", shop.value("currency")),
    )


def test_a_region_is_handed_down_as_other_kpis(desk: Desk) -> None:
    """The region's sales become 8 % of advertising for OPS6 and a rate for the operations role."""
    words = ("--region", "EU", "--kpi", "net_sales", "--child", "OPS6:ad_cost=x0.08")
    code, said, shown = desk.run("divide", *words, "-c", "operations:return_rate=4%")
    assert (code, said["written"]) == (Exit.OK, False)
    assert [one["basis"] for one in said["children"]] == ["factor", "value"]
    assert "OPS6" in shown
    code, said, shown = desk.run("divide", *words, "--write", lang="zh")
    assert (code, said["written"]) == (Exit.OK, True)
    assert "OPS6 的记分卡没有 ad_cost" in shown
    line = desk.row("tblTarget", scope="OPS6", metric="Ad spend")
    whole = [float(str(desk.row("tblTarget", **REGION).value(month))) for month in MONTHS]
    given = [float(str(line.value(month))) for month in MONTHS]
    assert given == [pytest.approx(0.08 * month, abs=0.005) for month in whole]
    assert (line.value("owner"), str(line.value("note"))[:9]) == ("OPS6", "serves EU")
    code, said, shown = desk.run("divide", *words)
    assert (said["children"], said["kept"]) == ([], ["OPS6 ad_cost"])
    assert "keeps it" in shown


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(("--kpi", "visits", "-c", "OPS6:ad_cost=1"), "has no line", id="no line"),
        pytest.param(
            ("--kpi", "net_sales", "--to", "shop", "-c", "OPS6:ad_cost=1"), "takes none", id="both"
        ),
        pytest.param(("--kpi", "net_sales"), "Say to which parts", id="neither"),
    ],
)
def test_a_child_of_no_line_and_parts_beside_children(
    desk: Desk, words: tuple[str, ...], said: str
) -> None:
    with pytest.raises(KpiError, match=said):
        desk.run("divide", "--region", "EU", *words)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(("--up", "--by", "even"), "neither --by nor --share", id="up by a way"),
        pytest.param(("--replace",), "--replace needs --up", id="replace alone"),
        pytest.param(("--by", "manual"), "--share DE=60", id="by hand without shares"),
        pytest.param(("--by", "even", "--share", "DE=1"), "--share DE=60", id="shares of another"),
    ],
)
def test_words_that_say_nothing_together(desk: Desk, words: tuple[str, ...], said: str) -> None:
    with pytest.raises(KpiError, match=said):
        desk.run("divide", *TO_SHOPS, *words)


@pytest.mark.parametrize("share", ["DE", "=5", "DE=1/0", "DE=nan", "DE=much"])
def test_a_share_is_a_part_and_its_percent(share: str) -> None:
    with pytest.raises(WrongWordsError):
        parser().parse_args(["divide", "x.xlsx", *TO_SHOPS, "--share", share])


# --- roll -----------------------------------------------------------------------------------------


def test_rolling_is_a_preview_until_it_is_written(desk: Desk) -> None:
    before = desk.path.read_bytes()
    code, said, shown = desk.run("roll", "--quarter", "2027-Q1", lang="zh")
    assert (code, said["written"], desk.path.read_bytes()) == (Exit.OK, False, before)
    assert (said["from"], said["into"], said["uplift"]) == ("2026-Q4", "2027-Q1", 5.0)
    assert "预览" in shown
    assert "未公布日期，季节未计入：" in shown  # nobody has announced Prime Day of 2027


def test_a_quarter_is_rolled_in_one_step_and_a_second_time_changes_nothing(desk: Desk) -> None:
    """242,900 of EU's last quarter by 90.695 of 97.88 and 5 %: 236,323.11 in three months.

    EU's only shop is German: 30.9 + 35.3 + 31.68 days, then 30.9 + 28.7 + 31.095 (with Easter).
    """
    old = {(r.value("scope"), r.value("metric")): r for r in desk.rows("tblTarget")}
    lines = len(desk.rows("tblWeight"))
    code, said, _ = desk.run("roll", "--quarter", "2027-Q1", "--write")
    assert (code, said["written"]) == (Exit.OK, True)
    new = desk.row("tblTarget", year=2027.0, **REGION)
    months = [new.value(month) for month in MONTHS[:3]]
    assert sum(float(str(value)) for value in months) == pytest.approx(236_323.11)
    assert [new.value(month) for month in MONTHS[3:]] == [None] * 9
    assert (new.value("owner"), new.value("basis")) == ("HEAD", "Own plan")
    assert new.value("note") == "rolled from 2026-Q4"
    for row in desk.rows("tblTarget", year=2026.0):
        there = old[row.value("scope"), row.value("metric")]
        assert [row.value(m) for m in MONTHS] == [there.value(m) for m in MONTHS]
    carried = [r for r in desk.rows("tblWeight") if r.value("start") == date(2027, 1, 1)]
    assert len(carried) == said["weights"] == len(desk.rows("tblWeight")) - lines
    once = desk.path.read_bytes()
    code, said, _ = desk.run("roll", "--quarter", "2027-Q1", "--write")
    assert (said["targets"], said["weights"], len(said["kept"])) == ([], 0, 34)
    assert desk.path.read_bytes() == once


def test_a_quarter_of_the_same_year_fills_empty_months_only(desk: Desk) -> None:
    """July to September of the shop are 191,900; by 97.88 of 93.2 and no uplift 201,536.18."""
    desk.type("tblTarget", SHOP, m11=None, m12=None, m10=None, year_total=None)
    desk.type("tblTarget", REGION, m11=None, year_total=None)
    typed = desk.row("tblTarget", **REGION).value("m10")
    code, said, _ = desk.run("roll", "--quarter", "2026-Q4", "--uplift", "0", "--write")
    assert code == Exit.OK
    assert [one["target"] for one in said["targets"]] == ["EU HY-AMZ-DE net_sales"]
    months = [desk.row("tblTarget", **SHOP).value(month) for month in MONTHS[9:]]
    assert sum(float(str(value)) for value in months) == pytest.approx(
        191_900 * 97.88 / 93.2, abs=0.01
    )
    above = desk.row("tblTarget", **REGION)
    assert (above.value("m10"), above.value("m11")) == (typed, None)


def test_a_rolled_year_scores_from_its_first_month(desk: Desk) -> None:
    code, _, _ = desk.run("roll", "--year", "2027", "--uplift", "10", "--write")
    assert code == Exit.OK
    new = desk.row("tblTarget", year=2027.0, **SHOP)
    assert (new.value("baseline"), new.value("uplift"), new.value("uplift_unit")) == (
        *(816_100.0, 10.0, "%"),
    )
    _, said, _ = desk.run("targets", "--scope", "HY-AMZ-DE", "--kpi", "net_sales")
    line = next(one for one in said["targets"] if one["year"] == "2027")
    assert (line["total"], line["rest"]) == (897_710.0, 0.0)
    assert sum(line["months"]) == pytest.approx(897_710.0)


def test_a_quarter_that_nobody_planned_is_named(desk: Desk) -> None:
    desk.type("tblTarget", SHOP, m12=None, year_total=None)
    code, said, shown = desk.run("roll", "--quarter", "2027-Q1")
    assert (code, said["unknown"]) == (Exit.FOUND, ["EU HY-AMZ-DE net_sales"])
    assert "not planned to its end" in shown


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("--quarter", "2027-03"), id="a month is no quarter"),
        pytest.param(("--year", "soon"), id="no period"),
        pytest.param((), id="neither"),
        pytest.param(("--year", "2027", "--uplift", "nan"), id="an uplift that is no number"),
        pytest.param(("--year", "2027", "--uplift", "-100"), id="an uplift to nothing"),
        pytest.param(("--year", "2027", "--uplift", "five"), id="an uplift in words"),
        pytest.param(("--year", "2027", "--quarter", "2027-Q1"), id="both"),
    ],
)
def test_what_is_rolled_is_said_exactly(words: tuple[str, ...]) -> None:
    with pytest.raises(WrongWordsError):
        parser().parse_args(["roll", "x.xlsx", *words])
