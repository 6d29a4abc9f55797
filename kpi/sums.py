"""What totals are made of and what they remember: a measure's days, and what was asked before."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kpi.model import Window
from kpi.organisation import Part


@dataclass(frozen=True)
class Series:
    """One measure over all shops, categories and days; `sums` are exact integers a currency."""

    chosen: NDArray[np.int8]  # [shop, day]: number of the alternative that counts, -1 for none
    sums: Mapping[str, NDArray[np.int64]]  # currency -> [shop, category, day]
    scaled: bool  # sums are ten-thousandths

    @property
    def known(self) -> NDArray[np.bool_]:
        """[shop, day]: whether the measure is known."""
        return self.chosen >= 0

    @cached_property
    def running(self) -> Mapping[str, NDArray[np.int64]]:
        """Sums of all days before a day: any window is one subtraction."""
        return {
            currency: np.concatenate(
                [np.zeros((*days.shape[:2], 1), np.int64), np.cumsum(days, axis=2)], axis=2
            )
            for currency, days in self.sums.items()
        }


@dataclass(frozen=True, slots=True)
class Answers:
    """What was asked of totals before: each answer stands on the facts of one shop alone."""

    exact: dict[tuple[Part, str, Window, str], Decimal | None] = field(default_factory=dict)
    until: dict[tuple[Part, str, Window], date] = field(default_factory=dict)
    all_until: dict[tuple[Part, frozenset[str], Window], date] = field(default_factory=dict)
    counting: dict[tuple[str, frozenset[str], Window], frozenset[str]] = field(default_factory=dict)
    applicable: dict[tuple[str, frozenset[str]], bool] = field(default_factory=dict)

    def without(self, shops: Collection[str]) -> Answers:
        """The answers of all other shops; other threads may add to these meanwhile."""
        return Answers(
            {key: one for key, one in self.exact.copy().items() if key[0].shop not in shops},
            {key: one for key, one in self.until.copy().items() if key[0].shop not in shops},
            {key: one for key, one in self.all_until.copy().items() if key[0].shop not in shops},
            {key: one for key, one in self.counting.copy().items() if key[0] not in shops},
            {key: one for key, one in self.applicable.copy().items() if key[0] not in shops},
        )
