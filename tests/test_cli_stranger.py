"""The commands as a stranger uses them: what is wrong is said, where, and how to mend it.

Each case runs once in each language. With --json exactly one JSON object is printed, whatever
happens, and its `exit` is the exit code; without it the sentence goes to standard error.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from sheet_templates.build import build
from sync_service.cli import main
from sync_service.clock import SystemClock
from tests.paths import ROOT

CONNECT = (
    *("connect", "S-DE", "--platform", "amazon", "--account", "A", "--marketplace", "M"),
    *("--time-zone", "Europe/Berlin", "--market", "DE", "--currency", "EUR"),
    *("--api", "https://127.0.0.1:9", "--token", "https://127.0.0.1:9"),
)


def instead(option: str, value: str) -> tuple[str, ...]:
    """The words of `connect` with another value of one option."""
    words = list(CONNECT)
    words[words.index(option) + 1] = value
    return (*words, "--secrets", "{root}/good.json")


@dataclass(frozen=True, slots=True)
class Case:
    """One way to go wrong: the words, the exit code, and what both sentences must name."""

    words: tuple[str, ...]  # {root} is a scratch folder
    code: int
    says: tuple[str, ...]  # in both languages
    en: str = ""  # the mend
    zh: str = ""
    before: Callable[[Path], None] = field(default=lambda _root: None)
    settings: Mapping[str, str] = field(default_factory=dict)


def newer(root: Path) -> None:
    """The data folder of a program of next year."""
    assert main(["--home", str(root / "data"), "status"]) == 0
    with sqlite3.connect(root / "data" / "control.db") as database:
        database.execute("INSERT INTO schema_version (version, name) VALUES (99, 'next year')")
    database.close()


def connected(root: Path) -> None:
    words = ["--home", str(root / "data"), *CONNECT, "--secrets", str(root / "good.json")]
    assert main(words) == 0


def damaged(root: Path) -> None:
    (root / "data").mkdir()
    (root / "data" / "control.db").write_bytes(b"this is no database " * 100)


BOOK = "{root}/book.xlsx"
CASES: dict[str, Case] = {
    # the command line
    "no command": Case((), 2, ("COMMAND",), "--help", "--help"),
    "an unknown command": Case(("dance",), 2, ("dance", "refresh"), "--help", "命令行有误"),
    "a workbook is not named": Case(("refresh",), 2, ("book",), "refresh --help", "refresh --help"),
    "an unknown option": Case(("status", "--fast"), 2, ("--fast",), "--help", "--help"),
    "a negative history": Case(
        ("backfill", "--days", "-5"), 2, ("--days",), "number of days", "命令行有误"
    ),
    "a period that is none": Case(
        ("import", "{root}/good.json", "--period", "May"), 2, ("--period", "May"), "", ""
    ),
    # settings
    "a setting that is no number": Case(
        ("status",), 3, ("LINKSTAR_PORT", "'x'", "65535"), "write a whole number", "请写",
        settings={"LINKSTAR_PORT": "x"},
    ),
    "a misspelt setting": Case(
        ("status",), 3, ("LINKSTAR_HOM", "LINKSTAR_HOME"), "unknown", "不存在",
        settings={"LINKSTAR_HOM": "x"},
    ),
    # the data folder
    "a file stands where the data folder should": Case(
        ("--home", "{root}/good.json", "status"), 3, ("good.json",),
        "another folder", "换一个文件夹",
    ),
    "the data folder of a newer version": Case(
        ("status",), 3, ("99",), "restore a backup", "恢复备份", before=newer
    ),
    "a damaged control database": Case(
        ("status",), 3, ("data",), "from a backup", "从备份恢复", before=damaged
    ),
    # workbooks
    "a workbook that is not there": Case(("check", "{root}/no.xlsx"), 3, ("no.xlsx", "init")),
    "a folder for a workbook": Case(("refresh", "{root}"), 3, (), "is a folder", "是文件夹"),
    "a text that pretends to be a workbook": Case(
        ("refresh", "{root}/text.xlsx"), 3, (), "save it again", "另存后重试"
    ),
    "a workbook without our tables": Case(
        ("check", "{root}/foreign.xlsx"), 3, ("init", "tblTarget"),
        "none of our tables", "没有本系统的表",
    ),
    "a name that is no workbook's": Case(("init", "{root}/a.txt"), 3, ("a.txt", ".xlsx")),
    "a workbook that is there already": Case(("init", BOOK), 3, ("book.xlsx", "--force")),
    "a cell outside the tables": Case(
        ("explain", BOOK, "Today!ZZ9"), 3, ("Today!ZZ9", "Items!I6"), "none of our tables", "不在"
    ),
    "a workbook that is open in Excel": Case(
        ("refresh", BOOK), 75, ("book.xlsx", "Ann", "~$book.xlsx"), "Close it", "请关闭",
        before=lambda root: _open_in_excel(root / "book.xlsx"),
    ),
    # shops
    "nothing is connected yet": Case(
        ("sync",), 3, ("connect", "import"), "No shop is connected", "尚未连接"
    ),
    "a shop that is not connected": Case(
        ("sync", "--shop", "S-XX"), 3, ("S-XX", "S-DE"), "Known", "已有", before=connected
    ),
    "a stream that is not connected": Case(
        ("backfill", "--stream", "amazon.tea"), 3, ("amazon.tea", "amazon.orders"),
        "Known", "已有", before=connected,
    ),
    "a frequency for a strange shop": Case(
        ("schedule", "S-XX", "--every", "1h"), 3, ("S-XX", "S-DE"),
        "Known", "已有", before=connected,
    ),
    "a frequency that is none": Case(
        ("schedule", "S-DE", "--every", "often"), 3, ("often", "15m"), "Write", "请写",
        before=connected,
    ),
    "advertising before its shop": Case(
        ("connect", "S-NEW", "--platform", "amazon_ads", *CONNECT[4:],
         "--secrets", "{root}/good.json"), 3, ("S-NEW", "amazon"), "first", "先",
    ),
    "credentials that are not there": Case(
        (*CONNECT, "--secrets", "{root}/no.json"), 3, ("no.json",), "does not exist", "不存在"
    ),
    "credentials that are no JSON": Case(
        (*CONNECT, "--secrets", "{root}/text.xlsx"), 3, ("text.xlsx", "client_id")
    ),
    "credentials that lack one": Case(
        (*CONNECT, "--secrets", "{root}/poor.json"), 3, ("refresh_token",), "lack", "缺少"
    ),
    "a market that does not exist": Case(instead("--market", "XX"), 3, ("XX", "DE, FR")),
    "a currency that does not exist": Case(instead("--currency", "EURO"), 3, ("EURO", "USD")),
    "a time zone that does not exist": Case(
        instead("--time-zone", "Europe/Berln"), 3, ("Europe/Berln", "Europe/Berlin")
    ),
    # files and mornings
    "a folder to watch that is not there": Case(
        ("watch", "{root}/nowhere", "--once"), 3, ("nowhere", "drop"), "no folder", "不是文件夹"
    ),
    "a morning for a workbook that is not there": Case(
        ("schedule", "--book", "{root}/no.xlsx"), 3, ("no.xlsx", "init")
    ),
    "a time of day that is none": Case(
        ("schedule", "--book", BOOK, "--at", "25:00"), 3, ("25:00", "08:30")
    ),
    "a workbook that is not on the list": Case(
        ("schedule", "--book", BOOK, "--remove"), 3, ("book.xlsx", "schedule"), "not on", "不在列表"
    ),
}  # fmt: skip


def _open_in_excel(book: Path) -> None:
    book.with_name(f"~${book.name}").write_bytes(b"\x03Ann".ljust(165))


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return build(tmp_path_factory.mktemp("one") / "book.xlsx", "manager", "en").read_bytes()


@pytest.fixture
def root(tmp_path: Path, book: bytes, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A scratch folder with a workbook, a foreign one, a text and credentials."""
    from xlsxwriter import Workbook  # noqa: PLC0415  # the only test of this file that needs it

    for name in [name for name in os.environ if name.startswith("LINKSTAR_")]:
        monkeypatch.delenv(name)
    (tmp_path / "book.xlsx").write_bytes(book)
    (tmp_path / "text.xlsx").write_text("hello", encoding="utf-8")
    with Workbook(tmp_path / "foreign.xlsx") as foreign:
        foreign.add_worksheet()
    secrets = {"client_id": "a", "client_secret": "b", "refresh_token": "c"}
    (tmp_path / "good.json").write_text(json.dumps(secrets), encoding="utf-8")
    (tmp_path / "poor.json").write_text('{"client_id": "a", "client_secret": "b"}', "utf-8")
    return tmp_path


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_is_wrong_is_said_with_its_mend(
    case: Case,
    language: str,
    root: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case.before(root)
    for name, value in case.settings.items():
        monkeypatch.setenv(name, value)
    capsys.readouterr()
    words = [word.replace("{root}", str(root)) for word in case.words]
    home = [] if "--home" in words else ["--home", str(root / "data")]
    code = main(["--lang", language, *home, "--json", *words])
    out, err = capsys.readouterr()
    said: dict[str, Any] = json.loads(out)
    assert (code, said["exit"]) == (case.code, case.code)
    assert said["error"].strip() in err
    mend = case.zh if language == "zh" else case.en
    assert [text for text in (*case.says, mend) if text not in said["error"]] == []
    assert ("。" in said["error"]) == (language == "zh")
    assert "Traceback" not in err


def test_the_language_is_also_a_setting(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINKSTAR_LANGUAGE", "zh")
    assert main(["--home", str(root / "data"), "check", str(root / "no.xlsx")]) == 3
    assert "不存在" in capsys.readouterr().err


def test_options_of_all_commands_may_stand_behind_the_command(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = root / "new.xlsx"
    words = ["init", str(made), "--home", str(root / "data"), "--lang", "zh", "--json"]
    assert main(words) == 0
    assert json.loads(capsys.readouterr().out) == {"book": str(made), "exit": 0}


def test_a_shop_that_is_connected_anew_is_what_was_told_last(root: Path) -> None:
    """A wrong market typed first is mended by the same command."""
    home = ["--home", str(root / "data")]
    wrong = [word.replace("{root}", str(root)) for word in instead("--market", "FR")]
    for words in (wrong, [*CONNECT, "--secrets", str(root / "good.json")]):
        assert main([*home, *words]) == 0
    with sqlite3.connect(root / "data" / "control.db") as database:
        found = database.execute("SELECT shop, market FROM shops").fetchall()
    database.close()
    assert found == [("S-DE", "DE")]


def test_without_a_network_each_stream_says_so_and_the_sync_ends(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody listens on the port: five tries a call, then the problem; nothing is stored."""
    monkeypatch.setenv("LINKSTAR_LOOPBACK", "127.0.0.1:9")
    monkeypatch.setattr(SystemClock, "sleep", lambda *_: None)  # the waits between the tries
    connected(root)
    capsys.readouterr()
    code = main(["--json", "--home", str(root / "data"), "sync", "--stream", "amazon.orders"])
    said = json.loads(capsys.readouterr().out)
    assert (code, said["rows"]) == (1, 0)
    [problem] = said["problems"]
    assert (problem["code"], problem["where"]) == ("platform_unreachable", "S-DE amazon.orders")
    assert (problem["mend"]["en"], problem["mend"]["zh"]) == (
        "Nothing partial was stored; the next sync asks again.",
        "未保存任何不完整的数据;下次同步会重新获取。",
    )


# --- rights -----------------------------------------------------------------------------------


# Root may do everything; without these two rights the bits of files and folders hold for it too.
BOUND = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"]


def as_somebody(*words: str) -> tuple[int, dict[str, Any]]:
    """The command as a user who may not write where the bits say no."""
    bound = BOUND if os.geteuid() == 0 else []
    done = subprocess.run(
        [*bound, sys.executable, "-B", "-m", "sync_service", "--json", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, json.loads(done.stdout)


@pytest.fixture
def walled(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that somebody else may look into but not change, and a data folder of theirs."""
    monkeypatch.setenv("HOME", str(root))
    (root / "mine").mkdir()
    (root / "book.xlsx").chmod(0o644)
    (root / "closed").mkdir()
    (root / "closed").chmod(0o500)
    root.chmod(0o555)
    return root


@pytest.fixture(autouse=True)
def _opened_again(tmp_path: Path) -> Any:
    yield
    for folder in (tmp_path, tmp_path / "closed"):
        if folder.exists():
            folder.chmod(0o755)


def test_a_folder_without_rights_is_named_before_any_work(walled: Path) -> None:
    book = walled / "book.xlsx"
    before = book.read_bytes()
    code, said = as_somebody("--home", str(walled / "mine/data"), "refresh", str(book))
    assert (code, said["exit"]) == (3, 3)
    assert all(text in said["error"] for text in ("book.xlsx", str(walled), "no right"))
    assert book.read_bytes() == before


def test_a_data_folder_without_rights_is_named(walled: Path) -> None:
    code, said = as_somebody("--home", str(walled / "closed/data"), "status")
    assert (code, "closed" in said["error"], "no right" in said["error"]) == (3, True, True)


def test_a_new_workbook_in_a_folder_without_rights_is_refused(walled: Path) -> None:
    made = walled / "new.xlsx"
    code, said = as_somebody("--home", str(walled / "mine/data"), "init", str(made))
    assert (code, "no right" in said["error"], made.exists()) == (3, True, False)


def test_a_control_database_that_may_only_be_read_is_refused(root: Path) -> None:
    """A data folder of an archive: its files lost their right to be written."""
    data = root / "data"
    assert main(["--home", str(data), "status"]) == 0
    for folder in [root, *root.parents]:
        if folder.stat().st_uid == os.geteuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o055)
    for path in [data, *data.rglob("*"), root / "data-keys", *(root / "data-keys").rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    code, said = as_somebody("--home", str(data), "pause")
    assert (code, "data" in said["error"]) == (3, True)
    for path in [data, *data.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
