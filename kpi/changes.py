"""From exact totals to the cells of an explanation: like days, like measures, one refusal a reason.

Both periods are measured over equally many days where one of them is not whole. What cannot be
split exactly is refused: an unknown value, a stock, a formula that does not add up over shops.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from fractions import Fraction

from kpi.actuals import Actuals
from kpi.apportion import exact
from kpi.book import Book
from kpi.catalog import Catalog
from kpi.cells import category_of
from kpi.errors import UnansweredError
from kpi.evaluate import evaluate
from kpi.explain import ZERO, Cell, Explained, Side, by_name, explained
from kpi.model import Metric, Period, RollUp, Unit, Window
from kpi.organisation import Part, ScopeParts
from kpi.scope_values import ScopeValues
from kpi.terms import terms
from kpi.tokens import FormulaError
from kpi.totals import Converter
from kpi.trade import Shop
from kpi.units import check_units

VOLUMES = {"ad_cost": "ad_clicks", "ad_sales_total": "ad_orders"}  # else units sold
UNITS, VISITS = "units_ordered", "sessions"
NEAR = Fraction(1, 10**9)  # of the whole: what doubles may lose on the way to the cells


class By(StrEnum):
    """What a cell of the explanation is."""

    REGION = "region"
    MARKET = "market"
    PLATFORM = "platform"
    SHOP = "shop"
    CATEGORY = "category"
    SKU = "sku"  # asked of totals whose categories are the SKUs
    PERSON = "person"  # who owns the shop


_OF_SHOP: Mapping[By, Callable[[Shop], str]] = {
    By.REGION: lambda shop: shop.region.value,
    By.MARKET: lambda shop: shop.market,
    By.PLATFORM: lambda shop: shop.platform,
    By.SHOP: lambda shop: shop.code,
    By.PERSON: lambda shop: shop.owner or "",
}
WHOLE_SHOPS = frozenset(_OF_SHOP)  # a cell is one or more whole shops


@dataclass(frozen=True, slots=True)
class Change:
    """A KPI's change between two windows with its parts."""

    metric: Metric
    before: Window  # the days that were compared
    after: Window
    by: By
    volume: str | None  # the measure that volume counts; None where the KPI has none
    found: Explained
    lines: tuple[tuple[str, Fraction], ...]  # of a KPI that is a sum: each line's own change
    values: Mapping[str, Fraction | None]  # the KPI of each part in the later window


@dataclass(frozen=True, slots=True)
class _Asked:
    """One question, with what answers it."""

    actuals: Actuals
    metric: Metric
    parts: tuple[Part, ...]
    shops: Mapping[str, Shop]
    windows: tuple[Window, Window]
    by: By

    @property
    def catalog(self) -> Catalog:
        """The definitions that the actuals were worked out with."""
        return self.actuals.catalog

    def values(self, parts: Sequence[Part], window: Window) -> ScopeValues:
        """The figures of some parts in one of the windows."""
        return ScopeValues(self.actuals.totals, self.catalog, self.actuals.money, parts, window)


def change(
    actuals: Actuals,
    book: Book,
    metric: Metric,
    scope: ScopeParts,
    periods: tuple[Period, Period],
    by: By = By.SHOP,
) -> Change:
    """Why a KPI of a scope moved from the first period to the second.

    Raises:
        UnansweredError: It cannot be split; the sentence says why.
    """
    asked = _asked(actuals, book, metric, scope, periods, by)
    volume, visits = _volume(asked), _visits(asked)
    cells = tuple(_cells(asked, volume, visits))
    _adds_up(asked, cells)
    found = by_name(explained(cells))
    lines, values = _lines(asked, found.change), _values(cells)
    return Change(metric, *asked.windows, by, volume, found, lines, values)


def _asked(
    actuals: Actuals,
    book: Book,
    metric: Metric,
    scope: ScopeParts,
    periods: tuple[Period, Period],
    by: By,
) -> _Asked:
    needs = actuals.catalog.needs(metric.code)
    _no_stock(metric, needs, actuals.catalog)
    held = actuals.held(metric, scope).parts
    parts = tuple(p for p in held if actuals.totals.applicable(p.shop, needs))
    values = [actuals.of(metric, scope, one) for one in periods]
    for value in values:
        if value.value is None:
            until = value.covered_until or "–"
            raise UnansweredError(
                f"{metric.code} of {scope.scope.code} is not known in {value.period} "
                f"(data until {until}); fetch or fill its data first.",
                f"{scope.scope.code} 的 {metric.names['zh']} 在 {value.period} 未知"
                f"（数据至 {until}）；请先取数或补录。",
            )
    windows = _alike(values[0].covered, values[1].covered, periods)
    return _Asked(actuals, metric, parts, {s.code: s for s in book.shops}, windows, by)


