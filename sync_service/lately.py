"""Answers of pure functions, found again by the very objects that they were made of.

Nothing here changes what it once made: tables, patches, plans. So where the same objects come
again, so does the answer, and a refresh costs what has changed. No value is decided here: what is
kept is what would be made again.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, TypeVar

KEPT = 200  # answers, the newest
LARGE = 50  # rows: what is made of a smaller table costs less than to find it again
ALIKE = 8  # values of one name
NAMED = 60  # values, the newest
R = TypeVar("R")
Key = tuple[Hashable, ...]


@dataclass(frozen=True, slots=True)
class _Answer:
    """What was asked of lives as long as the answer, so that its id is no other's."""

    of: tuple[object, ...]
    made: Future[Any] = field(default_factory=Future)


@dataclass(slots=True)
class Lately:
    """The last answers and the last values of each name; for any number of threads."""

    _answers: OrderedDict[Key, _Answer] = field(default_factory=OrderedDict)
    _values: dict[str, list[Any]] = field(default_factory=dict)
    _named: OrderedDict[Key, Any] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, make: Callable[..., R], *what: object) -> R:
        """`make(*what)`, made once for these very objects; who asks meanwhile waits for it."""
        key = (make, *map(id, what))
        with self._lock:
            found = self._answers.get(key)
            if found is None:
                mine = self._answers[key] = _Answer(what)
                while len(self._answers) > KEPT:
                    self._answers.popitem(last=False)
            else:
                self._answers.move_to_end(key)
        if found is not None:
            known: R = found.made.result()
            return known
        try:
            made = make(*what)
        except BaseException as error:
            mine.made.set_exception(error)
            with self._lock:
                self._answers.pop(key, None)
            raise
        mine.made.set_result(made)
        return made

    def named(self, name: Key, make: Callable[[], R]) -> R:
        """What was put under a name; else what is made now, for the next."""
        with self._lock:
            if name in self._named:
                self._named.move_to_end(name)
                known: R = self._named[name]
                return known
        return self.put(name, make())

    def put(self, name: Key, value: R) -> R:
        """Keep a value under a name, in place of another one."""
        with self._lock:
            self._named[name] = value
            self._named.move_to_end(name)
            while len(self._named) > NAMED:
                self._named.popitem(last=False)
        return value

    def alike(self, name: str, value: R) -> R:
        """The equal value that was seen under this name; else this one, for the next."""
        with self._lock:
            known = self._values.setdefault(name, [])
            found = next((one for one in reversed(known) if one is value or one == value), value)
            self._values[name] = [*(one for one in known if one is not found), found][-ALIKE:]
        return found
