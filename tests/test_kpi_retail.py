"""Events, holidays and working days against dates that governments and platforms published."""

from __future__ import annotations

import re
from datetime import date

import pytest

from kpi.calendar import is_working_day, make_up_days, period, public_holidays
from kpi.holiday_names import holiday_names
from kpi.model import Region
from kpi.retail import events, rules, stops, unannounced
from kpi.retail_days import easter, lunar_new_year

YEARS = (2025, 2026, 2027)


@pytest.mark.parametrize(
    ("code", "days"),
    [
        pytest.param("thanksgiving", ("11-27", "11-26", "11-25"), id="fourth Thursday of November"),
        pytest.param("black_friday", ("11-28", "11-27", "11-26"), id="the day after Thanksgiving"),
        pytest.param("cyber_monday", ("12-01", "11-30", "11-29"), id="the Monday after"),
        pytest.param("singles_day", ("11-11", "11-11", "11-11"), id="the eleventh of November"),
        pytest.param("prime_day", ("07-08", "06-23", None), id="Prime Day is announced, or absent"),
        pytest.param("christmas_cutoff", ("12-20", "12-20", "12-20"), id="after the last orders"),
        pytest.param("valentines_day", ("02-08", "02-08", "02-08"), id="the week to 14 February"),
        pytest.param("easter", ("04-14", "03-30", "03-22"), id="Monday before Easter Sunday"),
        pytest.param("mothers_day", ("05-05", "05-04", "05-03"), id="second Sunday of May"),
        pytest.param("mothers_day_fr", ("05-19", "05-25", "05-24"), id="last Sunday of May"),
        pytest.param("mothers_day_es", ("04-28", "04-27", "04-26"), id="first Sunday of May"),
        pytest.param("mothers_day_se", ("05-19", "05-25", "05-24"), id="last Sunday in Sweden"),
        pytest.param("mothers_day_pl", ("05-20", "05-20", "05-20"), id="26 May in Poland"),
        pytest.param("mothering_sunday", ("03-24", "03-09", "03-01"), id="fourth Sunday in Lent"),
        pytest.param("fathers_day", ("06-09", "06-15", "06-14"), id="third Sunday of June"),
        pytest.param("fathers_day_de", ("05-23", "05-08", "04-30"), id="Ascension in Germany"),
        pytest.param("fathers_day_it_es", ("03-13", "03-13", "03-13"), id="Saint Joseph"),
        pytest.param("fathers_day_be", ("06-02", "06-08", "06-07"), id="second Sunday of June"),
        pytest.param("fathers_day_pl", ("06-17", "06-17", "06-17"), id="23 June in Poland"),
        pytest.param("fathers_day_se", ("11-03", "11-02", "11-08"), id="second Sunday of November"),
        pytest.param("winter_sales_fr", ("01-08", "01-07", "01-06"), id="a law's Wednesday"),
        pytest.param("summer_sales_fr", ("06-25", "06-24", "06-23"), id="and that of June"),
        pytest.param("winter_sales_it", ("01-04", "01-03", "01-05"), id="before Epiphany"),
        pytest.param("summer_sales_it", ("07-05", "07-04", "07-03"), id="first Saturday of July"),
        pytest.param("winter_sales_es", ("01-07", "01-07", "01-07"), id="after the Kings"),
        pytest.param("summer_sales_es", ("07-01", "07-01", "07-01"), id="the first of July"),
        pytest.param("winter_sales_be", ("01-03", "01-03", "01-02"), id="the third, or Saturday"),
        pytest.param("summer_sales_be", ("07-01", "07-01", "07-01"), id="or the last of June"),
        pytest.param(
            "back_to_school_us", ("07-20", "07-20", "07-20"), id="until the end of August"
        ),
        pytest.param("back_to_school_eu", ("08-15", "08-15", "08-15"), id="into September"),
        pytest.param("memorial_day", ("05-23", "05-22", "05-28"), id="Friday before its Monday"),
        pytest.param("labor_day", ("08-29", "09-04", "09-03"), id="may begin in August"),
        pytest.param("sinterklaas", ("11-28", "11-28", "11-28"), id="a week before 5 December"),
        pytest.param("double_twelve", ("12-12", "12-12", "12-12"), id="12.12"),
        pytest.param("boxing_day", ("12-26", "12-26", "12-26"), id="the day after Christmas"),
    ],
)
def test_events_of_three_years(code: str, days: tuple[str | None, ...]) -> None:
    found = {year: [e.days.start for e in events(year) if e.code == code] for year in YEARS}
    wanted = {
        year: [] if day is None else [date.fromisoformat(f"{year}-{day}")]
        for year, day in zip(YEARS, days, strict=True)
    }
    assert found == wanted


