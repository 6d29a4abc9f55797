"""A process that is killed in an import, in a backfill or in a partner's slice: done again, whole.

What a second run makes is compared with what one undisturbed run made.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from kpi.model import Window
from sync_service import audit
from sync_service.sync import backfill
from sync_service.workbooks.xlsx import XlsxPort
from tests.fault_support import SharedClock, Small, site
from tests.imports_support import house_at, write
from tests.killed_support import DEAD, Moment, importing, killed, slicing
from tests.road_cases import PARTNER
from tests.road_support import Folder, copied

# --- import ---------------------------------------------------------------------------------------

LINES = "日期,店铺,差评数\n2026-10-01,AMZ-DE,2\n2026-10-02,AMZ-DE,3\n2026-10-01,SHP-US,5\n"
MAPPING = (
    '[columns]\ndate = "日期"\nshop_column = "店铺"\n[measures]\n"差评数" = "reviews_negative"\n'
)
OCTOBER = Window(date(2026, 10, 1), date(2026, 11, 1))
IMPORTS = {
    "before the first shop": Moment("sync_service.imports.importing", "store", "before"),
    "in the first commit": Moment("sync_service.imports.storing", "commit", "before"),
    "after the facts, before the cursor": Moment("sync_service.commits", "_move", "before"),
    "after the cursor, before the state": Moment("sync_service.commits", "_note", "before"),
    "between two shops": Moment("sync_service.imports.importing", "store", "after"),
    "in the second commit": Moment("sync_service.commits", "_move", "before", 2),
    "before the file is remembered": Moment("sync_service.imports.importing", "_record", "before"),
    "after the file is remembered": Moment("sync_service.imports.importing", "_record", "after"),
}


def imported(home: Path) -> tuple[list[pa.Table], list[str]]:
    """The facts of both shops, and what is wrong with the audit chain."""
    with house_at(home) as house:
        found = [house.facts.rows("file.mapped", shop, OCTOBER) for shop in ("AMZ-DE", "SHP-US")]
        with house.store.read() as connection:
            return found, list(audit.faults(connection))


@pytest.mark.parametrize("moment", IMPORTS.values(), ids=IMPORTS)
def test_a_killed_import_is_made_good_by_the_next(moment: Moment, tmp_path: Path) -> None:
    path, mapping = write(tmp_path / "own.csv", LINES), write(tmp_path / "own.toml", MAPPING)
    for home in ("quiet", "killed"):
        with house_at(tmp_path / home):
            pass  # the shops are connected
    importing(str(tmp_path / "quiet"), str(path), str(mapping))
    assert killed(moment, "import", tmp_path / "killed", path, mapping) == DEAD
    importing(str(tmp_path / "killed"), str(path), str(mapping))
    facts, faults = imported(tmp_path / "killed")
    assert facts == imported(tmp_path / "quiet")[0]
    assert [table["reviews_negative"].to_pylist() for table in facts] == [[2, 3], [5]]
    assert faults == []


# --- backfill -------------------------------------------------------------------------------------

SHOP, STREAM = "HY-AMZ-IT", "amazon.finances"
FIRST = date(2026, 1, 10)  # 285 days: 60 recent ones, a span of 200 in two pieces, one of 25
PAST = Small(SHOP, opened=FIRST)
BACKFILLS = {
    "before the first span is committed": Moment("sync_service.commits", "commit", "before"),
    "after the facts of the first span": Moment("sync_service.commits", "_move", "before"),
    "between two spans": Moment("sync_service.chain_work", "_span", "after"),
    "in the fetch of the second span": Moment("sync_service.chain_work", "_piece", "before", 3),
    "after the facts of the second span": Moment("sync_service.commits", "_move", "before", 2),
    "before the state of the second span": Moment("sync_service.commits", "_note", "before", 2),
}


@pytest.mark.parametrize("moment", BACKFILLS.values(), ids=BACKFILLS)
def test_a_killed_backfill_goes_on_with_the_rest(moment: Moment, tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    with site(tmp_path / "data", clock=SharedClock(clock), world=PAST) as now:
        assert now.sync((SHOP, STREAM)).problems == ()
        words = (tmp_path / "data", now.server.netloc, clock, SHOP, STREAM)
        assert killed(moment, "backfill", *words) == DEAD
        report = backfill(now.house.syncing, shops={SHOP}, streams={STREAM})
        assert (report.problems, report.stopped) == ((), False)
        assert now.facts(SHOP, STREAM)["day"].to_pylist()[0] == FIRST
        assert now.wrong(SHOP, STREAM) == []
        assert backfill(now.house.syncing, shops={SHOP}, streams={STREAM}).chains == 0
        with now.house.store.read() as connection:
            assert audit.faults(connection) == []


# --- a partner's slice ----------------------------------------------------------------------------

SLICES = {
    "while it is computed": Moment("sync_service.sharing", "look", "after"),
    "before its figures are written": Moment("sync_service.workbooks.xlsx", "finish", "before"),
    "before it takes its place": Moment("sync_service.sharing", "replace_atomically", "before"),
    "after it took its place": Moment("sync_service.sharing", "replace_atomically", "after"),
    "before it is remembered": Moment("sync_service.sharing", "remember", "before"),
}


@pytest.fixture(scope="module")
def shared(road: Folder, tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """A manager's workbook and the slice that one undisturbed share makes of it."""
    mine = copied(road, tmp_path_factory.mktemp("shared") / "road", "FEW")
    slicing(str(mine.home), str(mine.book("FEW")), PARTNER, str(mine.root / "quiet" / "slice.xlsx"))
    return mine


@pytest.mark.parametrize("moment", SLICES.values(), ids=SLICES)
def test_a_killed_share_leaves_no_half_file_and_is_done_again(
    moment: Moment, shared: Folder, tmp_path: Path
) -> None:
    out = tmp_path / "slice.xlsx"
    words = (str(shared.home), str(shared.book("FEW")), PARTNER, str(out))
    assert killed(moment, "share", *words) == DEAD
    if out.exists():
        assert XlsxPort(out).read().tables
    slicing(*words)
    assert out.read_bytes() == (shared.root / "quiet" / "slice.xlsx").read_bytes()
    assert [path.name for path in tmp_path.iterdir() if path.name != out.name] == []
