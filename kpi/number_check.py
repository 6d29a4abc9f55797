"""VAT and registration numbers: whether their form can be right; nothing is asked of an authority.

VAT numbers go through the rules of python-stdnum for the row's country. Where an authority
documents its form (LUCID, stiftung ear, EORI) the form is compared; any other number is not
checked, and is never called right.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError
from stdnum.util import get_cc_module

VAT_COUNTRIES = frozenset(
    {
        *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HR"),
        *("HU", "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
    }
)
VAT_REGIMES = frozenset({"vat", "vat_registration"})


@dataclass(frozen=True, slots=True)
class Form:
    """The documented form of a number, and the words that people copy with it."""

    pattern: re.Pattern[str]  # of the bare number: no blanks, dots and strokes
    words: str  # regular expression


REGISTER_DE = re.compile(r"DE\d{8}")  # stiftung ear: DE and eight digits
FORMS: dict[tuple[str, str], Form] = {
    ("epr_packaging", "DE"): Form(re.compile(r"DE\d{13}"), "LUCID(NR)?"),  # packaging register
    ("weee", "DE"): Form(REGISTER_DE, "WEEEREGN[RO]"),
    ("battery", "DE"): Form(REGISTER_DE, "BATTREGN[RO]"),
}
EORI = re.compile(r"[A-Z]{2}[A-Z0-9]{1,15}")  # country and up to fifteen signs


@cache
def check_number(regime: str | None, country: str | None, typed: str) -> str:
    """A code of the word list `number_check`: valid, length, format, checksum, country, unchecked.

    Empty without a number.
    """
    text = typed.strip().upper()
    if not text:
        return ""
    if regime in VAT_REGIMES:
        return _vat((country or text[:2]).replace("EL", "GR"), text)
    bare = re.sub(r"[\s.:/-]", "", text)
    if regime == "eori":
        return _eori(country, bare)
    form = FORMS.get((regime or "", country or ""))
    return "unchecked" if form is None else _formed(form, bare)


def is_wrong(checked: str) -> bool:
    """Whether a check found the number wrong; one that cannot be checked is not wrong."""
    return checked not in {"", "valid", "unchecked"}


def _vat(country: str, text: str) -> str:
    module = get_cc_module(country.lower(), "vat") if country in VAT_COUNTRIES else None
    if module is None:
        return "unchecked"
    prefix = text[:2].replace("EL", "GR")
    if prefix in VAT_COUNTRIES - {country} and not module.is_valid(text):
        return "country"
    try:
        module.validate(text)
    except InvalidChecksum:
        return "checksum"
    except InvalidLength:
        return "length"
    except ValidationError:
        return "format"
    return "valid"


def _eori(country: str | None, number: str) -> str:
    if EORI.fullmatch(number) is None:
        return "format"
    return "valid" if country in {None, "", "EU", number[:2]} else "country"


def _formed(form: Form, number: str) -> str:
    bare = re.sub(f"^({form.words})", "", number)
    if form.pattern.fullmatch(bare):
        return "valid"
    return "length" if re.fullmatch(r"DE\d+", bare) else "format"
