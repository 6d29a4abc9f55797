"""tblSetting read: a value that cannot be used leaves the default and a Problem at its cell."""

from __future__ import annotations

import re
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from kpi.book_rows import Decode, RowReader
from kpi.errors import KpiError, Problem
from kpi.methods import MOST_POINTS
from kpi.model import Language
from kpi.money import BASE, CURRENCIES
from kpi.numbers import R
from kpi.reminders import read_ladders
from kpi.steps import read_steps
from kpi.tables import Table
from kpi.typed_events import typed_events
from kpi.typed_rows import Settings, Tie
from kpi.working_days import has_holidays

YES_NO = ("pilot", "drop_small")
RATE_SETTINGS = {  # the setting of each currency's fixed rate; those of Setup first
    "EUR": "fixed_rate",
    **{
        currency: f"fixed_rate_{currency.lower()}"
        for currency in ("GBP", "CNY", "PLN", "SEK", "CAD", "HKD", *sorted(CURRENCIES - {BASE}))
        if currency != "EUR"
    },
}
_RATE = re.compile(r"([A-Z]{3})\s*(?:→|->|/)\s*USD")  # of a row that a manager adds
HIGHEST_RATE = 1_000.0  # US dollars for one unit; no currency comes near
LAST_DAY = 31
LARGEST_GROUP = 10_000  # people


def read_settings(table: Table | None, decode: Decode, problems: list[Problem]) -> Settings:
    """The settings of a book; what is left out or cannot be used has its default."""
    reader = _SettingReader(table, decode, problems)
    default = Settings(month="", company="")
    return Settings(
        month=reader.month(),
        company=reader.text("company"),
        purpose=reader.word("purpose", default.purpose),
        mode=reader.word("mode", default.mode),
        language=reader.language(default.language),
        currency=reader.currency(default.currency),
        fixed_rates=reader.rates(),
        week_start=0 if reader.word("week_start", "monday") != "sunday" else 6,
        pacing=reader.word("pacing", default.pacing),
        events=reader.events(),
        time_zone=reader.zone(default.time_zone),
        min_coverage=reader.number("min_coverage", default.min_coverage, 0, 1),
        item_cap=reader.number("item_cap", default.item_cap, 0, MOST_POINTS),
        provisional_day=reader.day_of_month("provisional_day", default.provisional_day),
        closing_day=reader.day_of_month("closing_day", default.closing_day),
        pilot=reader.word("pilot", "yes") == "yes",
        contact=reader.text("contact"),
        sponsor=reader.text("sponsor"),
        weight_pick=reader.word("weight_pick", default.weight_pick),
        distribution=reader.classes(default.distribution),
        tie=Tie(reader.word("tie", default.tie)),
        add_cap=reader.number("add_cap", default.add_cap, 0, MOST_POINTS),
        deduct_cap=reader.number("deduct_cap", default.deduct_cap, 0, MOST_POINTS),
        total_limit=reader.number("total_limit", default.total_limit, 0, MOST_POINTS),
        min_group=int(reader.number("min_group", default.min_group, 0, LARGEST_GROUP)),
        drop_small=reader.word("drop_small", "no") == "yes",
        weight_mode=reader.word("weight_mode", default.weight_mode),
        company_stage=reader.word("company_stage", default.company_stage),
        team_country=reader.country(),
        proration=reader.word("proration", default.proration),
        ladders=reader.ladders(),
    )


