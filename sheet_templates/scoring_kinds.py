"""Which formula a cell of scoring holds: a native one, or a call of a sheet function.

Three kinds of one book: native formulas, which every program calculates; calls as Excel stores
those of the add-in (`_xldudf_KPI_SCORE`); and plain calls (`KPI_SCORE`) for xlwings, LibreOffice
and Google Sheets. A call reads the same cells as the native formula and gives the same value, so
what stands beside it, and every colour, stays as it is. This table decides the text of each cell;
the builder, `convert` and the pane's button all read it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from kpi import sheet_payout, sheet_scoring
from kpi.functions import function
from kpi.step_table import STEP_NAMES
from sheet_templates import scoring
from sheet_templates.layout import Language
from sheet_templates.places import Cells, Formula, Ref, guarded, quote

SLICE_ROWS = 200  # a ladder's slices are looked at this far: each line adds all of them up
CARD = ("nmCardMonth", "nmCardPerson", "nmCardRegion")


class FormulaKind(StrEnum):
    """How the cells of scoring are written."""

    NATIVE = "native"
    OFFICEJS = "officejs"
    XLWINGS = "xlwings"


KIND_NAMES: Mapping[FormulaKind, Mapping[Language, str]] = {
    FormulaKind.NATIVE: {"zh": "原生公式", "en": "native formulas"},
    FormulaKind.OFFICEJS: {"zh": "Excel 加载项函数", "en": "functions of the Excel add-in"},
    FormulaKind.XLWINGS: {
        "zh": "KPI_ 函数（xlwings、LibreOffice、Google 表格）",
        "en": "KPI_ functions (xlwings, LibreOffice, Google Sheets)",
    },
}
Native = Callable[[Cells], Formula]
Called = Callable[[Cells, FormulaKind], Formula]


@dataclass(frozen=True, slots=True)
class Made:
    """The two ways to write the cells of a column; nothing where the row has no `key`."""

    key: str
    native: Native
    called: Called

    def formula(self, cells: Cells, kind: FormulaKind) -> Formula:
        """The formula of a row in a kind."""
        native = kind is FormulaKind.NATIVE
        return guarded(self.native(cells) if native else self.called(cells, kind), self.key)


def call(kind: FormulaKind, code: str, *arguments: str) -> str:
    """A call as the kind writes it; an argument in the middle is left out as an empty text."""
    one = function(code)
    name = one.saved_name if kind is FormulaKind.OFFICEJS else one.name
    return f"{name}({','.join(arguments)})"


def _cells(row: Ref, *codes: str) -> tuple[str, ...]:
    return tuple(map(row, codes))


PARAMETERS = ("p1", "p2", "p3", "p4")
SCORED = ("counted", "due", "method", *PARAMETERS, "cap", "floor")
JUDGED = ("counted", "due", "better", "warn", "breach", "bound", "target_basis")
LOW = ("warn_low", "breach_low")
ATTAINED = ("counted", "due", "better", "method")


def _row_call(code: str, *columns: str) -> Called:
    """A call over cells of the own row."""
    return lambda _, kind: lambda r: call(kind, code, *_cells(r, *columns))


def _score_call(_: Cells, kind: FormulaKind) -> Formula:
    """The step table goes along where Items has its columns."""

    def made(r: Ref) -> str:
        own = sheet_scoring.has_steps(r)
        last = (f"{r(STEP_NAMES[0])}:{r(STEP_NAMES[-1])}",) if own else ()
        return call(kind, "SCORE", *_cells(r, *SCORED), *last)

    return made


def _status(cells: Cells, kind: FormulaKind) -> Formula:
    """The native status says nothing of the data's state, so the call gets none."""
    language = quote(cells.language)
    low = LOW if _has_low(cells) else ()
    return lambda r: call(kind, "STATUS", *_cells(r, *JUDGED), '""', language, *_cells(r, *low))


def _native_status(cells: Cells) -> Formula:
    return lambda r: sheet_scoring.status(r, cells.word, sides=_has_low(cells))


def _has_low(cells: Cells) -> bool:
    """Whether Items has the lower limits of bands; books from before them lack the columns."""
    try:
        return all(map(cells.column("tblScore"), LOW))
    except KeyError:
        return False


# --- cards ----------------------------------------------------------------------------------------


