"""Whose working days a team keeps, and the days that a book adds to its calendar."""

from __future__ import annotations

from datetime import date

import pytest

from kpi.calendar import period
from kpi.model import Region
from kpi.typed_rows import Settings
from kpi.working_days import (
    EU_COUNTRIES,
    has_holidays,
    holidays_of,
    region_of_country,
    team_country,
    work_factors,
    works,
)
from kpi.zones import country_of_zone, is_country

ZONES = {  # a zone of each country of the product
    "America/New_York": "US",
    "America/Los_Angeles": "US",
    "America/Chicago": "US",
    "Europe/Berlin": "DE",
    "Europe/Paris": "FR",
    "Europe/Rome": "IT",
    "Europe/Madrid": "ES",
    "Europe/Amsterdam": "NL",
    "Europe/Warsaw": "PL",
    "Europe/Stockholm": "SE",
    "Europe/Brussels": "BE",
    "Europe/Dublin": "IE",
    "Europe/London": "GB",
    "Asia/Shanghai": "CN",
    "Asia/Hong_Kong": "HK",
}


@pytest.mark.parametrize(("zone", "country"), ZONES.items(), ids=ZONES)
def test_the_team_keeps_the_days_of_its_time_zone(zone: str, country: str) -> None:
    assert country_of_zone(zone) == country
    assert team_country(Settings("", "", time_zone=zone)) == country


@pytest.mark.parametrize(
    ("zone", "typed", "country"),
    [
        pytest.param("PRC", "", "CN", id="an alias of Shanghai"),
        pytest.param("US/Pacific", "", "US", id="an alias of Los Angeles"),
        pytest.param("UTC", "", "CN", id="a zone without a country: China"),
        pytest.param("Asia/Shanghai", "DE", "DE", id="the setting wins"),
    ],
)
def test_the_country_of_a_team(zone: str, typed: str, country: str) -> None:
    assert team_country(Settings("", "", time_zone=zone, team_country=typed)) == country


def test_countries() -> None:
    assert is_country("DE")
    assert not is_country("QQ")
    assert has_holidays("PL")
    assert not has_holidays("QQ")
    assert holidays_of("QQ", 2026) == frozenset()


@pytest.mark.parametrize(
    ("country", "region"), [("US", Region.US), ("GB", Region.EU), ("CN", None), ("HK", None)]
)
def test_the_region_of_a_country(country: str, region: Region | None) -> None:
    assert region_of_country(country) is region


@pytest.mark.parametrize(
    ("country", "days"),
    [
        pytest.param("CN", 18, id="China: golden week and a make-up Saturday"),
        pytest.param("DE", 22, id="Germany: the third is a Saturday"),
        pytest.param("US", 21, id="the US: Columbus Day"),
        pytest.param("QQ", 22, id="no holidays are known: Monday to Friday"),
    ],
)
def test_working_days_of_october_2026(country: str, days: int) -> None:
    """October 2026 begins on a Thursday: 22 days from Monday to Friday."""
    assert sum(work_factors(period("2026-10").window, country)) == days


@pytest.mark.parametrize(
    ("day", "country", "own", "worked"),
    [
        pytest.param("2026-05-04", "DE", "", True, id="a Monday"),
        pytest.param("2026-05-04", "DE", "Company day 2026-05-04 off", False, id="the team's own"),
        pytest.param("2026-05-04", "CN", "厂庆 2026-05-04 休", False, id="in Chinese"),
        pytest.param("2026-05-04", "DE", "Day 2026-05-04 off DE", False, id="of its country"),
        pytest.param("2026-05-04", "DE", "Day 2026-05-04 off EU", False, id="of its region"),
        pytest.param("2026-05-11", "GB", "Day 2026-05-12 off UK", True, id="another day"),
        pytest.param("2026-05-12", "GB", "Day 2026-05-12 off UK", False, id="UK is GB"),
        pytest.param("2026-05-11", "CN", "Day 2026-05-11 off EU", True, id="of another region"),
        pytest.param("2026-05-04", "DE", "Day 2026-05-04 off FR", True, id="of another country"),
        pytest.param("2026-05-02", "DE", "", False, id="a Saturday"),
        pytest.param("2026-05-02", "DE", "Stock-taking 2026-05-02 work", True, id="it is worked"),
        pytest.param("2026-05-02", "CN", "补班 2026-05-02 班 CN", True, id="so it is in China"),
        pytest.param("2026-05-01", "DE", "Fair 2026-05-01 work", True, id="a worked holiday"),
        pytest.param(
            "2026-05-01", "DE", "A 2026-05-01 off; B 2026-05-01 work", True, id="worked wins"
        ),
    ],
)
def test_a_day_of_the_team(day: str, country: str, own: str, worked: bool) -> None:
    assert works(date.fromisoformat(day), country, own) is worked


def test_the_countries_of_the_eu_all_have_holidays() -> None:
    assert all(map(has_holidays, EU_COUNTRIES))
