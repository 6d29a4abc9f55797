"""The bounded client of Google: how often, how long, whom, and what is said when it fails."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from sync_service.clock import FakeClock
from sync_service.google.accounts import DRIVE_FILE, MAKE_AND_SHARE, SPREADSHEETS, keep
from sync_service.google.client import BOOKS, SheetsClient, open_client
from sync_service.google.hosts import DRIVE, SHEETS, TOKEN, addresses, token_address
from sync_service.google.http import BURST, PATIENCE, PER_MINUTE
from sync_service.house import House, open_house
from sync_service.sandbox.faults import Kind
from sync_service.sandbox.world import SANDBOX_NOW
from sync_service.told import BusyError, ToldError
from tests.google_house import MANAGER, ROBOT, Google, google_at
from tests.google_support import box
from tests.road_support import settings_of

GET, BATCH, CREATE = "spreadsheets.get", "spreadsheets.batchUpdate", "spreadsheets.create"
WRITE, FILE = "spreadsheets.values.batchUpdateByDataFilter", "files.create"
PERSON = "owner@team.example"
ENDLESS = 10_000
Json = dict[str, Any]


@dataclass(slots=True)
class Road:
    """An installation, the stand-in, their clock, and a book that the robot may write."""

    google: Google
    clock: FakeClock
    info: Json
    client: SheetsClient  # of the robot, with a token already
    book: str = ""

    def opened(self) -> SheetsClient:
        """A new client of the account that is stored now."""
        return open_client(self.google.house, MAKE_AND_SHARE)

    def fault(self, operation: str, kind: Kind, **more: Any) -> None:
        self.google.handle.faults.add("google", operation, kind, **more)

    def cells(self) -> list[list[Any]]:
        return self.google.hands(self.book).look("Sheet1!A1:B2", "UNFORMATTED_VALUE")

    def calls(self) -> dict[str, int]:
        return self.google.calls()


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Road]:
    clock = FakeClock(SANDBOX_NOW)
    with google_at(tmp_path_factory.mktemp("http") / "data", clock) as google:
        google.handle.google.quotas.per_user = google.handle.google.quotas.per_project = ENDLESS
        info = google.handle.service_account(ROBOT)
        keep(google.house.secrets, info)
        yield Road(google, clock, info, open_client(google.house, MAKE_AND_SHARE))


@pytest.fixture
def road(started: Road) -> Road:
    """No fault, full buckets, the robot's own key, a new book."""
    handle = started.google.handle
    handle.faults.clear()
    started.clock.jump(600)
    keep(started.google.house.secrets, started.info)
    started.book = handle.book(MANAGER, "Book", share={ROBOT: "writer"})
    started.calls()
    started.clock.slept.clear()
    return started


# --- calls, each as the product makes it ----------------------------------------------------------

Call = Callable[[SheetsClient, str], Json]


def get(client: SheetsClient, book: str) -> Json:
    return client.get(book, "spreadsheetId")


def write(client: SheetsClient, book: str) -> Json:
    piece = {"dataFilter": {"gridRange": {"sheetId": 0} | box("A1:B2")}, "majorDimension": "ROWS"}
    return client.write_values(book, [piece | {"values": [["=1", 2], [3.5, "x"]]}])


def batch(client: SheetsClient, book: str) -> Json:
    return client.batch_update(book, [{"addSheet": {"properties": {"title": "More"}}}])


def create(client: SheetsClient, book: str) -> Json:
    return client.create({"properties": {"title": f"Another {book}"}})


def file(client: SheetsClient, book: str) -> Json:
    return client.drive("post", "", json={"name": book, "mimeType": "application/x"})


WRITTEN = [["=1", 2], [3.5, "x"]]
OPERATIONS = {GET: get, WRITE: write, BATCH: batch, CREATE: create, FILE: file}


# --- too many calls -------------------------------------------------------------------------------


