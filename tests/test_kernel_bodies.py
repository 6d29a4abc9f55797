"""Strict JSON, honest encodings, and the keep-list filter."""

from __future__ import annotations

import gzip
import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync_service.bodies import decode, gunzip, parse_json, parse_plain
from sync_service.connectors.kernel import Form, walk
from sync_service.connectors.raw import filtered
from sync_service.troubles import ContractBroken, Retryable


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b'{"a": 1', id="cut"),
        pytest.param(b'{"a": 1} {"b": 2}', id="two values"),
        pytest.param(b'{"a": 1, "a": 2}', id="a key twice"),
        pytest.param(b'{"x": {"a": 1, "a": 1}}', id="a key twice further down"),
        pytest.param(b'{"a": "x\\"", "b": 1, "b": 2}', id="a key twice beside a quote sign"),
        pytest.param(b'{"a\\u0022": 1, "b": 1, "b": 2}', id="a key twice beside a hidden one"),
        pytest.param(b'{"a": 1, "\\u0061": 2}', id="a key twice, once in code"),
        pytest.param(b'{"a": NaN}', id="NaN"),
        pytest.param(b'{"a": -Infinity}', id="infinity"),
        pytest.param(b'{"a": 1e400}', id="ten to the 400"),
        pytest.param(b'{"a": ' + b"9" * 400 + b"}", id="four hundred digits"),
        pytest.param(b'{"a": "\\ud800"}', id="half a character"),
        pytest.param(b"[" * 100_000, id="nested 100,000 deep and open"),
        pytest.param(b"[" * 100_000 + b"]" * 100_000, id="nested 100,000 deep"),
        pytest.param(b"<!DOCTYPE html><html>Sign in</html>", id="a sign-in page"),
        pytest.param(b"  \n<html>", id="a page after blanks"),
        pytest.param('{"a": "売上"}'.encode("shift_jis"), id="Shift-JIS without saying so"),
        pytest.param('{"a": "Größe"}'.encode("cp1252"), id="Windows-1252 without saying so"),
        pytest.param(b'\xff\xfe{"a"', id="UTF-16 mark, then other bytes"),
        pytest.param(b"{'a': 1}", id="single quotes"),
        pytest.param(b'{"a": 01}', id="a leading zero"),
        pytest.param(b'{"a": 1,}', id="a comma too many"),
    ],
)
def test_what_is_no_strict_json_breaks_the_contract(payload: bytes) -> None:
    for read in (parse_json, parse_plain):
        with pytest.raises(ContractBroken):
            read(payload)


@pytest.mark.parametrize(
    ("payload", "content_type"),
    [
        pytest.param('{"a": "Größe"}'.encode(), "", id="UTF-8"),
        pytest.param('{"a": "Größe"}'.encode("utf-8-sig"), "", id="UTF-8 with a mark"),
        pytest.param('\ufeff{"a": "Größe"}'.encode("utf-16-le"), "", id="UTF-16, low byte first"),
        pytest.param('\ufeff{"a": "Größe"}'.encode("utf-16-be"), "", id="UTF-16, high byte first"),
        pytest.param(
            '{"a": "Größe"}'.encode("cp1252"), "text/plain; charset=Cp1252", id="a declared charset"
        ),
    ],
)
def test_the_mark_or_the_declared_charset_decides(payload: bytes, content_type: str) -> None:
    assert parse_json(payload, content_type) == {"a": "Größe"}


def test_an_unknown_charset_is_said() -> None:
    with pytest.raises(ContractBroken, match="klingon"):
        decode(b"x", "text/plain; charset=klingon")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.text(),
        lambda below: st.lists(below) | st.dictionaries(st.text(), below),
        max_leaves=20,
    )
)
def test_any_json_is_read_as_the_standard_reads_it(value: object) -> None:
    for text in (json.dumps(value), json.dumps(value, ensure_ascii=False)):
        try:
            text.encode()
        except UnicodeEncodeError:
            continue
        assert parse_json(text.encode()) == value


WRITTEN = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.decimals(-(10**20), 10**20, allow_nan=False).map(str),
    st.integers(-(10**30), 10**30).map(str),
    st.sampled_from(("0", "-0", "-0.0", "1E5", "1e-7", "1.0", "0.10", "100000000000000000000")),
)
STRINGS = (st.text() | WRITTEN.map("12:{0},[{0}".format)).map(json.dumps)


@settings(deadline=None)  # the first call of a library takes its time
@given(
    st.recursive(
        WRITTEN | STRINGS,
        lambda below: (
            st.lists(below).map(lambda parts: "[" + ",".join(parts) + "]")
            | st.dictionaries(STRINGS, below).map(
                lambda of: "{" + ",".join(f"{name}:{value}" for name, value in of.items()) + "}"
            )
        ),
        max_leaves=8,
    )
)
def test_whichever_reader_reads_every_number_is_as_it_was_written(text: str) -> None:
    def exact(number: str) -> Decimal:
        value = Decimal(number)
        if value and abs(value.adjusted()) > 40:
            raise ContractBroken(number)
        return value

    try:
        wanted = json.loads(text, parse_float=exact)
    except ContractBroken:
        with pytest.raises(ContractBroken):
            parse_json(text)
        return
    assert repr(parse_json(text)) == repr(wanted)  # 1 and 1.0 and Decimal(1) are equal, not alike
    assert repr(printed(parse_plain(text.encode()))) == repr(printed(wanted))


def printed(value: object) -> object:
    """Turn floats and decimals into numbers in their shortest form."""
    match value:
        case dict():
            return {name: printed(inner) for name, inner in value.items()}
        case list():
            return [printed(inner) for inner in value]
        case float() | Decimal():
            return Decimal(str(value)).normalize()
    return value