def _no_stock(metric: Metric, needs: frozenset[str], catalog: Catalog) -> None:
    stocks = sorted(m for m in needs if catalog.measures[m].roll_up is not RollUp.SUM)
    if stocks or not needs:
        named = ", ".join(stocks) or "no measure"
        raise UnansweredError(
            f"{metric.code} stands on {named}, which does not add up over days; "
            "ask for a KPI of amounts or counts, or for a ratio of two of them.",
            f"{metric.names['zh']} 取自 {named}，不能按日相加；请改问金额、数量或两者之比的指标。",
        )


def _alike(before: Window, after: Window, periods: tuple[Period, Period]) -> tuple[Window, Window]:
    """Whole periods as they are; else as many first days of each as both know."""
    if before == periods[0].window and after == periods[1].window:
        return before, after
    days = timedelta(days=min(before.days, after.days))
    return (
        Window(before.start, before.start + days),
        Window(after.start, after.start + days),
    )


# --- what volume and visits are ---------------------------------------------------------------


def _volume(asked: _Asked) -> str | None:
    """What a price belongs to: units of an amount, the count itself of a count."""
    metric = asked.metric
    if metric.denominator is not None:
        return None
    if metric.unit is not Unit.MONEY:
        return metric.code
    code = VOLUMES.get(metric.code, UNITS)
    return code if _known(asked, code) else None


def _visits(asked: _Asked) -> bool:
    """Whether units can be told apart into visits and conversion: both known, shop by shop."""
    return asked.by in WHOLE_SHOPS and _volume(asked) == UNITS and _known(asked, VISITS)


def _known(asked: _Asked, measure: str) -> bool:
    totals = asked.actuals.totals
    if not all(totals.applicable(part.shop, [measure]) for part in asked.parts):
        return False
    return all(totals.covered([measure], asked.parts, one) == one for one in asked.windows)


# --- cells ------------------------------------------------------------------------------------


def _cells(asked: _Asked, volume: str | None, visits: bool) -> Iterator[Cell]:
    above = _in_money(asked.catalog, asked.metric.numerator)
    below = _in_money(asked.catalog, asked.metric.denominator)
    for name, part in _pieces(asked):
        before, after = (
            _side(asked, part, window, rate, volume, visits=visits)
            for window, rate in zip(asked.windows, _rates(asked, part), strict=True)
        )
        yield Cell(name, before, after, above_in_money=above, below_in_money=below)


def _pieces(asked: _Asked) -> Iterator[tuple[str, Part]]:
    """Each part with the name of its cell; several parts of one name are told together later."""
    for part in asked.parts:
        shop = asked.shops.get(part.shop)
        if asked.by in WHOLE_SHOPS or shop is None or not part.whole:
            name = _OF_SHOP.get(asked.by, _OF_SHOP[By.SHOP])
            yield (name(shop) if shop else part.shop), part
            continue
        known = asked.actuals.totals.leaves.categories
        for category in dict.fromkeys(category_of(one) for one in known):
            yield category, replace(part, category=category)


def _values(cells: Sequence[Cell]) -> dict[str, Fraction | None]:
    """The KPI of all cells of a name; a ratio over nothing is unknown."""
    above: dict[str, Fraction] = {}
    below: dict[str, Fraction] = {}
    for cell in cells:
        above[cell.name] = above.get(cell.name, ZERO) + cell.after.above
        if cell.after.below is not None:
            below[cell.name] = below.get(cell.name, ZERO) + cell.after.below
    if not below:
        return dict(above)
    return {name: value / below[name] if below[name] else None for name, value in above.items()}


