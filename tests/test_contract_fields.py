"""Which fields of the rows and settings a contract holds, and that each comes back as signed."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.contract_nouns import ruled
from kpi.contracts import contract_of
from tests.contract_support import BOOK, CATALOG, PERSON, RULE, SHOP, TARGET, weight

NOV_1 = date(2026, 11, 1)
UNSIGNED = {  # fields of the nouns that nobody signs: names, notes and places
    "TargetRow": {"address", "stage"},  # what the stage put in force is what is signed
    "WeightRow": {"address"},
    "Rule": {"address", "quiet"},
    "Person": {"name", "department", "mentor", "partner", "plan"},
    "Shop": {"name", "company", "brand"},
}
NOUNS = (
    ("targets", TARGET),
    ("weights", weight()),
    ("rules", RULE),
    ("people", PERSON),
    ("shops", SHOP),
)


def another(value: object, field: str) -> object:
    """Another value that the field could have."""
    if value is None:
        return date(2026, 2, 2) if field in ("start", "end", "opened", "closed") else 5.0
    if isinstance(value, StrEnum):
        return next(one for one in type(value) if one is not value)
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, tuple):
        return (0.75,) * len(value)
    return date(2026, 2, 2) if isinstance(value, date) else "other"


@pytest.mark.parametrize(
    ("part", "field"),
    [
        pytest.param(part, one.name, id=f"{type(noun).__name__} {one.name}")
        for part, noun in NOUNS
        for one in fields(noun)
    ],
)
def test_every_field_of_a_scored_noun_is_signed_or_named_as_free(part: str, field: str) -> None:
    """A field that is added to a noun later shows here until somebody decides about it."""
    noun: Any = dict(NOUNS)[part]
    if field == "effect":  # says something only of a veto
        noun = replace(noun, veto=True)
    changed = another(getattr(noun, field), field)
    rest = {"weights": (weight("acos", 40.0),)}.get(part, ())
    rows: Any = {part: (replace(noun, **{field: changed}), *rest)}
    live = replace(BOOK, **rows)
    differs = contract_of(live, CATALOG).digest != contract_of(BOOK, CATALOG).digest
    assert differs is (field not in UNSIGNED[type(noun).__name__])


def test_two_rows_of_one_rule_are_signed_each_and_come_back_as_they_were() -> None:
    surge = replace(RULE, start=NOV_1, against="median", history=28, least=20, beyond=0.5)
    live = replace(BOOK, rules=(RULE, surge))
    signed = contract_of(live, CATALOG).tables
    assert list(signed["tblRule"]) == ["R1", "R1｜2026-11-01"]
    assert ruled(live, signed).rules == live.rules
    assert [r.value for r in ruled(replace(live, rules=(surge,)), signed).rules] == [0.35, 0.35]


@given(st.permutations(range(3)), st.permutations(range(2)))
def test_any_order_of_rows_is_the_same_contract(targets: list[int], weights: list[int]) -> None:
    rows = (TARGET, replace(TARGET, scope="US"), replace(TARGET, metric="gmv"))
    lines = (weight(), weight("acos", 40.0))
    one = replace(BOOK, targets=rows, weights=lines)
    other = replace(
        BOOK, targets=tuple(rows[n] for n in targets), weights=tuple(lines[n] for n in weights)
    )
    assert contract_of(one, CATALOG).text == contract_of(other, CATALOG).text


def test_a_setting_is_signed_when_it_scores() -> None:
    signed = {
        one.name
        for one in fields(BOOK.settings)
        if one.name != "fixed_rates"
        and contract_of(
            replace(
                BOOK,
                settings=replace(
                    BOOK.settings,
                    **{one.name: another(getattr(BOOK.settings, one.name), one.name)},  # type: ignore[arg-type]  # by name
                ),
            ),
            CATALOG,
        ).digest
        != contract_of(BOOK, CATALOG).digest
    }
    dates = {"closing_day", "provisional_day"}
    limits = {"add_cap", "deduct_cap", "total_limit", "min_group"}
    ways = {"weight_pick", "weight_mode", "drop_small", "pacing", "events", "team_country"} | {
        "proration"
    }
    assert signed == {"currency", "min_coverage"} | ways | dates | limits


def test_pacing_and_own_events_come_back_as_they_were_signed() -> None:
    """A contract from before these settings has neither row: its months are linear."""
    moved = replace(
        BOOK.settings, pacing="seasonal", events="Sale 2026-11-05 x2", proration="working"
    )
    seasonal = replace(BOOK, settings=moved)
    signed, old = (contract_of(one, CATALOG).tables for one in (seasonal, BOOK))
    assert ruled(BOOK, signed).settings == moved
    assert not {"pacing", "events", "proration"} & set(old["tblSetting"])
    assert ruled(seasonal, old).settings == BOOK.settings


@pytest.mark.parametrize(
    ("settings", "signed", "live", "ruled_by"),
    [
        pytest.param({}, None, {}, "", id="China is not written, as before the setting"),
        pytest.param({"team_country": "CN"}, None, {}, "", id="nor where it is typed"),
        pytest.param({"team_country": "DE"}, "DE", {}, "DE", id="a typed country"),
        pytest.param({"time_zone": "Europe/Paris"}, "FR", {}, "FR", id="that of the time zone"),
        pytest.param({}, None, {"time_zone": "Europe/Paris"}, "CN", id="a zone moved later waits"),
        pytest.param(
            {"time_zone": "Europe/Paris"},
            "FR",
            {"time_zone": "Europe/Paris"},
            "",
            id="the same zone needs no word",
        ),
    ],
)
def test_the_country_of_the_team_is_signed(
    settings: dict[str, str], signed: str | None, live: dict[str, str], ruled_by: str
) -> None:
    then = replace(BOOK, settings=replace(BOOK.settings, **settings))  # type: ignore[arg-type]  # by name
    tables = contract_of(then, CATALOG).tables
    assert tables["tblSetting"].get("team_country", {}).get("value") == signed
    now = replace(BOOK, settings=replace(BOOK.settings, **live))  # type: ignore[arg-type]  # by name
    assert ruled(now, tables).settings.team_country == ruled_by
