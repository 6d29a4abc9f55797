"""Amazon's flat files: tab-separated, named columns, now and then quoted, in several encodings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Final

from sync_service.bodies import charset
from sync_service.connectors.kernel import ContractBroken, Response
from sync_service.connectors.tally import Doubts

NUMBER: Final = re.compile(r"[+-]?\d{1,15}(\.\d{1,8})?")


def flat_text(response: Response) -> str:
    """The text of a flat file: its declared charset, else UTF-8, else Windows-1252.

    Amazon declares `charset=Cp1252` or UTF-8 by marketplace; a few old reports declare nothing.
    """
    if charset(response.headers.get("content-type", "")):
        return response.text
    try:
        return response.text
    except ContractBroken:
        return response.content.decode("cp1252", errors="strict")


def _cells(line: str) -> list[str]:
    return [_unquoted(cell) for cell in line.split("\t")]


def _unquoted(cell: str) -> str:
    quoted = len(cell) > 1 and cell[0] == cell[-1] == '"'
    return cell[1:-1].replace('""', '"') if quoted else cell


def _table(text: str) -> tuple[list[str], list[list[str]]]:
    """Header and rows; a row of another length means a cut or shifted file."""
    # splitlines() would also cut at characters that stand inside titles
    lines = [line.rstrip("\r") for line in text.split("\n")]
    header = [name.strip().lower() for name in _cells(lines[0])]
    rows = [_cells(line) for line in lines[1:] if line]
    for number, row in enumerate(rows, 2):
        if len(row) != len(header):
            raise ContractBroken(
                f"line {number} has {len(row)} columns, the header has {len(header)}"
            )
    return header, rows


def project(
    text: str,
    kept: frozenset[str],
    dropped: frozenset[str],
    doubts: Doubts,
    blind: Mapping[str, Callable[[str], str]],
) -> bytes:
    """Only the kept columns, ids blinded; a column in neither list is told once."""
    header, rows = _table(text)
    for name in header:
        if name and name not in kept and name not in dropped:
            doubts.add(f"unknown_column:{name[:40]}", "")
    chosen = [(at, name) for at, name in enumerate(header) if name in kept]
    lines = ["\t".join(name for _, name in chosen)]
    lines += [
        "\t".join(blind[name](row[at]) if name in blind else row[at] for at, name in chosen)
        for row in rows
    ]
    return ("\n".join(lines) + "\n").encode()


def lines_of(payload: bytes, required: tuple[str, ...]) -> Iterator[Mapping[str, str]]:
    """Each line by column name; a required column that is gone stops the stream."""
    header, rows = _table(payload.decode())
    gone = [name for name in required if name not in header]
    if gone:
        raise ContractBroken(f"the report has no column {gone[0]!r} any more")
    for row in rows:
        yield dict(zip(header, row, strict=True))


def money(text: str) -> Decimal | None:
    """An amount; empty is unknown."""
    if not text.strip():
        return None
    if not NUMBER.fullmatch(text.strip()):
        raise ContractBroken(f"{text[:40]!r} is no amount")
    return Decimal(text.strip())


def count(text: str) -> int | None:
    """A whole number; empty is unknown."""
    amount = money(text)
    if amount is None:
        return None
    if amount != amount.to_integral_value():
        raise ContractBroken(f"{text[:40]!r} is no count")
    return int(amount)
