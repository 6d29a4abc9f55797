"""A file's bytes become lines of cells: encoding, delimiter, quotes; what only pretends is refused.

Encodings are tried in the order byte-order mark, UTF-16 without one, strict UTF-8, GB18030,
Windows-1252. GB18030 takes nearly any bytes, so it counts only when most of what is not ASCII are
the usual Chinese characters; `Küche` in Windows-1252 would else come out as a rare character
without a word.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator

from sync_service.imports.cells import Cell
from sync_service.imports.refusals import FileRefusedError

_PRETENDERS: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", "a zip archive or workbook", "压缩包或工作簿"),
    (b"\xd0\xcf\x11\xe0", "an old .xls or a protected workbook", "旧版 .xls 或加密工作簿"),
    (b"\x1f\x8b", "a gzip archive", "gzip 压缩包"),
    (b"BZh", "a bzip2 archive", "bzip2 压缩包"),
    (b"7z\xbc\xaf", "a 7z archive", "7z 压缩包"),
    (b"Rar!", "a RAR archive", "RAR 压缩包"),
    (b"%PDF", "a PDF", "PDF 文件"),
    (b"\x89PNG", "a picture", "图片"),
    (b"\xff\xd8\xff", "a picture", "图片"),
    (b"GIF8", "a picture", "图片"),
    (b"{\\rtf", "a text document", "文字文档"),
)
_MARKUP: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (
        re.compile(r"(?i)<!doctype|<html"),
        "a web page (perhaps a sign-in page)",
        "网页（可能是登录页）",
    ),
    (re.compile(r"<\?xml"), "an XML document", "XML 文档"),
    (re.compile(r"<"), "a web page or XML", "网页或 XML"),
    (re.compile(r"\{|\[\s*[\[{\"\d\]-]"), "JSON", "JSON"),
)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SEPARATOR = re.compile(r'"?sep=(.)"?')  # a line by which Excel is told the delimiter
_LOOKED_AT = 4_096  # bytes that tell UTF-16


def text_lines(name: str, data: bytes) -> tuple[str, str, Iterator[tuple[int, list[Cell]]]]:
    """Encoding, delimiter and the lines that hold something, numbered as the file counts.

    Raises:
        FileRefusedError: It is no table, or in no encoding that we know.
    """
    for sign, en, zh in _PRETENDERS:
        if data.startswith(sign):
            raise _pretends(name, en, zh)
    text, encoding = decoded(name, data)
    bare = text.lstrip("\ufeff \t\r\n")
    for pattern, en, zh in _MARKUP:
        if pattern.match(bare):
            raise _pretends(name, en, zh)
    if "\0" in text:
        raise _pretends(name, "binary data", "二进制数据")
    delimiter, lines = _parted(name, text.replace("\ufeff", ""))
    return encoding, delimiter, lines


def _parted(name: str, text: str) -> tuple[str, Iterator[tuple[int, list[Cell]]]]:
    """The delimiter and the lines; `sep=;` in the first line states the one."""
    whole = text.replace("\r\n", "\n").replace("\r", "\n")
    first, _, rest = whole.partition("\n")
    stated = _SEPARATOR.fullmatch(first.strip())
    if stated:
        whole = f"\n{rest}"  # an empty line in its place keeps the numbers of the others
    header = next((line for line in whole.split("\n") if line.strip()), "")
    delimiter = stated[1] if stated else delimiter_of(name, header)
    lines = _tabbed(whole) if delimiter == "\t" else _comma(name, whole, delimiter)
    return delimiter, lines


def _pretends(name: str, en: str, zh: str) -> FileRefusedError:
    return FileRefusedError(
        f"{name} is {en}, not a CSV. Download the report itself and import that.",
        f"{name} 是{zh}，不是 CSV。请下载报表文件本身后再导入。",
    )


def decoded(name: str, data: bytes) -> tuple[str, str]:
    """The text and the encoding that was chosen."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strict(name, data, encoding), encoding.removesuffix("-sig")
    unmarked = _utf16(data[:_LOOKED_AT])
    if unmarked:
        return _strict(name, data, unmarked), "utf-16"
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


def _utf16(data: bytes) -> str | None:
    """UTF-16 without a mark, by its zeros: nearly all signs of a table are ASCII."""
    pairs = len(data) // 2
    high, low = data[: pairs * 2 : 2].count(0), data[1 : pairs * 2 : 2].count(0)
    if pairs and max(high, low) * 3 > pairs and not min(high, low):
        return "utf-16-le" if low > high else "utf-16-be"
    return None


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
