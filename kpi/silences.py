"""Which alarms nobody is told of today: quiet days of their rule, and silences on their line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta

from kpi.alarms import Alarm
from kpi.breach_typed import Typed
from kpi.errors import Place, Problem
from kpi.messages import problem
from kpi.quiet_days import is_quiet
from kpi.season import countries_of
from kpi.trade import Shop

LONGEST = timedelta(days=30)


def hushed(
    alarm: Alarm,
    typed: Mapping[str, Typed],
    last_day: Mapping[str, date],
    today: date,
    shops: Iterable[Shop] = (),
) -> Alarm:
    """An alarm with its silence; `last_day` is the last finished day of each shop."""
    here = min(
        (last_day[p.shop] + timedelta(days=1) for p in alarm.scope.parts if p.shop in last_day),
        default=today,
    )
    said = typed.get(alarm.number)
    until = said.silence_until if said else None
    silenced = until is not None and today < until <= today + LONGEST
    codes = {part.shop for part in alarm.scope.parts}
    markets = {shop.market for shop in shops if shop.code in codes}
    countries = {one for market in markets for one in countries_of(market)}
    quiet = is_quiet(alarm.rule.quiet, here, alarm.scope.scope.region, countries)
    return replace(alarm, silent=silenced or quiet)


def too_long(typed: Mapping[str, Typed], today: date) -> Iterator[Problem]:
    """Silences of more than thirty days: a line that is never told again is no line."""
    for one in typed.values():
        if one.silence_until and one.silence_until > today + LONGEST:
            sheet, _, cell = one.address.rpartition("!")
            place = Place(sheet=sheet, cell=cell, table="tblBreach")
            yield problem("long_silence", place, day=one.silence_until, last=today + LONGEST)
