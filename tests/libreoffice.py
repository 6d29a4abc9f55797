"""One headless LibreOffice for a test session: calculate, read formulas, save as.

`office` is a session fixture. The office is started at the first order, in a profile and on a
pipe of its own, and ended by its process id; where it dies on a file, that order fails and the
next one starts a new office.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import shutil
import signal
import subprocess
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import IO, Any

import pytest

from sync_service.workbooks import recalculate
from tests.paths import ROOT

SYSTEM_PYTHON = "/usr/bin/python3"
APT = "apt-get install -y libreoffice-calc python3-uno libreoffice-script-provider-python"
WORKER = Path(__file__).with_name("libreoffice_worker.py")
NOT_AVAILABLE = 32767  # LibreOffice's error number of #N/A
DIVISION = 532
NAME = 525
OWN = recalculate._serving  # before any fixture of a session has replaced it


class OfficeError(Exception):
    """LibreOffice could not do an order; the text says which and why."""


@dataclass(frozen=True, slots=True)
class CellError:
    """An error cell, by LibreOffice's number; 32767 is #N/A."""

    code: int


CellResult = float | str | CellError
Sheets = dict[str, list[list[CellResult]]]
NA = CellError(NOT_AVAILABLE)


def missing() -> str | None:
    """What to install before LibreOffice can run here; None when all is there."""
    if shutil.which("soffice") is None:
        return f"LibreOffice is not installed; run: {APT}"
    if not Path(SYSTEM_PYTHON).exists():
        return "the system's /usr/bin/python3 is not there; run: apt-get install -y python3"
    found = subprocess.run([SYSTEM_PYTHON, "-c", "import uno"], capture_output=True, check=False)
    return None if found.returncode == 0 else f"python3 has no module uno; run: {APT}"


@dataclass(frozen=True, slots=True)
class Observed:
    """What a document showed; `seen` has the watched cells first as they were, then by edit."""

    values: Sheets
    seen: list[list[CellResult]]