def test_black_friday_moves_the_eu_and_thanksgiving_does_not() -> None:
    regions = {event.code: event.region for event in events(2026)}
    assert regions["black_friday"] is None
    assert regions["cyber_monday"] is None
    assert regions["thanksgiving"] is Region.US


def test_every_event_of_some_markets_cites_its_source() -> None:
    assert all(rule.source for rule in rules() if rule.markets)


@pytest.mark.parametrize(
    ("code", "first", "last"),
    [
        pytest.param("winter_sales_fr", "2023-01-11", "2023-02-07", id="France: four weeks"),
        pytest.param(
            "winter_sales_fr", "2022-01-12", "2022-02-08", id="second Wednesday, the 12th"
        ),
        pytest.param("summer_sales_fr", "2023-06-28", "2023-07-25", id="last Wednesday, the 28th"),
        pytest.param("winter_sales_it", "2020-01-04", "2020-01-31", id="the fifth was a Sunday"),
        pytest.param("winter_sales_it", "2018-01-05", "2018-02-01", id="a Friday"),
        pytest.param("winter_sales_be", "2021-01-02", "2021-01-31", id="the third was a Sunday"),
        pytest.param("summer_sales_be", "2018-06-30", "2018-07-31", id="the first was a Sunday"),
        pytest.param("mothers_day_fr", "2023-05-29", "2023-06-04", id="Pentecost took 28 May"),
        pytest.param("back_to_school_eu", "2026-08-15", "2026-09-07", id="until a fixed day"),
        pytest.param("memorial_day", "2026-05-22", "2026-05-25", id="a long weekend"),
    ],
)
def test_the_first_and_last_day_as_published(code: str, first: str, last: str) -> None:
    (found,) = (e for e in events(int(first[:4])) if e.code == code)
    assert list(found.days.each())[:: found.days.days - 1] == [
        date.fromisoformat(first),
        date.fromisoformat(last),
    ]


@pytest.mark.parametrize(
    ("code", "region", "inside", "outside"),
    [
        pytest.param("winter_sales_fr", Region.EU, "FR", "DE", id="sales of France"),
        pytest.param("mothers_day", Region.EU, "DE", "FR", id="Mother's Day of Germany"),
        pytest.param("sinterklaas", Region.EU, "NL", "BE", id="of the Netherlands"),
        pytest.param("boxing_day", Region.EU, "IE", "SE", id="of Ireland and Britain"),
    ],
)
def test_an_event_counts_in_its_markets(
    code: str, region: Region, inside: str, outside: str
) -> None:
    found = next(event for event in events(2026) if event.code == code)
    assert found.counts_in(inside, region)
    assert not found.counts_in(outside, region)


def test_easter_of_other_centuries() -> None:
    """Published tables: the earliest and the latest day, and years around a century."""
    days = ("1818-03-22", "1943-04-25", "1900-04-15", "2000-04-23", "2038-04-25", "2100-03-28")
    assert [str(easter(int(day[:4]))) for day in days] == list(days)


