"""Why a KPI moved: its change split into volume, mix, rate and FX, cell by cell, without a rest.

A cell is a shop, a market, a category or a SKU in both periods. All arithmetic is exact
(fractions), so the parts add up to the change by construction; `rounded` keeps that on paper.

An amount is volume times price times rate of exchange. Taken in this order, volume says what the
cell would have brought had all cells grown alike, mix what its own growth adds to that, rate what
its price (or margin, or cost a unit) did, FX what its currency did. A ratio has no volume: a cell
moves it by its weight (mix), by its own ratio (rate), and by its currency.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

ZERO = Fraction()
EFFECTS = ("volume", "mix", "rate", "fx")


@dataclass(frozen=True, slots=True)
class Side:
    """A cell in one period, in the report currency."""

    above: Fraction  # the amount; of a ratio its numerator
    below: Fraction | None = None  # denominator; None for an amount
    volume: Fraction | None = None  # units, clicks ...; None where no volume belongs to it
    visits: Fraction | None = None
    fx: Fraction = Fraction(1)  # report currency for one of the cell's own


@dataclass(frozen=True, slots=True)
class Cell:
    """A piece of the scope; its two sides are measured alike."""

    name: str
    before: Side
    after: Side
    above_in_money: bool = True  # whether the rate of exchange moves it
    below_in_money: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """What a cell did to the whole; the unit is that of the KPI."""

    name: str
    volume: Fraction = ZERO
    mix: Fraction = ZERO
    rate: Fraction = ZERO
    fx: Fraction = ZERO
    visits: Fraction | None = None  # of volume and mix together: what visits did,
    conversion: Fraction | None = None  # and what conversion did; None where visits are unknown

    @property
    def total(self) -> Fraction:
        """All effects of the cell."""
        return self.volume + self.mix + self.rate + self.fx


@dataclass(frozen=True, slots=True)
class Explained:
    """A change and its parts, the largest first."""

    before: Fraction
    after: Fraction
    parts: tuple[Part, ...]

    @property
    def change(self) -> Fraction:
        """After less before; exactly the sum of the parts."""
        return self.after - self.before

    def effect(self, name: str) -> Fraction:
        """One effect (volume, mix, rate, fx) over all cells."""
        return sum((effect_of(part, name) for part in self.parts), ZERO)

    def drivers(self) -> tuple[tuple[str, Fraction], ...] | None:
        """Visits, conversion, rate and FX: the same change by factor; None without visits."""
        visits = [part.visits for part in self.parts]
        known = [one for one in visits if one is not None]
        if not known or len(known) < len(visits):
            return None
        conversion = sum((part.conversion or ZERO for part in self.parts), ZERO)
        return (
            ("visits", sum(known, ZERO)),
            ("conversion", conversion),
            ("rate", self.effect("rate")),
            ("fx", self.effect("fx")),
        )

    def share(self, part: Fraction) -> Fraction | None:
        """Which part of the change this is; unknown where nothing changed."""
        return part / self.change if self.change else None


def by_name(found: Explained) -> Explained:
    """Parts of one name told together; what did nothing is left out."""
    names = dict.fromkeys(part.name for part in found.parts)
    joined = (_joined(name, [p for p in found.parts if p.name == name]) for name in names)
    told = (part for part in joined if part.visits or any(effect_of(part, e) for e in EFFECTS))
    return Explained(found.before, found.after, _largest_first(told))


def _joined(name: str, parts: Sequence[Part]) -> Part:
    effects = {one: sum((effect_of(part, one) for part in parts), ZERO) for one in EFFECTS}
    visits, conversion = (
        _known_sum(values) for values in ([p.visits for p in parts], [p.conversion for p in parts])
    )
    return Part(name, **effects, visits=visits, conversion=conversion)


def _known_sum(values: Sequence[Fraction | None]) -> Fraction | None:
    known = [value for value in values if value is not None]
    return sum(known, ZERO) if len(known) == len(values) else None


def effect_of(part: Part, name: str) -> Fraction:
    """An effect of a part by its name."""
    return {"volume": part.volume, "mix": part.mix, "rate": part.rate, "fx": part.fx}[name]


def explained(cells: Sequence[Cell]) -> Explained:
    """The change of an amount, or of a ratio where the cells have denominators."""
    return _ratio(cells) if any(cell.before.below is not None for cell in cells) else _amount(cells)


def _largest_first(parts: Iterable[Part]) -> tuple[Part, ...]:
    return tuple(sorted(parts, key=lambda part: (-abs(part.total), part.name)))


# --- amounts ----------------------------------------------------------------------------------


def _amount(cells: Sequence[Cell]) -> Explained:
    then = sum((c.before.volume or ZERO for c in cells if _has_price(c)), ZERO)
    now = sum((c.after.volume or ZERO for c in cells if _has_price(c)), ZERO)
    growth = now / then if then else None
    parts = [_amount_part(cell, growth) for cell in cells]
    before = sum((cell.before.above for cell in cells), ZERO)
    after = sum((cell.after.above for cell in cells), ZERO)
    return Explained(before, after, _largest_first(parts))


def _has_price(cell: Cell) -> bool:
    """Whether the amount is volume times a price in both periods (or nothing in one of them)."""
    return all(
        side.volume is not None and (side.volume > 0 or (side.volume == 0 and side.above == 0))
        for side in (cell.before, cell.after)
    )


def _amount_part(cell: Cell, growth: Fraction | None) -> Part:
    """An amount without volume, such as a fee of the whole shop, can only have a rate."""
    constant = _at(cell.after.above, cell, moved=cell.above_in_money)
    fx = cell.after.above - constant
    if not _has_price(cell):
        # A cell that sells nothing has no traffic effect, where traffic is known at all.
        calm = None if cell.before.visits is None or cell.after.visits is None else ZERO
        rate = constant - cell.before.above
        return Part(cell.name, rate=rate, fx=fx, visits=calm, conversion=calm)
    then, now = cell.before.volume or ZERO, cell.after.volume or ZERO
    price = cell.before.above / then if then else constant / now if now else ZERO
    volume = (then * growth - then) * price if growth is not None else (now - then) * price
    sold = (now - then) * price
    visits, conversion = _traffic(cell, price)
    return Part(cell.name, volume, sold - volume, constant - now * price, fx, visits, conversion)


def _traffic(cell: Cell, price: Fraction) -> tuple[Fraction | None, Fraction | None]:
    """What visits and conversion did to the volume; the two are volume and mix together."""
    then, now = cell.before.visits, cell.after.visits
    if then is None or now is None:
        return None, None
    sold, selling = cell.before.volume or ZERO, cell.after.volume or ZERO
    visits = (now - then) * (sold / then) * price if then else ZERO
    return visits, (selling - sold) * price - visits


def _at(amount: Fraction, cell: Cell, *, moved: bool) -> Fraction:
    """An amount of the later period at the earlier rate of exchange."""
    return amount / cell.after.fx * cell.before.fx if moved else amount


# --- ratios -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Weighed:
    """A cell's numerator and denominator in three states: before, after at old FX, after."""

    cell: Cell
    above: tuple[Fraction, Fraction, Fraction]
    below: tuple[Fraction, Fraction, Fraction]


