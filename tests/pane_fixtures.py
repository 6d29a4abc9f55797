"""What tests of the pane ask for: a Chromium a file, the books of both languages, the stand-in."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.excel_book import Model
from tests.pane_results import books_of_both, result
from tests.pane_service import Stub, serving
from tests.pane_support import chromium

__all__ = ["book", "books", "browser", "stub"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as one:
        yield one


@pytest.fixture(scope="module")
def books() -> dict[str, Model]:
    return books_of_both()


@pytest.fixture
def stub() -> Iterator[Stub]:
    with serving() as one:
        one.result = result
        yield one


@pytest.fixture
def book(books: dict[str, Model]) -> Model:
    return copy.deepcopy(books["en"])
