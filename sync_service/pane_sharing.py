"""A person's or agency's file from a workbook that a task pane holds open.

It is what `share` makes of a file that is not there yet. It goes to the browser, so no place is
kept where `check` could find again what the person types in it; `share` with `--out` on the file
that came back carries it over and keeps its place from then on.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from kpi.errors import Problem
from kpi.model import Language
from kpi.tables import Table
from sync_service.house import House
from sync_service.pausing import paused
from sync_service.refresh import Order, Seen, look, own_tables
from sync_service.sharing import share_seen
from sync_service.told import ToldError
from sync_service.workbooks.reading import language_of_headers
from sync_service.workbooks.sent import Offer, SentBook, SentPort

MOST_NAME = 40  # characters of a code in the name of a file
_UNSAFE = re.compile(r"[^\w-]+")  # no dot either: Windows reads CON.x as a device


@dataclass(frozen=True, slots=True)
class PersonFile:
    """A file for the browser to save."""

    name: str
    data: bytes
    problems: tuple[Problem, ...]  # such as values that only the next program can calculate


def person_file(house: House, name: str, sent: SentBook, person: str) -> PersonFile:
    """The slice of a person from the workbook as it was sent, new and sealed.

    It is in the language of the workbook's headers, whatever the pane is shown in.

    Raises:
        ToldError: The workbook is a slice itself or was published under another name, nobody is
            called so or the person has no card, or writing is paused.
    """
    own_tables(sent.grids.keys())
    stopped = paused(house)
    if stopped:
        raise ToldError(
            f"Writing is paused ({stopped}). Run `python -m sync_service resume` first.",
            f"写入已暂停（{stopped}）。请先运行 `python -m sync_service resume`。",
        )
    book = replace(sent, language=_language(sent))
    seen = look(house, Order(name, SentPort(book, _never), "share"))
    _on_people(seen.contents.tables, person)
    _published_here(seen)
    with tempfile.TemporaryDirectory(dir=house.settings.home) as folder:
        out = Path(folder) / file_name(person, seen.done.month.code)
        shared = share_seen(house, seen, person, out)
        return PersonFile(out.name, out.read_bytes(), shared.problems)


def file_name(person: str, month: str) -> str:
    """A name that every system takes: the person's code and the month."""
    code = _UNSAFE.sub("_", person)[:MOST_NAME].strip("_-")
    return f"{code or 'KPI'}-{month}.xlsx"


def _language(sent: SentBook) -> Language:
    return language_of_headers(
        (header, grid.layout.column(code))
        for grid in sent.grids.values()
        for header, code in zip(grid.headers, grid.codes, strict=True)
        if code is not None
    )


def _never(_offer: Offer) -> bool:
    """The open workbook is only read."""
    return False


def _on_people(tables: Mapping[str, Table], person: str) -> None:
    people = tables.get("tblPeople")
    known = {str(row.value("person") or "").strip() for row in people.rows} if people else set()
    if not person or person not in known:
        raise ToldError(
            f'Nobody on the tab People has the code "{person}". Choose a person of that tab, '
            "or write the row first.",
            f"“人员”页没有编号“{person}”。请选择该页中的人员，或先填写该行。",
        )


def _published_here(seen: Seen) -> None:
    """A copy of a published workbook scores a draft: nobody is handed figures of that by a press.

    Raises:
        ToldError: It was published under another name.
    """
    for one in seen.problems:
        if one.code == "contract_elsewhere":
            raise ToldError(
                f"{one.what['en']} Refresh it once under the name that it was published by, or "
                "make the file by the command from the published workbook.",
                f"{one.what['zh']}请以发布时的文件名刷新一次，或用命令由已发布的工作簿制作。",
            )
