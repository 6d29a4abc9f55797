"""What partners typed in the slices they hold, told to the manager until it is copied over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from kpi.errors import KpiError, Level, Place, Problem
from kpi.tables import Table
from sheet_templates.layout import TABLES, Owner
from sync_service import control
from sync_service.google.refreshing import PREFIX, port_for
from sync_service.house import House

SHARES = "shares"  # setting: book -> [{person, file}]
THEIRS = ("tblShop", "tblTask")  # tables whose rows the manager types


def remember(house: House, book: str, person: str, out: Path | str) -> None:
    """So that `check` finds what came back, from a file or a spreadsheet (`google:ID`)."""
    place = str(out.resolve()) if isinstance(out, Path) else out
    kept = [one for one in shares(house, book) if one[1] != place]
    kept.append((person, place))
    every = control.setting(house.store, SHARES, {})
    all_books = dict(every) if isinstance(every, dict) else {}
    control.set_setting(house.store, SHARES, {**all_books, book: [list(one) for one in kept]})


def shares(house: House, book: str) -> list[tuple[str, str]]:
    """(person, file or `google:ID`) of every slice that was made of a workbook."""
    every = control.setting(house.store, SHARES, {})
    found = every.get(book, []) if isinstance(every, dict) else []
    return [(str(person), str(file)) for person, file in found]


def came_back(house: House, book: str, tables: Mapping[str, Table]) -> Iterator[Problem]:
    """What partners typed in their slices and the manager's workbook does not hold yet."""
    for person, file in shares(house, book):
        shown = Path(file).name
        if not file.startswith(PREFIX) and not Path(file).is_file():
            continue
        try:
            contents = port_for(house, file).read()
        except KpiError as error:
            yield _note(Place(text=shown), error.texts["en"], error.texts["zh"])
            continue
        for name in THEIRS:
            yield from _news(person, shown, tables.get(name), contents.tables.get(name))


def _news(person: str, shown: str, ours: Table | None, theirs: Table | None) -> Iterator[Problem]:
    if ours is None or theirs is None:
        return
    layout = TABLES[ours.name]
    rows = {row.value(layout.key[0]): row for row in ours.rows}
    for row in theirs.rows:
        number = row.value(layout.key[0])
        mine = rows.get(number)
        for code in layout.owned_by(Owner.PARTNER):
            said = row.value(code)
            if said in (None, "") or mine is None or mine.value(code) == said:
                continue
            sheet, cell = ours.place(mine, code)
            column = layout.column(code)
            at = Place(sheet, cell, ours.name, f"← {shown}")
            yield _note(
                at,
                f'{person} wrote in {column.en} of {number}: "{said}".',
                f"{person} 在 {number} 的“{column.zh}”写了：“{said}”。",
            )


def _note(at: Place, en: str, zh: str) -> Problem:
    mend_en, mend_zh = "Copy it over if you accept it.", "认可后请抄入本簿。"
    return Problem(
        "partner_wrote", Level.NOTE, at, {"en": en, "zh": zh}, {"en": mend_en, "zh": mend_zh}
    )
