"""A slice as a spreadsheet: only one agency's or person's rows, native formulas, protected.

Computed as the slice file is, and made at Google from it. A second share writes into the
spreadsheet that is there, so what the partner typed stays. Google keeps every older version of a
spreadsheet for its editors, so where a row left the slice a new one is made and the rights to the
old one are taken back.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kpi.errors import Problem
from kpi.model import Language
from sheet_templates.start import StartRow
from sync_service.google.client import SheetsClient
from sync_service.google.guarding import guarded, strangers
from sync_service.google.looks import Looks
from sync_service.google.permissions import Role, given, grant, remember, revoke, shares
from sync_service.google.refreshing import PREFIX
from sync_service.google.transfer.common import common
from sync_service.google.transfer.making import Order as Making
from sync_service.google.transfer.making import make
from sync_service.google.transfer.xlsx_reading import read_xlsx
from sync_service.house import House
from sync_service.partner_answers import remember as remember_slice
from sync_service.refresh import Order, look
from sync_service.sharing import left_texts, made_slice, manager_rows, same_slice, slice_patches
from sync_service.slice_kinds import SliceKind, kind_of
from sync_service.slices import Slice, sliced
from sync_service.workbooks.google import GooglePort
from sync_service.workbooks.port import BookContents

__all__ = ["SharedSheet", "share_google", "strangers"]


@dataclass(frozen=True, slots=True)
class SharedSheet:
    """What a share made."""

    sheet: str
    state: str  # made, patched, made anew
    edition: str
    before: str  # the spreadsheet that it takes the place of; empty for none
    problems: tuple[Problem, ...]


def share_google(
    house: House,
    client: SheetsClient,
    order: Order,
    person: str,
    to: Sequence[str],
    *,
    role: Role = "writer",
    language: Language | None = None,
) -> SharedSheet:
    """Make or refresh the spreadsheet of a person's slice, and give the named accounts a right.

    Raises:
        ToldError: The person has no card in this book, or Google refused.
    """
    seen = look(house, order)
    mine = sliced(seen.done, person, language or seen.done.given.language)
    kind = kind_of(mine)
    rows = {name: manager_rows(mine, seen.contents.tables.get(name)) for name in kind.typed}
    known = _known(house, order.book, person)
    shared = _put(house, client, mine, kind, rows, known)
    if shared.sheet != known:
        facts = {"book": order.book, "person": person, "edition": kind.edition}
        remember(house.store, shared.sheet, **facts, guards=guarded(client, shared.sheet))
    kept = given(house.store, known) if known and shared.sheet != known else {}
    for address in kept:
        revoke(house, client, known, address)
    for address, right in {**kept, **dict.fromkeys(to, role)}.items():
        grant(house, client, shared.sheet, address, _role(right))
    remember_slice(house, order.book, person, PREFIX + shared.sheet)
    return shared


def _role(text: str) -> Role:
    return "writer" if text == "writer" else "commenter" if text == "commenter" else "reader"


def _known(house: House, book: str, person: str) -> str:
    """The newest spreadsheet that was made of this book for this person; empty for none."""
    found = [
        sheet
        for sheet, one in shares(house.store).items()
        if (one.get("book"), one.get("person")) == (book, person)
    ]
    return found[-1] if found else ""


def _put(
    house: House,
    client: SheetsClient,
    mine: Slice,
    kind: SliceKind,
    rows: Mapping[str, list[StartRow]],
    known: str,
) -> SharedSheet:
    """Write into the spreadsheet that is there, or make one."""
    there = None
    if known:
        port = GooglePort(client, known, looks=Looks(house.store, known))
        there = port.read()
        if same_slice(there, mine, kind) and not left_texts(there, rows):
            made, shown = slice_patches(mine, kind, rows, there)
            report = port.write(made, shown, there.fingerprint)
            return SharedSheet(known, "patched", kind.edition, "", report.problems)
    sheet, problems = _make(house, client, mine, kind, rows, there)
    return SharedSheet(sheet, "made anew" if known else "made", kind.edition, known, problems)


def _make(
    house: House,
    client: SheetsClient,
    mine: Slice,
    kind: SliceKind,
    rows: Mapping[str, list[StartRow]],
    there: BookContents | None,
) -> tuple[str, tuple[Problem, ...]]:
    """A new spreadsheet of the slice; what the partner typed before is carried over by key."""
    title = f"{mine.done.book.settings.company} · {mine.person}"
    with tempfile.TemporaryDirectory(dir=house.settings.home) as folder:
        path = Path(folder) / "slice.xlsx"
        problems = made_slice(house, mine, kind, rows, path, there)
        book, _ = common(read_xlsx(path.read_bytes(), path.name))
    ours = (client.account.address,) if client.account.address else ()
    settings, language = mine.done.book.settings, mine.done.given.language
    zone = settings.time_zone or "UTC"
    done = make(client, book, Making(title, language, zone, kind.edition, ours))
    port = GooglePort(client, done.id, looks=Looks(house.store, done.id))
    port.write((), (), port.fingerprint())  # numbers by their unit, which no rule gives
    return done.id, problems
