"""Shares that add up: whole units given by largest remainder, exactly, never a cent lost."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from kpi.errors import KpiError
from kpi.typed_rows import Tie

Share = float | Decimal | Fraction


def exact(value: Share) -> Fraction:
    """A number as the decimal a person reads: 0.1 is a tenth, not its nearest double."""
    if isinstance(value, Fraction):
        return value
    return Fraction(str(value) if isinstance(value, float) else value)


def apportion(units: int, shares: Sequence[Share], tie: Tie = Tie.FIRST) -> tuple[int, ...]:
    """Give `units` whole units by shares: floors first, the rest to the largest fractions."""
    parts = [exact(share) for share in shares]
    whole = sum(parts, Fraction())
    if whole <= 0 or any(part < 0 for part in parts):
        raise KpiError(
            "Shares must not be negative and must add up to more than 0.",
            "份额不得为负，合计须大于 0。",
        )
    quotas = [units * part / whole for part in parts]
    given = [quota.numerator // quota.denominator for quota in quotas]
    order = sorted(range(len(parts)), key=lambda n: _rank(n, quotas[n] - given[n], parts[n], tie))
    for n in order[: units - sum(given)]:
        given[n] += 1
    return tuple(given)


def _rank(place: int, remainder: Fraction, size: Fraction, tie: Tie) -> tuple[Fraction, ...]:
    """Sort key: the largest remainder first, then what the stored tie rule says."""
    if tie is Tie.LARGER_CLASS:
        return (-remainder, -size, Fraction(place))
    return (-remainder, Fraction(place if tie is Tie.FIRST else -place))


def split(total: Share, shares: Sequence[Share], decimals: int) -> tuple[Decimal, ...]:
    """Split an amount by shares in units of 10 ** -decimals; the parts add up to it exactly.

    An amount finer than the unit keeps its odd end in the first part with a share.
    """
    amount, unit = exact(total), Fraction(1, 10**decimals)
    sign = -1 if amount < 0 else 1
    units = (abs(amount) / unit).__floor__()
    parts = [sign * n * unit for n in apportion(units, shares)]
    odd = amount - sum(parts, Fraction())
    parts[next(n for n, share in enumerate(shares) if exact(share) > 0)] += odd
    return tuple(_decimal(part) for part in parts)


def _decimal(value: Fraction) -> Decimal:
    """A fraction whose denominator is a power of ten, as a decimal."""
    return Decimal(value.numerator) / Decimal(value.denominator)