class Office:
    """A running office and the program that speaks UNO with it."""

    def __init__(self, timeout: float = 180.0, *, host: bool = True) -> None:
        """Nothing starts yet; `timeout` is seconds for one order.

        `host` places the Python half of the sheet functions, which an extension brings itself.
        """
        self.timeout = timeout
        self.host = host
        self._home: Path | None = None
        self._pipe = ""
        self._office: subprocess.Popen[bytes] | None = None
        self._worker: subprocess.Popen[str] | None = None
        self._starting = Lock()  # the service's threads may recalculate too

    def calculate(self, path: Path, *, recalculate: bool = True) -> Sheets:
        """All values by sheet title and row; "" for an empty cell, `CellError` for an error.

        `recalculate` False shows what the file's cached values say.
        """
        rows_by_title: dict[str, list[list[object]]] = self._order(
            {"do": "calculate", "path": str(path), "recalculate": recalculate}
        )
        return {
            title: [[_result(value) for value in row] for row in rows]
            for title, rows in rows_by_title.items()
        }

    def formulas(self, path: Path) -> dict[str, list[list[str]]]:
        """All cells as text: `=...` in English for a formula, else the value's text."""
        texts: dict[str, list[list[str]]] = self._order({"do": "formulas", "path": str(path)})
        return texts

    def save(self, path: Path, target: Path, *, recalculate: bool = False) -> Path:
        """Save as xlsx, ods, pdf or csv, by the target's ending."""
        order = {"do": "save", "path": str(path), "target": str(target)}
        self._order(order | {"format": target.suffix[1:], "recalculate": recalculate})
        return target

    def edit(self, path: Path, target: Path, edits: Sequence[Sequence[object]]) -> Path:
        """What a person does with a workbook, saved as another; see `_edit` of the worker."""
        order = {"do": "save", "path": str(path), "target": str(target)}
        self._order(order | {"format": target.suffix[1:], "edits": [list(e) for e in edits]})
        return target

    def feed(
        self, path: Path, first: int, rows: Sequence[Sequence[object]], formulas: int
    ) -> list[list[float | str | None]]:
        """Values of so many formula columns behind `rows`, which go into the first sheet.

        The workbook has the formulas in row `first` (zero-based) and stays open for the next
        call. An input of None is #N/A, "" an empty cell; an error comes back as None.
        """
        order = {"do": "feed", "path": str(path), "first": first, "rows": rows}
        values: list[list[float | str | None]] = self._order(order | {"formulas": formulas})
        return values

    def observe(
        self,
        path: Path,
        *,
        functions: str = "",
        html: Path | None = None,
        watch: Sequence[tuple[str, str]] = (),
        edits: Sequence[Sequence[object]] = (),
    ) -> Observed:
        """Values of all cells, and of some cells before and after each edit.

        `functions` is a Basic module that goes into the opened document. After an edit nothing is
        calculated by order: what follows it follows at once. `html` gets the cells with their
        colours, before the edits.
        """
        order: dict[str, object] = {
            "do": "observe",
            "path": str(path),
            "functions": functions,
            "html": "" if html is None else str(html),
            "watch": [list(one) for one in watch],
            "edits": [list(one) for one in edits],
        }
        found = self._order(order)
        values = {
            title: [[_result(value) for value in row] for row in rows]
            for title, rows in found["values"].items()
        }
        return Observed(values, [[_result(value) for value in row] for row in found["seen"]])

    def install(self, extension: Path) -> str:
        """Install an extension; it works from the next start. Gives its identifier."""
        return str(self._order({"do": "install", "path": str(extension)}))

    def modules(self, path: Path, library: str, calls: Sequence[str]) -> dict[str, str]:
        """The VBA modules of an add-in file by name; `calls` are run with one empty argument."""
        order: dict[str, object] = {"do": "modules", "path": str(path), "library": library}
        order["calls"] = list(calls)
        texts: dict[str, str] = self._order(order)
        return texts

    def opens(self, path: Path) -> bool:
        """Whether LibreOffice can open the file at all."""
        try:
            self._order({"do": "open", "path": str(path)})
        except OfficeError:
            return False
        return True

    @contextmanager
    def serving(self, _soffice: str, _folder: Path) -> Iterator[str]:
        """In the place of `recalculate._serving`: this office's pipe, which outlives the block.

        Where the block fails, the office is ended, as after any order that failed.
        """
        self._started()
        try:
            yield self._pipe
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End both processes, by id, and remove the profile."""
        self.stop()
        home, self._home = self._home, None
        if home is not None:
            shutil.rmtree(home, ignore_errors=True)

    def stop(self) -> None:
        """End both processes, by id; the next order starts new ones in the same profile."""
        worker, office = self._worker, self._office
        self._worker = self._office = None
        if worker is not None:
            with contextlib.suppress(OSError):
                _pipe(worker.stdin).close()
            _end(worker)
            _pipe(worker.stdout).close()
        if office is not None:
            _end(office)

    def _started(self) -> None:
        with self._starting:
            if self._office is not None and self._office.poll() is not None:
                self.stop()
            if self._worker is None:
                self._start()

    def _start(self) -> None:
        problem = missing()
        if problem:
            pytest.fail(problem, pytrace=False)
        self._home = self._home or Path(tempfile.mkdtemp(prefix="office-"))
        if self.host:
            _place_host(self._home / "profile/user/Scripts/python")
        self._pipe = f"office{uuid.uuid4().hex}"
        self._office = subprocess.Popen(
            [
                *("soffice", "--headless", "--invisible", "--norestore", "--nologo"),
                *("--nodefault", "--nolockcheck", f"--accept=pipe,name={self._pipe};urp"),
                f"-env:UserInstallation=file://{self._home}/profile",
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # soffice is a script: its group holds soffice.bin too
            env=recalculate.plain_environment(),
        )
        self._worker = subprocess.Popen(
            [SYSTEM_PYTHON, str(WORKER), self._pipe],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=recalculate.plain_environment(),
        )
        self._line()

    def _order(self, order: dict[str, object]) -> Any:
        self._started()
        try:
            answer = self._ask(json.dumps(order))
        except OfficeError:
            self.close()
            raise
        if "failed" in answer:
            raise OfficeError(f"{order['do']} {order['path']}: {answer['failed']}")
        return answer["ok"]

    def _ask(self, line: str) -> dict[str, Any]:
        assert self._worker is not None
        try:
            stdin = _pipe(self._worker.stdin)
            stdin.write(line + "\n")
            stdin.flush()
        except OSError as error:
            raise OfficeError(f"LibreOffice has ended: {error}") from error
        return self._line()

    def _line(self) -> dict[str, Any]:
        assert self._worker is not None
        stdout = _pipe(self._worker.stdout)
        with selectors.DefaultSelector() as waiting:
            waiting.register(stdout, selectors.EVENT_READ)
            if not waiting.select(self.timeout):
                raise OfficeError(f"no answer within {self.timeout:.0f} s")
        line = stdout.readline()
        if not line:
            raise OfficeError("LibreOffice has ended")
        answer: dict[str, Any] = json.loads(line)
        return answer


def _place_host(folder: Path) -> None:
    """The Python half of the sheet functions, where LibreOffice looks for a user's scripts."""
    if not folder.exists():
        (folder / "pythonpath").mkdir(parents=True)
        shutil.copy(ROOT / "addin/libreoffice/kpi_host.py", folder)
        (folder / "pythonpath/kpi").symlink_to(ROOT / "kpi")


def _result(value: object) -> CellResult:
    if isinstance(value, dict):
        return CellError(int(value["error"]))
    if value is None:
        return ""
    assert isinstance(value, float | int | str)
    return value if isinstance(value, str) else float(value)


def _pipe(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream


def _end(process: subprocess.Popen[Any]) -> None:
    """End a process and what it started, gently first."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            _signal(process, sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=10)
            return


def _signal(process: subprocess.Popen[Any], sign: signal.Signals) -> None:
    if os.getpgid(process.pid) == process.pid:
        os.killpg(process.pid, sign)
    else:
        process.send_signal(sign)


@pytest.fixture(scope="session")
def office() -> Iterator[Office]:
    """One office for the whole session (one for each worker of pytest-xdist)."""
    one = Office()
    yield one
    one.close()


@pytest.fixture(scope="session", autouse=True)
def _kept_office(office: Office) -> Iterator[None]:
    """A refresh within the tests' own process asks the session's office, not a new one each time.

    Starting an office with a fresh profile is half of what a calculation costs. Programs that a
    test starts, and the tests of recalculation itself (see `own_office`), start their own.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recalculate, "_serving", office.serving)
        yield


@pytest.fixture
def own_office(monkeypatch: pytest.MonkeyPatch) -> None:
    """Recalculation as the product does it: an office of its own, ended after each question."""
    monkeypatch.setattr(recalculate, "_serving", OWN)
