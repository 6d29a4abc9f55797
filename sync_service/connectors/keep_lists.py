"""Keep-lists, written as text: the names that may be kept of an answer; all else is dropped."""

from __future__ import annotations


def names(text: str) -> frozenset[str]:
    """The words of a text as a set of field or column names."""
    return frozenset(text.split())
