"""A case's inputs and result as JSON gives them, read by type; a wrong shape names its key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kpi.errors import KpiError

Json = None | bool | float | str | Sequence["Json"] | Mapping[str, "Json"]


class Inputs:
    """The inputs of one case."""

    def __init__(self, values: Mapping[str, Json]) -> None:
        """Keep the values as they came."""
        self._values = values

    def __contains__(self, key: str) -> bool:
        """Whether the case has this input."""
        return key in self._values

    def raw(self, key: str) -> Json:
        """An input as it came."""
        if key not in self._values:
            raise KpiError(f'The input "{key}" is absent.')
        return self._values[key]

    def number(self, key: str) -> float:
        """A number."""
        return as_number(self.raw(key), key)

    def text(self, key: str) -> str:
        """A text."""
        value = self.raw(key)
        if not isinstance(value, str):
            raise KpiError(f'The input "{key}" is not a text.')
        return value

    def flag(self, key: str) -> bool:
        """A yes or no."""
        value = self.raw(key)
        if not isinstance(value, bool):
            raise KpiError(f'The input "{key}" is neither true nor false.')
        return value

    def items(self, key: str) -> Sequence[Json]:
        """A list."""
        return as_list(self.raw(key), key)

    def numbers(self, key: str) -> list[float]:
        """A list of numbers."""
        return [as_number(value, key) for value in self.items(key)]

    def rows(self, key: str) -> list[Sequence[Json]]:
        """A list of lists."""
        return [as_list(value, key) for value in self.items(key)]

    def part(self, key: str) -> Inputs:
        """An object."""
        value = self.raw(key)
        if not isinstance(value, Mapping):
            raise KpiError(f'The input "{key}" is not an object.')
        return Inputs(value)

    def numbers_by_key(self) -> dict[str, float]:
        """Every input, all of them numbers."""
        return {key: self.number(key) for key in self._values}


def as_list(value: Json, key: str) -> Sequence[Json]:
    """A list; the key is for the message."""
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise KpiError(f'The input "{key}" is not a list.')
    return value


def as_number(value: Json, key: str) -> float:
    """A number; the key is for the message."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise KpiError(f'The input "{key}" holds "{value}", which is not a number.')
    return float(value)


def as_bound(value: Json, key: str) -> float | None:
    """A number or nothing: the open end of a band."""
    return None if value is None else as_number(value, key)
