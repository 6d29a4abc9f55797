"""The drop folder under clumsy and hostile hands: one bad file never stops the others."""

from __future__ import annotations

import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from sync_service.house import House
from sync_service.imports.drop import DropFolder, Dropped
from sync_service.imports.importing import Imported
from tests.imports_support import business, house_at, value, write

TUESDAY = '10/13/2026,"5,00 €",1,5,9,0%,0,0\n'


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with house_at(tmp_path / "home", ("AMZ-US", "AMZ-DE", "SHP-US")) as made:
        yield made


def looked(folder: DropFolder) -> list[Dropped]:
    """What two looks take, the first of which only sees."""
    assert folder.look() == []
    return folder.look()


def test_the_drop_folder_waits_for_a_file_to_be_whole(house: House, tmp_path: Path) -> None:
    folder = DropFolder(house, tmp_path / "drop")
    assert folder.look() == []
    path = business(folder.folder, '10/13/2026,"5,00 €",1,5,9,0%,0,0\n')
    write(folder.folder / "odd.csv", "<html>")
    assert folder.look() == []
    business(folder.folder, '10/13/2026,"5,00 €",1,5,9,0%,0,0\n10/14/2026,"5,00 €",1,5,9,0%,0,0\n')
    (refused,) = folder.look()
    assert "web page" in refused.reason
    (taken,) = folder.look()
    assert isinstance(taken.imported, Imported)
    assert taken.imported.rows == 2
    assert sorted(p.name for p in (folder.folder / "done").iterdir()) == [path.name]
    assert sorted(p.name for p in (folder.folder / "refused").iterdir()) == [
        "odd.csv",
        "odd.csv.txt",
    ]


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("德国站 AMZ-DE 业务报告.csv", id="Chinese"),
        pytest.param("-rf AMZ-DE;*.csv", id="signs of a shell"),
        pytest.param("AMZ-DE" + "n" * 230 + ".csv", id="as long as a name may be"),
        pytest.param("\udcff.csv", id="bytes that are no text"),
    ],
)
def test_a_name_of_any_kind_is_taken_or_refused_in_words(
    house: House, tmp_path: Path, name: str
) -> None:
    folder = DropFolder(house, tmp_path / "drop")
    folder.look()
    write(folder.folder / name, "x,y\n1,2\n")
    (refused,) = looked(folder)
    assert "no known layout" in refused.reason
    assert [p.name for p in (folder.folder / "refused").iterdir() if p.suffix == ".csv"] == [name]
    assert len(list((folder.folder / "refused").iterdir())) == 2


def test_of_two_files_of_one_day_the_newer_stays_whatever_its_name(
    house: House, tmp_path: Path
) -> None:
    folder = DropFolder(house, tmp_path / "drop")
    folder.look()
    newer = business(folder.folder, TUESDAY.replace("5,00", "7,00"), "a AMZ-DE.csv")
    older = business(folder.folder, TUESDAY, "b AMZ-DE.csv")
    os.utime(older, (1_000_000_000, 1_000_000_000))
    assert [one.name for one in looked(folder)] == [older.name, newer.name]
    stored = value(house, "file.business_report", "AMZ-DE", "2026-10-13", "gross_sales")
    assert stored == Decimal(7)


def test_a_link_is_not_followed(house: House, tmp_path: Path) -> None:
    folder = DropFolder(house, tmp_path / "drop")
    folder.look()
    secret = write(tmp_path / "secret.csv", "user,password\nroot,1234\n")
    (folder.folder / "link.csv").symlink_to(secret)
    (folder.folder / "dangling.csv").symlink_to(tmp_path / "nowhere")
    (folder.folder / "folder.csv").mkdir()
    os.mkfifo(folder.folder / "pipe.csv")
    assert looked(folder) == []
    assert secret.exists()


@pytest.mark.parametrize("ending", ["xls", "xlsm", "XLSB", "pdf", "json"])
def test_a_kind_that_cannot_be_read_is_refused_and_does_not_just_lie_there(
    house: House, tmp_path: Path, ending: str
) -> None:
    folder = DropFolder(house, tmp_path / "drop")
    folder.look()
    write(folder.folder / f"a.{ending}", "x")
    write(folder.folder / f"~$a.{ending}", "x")
    (refused,) = looked(folder)
    assert "save it as one of them" in refused.reason


def test_a_file_that_cannot_be_moved_stays_and_is_moved_by_a_later_look(
    house: House, tmp_path: Path
) -> None:
    folder = DropFolder(house, tmp_path / "drop")
    folder.look()
    taken = write(folder.folder / "done", "not a folder")
    path = business(folder.folder, TUESDAY)
    (stuck,) = looked(folder)
    assert (stuck.imported, path.exists()) == (None, True)
    taken.unlink()
    (done,) = looked(folder)
    assert isinstance(done.imported, Imported)
    assert done.imported.state == "unchanged"
    assert not path.exists()


def test_rows_that_contradict_each_other_are_refused(house: House, tmp_path: Path) -> None:
    folder = DropFolder(house, tmp_path / "drop")
    folder.look()
    head = "Date,Campaign Name,Advertised SKU,Impressions,Clicks,Spend,7 Day Total Sales,"
    rows = (
        "7 Day Total Orders (#)\n2026-10-12,C,*,9,1,1.00,2.00,1\n2026-10-12,C,A,9,1,1.00,2.00,1\n"
    )
    write(folder.folder / "AMZ-DE.csv", head + rows)
    (refused,) = looked(folder)
    assert "contradict each other" in refused.reason
