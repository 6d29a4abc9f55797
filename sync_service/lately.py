"""Answers of pure functions, found again by the very objects that they were made of.

Nothing here changes what it once made: tables, patches, plans. So where the same objects come
again, so does the answer, and a refresh costs what has changed. No value is decided here: what is
kept is what would be made again.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

KEPT = 64  # answers, the newest
LARGE = 200  # rows: what is made of a smaller table costs less than to find it again
ALIKE = 8  # values of one name
R = TypeVar("R")
Key = tuple[Hashable, ...]


@dataclass(slots=True)
class Lately:
    """The last answers and the last values of each name; for any number of threads."""

    _answers: OrderedDict[Key, tuple[tuple[object, ...], object]] = field(
        default_factory=OrderedDict
    )
    _values: dict[str, list[Any]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, make: Callable[..., R], *what: object) -> R:
        """`make(*what)`, made once for these very objects."""
        key = (make, *map(id, what))
        with self._lock:
            found = self._answers.get(key)
            if found is not None:
                self._answers.move_to_end(key)
                return cast("R", found[1])
        made = make(*what)
        with self._lock:
            self._answers[key] = (what, made)  # what is asked of lives on, so its id is its own
            while len(self._answers) > KEPT:
                self._answers.popitem(last=False)
        return made

    def alike(self, name: str, value: R) -> R:
        """The equal value that was seen under this name; else this one, for the next."""
        with self._lock:
            known = tuple(self._values.get(name, ()))
        found = next((one for one in reversed(known) if one is value or one == value), value)
        with self._lock:
            others = [one for one in self._values.get(name, ()) if one is not found]
            self._values[name] = [*others, found][-ALIKE:]
        return found
