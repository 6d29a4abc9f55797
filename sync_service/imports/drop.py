"""The watched folder: what people drop is imported, then moved to `done` or `refused`.

The folder is looked at, not subscribed to: that also works on network drives. A file is taken when
two looks in a row found it unchanged, so one that is still being copied waits. A mapping lies
beside its file as `<name>.mapping.toml`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kpi.errors import KpiError
from sync_service.house import House
from sync_service.imports.importing import Imported, import_file
from sync_service.imports.layout import Options
from sync_service.imports.mapping import BESIDE
from sync_service.imports.reading import ENDINGS
from sync_service.imports.refused_rows import write_refused

LOOK_SECONDS = 5.0
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
        there = {path: _mark(path) for path in _files(self.folder)}
        still = [path for path, mark in there.items() if self.seen.get(path) == mark]
        self.seen = {path: mark for path, mark in there.items() if path not in still}
        return [self._take(path) for path in still]

    def watch(self) -> Iterator[list[Dropped]]:
        """Look again and again, by the service's clock; the caller ends it."""
        while True:
            yield self.look()
            self.house.clock.sleep(LOOK_SECONDS)

    def _take(self, path: Path) -> Dropped:
        try:
            imported = import_file(self.house, path, Options())
        except KpiError as error:
            moved = _move(path, self.folder / "refused")
            moved.with_name(f"{moved.name}.txt").write_text(f"{error}\n", encoding="utf-8")
            return Dropped(path.name, None, str(error))
        moved = _move(path, self.folder / "done")
        if imported.refused and imported.state != "unchanged":
            write_refused(moved.with_name(f"{moved.name}.refused.xlsx"), imported.refused)
        return Dropped(path.name, imported)


def _files(folder: Path) -> list[Path]:
    """Files that can be imported, by name; temporary ones of office programs are none."""
    return sorted(
        path
        for path in folder.iterdir()
        if path.is_file()
        and path.suffix.casefold() in ENDINGS
        and not path.name.startswith(("~$", "."))
    )


def _mark(path: Path) -> Mark:
    told = path.stat()
    return told.st_size, told.st_mtime_ns


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
