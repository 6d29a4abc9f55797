"""How people of a place write numbers, dates, truth and money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

MONTHS_EN = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
DAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS_DE = (
    *("Januar", "Februar", "März", "April", "Mai", "Juni"),
    *("Juli", "August", "September", "Oktober", "November", "Dezember"),
)
DAYS_DE = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")
MONTHS_ZH = (
    *("一月", "二月", "三月", "四月", "五月", "六月"),
    *("七月", "八月", "九月", "十月", "十一月", "十二月"),
)
DAYS_ZH = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日")


@dataclass(frozen=True, slots=True)
class Locale:
    """One place's ways."""

    decimal: str
    group: str
    order: str  # of a typed date: mdy, dmy, ymd
    date_marks: str  # what may stand between the parts of a typed date
    date_pattern: str  # of a date that was typed in the place's own way
    time_mark: str
    currency: str  # the sign of the pattern
    currency_pattern: str
    true: str
    false: str
    months: tuple[str, ...]
    days: tuple[str, ...]

    @property
    def time_pattern(self) -> str:
        """Of a time that was typed."""
        return f"h{self.time_mark}mm{self.time_mark}ss"


EN = Locale(
    *(".", ",", "mdy", "/-", "m/d/yyyy", ":", "$", "[$$]#,##0.00"),
    *("TRUE", "FALSE", MONTHS_EN, DAYS_EN),
)
DE = Locale(
    *(",", ".", "dmy", "./-", "dd.MM.yyyy", ":", "€", "#,##0.00\\ [$€]"),
    *("WAHR", "FALSCH", MONTHS_DE, DAYS_DE),
)
ZH = Locale(
    *(".", ",", "ymd", "/-", "yyyy/m/d", ":", "¥", "[$¥]#,##0.00"),
    *("TRUE", "FALSE", MONTHS_ZH, DAYS_ZH),
)
SV = Locale(  # times with a dot: a product's 1234.1234 becomes 1254 hours and 34 minutes
    *(",", "\u00a0", "ymd", "-", "yyyy-MM-dd", ".", "kr", "#,##0.00\\ [$kr]"),
    *("SANT", "FALSKT", MONTHS_EN, DAYS_EN),
)
KNOWN: Mapping[str, Locale] = {"en": EN, "de": DE, "zh": ZH, "sv": SV}


def locale_of(name: str) -> Locale:
    """The ways of a locale; what is not known here is written as in en_US."""
    return KNOWN.get(name.partition("_")[0].lower(), EN)
