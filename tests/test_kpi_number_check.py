"""Forms of VAT and registration numbers; the VAT numbers are published examples."""

from __future__ import annotations

import pytest

from kpi.number_check import check_number, is_wrong


@pytest.mark.parametrize(
    ("regime", "country", "typed", "found"),
    [
        pytest.param("vat", "DE", "DE136695976", "valid", id="Germany"),
        pytest.param("vat", "DE", " 136 695 976 ", "valid", id="without prefix, with blanks"),
        pytest.param("vat", "DE", "DE136695975", "checksum", id="last digit wrong"),
        pytest.param("vat", "DE", "DE13669597", "length", id="a digit lost"),
        pytest.param("vat", "DE", "DEX36695976", "format", id="a letter inside"),
        pytest.param("vat_registration", "IT", "IT00743110157", "valid", id="Italy"),
        pytest.param("vat", "FR", "FR23334175221", "valid", id="France"),
        pytest.param("vat", "FR", "DE136695976", "country", id="a German number for France"),
        pytest.param("vat", "GR", "EL094259216", "valid", id="Greece writes EL"),
        pytest.param("vat", None, "DE136695976", "valid", id="the prefix names the country"),
        pytest.param("vat", "GB", "GB980780684", "valid", id="Great Britain"),
        pytest.param("vat", "US", "12-3456789", "unchecked", id="no rule for the country"),
        pytest.param("weee", "DE", "DE12345678", "valid", id="DE and eight digits"),
        pytest.param("weee", "DE", "WEEE-Reg.-Nr. DE 12345678", "valid", id="as printed"),
        pytest.param("battery", "DE", "Batt-Reg.-Nr. DE 12345678", "valid", id="batteries"),
        pytest.param("weee", "DE", "DE1234567", "length", id="seven digits"),
        pytest.param("weee", "DE", "12345678", "format", id="no country"),
        pytest.param("epr_packaging", "DE", "DE1234567890123", "valid", id="LUCID: 13 digits"),
        pytest.param("epr_packaging", "DE", "DE12345678", "length", id="a WEEE number for LUCID"),
        pytest.param("epr_packaging", "FR", "anything", "unchecked", id="no documented form"),
        pytest.param("epr_packaging", None, "anything", "unchecked", id="no country"),
        pytest.param(None, "DE", "anything", "unchecked", id="a free task"),
        pytest.param("eori", "DE", "DE1234567", "valid", id="EORI"),
        pytest.param("eori", "EU", "PL123456789000000", "valid", id="EORI for all of the EU"),
        pytest.param("eori", "DE", "FR12345678901234", "country", id="EORI of another country"),
        pytest.param("eori", None, "DE", "format", id="nothing behind the country"),
        pytest.param("eori", "DE", "DE1234567890123456", "format", id="sixteen signs"),
        pytest.param("vat", "DE", "  ", "", id="no number, no verdict"),
    ],
)
def test_numbers(regime: str | None, country: str | None, typed: str, found: str) -> None:
    assert check_number(regime, country, typed) == found
    assert is_wrong(found) == (found not in {"", "valid", "unchecked"})
