"""A file becomes a grid of cells: a header and rows as long; the rest is refused by row.

Cells stay text; nothing is evaluated.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sync_service.imports.cells import Cell
from sync_service.imports.refusals import FileRefusedError, RefusedRow
from sync_service.imports.text_files import text_lines
from sync_service.imports.workbook_files import workbook_lines

ENDINGS = (".csv", ".tsv", ".txt", ".xlsx")
MOST_BYTES = 200 * 1024 * 1024
MOST_ROWS = 2_000_000
_DASHES = str.maketrans("‐‑‒–—―−", "-------")


@dataclass(frozen=True, slots=True)
class Grid:
    """A file as a header and rows of cells."""

    name: str
    sha256: str  # of the bytes
    encoding: str  # chosen; xlsx for a workbook
    delimiter: str  # empty for a workbook
    headers: tuple[str, ...]  # as printed
    rows: tuple[tuple[Cell, ...], ...]  # as long as the header each
    numbers: tuple[int, ...]  # of each row in the file
    refused: tuple[RefusedRow, ...]  # rows of another length
    broken: tuple[tuple[Cell, ...], ...] = ()  # what stood in them

    @property
    def names(self) -> tuple[str, ...]:
        """The headers, normalised."""
        return tuple(normal(header) for header in self.headers)


def normal(header: str) -> str:
    """A header as layouts know it: lower case, half-width, one kind of dash, single blanks.

    Amazon prints `Sessions - Total` in the US and `Sessions – Total` in the UK.
    """
    bare = unicodedata.normalize("NFKC", header).translate(_DASHES)
    return " ".join(bare.replace("\ufeff", "").lower().split())


def read_file(path: Path) -> Grid:
    """Read a file, or refuse it and say what it is."""
    ending = path.suffix.casefold()
    if ending not in ENDINGS:
        raise FileRefusedError(
            f"{path.name}: only {', '.join(ENDINGS)} can be imported; save it as one of them.",
            f"{path.name}：仅支持 {'、'.join(ENDINGS)}，请另存后再导入。",
        )
    data = _bytes(path)
    digest = hashlib.sha256(data).hexdigest()
    if ending == ".xlsx":
        return _grid(path.name, digest, ("xlsx", ""), workbook_lines(path.name, data))
    encoding, delimiter, lines = text_lines(path.name, data)
    return _grid(path.name, digest, (encoding, delimiter), lines)


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise FileRefusedError(
            f"{path.name} cannot be read ({error.strerror}). Check the path and retry.",
            f"{path.name} 无法读取（{error.strerror}）。请检查路径后重试。",
        ) from error
    if len(data) > MOST_BYTES:
        raise FileRefusedError(
            f"{path.name} is larger than 200 MB. Export a shorter period.",
            f"{path.name} 超过 200 MB。请缩短导出区间。",
        )
    if not data.strip():
        raise FileRefusedError(
            f"{path.name} is empty. Export it again.", f"{path.name} 是空文件。请重新导出。"
        )
    return data


def _grid(
    name: str, digest: str, how: tuple[str, str], lines: Iterable[tuple[int, Sequence[Cell]]]
) -> Grid:
    """Header and rows; a row of another length is refused alone."""
    source = iter(lines)
    _, first = next(source, (0, ()))
    if not first:
        raise FileRefusedError(
            f"{name} holds no table. Export it again.", f"{name} 中没有表格。请重新导出。"
        )
    headers = tuple(str(cell).strip() for cell in _without_tail(first))
    rows: list[tuple[Cell, ...]] = []
    numbers: list[int] = []
    refused: list[RefusedRow] = []
    broken: list[tuple[Cell, ...]] = []
    wide = len(headers)
    for number, line in source:
        cells = line if len(line) == wide else _fitted(line, wide, padded=not how[1])
        if len(cells) != wide:
            refused.append(_other_length(number, len(line), wide))
            broken.append(tuple(line))
            continue
        rows.append(tuple(cells))
        numbers.append(number)
        if len(rows) > MOST_ROWS:
            raise FileRefusedError(
                f"{name} has more than {MOST_ROWS:,} rows. Export a shorter period.",
                f"{name} 超过 {MOST_ROWS:,} 行。请缩短导出区间。",
            )
    return Grid(
        name=name,
        sha256=digest,
        encoding=how[0],
        delimiter=how[1],
        headers=headers,
        rows=tuple(rows),
        numbers=tuple(numbers),
        refused=tuple(refused),
        broken=tuple(broken),
    )


def _without_tail(cells: Sequence[Cell]) -> Sequence[Cell]:
    """Without the empty cells at the end."""
    end = len(cells)
    while end and cells[end - 1] == "":
        end -= 1
    return cells[:end]


def _fitted(line: Sequence[Cell], wide: int, *, padded: bool) -> Sequence[Cell]:
    """Empty cells at the end are no content; a workbook also leaves them out."""
    if len(line) > wide:
        tail = _without_tail(line)
        return [*tail, *[""] * (wide - len(tail))]
    return [*line, *[""] * (wide - len(line))] if padded else line


def _other_length(number: int, found: int, wide: int) -> RefusedRow:
    return RefusedRow(
        number,
        "",
        "",
        f"It has {found} cells, the header has {wide}.",
        f"该行有 {found} 个单元格，而表头有 {wide} 个。",
    )