class _SettingReader:
    """tblSetting by its codes."""

    def __init__(self, table: Table | None, decode: Decode, problems: list[Problem]) -> None:
        self._rows: dict[str, RowReader] = {}
        self._decode = decode
        for row in table.rows if table else ():
            reader = RowReader(table, row, decode, {}, problems) if table else None
            label = reader.text("setting") if reader else ""
            code = decode("setting", label) or _rate_of(label)
            if reader and code:
                self._rows[code] = reader

    def text(self, code: str) -> str:
        """What is typed, as text; empty where the setting is missing or empty."""
        row = self._rows.get(code)
        return row.text("value") if row else ""

    def month(self) -> str:
        """The month under review; empty for the running one."""
        row = self._rows.get("month")
        return row.month("value", "no_month") if row else ""

    def number(self, code: str, default: float, low: float, high: float) -> float:
        """A number from `low` to `high`, both included; the default and a Problem for any other."""
        row = self._rows.get(code)
        found = row.between("value", low, high, default) if row else default
        return default if found is None else found

    def day_of_month(self, code: str, default: int) -> int:
        """A day of the month, 1 to 31."""
        return int(self.number(code, default, 1, LAST_DAY))

    def word(self, code: str, default: str) -> str:
        """The code of a word of the setting's list, in either language; a tick box is yes or no."""
        row = self._rows.get(code)
        value = row.raw("value") if row else None
        if isinstance(value, bool):
            return "yes" if value else "no"
        if row is None or not row.text("value"):
            return default
        words = "yes_no" if code in YES_NO else code
        return row.word("value", words, default) or default

    def classes(self, default: tuple[float, ...]) -> tuple[float, ...]:
        """Classes of a forced distribution, `20/70/10` percent of the people."""
        row = self._rows.get("distribution")
        text = row.text("value") if row else ""
        found = read_steps(text)
        if row is None or not text or (found and R(sum(found)) == 1):
            return found or default
        row.wrong("value", "not_classes", shown=text)
        return default

    def language(self, default: Language) -> Language:
        """The language of the book's labels and messages."""
        return "en" if self.word("language", default) == "en" else "zh"

    def currency(self, default: str) -> str:
        """The report currency (ISO); the default and a Problem for one without rates."""
        row = self._rows.get("currency")
        found = row.currency("value", default) if row else default
        return default if row is None or row.bad else found

    def rates(self) -> dict[str, float]:
        """US dollars per unit; a rate that is left empty is the day's."""
        typed = {c: self.number(code, 0.0, 0, HIGHEST_RATE) for c, code in RATE_SETTINGS.items()}
        return {currency: rate for currency, rate in typed.items() if rate > 0}

    def events(self) -> str:
        """Own sales events and holidays; a text that cannot be read counts for nothing."""
        row = self._rows.get("events")
        if row is None:
            return ""
        typed = row.text("value")
        try:
            typed_events(typed)
        except KpiError:
            row.wrong("value", "bad_event", shown=typed)
            return ""
        return typed

    def ladders(self) -> Mapping[str, tuple[int, ...]]:
        """Reminder days by regime; none and a Problem for a text that cannot be read."""
        row = self._rows.get("reminder_ladder")
        text = row.text("value") if row else ""
        found = read_ladders(text, lambda word: self._decode("regime", word))
        if row is not None and found is None:
            row.wrong("value", "bad_ladder", shown=text)
        return found or {}

    def country(self) -> str:
        """A country (ISO 3166) with known holidays; empty and a Problem for any other."""
        row = self._rows.get("team_country")
        typed = row.text("value").upper() if row else ""
        code = "GB" if typed == "UK" else typed
        if row is None or not code or has_holidays(code):
            return code
        row.wrong("value", "unknown_country", shown=typed)
        return ""

    def zone(self, default: str) -> str:
        """A name of the IANA time zones; the default and a Problem for any other."""
        row = self._rows.get("time_zone")
        name = row.text("value") if row else ""
        if row is None or not name or zone_exists(name):
            return name or default
        row.wrong("value", "unknown_zone", shown=name)
        return default


def _rate_of(label: str) -> str | None:
    """The fixed rate that an added row means: `Fixed rate JPY→USD`; None for any other label."""
    found = _RATE.search(label)
    return RATE_SETTINGS.get(found[1]) if found else None


def zone_exists(name: str) -> bool:
    """Whether a name is a time zone of the IANA data."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError
        return False
    return True
