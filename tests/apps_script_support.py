"""The generated Apps Script project in node: one run at a time, its calls answered by the test."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.kpi_language_support import NODE
from tests.paths import ROOT

PROJECT = ROOT / "addin" / "generated" / "apps_script"
HOST = Path(__file__).with_name("apps_script_host") / "host.js"
SHEET = "1abcDEFghij_klm-1234567"
ADDRESS = "https://kpi.example.com"
Json = dict[str, Any]
Fetch = Callable[[Json], Json]


class ScriptError(Exception):
    """What a run threw, as Google would show it."""


def nobody(_request: Json) -> Json:
    """No service at the address."""
    return {"down": True}


@dataclass(slots=True)
class Script:
    """A project that runs, its spreadsheet, and who answers its requests."""

    process: subprocess.Popen[str]
    fetch: Fetch = nobody
    asked: list[Json] = field(default_factory=list)

    def run(self, name: str, *words: Any, where: str = "authorised") -> Any:
        """Call a function; what it gives.

        Raises:
            ScriptError: It threw.
        """
        return self._ended({"call": name, "words": list(words), "where": where})

    def cells(self, name: str, *words: Any) -> list[list[Any]]:
        """A custom function in a cell; numbers come as their bits."""
        found: list[list[Any]] = self.run(name, *words, where="function")
        return found

    def numbers(self, name: str, *words: Any) -> list[list[Any]]:
        """The same with numbers."""
        return [[number(one) for one in row] for row in self.cells(name, *words)]

    def many(self, calls: Sequence[tuple[str, Sequence[Any]]]) -> list[Json]:
        """Many custom functions; each {done} or {failed}."""
        found: list[Json] = self._said({"many": calls})["done"]
        return found

    def set(self, **told: Any) -> None:
        """Change the spreadsheet or the host."""
        self._said({"set": told})

    def forget(self) -> None:
        """Google throws the cache away."""
        self._said({"forget": True})

    @property
    def state(self) -> Json:
        """Menus, boxes, sidebar, properties, triggers, the selected cell."""
        found: Json = self._said({"look": True})["state"]
        return found

    def _ended(self, told: Json) -> Any:
        found = self._said(told)
        if "failed" in found:
            raise ScriptError(found["failed"])
        return found["done"]

    def _said(self, told: Json) -> Json:
        """Say a line; requests on the way are answered."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        while True:
            self.process.stdin.write(json.dumps(told) + "\n")
            self.process.stdin.flush()
            text = self.process.stdout.readline()
            assert text, "the host ended"
            found: Json = json.loads(text)
            if "fetch" not in found:
                return found
            self.asked.append(found["fetch"])
            told = self.fetch(found["fetch"])


def number(one: Any) -> Any:
    """A cell with its number."""
    return float(_double(one["bits"])) if isinstance(one, dict) else one


def _double(bits: str) -> float:
    import struct  # noqa: PLC0415 - beside its only use

    [found] = struct.unpack(">d", bytes.fromhex(bits))
    return float(found)


@contextmanager
def scripted(folder: Path = PROJECT, **book: Any) -> Iterator[Script]:
    """A project that runs in a process of its own."""
    node = shutil.which("node")
    if node is None:
        pytest.fail(NODE, pytrace=False)
    process = subprocess.Popen(
        [node, str(HOST), str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    made = Script(process)
    try:
        if book:
            made.set(book=book)
        yield made
    finally:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        process.wait(20)
        process.stdout.close()
