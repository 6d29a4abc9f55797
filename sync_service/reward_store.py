"""Entries of Points that approved rewards of payout books make, kept between payout and refresh."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, select, update

from kpi.book import Book
from kpi.book_rows import is_month
from kpi.errors import Place, Problem
from kpi.messages import problem
from kpi.rewards import (
    FROM_REWARDS,
    RewardEffect,
    applied_rewards,
    reward_points,
    same_reward,
    with_rewards,
)
from kpi.typed_rows import PointRow
from sync_service import control, schema
from sync_service.control import Control
from sync_service.payout_reading import PayTyped


def kept_points(
    store: Control, book: str, but: str = "", instead: Sequence[PointRow] = ()
) -> tuple[PointRow, ...]:
    """Every entry of a team's book; those of the payout book `but` as they are `instead`.

    One that the payout book no longer makes is withdrawn: it has 0 points.
    """
    table = schema.reward_points
    with store.read() as connection:
        rows = connection.execute(select(table).where(table.c.book == book)).mappings().all()
    fresh = {row.number: row for row in instead}
    kept = [
        replace(_entry(row), points=0.0) if row["source"] == but else _entry(row)
        for row in sorted(rows, key=lambda row: row["number"])
        if row["number"] not in fresh
    ]
    return (*kept, *fresh.values())


def points_in(typed: PayTyped) -> tuple[PointRow, ...]:
    """The entries that the approved rewards of a payout book make."""
    return reward_points(applied_rewards(typed.rewards, typed.applications))


def told_points(typed: PayTyped, points: Sequence[PointRow]) -> Iterator[Problem]:
    """Points of a quarter, which have no month to go to; and what stands on Points by hand."""
    in_points = {one.code for one in typed.rewards if one.effect is RewardEffect.POINTS}
    for one in typed.applications:
        if one.rule in in_points and one.approved_by and not is_month(one.period):
            values = {"person": one.person, "reward": one.rule, "period": one.period}
            yield problem("reward_points_month", _place(str(one.number)), **values)
    for row in points_in(typed):
        hand = (one for one in points if not one.number.startswith("R-"))
        found = next((one for one in hand if same_reward(row, one)), None)
        if found is not None:
            values = {"person": row.person, "month": row.month, "reward": row.kind}
            yield problem("reward_by_hand", _place(row.number), **values, entry=found.number)


def _place(text: str) -> Place:
    return Place(table="tblApplied", text=text)


def _entry(row: Mapping[Any, Any]) -> PointRow:
    return PointRow(
        *(str(row["month"]), str(row["person"]), float(str(row["points"])), str(row["reason"])),
        *(str(row["approved_by"]), FROM_REWARDS, str(row["number"]), str(row["kind"])),
    )


def keep_points(connection: Connection, book: str, source: str, rows: Sequence[PointRow]) -> None:
    """Keep the entries that a payout book makes; one that it no longer makes is withdrawn."""
    table = schema.reward_points
    mine = (table.c.book == book) & (table.c.source == source)
    gone = mine & table.c.number.not_in([row.number for row in rows])
    connection.execute(update(table).where(gone).values(points=0.0))
    for row in rows:
        figures = {"month": row.month, "person": row.person, "points": row.points}
        words = {"reason": row.reason, "kind": row.kind, "approved_by": row.approved_by or ""}
        key = {"book": book, "number": row.number, "source": source}
        control.put(connection, schema.reward_points, {**key, **figures, **words})


def rewarded(book: Book, flowed: Sequence[PointRow]) -> Book:
    """The team's book with the entries of rewards."""
    kinds = {one.kind for one in book.point_kinds}
    return replace(book, points=with_rewards(book.points, flowed, kinds)) if flowed else book
