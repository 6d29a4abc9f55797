"""Reading the manager's own rows of tblKpi, and what can be wrong with one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kpi.book_rows import Decode, RowReader
from kpi.definitions import Definitions
from kpi.errors import Level, Place, Problem
from kpi.model import Better, Kind, Klass, Metric, Texts, Unit
from kpi.parser import parse
from kpi.syntax import Expression, Name, name_text, walk
from kpi.tables import ErrorValue, Row, Table
from kpi.tokens import MOST_DEPTH, FormulaError, name_key

MOST_NAME = 64


@dataclass(frozen=True, slots=True)
class OwnRow:
    """One row that may become a KPI."""

    code: str
    name: str
    formula: str
    unit: Unit
    better: Better
    at: Place  # the formula's cell
    named_at: Place  # the code's cell
    shipped: Metric | None  # the shipped KPI that the row defines anew
    kind: Kind | None = None  # as typed; None: what the formula suggests
    klass: Klass | None = None  # likewise


def read_rows(
    catalog: Definitions, table: Table, decode: Decode | None, problems: list[Problem]
) -> dict[str, OwnRow]:
    """The rows with a formula, by code; a name that is somebody else's is a Problem."""
    taken: dict[str, OwnRow] = {}
    names: dict[str, str] = {}
    for row in table.rows:
        reader = RowReader(table, row, decode or _as_code, {}, problems)
        own = _read(catalog, reader, problems)
        if own is None or _misnamed(catalog, own, taken, names, problems):
            continue
        taken[own.code] = own
        names |= {name_key(own.code): own.code, name_key(own.name): own.code}
    return taken


def _as_code(words: str, text: str) -> str | None:
    """For callers whose cells hold codes already."""
    lists: Mapping[str, tuple[str, ...]] = {
        "unit": tuple(Unit),
        "better": tuple(Better),
        "yes_no": ("yes", "no"),
        "kind": tuple(Kind),
        "klass": tuple(Klass),
    }
    code = text.strip().casefold()
    return code if code in lists[words] else None


def _read(catalog: Definitions, reader: RowReader, problems: list[Problem]) -> OwnRow | None:
    row, table = reader.row, reader.table
    code, formula = reader.text("metric"), _formula(row)
    if _is_sheet_formula(row):
        problems.append(_sheet_formula(Place(*table.place(row, "formula"), table.name)))
        return None
    shipped = catalog.metrics.get(catalog.known.code(code) or "")
    if shipped is not None:
        _doubt_kinds(reader, shipped)
    if not formula and (not code or shipped is not None):
        return None  # an empty line, or a shipped KPI with its switches only
    if not reader.yes("on", default=True):
        return None
    return _complete(reader, code, formula, shipped)


KINDS = (("own_kind", "kind"), ("own_klass", "klass"))  # column and its word list


def _doubt_kinds(reader: RowReader, shipped: Metric) -> None:
    """Kind and class of a shipped KPI are its own; what is typed beside it changes nothing."""
    for column, words in KINDS:
        if reader.text(column):
            reader.doubt(column, f"{words}_fixed", metric=shipped.code)


def _formula(row: Row) -> str:
    """The formula as typed; columns of its messages count from here."""
    value = row.value("formula")
    return value if isinstance(value, str) and value.strip() else ""


def _is_sheet_formula(row: Row) -> bool:
    """Whether someone typed = first, so that the sheet itself tried to calculate the KPI."""
    cell = row.cells.get("formula")
    return cell is not None and (cell.formula or isinstance(cell.value, ErrorValue))


def _complete(reader: RowReader, code: str, formula: str, shipped: Metric | None) -> OwnRow | None:
    if not code:
        reader.needed("metric")
    if not formula:
        reader.needed("formula")
    unit = reader.word("unit", "unit", shipped.unit if shipped else "ratio")
    better = reader.word("better", "better", shipped.better if shipped else "higher")
    if reader.bad or unit is None or better is None:
        return None
    at, named_at = (
        Place(*reader.table.place(reader.row, column), reader.table.name)
        for column in ("formula", "metric")
    )
    name = reader.text("name") or code
    if shipped is not None:
        return OwnRow(
            shipped.code, name, formula, Unit(unit), Better(better), at, named_at, shipped
        )
    kind, klass = (reader.word_if_known(column, words) for column, words in KINDS)
    return OwnRow(
        *(code, name, formula, Unit(unit), Better(better), at, named_at, None),
        kind=Kind(kind) if kind else None,
        klass=Klass(klass) if klass else None,
    )


def _misnamed(
    catalog: Definitions,
    row: OwnRow,
    taken: Mapping[str, OwnRow],
    names: Mapping[str, str],
    problems: list[Problem],
) -> bool:
    """Whether the row's code or name cannot be used; then there is a Problem."""
    if len(row.code) > MOST_NAME or not can_be_named(row.code):
        problems.append(_bad_name(row))
        return True
    keys = [row.code] if row.shipped else [row.code, row.name]
    others = [names.get(name_key(key)) for key in keys]
    if row.shipped is None:
        others += [catalog.known.code(key) for key in keys]
    other = next((found for found in others if found is not None), None)
    if other is None and row.code not in taken:
        return False
    problems.append(_name_taken(row, other or row.code))
    return True


