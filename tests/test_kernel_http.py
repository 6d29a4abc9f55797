"""The checked client: what it returns is whole, from an allowed host, and in time."""

from __future__ import annotations

import ast
import gzip
import inspect
import random
import time
import zlib
from pathlib import Path

import httpx
import pytest

from kpi.errors import Place
from sync_service.bodies import Response
from sync_service.http import (
    Client,
    Request,
    Timeouts,
    allowed,
    check_status,
    retry_after,
    trouble_of,
)
from sync_service.troubles import (
    BadRequest,
    ContractBroken,
    Forbidden,
    NotFound,
    RateLimited,
    Refused,
    Retryable,
    TokenExpired,
    Trouble,
)
from tests.kernel_support import (
    MORNING,
    Answer,
    Server,
    answer,
    client_for,
    drip,
    in_turn,
    silence,
    then_close,
    then_reset,
)

ROOT = Path(__file__).resolve().parent.parent
RANDOM = random.Random(7)
ROWS = "\n".join(f"SKU-{n}\t{n * 17 % 101}.{n % 100:02d}" for n in range(900)).encode()


def get(scripted: Answer) -> Response:
    with Server(in_turn(scripted)) as server, client_for(server) as client:
        return client.send(Request("GET", server.url + "/report"))


def test_a_whole_answer_comes_back_as_sent() -> None:
    found = get(answer(b'{"units": 3}', headers=[("x-amzn-RequestId", "R-1")]))
    assert found.json() == {"units": 3}
    assert found.request_id == "R-1"


def test_the_address_keeps_its_own_query_when_no_parameters_are_given() -> None:
    with Server(in_turn(answer())) as server, client_for(server) as client:
        client.send(Request("GET", server.url + "/a?signature=x%2By"))
        client.send(Request("GET", server.url + "/a", params={"day": "2026-10-21"}))
    assert [asked.target for asked in server.asked] == ["/a?signature=x%2By", "/a?day=2026-10-21"]


def test_connections_are_kept_alive() -> None:
    with Server(in_turn(answer())) as server, client_for(server) as client:
        for _ in range(5):
            client.send(Request("GET", server.url))
    assert (len(server.asked), server.connections) == (5, 1)


HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    "scripted",
    [
        pytest.param(
            then_close(HEAD + b"content-length: 100\r\n\r\nshort"), id="shorter than declared"
        ),
        pytest.param(
            then_close(HEAD + b"transfer-encoding: chunked\r\n\r\n5\r\nabcde\r\n"),
            id="the last chunk never comes",
        ),
        pytest.param(
            then_close(HEAD + b"transfer-encoding: chunked\r\n\r\nff\r\nabcde"), id="a chunk is cut"
        ),
        pytest.param(then_close(HEAD + b"\r\nno length at all"), id="neither length nor chunks"),
        pytest.param(then_close(b""), id="closed before the first byte"),
        pytest.param(then_close(b"HTTP/1.1 200 OK\r\ncontent-le"), id="closed inside the headers"),
        pytest.param(then_reset(b""), id="reset before the headers"),
        pytest.param(
            then_reset(HEAD + b"content-length: 100\r\n\r\nshort"), id="reset in the body"
        ),
        pytest.param(silence(), id="no answer within the read time-out"),
        pytest.param(drip(HEAD), id="headers drip past the deadline"),
        pytest.param(
            drip(HEAD + b"content-length: 999\r\n\r\n" + b"x" * 999, 0.01), id="body drips past it"
        ),
    ],
)
def test_an_incomplete_answer_is_worth_another_try(scripted: Answer) -> None:
    begun = time.monotonic()
    with pytest.raises(Retryable):
        get(scripted)
    assert time.monotonic() - begun < 3


def gzipped(body: bytes) -> bytes:
    return answer(body, headers=[("content-encoding", "gzip")])


def test_gzip_is_unpacked_to_its_last_member() -> None:
    assert get(gzipped(gzip.compress(ROWS))).content == ROWS
    assert (
        get(gzipped(gzip.compress(b"first ") + gzip.compress(b"second"))).content == b"first second"
    )


def test_gzip_cut_anywhere_is_found_although_the_length_matches() -> None:
    # F1: httpx itself returned 4,908 of 5,006 bytes without an error
    whole = gzip.compress(ROWS)
    places = [
        *range(len(whole) - 64, len(whole)),
        *RANDOM.sample(range(1, len(whole)), 100),
    ]
    cuts = iter(places)
    with (
        Server(lambda _asked: gzipped(whole[: next(cuts)])) as server,
        client_for(server) as client,
    ):
        for _ in places:
            with pytest.raises(Retryable, match="gzip"):
                client.send(Request("GET", server.url))


