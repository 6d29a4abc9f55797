"""What stands in for a missing actual: a stored policy, and a mark whenever it did.

Not applicable is no case of this: such an item leaves the card altogether.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kpi.errors import KpiError


class Policy(StrEnum):
    """What a rule says about a value that should exist and does not."""

    EXCLUDE = "exclude"  # the other items carry its weight
    LAST_VALUE = "last_value"
    SAME_PERIOD_LAST_YEAR = "same_period_last_year"
    SUBSTITUTE = "substitute"  # a stored constant
    ZERO = "zero"  # needs approval
    BLOCK = "block"  # no total


class Outdated(StrEnum):
    """What a rule says about a value that ends before its closed month does."""

    BLOCK = "block"  # no total
    USE_TO_DATE = "use_to_date"  # against what was due by then
    LAST_VALUE = "last_value"


@dataclass(frozen=True, slots=True)
class Counted:
    """The value that scores, and the policy that gave it; None where it was measured."""

    value: float | None
    policy: Policy | None = None

    @property
    def blocks(self) -> bool:
        """Whether the card has no total because of it."""
        return self.value is None and self.policy is Policy.BLOCK


@dataclass(frozen=True, slots=True)
class Stored:
    """What a policy may take instead; each None where there is none."""

    last_value: float | None = None
    last_year: float | None = None
    constant: float | None = None
    zero_approved: bool = False


def counted(actual: float | None, policy: str, stored: Stored | None = None) -> Counted:
    """The actual, or what its policy puts in its place; unknown when that is unknown too."""
    if actual is not None:
        return Counted(actual)
    if policy not in tuple(Policy):
        known = ", ".join(Policy)
        raise KpiError(
            f'Missing policy "{policy}" is not one of {known}.',
            f"缺数处理“{policy}”不在 {known} 之中。",
        )
    held = stored or Stored()
    taken = {
        Policy.LAST_VALUE: held.last_value,
        Policy.SAME_PERIOD_LAST_YEAR: held.last_year,
        Policy.SUBSTITUTE: held.constant,
        Policy.ZERO: 0.0 if held.zero_approved else None,
    }
    return Counted(taken.get(Policy(policy)), Policy(policy))
