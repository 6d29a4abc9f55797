"""A new spreadsheet from the model: one creation, then everything in bodies of at most 2 MB."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sync_service.google.transfer.google_writing import (
    Ground,
    creation,
    filling,
    ground_of,
    names,
    protections,
)
from sync_service.google.transfer.model import Workbook
from sync_service.google.transfer.ours import guards, marks, template_mark
from sync_service.google.transfer.sending import Json, packed
from sync_service.told import ToldError

LOCALES = {"zh": "zh_CN", "en": "en_US"}  # both part arguments by commas, so formulas stay


class Maker(Protocol):
    """Whoever can write to Google."""

    def create(self, body: Mapping[str, Any]) -> Json:
        """A new spreadsheet."""

    def batch_update(self, book: str, requests: Sequence[Mapping[str, Any]]) -> Json:
        """All requests or none."""


@dataclass(frozen=True, slots=True)
class Order:
    """How a spreadsheet is to be made."""

    title: str
    language: str = "en"
    zone: str = "Asia/Shanghai"
    edition: str = ""  # of ours; empty for any other workbook
    strict_editors: tuple[str, ...] = ()  # who alone may write outside the open cells of a slice


@dataclass(frozen=True, slots=True)
class Made:
    """A spreadsheet that was made."""

    id: str
    link: str
    requests: int


def make(maker: Maker, book: Workbook, order: Order) -> Made:
    """Make a spreadsheet of the common part of a workbook.

    Raises:
        ToldError: Google refused; a spreadsheet that was begun is named.
    """
    ground = ground_of(book)
    answer = maker.create(creation(ground, order.title, LOCALES[order.language], order.zone))
    number, link = str(answer["spreadsheetId"]), str(answer.get("spreadsheetUrl", ""))
    done = 1
    for body in packed(everything(ground, order)):
        try:
            maker.batch_update(number, body)
        except ToldError as error:
            raise ToldError(
                f"{error.texts['en']} The spreadsheet {number} was begun and is not whole: "
                "delete it and try again.",
                f"{error.texts['zh']} 表格 {number} 尚未建完：请删除后重试。",
            ) from error
        done += 1
    return Made(number, link, done)


def everything(ground: Ground, order: Order) -> Iterator[Json]:
    """All requests after the creation, the mark of the template last."""
    sheets = ground.book.sheets
    yield from names(ground)
    yield from filling(ground, sheets)
    for sheet in sheets:
        yield from marks(ground, sheet)
        yield from protections(ground, sheet, guards(sheet), order.strict_editors)
    if order.edition:
        yield template_mark(order.edition, order.language)
