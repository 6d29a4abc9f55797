"""The walls of the house: who may import whom, where the environment is read, which parts count.

Imports point down only: sync_service -> sheet_templates -> kpi; addin -> the layout and kpi.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import pytest

from sync_service import house
from sync_service.connectors.kernel import Connector
from tests.paths import ROOT

MAY_IMPORT = {
    "kpi": ("kpi",),
    "sheet_templates": ("sheet_templates", "kpi"),
    "sync_service": ("sync_service", "sheet_templates", "kpi"),
    "addin": ("addin", "sheet_templates.layout", "kpi"),
}
FOLDERS = sorted(MAY_IMPORT)
PURE_PACKAGES = {"numpy", "holidays", "stdnum"}
IMPURE = {
    *("asyncio", "concurrent", "http", "logging", "multiprocessing", "os", "random", "secrets"),
    *("select", "shutil", "signal", "smtplib", "socket", "sqlite3", "ssl", "subprocess"),
    *("tempfile", "threading", "time", "urllib"),
}
CLOCKS = {"now", "today", "utcnow"}
ENVIRONMENT = {"environ", "environb", "getenv", "getenvb", "putenv", "unsetenv"}
READS_THE_ENVIRONMENT = {
    "sync_service/settings.py",
    "sync_service/workbooks/recalculate.py",  # hands its own on to LibreOffice, decides nothing
    "sync_service/web/desks.py",  # a call's, as WSGI names it; none of the process
}
STORE = (  # beginnings of names: the facts store, and everything that stands on it
    *("facts", "fact_files", "fact_scan", "delta_log", "commits", "cube", "leaf_", "chain"),
    *("sync", "refresh", "reconcile", "filling", "imports", "workbooks", "house", "jobs"),
    *("web", "sandbox"),
)
OUTSIDE = ("connectors", "sandbox", "imports", "http", "facts", "house")  # of a workbook port
PLATFORMS = ("amazon", "shopify")


@cache
def imports(source: str) -> frozenset[str]:
    """Every module that a source may name; of `from a import b` both `a` and `a.b`."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "write imports in full: no dots in front"
            found |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(found)


@cache
def sources(folder: str) -> dict[str, str]:
    """Every file of a folder by its place in the project."""
    files = sorted((ROOT / folder).rglob("*.py"))
    assert files, folder
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in files}


@cache
def modules() -> dict[str, str]:
    """Every module of the four floors by its dotted name."""
    found = {place: text for folder in FOLDERS for place, text in sources(folder).items()}
    return {_dotted(place): text for place, text in found.items()}


def _dotted(place: str) -> str:
    return ".".join(Path(place).with_suffix("").parts).removesuffix(".__init__")


# --- imports point down ----------------------------------------------------------------------


def upward(folder: str, source: str, known: Iterable[str]) -> set[str]:
    """Modules of ours that a file of this folder must not import."""
    ours = imports(source) & set(known)
    return {name for name in ours if not _allowed(name, MAY_IMPORT[folder])}


def _allowed(name: str, parts: Iterable[str]) -> bool:
    """One of the parts, inside one, or the bare package of one."""
    return any(f"{name}.".startswith(f"{p}.") or p.startswith(f"{name}.") for p in parts)


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_import_points_up(folder: str) -> None:
    known = modules()
    found = {
        f"{place} imports {name}"
        for place, text in sources(folder).items()
        for name in upward(folder, text, known)
    }
    assert not found


@pytest.mark.parametrize(
    ("folder", "line"),
    [
        pytest.param("kpi", "import sync_service", id="the domain knows no service"),
        pytest.param("kpi", "from sync_service import facts", id="nor a part of it"),
        pytest.param("sheet_templates", "from sync_service.facts import Facts", id="nor a page"),
        pytest.param("sync_service", "import addin.udfs", id="the service knows no add-in"),
        pytest.param("addin", "from sheet_templates import book", id="the add-in has the map only"),
        pytest.param("addin", "import sync_service.facts", id="the add-in asks over HTTP"),
    ],
)
def test_the_check_sees_an_import_that_points_up(folder: str, line: str) -> None:
    assert upward(folder, line, {*modules(), "addin.udfs"})


def circle(graph: Mapping[str, set[str]]) -> list[str]:
    """The first circle of a graph, its start named twice; empty when there is none."""
    done: set[str] = set()

    def walk(name: str, trail: list[str]) -> list[str]:
        if name in trail:
            return [*trail[trail.index(name) :], name]
        if name in done:
            return []
        for other in sorted(graph[name]):
            found = walk(other, [*trail, name])
            if found:
                return found
        done.add(name)
        return []

    return next((found for name in sorted(graph) if (found := walk(name, []))), [])


