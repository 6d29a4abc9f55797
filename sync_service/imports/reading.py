"""A file becomes a grid of cells: encoding, delimiter, CSV or XLSX; what only pretends is refused.

Encodings are tried in the order byte-order mark, strict UTF-8, GB18030, Windows-1252. GB18030 takes
nearly any bytes, so it counts only when most of what is not ASCII are the usual Chinese characters;
`Küche` in Windows-1252 would else come out as a rare character without a word. Cells stay text;
nothing is evaluated. Of a workbook the stored values are read, never the formulas.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from sync_service.imports.refusals import FileRefusedError, RefusedRow
from sync_service.workbooks.uploads import check_upload

ENDINGS = (".csv", ".tsv", ".txt", ".xlsx")
MOST_BYTES = 200 * 1024 * 1024
MOST_ROWS = 2_000_000
_LOST = re.compile(r"[+-]?\d(?:[.,]\d+)?[eE]\+\d+")
_SAFE_DIGITS = 15  # a workbook keeps no more of a number
Cell = str | Decimal | date
"""Text as printed; numbers and dates only where a workbook stores them as such."""

_PRETENDERS: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", "a zip archive or workbook", "压缩包或工作簿"),
    (b"\xd0\xcf\x11\xe0", "an old .xls or a protected workbook", "旧版 .xls 或加密工作簿"),
    (b"\x1f\x8b", "a gzip archive", "gzip 压缩包"),
    (b"%PDF", "a PDF", "PDF 文件"),
    (b"<!doctype", "a web page (perhaps a sign-in page)", "网页（可能是登录页）"),
    (b"<html", "a web page (perhaps a sign-in page)", "网页（可能是登录页）"),
    (b"<?xml", "an XML document", "XML 文档"),
    (b"<", "a web page or XML", "网页或 XML"),
    (b"{", "JSON", "JSON"),
    (b"[{", "JSON", "JSON"),
)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


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

    @property
    def names(self) -> tuple[str, ...]:
        """The headers, normalised."""
        return tuple(normal(header) for header in self.headers)


def normal(header: str) -> str:
    """A header as layouts know it: trimmed, lower case, full-width to half-width, single blanks."""
    return " ".join(unicodedata.normalize("NFKC", header).replace("\ufeff", "").lower().split())


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
        return _from_workbook(path, digest)
    return _from_text(path.name, data, digest)


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


def _from_text(name: str, data: bytes, digest: str) -> Grid:
    _refuse_pretenders(name, data)
    text, encoding = decoded(name, data)
    header = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = delimiter_of(name, header)
    lines = _tabbed(text) if delimiter == "\t" else _comma(name, text, delimiter)
    return _grid(name, digest, (encoding, delimiter), lines)


def _refuse_pretenders(name: str, data: bytes) -> None:
    """Refuse what is no text table, whatever its ending says."""
    bare = data.removeprefix(codecs.BOM_UTF8).lstrip()[:64].lower()
    for sign, en, zh in _PRETENDERS:
        if bare.startswith(sign.lower()):
            _refuse_as(name, en, zh)
    if b"\0" in data[:100_000] and not data.startswith(tuple(mark for mark, _ in _MARKS)):
        _refuse_as(name, "binary data", "二进制数据")


def _refuse_as(name: str, en: str, zh: str) -> None:
    raise FileRefusedError(
        f"{name} is {en}, not a CSV. Download the report itself and import that.",
        f"{name} 是{zh}，不是 CSV。请下载报表文件本身后再导入。",
    )


def decoded(name: str, data: bytes) -> tuple[str, str]:
    """The text and the encoding that was chosen."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strict(name, data, encoding), encoding.removesuffix("-sig")
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        return _strict(name, data, "cp1252"), "windows-1252"
    if _is_chinese(text):
        return text, "gb18030"
    return _strict(name, data, "cp1252"), "windows-1252"


