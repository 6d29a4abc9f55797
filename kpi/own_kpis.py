"""The manager's own rows of tblKpi: each sound row becomes a KPI, each other one a Problem.

A row whose KPI is a shipped one is a switch and carries no formula. Rows are dropped one after
the other, the worst first, until all that is left builds; so one bad row hides no good one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from kpi.book_rows import Decode, RowReader
from kpi.cards import DEFAULT_DECIMALS, made_card
from kpi.catalog import Catalog, all_names, build, check_one, ordered
from kpi.errors import Level, Place, Problem
from kpi.model import Better, Card, Kind, Klass, Metric, RollUp, Texts, Unit
from kpi.parser import parse
from kpi.syntax import Call, Chain, Expression, Name, references, unparse, walk
from kpi.tables import ErrorValue, Row, Table
from kpi.tokens import FormulaError, Names

_MOST_NAME = 64
_EMPTY: Texts = {"zh": "", "en": ""}
_NO_CARD = Card(_EMPTY, _EMPTY, _EMPTY, _EMPTY, _EMPTY, _EMPTY)


@dataclass(frozen=True, slots=True)
class _Own:
    """One row that may become a KPI."""

    code: str
    name: str
    formula: str
    unit: Unit
    better: Better
    at: Place  # the formula's cell
    named_at: Place  # the code's cell


def with_own(
    catalog: Catalog, table: Table, decode: Decode | None = None
) -> tuple[Catalog, list[Problem]]:
    """The catalogue with the sound rows added, and a Problem for each other one."""
    problems: list[Problem] = []
    rows = _free_names(catalog, _read(catalog, table, decode or _as_code, problems), problems)
    expressions = _parsed(catalog, rows, problems)
    _drop_circles(rows, expressions, problems)
    _drop_orphans(rows, expressions, problems)
    metrics = _right_units(catalog, rows, expressions, problems)
    whole = build(catalog.measures, {**catalog.metrics, **metrics})
    full = {code: replace(m, card=made_card(whole, m)) for code, m in metrics.items()}
    return replace(whole, metrics={**catalog.metrics, **full}), problems


def _as_code(words: str, text: str) -> str | None:
    """For callers whose cells hold codes already."""
    lists: Mapping[str, tuple[str, ...]] = {
        "unit": tuple(Unit),
        "better": tuple(Better),
        "yes_no": ("yes", "no"),
    }
    code = text.strip().casefold()
    return code if code in lists[words] else None


# --------------------------------------------------------------------------------- reading rows


def _read(
    catalog: Catalog, table: Table, decode: Decode, problems: list[Problem]
) -> Iterator[_Own]:
    for row in table.rows:
        reader = RowReader(table, row, decode, {}, problems)
        code, formula = reader.text("metric"), _formula(row)
        if _is_sheet_formula(row):
            problems.append(_sheet_formula(Place(*table.place(row, "formula"), table.name)))
            continue
        if not code and not formula:
            continue
        if catalog.known.code(code) in catalog.metrics and not formula:
            continue  # a shipped KPI's line: switches only
        if not reader.yes("on", default=True):
            continue
        own = _row(reader, code, formula)
        if own is not None:
            yield own


def _formula(row: Row) -> str:
    """The formula as typed; columns of its messages count from here."""
    value = row.value("formula")
    return value if isinstance(value, str) and value.strip() else ""


def _is_sheet_formula(row: Row) -> bool:
    """Whether someone typed = first, so that the sheet itself tried to calculate the KPI."""
    cell = row.cells.get("formula")
    return cell is not None and (cell.formula or isinstance(cell.value, ErrorValue))


def _row(reader: RowReader, code: str, formula: str) -> _Own | None:
    if not code:
        reader.needed("metric")
    if not formula:
        reader.needed("formula")
    unit = reader.word("unit", "unit", "ratio")
    better = reader.word("better", "better", "higher")
    if reader.bad or unit not in set(Unit) or better not in set(Better):
        return None
    places = [Place(*reader.table.place(reader.row, c), reader.table.name) for c in _PLACED]
    name = reader.text("name") or code
    return _Own(code, name, formula, Unit(unit), Better(better), places[0], places[1])


_PLACED = ("formula", "metric")


def _free_names(catalog: Catalog, rows: Iterator[_Own], problems: list[Problem]) -> dict[str, _Own]:
    """Rows whose code and name are nobody else's, by code."""
    taken: dict[str, _Own] = {}
    seen = Names({})
    for row in rows:
        if len(row.code) > _MOST_NAME or "]" in row.code:
            problems.append(_bad_name(row))
            continue
        other = _taken(catalog, seen, row)
        if other is not None:
            problems.append(_name_taken(row, other))
            continue
        taken[row.code] = row
        seen = Names({name: r.code for r in taken.values() for name in (r.code, r.name)})
    return taken


def _taken(catalog: Catalog, seen: Names, row: _Own) -> str | None:
    for name in (row.code, row.name):
        other = catalog.known.code(name) or seen.code(name)
        if other is not None:
            return other
    return None


# ------------------------------------------------------------------------------ checking formulas


def _parsed(
    catalog: Catalog, rows: dict[str, _Own], problems: list[Problem]
) -> dict[str, Expression]:
    own = {name: row.code for row in rows.values() for name in (row.code, row.name)}
    names = Names({**all_names(catalog.measures, catalog.metrics), **own})
    expressions = {}
    for row in rows.values():
        try:
            expressions[row.code] = parse(row.formula, names=names, place=row.at)
        except FormulaError as error:
            problems.append(error.problem())
    return expressions


