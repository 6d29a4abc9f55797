"""What the control database keeps of pay: every line as it was shown, and what was paid of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, select

from kpi.bonus import Slice
from kpi.payout import NO_PARAMS, PayBasis, PayLine, PayMethod, PayRule, PayState
from sync_service import control, schema
from sync_service.control import Control

Key = tuple[str, str]
"""(month, person)."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A pay line as it was shown; with what was paid once somebody approved it."""

    basis: PayBasis
    rule: PayRule | None
    state: PayState
    paid: Decimal | None  # None: not approved yet
    approved_by: str
    at: datetime  # UTC


def kept_lines(store: Control, book: str) -> dict[Key, Kept]:
    """Every line of a team's book."""
    table = schema.payouts
    with store.read() as connection:
        rows = connection.execute(select(table).where(table.c.book == book)).mappings().all()
    return {(row["month"], row["person"]): _kept(dict(row)) for row in rows}


def _kept(row: Mapping[str, Any]) -> Kept:
    line = row["line"]
    figures = dict(line["basis"])
    for code in ("team", "rewards", "true_up"):
        figures[code] = None if figures[code] is None else Decimal(figures[code])
    return Kept(
        PayBasis(**figures),
        _rule_of(line["rule"]),
        PayState(line["state"]),
        None if row["paid"] is None else Decimal(row["paid"]),
        row["approved_by"] or "",
        row["at"],
    )


def _rule_of(said: Mapping[str, Any] | None) -> PayRule | None:
    if said is None:
        return None
    params = said["params"] or NO_PARAMS
    return PayRule(
        said["code"],
        PayMethod(said["method"]),
        said["currency"],
        tuple(params),
        said["cap"],
        said["veto_zero"],
        tuple(Slice(*one) for one in said["slices"]),
        said.get("carry_loss", False),
        said.get("on_kpi", ""),
        said.get("on_scope", ""),
    )


def keep(
    connection: Connection,
    book: str,
    line: PayLine,
    at: datetime,
    *,
    paid: Decimal | None = None,
    approved_by: str = "",
) -> None:
    """Keep a line; a line that was paid is never kept again."""
    row = {
        "book": book,
        "month": line.basis.period,
        "person": line.basis.person,
        "line": _said(line),
        "paid": None if paid is None else str(paid),
        "currency": line.rule.currency if line.rule else None,
        "approved_by": approved_by or None,
        "at": at,
    }
    control.put(connection, schema.payouts, row)


def _said(line: PayLine) -> dict[str, object]:
    """A line as plain data: what `_kept` reads back."""
    basis, rule = line.basis, line.rule
    figures = {name: getattr(basis, name) for name in PayBasis.__dataclass_fields__}
    for code in ("team", "rewards", "true_up"):
        figures[code] = None if figures[code] is None else str(figures[code])
    return {
        "basis": figures,
        "state": line.state.value,
        "rule": None
        if rule is None
        else {
            "code": rule.code,
            "method": rule.method.value,
            "currency": rule.currency,
            "params": list(rule.params),
            "cap": rule.cap,
            "veto_zero": rule.veto_zero,
            "carry_loss": rule.carry_loss,
            "on_kpi": rule.on_kpi,
            "on_scope": rule.on_scope,
            "slices": [[one.start, one.end, one.rate] for one in rule.slices],
        },
    }
