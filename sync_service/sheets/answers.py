"""Questions about a Google spreadsheet, answered from what was last read of it.

A refresh or check leaves what it read; where nothing is left (the service was started anew), the
spreadsheet is read once. New facts or another hour compute again without asking Google.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sheet_templates.purpose import Shown
from sync_service.compute import Computed
from sync_service.google.refreshing import PREFIX
from sync_service.sheet_answers import Answers, Known, Sent
from sync_service.sheets.spreadsheets import AtGoogle, Spreadsheets
from sync_service.told import ToldError
from sync_service.workbooks.port import BookContents, NamePatch, TablePatch, WriteReport


@dataclass(frozen=True, slots=True)
class ReadOnce:
    """What was read of a spreadsheet, as a port that is asked for nothing more."""

    contents: BookContents

    def fingerprint(self) -> str:
        """Of what was read."""
        return self.contents.fingerprint

    def read(self) -> BookContents:
        """What was read."""
        return self.contents

    def write(
        self,
        tables: Sequence[TablePatch],
        names: Sequence[NamePatch],
        fingerprint: str,
        shown: Shown | None = None,
    ) -> WriteReport:
        """Questions write nothing.

        Raises:
            ToldError: Always.
        """
        del tables, names, fingerprint, shown
        raise ToldError("Questions write nothing.", "提问不写入任何内容。")


@dataclass(slots=True)
class SheetAnswers(Answers):
    """The computed spreadsheets of one installation."""

    sheets: Spreadsheets = field(default_factory=AtGoogle)

    def keep_read(self, book: str, contents: BookContents, done: Computed) -> None:
        """Take what a refresh or a check read and computed."""
        with self._lock:
            self._take(book, contents)
            self._put(book, Known(self._mark(book, contents.fingerprint), done))

    def names(self, book: str) -> Mapping[str, object]:
        """The single cells of a spreadsheet as they were last read."""
        with self._lock:
            return self._last(book).port.read().names

    def forget(self, book: str) -> None:
        """Read it anew the next time."""
        with self._lock:
            self._sent.pop(book, None)
            self._books.pop(book, None)

    def _last(self, book: str) -> Sent:
        known = self._sent.get(book)
        if known is None:
            sheet = book.removeprefix(PREFIX)
            known = self._take(book, self.sheets.port(self.house, sheet).read())
        return known

    def _take(self, book: str, contents: BookContents) -> Sent:
        known = self._sent[book] = Sent(b"", ReadOnce(contents), contents.fingerprint)
        return known
