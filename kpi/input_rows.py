"""A line of tblInput: a figure of a shop, or of a person with its author."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from kpi.book_links import Codes
from kpi.book_rows import RowReader
from kpi.catalog import Catalog
from kpi.personal import PERSONAL, is_personal
from kpi.typed_rows import InputRow

MOST_NAMED = 5  # measures in one message


def read_input(
    row: RowReader, shops: Codes, people: Codes, catalog: Catalog | None
) -> InputRow | None:
    """A line of tblInput; a figure of a person stands under the person's code and has an author."""
    day, value = row.day("day"), row.exact("value")
    shop = row.needed("shop")
    if shop in people.read and shop not in shops.named:
        return _personal(row, day, value, catalog)
    shops.check(row, "shop", shop)
    if day is None or value is None:
        if not row.bad:
            row.needed("day" if day is None else "value")
        return None
    measure = _measure(row, catalog)
    if catalog is not None and measure and catalog.measures[measure].personal:
        row.wrong("shop", "not_of_shop", shown=shop, measure=measure)
    return InputRow(day, shop, measure, value, row.text("by"), row.address)


def _measure(row: RowReader, catalog: Catalog | None) -> str:
    """The code of a measure that can be typed; a KPI is worked out and cannot."""
    if catalog is None:
        return row.metric("measure")
    text = row.needed("measure")
    names = catalog.typed_names()
    code = names.get(text) or names.get(text.casefold())
    if code is not None or not text:
        return code or ""
    formula = catalog.known.code(text)
    if formula is None:
        row.unknown("measure", "measure", names)
    else:
        row.wrong("measure", "not_typed", shown=text, measures=_bases(catalog, formula))
    return ""


def _bases(catalog: Catalog, code: str) -> str:
    return ", ".join(sorted(catalog.needs(code))[:MOST_NAMED])


def _personal(
    row: RowReader, day: date | None, value: Decimal | None, catalog: Catalog | None
) -> InputRow | None:
    """Quiz points, a mentor's rating or an own measure of people; other figures are of shops."""
    measure, by, person = _measure(row, catalog), row.needed("by"), row.text("shop")
    if measure and not is_personal(measure, catalog.measures if catalog else {}):
        row.wrong("shop", "not_personal", shown=person, measure=measure)
    if day is None or value is None:
        if not row.bad:
            row.needed("day" if day is None else "value")
        return None
    high = PERSONAL.get(measure)
    if high is not None and not 0 <= value <= high:
        row.wrong("value", "out_of_range", shown=row.raw("value"), low=0, high=high)
    if by == person:
        row.doubt("by", "rated_self", shown=person)
    return InputRow(day, "", measure, value, by, row.address, person)