@given(st.text(), st.text(), st.text())
def test_a_second_key_is_found_whatever_stands_beside_it(key: str, a: str, b: str) -> None:
    name, *texts = (json.dumps(one) for one in (key, a, b))
    payload = f'[{texts[0]}, {{{name}: 1, "other": {texts[1]}, {name}: 2}}]'
    with pytest.raises(ContractBroken):
        parse_json(payload.encode())


def test_numbers_with_a_point_are_exact() -> None:
    assert parse_json(b'{"a": 0.1, "b": 12345678901234.5678, "c": 7}') == {
        "a": Decimal("0.1"),
        "b": Decimal("12345678901234.5678"),
        "c": 7,
    }


def test_whole_surrogate_pairs_are_characters() -> None:
    assert parse_json(b'"\\ud83d\\ude00"') == "\N{GRINNING FACE}"


@given(st.binary(max_size=2_000), st.data())
def test_a_gzip_file_comes_back_or_is_refused(text: bytes, data: st.DataObject) -> None:
    whole = gzip.compress(text, mtime=0)
    assert gunzip(whole) == text
    cut = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(Retryable):
        gunzip(whole[:cut])


def test_a_second_member_that_is_cut_is_found() -> None:
    whole = gzip.compress(b"a") + gzip.compress(b"b")
    with pytest.raises(Retryable):
        gunzip(whole[:-1])
    with pytest.raises(Retryable):
        gunzip(gzip.compress(b"a") + b"tail")


@pytest.mark.parametrize(
    ("payload", "form", "kept"),
    [
        pytest.param(
            b'{"sku": "A", "n": "CANARY", "price": 12.30, "more": [{"sku": "B", "ip": "CANARY"}]}',
            "json",
            b'{"sku":"A","price":12.30,"more":[{"sku":"B"}]}',
            id="JSON at every depth, digits as written",
        ),
        pytest.param(
            b'{"price": 123456789012345678901234, "more": [0.10]}',
            "json",
            b'{"price":123456789012345678901234,"more":[0.10]}',
            id="a count beyond 64 bits",
        ),
        pytest.param(
            '{"sku": "A\u2028", "phone": "CANARY"}\n\n{"sku": "B"}\n'.encode(),
            "jsonl",
            '{"sku":"A\u2028"}\n{"sku":"B"}\n'.encode(),
            id="JSON lines, with a line sign inside a text",
        ),
        pytest.param(
            b'sku\tship-city\tprice\r\n"A\tCANARY\t1.00\r\n',
            "tsv",
            b'sku\tprice\n"A\t1.00\n',
            id="tab-separated, where a quote sign is text",
        ),
        pytest.param(
            b'sku,note,price\n"A,1","CANARY\nCANARY",2\n',
            "csv",
            b'sku,price\n"A,1",2\n',
            id="comma-separated with quotes",
        ),
        pytest.param(b"", "tsv", b"", id="an empty file"),
    ],
)
def test_only_named_fields_are_kept(payload: bytes, form: Form, kept: bytes) -> None:
    found = filtered(payload, frozenset({"sku", "price", "more"}), form)
    assert found == kept
    assert b"CANARY" not in found


def test_a_line_with_a_column_too_few_breaks_the_contract() -> None:
    with pytest.raises(ContractBroken, match="line 3"):
        filtered(b"a\tb\n1\t2\n3\n", frozenset({"a", "b"}), "tsv")


NUMBERS = st.decimals(
    allow_nan=False, allow_infinity=False, places=4, min_value=-1e9, max_value=1e9
)


@given(st.lists(st.tuples(st.text(), NUMBERS, st.text())))
def test_the_filter_changes_no_kept_value(rows: list[tuple[str, Decimal, str]]) -> None:
    lines = [
        f'{{"sku": {json.dumps(sku)}, "price": {price:f}, "name": {json.dumps(name)}}}'
        for sku, price, name in rows
        if sku.isprintable() and name.isprintable()
    ]
    found = filtered("\n".join(lines).encode(), frozenset({"sku", "price"}), "jsonl")
    wanted = [json.loads(line, parse_float=Decimal, parse_int=Decimal) for line in lines]
    assert [parse_json(line) for line in found.splitlines()] == [
        {"sku": row["sku"], "price": row["price"]} for row in wanted
    ]


def pages(*answers: tuple[list[int], str | None]) -> list[int]:
    known: dict[str | None, tuple[list[int], str | None]] = {}
    cursor: str | None = None
    for records, following in answers:
        known.setdefault(cursor, (records, following))
        cursor = following
    return list(walk(lambda at: known[at]))


def test_pages_are_walked_to_the_end() -> None:
    assert pages(([1, 2], "b"), ([3], "c"), ([], None)) == [1, 2, 3]


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param([([1], "b"), ([2], "c"), ([1], "b")], id="B leads to C leads to B"),
        pytest.param([([1], "b"), ([2], "b")], id="the same token again"),
    ],
)
def test_a_cursor_loop_ends_with_a_message(answers: list[tuple[list[int], str | None]]) -> None:
    with pytest.raises(ContractBroken, match="loop"):
        pages(*answers)


def test_empty_pages_without_end_are_given_up() -> None:
    with pytest.raises(ContractBroken, match="empty pages"):
        list(walk(lambda at: ([], str(int(at or 0) + 1))))


def test_pages_without_end_are_given_up() -> None:
    with pytest.raises(ContractBroken, match="more than 50"):
        list(walk(lambda at: ([1], str(int(at or 0) + 1)), cap=50))