def test_gzip_flipped_anywhere_in_its_data_is_found() -> None:
    whole = gzip.compress(ROWS)
    places = RANDOM.sample(range(10, len(whole)), 60)  # the header holds free bytes
    flips = iter(places)

    def flipped(place: int) -> bytes:
        return whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]

    with (
        Server(lambda _asked: gzipped(flipped(next(flips)))) as server,
        client_for(server) as client,
    ):
        for _ in places:
            with pytest.raises(Retryable, match="gzip"):
                client.send(Request("GET", server.url))


@pytest.mark.parametrize(
    ("scripted", "trouble"),
    [
        pytest.param(answer(b"x" * 3000), ContractBroken, id="declared too large"),
        pytest.param(
            HEAD + b"transfer-encoding: chunked\r\n\r\nbb8\r\n" + b"x" * 3000 + b"\r\n0\r\n\r\n",
            ContractBroken,
            id="chunks grow too large",
        ),
        pytest.param(gzipped(gzip.compress(b"0" * 10_000_000)), ContractBroken, id="a gzip bomb"),
        pytest.param(
            answer(zlib.compress(b"0" * 1_000_000), headers=[("content-encoding", "deflate")]),
            ContractBroken,
            id="a deflate bomb",
        ),
        pytest.param(
            answer(b"x", headers=[("content-encoding", "br")]), ContractBroken, id="not asked for"
        ),
        pytest.param(
            HEAD + b"content-length: 12x\r\n\r\n", Trouble, id="a length that is no number"
        ),
        pytest.param(b"ftp nonsense\r\n\r\n", Retryable, id="not HTTP at all"),
    ],
)
def test_an_answer_that_breaks_the_rules_is_refused(
    scripted: bytes, trouble: type[Trouble]
) -> None:
    with (
        Server(in_turn(scripted)) as server,
        client_for(server, max_body=2000) as client,
        pytest.raises(trouble),
    ):
        client.send(Request("GET", server.url))


@pytest.mark.parametrize(
    ("status", "trouble"),
    [
        pytest.param(301, Refused, id="a redirect is never followed"),
        pytest.param(400, BadRequest, id="our request is wrong"),
        pytest.param(401, TokenExpired, id="the token is old"),
        pytest.param(403, Forbidden, id="a role is missing"),
        pytest.param(404, NotFound, id="not there"),
        pytest.param(408, Retryable, id="the platform waited too long"),
        pytest.param(422, BadRequest, id="a parameter is wrong"),
        pytest.param(425, BadRequest, id="too early, unless accepted"),
        pytest.param(429, RateLimited, id="too many calls"),
        *(pytest.param(s, Retryable, id=f"{s} passes") for s in (500, 502, 503, 504)),
    ],
)
def test_each_status_has_its_trouble(status: int, trouble: type[Trouble]) -> None:
    found = Response(status, {"x-amzn-requestid": "R-9"}, b'{"why": "Bearer abcdefghijkl"}', "h/p")
    with pytest.raises(trouble) as raised:
        check_status(found, MORNING)
    assert type(raised.value) is trouble
    assert "abcdefghijkl" not in raised.value.detail
    line = raised.value.problem(Place(text="AMZ-DE amazon.traffic")).line("zh")
    assert "AMZ-DE" in line
    check_status(found, MORNING, accept=(status,))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        pytest.param({"retry-after": "17"}, 17.0, id="seconds"),
        pytest.param({"retry-after": "0"}, 0.0, id="zero is zero"),
        pytest.param({"retry-after": "0.5"}, 0.5, id="a fraction"),
        pytest.param({"retry-after": "1000000000"}, 1e9, id="absurd, but what it says"),
        pytest.param({"retry-after": "-5"}, None, id="negative says nothing"),
        pytest.param({"retry-after": "soon"}, None, id="words say nothing"),
        pytest.param({"retry-after": "inf"}, None, id="infinity says nothing"),
        pytest.param({"retry-after": "nan"}, None, id="no number says nothing"),
        pytest.param({}, None, id="absent"),
        pytest.param(
            {"retry-after": "Thu, 22 Oct 2026 01:00:30 GMT"}, 30.0, id="a date against our clock"
        ),
        pytest.param(
            {
                "retry-after": "Thu, 22 Oct 2026 01:10:30 GMT",
                "date": "Thu, 22 Oct 2026 01:10:00 GMT",
            },
            30.0,
            id="a date against the server's clock when ours is ten minutes slow",
        ),
        pytest.param(
            {"retry-after": "Thu, 22 Oct 2020 01:00:30 GMT"}, 0.0, id="a date in the past"
        ),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, MORNING) == seconds


HOSTS = ("api.amazon.com", "*.myshopify.com")