def test_12_12_is_of_three_platforms() -> None:
    with_it = {
        p
        for p in ("shopee", "lazada", "tiktok", "amazon", "shopify")
        if "double_twelve" in {event.code for event in events(2026, p)}
    }
    assert with_it == {"shopee", "lazada", "tiktok"}


def test_prime_day_is_amazons_alone() -> None:
    assert "prime_day" in {event.code for event in events(2026, "amazon")}
    assert "prime_day" not in {event.code for event in events(2026, "shopify")}
    assert "black_friday" in {event.code for event in events(2026, "shopify")}


def test_prime_day_of_2025_had_four_days() -> None:
    found = next(event for event in events(2025) if event.code == "prime_day")
    assert (found.days.start, found.days.days) == (date(2025, 7, 8), 4)


def test_an_event_without_a_date_is_told_and_not_guessed() -> None:
    assert {rule.code for rule in unannounced(2027)} == {
        *("big_spring_sale", "prime_day", "big_deal_days")
    }
    assert not list(unannounced(2025))


@pytest.mark.parametrize(
    ("year", "day"), [(2025, "01-29"), (2026, "02-17"), (2027, "02-06"), (2028, "01-26")]
)
def test_the_chinese_year_begins(year: int, day: str) -> None:
    assert lunar_new_year(year) == date.fromisoformat(f"{year}-{day}")


def test_a_year_without_a_known_new_year_has_no_such_stop() -> None:
    assert lunar_new_year(1900) is None
    assert {stop.code for stop in stops(1900, carriers=False)} == {"golden_week_stop"}


def test_goods_rest_around_the_chinese_new_year_and_parcels_at_christmas() -> None:
    goods = {stop.code: stop.days for stop in stops(2026, carriers=False)}
    parcels = {stop.code: stop.days for stop in stops(2026, carriers=True)}
    spring = goods["spring_festival_stop"]
    assert (spring.start, spring.end) == (date(2026, 2, 10), date(2026, 3, 4))
    assert goods["golden_week_stop"].days == 7
    assert parcels["christmas_stop"].start == date(2026, 12, 25)
    assert set(goods) & set(parcels) == set()


def test_every_event_has_both_names() -> None:
    assert all(rule.names["zh"] and rule.names["en"] for rule in rules())


HOLIDAYS = [
    ("US", "2025-11-27", "Thanksgiving"),
    ("US", "2026-01-19", "Martin Luther King Jr. Day"),
    ("US", "2026-09-07", "Labor Day"),
    ("US", "2027-05-31", "Memorial Day"),
    ("DE", "2025-04-21", "Easter Monday"),
    ("DE", "2026-05-14", "Ascension"),
    ("DE", "2027-10-03", "German Unity"),
    ("FR", "2025-07-14", "National Day"),
    ("FR", "2026-05-08", "Victory"),
    ("FR", "2027-11-11", "Armistice"),
    ("IT", "2025-06-02", "Republic"),
    ("IT", "2026-08-15", "Assumption"),
    ("IT", "2027-04-25", "Liberation"),
    ("ES", "2026-10-12", "National Day"),
    ("ES", "2025-12-25", "Christmas"),
    ("ES", "2027-03-26", "Good Friday"),
    ("NL", "2025-04-26", "King's Day"),
    ("NL", "2026-04-27", "King's Day"),
    ("NL", "2027-03-29", "Easter Monday"),
    ("PL", "2025-11-11", "Independence"),
    ("PL", "2026-06-04", "Corpus Christi"),
    ("PL", "2027-05-03", "Third of May"),
    ("SE", "2025-06-21", "Midsummer"),
    ("SE", "2026-06-20", "Midsummer"),
    ("SE", "2027-06-06", "National Day"),
    ("BE", "2025-07-21", "National Day"),
    ("BE", "2026-05-25", "Pentecost Monday"),
    ("BE", "2027-11-01", "All Saints"),
    ("IE", "2025-02-03", "Brigid"),
    ("IE", "2026-06-01", "June"),
    ("IE", "2027-03-17", "Patrick"),
    ("GB", "2025-12-26", "Boxing Day"),
    ("GB", "2026-05-25", "Spring"),
    ("GB", "2027-05-31", "Spring"),
    ("CN", "2025-10-06", "Mid-Autumn"),
    ("CN", "2026-06-19", "Dragon Boat"),
    ("CN", "2027-02-06", "Spring Festival"),
]