def _ratio(cells: Sequence[Cell]) -> Explained:
    weighed = [_weighed(cell) for cell in cells]
    tops = [sum((one.above[n] for one in weighed), ZERO) for n in range(3)]
    bases = [sum((one.below[n] for one in weighed), ZERO) for n in range(3)]
    wholes = [top / base for top, base in zip(tops, bases, strict=True)]
    parts = [_ratio_part(one, bases, wholes) for one in weighed]
    return Explained(wholes[0], wholes[2], _largest_first(parts))


def _weighed(cell: Cell) -> _Weighed:
    before, after = cell.before, cell.after
    below, last = before.below or ZERO, after.below or ZERO
    return _Weighed(
        cell,
        (before.above, _at(after.above, cell, moved=cell.above_in_money), after.above),
        (below, _at(last, cell, moved=cell.below_in_money), last),
    )


def _ratio_part(one: _Weighed, bases: Sequence[Fraction], wholes: Sequence[Fraction]) -> Part:
    """The cell's pull on the whole: c - R w in each step, told apart into weight and own ratio."""
    weights = [one.below[n] / bases[n] for n in range(3)]
    added = [one.above[n] / bases[n] for n in range(3)]
    moved = added[1] - added[0] - wholes[0] * (weights[1] - weights[0])
    fx = added[2] - added[1] - wholes[1] * (weights[2] - weights[1])
    mix = _weight_effect(one, weights, wholes[0])
    return Part(one.cell.name, mix=mix, rate=moved - mix, fx=fx)


def _weight_effect(one: _Weighed, weights: Sequence[Fraction], whole: Fraction) -> Fraction:
    """A cell above the mean that grows lifts the ratio; a new one counts with its own ratio."""
    if any(below == 0 and above != 0 for above, below in zip(one.above, one.below, strict=True)):
        return ZERO  # a cost without sales has no ratio: all of it is rate
    own = next((a / b for a, b in zip(one.above, one.below, strict=True) if b), ZERO)
    return (weights[1] - weights[0]) * (own - whole)


# --- sums of lines ----------------------------------------------------------------------------


def rounded(parts: Sequence[Fraction], decimals: int) -> tuple[Fraction, ...]:
    """Parts to so many decimals that add up to their rounded sum: the running sum is rounded."""
    unit, running, told, shown = Fraction(10) ** -decimals, ZERO, ZERO, []
    for part in parts:
        running += part
        upto = _half_up(running / unit) * unit
        shown.append(upto - told)
        told = upto
    return tuple(shown)


def _half_up(value: Fraction) -> int:
    """To the nearest whole number, half away from zero."""
    size = (abs(value) + Fraction(1, 2)).__floor__()
    return -size if value < 0 else size
