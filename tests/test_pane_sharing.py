"""A person's file from the pane: the very bytes of `share`, for the manager alone, kept nowhere."""

from __future__ import annotations

import copy
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from sheet_templates.build import build
from sync_service.pane_sharing import file_name
from sync_service.partner_answers import came_back, shares
from sync_service.pausing import switch_writing
from sync_service.publishing import Wanted, publish
from sync_service.refresh import book_name
from sync_service.sealing import is_as_sealed
from sync_service.sent_store import book_name as sent_name
from sync_service.sharing import share
from sync_service.web.access import need_of
from sync_service.web.files_api import XLSX, attachment
from sync_service.workbooks import recalculate
from sync_service.workbooks.xlsx import XlsxPort
from tests.road_support import Folder, order_of
from tests.sent_support import Body, body_of
from tests.test_sharing import OUTSIDE, evidence, parts_of, type_into
from tests.test_sheet_answers import BOOK, Asking, one

__all__ = ["one"]  # the fixture
MINE = "OPS6"


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook of `one`, as a file."""
    return Folder(tmp_path_factory.mktemp("saved")).fresh("FEW")


def asked(one: Asking, person: object, body: Body | None = None) -> Any:
    return one.post("panes/share", {**(body or one.body), "person": person})


def refused(answer: Any, en: str, zh: str) -> None:
    """A sentence in both languages and nothing to save."""
    assert answer.status_code == 422
    told = answer.get_json()["error"]
    assert en in told["en"], told
    assert zh in told["zh"], told
    assert "Content-Disposition" not in answer.headers


def column(body: Body, table: str, code: str, at: int, value: object) -> Body:
    """The workbook with another value in a row of a table."""
    after = copy.deepcopy(body)
    found = after["tables"][table]
    [place] = [n for n, header in enumerate(found["headers"]) if header == code]
    found["rows"][at][place] = value
    return after


# --- the file -------------------------------------------------------------------------------------


@pytest.mark.parametrize("person", [MINE, "OPS5", "HEAD"])
def test_the_bytes_are_those_of_the_command(
    one: Asking, path: Path, tmp_path: Path, person: str
) -> None:
    answer, out = asked(one, person), tmp_path / "command.xlsx"
    share(one.house, order_of(one.house, path, "never"), person, out)
    assert answer.status_code == 200
    assert answer.data == out.read_bytes()
    assert is_as_sealed(answer.data, "saved.xlsx")


def test_the_file_holds_the_persons_rows_and_nobody_elses(one: Asking, tmp_path: Path) -> None:
    sent = json.dumps(one.body)
    assert all(word in sent for word in OUTSIDE if word != "SHP-")
    (tmp_path / "saved.xlsx").write_bytes(asked(one, MINE).data)
    for name, data in parts_of(tmp_path / "saved.xlsx").items():
        text = data.decode("utf-8", "replace")
        assert [word for word in OUTSIDE if word in text] == [], name
    tables = XlsxPort(tmp_path / "saved.xlsx").read().tables
    assert {row.value("person") for row in tables["tblScore"].rows} == {MINE, "HY-AMZ-DE"}
    assert {row.value("owner") for row in tables["tblTask"].rows} == {MINE}


def test_it_is_an_attachment_that_nobody_keeps_or_takes_for_another_kind(one: Asking) -> None:
    headers = asked(one, MINE).headers
    assert headers["Content-Type"] == XLSX
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Disposition"] == (
        "attachment; filename=\"OPS6-2026-10.xlsx\"; filename*=UTF-8''OPS6-2026-10.xlsx"
    )


def test_a_chinese_code_names_the_file(one: Asking) -> None:
    """The same team, where OPS6 is called 李雷."""
    body = json.loads(json.dumps(one.body, ensure_ascii=False).replace(MINE, "李雷"))
    answer = asked(one, "李雷", body)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename=\"__-2026-10.xlsx\"; filename*=UTF-8''%E6%9D%8E%E9%9B%B7-2026-10.xlsx"
    )


def test_the_file_is_in_the_language_of_the_workbook_not_of_the_pane(one: Asking) -> None:
    assert one.body["language"] == "en"
    assert asked(one, MINE, {**one.body, "language": "zh"}).data == asked(one, MINE).data


@pytest.mark.parametrize(
    ("code", "name"),
    [
        pytest.param("OPS6", "OPS6-2026-10.xlsx", id="a plain code"),
        pytest.param("李雷", "李雷-2026-10.xlsx", id="Chinese letters stay"),
        pytest.param("../../etc/passwd", "etc_passwd-2026-10.xlsx", id="no way out of the folder"),
        pytest.param('A"; x="B', "A_x_B-2026-10.xlsx", id="no end of the header's value"),
        pytest.param("A\r\nSet-Cookie: b", "A_Set-Cookie_b-2026-10.xlsx", id="no second header"),
        pytest.param("CON.a", "CON_a-2026-10.xlsx", id="no device of Windows"),
        pytest.param(".", "KPI-2026-10.xlsx", id="nothing that a name takes"),
        pytest.param("李" * 90, f"{'李' * 40}-2026-10.xlsx", id="no longer than a name may be"),
    ],
)
def test_every_code_gives_a_safe_name(code: str, name: str) -> None:
    assert file_name(code, "2026-10") == name
    said = attachment(name)
    assert said.isascii()
    assert said.count('"') == 2
    assert unquote(said.partition("filename*=UTF-8''")[2]) == name


def test_values_that_nothing_here_could_calculate_are_told_with_the_file(
    one: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert asked(one, MINE).headers["KPI-Remarks"] == "%5B%5D"
    monkeypatch.setattr(recalculate, "office", lambda: None)
    [told] = json.loads(unquote(asked(one, MINE).headers["KPI-Remarks"]))
    assert (told["level"], told["code"]) == ("note", "values_dropped")
    assert "LibreOffice is not installed" in told["en"]
    assert "用 Excel 打开并保存一次即可" in told["mend_zh"]


# --- two at once, and what stays ------------------------------------------------------------------


@pytest.mark.usefixtures("own_office")  # as in the product, each file with an office of its own
def test_two_panes_at_once_get_their_own_and_leave_nothing(one: Asking) -> None:
    """Two workbooks, three people, at once: each file is what it is when nobody else asks."""
    other = {**one.body, "book": "ffffffff-1111-4222-8333-444455556666"}
    orders = [(MINE, one.body), ("OPS5", other), (MINE, other), ("HEAD", one.body)]
    alone = [asked(one, *order).data for order in orders]
    assert len(set(alone)) == 3  # the two of OPS6 are alike: the tables are
    before = sorted(one.house.settings.home.iterdir())
    with ThreadPoolExecutor(len(orders)) as threads:
        told = list(threads.map(lambda order: asked(one, *order), orders))
    assert [answer.status_code for answer in told] == [200] * 4
    assert [answer.data for answer in told] == alone
    assert sorted(one.house.settings.home.iterdir()) == before
    assert shares(one.house, sent_name(BOOK)) == []


def test_what_is_typed_in_it_comes_back_by_the_command(
    one: Asking, path: Path, tmp_path: Path
) -> None:
    """The file from the pane is one that `share` writes into; from then on `check` knows it."""
    back = tmp_path / "back.xlsx"
    back.write_bytes(asked(one, MINE).data)
    type_into(back, evidence="receipt.pdf")
    name, tables = book_name(path), XlsxPort(path).read().tables
    assert [p for p in came_back(one.house, name, tables) if "back.xlsx" in str(p.place.text)] == []
    again = share(one.house, order_of(one.house, path, "never"), MINE, back)
    assert (again.state, evidence(back)) == ("patched", "receipt.pdf")
    [said] = [p for p in came_back(one.house, name, tables) if "back.xlsx" in str(p.place.text)]
    assert "receipt.pdf" in said.what["en"]


# --- who, and what is refused ---------------------------------------------------------------------


@pytest.mark.parametrize("key", [None, "Bearer wrong", "Basic x"])
def test_without_the_right_nothing_is_said(one: Asking, key: str | None) -> None:
    headers = {} if key is None else {"Authorization": key}
    body = {**one.body, "person": MINE}
    answer = one.web.post("/api/v1/panes/share", json=body, headers=headers)
    assert (answer.status_code, answer.headers["Content-Type"]) == (401, "application/json")
    assert MINE not in answer.text
    assert "Content-Disposition" not in answer.headers
    assert need_of(one.web.application, "files.share_person") == "refresh"


def test_a_foreign_page_gets_nothing(one: Asking) -> None:
    headers = {"Authorization": f"Bearer {one.token}", "Origin": "https://evil.example"}
    body = {**one.body, "person": MINE}
    assert one.web.post("/api/v1/panes/share", json=body, headers=headers).status_code == 403


@pytest.mark.parametrize("person", ["NOBODY", "", None, 7, ["OPS6"], "OPS6\n\x00X"])
def test_nobody_of_that_code_is_refused(one: Asking, person: object) -> None:
    refused(asked(one, person), "on the tab People has the code", "“人员”页没有编号")


def test_a_person_without_a_card_is_refused(one: Asking) -> None:
    """HEAD is not scored: who is, and what to do, is said."""
    people = one.body["tables"]["tblPeople"]
    [at] = [n for n, row in enumerate(people["rows"]) if "HEAD" in row[:1]]
    body = column(one.body, "tblPeople", "Scored", at, "No")
    en = "HEAD has no card in 2026-10. Scored are: OPS5, OPS6. Choose one of them, or write lines"
    refused(asked(one, "HEAD", body), en, "HEAD 在 2026-10 没有计分卡。有计分卡的是：OPS5, OPS6。")


@pytest.mark.parametrize("edition", ["partner", "person", "investor"])
def test_a_slice_is_no_workbook_to_share_from(one: Asking, tmp_path: Path, edition: Any) -> None:
    slice_ = body_of(build(tmp_path / "slice.xlsx", edition, "en"))
    refused(
        asked(one, MINE, slice_), "it is filled from the manager's workbook", "由主管的工作簿填写"
    )


def test_a_stop_of_writing_stops_files_too(one: Asking) -> None:
    switch_writing(one.house, "stock-taking", "test")
    try:
        refused(asked(one, MINE), "Writing is paused (stock-taking)", "写入已暂停（stock-taking）")
    finally:
        switch_writing(one.house, "", "test")


@pytest.fixture
def published(one: Asking, tmp_path: Path) -> Body:
    """The same workbook once its file was published by the command."""
    file = Folder(tmp_path).fresh("FEW")
    publish(one.house, order_of(one.house, file, "never"), Wanted("head", reason="first"))
    return body_of(file, BOOK)


def test_a_workbook_that_was_published_elsewhere_gives_no_draft(
    one: Asking, published: Body
) -> None:
    """Its figures would be those of what is typed now, not of what was signed."""
    refused(
        asked(one, MINE, published), "make the file by the command", "或用命令由已发布的工作簿制作"
    )