@pytest.mark.parametrize(
    ("country", "day", "name"),
    [pytest.param(*one, id=f"{one[0]} {one[1]} is {one[2]}") for one in HOLIDAYS],
)
def test_a_published_holiday(country: str, day: str, name: str) -> None:
    found = public_holidays(country, int(day[:4]))
    assert name in found[date.fromisoformat(day)]


@pytest.mark.parametrize(
    ("country", "day"),
    [
        pytest.param("DE", "2026-11-27", id="Black Friday is a working day in Germany"),
        pytest.param("GB", "2026-11-26", id="Thanksgiving is one in Great Britain"),
        pytest.param("NL", "2025-04-27", id="a King's Day on a Sunday moves to Saturday"),
        pytest.param("FR", "2026-04-03", id="Good Friday is no holiday in all of France"),
    ],
)
def test_no_holiday(country: str, day: str) -> None:
    assert date.fromisoformat(day) not in public_holidays(country, int(day[:4]))


MARKETS = ("US", "DE", "FR", "IT", "ES", "NL", "PL", "SE", "BE", "IE", "GB", "CN")


@pytest.mark.parametrize("country", MARKETS)
def test_every_holiday_has_a_chinese_name(country: str) -> None:
    names = {name for year in YEARS for name in public_holidays(country, year).values()}
    assert [name for name in names if re.search("[a-zA-Z]", holiday_names(name)["zh"])] == []


@pytest.mark.parametrize(
    ("name", "zh", "en"),
    [
        pytest.param("Christmas Day", "圣诞节", "Christmas Day", id="one"),
        pytest.param(
            "Boxing Day (observed)", "节礼日（补假）", "Boxing Day (observed)", id="moved"
        ),
        pytest.param(
            "All Saints' Day; National Unity Day",
            *("诸圣节、国家统一日", "All Saints' Day; National Unity Day"),
            id="two at once",
        ),
        pytest.param(
            "Day off (substituted from 01/04/2026)", "调休", "Day off", id="paid by a make-up day"
        ),
        pytest.param("Fête", "Fête", "Fête", id="an unknown name stays"),
    ],
)
def test_names_of_a_holiday(name: str, zh: str, en: str) -> None:
    assert holiday_names(name) == {"zh": zh, "en": en}


@pytest.mark.parametrize(
    ("year", "days"),
    [
        pytest.param(2025, "01-26 02-08 04-27 09-28 10-11", id="announced for 2025"),
        pytest.param(2026, "01-04 02-14 02-28 05-09 09-20 10-10", id="announced for 2026"),
    ],
)
def test_chinas_make_up_days(year: int, days: str) -> None:
    wanted = {date.fromisoformat(f"{year}-{day}") for day in days.split()}
    assert make_up_days("CN", year) == wanted
    assert all(is_working_day(day, "CN") for day in wanted)


@pytest.mark.parametrize(
    ("country", "month", "count"),
    [
        pytest.param("DE", "2026-11", 21, id="Germany works on all 21 weekdays of November"),
        pytest.param("US", "2026-11", 19, id="the US rests on Veterans Day and Thanksgiving"),
        pytest.param("FR", "2026-11", 20, id="France rests on the eleventh"),
        pytest.param("CN", "2026-10", 18, id="22 weekdays, 5 of Golden Week, a make-up Saturday"),
        pytest.param("PL", "2026-01", 20, id="22 weekdays, New Year and Epiphany"),
    ],
)
def test_working_days(country: str, month: str, count: int) -> None:
    days = period(month).window.each()
    assert sum(is_working_day(day, country) for day in days) == count
