"""What a workbook is in both worlds: tabs, cells, formats, checks, rules, names, tables, charts.

Rows and columns count from one, areas hold both their ends. Formulas are Excel's text without the
sign `=`; sizes are pixels, colours `#RRGGBB`, dates serials (days since 1899-12-30).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from kpi.tables import ErrorValue
from sync_service.workbooks.areas import Area

NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")

Scalar = float | bool | str | ErrorValue
Spot = tuple[int, int]  # row, column
GENERAL = "General"
SIDES = ("top", "bottom", "left", "right")


@dataclass(frozen=True, slots=True)
class Font:
    """How a text looks; None is the program's own."""

    name: str | None = None
    size: float | None = None  # points
    bold: bool = False
    italic: bool = False
    underline: bool = False
    strike: bool = False
    colour: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A border: SOLID, SOLID_MEDIUM, SOLID_THICK, DASHED, DOTTED or DOUBLE, as Google names it."""

    style: str
    colour: str = "#000000"


@dataclass(frozen=True, slots=True)
class Style:
    """How a cell looks."""

    font: Font = Font()
    fill: str | None = None
    number: str = GENERAL  # Excel's format code
    top: Line | None = None
    bottom: Line | None = None
    left: Line | None = None
    right: Line | None = None
    horizontal: str = ""  # left center right; empty: by the value's kind
    vertical: str = "bottom"  # top middle bottom
    wrap: bool = False
    indent: int = 0
    rotation: int = 0  # degrees, 90 upwards to -90
    shrink: bool = False  # Excel only
    pattern: str = ""  # of the fill; Excel only


@dataclass(frozen=True, slots=True)
class Run:
    """A part of a text with a font of its own."""

    text: str
    font: Font


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: a typed value, or a formula with the value it had."""

    value: Scalar | None = None  # of a formula: what was computed, None where nobody knows
    formula: str | None = None
    array: str = ""  # the range that an array formula fills
    style: Style = Style()
    note: str = ""
    runs: tuple[Run, ...] = ()
    link: str = ""  # an address outside, or `#'Tab'!A1`


@dataclass(frozen=True, slots=True)
class Group:
    """Rows or columns that fold together."""

    first: int
    last: int
    depth: int = 1
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """A data validation: what a cell takes."""

    areas: tuple[Area, ...]
    kind: str  # range words number date formula; Excel also whole time length
    values: tuple[str, ...]  # a reference, words, bounds, or a formula
    operator: str = ""  # between, greaterThan, ... of numbers and dates
    strict: bool = True
    message: str = ""
    arrow: bool = True  # a dropdown is shown
    title: str = ""  # of the message; Excel only


@dataclass(frozen=True, slots=True)
class Look:
    """What a conditional format changes."""

    bold: bool | None = None
    italic: bool | None = None
    strike: bool | None = None
    colour: str | None = None
    fill: str | None = None
    number: str = ""  # Excel only
    border: bool = False  # Excel only
    pattern: str = ""  # of the fill; Excel only

    @property
    def empty(self) -> bool:
        """Whether nothing is changed that both worlds know."""
        changed = (self.bold, self.italic, self.strike, self.colour, self.fill)
        return all(one is None for one in changed)


@dataclass(frozen=True, slots=True)
class Stop:
    """A colour of a colour scale: min, max, num, percent or percentile, and its value."""

    kind: str
    value: str  # a number, or a formula without its sign
    colour: str

    @property
    def by_formula(self) -> bool:
        """Whether a formula gives the value."""
        return bool(self.value) and NUMBER.fullmatch(self.value) is None


@dataclass(frozen=True, slots=True)
class Rule:
    """A conditional format, seen from the first cell of its first area."""

    areas: tuple[Area, ...]
    formula: str = ""
    look: Look = Look()
    stops: tuple[Stop, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A named table with its header row; `filtered` shows the arrows."""

    name: str
    area: Area
    filtered: bool = False


@dataclass(frozen=True, slots=True)
class Name:
    """A defined name; `scope` is the title of the tab it belongs to."""

    name: str
    text: str
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """One line, or the columns, of a chart; references with the tab's title."""

    values: str
    categories: str = ""
    name: str = ""  # a text, or `=` and a reference
    kind: str = ""  # line column bar area; empty: the chart's
    colour: str | None = None
    second: bool = False  # measured on the right axis


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart over cells."""

    kind: str  # column bar line area pie scatter
    row: int
    column: int
    wide: int
    high: int
    series: tuple[Series, ...]
    title: str = ""
    stacked: str = ""  # stacked percentStacked
    legend: str = "right"  # bottom left right top none
    x: int = 0  # pixels right of the corner of its cell
    y: int = 0


@dataclass(frozen=True, slots=True)
class Spark:
    """A small chart in a cell."""

    row: int
    column: int
    data: str
    kind: str = "line"  # line column winloss
    colour: str = "#2F75B5"
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Protection:
    """Cells that are guarded; without an area the whole tab but its holes."""

    area: Area | None = None
    holes: tuple[Area, ...] = ()
    warning: bool = True  # Google: asks, and lets the person go on
    about: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One tab."""

    title: str
    cells: Mapping[Spot, Cell] = field(default_factory=dict)
    rows: int = 0  # of the grid; 0 where it is as large as the program has it
    columns: int = 0
    hidden: bool = False
    colour: str | None = None
    frozen: tuple[int, int] = (0, 0)  # rows, columns
    lines: bool = True  # grid lines are shown
    widths: Mapping[int, int] = field(default_factory=dict)  # columns that are not 64 wide
    heights: Mapping[int, int] = field(default_factory=dict)  # rows with a height of their own
    hidden_columns: frozenset[int] = frozenset()
    hidden_rows: frozenset[int] = frozenset()
    column_groups: tuple[Group, ...] = ()
    row_groups: tuple[Group, ...] = ()
    merges: tuple[Area, ...] = ()
    checks: tuple[Check, ...] = ()
    rules: tuple[Rule, ...] = ()
    tables: tuple[Table, ...] = ()
    filter: Area | None = None  # of no table
    charts: tuple[Chart, ...] = ()
    sparks: tuple[Spark, ...] = ()
    protections: tuple[Protection, ...] = ()


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that one world has and the other not; `kind` is a row of the table of texts."""

    kind: str
    sheet: str = ""
    where: str = ""  # address, name, part
    why: str = ""  # the function, the reference


@dataclass(frozen=True, slots=True)
class Workbook:
    """A workbook, and what of its source stands in no field of it."""

    sheets: tuple[Sheet, ...]
    names: tuple[Name, ...] = ()
    losses: tuple[Loss, ...] = ()
    title: str = ""

    def sheet(self, title: str) -> Sheet | None:
        """A tab by title; case is ignored, as both programs do."""
        wanted = title.casefold()
        return next((one for one in self.sheets if one.title.casefold() == wanted), None)
