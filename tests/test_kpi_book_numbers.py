"""A workbook's number comes from its place alone, as Windows compares places."""

from __future__ import annotations

from uuid import UUID

import pytest

from kpi.book_numbers import book_number


@pytest.mark.parametrize(
    ("other", "same"),
    [
        pytest.param(r"c:\KPI\team.XLSX", True, id="letters of another size"),
        pytest.param("C:/Kpi/Team.xlsx ", True, id="slashes the other way, a blank behind"),
        pytest.param(r"C:\Kpi\Team (2).xlsx", False, id="another file"),
    ],
)
def test_a_place_gives_one_number(other: str, same: bool) -> None:
    number = book_number(r"C:\Kpi\Team.xlsx")
    assert str(UUID(number)) == number
    assert (book_number(other) == number) is same
