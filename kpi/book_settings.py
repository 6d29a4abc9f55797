"""The settings of a workbook: tblSetting by its codes, each with a default."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from kpi.book_rows import Decode, RowReader
from kpi.errors import Problem
from kpi.model import Settings
from kpi.tables import Table

RATE_SETTINGS = {"EUR": "fixed_rate", "GBP": "fixed_rate_gbp", "CNY": "fixed_rate_cny"}


def read_settings(table: Table | None, decode: Decode, problems: list[Problem]) -> Settings:
    """Every setting; one that is not there, or cannot be read (a Problem), keeps its default."""
    reader = _SettingReader(table, decode, problems)
    default = Settings(month="", company="")
    return Settings(
        month=reader.text("month"),
        company=reader.text("company"),
        purpose=reader.word("purpose", default.purpose),
        mode=reader.word("mode", default.mode),
        language="en" if reader.text("language").lower().startswith("en") else "zh",
        currency=reader.text("currency") or default.currency,
        fixed_rates=reader.rates(),
        week_start=0 if reader.word("week_start", "monday") != "sunday" else 6,
        time_zone=reader.zone(default.time_zone),
        min_coverage=reader.number("min_coverage", default.min_coverage),
        item_cap=reader.number("item_cap", default.item_cap),
        provisional_day=int(reader.number("provisional_day", default.provisional_day)),
        closing_day=int(reader.number("closing_day", default.closing_day)),
        pilot=reader.word("pilot", "yes") == "yes",
        contact=reader.text("contact"),
    )


class _SettingReader:
    """tblSetting by its codes; a value that cannot be read leaves the default and a Problem."""

    def __init__(self, table: Table | None, decode: Decode, problems: list[Problem]) -> None:
        self._rows: dict[str, RowReader] = {}
        if table is not None:
            readers = (RowReader(table, row, decode, {}, problems) for row in table.rows)
            coded = ((decode("setting", reader.text("setting")), reader) for reader in readers)
            self._rows = {code: reader for code, reader in coded if code}

    def text(self, code: str) -> str:
        row = self._rows.get(code)
        if row is None:
            return ""
        value = row.raw("value")
        return (
            f"{value:%Y-%m}" if code == "month" and isinstance(value, date) else row.text("value")
        )

    def number(self, code: str, default: float) -> float:
        row = self._rows.get(code)
        found = row.number("value", default) if row else default
        return default if found is None else found

    def word(self, code: str, default: str) -> str:
        row = self._rows.get(code)
        value = row.raw("value") if row else None
        if isinstance(value, bool):
            return "yes" if value else "no"
        if row is None or not row.text("value"):
            return default
        words = "yes_no" if code == "pilot" else code
        return row.word("value", words, default) or default

    def rates(self) -> dict[str, float]:
        """US dollars per unit; a rate that is left empty is the day's."""
        typed = {c: self.number(code, 0.0) for c, code in RATE_SETTINGS.items()}
        return {currency: rate for currency, rate in typed.items() if rate > 0}

    def zone(self, default: str) -> str:
        row = self._rows.get("time_zone")
        name = row.text("value") if row else ""
        if row is None or not name or zone_exists(name):
            return name or default
        row.wrong("value", "unknown_zone", shown=name)
        return default


def zone_exists(name: str) -> bool:
    """Whether this machine knows the time zone of a name such as Europe/Berlin."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError
        return False
    return True