def _side(
    asked: _Asked, part: Part, window: Window, rate: Fraction, volume: str | None, *, visits: bool
) -> Side:
    values = asked.values((part,), window)
    metric, counted = asked.metric, volume == asked.metric.code
    above = _number(asked, metric.numerator, values)
    below = None if metric.denominator is None else _number(asked, metric.denominator, values)
    units = above if counted else _number(asked, volume, values) if volume else None
    return Side(above, below, units, _number(asked, VISITS, values) if visits else None, rate)


def _number(asked: _Asked, text: str, values: ScopeValues) -> Fraction:
    found = evaluate(asked.catalog.parsed(text), values)
    if found is None:
        where = values.parts[0].shop
        raise UnansweredError(
            f"{text} is not known for {where} from {values.window.start} on, so "
            f"{asked.metric.code} cannot be split; look at it by market or shop.",
            f"{where} 从 {values.window.start} 起的 {text} 未知，{asked.metric.names['zh']} "
            "无法拆分；请按站点或店铺查看。",
        )
    return exact(found)


def _in_money(catalog: Catalog, text: str | None) -> bool:
    """Whether a formula gives an amount, which the rate of exchange moves."""
    if text is None:
        return False
    try:
        check_units(catalog.parsed(text), catalog.unit, Unit.MONEY)
    except FormulaError:
        return False
    return True


def _rates(asked: _Asked, part: Part) -> tuple[Fraction, Fraction]:
    """The report currency for one of the shop's own in both windows."""
    shop = asked.shops.get(part.shop)
    if shop is None:
        return Fraction(1), Fraction(1)
    before, after = (_rate(asked.actuals.money, shop.currency, w) for w in asked.windows)
    return before, after


def _rate(money: Converter, currency: str, window: Window) -> Fraction:
    """The fixed rate; else the mean of the days that have one."""
    fixed = money.constant(currency)
    if fixed is not None:
        return Fraction(fixed)
    found = [money.of_day(currency, day) for day in window.each()]
    known = [Fraction(rate) for rate in found if rate is not None]
    if not known:
        raise UnansweredError(
            f"No rate of {currency} is known from {window.start} on; load the ECB's rates, or type "
            "a fixed rate in the settings.",
            f"{window.start} 起没有 {currency} 汇率；请载入欧洲央行汇率，或在设置中填固定汇率。",
        )
    return sum(known, ZERO) / len(known)


def _adds_up(asked: _Asked, cells: Sequence[Cell]) -> None:
    """Refuse a formula whose cells are not its whole, such as a product of sums."""
    metric = asked.metric
    both = ([cell.before for cell in cells], [cell.after for cell in cells])
    for window, sides in zip(asked.windows, both, strict=True):
        values = asked.values(asked.parts, window)
        _same(asked, metric.numerator, values, [side.above for side in sides])
        if metric.denominator is not None:
            _same(asked, metric.denominator, values, [side.below or ZERO for side in sides])


def _same(asked: _Asked, text: str, values: ScopeValues, cells: Sequence[Fraction]) -> None:
    whole = _number(asked, text, values)
    if abs(sum(cells, ZERO) - whole) > NEAR * max(Fraction(1), abs(whole)):
        raise UnansweredError(
            f"{text} does not add up over the cells ({asked.by.value}), so the change of "
            f"{asked.metric.code} cannot be split; choose one shop as the scope.",
            f"{text} 按 {asked.by.value} 相加不等于整体，{asked.metric.names['zh']} 无法拆分；"
            "请以单个店铺为范围。",
        )


# --- lines of a sum ---------------------------------------------------------------------------


def _lines(asked: _Asked, whole: Fraction) -> tuple[tuple[str, Fraction], ...]:
    """Sales, cost, fees ...: what each line of a sum did to the change; none for other KPIs.

    What doubles lost on the way goes to the largest line, so that the lines are the change.
    """
    if asked.metric.denominator is not None:
        return ()
    before, after = (asked.values(asked.parts, window) for window in asked.windows)
    signed = terms(asked.catalog.parsed(asked.metric.numerator))
    changes = [
        (code, sign * (_number(asked, code, after) - _number(asked, code, before)))
        for code, sign in signed
    ]
    if not changes:
        return ()
    (code, moved), *others = sorted(changes, key=lambda line: -abs(line[1]))
    odd = whole - sum((one for _, one in changes), ZERO)
    return ((code, moved + odd), *others)
