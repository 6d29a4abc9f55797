"""Python's search for cycles of objects, which large heaps of trees make long and never need."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

OBJECTS, YOUNG, MIDDLE = 200_000, 20, 20  # made before a search, and searches before a longer one


@contextmanager
def few_collections() -> Iterator[None]:
    """Search less often: answers, tables and sums are trees without any cycle.

    Of a sync the search took 40 % of the time, of a refresh from the task pane a third.
    """
    before = gc.get_threshold()
    gc.set_threshold(OBJECTS, YOUNG, MIDDLE)
    try:
        yield
    finally:
        gc.set_threshold(*before)
