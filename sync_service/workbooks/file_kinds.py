"""What kind of file a path is: an ordinary one, whose name says which workbook is in it."""

from __future__ import annotations

from pathlib import Path

from sync_service.workbooks.book import Book
from sync_service.workbooks.refusals import IrregularFileError, WrongEndingError

_ENDINGS = {  # word of the workbook part's content type -> the ending that Excel opens it by
    "sheet.main+xml": ".xlsx",
    "sheet.macroEnabled.main+xml": ".xlsm",
    "template.main+xml": ".xltx",
    "template.macroEnabled.main+xml": ".xltm",
}


def refuse_irregular(path: Path) -> None:
    """Raise for a folder, pipe or device: opening one may hang, replacing one breaks it."""
    if path.exists() and not path.is_file():
        raise IrregularFileError(path.name)


def refuse_ending(path: Path, book: Book, source: Path) -> None:
    """Raise for a name that promises another kind of file than the package is.

    Excel, WPS and most mail filters go by the name: a package named .xls or .csv does not open. The
    ending that the workbook came with may stay, if it is one of a workbook at all.
    """
    wanted, given = ending_of(book), source.suffix.casefold()
    allowed = {wanted, given} if given in _ENDINGS.values() else {wanted}
    if path.suffix.casefold() not in allowed:
        raise WrongEndingError(path.name, wanted)


def ending_of(book: Book) -> str:
    """The ending that belongs to a package; .xlsx where its type is one of no known kind."""
    kinds = (e for kind, e in _ENDINGS.items() if book.workbook in book.parts_of(f".{kind}"))
    return next(kinds, ".xlsx")
