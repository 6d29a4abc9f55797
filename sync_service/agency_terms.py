"""The terms of an agency's contract, as they are typed in a statement and read back from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from kpi.agency import Terms
from kpi.agency_rows import CORRECTION, TermRow, agreed_with, counted, value_of, wording_of
from kpi.model import Period
from kpi.money import CURRENCIES
from kpi.payout import decimals_of
from sheet_templates.statement_paper import TERMS, TEXTS, TITLES
from sync_service.told import ToldError

CODES = tuple(code for code, *_ in TERMS)
TEXT_CODES = tuple(code for code, *_ in TEXTS)
DEFAULTS: Mapping[str, Decimal] = {  # proposals of a new statement; fee and baseline have none
    "reward_rate": Decimal("0.2"),
    "deduct_rate": Decimal("0.1"),
    "late_each": Decimal(0),
    "missing_each": Decimal(0),
    "tax_rate": Decimal(0),
}
LEVELS = ((Decimal(85), Decimal(1)), (Decimal(70), Decimal("0.9")), (Decimal(0), Decimal("0.8")))


@dataclass(frozen=True, slots=True)
class Agreed:
    """The typed terms of a contract."""

    terms: Terms
    currency: str  # of the contract; empty: the report currency
    texts: Mapping[str, str] = field(default_factory=dict)  # currency and parties, as typed
    lines: tuple[TermRow, ...] = ()  # of the signed contract; none: typed in the statement


def agreed(path: Path | None, report: str) -> Agreed:
    """The terms of an earlier statement; a first one proposes rates, fee and baseline are open.

    Raises:
        ToldError: The file is no statement, an amount is below zero, a currency is none.
    """
    typed: Mapping[str, Decimal] = DEFAULTS
    levels: Sequence[tuple[Decimal, Decimal]] = LEVELS
    texts: Mapping[str, str] = {}
    if path is not None:
        typed, levels, texts = _typed(path)
    currency = texts.get("currency", "").upper()
    if currency and currency not in CURRENCIES:
        raise ToldError(
            f"{path}: {currency} in Terms is no currency with a rate; write one such as EUR.",
            f"{path}：条款中的 {currency} 不是有汇率的币种；请写 EUR 之类的代码。",
        )
    values = {code: typed.get(code) for code in CODES}
    terms = Terms(**values, levels=tuple(levels), decimals=decimals_of(currency or report))
    return Agreed(terms, currency, texts)


def contracted(
    rows: Sequence[TermRow], person: str, month: Period, typed: Agreed, report: str
) -> Agreed:
    """The terms of the contract for a partner's month; typed ones where it has none at all.

    The parties' addresses are typed in the statement in either case.
    """
    if not agreed_with(rows, person):
        return typed
    lines = counted(rows, person, month)
    currency = wording_of(lines, "currency")
    levels = tuple(
        (Decimal(repr(line.points)), Decimal(repr(line.value)))
        for line in lines
        if line.term == "level" and line.value is not None
    )
    values = {code: value_of(lines, code) for code in CODES}
    terms = Terms(**values, levels=levels, decimals=decimals_of(currency or report))
    return Agreed(terms, currency, {**typed.texts, "currency": currency}, lines)


def _typed(
    path: Path,
) -> tuple[dict[str, Decimal], list[tuple[Decimal, Decimal]], dict[str, str]]:
    """Values by the codes of the tab Terms, in whichever language it is."""
    typed: dict[str, Decimal] = {}
    levels: list[tuple[Decimal, Decimal]] = []
    texts: dict[str, str] = {}
    for start, value, code in (row[:3] for row in _rows(path) if len(row) > 2):  # noqa: PLR2004 - code
        if code == CORRECTION and isinstance(value, int | float):
            typed[CORRECTION] = Decimal(repr(value))
        elif code in CODES and isinstance(value, int | float):
            typed[str(code)] = _exact(path, value)
        elif str(code).startswith("level") and _numbers(start, value):
            levels.append((_exact(path, start), _exact(path, value)))
        elif code in TEXT_CODES and str(value).strip():
            texts[str(code)] = str(value).strip()
    return typed, levels, texts


def _rows(path: Path) -> list[list[object]]:
    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            title = next(t for t in TITLES["terms"].values() if t in book.sheet_names)
            return [
                list(row) for row in book.get_sheet_by_name(title).to_python(skip_empty_area=False)
            ]
    except (CalamineError, StopIteration, OSError) as error:
        raise ToldError(
            f"{path} is no statement of ours with a tab Terms.",
            f"{path} 不是含“条款”页的结算单。",
        ) from error


def _numbers(*cells: object) -> bool:
    return all(isinstance(cell, int | float) for cell in cells)


def _exact(path: Path, value: object) -> Decimal:
    """A typed number; terms are never below zero."""
    found = Decimal(repr(value))
    if found < 0:
        raise ToldError(
            f"{path}: {found:g} stands in Terms; write amounts and rates of 0 or more.",
            f"{path}：条款中有 {found:g}；金额和比例请写 0 或正数。",
        )
    return found
