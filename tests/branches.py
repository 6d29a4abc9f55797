"""Which tests count for the branches of `kpi`, and in which order files go to the processes.

Tracing makes a build or a refresh about twice as slow, and a branch that only a whole refresh
reaches is checked by nothing that looks at its result. So files that drive the service neither
count nor pay; every other file counts. Those that count are quick and go last, so that no process
waits long for the other at the end.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Generator

import pytest
from coverage import Coverage

DRIVES = re.compile(
    r"test_(?:(?:apps_script|cli|connector|google|house|imports|kernel|officejs|panes?|ribbon)\w*"
    r"|(?:sandbox|service|sharing|store|sync|xlsx|xlwings)\w*"
    r"|road_(?!checks|definitions)\w+"  # these two hold what read_book says of each wrong cell
    r"|sheets_(?!structure|okr)\w+"  # and these the texts of the formulas
    r"|\w+_(?:road|commands?)"
    r"|convert|editions|first_score|freeze|function_parity|grids|import_(?:book|old_parts)|lately"
    r"|libreoffice_functions|live_excel|older_books|pay_slip|purpose|reports|scoring_kinds"
    r"|sheet_answers|slices_breaches|statement|(?:own_measures|payout|register)_book)\.py"
)


FORGOTTEN: set[str] = set()  # modules of `kpi` whose caches are empty of what is not traced


def forget() -> None:
    """Empty the caches of the modules of `kpi` that are loaded."""
    for name in [name for name in sys.modules if name.startswith("kpi.")]:
        FORGOTTEN.add(name)
        for one in vars(sys.modules[name]).values():
            if getattr(one, "__module__", None) == name and hasattr(one, "cache_clear"):
                one.cache_clear()


def counts(item: pytest.Item) -> bool:
    """Whether the item's file is one of those that must reach every branch."""
    return DRIVES.fullmatch(item.path.name) is None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files into turns; nothing is left out and a file's own order stays.

    The folder that `road` gives is made once for all processes, and whoever asks meanwhile waits:
    one file makes it first, while the others begin with what needs none of it.
    """
    on_the_road = {item.path for item in items if "road" in getattr(item, "fixturenames", ())}
    maker = min(on_the_road - {item.path for item in items if counts(item)}, default=None)

    def turn(item: pytest.Item) -> int:
        if item.path == maker:
            return 0
        if counts(item):  # behind all others: what these leave in a cache would hide a branch
            return 3
        return 2 if item.path in on_the_road or item.path.name.startswith("test_road_") else 1

    items.sort(key=turn)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Trace a test, with its fixtures, only where it counts.

    In a process of pytest-xdist two traces are open, the later one over the earlier: stopping
    that one alone would wake the other. What a test that does not count has left in a cache is made
    once more for the first that does.
    """
    stopped: list[Coverage] = []
    if not counts(item):
        FORGOTTEN.clear()
    elif not FORGOTTEN:
        forget()
    while not counts(item) and (tracing := Coverage.current()) is not None:
        tracing.stop()
        if tracing not in stopped:
            stopped.append(tracing)
    try:
        return (yield)
    finally:
        for tracing in reversed(stopped):
            tracing.start()