def graph(known: Mapping[str, str]) -> dict[str, set[str]]:
    """Which module names which; an import inside a function counts too."""
    return {name: set(imports(text) & set(known)) for name, text in known.items()}


def test_there_is_no_import_circle() -> None:
    assert circle(graph(modules())) == []


def test_the_check_sees_a_circle_through_a_package() -> None:
    known = {"p": "", "p.a": "from p import b", "p.b": "def f():\n    import p.a"}
    assert circle(graph(known)) == ["p.a", "p.b", "p.a"]


# --- the domain is pure ----------------------------------------------------------------------


def impure(source: str) -> set[str]:
    """Packages that a pure file must not import, and clocks that it must not ask."""
    tops = {name.split(".")[0] for name in imports(source)}
    foreign = tops - sys.stdlib_module_names - PURE_PACKAGES - {"kpi"}
    asked = {
        node.func.attr
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    return foreign | tops & IMPURE | asked & CLOCKS


def test_the_domain_does_no_input_or_output() -> None:
    found = {f"{place}: {what}" for place, text in sources("kpi").items() for what in impure(text)}
    assert not found


@pytest.mark.parametrize(
    "line",
    ["import flask", "from os import environ", "import pandas", "import time", "x = date.today()"],
)
def test_the_check_sees_what_is_not_pure(line: str) -> None:
    assert impure(line)


# --- the environment is read in one place ----------------------------------------------------


def reads_environment(source: str) -> bool:
    """Whether a file reaches for the environment, by whatever name."""
    tree = ast.walk(ast.parse(source))
    names = (getattr(node, "attr", getattr(node, "name", "")) for node in tree)
    return any(name in ENVIRONMENT for name in names)


def test_the_environment_is_read_by_the_settings_alone() -> None:
    found = {
        place
        for folder in FOLDERS
        for place, text in sources(folder).items()
        if reads_environment(text)
    }
    assert found == READS_THE_ENVIRONMENT


@pytest.mark.parametrize(
    "line", ["import os\nos.environ['A']", "import os as o\no.getenv('A')", "from os import getenv"]
)
def test_the_check_sees_the_environment_being_read(line: str) -> None:
    assert reads_environment(line)


# --- rooms of the service --------------------------------------------------------------------


def strangers(place: str, source: str) -> set[str]:
    """What a connector's file must not know: the store, and any platform but its own."""
    own = Path(place).stem.split("_")[0]
    others = [f"sync_service.connectors.{p}" for p in PLATFORMS if p != own]
    return {
        name
        for name in imports(source)
        if name.startswith((*(f"sync_service.{part}" for part in STORE), *others))
    }


def test_connectors_know_neither_the_store_nor_each_other() -> None:
    found = {
        f"{place} imports {name}"
        for place, text in sources("sync_service/connectors").items()
        for name in strangers(place, text)
    }
    assert not found


@pytest.mark.parametrize(
    ("file", "line"),
    [
        pytest.param("amazon_sales", "from sync_service import facts", id="the store"),
        pytest.param("kernel", "import sync_service.commits", id="what commits to it"),
        pytest.param("amazon_sales", "import sync_service.connectors.shopify", id="a neighbour"),
        pytest.param("kernel", "from sync_service.connectors import shopify_desk", id="a platform"),
    ],
)
def test_the_check_sees_a_connector_that_knows_too_much(file: str, line: str) -> None:
    assert strangers(f"sync_service/connectors/{file}.py", line)


def test_workbooks_know_no_connector() -> None:
    found = {
        f"{place} imports {name}"
        for place, text in sources("sync_service/workbooks").items()
        for name in imports(text)
        if name.startswith(tuple(f"sync_service.{part}" for part in OUTSIDE))
    }
    assert not found


def declared() -> set[str]:
    """The constants that hold a connector, by a look at the files."""
    return {
        node.target.id
        for text in sources("sync_service/connectors").values()
        for node in ast.parse(text).body
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and isinstance(node.value, ast.Call)
        and getattr(node.value.func, "id", "") == Connector.__name__
    }


def test_every_connector_stands_in_the_list_of_parts() -> None:
    listed = {name for name, value in vars(house).items() if value in house.CONNECTORS}
    assert declared() == listed
    assert len(house.CONNECTORS) == len(listed)


def test_what_drives_the_service_is_not_traced() -> None:
    """Files like this one do not count for the branches of kpi; tracing would double their time."""
    assert sys.gettrace() is None