@pytest.mark.parametrize("operation", [GET, WRITE, BATCH, CREATE])
@pytest.mark.parametrize(
    ("times", "asked", "waited"),
    [
        pytest.param(1, None, 4, id="Google does not say how long"),
        pytest.param(3, None, 12, id="three times"),
        pytest.param(1, 30, 30, id="it says 30 s"),
        pytest.param(2, 60, 120, id="all that patience has"),
    ],
)
def test_a_429_is_waited_for_as_long_as_google_asks(
    road: Road, operation: str, times: int, asked: float | None, waited: float
) -> None:
    road.fault(operation, "429", times=times, retry_after=asked)
    assert OPERATIONS[operation](road.client, road.book)
    assert road.calls() == {operation: times + 1}
    assert sum(road.clock.slept) == pytest.approx(waited)


@pytest.mark.parametrize(
    ("asked", "calls", "waited"),
    [
        pytest.param(None, 31, 120, id="four seconds each"),
        pytest.param(50, 3, 100, id="the third wait would pass 120 s"),
        pytest.param(121, 1, 0, id="longer than patience"),
        pytest.param(99_999, 1, 0, id="more than a day"),
        pytest.param(0, 31, 120, id="no wait at all: four seconds all the same"),
    ],
)
def test_a_429_that_never_ends_ends(
    road: Road, asked: float | None, calls: int, waited: float
) -> None:
    assert PATIENCE.limited == 120
    road.fault(GET, "429", times=ENDLESS, retry_after=asked)
    with pytest.raises(BusyError, match=r"cannot be reached now.*Quota exceeded") as told:
        get(road.client, road.book)
    assert "一分钟后重试" in told.value.texts["zh"]
    assert road.calls() == {GET: calls}
    assert sum(road.clock.slept) == pytest.approx(waited, abs=1.5)


# --- failures and dropped answers -----------------------------------------------------------------


@pytest.mark.parametrize("kind", ["500", "503"])
@pytest.mark.parametrize("operation", [GET, WRITE])
def test_what_may_be_done_twice_is_repeated_five_times_at_most(
    road: Road, operation: str, kind: Kind
) -> None:
    road.fault(operation, kind, times=2)
    assert OPERATIONS[operation](road.client, road.book)
    assert road.calls() == {operation: 3}
    assert 1.5 <= sum(road.clock.slept) <= 3  # 1 s and 2 s, each less up to a half
    road.fault(operation, kind, times=ENDLESS)
    with pytest.raises(BusyError, match=f"{kind} .*The old values stand"):
        OPERATIONS[operation](road.client, road.book)
    assert road.calls() == {operation: 5}
    assert road.cells() == (WRITTEN if operation == WRITE else [])


@pytest.mark.parametrize("kind", ["500", "503"])
@pytest.mark.parametrize("asked", [None, 5])
@pytest.mark.parametrize("operation", [BATCH, CREATE, FILE])
def test_what_may_not_be_done_twice_is_not_repeated(
    road: Road, operation: str, asked: float | None, kind: Kind
) -> None:
    road.fault(operation, kind, retry_after=asked)
    with pytest.raises(BusyError, match=r"did not say whether it was done.*Nothing was repeated"):
        OPERATIONS[operation](road.client, road.book)
    assert road.calls() == {operation: 1}
    assert road.clock.slept == []


def test_a_503_with_a_wait_is_waited_for(road: Road) -> None:
    road.fault(WRITE, "503", retry_after=40, times=2)
    write(road.client, road.book)
    assert road.calls() == {WRITE: 3}
    assert sum(road.clock.slept) == pytest.approx(80)


def hang_up() -> None:
    """The server's thread ends: the connection closes without an answer."""
    raise ConnectionAbortedError


DROPPED: list[Kind] = ["reset", "crash_after", "crash"]


@pytest.mark.parametrize("kind", DROPPED)
def test_a_structural_batch_without_an_answer_is_done_once_at_most(road: Road, kind: Kind) -> None:
    road.fault(BATCH, kind, on_reach=hang_up)
    with pytest.raises(BusyError, match="Nothing was repeated"):
        batch(road.client, road.book)
    assert road.calls() == {BATCH: 1}
    found = road.client.get(road.book, "sheets(properties(title))")["sheets"]
    titles = ["Sheet1"] if kind == "crash" else ["Sheet1", "More"]
    assert [one["properties"]["title"] for one in found] == titles