def _strict(name: str, data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise FileRefusedError(
            f"{name}: byte {error.start} fits no encoding that we know ({encoding} was the last "
            "one tried). Save it as UTF-8 and import it again.",
            f"{name}：第 {error.start} 字节无法按任何已知编码读取（最后尝试 {encoding}）。"
            "请另存为 UTF-8 后再导入。",
        ) from error


def _is_chinese(text: str) -> bool:
    """Whether most of what is not ASCII is in GB2312, where everyday Chinese is."""
    strange = [one for one in text if ord(one) > 127]  # noqa: PLR2004 - the end of ASCII
    usual = sum(1 for one in strange if _in_gb2312(one))
    return usual * 2 >= len(strange)


def _in_gb2312(one: str) -> bool:
    try:
        return len(one.encode("gb2312")) > 1
    except UnicodeEncodeError:
        return False


def delimiter_of(name: str, header: str) -> str:
    """The sign that parts the header most often, outside quotes."""
    bare = "".join(part for n, part in enumerate(header.split('"')) if n % 2 == 0)
    found = max(",;\t|", key=bare.count)
    if not bare.count(found):
        raise FileRefusedError(
            f"{name}: the first line {header[:60]!r} has no comma, semicolon, tab or bar, so it is "
            "no table. Export it as CSV.",
            f"{name}：首行“{header[:60]}”中没有逗号、分号、制表符或竖线，不是表格。请导出为 CSV。",
        )
    return found


def _tabbed(text: str) -> Iterator[tuple[int, list[Cell]]]:
    """Lines of a flat file: a quote inside a title is just a quote."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield number, [_unquoted(cell).strip() for cell in line.rstrip("\r").split("\t")]


def _unquoted(cell: str) -> str:
    quoted = len(cell) > 1 and cell[0] == cell[-1] == '"'
    return cell[1:-1].replace('""', '"') if quoted else cell


def _comma(name: str, text: str, delimiter: str) -> Iterator[tuple[int, list[Cell]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for line in reader:
            cells: list[Cell] = [cell.strip() for cell in line]
            if any(cells):
                yield reader.line_num, cells
    except csv.Error as error:
        raise FileRefusedError(
            f"{name}: line {reader.line_num} cannot be read ({error}). The file is cut or a quote "
            "is missing; export it again.",
            f"{name}：第 {reader.line_num} 行无法读取（{error}）。文件不完整或缺少引号，"
            "请重新导出。",
        ) from error


def _from_workbook(path: Path, digest: str) -> Grid:
    check_upload(path)
    try:
        book = CalamineWorkbook.from_path(str(path))
        for title in book.sheet_names:
            rows = book.get_sheet_by_name(title).to_python(skip_empty_area=False)
            lines = [
                (n, [_cell(value) for value in row])
                for n, row in enumerate(rows, 1)
                if any(value != "" for value in row)
            ]
            if lines and len(lines[0][1]) > 1:
                return _grid(path.name, digest, ("xlsx", ""), lines)
    except CalamineError as error:
        raise FileRefusedError(
            f"{path.name} is damaged ({error}). Open it in Excel, save it again, and retry.",
            f"{path.name} 已损坏（{error}）。请用 Excel 打开并另存后重试。",
        ) from error
    raise FileRefusedError(
        f"{path.name} holds no table. Import the workbook that has one.",
        f"{path.name} 中没有表格。请导入含有表格的工作簿。",
    )


def _cell(value: object) -> Cell:
    """A workbook's value: numbers keep the digits that the workbook shows."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if isinstance(value, datetime):
        return value.date() if value.time() == time() else value
    if isinstance(value, (time, timedelta)):
        return str(value)
    return value if isinstance(value, date) else str(value).strip()


def _grid(
    name: str, digest: str, how: tuple[str, str], lines: Iterable[tuple[int, Sequence[Cell]]]
) -> Grid:
    """Header and rows; a row of another length is refused alone."""
    source = iter(lines)
    _, first = next(source)
    headers = tuple(str(cell).strip() for cell in _without_tail(first))
    rows: list[tuple[Cell, ...]] = []
    numbers: list[int] = []
    refused: list[RefusedRow] = []
    wide = len(headers)
    for number, line in source:
        cells = line if len(line) == wide else _fitted(line, wide, padded=not how[1])
        if len(cells) != wide:
            refused.append(_other_length(number, len(line), wide))
            continue
        rows.append(tuple(cells))
        numbers.append(number)
        if len(rows) > MOST_ROWS:
            raise FileRefusedError(
                f"{name} has more than {MOST_ROWS:,} rows. Export a shorter period.",
                f"{name} 超过 {MOST_ROWS:,} 行。请缩短导出区间。",
            )
    return Grid(name, digest, *how, headers, tuple(rows), tuple(numbers), tuple(refused))


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


def id_text(cell: Cell) -> str | None:
    """An identifier as text; None when digits were lost, as in 1.23E+15."""
    if isinstance(cell, Decimal):
        digits = format(cell.normalize(), "f")
        return digits if "." not in digits and len(digits.lstrip("-")) <= _SAFE_DIGITS else None
    if isinstance(cell, date):
        return None
    return None if _LOST.fullmatch(cell) else cell
