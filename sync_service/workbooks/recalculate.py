"""Fresh values of formula cells, calculated by LibreOffice in a process of its own.

One soffice with its own profile in a temporary folder, reached through a pipe, limited in time,
ended by its process id. The workbook it gets is a copy; the original is never opened by it. An
office that dies or does not start gets a second try in another folder: on a busy machine one in
some thousands does, and a file without its figures is worth the wait.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from kpi.tables import ErrorValue
from sync_service.workbooks.areas import Area
from sync_service.workbooks.values import Written

_SCRIPT = Path(__file__).with_name("recalculate_uno.py")
_LIMIT_S = 90.0
_START_S = 45.0  # until the pipe answers
_ERRORS = {502: "#VALUE!", 503: "#NUM!", 519: "#VALUE!", 524: "#REF!", 532: "#DIV/0!"}
_NOT_AVAILABLE = 32_767
_WIDEST = 400_000  # cells of one question; a larger answer is not worth its memory

Values = dict[tuple[str, int, int], Written]


class NoOfficeError(Exception):
    """LibreOffice is missing, too slow, or could not read the copy; its text says which."""


class _FailedOfficeError(NoOfficeError):
    """This one died, or could not read the copy; another one may."""


def office() -> tuple[str, str] | None:
    """The programs (soffice, a Python with uno), or None where they are not installed."""
    soffice = shutil.which("soffice") or shutil.which("libreoffice") or _installed()
    if soffice is None:
        return None
    beside = Path(soffice).resolve().parent
    for name in ("python.exe", "python"):
        if (beside / name).is_file():
            return soffice, str(beside / name)
    bundled = beside.parent / "Resources" / "python"  # macOS
    if bundled.is_file():
        return soffice, str(bundled)
    system = Path("/usr/bin/python3")
    return (soffice, str(system)) if system.is_file() else None


def _installed() -> str | None:
    places = (
        Path("C:/Program Files/LibreOffice/program/soffice.exe"),
        Path("C:/Program Files (x86)/LibreOffice/program/soffice.exe"),
        Path("/Applications/LibreOffice.app/Contents/MacOS/soffice"),
    )
    return next((str(p) for p in places if p.is_file()), None)


def recalculated(
    book: Iterable[bytes | memoryview], wanted: Mapping[str, list[Area]], limit: float = _LIMIT_S
) -> Values:
    """The values of these ranges after a full calculation.

    A name that LibreOffice does not know (#NAME?) gives no value: another program may know it.
    """
    programs = office()
    if programs is None:
        raise NoOfficeError("LibreOffice is not installed")
    if sum(_size(a) for ranges in wanted.values() for a in ranges) > _WIDEST:
        raise NoOfficeError("too many formula cells")
    parts = list(book)
    try:
        return _once(programs, parts, wanted, limit)
    except _FailedOfficeError:
        return _once(programs, parts, wanted, limit)


def _once(
    programs: tuple[str, str],
    book: Iterable[bytes | memoryview],
    wanted: Mapping[str, list[Area]],
    limit: float,
) -> Values:
    """One question to an office with a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="linkstar-", ignore_cleanup_errors=True) as folder:
        copy = Path(folder) / "book.xlsx"
        with copy.open("wb") as file:
            file.writelines(book)
        return _answers(_asked(programs, Path(folder), copy, wanted, limit))


def _size(area: Area) -> int:
    return (area.bottom - area.top + 1) * (area.right - area.left + 1)


def _asked(
    programs: tuple[str, str],
    folder: Path,
    copy: Path,
    wanted: Mapping[str, list[Area]],
    limit: float,
) -> dict[str, list[tuple[int, int, str, object]]]:
    """What LibreOffice's Python says of these ranges, from an office of its own."""
    ranges = {
        title: [[a.top - 1, a.left - 1, a.bottom - 1, a.right - 1] for a in found]
        for title, found in wanted.items()
    }
    with _serving(programs[0], folder) as pipe:
        asked = {"pipe": pipe, "file": copy.as_uri(), "ranges": ranges, "start": _START_S}
        try:
            answer: dict[str, list[tuple[int, int, str, object]]] = json.loads(
                _printed(programs[1], json.dumps(asked), limit)
            )
        except subprocess.TimeoutExpired as error:
            raise NoOfficeError(f"LibreOffice took over {limit:.0f} s") from error
        except (subprocess.CalledProcessError, json.JSONDecodeError, OSError) as error:
            said = getattr(error, "stderr", "") or str(error)
            last = said.strip().splitlines()[-1:] or ["no answer"]
            raise _FailedOfficeError(f"LibreOffice failed: {last[0]}") from error
    return answer


@contextmanager
def _serving(soffice: str, folder: Path) -> Iterator[str]:
    """The pipe of an office with its profile in the folder; it ends with the block."""
    pipe = f"linkstar{secrets.token_hex(8)}"
    server = subprocess.Popen(  # noqa: S603 - our own arguments
        [
            soffice,
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--headless",
            "--norestore",
            "--nologo",
            "--nodefault",
            f"--accept=pipe,name={pipe};urp;",
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=sys.platform != "win32",
        env=plain_environment(),
    )
    try:
        yield pipe
    finally:
        _end(server)


def _printed(python: str, question: str, limit: float) -> str:
    """What our script prints under LibreOffice's Python within `limit` seconds."""
    return subprocess.run(  # noqa: S603 - our own arguments
        [python, str(_SCRIPT)],
        input=question,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=limit,
        check=True,
        env=plain_environment(),
    ).stdout


def plain_environment() -> dict[str, str]:
    """The environment without what would lead LibreOffice's Python to another one's library.

    The Python inside LibreOffice takes the library beside the first python3 on the PATH, so the
    system's own folders stand before those of a virtual environment or a version manager.
    """
    hidden = ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "COVERAGE_PROCESS_START")
    kept = {k: v for k, v in os.environ.items() if k not in hidden}
    if sys.platform != "win32":
        kept["PATH"] = os.pathsep.join((os.defpath.strip(os.pathsep), kept.get("PATH", "")))
    return {**kept, "PYTHONUTF8": "1"}


def _end(server: subprocess.Popen[bytes]) -> None:
    """End soffice and its children: the session of its own process id."""
    if sys.platform == "win32":
        server.kill()
    else:
        try:
            os.killpg(server.pid, signal.SIGKILL)
        except ProcessLookupError:
            server.kill()
    server.wait(timeout=10)


def _answers(answer: Mapping[str, list[tuple[int, int, str, object]]]) -> Values:
    found: Values = {}
    for title, values in answer.items():
        for row, column, kind, value in values:
            place = (title, row + 1, column + 1)
            if kind == "e" and value == _NOT_AVAILABLE:
                found[place] = ErrorValue("#N/A")
            elif kind == "e":
                if value in _ERRORS:
                    found[place] = ErrorValue(_ERRORS[int(str(value))])
            elif kind == "s":
                found[place] = str(value)
            elif isinstance(value, (int, float)):
                found[place] = float(value)
    return found
