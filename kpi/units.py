"""Units through a formula: money is not added to pieces, and a ratio is not money.

A dimension is (money, days, hours) as exponents. A typed number goes with anything, and DAYS()
counts as one, because "per day" keeps the unit of what is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kpi.errors import Place
from kpi.model import Texts, Unit
from kpi.syntax import Call, Chain, Compare, Expression, Name, Negate, Node, Number, Text, walk
from kpi.tokens import FormulaError

Dimension = tuple[int, int, int]
PLAIN: Dimension = (0, 0, 0)
_OF_UNIT: dict[Unit, Dimension] = {
    Unit.MONEY: (1, 0, 0),
    Unit.MONEY_PER_PERSON: (1, 0, 0),
    Unit.DAYS: (0, 1, 0),
    Unit.HOURS: (0, 0, 1),
}
_TRUTH = frozenset({"AND", "OR", "NOT", "ISKNOWN"})
_WORDS: tuple[Texts, ...] = (
    {"zh": "金额", "en": "money"},
    {"zh": "天", "en": "days"},
    {"zh": "小时", "en": "hours"},
)
UnitOf = Callable[[str], Unit]


def dimension_of(unit: Unit) -> Dimension:
    """The dimension of a unit; counts, ratios and scores are plain numbers."""
    return _OF_UNIT.get(unit, PLAIN)


def check_units(
    expression: Expression, unit_of: UnitOf, declared: Unit, place: Place | None = None
) -> None:
    """Raise `FormulaError` where parts of different units meet, or the whole is not `declared`."""
    found = _Checker(unit_of, place).dimension(expression.root)
    wanted = dimension_of(declared)
    uses_days = any(isinstance(n, Call) and n.function == "DAYS" for n in walk(expression.root))
    in_days = declared is Unit.DAYS and uses_days and found == PLAIN
    if found is not None and found != wanted and not in_days:
        raise FormulaError(
            "unit_clash",
            1,
            {
                "zh": f"公式得出{_words(found, 'zh')}，单位一列写的是{_words(wanted, 'zh')}。",
                "en": f"The formula gives {_words(found, 'en')}; "
                f"its unit says {_words(wanted, 'en')}.",
            },
            {"zh": "请改单位，或改公式。", "en": "Change the unit or the formula."},
            place=place,
        )


class _Checker:
    """Walks a tree once."""

    def __init__(self, unit_of: UnitOf, place: Place | None) -> None:
        self._unit_of = unit_of
        self._place = place

    def dimension(self, node: Node) -> Dimension | None:
        """The dimension of a node; None goes with anything."""
        match node:
            case Number() | Text():
                return None
            case Name():
                return dimension_of(self._unit_of(node.code))
            case Negate():
                return self.dimension(node.operand)
            case Chain():
                parts = [node.first, *(operand for _, operand in node.rest)]
                return self._same(parts) if node.adds else self._product(node)
            case Compare():
                self._same((node.left, node.right))
                return PLAIN
        return self._call(node)

    def _call(self, node: Call) -> Dimension | None:
        if node.function == "DAYS":
            return None
        if node.function in _TRUTH:
            for argument in node.arguments:
                self.dimension(argument)
            return PLAIN
        if node.function == "IF":
            self.dimension(node.arguments[0])
            return self._same(node.arguments[1:])
        return self._same(node.arguments[:1] if node.function == "ROUND" else node.arguments)

    def _product(self, node: Chain) -> Dimension | None:
        total = self.dimension(node.first)
        for sign, operand in node.rest:
            one = self.dimension(operand)
            if one is None:
                continue
            way = 1 if sign == "*" else -1
            base = total or PLAIN
            total = (base[0] + way * one[0], base[1] + way * one[1], base[2] + way * one[2])
        return total

    def _same(self, nodes: Iterable[Node]) -> Dimension | None:
        """The one dimension of parts that are added or compared."""
        common: Dimension | None = None
        for node in nodes:
            one = self.dimension(node)
            if common is not None and one is not None and one != common:
                raise self._clash(node, common, one)
            common = common if one is None else one
        return common

    def _clash(self, node: Node, left: Dimension, right: Dimension) -> FormulaError:
        return FormulaError(
            "unit_clash",
            node.column,
            {
                "zh": f"{_words(left, 'zh')}和{_words(right, 'zh')}不能相加或比较。",
                "en": f"{_words(left, 'en')} and {_words(right, 'en')} "
                "cannot be added or compared.",
            },
            {
                "zh": "请先换算成同一单位，例如乘以单价或除以件数。",
                "en": "Bring both to one unit first, such as times a price or over a count.",
            },
            place=self._place,
        )


def _words(dimension: Dimension, language: str) -> str:
    """`money / days`, or a plain number."""
    zh = language == "zh"
    named = [
        (word["zh" if zh else "en"], power) for word, power in zip(_WORDS, dimension, strict=True)
    ]
    above = [word for word, power in named for _ in range(power)]
    below = [word for word, power in named for _ in range(-power)]
    plain = "纯数" if zh else "a plain number"
    return " / ".join([" × ".join(above) or ("1" if below else plain), *below])
