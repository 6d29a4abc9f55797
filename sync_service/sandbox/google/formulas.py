"""References inside formulas: found, shifted by a copy, and led after what they point at."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from sync_service.sandbox.google.locales import Locale
from sync_service.sandbox.google.ranges import FAR, Area, letters, number, quoted

CELL = r"\$?[A-Za-z]{1,3}\$?[1-9]\d*"
COLUMN, ROW = r"\$?[A-Za-z]{1,3}", r"\$?[1-9]\d*"
TAB = r"'(?:[^']|'')+'|[^\W\d][\w.]*"
REFERENCE = re.compile(
    r"\"(?:[^\"]|\"\")*\"|"
    rf"(?<![\w$.'])(?:(?P<tab>{TAB})!)?"
    rf"(?P<first>{CELL}(?=:)|{CELL}|{COLUMN}(?=:{COLUMN}(?![\w$(]))|{ROW}(?=:{ROW}(?![\w$(])))"
    rf"(?::(?P<last>{CELL}|{COLUMN}|{ROW}))?(?![\w(.!$])"
)
CORNER = re.compile(r"(?:(\$?)([A-Za-z]{1,3}))?(?:(\$?)([1-9]\d*))?\Z")
LOST = "#REF!"


@dataclass(frozen=True, slots=True)
class Corner:
    """One end of a reference; None where it names no row or no column."""

    row: int | None
    column: int | None
    fixed_row: bool
    fixed_column: bool

    def text(self) -> str:
        """As it stands in a formula."""
        column = "" if self.column is None else "$" * self.fixed_column + letters(self.column)
        return column + ("" if self.row is None else "$" * self.fixed_row + str(self.row + 1))

    def shifted(self, down: int, right: int) -> Corner:
        """The relative parts moved."""
        row = self.row if self.row is None or self.fixed_row else self.row + down
        column = self.column if self.column is None or self.fixed_column else self.column + right
        return replace(self, row=row, column=column)

    @property
    def lost(self) -> bool:
        """Whether it lies outside every grid."""
        return (self.row or 0) < 0 or (self.column or 0) < 0


@dataclass(frozen=True, slots=True)
class Reference:
    """A cell (both ends the same) or a range."""

    first: Corner
    last: Corner
    single: bool

    def text(self) -> str:
        """As it stands in a formula."""
        return self.first.text() if self.single else f"{self.first.text()}:{self.last.text()}"

    def area(self) -> Area:
        """What it covers, without its tab."""
        rows = (self.first.row or 0, FAR if self.last.row is None else self.last.row + 1)
        columns = (
            self.first.column or 0,
            FAR if self.last.column is None else self.last.column + 1,
        )
        return Area(0, *rows, *columns)

    def at(self, area: Area) -> Reference:
        """The same reference over another area; what it does not name stays unnamed."""
        first = replace(
            self.first,
            row=None if self.first.row is None else area.top,
            column=None if self.first.column is None else area.left,
        )
        last = replace(
            self.last,
            row=None if self.last.row is None else area.bottom - 1,
            column=None if self.last.column is None else area.right - 1,
        )
        return Reference(first, last, self.single)


Rewriter = Callable[[str | None, Reference], Reference | None]


def _corner(text: str) -> Corner:
    found = CORNER.match(text)
    column_mark, column, row_mark, row = found.groups() if found else ("", None, "", None)
    return Corner(
        int(row) - 1 if row else None,
        number(column) if column else None,
        bool(row_mark),
        bool(column_mark),
    )


def _unquoted(tab: str | None) -> str | None:
    if tab is None or not tab.startswith("'"):
        return tab
    return tab[1:-1].replace("''", "'")


def _reference(found: re.Match[str]) -> Reference:
    first = _corner(found["first"])
    last = _corner(found["last"]) if found["last"] else first
    return Reference(first, last, found["last"] is None)


def rewritten(formula: str, change: Rewriter) -> str:
    """The formula with every reference as `change` gives it; None is #REF!."""

    def one(found: re.Match[str]) -> str:
        if found["first"] is None:
            return found.group()
        after = change(_unquoted(found["tab"]), _reference(found))
        head = f"{found['tab']}!" if found["tab"] else ""
        return f"{head}{after.text()}" if after else LOST

    return REFERENCE.sub(one, formula)


def copied(formula: str, down: int, right: int) -> str:
    """The formula as it stands after a copy so many cells further."""
    if not (down or right):
        return formula

    def change(_: str | None, ref: Reference) -> Reference | None:
        first, last = ref.first.shifted(down, right), ref.last.shifted(down, right)
        return None if first.lost or last.lost else Reference(first, last, ref.single)

    return rewritten(formula, change)


def led(formula: str, own_tab: str, changed_tab: str, moved: Callable[[Area], Area | None]) -> str:
    """The formula after cells of a tab have moved; `moved` says where an area is now."""

    def change(tab: str | None, ref: Reference) -> Reference | None:
        if (tab if tab is not None else own_tab).lower() != changed_tab.lower():
            return ref
        area = moved(ref.area())
        return None if area is None else ref.at(area)

    return rewritten(formula, change)


def renamed(formula: str, old: str, new: str) -> str:
    """The formula after a tab got another title; '' as the new title: the tab is gone."""

    def one(found: re.Match[str]) -> str:
        tab = _unquoted(found["tab"]) if found["first"] is not None else None
        if tab is None or tab.lower() != old.lower():
            return found.group()
        if not new:
            return LOST
        return quoted(new) + found.group()[len(found["tab"]) :]

    return REFERENCE.sub(one, formula)


Placer = Callable[[str, Area], tuple[str, Area]]


def cut(formula: str, old_tab: str, new_tab: str, place: Placer) -> str:
    """The formula after a cut and paste; `place` says where an area of a tab is now.

    The formula itself stood on `old_tab` and stands on `new_tab`.
    """

    def one(found: re.Match[str]) -> str:
        if found["first"] is None:
            return found.group()
        ref = _reference(found)
        tab, area = place(_unquoted(found["tab"]) or old_tab, ref.area())
        bare = tab.lower() == new_tab.lower() and not found["tab"]
        return ("" if bare else f"{quoted(tab)}!") + ref.at(area).text()

    return REFERENCE.sub(one, formula)


LITERAL = re.compile(r"\"(?:[^\"]|\"\")*\"|'(?:[^']|'')*'")


def english(formula: str, where: Locale) -> str:
    """The formula with a comma between arguments and a point in numbers, as files have it."""
    if where.decimal != ",":
        return formula

    def turned(text: str) -> str:
        return re.sub(r"(?<=\d),(?=\d)", ".", text).replace(";", ",")

    out, at = [], 0
    for found in LITERAL.finditer(formula):
        out += [turned(formula[at : found.start()]), found.group()]
        at = found.end()
    return "".join([*out, turned(formula[at:])])