def card_total(cells: Cells, kind: FormulaKind, month: str, person: str, region: str) -> str:
    """A card's total; withheld below the minimum coverage, empty where there is no card."""
    if kind is FormulaKind.NATIVE:
        return scoring.card_total(cells, month, person, region)
    col = cells.column("tblScore")
    columns = (col(code) for code in ("score", "weight", "data_state", "missing"))
    tests = sheet_scoring.card_tests(col, month, person, region)
    total = call(kind, "TOTAL", *columns, "nmMinCoverage", tests)
    return f'IF(COUNTIFS({tests})=0,"",{total})'


def grade(cells: Cells, kind: FormulaKind, total: str, month: str, person: str) -> str:
    """The band of the total; a breached veto item caps it at the lowest grade."""
    if kind is FormulaKind.NATIVE:
        return scoring.grade(cells, total, month, person)
    asked = [total, scoring.veto_count(cells, month, person)]
    columns = scoring.ladder(cells)
    if columns is not None:
        first, last = columns("grade"), columns("start").rpartition("!")[2]
        asked.append(f"{first.rpartition(':')[0]}:{last.rpartition(':')[2]}")
    return call(kind, "GRADE", *asked)


def shown_total(cells: Cells, kind: FormulaKind) -> str:
    """The total of the card on Card."""
    return card_total(cells, kind, *CARD)


def shown_grade(cells: Cells, kind: FormulaKind, total: str) -> str:
    """The grade on Card; `total` is the cell with the card's total."""
    return scoring.if_card(total, grade(cells, kind, total, *CARD[:2]))


def _team_total(region: str) -> Made:
    def written(cells: Cells, kind: FormulaKind) -> Formula:
        return lambda r: card_total(cells, kind, "nmMonth", r("person"), quote(region))

    return Made("person", lambda cells: written(cells, FormulaKind.NATIVE), written)


def _team_grade(cells: Cells, kind: FormulaKind) -> Formula:
    return lambda r: grade(cells, kind, r("total"), "nmMonth", r("person"))


# --- pay ------------------------------------------------------------------------------------------


def _earned(cells: Cells) -> Formula:
    rules = cells.column("tblPayRule")
    return lambda r: sheet_payout.earned(r, rules, cells.word)


def _bonus(cells: Cells, kind: FormulaKind) -> Formula:
    """The whole way from the total to the money in one call; without a rule it is unknown."""
    rules, slices = cells.column("tblPayRule"), cells.column("tblPaySlice", SLICE_ROWS)

    def made(r: Ref) -> str:
        starts, rates = slices("start"), slices("rate").rpartition("!")[2]
        bonus = call(
            kind,
            "BONUS",
            *_cells(r, "method", "total", "coefficient", "base", "net"),
            sheet_payout.typed_or_kpi(r, "goal"),
            *_cells(r, *PARAMETERS),
            f"{starts.rpartition(':')[0]}:{rates.rpartition(':')[2]}",
            r("attendance"),
            sheet_payout.looked_up(r, rules, "cap"),
            sheet_payout.counted_vetoes(r, rules, cells.word),
            *_cells(r, "currency", "team"),
            slices("slice_of"),
            r("rule"),
        )
        return f'IF({r("method")}="",NA(),{bonus})'

    return made


SCORING: Mapping[str, Mapping[str, Made]] = {
    "tblScore": {
        "due": Made("item", lambda _: sheet_scoring.due, _row_call("DUE", "target", "due_share")),
        "attainment": Made(
            "item",
            lambda c: lambda r: sheet_scoring.attainment(r, c.word),
            _row_call("ATTAIN", *ATTAINED),
        ),
        "score": Made(
            "item",
            lambda c: lambda r: sheet_scoring.score(r, c.word),
            _score_call,
        ),
        "status": Made("item", _native_status, _status),
    },
    "tblTeam": {
        "us_score": _team_total("US"),
        "eu_score": _team_total("EU"),
        "grade": Made("person", lambda c: _team_grade(c, FormulaKind.NATIVE), _team_grade),
    },
    "tblPay": {"earned": Made("person", _earned, _bonus)},
}
"""Table and column -> how its cells are written; Card has two cells more, see `shown_total`."""


def formulas(cells: Cells, kind: FormulaKind, table: str) -> dict[str, Formula]:
    """The formulas of a table's columns of scoring, by column, in a kind."""
    return {code: made.formula(cells, kind) for code, made in SCORING[table].items()}
