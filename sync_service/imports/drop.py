"""The watched folder: what people drop is imported, then moved to `done` or `refused`.

The folder is looked at, not subscribed to: that also works on network drives. A file is taken when
two looks in a row found it unchanged, so one that is still being copied waits; the older of two
comes first, so that the newer one's figures stay. What cannot be moved or stored now stays and is
tried again. A mapping lies beside its file as `<name>.mapping.toml`. Links are not followed: what
they point at was not dropped here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from sync_service.house import House
from sync_service.imports.importing import Imported, import_file
from sync_service.imports.layout import Options
from sync_service.imports.mapping import BESIDE
from sync_service.imports.reading import ENDINGS
from sync_service.imports.refusals import FileRefusedError
from sync_service.imports.refused_rows import write_refused
from sync_service.redaction import redact
from sync_service.stops import PARSING, STOPS
from sync_service.workbooks.refusals import RefusedBookError

LOOK_SECONDS = 5.0
OTHERS = (
    ".xls",
    ".xlsm",
    ".xlsb",
    ".ods",
    ".numbers",
    ".pdf",
    ".zip",
    ".gz",
    ".json",
    ".html",
    ".htm",
)
Mark = tuple[int, int]  # size, time of the last change


@dataclass(frozen=True, slots=True)
class Dropped:
    """What became of a dropped file."""

    name: str
    imported: Imported | None  # None: refused
    reason: str = ""


@dataclass(slots=True)
class DropFolder:
    """One watched folder."""

    house: House
    folder: Path
    seen: dict[Path, Mark] = field(default_factory=dict)

    def look(self) -> list[Dropped]:
        """Take the files that have not changed since the last look."""
        self.folder.mkdir(parents=True, exist_ok=True)
        there = _marks(self.folder)
        still = [path for path, mark in there.items() if self.seen.get(path) == mark]
        still.sort(key=lambda path: (there[path][1], path))
        self.seen = {path: mark for path, mark in there.items() if path not in still}
        return [self._take(path) for path in still]

    def watch(self) -> Iterator[list[Dropped]]:
        """Look again and again, by the service's clock; the caller ends it."""
        while True:
            yield self.look()
            self.house.clock.sleep(LOOK_SECONDS)

    def _take(self, path: Path) -> Dropped:
        """Import and move a file; a fault that may pass leaves it for the next look."""
        try:
            imported = import_file(self.house, path, Options())
            moved = _move(path, self.folder / "done")
            if imported.refused and imported.state != "unchanged":
                write_refused(moved.with_name(f"{moved.name}.refused.xlsx"), imported.refused)
        except (FileRefusedError, RefusedBookError, *PARSING) as error:
            return self._refuse(path, error)
        except STOPS as error:
            return Dropped(path.name, None, redact(str(error)))
        return Dropped(path.name, imported)

    def _refuse(self, path: Path, error: Exception) -> Dropped:
        """Move a file to `refused`, with the reason beside it."""
        said = str(error)
        if isinstance(error, PARSING):
            said = f"{path.name} cannot be read ({type(error).__name__}: {redact(said)[:200]})."
        try:
            moved = _move(path, self.folder / "refused")
            note = moved.with_name(f"{moved.name[:200]}.txt")
            note.write_text(f"{said}\n", encoding="utf-8", errors="backslashreplace")
        except OSError as stuck:
            said = f"{said} It cannot be moved ({stuck.strerror}); close it."
        return Dropped(path.name, None, said)


def _marks(folder: Path) -> dict[Path, Mark]:
    """Files that were meant for us with what tells a change; one that vanishes is none.

    Workbooks of other kinds count: they are refused with the reason instead of lying there.
    """
    found = {}
    for path in folder.iterdir():
        known = path.suffix.casefold() in (*ENDINGS, *OTHERS)
        if not known or path.is_symlink() or path.name.startswith(("~$", ".")):
            continue
        with suppress(OSError):
            if path.is_file():
                told = path.stat()
                found[path] = (told.st_size, told.st_mtime_ns)
    return found


def _move(path: Path, folder: Path) -> Path:
    """Move a file, and its mapping with it; a name that is taken gets a number."""
    folder.mkdir(parents=True, exist_ok=True)
    target, number = folder / path.name, 1
    while target.exists():
        number += 1
        target = folder / f"{path.stem}-{number}{path.suffix}"
    path.replace(target)
    mapping = path.with_name(f"{path.stem}{BESIDE}")
    if mapping.is_file():
        mapping.replace(target.with_name(f"{target.stem}{BESIDE}"))
    return target
