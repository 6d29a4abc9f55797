"""Numbers and dates of every locale: the right reading or a clear refusal, never a guess."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_service.imports.cells import Cell
from sync_service.imports.dates import DateOrder, read_dates
from sync_service.imports.numbers import DecimalSign, read_numbers
from sync_service.imports.refusals import FileRefusedError


def numbers(
    cells: Sequence[Cell],
    chosen: DecimalSign | None = None,
    *,
    whole: bool = False,
    share: bool = False,
) -> object:
    found = read_numbers("x", cells, chosen, whole=whole, share=share)
    return [None if v is None else str(v) for v in found.values], list(found.bad)


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        pytest.param(["1,234.56", "7"], ["1234.56", "7"], id="en_US"),
        pytest.param(["US$1,234.56", "1,234"], ["1234.56", "1234"], id="en_US: one cell decides"),
        pytest.param(["1.234,56 €", "7,5"], ["1234.56", "7.5"], id="de_DE"),
        pytest.param(["1.234,56\u00a0€", "1.234"], ["1234.56", "1234"], id="de_DE: one decides"),
        pytest.param(["1 234,56", "0,5"], ["1234.56", "0.5"], id="fr_FR: blanks between thousands"),
        pytest.param(["¥1,234.5", "￥8", "１２"], ["1234.5", "8", "12"], id="zh_CN"),
        pytest.param(
            ["(12.30)", "-1.5", "2.5-"], ["-12.30", "-1.5", "-2.5"], id="three minus signs"
        ),
        pytest.param(
            ["-$5", "$-5", "($5.00)", "$(5.00)", "- 5"],
            ["-5", "-5", "-5.00", "-5.00", "-5"],
            id="a minus and a currency in any order",
        ),
        pytest.param(["1'234.50", "1’234.50"], ["1234.50", "1234.50"], id="de_CH: apostrophes"),
        pytest.param(
            ["1\u2009234\u2009567,5", "1\u202f000,0"], ["1234567.5", "1000.0"], id="thin blanks"
        ),
        pytest.param(["5,00 kr.", "CHF 1,50"], ["5.00", "1.50"], id="kronor and francs"),
        pytest.param(["0.125", "0.250"], ["0.125", "0.250"], id="0.125 holds no thousands"),
        pytest.param([Decimal("1.234"), "5"], ["1.234", "5"], id="a workbook's number is clear"),
        pytest.param(["", "3"], [None, "3"], id="an empty cell is unknown, not zero"),
    ],
)
def test_numbers(cells: Sequence[Cell], values: Sequence[str | None]) -> None:
    assert numbers(cells) == (values, [])


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param(["1.234", "5"], id="1.234 fits both"),
        pytest.param(["1,234", "2,345"], id="1,234 fits both"),
        pytest.param(["1,234.5", "1.234,5"], id="two conventions in one column"),
    ],
)
def test_a_column_that_fits_both_conventions_is_refused_until_the_user_chooses(
    cells: Sequence[Cell],
) -> None:
    with pytest.raises(FileRefusedError, match="--decimal"):
        numbers(cells)
    assert numbers(["1.234"], ",") == (["1234"], [])
    assert numbers(["1.234"], ".") == (["1.234"], [])


def test_a_count_has_no_fraction_which_decides() -> None:
    assert numbers(["1,234", "56"], whole=True) == (["1234", "56"], [])
    with pytest.raises(FileRefusedError, match="--decimal"):
        numbers(["1.000"], whole=True)  # 1000, or 1 with three zeros behind it


def test_what_is_no_number_is_named_by_its_row() -> None:
    assert numbers(["1.5", "n/a", "1,2,3", "1e400"]) == (["1.5", None, None, None], [1, 2, 3])


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("(-5.00)", id="a minus inside brackets: which sign is it?"),
        pytest.param("-(5.00)", id="a minus before brackets"),
        pytest.param("(5.00", id="half a bracket"),
        pytest.param("5²", id="a footnote is no digit"),
        pytest.param("²5", id="a footnote in front"),
        pytest.param("1½", id="a fraction sign"),
        pytest.param("12 34", id="a blank that parts no thousands"),
        pytest.param("1 2 3", id="several figures in one cell"),
        pytest.param("1 00.5", id="a group of two"),
        pytest.param("1 000,000.5", id="two ways to part thousands"),
        pytest.param("1,00,000.00", id="groups of an Indian lakh"),
        pytest.param("1.00 $ 2", id="a currency between digits"),
        pytest.param("1,000.00 USD 5", id="a second number behind the currency"),
        pytest.param("5 %", id="a percentage among amounts"),
        pytest.param("1.5万", id="a unit in words"),
        pytest.param("--5", id="two signs"),
        pytest.param("1e3", id="an exponent"),
        pytest.param("NaN", id="not a number"),
        pytest.param("9" * 27, id="more than the facts can hold"),
    ],
)
def test_what_could_be_misread_is_no_number(text: str) -> None:
    assert numbers([text], ".") == ([None], [0])


def test_numbers_of_a_workbook_that_no_shop_sells_are_refused() -> None:
    cells = [Decimal("1E+308"), Decimal("12.5")]
    assert numbers(cells) == ([None, "12.5"], [0])
    assert numbers([Decimal(10**16)], whole=True) == ([None], [0])


def test_only_a_share_may_be_in_percent() -> None:
    assert numbers(["12%", "0.5 %"], share=True) == (["0.12", "0.005"], [])
    assert numbers(["100%"], whole=True) == ([None], [0])


@given(
    st.decimals(min_value=-(10**12), max_value=10**12, places=2, allow_nan=False),
    st.sampled_from([".", ","]),
)
def test_what_a_locale_prints_is_read_back(value: Decimal, sign: DecimalSign) -> None:
    text = f"{value:,.2f}"
    if sign == ",":
        text = text.translate(str.maketrans(",.", ".,"))
    assert read_numbers("x", [text], None, whole=False).values == (value,)


@given(st.text(max_size=30))
def test_any_text_is_a_number_or_a_bad_cell_and_never_a_fault(text: str) -> None:
    found = read_numbers("x", [text], ".", whole=False)
    assert (found.values[0] is None) == (not text or found.bad == (0,))
    read_dates("x", [text], "dmy")


def dates(cells: Sequence[Cell], chosen: DateOrder | None = None) -> list[object]:
    return list(read_dates("x", cells, chosen).values)


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param(["2026-10-21"], id="ISO"),
        pytest.param(["2026/10/21"], id="zh_CN with strokes"),
        pytest.param(["2026年10月21日"], id="zh_CN"),
        pytest.param(["10/21/2026"], id="en_US: 21 is no month"),
        pytest.param(["21/10/2026"], id="fr_FR: 21 is no month"),
        pytest.param(["21.10.2026"], id="de_DE: dots put the day first"),
        pytest.param(["Oct 21, 2026"], id="advertising console"),
        pytest.param(["21 Oct 2026"], id="day and month by name"),
        pytest.param(["10/21/26"], id="en_US, as its Excel prints: two digits of the year"),
        pytest.param(["21.10.26"], id="de_DE, two digits of the year"),
        pytest.param(["21. Okt. 2026"], id="de_DE: month by name"),
        pytest.param(["21. Oktober 2026"], id="de_DE: the whole name"),
        pytest.param(["21 oct. 2026"], id="fr_FR: month by name"),
        pytest.param(["21 ott 2026"], id="it_IT: month by name"),
        pytest.param(["21 de octubre de 2026"], id="es_ES: month by name"),
        pytest.param(["2026年10月21日 下午1:05"], id="zh_CN with half of the day"),
        pytest.param(["20261021"], id="digits alone"),
        pytest.param([Decimal(20261021)], id="digits alone, as a workbook's number"),
        pytest.param(["２０２６／１０／２１"], id="full width"),
        pytest.param(["46316"], id="Excel serial"),
        pytest.param([Decimal(46316)], id="Excel serial as a number"),
        pytest.param(["2026-10-21 08:14"], id="a time without a zone is the shop's day"),
    ],
)
def test_dates(cells: Sequence[Cell]) -> None:
    assert dates(cells) == [date(2026, 10, 21)]


def test_one_cell_decides_for_the_column() -> None:
    assert dates(["03/04/2026", "13/04/2026"]) == [date(2026, 4, 3), date(2026, 4, 13)]
    assert dates(["03/04/2026", "03/14/2026"]) == [date(2026, 3, 4), date(2026, 3, 14)]


def test_an_undecidable_column_is_refused_until_the_user_chooses() -> None:
    with pytest.raises(FileRefusedError, match="--dates"):
        dates(["03/04/2026", "05/06/2026"])
    with pytest.raises(FileRefusedError, match="change places"):
        dates(["13/04/2026", "03/14/2026"])
    assert dates(["03/04/2026"], "mdy") == [date(2026, 3, 4)]
    assert dates(["03/03/2026"]) == [date(2026, 3, 3)]


def test_an_instant_keeps_its_zone() -> None:
    wanted = datetime(2026, 6, 17, 8, 14, 22, tzinfo=UTC)
    assert dates(["2026-06-17 08:14:22 UTC"]) == [wanted]
    assert dates(["17.06.2026 08:14:22 UTC"]) == [wanted]
    assert dates(["2026-06-17 04:14:22 -0400"]) == [wanted]
    assert dates(["2026-06-17T10:14:22+02:00"]) == [wanted]


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        pytest.param(
            "Oct 3, 2026 1:02:03 AM PDT", "2026-10-03T08:02:03", id="settlement of the US"
        ),
        pytest.param("Oct 3, 2026 12:02:03 AM PST", "2026-10-03T08:02:03", id="midnight is 12 AM"),
        pytest.param("3 oct. 2026 01:02:03 UTC", "2026-10-03T01:02:03", id="settlement of France"),
        pytest.param("1 août 2026 01:02:03 UTC", "2026-08-01T01:02:03", id="an accent"),
        pytest.param("1 juil. 2026 01:02:03 UTC+2", "2026-06-30T23:02:03", id="an hour of UTC"),
        pytest.param("3 Oct 2026 1:02:03 GMT+02:00", "2026-10-02T23:02:03", id="hours of GMT"),
        pytest.param("03.10.2026 01:02:03 MESZ", "2026-10-02T23:02:03", id="German summer time"),
        pytest.param("3 oct 2026 1:02:03 a. m. UTC", "2026-10-03T01:02:03", id="Spanish halves"),
        pytest.param("2026-10-03T01:02:03.123Z", "2026-10-03T01:02:03", id="parts of a second"),
        pytest.param("2026-10-03T01:02:03+02", "2026-10-02T23:02:03", id="an offset in hours"),
        pytest.param("Oct 3, 2026 1:02:03\u202fAM PDT", "2026-10-03T08:02:03", id="a thin blank"),
    ],
)
def test_an_instant_of_each_locale(text: str, instant: str) -> None:
    assert dates([text]) == [datetime.fromisoformat(f"{instant}+00:00")]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("2026-02-30", id="a day that is none"),
        pytest.param("soon", id="a word"),
        pytest.param("2026-10-21 25:00", id="an hour that is none"),
        pytest.param("2026-10-03 24:30 AM", id="24 in the morning"),
        pytest.param("2026-10-03 99:30 PM UTC", id="99 in the afternoon"),
        pytest.param("2026-10-03 01:00 +99:99", id="an offset that is none"),
        pytest.param("2026-10-03 01:00 +24:00", id="an offset of a whole day"),
        pytest.param("0001-01-01 00:00 +14:00", id="before the calendar"),
        pytest.param("9999-12-31 23:59 -12:00", id="after it"),
        pytest.param("2026-10-03 01:02:03 CST", id="China's or Chicago's time"),
        pytest.param("26-10-13", id="the year may stand first"),
        pytest.param("26/10/13", id="the year may stand first, with strokes"),
        pytest.param("Octopus 3, 2026", id="a word that begins like a month"),
        pytest.param("3 ju. 2026", id="June or July"),
        pytest.param("2026-10-0²", id="a footnote"),
        pytest.param("10/2026", id="a month"),
        pytest.param("2026-10-03 to 2026-10-09", id="two days"),
        pytest.param("1759449600", id="seconds since 1970"),
    ],
)
def test_no_date_is_named_by_its_row(text: str) -> None:
    assert read_dates("x", ["2026-10-21", text], "dmy").bad == (1,)


@given(st.from_regex(r"[0-9A-Za-z年月日/.:+, -]{1,30}", fullmatch=True))
def test_whatever_looks_like_a_date_is_one_or_is_refused(text: str) -> None:
    found = read_dates("x", [text], "mdy")
    assert (found.values[0] is None) == (found.bad == (0,))
