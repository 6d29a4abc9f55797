"""Own roles: a row of Duties makes one, and People, Weights, Targets and cards take it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from kpi.book import Book
from kpi.book_reading import read_book
from kpi.catalog import shipped
from kpi.contract_nouns import ruled
from kpi.contract_rows import rows_of
from kpi.guards import exemptions
from kpi.model import Region
from kpi.own_roles import MOST_OWN_ROLES, with_own_roles
from kpi.tables import Table
from kpi.target_scopes import TargetKind, kind_of
from sheet_templates.build import build
from sheet_templates.duty_rows import duty_rows
from sheet_templates.layout import Language
from sheet_templates.places import HEADER_ROW
from sheet_templates.start import BookStart, StartRow
from sheet_templates.words import decode
from sync_service.cli import main
from sync_service.console import Exit
from sync_service.refresh import read
from sync_service.workbooks.xlsx import XlsxPort
from tests.libreoffice import Office
from tests.sheets_support import filled
from tests.table_support import Line, table

NAMES = {"net_sales": "net_sales"}
DUTIES = table(
    "tblDuty", "岗位职责", "role purpose", ("运营", "卖"), (" 设计师 ", "图片"), (None, "?")
)
PEOPLE = table("tblPeople", "人员", "person role", ("D1", "设计师"), ("OPS1", "运营"))
SHOP = "shop platform market owner currency time_zone"
DE: Line = ("AMZ-DE", "amazon", "DE", "OPS1", "EUR", "Europe/Berlin")


def book(*tables: Table) -> Book:
    return read_book({one.name: one for one in tables}, decode, NAMES)


def weight_rows(*roles: str) -> Table:
    lines = [(role, "EU", "net_sales", 100.0, "ratio_up") for role in roles]
    return table("tblWeight", "权重", "role region metric weight method", *lines)


def test_a_row_of_duties_makes_a_role_of_people_weights_and_targets() -> None:
    goal = table(
        *("tblTarget", "目标", "year region scope metric year_total"),
        (2026.0, "EU", "设计师", "net_sales", 1.0),
    )
    found = book(DUTIES, PEOPLE, weight_rows("设计师"), goal)
    assert found.problems == ()
    assert found.own_roles == ("设计师",)
    assert [person.role for person in found.people] == ["设计师", "operations"]
    assert [line.role for line in found.weights] == ["设计师"]
    assert kind_of(found, found.targets[0]) is TargetKind.ROLE


def test_the_name_is_read_without_case_and_kept_as_duties_write_it() -> None:
    duties = table("tblDuty", "Duties", "role", ("Designer",), ("designer",))
    found = book(duties, weight_rows(" DESIGNER"))
    assert (found.own_roles, found.weights[0].role) == (("Designer",), "Designer")


def test_a_role_that_nobody_wrote_says_where_to_write_it() -> None:
    (problem,) = book(table("tblPeople", "人员", "person role", ("D1", "设计师"))).problems
    assert (problem.code, str(problem.place)) == ("unknown_role", "人员!B5 (tblPeople)")


@pytest.mark.parametrize("name", ["AMZ-DE", "de", "OPS1", "EU"])
def test_a_role_named_as_another_scope_is_doubted(name: str) -> None:
    found = book(
        table("tblDuty", "岗位职责", "role", (name,)), PEOPLE, table("tblShop", "店铺", SHOP, DE)
    )
    codes = [(p.code, p.place.cell) for p in found.problems if p.place.table == "tblDuty"]
    assert codes == [("role_is_scope", "A5")]


def test_roles_beyond_the_room_of_the_lists_are_told_and_score_all_the_same() -> None:
    lines: list[Line] = [(f"R{n}",) for n in range(1, MOST_OWN_ROLES + 2)]
    last = f"R{MOST_OWN_ROLES + 1}"
    found = book(table("tblDuty", "岗位职责", "role", *lines), weight_rows(last))
    assert [(p.code, p.place.cell) for p in found.problems] == [("roles_many", "A35")]
    assert found.weights[0].role == last


def test_a_signed_line_of_an_own_role_is_read_back_as_it_was() -> None:
    found = book(DUTIES, PEOPLE, weight_rows("设计师"))
    signed = rows_of(found, shipped())
    again = ruled(book(DUTIES, weight_rows("运营")), signed)
    assert [line.role for line in again.weights] == ["设计师"]
    assert {person.role for person in again.people} == {"设计师", "operations"}


def test_an_exemption_may_name_an_own_role() -> None:
    review = table("tblReview", "复盘", "topic decision", ("豁免 设计师 US 利润", "无收入"))
    known = with_own_roles(decode, DUTIES)
    assert exemptions(review, known) == frozenset({("设计师", Region.US, "profit_if_sales")})
    assert exemptions(review, decode) == frozenset()


def designed(language: Language) -> BookStart:
    """The operations cards once more, for an own role that stands in Duties."""
    start, name = filled(language), "设计师" if language == "zh" else "Designer"
    own = tuple({**r, "role": name} for r in start.weights if r["role"] == "operations")
    duties: tuple[StartRow, ...] = (*duty_rows(language)["tblDuty"], {"role": name})
    return replace(
        start, weights=(*start.weights, *own), service={**start.service, "tblDuty": duties}
    )


@pytest.mark.parametrize(("language", "name"), [("zh", "设计师"), ("en", "Designer")])
def test_the_lists_and_the_sums_of_weights_hold_an_own_role(
    language: Language, name: str, office: Office, tmp_path: Path
) -> None:
    path = build(tmp_path / "book.xlsx", "manager", language, designed(language))
    sheets = office.calculate(path)
    lists = sheets["词表" if language == "zh" else "Lists"]
    column = lists[HEADER_ROW].index("role")
    offered = [line[column] for line in lists[HEADER_ROW + 1 : HEADER_ROW + 14]]
    assert offered[10:] == ["独立站" if language == "zh" else "Own store", name, ""]
    text = str(sheets["权重" if language == "zh" else "Weights"][1][0])
    assert f"{name} US 100 ✓" in text
    assert f"{name} EU 100 ✓" in text


def test_a_pack_is_loaded_for_an_own_role(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start = BookStart(settings={"language": "zh"}, service={"tblDuty": ({"role": "设计师"},)})
    path = build(tmp_path / "book.xlsx", "manager", "zh", start)
    words = ("--home", str(tmp_path), "packs", "load", str(path), "operations", "--json")
    assert main([*words, "--as", "设计师", "--region", "EU"]) == Exit.FOUND  # unchanged: warned
    capsys.readouterr()
    found, _, _ = read(XlsxPort(path).read())
    assert {(line.role, line.region) for line in found.weights} == {("设计师", Region.EU)}
    assert sum(line.weight for line in found.weights if line.on) == 100
    assert found.weights[0].start == date(found.weights[0].start.year, 1, 1)
    assert main([*words, "--as", "厨师"]) == Exit.REFUSED
    assert "设计师" in json.loads(capsys.readouterr().out)["error"]
    assert main([*words[:-2], "operations", "agency", "--json", "--as", "设计师"]) == Exit.REFUSED
