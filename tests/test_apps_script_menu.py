"""The KPI menu, its boxes, the daily trigger, what the sidebar asks; over the real service."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from addin.script_project import HANDED, LIBRARY, VERSION
from kpi.functions import FUNCTIONS
from sync_service.web.sheets_access import OLDEST
from tests.apps_script_support import PROJECT, SHEET, Json, Script, ScriptError, scripted
from tests.sheets_service_support import Sheets, sheets

BOUND = PROJECT.with_name("apps_script_bound")
CARD: Json = {
    "name": "Items",
    "rows": [["Items"], [], ["Item", "Month", "Person", "Region", "KPI", "Value"],
             ["x", "2026-10", "", "", "net_sales", 5], ["", "", "", "", "", ""]],
}  # fmt: skip
POINTS: Json = {"name": "Points", "hidden": True, "rows": [["No."]]}


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Sheets]:
    with sheets(tmp_path) as one:
        yield one


@pytest.fixture
def script(service: Sheets) -> Iterator[Script]:
    at = {"sheet": "Items", "row": 4, "column": 6}
    with scripted(id=SHEET, sheets=[CARD, POINTS], current=at) as one:
        one.set(now=int(service.clock.now().timestamp() * 1000))
        one.fetch = service.fetch
        yield one


def connected(script: Script, service: Sheets, name: str = "OPS1") -> None:
    script.set(typed=[["OK", service.code], ["OK", name], ["OK", ""]])
    script.run("linkstarConnect")
    script.set(boxes=[])


def test_the_menu_names_functions_that_are_there(script: Script) -> None:
    for locale, first in (("en_US", "Refresh this spreadsheet"), ("zh_CN", "刷新本表格")):
        script.set(book={"locale": locale})
        script.run("onOpen", where="simple")
        items = [one for one in script.state["menus"]["KPI"] if one]
        assert items[0][0] == first
        text = (PROJECT / "Code.js").read_text(encoding="utf-8")
        assert all(f"function {handler}(" in text for _, handler in items)
        assert len(items) == 7


def test_installing_opens_the_menu(script: Script) -> None:
    script.run("onInstall", where="simple")
    assert "KPI" in script.state["menus"]


@pytest.mark.parametrize("view", ["Refresh", "Check", "Explain"])
def test_a_menu_item_opens_the_sidebar_at_its_work(script: Script, view: str) -> None:
    script.run(f"linkstar{view}")
    page = script.state["sidebar"]
    assert page["title"] == "LinkStar KPI Sheets"
    assert f'data-start="{view.lower()}"' in page["html"]
    assert '<html lang="en">' in page["html"]


def test_what_a_menu_may_do_a_cell_may_not(script: Script, service: Sheets) -> None:
    connected(script, service)
    for name in ("linkstarRefresh", "linkstarConnect", "linkstarHelp"):
        with pytest.raises(ScriptError, match="permission"):
            script.run(name, where="function")
    with pytest.raises(ScriptError, match="not been allowed"):
        script.run("linkstarDailyRun", where="simple")


# --- connecting -----------------------------------------------------------------------------------


def test_connecting_tries_the_code_and_keeps_it_out_of_the_cells(
    script: Script, service: Sheets
) -> None:
    script.set(typed=[["OK", f"  {service.code} "], ["OK", "OPS1"], ["OK", ""]])
    script.run("linkstarConnect")
    state = script.state
    assert state["properties"]["document"] == {"linkstar.code": service.code}
    assert state["properties"]["user"] == {"linkstar.person": "OPS1"}
    assert [one["kind"] for one in state["boxes"]] == ["prompt", "prompt", "alert"]
    assert service.key not in json.dumps(state["book"])
    assert script.run("linkstarState")["connected"] is True


@pytest.mark.parametrize("text", ["hello", "http://kpi.example.com#" + "k" * 43, "https://a#short"])
def test_what_is_no_code_is_told(script: Script, text: str) -> None:
    script.set(typed=[["OK", text]])
    script.run("linkstarConnect")
    assert "no connection code" in script.state["boxes"][-1]["text"]
    assert script.asked == []


def test_a_code_that_opens_nothing_is_not_kept(script: Script, service: Sheets) -> None:
    script.set(typed=[["OK", service.code[:-3] + "xyz"]])
    script.run("linkstarConnect")
    assert "not signed by a connected spreadsheet" in script.state["boxes"][-1]["text"]
    assert script.state["properties"]["document"] == {}


def test_cancelling_changes_nothing_and_an_empty_code_disconnects(
    script: Script, service: Sheets
) -> None:
    connected(script, service)
    script.set(typed=[["CANCEL", ""]])
    script.run("linkstarConnect")
    assert script.run("linkstarState")["connected"] is True
    script.set(typed=[["OK", ""]])
    script.run("linkstarConnect")
    assert script.run("linkstarState")["connected"] is False
    with pytest.raises(ScriptError, match="not connected"):
        script.run("linkstarStart", "refresh")


# --- work -----------------------------------------------------------------------------------------


def test_a_refresh_makes_the_service_write_and_is_followed(script: Script, service: Sheets) -> None:
    connected(script, service)
    begun = script.run("linkstarStart", "refresh")
    job = script.run("linkstarJob", begun["run"])
    assert (job["state"], job["result"]["state"], begun["note"]) == ("done", "written", "")
    assert service.google.writes == 1
    body = json.loads(script.asked[-2]["payload"])
    assert body["who"] == "OPS1"
    assert set(body) == {"who", "key"}
    assert script.state["locked"] is False


def test_a_lost_answer_is_asked_for_again_by_the_same_key(script: Script, service: Sheets) -> None:
    connected(script, service)
    lost: list[Json] = []

    def fetch(request: Json) -> Json:
        answer = service.fetch(request)
        if not lost:
            lost.append(request)
            return {"down": True}
        return answer

    script.fetch = fetch
    run = script.run("linkstarStart", "refresh")["run"]
    assert script.run("linkstarJob", run)["state"] == "done"
    assert service.google.writes == 1


def test_a_job_of_somebody_else_is_followed(script: Script, service: Sheets) -> None:
    connected(script, service)
    said = {"zh": "OPS2 正在处理。", "en": "OPS2 works on this spreadsheet."}
    told = {"reason": "busy", "run": "a" * 32, "error": said}
    script.fetch = lambda _: {"status": 409, "text": json.dumps(told)}
    begun = script.run("linkstarStart", "check")
    assert begun == {"run": "a" * 32, "note": said["en"]}


@pytest.mark.parametrize("words", [("linkstarStart", "everything"), ("linkstarJob", "../../x")])
def test_the_sidebar_cannot_ask_for_anything_else(
    script: Script, service: Sheets, words: tuple[str, str]
) -> None:
    connected(script, service)
    asked = len(script.asked)
    with pytest.raises(ScriptError):
        script.run(*words)
    assert len(script.asked) == asked


def test_rebuild_asks_first(script: Script, service: Sheets) -> None:
    connected(script, service)
    script.set(typed=[["NO", ""]])
    script.run("linkstarRebuild")
    assert not script.state["sidebar"]
    script.set(typed=[["YES", ""]])
    script.run("linkstarRebuild")
    assert 'data-start="rebuild"' in script.state["sidebar"]["html"]
    service.google.deleted = ["Card"]
    job = script.run("linkstarJob", script.run("linkstarStart", "rebuild")["run"])
    assert job["result"]["tabs"] == ["Card"]


def test_help_names_the_version(script: Script) -> None:
    script.run("linkstarHelp")
    assert f"Script version {VERSION}" in script.state["boxes"][-1]["text"]
    assert tuple(map(int, VERSION.split("."))) >= OLDEST


def test_an_old_script_is_told_how_to_mend_it(service: Sheets, tmp_path: Path) -> None:
    old = tmp_path / "old"
    shutil.copytree(PROJECT, old)
    text = (old / "Code.js").read_text(encoding="utf-8")
    (old / "Code.js").write_text(
        text.replace(f'VERSION = "{VERSION}"', 'VERSION = "0.9.0"'), "utf-8"
    )
    with scripted(old, id=SHEET) as script:
        script.set(now=int(service.clock.now().timestamp() * 1000))
        script.fetch = service.fetch
        script.set(typed=[["OK", service.code]])
        script.run("linkstarConnect")
        assert "out of date: 0.9.0, needed is 1.0.0" in script.state["boxes"][-1]["text"]


# --- cells ----------------------------------------------------------------------------------------


def test_a_problem_jumps_to_its_cell_also_on_a_hidden_tab(script: Script) -> None:
    assert script.run("linkstarGoTo", "Points", "B5") is True
    book = script.state["book"]
    assert book["current"] == {"sheet": "Points", "row": 5, "column": 2}
    assert book["sheets"][1]["hidden"] is False
    assert script.run("linkstarGoTo", "Points", "") is True
    assert script.run("linkstarGoTo", "Gone", "B5") is False
    assert script.run("linkstarGoTo", "Points", "not a cell") is False


def test_the_selected_line_is_explained_by_what_stands_there(
    script: Script, service: Sheets
) -> None:
    connected(script, service)
    told = script.run("linkstarExplained")
    assert (told["kpi"], told["period"], told["where"]) == ("net_sales", "2026-10", "Items!F4")
    assert told["shown"] == "5"
    script.set(book={"current": {"sheet": "Items", "row": 5, "column": 1}})
    with pytest.raises(ScriptError, match="Select a cell of a line with a KPI"):
        script.run("linkstarExplained")


# --- the daily trigger ----------------------------------------------------------------------------


@pytest.mark.parametrize("hour", [0, 8, 23])
def test_a_daily_refresh_is_set_up_once_and_taken_away(
    script: Script, service: Sheets, hour: int
) -> None:
    connected(script, service)
    for _ in range(2):
        script.set(typed=[["OK", str(hour)], ["OK", ""]])
        script.run("linkstarDaily")
    daily = {"handler": "linkstarDailyRun", "days": 1, "hour": hour, "zone": "Asia/Shanghai"}
    assert script.state["triggers"] == [daily]
    script.run("linkstarDailyRun")
    assert service.google.writes == 1
    script.set(typed=[["OK", ""], ["OK", ""]])
    script.run("linkstarDaily")
    assert script.state["triggers"] == []


@pytest.mark.parametrize("text", ["24", "-1", "8:30", "morning", "1.5"])
def test_what_is_no_hour_is_told_and_leaves_the_trigger(script: Script, text: str) -> None:
    script.set(typed=[["OK", "8"], ["OK", ""], ["OK", text], ["OK", ""]])
    script.run("linkstarDaily")
    script.run("linkstarDaily")
    assert "no hour from 0 to 23" in script.state["boxes"][-1]["text"]
    assert [one["hour"] for one in script.state["triggers"]] == [8]


def test_a_daily_refresh_that_fails_is_thrown_so_that_google_writes(
    script: Script, service: Sheets
) -> None:
    connected(script, service)
    service.down = True
    with pytest.raises(ScriptError, match="does not answer"):
        script.run("linkstarDailyRun")


# --- the project ----------------------------------------------------------------------------------


def manifest(folder: Path) -> Any:
    return json.loads((folder / "appsscript.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("scope", manifest(PROJECT)["oauthScopes"])
def test_no_scope_is_too_many(scope: str, tmp_path: Path, service: Sheets) -> None:
    """Without any one of them something stops."""
    less = tmp_path / "less"
    shutil.copytree(PROJECT, less)
    kept = {
        **manifest(less),
        "oauthScopes": [s for s in manifest(less)["oauthScopes"] if s != scope],
    }
    (less / "appsscript.json").write_text(json.dumps(kept), "utf-8")
    with scripted(less, id=SHEET, sheets=[CARD]) as script:
        code = {"linkstar.code": service.code}
        script.set(properties={"document": code, "user": {}}, typed=[["OK", "8"], ["OK", ""]])
        script.fetch = service.fetch
        with pytest.raises(ScriptError, match=r"permissions are not sufficient|not been allowed"):
            everything(script)


def everything(script: Script) -> None:
    """Something of each kind that the project does."""
    for name in ("linkstarRefresh", "linkstarDaily", "linkstarDailyRun"):
        script.run(name)


def test_the_manifest_asks_for_nothing_more() -> None:
    assert [one.rpartition("/")[2] for one in manifest(PROJECT)["oauthScopes"]] == [
        "spreadsheets.currentonly", "script.container.ui", "script.external_request",
        "script.scriptapp",
    ]  # fmt: skip
    assert manifest(PROJECT)["runtimeVersion"] == "V8"
    assert manifest(BOUND) == manifest(PROJECT)
    assert json.loads((PROJECT / ".clasp.json.example").read_text("utf-8"))["rootDir"] == "."


def test_the_script_has_no_way_to_write_a_cell() -> None:
    text = (PROJECT / "Code.js").read_text(encoding="utf-8")
    for word in ("setValue", "setFormula", "appendRow", "clearContent", "deleteRow", "insertSheet"):
        assert word not in text


def test_a_spreadsheet_with_the_library_hands_everything_on(tmp_path: Path) -> None:
    """The thin project over the whole one, as Google joins them."""
    joined = tmp_path / "joined"
    shutil.copytree(PROJECT, joined)
    whole, thin = ((one / "Code.js").read_text("utf-8") for one in (PROJECT, BOUND))
    names = [name for name, _, _ in HANDED] + [one.name for one in FUNCTIONS]
    library = (
        f"const {LIBRARY} = (() => {{\n{whole}\nreturn {{ {', '.join(names)} }};\n}})();\n{thin}"
    )
    (joined / "Code.js").write_text(library, "utf-8")
    with scripted(joined) as script:
        script.run("onOpen", where="simple")
        assert len(script.state["menus"]["KPI"]) == 8
        assert script.numbers("KPI_SCORE", [[12], [5]], 10, "ratio_up") == [[120.0], [50.0]]
        script.run("linkstarRefresh")
        assert script.state["sidebar"]["title"]