def can_be_named(code: str) -> bool:
    """Whether a formula can hold the code and gives it back."""
    try:
        return parse(name_text(code)).root == Name(code)
    except FormulaError:
        return False


# ----------------------------------------------------------------------------------- the problems


def _problem(code: str, place: Place, what: Texts, mend: Texts) -> Problem:
    return Problem(
        code,
        Level.ERROR,
        place,
        {"zh": what["zh"], "en": what["en"]},
        {"zh": mend["zh"], "en": mend["en"]},
    )


def _sheet_formula(place: Place) -> Problem:
    return _problem(
        "kpi_sheet_formula",
        place,
        {
            "zh": "这里写成了表格公式，表格自己算不出指标。",
            "en": "This is a sheet formula, and the sheet cannot calculate a KPI by itself.",
        },
        {
            "zh": "请去掉开头的等号，作为文字输入。",
            "en": "Type it as text, without the = in front.",
        },
    )


def _bad_name(row: OwnRow) -> Problem:
    return _problem(
        "kpi_name",
        row.named_at,
        {
            "zh": f"指标名称超过 {MOST_NAME} 个字符，或含有公式里不能写的符号，如“]”和上标。",
            "en": f"The KPI's name is longer than {MOST_NAME} characters, or holds a sign that no "
            'formula can hold, such as "]" or a superscript.',
        },
        {"zh": "请换一个短的名称。", "en": "Give it a short name."},
    )


def _name_taken(row: OwnRow, other: str) -> Problem:
    return _problem(
        "kpi_name_taken",
        row.named_at,
        {
            "zh": f"“{row.code}”({row.name})与已有的“{other}”重名。",
            "en": f'"{row.code}" ({row.name}) is already the name of "{other}".',
        },
        {
            "zh": "请换一个名称。",
            "en": "Choose another name.",
        },
    )


def unit_changed(row: OwnRow, shipped: Metric) -> Problem:
    """A shipped KPI keeps its unit, because others stand on it."""
    return _problem(
        "kpi_unit_fixed",
        row.at,
        {
            "zh": f"内置指标“{row.code}”的单位是 {shipped.unit}，不能改为 {row.unit}。",
            "en": f'The unit of the shipped KPI "{row.code}" is {shipped.unit}, not {row.unit}.',
        },
        {"zh": "请恢复单位，或另建一个指标。", "en": "Restore the unit, or add a KPI of your own."},
    )


def mixed_levels(row: OwnRow, person: str, shop: str) -> Problem:
    """A formula over figures of people and of shops at once."""
    return _problem(
        "kpi_mixed_levels",
        row.at,
        {
            "zh": f"“{person}”是人员的数字，“{shop}”是店铺的数字，不能放进同一个指标。",
            "en": f'"{person}" is typed for people and "{shop}" belongs to shops; one KPI cannot '
            "hold both.",
        },
        {
            "zh": "请在自定量表把归属改为同一种，或分成两个指标。",
            "en": "Give the own measures one level, or make two KPIs of it.",
        },
    )


def too_deep(row: OwnRow) -> Problem:
    """A chain of references that is too long to follow."""
    return _problem(
        "kpi_too_deep",
        row.at,
        {
            "zh": f"指标一个引用一个，超过 {MOST_DEPTH} 层。",
            "en": f"KPIs refer to one another more than {MOST_DEPTH} deep.",
        },
        {"zh": "请直接引用基础量。", "en": "Name base measures directly."},
    )


def in_circle(row: OwnRow, expression: Expression, circle: Sequence[str]) -> Problem:
    """A KPI that reaches itself."""
    column = next(
        (n.column for n in walk(expression.root) if isinstance(n, Name) and n.code in circle), 1
    )
    path = " → ".join([row.code, *[c for c in circle if c != row.code], row.code])
    return FormulaError(
        "kpi_circle",
        column,
        {
            "zh": f"指标互相引用成圈：{path}。",
            "en": f"KPIs refer to each other in a circle: {path}.",
        },
        {"zh": "请把其中一个改为引用基础量。", "en": "Let one of them name base measures instead."},
        place=row.at,
    ).problem()


def stands_on(row: OwnRow, expression: Expression, dropped: frozenset[str]) -> Problem:
    """A KPI that names a KPI with an error."""
    name = next(n for n in walk(expression.root) if isinstance(n, Name) and n.code in dropped)
    return FormulaError(
        "kpi_stands_on_error",
        name.column,
        {
            "zh": f"所引用的指标“{name.code}”本身有错误。",
            "en": f'The KPI "{name.code}" it refers to has an error itself.',
        },
        {"zh": "请先改正那个指标。", "en": "Mend that KPI first."},
        place=row.at,
    ).problem()
