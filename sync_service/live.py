"""The buttons of the Excel ribbon: what a press does to the open workbook, through RunPython.

`RunPython "import sync_service.live as live; live.refresh()"` is all that the add-in file says; the
same road as every refresh does the rest. What was found is told in a message box, in the workbook's
language. Nothing here is imported by the service.
"""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kpi.book_numbers import book_number
from kpi.errors import KpiError, Level, Problem
from kpi.model import Language
from sync_service import sent_store
from sync_service.explain import explain as explained
from sync_service.house import House, open_house
from sync_service.outside import OUTSIDE, from_outside
from sync_service.refresh import Order, Outcome, book_name, look
from sync_service.refresh import refresh as refreshed
from sync_service.scorecard import Card
from sync_service.settings import PROJECT, Settings, from_environment
from sync_service.told import ToldError, sentence
from sync_service.workbooks.areas import address
from sync_service.workbooks.live_excel import LiveExcelPort
from sync_service.workbooks.sent import body_of

if TYPE_CHECKING:
    from xlwings import Book

MOST_LINES = 12  # of a message box
MARKS = {Level.ERROR: "■", Level.WARNING: "▲", Level.NOTE: "○"}
Lines = Sequence[str]


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button pressed in an open workbook."""

    house: House
    book: Book
    port: LiveExcelPort
    language: Language

    @property
    def order(self) -> Order:
        """The refresh of this workbook; a closed file of the same path has the same history."""
        return Order(_known_as(self.book), self.port, f"excel:{getpass.getuser()}")

    def say(self, zh: str, en: str) -> str:
        """A text in the workbook's language."""
        return zh if self.language == "zh" else en

    def step(self, zh: str, en: str) -> None:
        """Progress in the status bar."""
        self.book.app.status_bar = f"LinkStar KPI: {self.say(zh, en)}"


def refresh() -> None:
    """Actuals and scores into the open workbook."""
    _pressed(_refresh)


def check() -> None:
    """Every problem of the open workbook; nothing is written."""
    _pressed(_check)


def explain() -> None:
    """Where the value of the selected cell comes from."""
    _pressed(_explain)


def help() -> None:  # noqa: A001 - the word on the button
    """What the buttons do."""
    _pressed(_help)


def _refresh(pressed: Pressed) -> Lines:
    done = refreshed(pressed.house, pressed.order, pressed.step)
    now = pressed.house.clock.now()
    sent = pressed.port.now().sent  # for the functions that the service answers in its cells
    number = sent_store.book_name(book_number(pressed.book.fullname))
    sent_store.keep(
        pressed.house.store, number, pressed.book.name, pressed.order.who, body_of(sent), now
    )
    return [_state(pressed, done), *_scores(done.card), "", *_problems(pressed, done.problems)]


def _state(pressed: Pressed, done: Outcome) -> str:
    if done.state == "unchanged":
        return pressed.say("没有新数据，未改动。", "Nothing new; left as it is.")
    if done.state == "paused" or done.report is None:
        return pressed.say(
            "写入已暂停，只显示暂停提示。", "Writing is paused; only the pause is shown."
        )
    cells = done.report.cells_written
    return pressed.say(
        f"已写入 {cells} 格，请保存工作簿。", f"{cells} cells written. Save the workbook."
    )


def _scores(card: Card | None) -> Lines:
    if card is None:
        return []
    return [
        f"{one['person']}: {one['total']:.2f} {one['grade'] or ''}".strip()
        for one in card["people"]
        if one["total"] is not None
    ][:MOST_LINES]


def _check(pressed: Pressed) -> Lines:
    found = look(pressed.house, pressed.order, pressed.step).problems
    return _problems(pressed, found) or [pressed.say("没有发现问题。", "No problems found.")]


def _problems(pressed: Pressed, found: Sequence[Problem]) -> Lines:
    """The worst problems, and how many there are."""
    ranked = sorted(found, key=lambda one: list(MARKS).index(one.level))
    lines = [f"{MARKS[one.level]} {one.line(pressed.language)}" for one in ranked[:MOST_LINES]]
    more = len(ranked) - len(lines)
    return [*lines, pressed.say(f"……另有 {more} 条", f"... and {more} more")] if more else lines


def _explain(pressed: Pressed) -> Lines:
    cell = pressed.book.app.selection
    if cell is None:
        raise ToldError("Select a cell first.", "请先选中一个单元格。")
    at = f"{cell.sheet.name}!{address(cell.row, cell.column)}"
    told = explained(pressed.house, pressed.order, at)
    return [pressed.say(zh, en) for zh, en in told.lines]


def _help(pressed: Pressed) -> Lines:
    page = PROJECT / "docs" / "excel.md"
    return [
        pressed.say(
            "刷新：取数据库中的实际值并计分，写入灰色列。",
            "Refresh: actuals and scores into the grey columns.",
        ),
        pressed.say("核对：列出全部问题，不改动。", "Check: lists every problem, changes nothing."),
        pressed.say("解释：选中的数字从哪里来。", "Explain: where the selected figure comes from."),
        pressed.say(f"说明：{page}", f"More: {page}"),
    ]


# --- the edge -------------------------------------------------------------------------------------


def _pressed(work: Callable[[Pressed], Lines]) -> None:
    """Do it and tell; whatever is wrong with disk, data or workbook is told as a sentence."""
    import xlwings as xw  # noqa: PLC0415 - Excel's own thing; the commands do without

    book = xw.Book.caller()
    settings = from_environment()
    port = LiveExcelPort(book)
    try:
        with _still(book), open_house(settings) as house:
            lines = work(Pressed(house, book, port, _language(port, settings)))
    except KpiError as error:
        lines = [sentence(error, settings.language)]
    except OUTSIDE as error:
        lines = [sentence(from_outside(error, settings.home), settings.language)]
    book.app.alert("\n".join(lines), "LinkStar KPI")


@contextmanager
def _still(book: Book) -> Iterator[None]:
    """The status bar is Excel's again at the end."""
    try:
        yield
    finally:
        book.app.status_bar = False  # Excel then shows its own text


def _language(port: LiveExcelPort, settings: Settings) -> Language:
    contents = port.read()
    if not contents.tables:
        return settings.language
    return "en" if contents.language == "en" else "zh"


def _known_as(book: Book) -> str:
    """The workbook's name in the control database: its path.

    Raises:
        ToldError: It was never saved.
    """
    place = str(book.fullname)
    if not any(sign in place for sign in "/\\"):
        raise ToldError(
            "Save the workbook first: the service knows a workbook by its place.",
            "请先保存工作簿：服务按存放位置识别工作簿。",
        )
    return place if "://" in place else book_name(Path(place))