@pytest.mark.parametrize("kind", DROPPED)
def test_a_value_write_without_an_answer_is_repeated_with_the_same_cells(
    road: Road, kind: Kind
) -> None:
    road.fault(WRITE, kind, on_reach=hang_up)
    answer = write(road.client, road.book)
    assert road.calls() == {WRITE: 2}
    assert answer["totalUpdatedCells"] == 4
    assert road.cells() == WRITTEN


@pytest.mark.parametrize("kind", ["html", "malformed_json"])
@pytest.mark.parametrize("operation", [GET, BATCH])
def test_an_answer_that_is_no_json_is_told(road: Road, operation: str, kind: Kind) -> None:
    road.fault(operation, kind)
    with pytest.raises(BusyError, match="did not say whether it was done"):
        OPERATIONS[operation](road.client, road.book)
    assert road.calls() == {operation: 1}


# --- refusals, in sentences -----------------------------------------------------------------------


def only_reading(road: Road) -> None:
    road.google.handle.store.share(road.book, ROBOT, "reader")


def unknown(road: Road) -> None:
    road.book = "a-book-that-nobody-ever-made"


def no_key(road: Road) -> None:
    del road.google.handle.google.tokens.accounts[ROBOT]


def never_signed_in(road: Road) -> None:
    road.fault(WRITE, "expired_token", times=ENDLESS)


REFUSED = [
    pytest.param(only_reading, (ROBOT, "as editor"), f"共享给 {ROBOT}", id="403"),
    pytest.param(unknown, ("knows no such", ROBOT), "找不到该表格", id="404"),
    pytest.param(no_key, ("no longer accepts our key", "google account"), "创建新密钥", id="key"),
    pytest.param(never_signed_in, ("no longer accepts our key",), "创建新密钥", id="401"),
]


@pytest.mark.parametrize(("act", "en", "zh"), REFUSED)
def test_a_refusal_says_who_and_what_to_do(
    road: Road, act: Callable[[Road], None], en: tuple[str, ...], zh: str
) -> None:
    accounts = road.google.handle.google.tokens.accounts
    before = dict(accounts)
    act(road)
    try:
        with pytest.raises(ToldError) as told:
            write(road.opened(), road.book)
    finally:
        accounts.update(before)
    assert not isinstance(told.value, BusyError)  # trying later would not help
    assert all(text in told.value.texts["en"] for text in en), told.value.texts["en"]
    assert zh in told.value.texts["zh"]
    assert road.clock.slept == []
    assert road.calls().get(WRITE, 0) <= 3  # a token that is refused is renewed twice


def test_a_token_that_was_taken_away_is_renewed(road: Road) -> None:
    client = road.client
    get(client, road.book)
    road.google.handle.google.tokens.revoke(ROBOT)
    assert get(client, road.book) == {"spreadsheetId": road.book}


# --- hosts and redirects --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/v4/spreadsheets/x",
        "https://sheets.googleapis.com.elsewhere.example/v4/spreadsheets/x",
        "https://sheets.googleapis.com@elsewhere.example/v4/spreadsheets/x",
        "https://sheets.googleapis.com:8443/v4/spreadsheets/x",
        "http://sheets.googleapis.com/v4/spreadsheets/x",
        "//sheets.googleapis.com/v4/spreadsheets/x",
        "file:///etc/hostname",
        "",
    ],
)
def test_a_foreign_host_is_never_called(road: Road, url: str) -> None:
    client = road.client
    with pytest.raises(ToldError, match="is refused: it is no host of Google Sheets"):
        client.call("get", url)
    assert road.google.handle.faults.calls == {}  # no token was asked for either


@dataclass(slots=True)
class Elsewhere:
    """A server that is not Google's: it notes what it is asked, and sends on whoever asks."""

    to: str = ""
    asked: list[str] = field(default_factory=list)
    base: str = ""

    @property
    def netloc(self) -> str:
        return self.base.partition("//")[2].partition("/")[0]