def _drop_circles(
    rows: Mapping[str, _Own], expressions: dict[str, Expression], problems: list[Problem]
) -> None:
    """Drop every KPI that reaches itself; ordering what is left proves that none remains."""
    reach = {code: _reached(code, expressions) for code in expressions}
    for code in [code for code, found in reach.items() if code in found]:
        circle = [c for c in reach[code] if code in reach.get(c, ())]
        problems.append(_in_circle(rows[code], expressions[code], circle))
    for code in [code for code, found in reach.items() if code in found]:
        del expressions[code]
    ordered(expressions)


def _reached(start: str, expressions: Mapping[str, Expression]) -> list[str]:
    """All own KPIs that a KPI stands on, in the order found."""
    found: list[str] = []
    waiting = [start]
    while waiting:
        for code in sorted(references(expressions[waiting.pop()])):
            if code in expressions and code not in found:
                found.append(code)
                waiting.append(code)
    return found


def _drop_orphans(
    rows: Mapping[str, _Own], expressions: dict[str, Expression], problems: list[Problem]
) -> None:
    """Drop KPIs that stand on a dropped one, until none does."""
    dropped = set(rows) - set(expressions)
    while True:
        orphans = {c: e for c, e in expressions.items() if references(e) & dropped}
        if not orphans:
            return
        for code, expression in orphans.items():
            problems.append(_stands_on(rows[code], expression, dropped))
            del expressions[code]
        dropped |= set(orphans)


def _right_units(
    catalog: Catalog,
    rows: Mapping[str, _Own],
    expressions: dict[str, Expression],
    problems: list[Problem],
) -> dict[str, Metric]:
    """The KPIs whose parts and declared unit agree; a KPI's declared unit is what others see."""
    metrics = {code: _metric(catalog, rows[code], e) for code, e in expressions.items()}
    units = replace(catalog, metrics={**catalog.metrics, **metrics})
    for code, expression in list(expressions.items()):
        try:
            check_one(units, expression, metrics[code].unit)
        except FormulaError as error:
            error.place = rows[code].at
            problems.append(error.problem())
            del expressions[code]
    _drop_orphans({code: rows[code] for code in metrics}, expressions, problems)
    return {code: metrics[code] for code in expressions}


# ---------------------------------------------------------------------------------- making a KPI


def _metric(catalog: Catalog, row: _Own, expression: Expression) -> Metric:
    numerator, denominator = _split(expression)
    return Metric(
        code=row.code,
        names={"zh": row.name, "en": row.name},
        numerator=numerator,
        denominator=denominator,
        unit=row.unit,
        better=row.better,
        kind=Kind.RESULT,
        klass=Klass.NONE,
        decimals=DEFAULT_DECIMALS[row.unit],
        card=_NO_CARD,
        additive=denominator is None and _adds(catalog, expression),
        own=True,
    )


def _split(expression: Expression) -> tuple[str, str | None]:
    """Numerator and denominator of a formula whose last step is a division."""
    root = expression.root
    if not isinstance(root, Chain) or root.rest[-1][0] != "/":
        return unparse(expression), None
    above = replace(root, rest=root.rest[:-1]) if root.rest[1:] else root.first
    below = root.rest[-1][1]
    return unparse(Expression(above, "")), unparse(Expression(below, ""))


def _adds(catalog: Catalog, expression: Expression) -> bool:
    """Whether the value of a month is the sum of its days: sums of measures that add up."""
    for node in walk(expression.root):
        if isinstance(node, Call) or (isinstance(node, Chain) and not node.adds):
            return False
        if isinstance(node, Name) and not _adds_up(catalog, node.code):
            return False
    return True


def _adds_up(catalog: Catalog, code: str) -> bool:
    metric, measure = catalog.metrics.get(code), catalog.measures.get(code)
    if metric is not None:
        return metric.additive
    return measure is not None and measure.roll_up is RollUp.SUM


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
            "zh": "这里写成了表格公式,表格自己算不出指标。",
            "en": "This is a sheet formula, and the sheet cannot calculate a KPI by itself.",
        },
        {"zh": "请去掉开头的等号,作为文字输入。", "en": "Type it as text, without the = in front."},
    )


def _bad_name(row: _Own) -> Problem:
    return _problem(
        "kpi_name",
        row.named_at,
        {
            "zh": f"指标名称超过 {_MOST_NAME} 个字符或含有“]”。",
            "en": f'The KPI\'s name is longer than {_MOST_NAME} characters or holds a "]".',
        },
        {"zh": "请换一个短的名称。", "en": "Give it a short name."},
    )


def _name_taken(row: _Own, other: str) -> Problem:
    return _problem(
        "kpi_name_taken",
        row.named_at,
        {
            "zh": f"“{row.code}”({row.name})与已有的“{other}”重名。",
            "en": f'"{row.code}" ({row.name}) is already the name of "{other}".',
        },
        {
            "zh": "请换一个名称;内置指标的公式不能改,可另建一个指标。",
            "en": "Choose another name; a shipped KPI keeps its formula, add a KPI of your own.",
        },
    )


def _in_circle(row: _Own, expression: Expression, circle: list[str]) -> Problem:
    column = next(
        (n.column for n in walk(expression.root) if isinstance(n, Name) and n.code in circle), 1
    )
    path = " → ".join([row.code, *[c for c in circle if c != row.code], row.code])
    return FormulaError(
        "kpi_circle",
        column,
        {
            "zh": f"指标互相引用成圈:{path}。",
            "en": f"KPIs refer to each other in a circle: {path}.",
        },
        {"zh": "请把其中一个改为引用基础量。", "en": "Let one of them name base measures instead."},
        place=row.at,
    ).problem()


def _stands_on(row: _Own, expression: Expression, dropped: set[str]) -> Problem:
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
