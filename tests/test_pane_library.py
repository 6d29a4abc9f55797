"""The pack library and what loading or proposing would add, shown before anything is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kpi.model import Region
from kpi.pack_reading import pack, variants
from kpi.platform_sources import deliverable
from sheet_templates.build import build
from sheet_templates.start import BookStart
from sync_service.pack_loading import propose
from sync_service.pane_library import PLATFORMS, library
from sync_service.pane_packs import Choice, loaded_pack
from sync_service.workbooks.sent import sent_book
from sync_service.workbooks.xlsx import XlsxPort
from tests.sent_support import Body, body_of, written
from tests.test_packs_propose import ticked
from tests.test_sheet_answers import Asking, one

__all__ = ["one"]  # the fixture


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook with two KPIs and a pain point ticked on Needs."""
    start = ticked(BookStart(settings={"month": "2026-10"}), "en")
    return build(tmp_path_factory.mktemp("needs") / "book.xlsx", "manager", "en", start)


@pytest.fixture(scope="module")
def body(path: Path) -> Body:
    return body_of(path)


def with_designer(body: Body) -> Body:
    """The workbook with an own role in Duties."""
    duties = body["tables"]["tblDuty"]
    at = duties["headers"].index("Role")
    row = ["Designer" if n == at else None for n in range(len(duties["headers"]))]
    return {
        **body,
        "tables": {**body["tables"], "tblDuty": {**duties, "rows": [*duties["rows"], row]}},
    }


def test_a_pack_can_be_found_by_its_kpis_platform_and_kind_of_goods() -> None:
    told: Any = library()
    assert [line["code"] for line in told["platforms"]] == list(PLATFORMS)
    assert {line["code"] for line in told["variants"]} == set(variants())
    for line in told["packs"]:
        card = pack(line["role"], Region(line["region"]))
        assert [item["kpi"] for item in line["items"]] == [item.kpi for item in card.items]
        assert all(item["names"]["zh"] and item["names"]["en"] for item in line["items"])
        assert line["platforms"] == [code for code in PLATFORMS if card.suits(code)]
        for code, lacking in line["not_delivered"].items():
            assert lacking == [i.kpi for i in card.items if not deliverable(code, i.kpi)]
        for code in variants():
            other = pack(line["role"], Region(line["region"]), code)
            assert (code in line["variants"]) == (other.items != card.items)
    shops = {line["role"]: line["platforms"] for line in told["packs"]}
    assert "amazon" not in shops["own_store"]
    assert shops["operations"] == list(PLATFORMS)


def test_the_lines_are_the_rows_that_are_written(body: Body) -> None:
    made: Any = loaded_pack(sent_book(body), Choice("operations", "US"))
    card = pack("operations", Region.US)
    assert [(line["kpi"], line["weight"]) for line in made["lines"] if line["role"]][
        : len(card.items)
    ] == [(item.kpi, item.weight) for item in card.items]
    goals = {item.kpi: item.target for item in card.items if isinstance(item.target, float)}
    assert {line["kpi"]: line["target"] for line in made["lines"] if line["target"]} == goals
    again: Any = loaded_pack(sent_book(written(body, made)), Choice("operations", "US"))
    assert again["lines"] == []


def test_a_kind_of_goods_says_what_it_changed(body: Body) -> None:
    plain: Any = loaded_pack(sent_book(body), Choice("operations", "US"))
    assert plain["changes"] == []
    role, region = next(iter(variants()["auto_parts"].changes))
    made: Any = loaded_pack(sent_book(body), Choice(role, str(region), "auto_parts"))
    changed = variants()["auto_parts"].changes[role, region]
    assert {line["kpi"] for line in made["changes"]} <= {c.instead or c.kpi for c in changed}
    assert made["changes"]
    before = {item.kpi: item.target for item in pack(role, region).items}
    for line in made["changes"]:
        assert line["what"] in ("kpi", "target")
        if line["what"] == "target" and line["kpi"] in before:
            assert line["before"] == before[line["kpi"]] != line["after"]


def test_a_pack_is_loaded_for_an_own_role(body: Body) -> None:
    own = sent_book(with_designer(body))
    made: Any = loaded_pack(own, Choice("operations", "EU", onto="Designer"))
    assert made["own_roles"] == ["Designer"]
    assert {line["role"] for line in made["lines"] if line["weight"] is not None} == {"Designer"}


def test_needs_are_proposed_as_by_the_command(body: Body, path: Path, one: Asking) -> None:
    """By route: what the command would add, off; written once, it is not proposed again."""
    made = one.post("panes/propose", body).get_json()
    _, found = propose(XlsxPort(path, recalculate="never"))
    assert found
    told = [(line["role"], line["region"], line["kpi"]) for line in made["lines"]]
    wanted = [(each.need.role, str(each.region), each.metric.code) for each in found]
    assert told == wanted
    assert not any(line["on"] for line in made["lines"])
    assert {line["pain"] for line in made["lines"]} == {each.need.pain or None for each in found}
    assert {table["table"] for table in made["tables"]} >= {"tblWeight", "tblTarget"}
    again = one.post("panes/propose", written(body, made)).get_json()
    assert (again["lines"], again["tables"]) == ([], [])


def test_who_may_not_ask_is_refused(one: Asking, body: Body, tmp_path: Path) -> None:
    assert one.web.post("/api/v1/panes/propose", json=body).status_code == 401
    slice_ = body_of(build(tmp_path / "p.xlsx", "partner", "en"))
    answer = one.post("panes/propose", slice_)
    assert answer.status_code == 422
    assert "share BOOK" in answer.get_json()["error"]["en"]
    assert one.post("panes/propose", {"tables": 3}).status_code == 422