@pytest.mark.parametrize(
    "url",
    [
        "http://api.amazon.com/",
        "https://api.amazon.com:8443/",
        "https://api.amazon.com.evil.example/",
        "https://evilapi.amazon.com/",
        "https://myshopify.com/",
        "https://.myshopify.com/",
        "https://evilmyshopify.com/",
        "https://user:pass@api.amazon.com/",
        "https://api.amazon.com@evil.example/",
        "https://evil.example#api.amazon.com",
        "https://evil.example?api.amazon.com",
        "https://evil.example\\@api.amazon.com/",
        "https://127.0.0.1/",
        "http://127.0.0.1:9/",
        "http://localhost:5000/",
        "http://2130706433:5000/",
        "http://0x7f.1:5000/",
        "http://017700000001:5000/",
        "http://127.1:5000/",
        "http://[::1]:5000/",
        "http://[::ffff:127.0.0.1]:5000/",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "http://0.0.0.0:5000/",
        "file:///etc/passwd",
        "file://127.0.0.1:5000/etc/passwd",
        "ftp://127.0.0.1:5000/",
        "http://127.0.0.1:5000@evil.example/",
        "http://127.0.0.1.nip.io:5000/",
        "http://[::ffff:169.254.169.254]/",
        "https://api.amazon.com%2eevil.example/",
        "https://api.amazon.com\u3002evil.example/",
        "gopher://api.amazon.com/",
        "//api.amazon.com/",
        "api.amazon.com",
        "",
        "https://",
        "https://[",
        "https://api.amazon.com\x00.evil.example/",
    ],
)
def test_an_address_that_is_not_the_platforms_is_refused(url: str) -> None:
    with pytest.raises(Refused):
        allowed(url, HOSTS, frozenset({"127.0.0.1:5000"}))


@pytest.mark.parametrize(
    "url",
    [
        "https://api.amazon.com/auth/o2/token",
        "https://API.AMAZON.COM/",
        "https://api.amazon.com:443/",
        "https://a-shop.myshopify.com/admin",
        "http://127.0.0.1:5000/sandbox",
    ],
)
def test_an_address_of_the_platform_is_allowed(url: str) -> None:
    allowed(url, HOSTS, frozenset({"127.0.0.1:5000"}))


def test_a_name_is_never_loopback_even_when_the_settings_hold_it() -> None:
    with pytest.raises(Refused):
        allowed("http://localhost:5000/", HOSTS, frozenset({"localhost:5000"}))


def test_a_redirect_to_another_host_is_not_followed() -> None:
    moved = answer(b"", 302, [("location", "http://127.0.0.1:1/steal")])
    with Server(in_turn(moved)) as server, client_for(server) as client:
        found = client.send(Request("GET", server.url))
    assert (found.status, len(server.asked)) == (302, 1)


def test_nobody_listens() -> None:
    with Server(in_turn(answer())) as server:
        gone = server.place
    client = Client((), loopback=[gone], timeouts=Timeouts(connect=0.5, read=0.5, total=1))
    with pytest.raises(Retryable, match="ConnectError"):
        client.send(Request("GET", f"http://{gone}/"))
    client.close()


def httpx_errors() -> list[type[Exception]]:
    found = [e for e in vars(httpx).values() if inspect.isclass(e) and issubclass(e, Exception)]
    assert len(found) > 20
    return found


@pytest.mark.parametrize("kind", httpx_errors(), ids=lambda kind: kind.__name__)
def test_each_error_of_httpx_is_mapped(kind: type[Exception]) -> None:
    error = kind.__new__(kind)
    Exception.__init__(error, "for https://h/p?secret=1")
    trouble = trouble_of(error)
    assert kind.__name__ in trouble.detail
    assert "secret=1" not in trouble.detail
    assert any(isinstance(error, mapped) for mapped, _ in _mapped())


def _mapped() -> tuple[tuple[type[Exception], object], ...]:
    from sync_service.http import MAPPED  # noqa: PLC0415 - read beside the walk that it proves

    return MAPPED


def test_only_the_two_clients_import_what_reaches_the_network() -> None:
    users = {}  # gspread speaks through requests, so Google has a client of its own
    for path in (ROOT / "sync_service").rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        names = {
            name.name.partition(".")[0]
            for node in ast.walk(tree)
            if isinstance(node, ast.Import)
            for name in node.names
        } | {
            (node.module or "").partition(".")[0]
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
        }
        found = names & {"httpx", "httpcore", "requests", "urllib3", "aiohttp"}
        if found:
            users[path.relative_to(ROOT / "sync_service").as_posix()] = found
    assert users == {"http.py": {"httpx", "httpcore"}, "google/http.py": {"requests"}}
