"""Pages of records as columns: the quick reader against the exact one, and what breaks a page."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi.errors import KpiError
from sync_service.bodies import Response
from sync_service.connectors.columns import (
    DAY,
    TEXT,
    Field,
    Page,
    columns,
    exact_page,
    one_by_one,
    read_page,
)
from sync_service.fact_rows import COUNT, MONEY
from sync_service.troubles import ContractBroken

PAGE = Page(
    records="rows",
    link="next",
    columns={
        "day": Field("date", DAY),
        "sku": Field("sku", TEXT),
        "orders_count": Field("orders", COUNT),
        "gross_sales": Field("sales", MONEY),
    },
    unread={"shop": TEXT},
)
DAYS = "2026-07-01"
VAST = "1e-2147483647"  # Arrow ends the process on exponents like this one


def answer(body: str | bytes, content_type: str = "application/json") -> Response:
    content = body if isinstance(body, bytes) else body.encode()
    return Response(200, {"content-type": content_type}, content)


def record(orders: str = "3", sales: str = '"12.50"', more: str = "", sku: str = '"A"') -> str:
    return f'{{"date":"{DAYS}","sku":{sku},"orders":{orders},"sales":{sales}{more}}}'


def page(*records: str, link: str = "null") -> str:
    return f'{{"rows":[{",".join(records)}],"next":{link}}}'


def taken(body: str | bytes, content_type: str = "application/json") -> list[tuple[object, ...]]:
    table, _ = read_page(answer(body, content_type), PAGE)
    return [tuple(row.values()) for row in table.to_pylist()]


def row(orders: int | None = 3, sales: str | None = "12.50", sku: str | None = "A") -> object:
    return (date(2026, 7, 1), sku, orders, None if sales is None else Decimal(sales))


@pytest.mark.parametrize(
    ("body", "rows"),
    [
        pytest.param(page(record()), [row()], id="an amount written as a text"),
        pytest.param(page(record(sales="12.5")), [row()], id="an amount written as a number"),
        pytest.param(page(record(sales="12")), [row(sales="12")], id="an amount without a point"),
        pytest.param(
            page(record(sales="0.1"), record(sales='"0.2"')),
            [row(sales="0.1"), row(sales="0.2")],
            id="an amount as number and text in one page",
        ),
        pytest.param(
            page(record(sales="99999999999999.9999")),
            [row(sales="99999999999999.9999")],
            id="an amount that a double cannot hold",
        ),
        pytest.param(page(record(sales='"1.50000"')), [row(sales="1.5")], id="needless zeros"),
        pytest.param(page(record(sales='"1.25e1"')), [row()], id="an exponent"),
        pytest.param(page(record(orders="3.0")), [row()], id="a count with a point"),
        pytest.param(page(record(orders="null")), [row(orders=None)], id="a null is unknown"),
        pytest.param(page(record(more=',"shop":"X"')), [row()], id="a field that is known, unread"),
        pytest.param(page(record(more=',"new":[1.5]')), [row()], id="a field unheard of"),
        pytest.param(page(), [], id="no record"),
        pytest.param(page(record()).replace(",", " ,\n"), [row()], id="blanks and lines"),
        pytest.param(page(record(sku='"\\u00e9"')), [row(sku="é")], id="a letter in code"),
        pytest.param(
            b"\xef\xbb\xbf" + page(record(sku='"é"')).encode(), [row(sku="é")], id="a mark"
        ),
    ],
)
def test_a_page_is_read_exactly(body: str | bytes, rows: list[object]) -> None:
    assert taken(body) == rows


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("", id="nothing"),
        pytest.param("[]", id="a list"),
        pytest.param('{"next":null}', id="no records"),
        pytest.param('{"rows":null,"next":null}', id="null for records"),
        pytest.param('{"rows":{},"next":null}', id="an object for records"),
        pytest.param(page(record(), link="5"), id="a number for the link"),
        pytest.param(page("null"), id="a null for a record"),
        pytest.param(page("[]"), id="a list for a record"),
        pytest.param(page('{"sku":"A","orders":1,"sales":1}'), id="a record without a day"),
        pytest.param(page(record()).replace(DAYS, "2026-7-1"), id="a day of another form"),
        pytest.param(page(record()).replace(DAYS, "2026-02-30"), id="a day that is none"),
        pytest.param(page(record(orders="2.5")), id="half an order"),
        pytest.param(page(record(orders="true")), id="true for a count"),
        pytest.param(page(record(orders='"3"')), id="a text for a count"),
        pytest.param(page(record(orders="9223372036854775808")), id="a count above 64 bits"),
        pytest.param(page(record(sales='"1.00001"')), id="a fifth decimal"),
        pytest.param(page(record(sales="1.00001")), id="a fifth decimal of a number"),
        pytest.param(page(record(sales='"123456789012345"')), id="fifteen digits before the point"),
        pytest.param(page(record(sales="123456789012345")), id="the same as a number"),
        *(
            pytest.param(page(record(sales=amount)), id=f"next to nothing: {amount}")
            for small in ("1e-5", "1e-30", "1.1125369292536007e-308", "0.00001e-40", "1e-400", VAST)
            for amount in (small, f'"{small}"')
        ),
        pytest.param(page(record(sales='"NaN"')), id="a text that is no number"),
        pytest.param(page(record(sales='" 1"')), id="a blank before an amount"),
        pytest.param(page(record(sales='"1_0"')), id="a number as Python writes it"),
        pytest.param(page(record(sales='""')), id="an empty amount"),
        pytest.param(page(record(sales="NaN")), id="not a number"),
        pytest.param(page(record(sales="false")), id="false for an amount"),
        pytest.param(page(record(sku="5")), id="a number for a text"),
        pytest.param(page(record(more=',"sales":"1"')), id="a field twice"),
        pytest.param(page(record(more=',"sa\\u006ces":"1"')), id="a field twice, once in code"),
        pytest.param(page(record(more=',"new":1,"new":2')), id="a field unheard of twice"),
        pytest.param(page(record(more=',"x":[{"a":1,"a":2}]')), id="a key twice further down"),
        pytest.param('{"rows":[],"rows":[],"next":null}', id="the records twice"),
        pytest.param(page(record()) + page(record()), id="two pages in one"),
        pytest.param(page(record()) + "x", id="something after the page"),
        pytest.param(page(record()) + "\0x", id="something after a NUL"),
        pytest.param(page(record())[:-9], id="a cut page"),
        pytest.param(page(record(sku='"\\ud800"')), id="half a character"),
        pytest.param(page(record(sku='"é"')).encode("latin-1"), id="no UTF-8"),
        pytest.param("<html>", id="a sign-in page"),
        pytest.param(
            page(record(more=f',"x":{"[" * 100_000}{"]" * 100_000}')), id="nested 100,000 deep"
        ),
        pytest.param(page(record(sku="[" * 100_000 + "]" * 100_000)), id="nested in a known field"),
    ],
)
def test_what_is_no_such_page_breaks_the_contract(body: str | bytes) -> None:
    with pytest.raises(ContractBroken):
        taken(body)


@pytest.mark.parametrize("small", ["1e-5", "1e-30", "1.1125369292536007e-308", "1e-400", VAST])
def test_an_amount_is_never_cut_to_nothing(small: str) -> None:
    for value in (small, Decimal(small)):
        with pytest.raises(ContractBroken, match="sales"):
            columns([{"sales": value}], {"gross_sales": Field("sales", MONEY)})


def test_the_link_of_a_page_is_given() -> None:
    assert read_page(answer(page(link='"http://x/?page=2"')), PAGE)[1] == "http://x/?page=2"
    assert read_page(answer('{"rows":[]}'), PAGE)[1] is None


def test_a_declared_charset_is_followed() -> None:
    body = page(record(sku='"é"')).encode("cp1252")
    assert taken(body, "application/json; charset=cp1252") == [row(sku="é")]


def test_two_columns_of_one_field_are_refused() -> None:
    with pytest.raises(KpiError, match="one field"):
        Page("rows", "next", {"a": Field("x", TEXT), "b": Field("x", MONEY)})


AMOUNTS = st.one_of(
    st.decimals(-(10**14), 10**14, places=4).map(str),
    st.decimals(-(10**6), 10**6).map(str),
    st.floats().map(repr),
    st.from_regex(r"\A[+-]?[0-9]{1,20}\.?[0-9]{0,20}([eE][+-]?[0-9]{1,12})?\Z"),
    st.text("0123456789+-.eE _", max_size=8),
    st.integers().map(str),
)
VALUES = st.one_of(
    AMOUNTS.map(json.dumps),
    st.floats(allow_nan=False, allow_infinity=False).map(json.dumps),
    st.decimals(-(10**14), 10**14, places=4).map(str),
    st.integers(-(2**70), 2**70).map(str),
    st.text(max_size=4).map(json.dumps),
    st.sampled_from(("null", "true", "[]", "{}", '{"a":1}', "-0", "0e5", "1e2", '"2026-07-09"')),
)
LIKELY = {
    "date": st.dates().map(lambda day: f'"{day}"'),
    "sku": st.text(max_size=4).map(lambda text: json.dumps(text, ensure_ascii=False)),
    "orders": st.integers(-(2**63), 2**63 - 1).map(str),
    "sales": st.decimals(-(10**14), 10**14, places=4).flatmap(
        lambda number: st.sampled_from((str(number), f'"{number}"'))
    ),
}


@st.composite
def records(draw: st.DrawFn) -> str:
    """Draw a record that is mostly right: wild values, lacking, repeated and unknown fields."""
    parts = [f'"{name}":{draw(values)}' for name, values in LIKELY.items()]
    for _ in range(draw(st.sampled_from((0, 0, 0, 1, 2)))):
        at = draw(st.integers(0, len(parts) - 1))
        name = draw(st.sampled_from((*LIKELY, "shop", "new")))
        change = [f'"{name}":{draw(VALUES)}']
        kept = draw(st.sampled_from((0, 1)))  # 0: in place of a field, 1: beside it
        parts[at : at + 1] = [parts[at], *change] if kept else change
    return "{" + ",".join(parts) + "}"


@settings(deadline=None)  # the first call of a library takes its time
@given(st.lists(records(), max_size=2), st.sampled_from(("null", '"x"')))
def test_what_is_read_is_what_the_exact_reader_reads(lines: list[str], link: str) -> None:
    # json.dumps may write half a character in code: both have to refuse it
    body = answer(page(*lines, link=link).encode("utf-8", "replace"))
    assert outcome(read_page, body) == outcome(exact_page, body)


def outcome(
    reader: Callable[[Response, Page], tuple[pa.Table, str | None]], on: Response
) -> object:
    return refused_or(lambda: reader(on, PAGE))


KINDS = st.sampled_from((DAY, TEXT, COUNT, MONEY))
CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**64), 2**64),
    st.decimals(-(10**15), 10**15, places=4),
    st.floats(),
    AMOUNTS,
    st.text(),
    st.dates().map(str),
    st.just([]),
)


@settings(deadline=None)  # the first call of a library takes its time
@given(st.lists(CELLS, max_size=3) | st.sampled_from(([1, 2], ["1.5", "2"], [None], [0.1])), KINDS)
def test_a_column_at_once_is_the_column_value_by_value(
    values: list[object], kind: pa.DataType
) -> None:
    field = Field("x", kind)
    table = refused_or(lambda: columns([{"x": value} for value in values], {"x": field}))
    single = refused_or(lambda: pa.table({"x": one_by_one(values, field)}))
    assert table == single


def refused_or(read: Callable[[], object]) -> object:
    try:
        return read()
    except ContractBroken:
        return "refused"