@contextmanager
def elsewhere(to: str) -> Iterator[Elsewhere]:
    one = Elsewhere(to)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            one.asked.append(self.path)
            self.rfile.read(int(self.headers["Content-Length"] or 0))
            if self.path.endswith("/token"):
                self._say(200, b'{"access_token":"t","expires_in":3599}', "Content-Type", "a/json")
            else:
                self._say(307, b"", "Location", one.to + self.path)

        def do_GET(self) -> None:
            one.asked.append(self.path)
            self._say(302, b"", "Location", one.to + self.path)

        def _say(self, status: int, body: bytes, name: str, value: str) -> None:
            self.send_response(status)
            self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    one.base = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield one
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@pytest.mark.parametrize(("call", "status"), [(get, 302), (write, 307), (batch, 307)])
def test_a_redirect_is_not_followed(road: Road, call: Call, status: int) -> None:
    house = road.google.house
    with elsewhere(road.google.handle.base) as other:
        pairs = house.settings.loopback | {other.netloc}
        settings = replace(house.settings, loopback=pairs, options={"google": other.base})
        client = open_client(replace(house, settings=settings))
        with pytest.raises(ToldError, match=f"refused the call \\({status}"):
            call(client, road.book)
        assert len(other.asked) == 2  # for a token, and the call
    assert road.google.handle.faults.calls == {}


@pytest.mark.parametrize(
    "base",
    [
        pytest.param("http://127.0.0.1:9001", id="another port"),
        pytest.param("http://localhost:9000", id="another name"),
        pytest.param("https://127.0.0.1:9000", id="https"),
        pytest.param("http://127.0.0.1:9000@elsewhere.example", id="a name before the host"),
        pytest.param("http://elsewhere.example/127.0.0.1:9000", id="a path"),
        pytest.param("127.0.0.1:9000", id="no scheme"),
    ],
)
def test_a_stand_in_must_be_an_allowed_loopback_pair(tmp_path: Path, base: str) -> None:
    settings = replace(settings_of(tmp_path), loopback=frozenset({"127.0.0.1:9000"}))
    for ask in (addresses, token_address):
        with pytest.raises(ToldError, match="LINKSTAR_LOOPBACK"):
            ask(replace(settings, options={"google": base}))


