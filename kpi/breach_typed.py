"""What a person writes beside a breach."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Typed:
    """The manager's cells of a line of Breaches."""

    number: str
    action: str
    by: str
    silence_until: date | None  # the first day on which it is told again
    address: str = ""  # of that day's cell
