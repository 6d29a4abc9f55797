"""Formulas and titles as Excel takes them: what only Google knows is refused with the reason."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from sync_service.google.transfer.formulas import TOKEN, NotInGoogleError
from sync_service.google.transfer.google_functions import KNOWN, OURS
from sync_service.google.transfer.references import bare, quoted
from sync_service.workbooks.areas import LAST_ROW

LONGEST_TITLE = 31
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
_OPEN = re.compile(r"(\$?[A-Za-z]{1,3}\$?\d{1,7}):(\$?)([A-Za-z]{1,3})(?![\w(.!$])")
_TEXTS = re.compile(r"\"(?:[^\"]|\"\")*\"|'(?:[^']|'')+'!")
_CALLED = re.compile(r"([^\W\d][\w.]*)\(")
_GOOGLE = """
ADD ARRAY_CONSTRAIN ARRAYFORMULA AVERAGE.WEIGHTED COUNTUNIQUE COUNTUNIQUEIFS DETECTLANGUAGE DIVIDE
EPOCHTODATE EQ FLATTEN GOOGLEFINANCE GOOGLETRANSLATE GT GTE IMCOTH IMLOG IMPORTDATA IMPORTFEED
IMPORTHTML IMPORTRANGE IMPORTXML IMTANH ISBETWEEN ISDATE ISEMAIL ISURL JOIN LT LTE MARGINOFERROR
MINUS MULTIPLY NE POW QUERY REGEXEXTRACT REGEXMATCH REGEXREPLACE SORTN SPARKLINE SPLIT TO_DATE
TO_DOLLARS TO_PERCENT TO_PURE_NUMBER TO_TEXT UMINUS UNARY_PERCENT UPLUS
"""
_DYNAMIC = """
BYCOL BYROW CHOOSECOLS CHOOSEROWS FILTER HSTACK LAMBDA LET MAKEARRAY MAP RANDARRAY REDUCE SCAN
SEQUENCE SORT TOCOL TOROW UNIQUE VSTACK WRAPCOLS WRAPROWS XLOOKUP XMATCH
"""
GOOGLE_ONLY = frozenset(_GOOGLE.split())
DYNAMIC = frozenset(_DYNAMIC.split())  # their results may fill neighbours


def for_excel(text: str, titles: Mapping[str, str]) -> str:
    """A formula of Google as Excel takes it; `titles` are tabs that are called otherwise there.

    Raises:
        NotInGoogleError: It calls a function that Excel has not.
    """
    for name in called(text):
        if name in GOOGLE_ONLY or name in OURS or name not in KNOWN:
            raise NotInGoogleError(f"{name}()")
    return retitled(_closed(text), titles)


@lru_cache(maxsize=8192)
def called(text: str) -> tuple[str, ...]:
    """The functions that a formula calls."""
    return tuple(dict.fromkeys(name.upper() for name in _CALLED.findall(_TEXTS.sub("", text))))


def _closed(text: str) -> str:
    """Ranges without a last row, as only Google has them, to the last row of Excel."""
    if ":" not in text:
        return text
    parts = re.split(r'("(?:[^"]|"")*")', text)
    ended = [_OPEN.sub(rf"\1:\2\3\g<2>{LAST_ROW}", part) for part in parts[::2]]
    parts[::2] = ended
    return "".join(parts)


def retitled(text: str, titles: Mapping[str, str]) -> str:
    """References with the titles that the tabs have in Excel."""
    if not titles:
        return text
    return "".join(_titled(token, titles) for token in TOKEN.finditer(text))


def _titled(token: re.Match[str], titles: Mapping[str, str]) -> str:
    if token.lastgroup != "sheet":
        return token[0]
    name = bare(token[0])
    return quoted(titles[name]) if name in titles else token[0]


def excel_titles(titles: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Titles that Excel does not take, each with one that it takes."""
    taken = {title.casefold() for title in titles}
    for title in titles:
        made = _FORBIDDEN.sub("_", title)[:LONGEST_TITLE].strip("'") or "_"
        if made == title:
            continue
        number = 1
        while made.casefold() in taken:
            number += 1
            tail = f" {number}"
            made = made[: LONGEST_TITLE - len(tail)] + tail
        taken.add(made.casefold())
        yield title, made