def test_without_a_stand_in_the_calls_go_to_google(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    assert addresses(settings) == {SHEETS: SHEETS, DRIVE: DRIVE}
    assert token_address(settings) == TOKEN
    there = "http://127.0.0.1:9000"
    allowed = replace(settings, loopback=frozenset({"127.0.0.1:9000"}), options={"google": there})
    assert addresses(allowed) == {SHEETS: there, DRIVE: there}
    assert token_address(allowed) == f"{there}/token"


# --- accounts and their keys ----------------------------------------------------------------------


def test_the_token_address_of_a_key_file_is_never_believed(road: Road) -> None:
    with elsewhere("http://127.0.0.1:1") as other:
        given = {**road.info, "token_uri": f"{other.base}/token", "auth_uri": other.base}
        account = keep(road.google.house.secrets, given)
        assert set(account.info) == {"type", "client_email", "private_key"}
        assert get(road.opened(), road.book) == {"spreadsheetId": road.book}
        assert other.asked == []


def test_the_key_stands_in_no_repr_log_or_error(
    road: Road, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    key = [line for line in road.info["private_key"].splitlines() if not line.startswith("-")]
    client = road.opened()
    said = [repr(client), repr(client.account), str(client.account), repr(client.http)]
    get(client, road.book)
    token = client.http.auth.token
    accounts = road.google.handle.google.tokens.accounts
    account = accounts[ROBOT]
    for act in (unknown, no_key):
        act(road)
        with pytest.raises(ToldError) as told:
            write(road.opened(), road.book)
        chain: BaseException | None = told.value
        while chain is not None:
            said += [str(chain), repr(chain)]
            chain = chain.__cause__ or chain.__context__
    accounts[ROBOT] = account
    everything = "\n".join([*said, caplog.text])
    assert ROBOT in everything
    assert [line for line in key if line in everything] == []
    assert isinstance(token, str)
    assert token not in everything
    folder = road.google.house.settings.home
    stored = b"".join(one.read_bytes() for one in folder.rglob("*") if one.is_file())
    assert [line for line in key if line.encode() in stored] == []


def connected(road: Road, info: Json) -> Json:
    keep(road.google.house.secrets, info)
    return get(road.opened(), road.book)


@pytest.mark.parametrize("damaged", ["", "no key", "-----BEGIN PRIVATE KEY-----\nAAAA\n"])
def test_a_damaged_key_is_told(road: Road, damaged: str) -> None:
    with pytest.raises(ToldError, match=r"JSON key|cannot be used"):
        connected(road, {**road.info, "private_key": damaged})


def test_a_persons_own_account_works_by_its_consent(road: Road) -> None:
    handle = road.google.handle
    book = handle.book(PERSON, "Mine")
    account = keep(
        road.google.house.secrets, handle.consent(PERSON, SPREADSHEETS, DRIVE_FILE), PERSON
    )
    assert (account.kind, account.address) == ("authorized_user", PERSON)
    client = road.opened()
    assert account.info["client_secret"] not in repr(client.account)
    write(client, book)
    assert road.google.hands(book, PERSON).look("A1:B2", "UNFORMATTED_VALUE") == WRITTEN
    made = create(client, "of a person")["spreadsheetId"]
    assert handle.store.files[made].role(PERSON) == 6  # owner
    handle.google.tokens.revoke(PERSON)
    with pytest.raises(ToldError, match="no longer accepts our key"):
        get(client, book)


def test_a_person_who_allowed_less_is_asked_again(road: Road) -> None:
    keep(road.google.house.secrets, road.google.handle.consent(PERSON, SPREADSHEETS), PERSON)
    with pytest.raises(ToldError, match=r"no longer accepts our key.*scope"):
        get(road.opened(), road.book)


# --- budgets --------------------------------------------------------------------------------------


@contextmanager
def second(road: Road) -> Iterator[House]:
    """Another process of the same installation: its own connections to the control database."""
    with open_house(road.google.house.settings, road.clock) as house:
        yield house


def test_reads_of_all_processes_share_one_budget_and_writes_have_their_own(road: Road) -> None:
    one = road.client
    with second(road) as house:
        other = open_client(house)
        for _ in range(BURST // 2):
            get(one, road.book)
            get(other, road.book)
        assert road.clock.slept == []
        get(other, road.book)
        assert road.clock.slept == [pytest.approx(2.0)]  # the 31st; 60 in any minute
        for client in (one, other):
            write(client, road.book)
            batch_of_nothing(client, road.book)
        assert len(road.clock.slept) == 1
        for _ in range(BURST - 4):
            write(one, road.book)
        assert len(road.clock.slept) == 1
        write(other, road.book)
        assert len(road.clock.slept) >= 2


def batch_of_nothing(client: SheetsClient, book: str) -> None:
    """A structural batch, which Google counts as a write too."""
    same = {"properties": {"sheetId": 0, "title": "Sheet1"}, "fields": "title"}
    client.batch_update(book, [{"updateSheetProperties": same}])


def test_what_google_refused_to_one_process_holds_back_the_other(road: Road) -> None:
    road.fault(GET, "429", retry_after=20)
    get(road.client, road.book)
    with second(road) as house:
        get(open_client(house), road.book)
    assert road.clock.slept == [pytest.approx(20), pytest.approx(2)]


def test_accounts_do_not_share_a_budget(road: Road) -> None:
    client = road.client
    for _ in range(BURST):
        client.http.budget.take(writes=False)
    keep(road.google.house.secrets, road.google.handle.consent(MANAGER, *MAKE_AND_SHARE), MANAGER)
    get(road.opened(), road.book)
    assert road.clock.slept == []


def test_the_quota_of_google_itself_is_kept_within_patience(road: Road) -> None:
    quotas = road.google.handle.google.quotas
    client = road.client
    quotas.per_user = PER_MINUTE
    try:
        for _ in range(PER_MINUTE + 5):
            assert client.call("get", f"{BOOKS}/{road.book}", {"fields": "spreadsheetId"})
    finally:
        quotas.per_user = ENDLESS
    assert 60 <= sum(road.clock.slept) <= 120
