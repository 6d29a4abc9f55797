"""The functions that the service answers: values, contributions, sources, forecasts; or why not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from kpi.catalog import shipped
from sync_service import sent_store
from sync_service.asking import computed
from sync_service.clock import FakeClock
from sync_service.compute import Computed
from sync_service.house import House
from sync_service.jobs import Jobs
from sync_service.orders import at_once
from sync_service.sandbox.world import SANDBOX_NOW
from sync_service.sheet_answers import Answers, period_of
from sync_service.told import ToldError
from sync_service.web.app import create_app
from sync_service.web.tokens import make_token
from sync_service.workbooks.sent import sent_book
from tests.road_support import COMPANIES, Folder, commit, facts_of, fill, house_at, order_of
from tests.sent_support import Body, body_of

CHINESE = shipped().metrics["net_sales"].names["zh"]
BOOK = "0a1b2c3d-1111-4222-8333-444455556666"


@dataclass(frozen=True, slots=True)
class Asking:
    """A service that has seen the workbook of a company with two shops."""

    house: House
    clock: FakeClock
    body: Body
    done: Computed  # the same workbook, computed from the closed file
    web: FlaskClient
    token: str

    def post(self, address: str, body: Body) -> Any:
        key = {"Authorization": f"Bearer {self.token}"}
        return self.web.post(f"/api/v1/{address}", json=body, headers=key)

    def ask(self, *calls: Sequence[object]) -> list[Any]:
        answer = self.post("functions", {"book": BOOK, "calls": list(calls)})
        assert answer.status_code == 200, answer.text
        found: list[Any] = answer.get_json()["answers"]
        return found


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    folder = Folder(tmp_path_factory.mktemp("answers"))
    path = folder.fresh("FEW")
    clock = FakeClock(SANDBOX_NOW)
    with house_at(folder.home, clock) as house:
        fill(house, COMPANIES["FEW"][0].shops)
        jobs = Jobs(house, at_once())
        web = create_app(house, jobs).test_client()
        token, body = make_token(house), body_of(path, BOOK)
        assert token is not None
        sent_store.keep(
            house.store, sent_store.book_name(BOOK), "x.xlsx", "test", body, clock.now()
        )
        done = computed(house, order_of(house, path))
        yield Asking(house, clock, body, done, web, token)
        jobs.stop()


def shop(one: Asking) -> str:
    return one.done.book.shops[0].code


def test_actual_is_what_the_closed_workbook_shows(one: Asking) -> None:
    month = one.done.month.code
    calls: list[list[object]] = []
    wanted: list[float | None] = []
    for key, found in one.done.scopes.items():
        text = key[1] if key[0] is None or found.scope.kind != "person" else f"{key[1]}/{key[0]}"
        if sum(other[1] == key[1] for other in one.done.scopes) > 1:
            text = f"{key[1]}/{key[0]}"
        for code in ("net_sales", "contribution_margin", "units_sold"):
            actual = one.done.value(code, key)
            calls.append(["ACTUAL", code, text, month])
            wanted.append(actual.value if actual else None)
    answers = one.ask(*calls)
    assert [a if isinstance(a, float) else None for a in answers] == wanted
    assert any(value for value in wanted)
    assert {a["error"] for a in answers if isinstance(a, dict)} <= {"na"}


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(
            ["ACTUAL", shipped().metrics["net_sales"].names["zh"], "公司", "2026-10"],
            id="Chinese names",
        ),
        pytest.param(["KPI.ACTUAL", "net_sales", " all ", " 2026-10 "], id="the sheet's name"),
        pytest.param(["KPI_ACTUAL", "net_sales", "Total", 46296], id="a day's number: its month"),
    ],
)
def test_names_are_read_as_people_write_them(one: Asking, call: list[object]) -> None:
    assert one.ask(call) == one.ask(["ACTUAL", "net_sales", "ALL", "2026-10"])
    assert isinstance(one.ask(call)[0], float)


@pytest.mark.parametrize(
    ("call", "kind", "said"),
    [
        pytest.param(["ACTUAL", "nothing", "ALL", "2026-10"], "value", "KPI", id="no such KPI"),
        pytest.param(["ACTUAL", "net_sales", "Mars", "2026-10"], "value", "Mars", id="no scope"),
        pytest.param(["ACTUAL", "net_sales", "ALL", "soon"], "value", "period", id="no period"),
        pytest.param(["ACTUAL", "net_sales", "ALL", True], "value", "period", id="true"),
        pytest.param(["ACTUAL", None, None, None], "value", "KPI", id="empty cells"),
        pytest.param(["ACTUAL", "net_sales", "ALL"], "value", "function", id="too few"),
        pytest.param(["GUESS", "net_sales", "ALL", "2026-10"], "value", "GUESS", id="no function"),
        pytest.param([], "value", "function", id="nothing"),
        pytest.param(["WHY", "net_sales", "ALL", "2026-10", 0], "value", "rows", id="no rows"),
        pytest.param(["ACTUAL", "net_sales", "ALL", "2031-01"], "na", "known", id="the future"),
        pytest.param(["ACTUAL", "net_sales", "ALL", "2019-01"], "na", "495", id="long ago"),
        pytest.param(
            ["FORECAST", "sales_per_head", "ALL", "2026-10"],
            "na",
            "its days",
            id="a ratio over heads",
        ),
        pytest.param(["WHY", "days_of_supply", "ALL", "2026-10"], "na", "add up", id="a stock"),
    ],
)
def test_what_cannot_be_answered_says_why(
    one: Asking, call: list[object], kind: str, said: str
) -> None:
    answer = one.ask(call)[0]
    assert answer["error"] == kind
    assert said in answer["en"]
    assert answer["zh"] != answer["en"]


def test_contributions_add_up_to_the_change_the_largest_first(one: Asking) -> None:
    rows = one.ask(["WHY", "net_sales", "ALL", "2026-10"])[0]
    sizes = [abs(value) for _, value in rows]
    assert sizes == sorted(sizes, reverse=True)
    assert {name for name, _ in rows} <= {shop.code for shop in one.done.book.shops}
    assert len(rows) == 2
    assert one.ask(["WHY", "net_sales", "ALL", "2026-10", 1])[0] == rows[:1]


def test_a_source_is_day_moment_and_stream(one: Asking) -> None:
    rows = one.ask(["SOURCE", "net_sales", shop(one), "2026-10"])[0]
    actual = one.done.value("net_sales", next(k for k in one.done.scopes if k[1] == shop(one)))
    assert actual is not None
    assert actual.covered_until is not None
    days = (actual.covered_until - date(1899, 12, 30)).days
    assert [row[0] for row in rows] == [days] * len(rows)
    assert [row[2] for row in rows] == list(actual.streams)
    for _, fetched, _ in rows:  # in the workbook's time zone, eight hours ahead
        assert fetched == pytest.approx(46317 + 17 / 24, abs=2)


def test_a_forecast_is_value_low_high(one: Asking) -> None:
    value, low, high = one.ask(["FORECAST", "net_sales", shop(one), "2026-10"])[0][0]
    assert low <= value <= high
    assert value > one.ask(["ACTUAL", "net_sales", shop(one), "2026-10"])[0]


def test_a_kpi_that_the_workbook_does_not_show_is_read_when_asked_for(one: Asking) -> None:
    read = one.done.given.leaves.sums
    catalog = one.done.given.catalog
    unread = [
        c for c, m in catalog.metrics.items() if m.additive and not catalog.needs(c) <= read.keys()
    ]
    assert unread
    answers = one.ask(*[["ACTUAL", code, "ALL", "2026-10"] for code in unread])
    assert any(isinstance(answer, float) for answer in answers)


def test_a_workbook_is_computed_once_until_facts_or_hour_change(
    one: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def counted(*words: Any) -> Computed:
        made.append("computed")
        return computed(*words)

    monkeypatch.setattr("sync_service.sheet_answers.computed", counted)
    answers, name = Answers(one.house), sent_store.book_name(BOOK)
    call = ("ACTUAL", "net_sales", "ALL", "2026-10")
    first, value = answers.answer(name, [call])
    assert answers.answer(name, [call, call]) == (first, value * 2)
    assert made == ["computed"]
    sandbox = COMPANIES["FEW"][0].shops[0]
    stream = "amazon.orders" if sandbox.platform == "amazon" else "shopify.orders"
    window = one.done.month.window
    rows = facts_of(sandbox, stream)
    commit(
        one.house, sandbox.code, stream, type(window)(date(2026, 8, 10), date(2026, 10, 23)), rows
    )
    second, _ = answers.answer(name, [call])
    assert second != first
    one.clock.jump(timedelta(hours=1).total_seconds())
    third, _ = answers.answer(name, [call])
    assert third not in {first, second}
    assert made == ["computed"] * 3


def test_what_a_refresh_has_computed_answers_at_once(
    one: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers, name = Answers(one.house), sent_store.book_name(BOOK)
    answers.keep(name, sent_book(one.body), one.done)
    monkeypatch.delattr("sync_service.sheet_answers.computed")
    _, found = answers.answer(name, [("ACTUAL", "net_sales", "ALL", "2026-10")])
    assert isinstance(found[0], float)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param({"book": BOOK.replace("6", "7"), "calls": []}, 404, id="never sent"),
        pytest.param({"book": "x", "calls": []}, 422, id="no number"),
        pytest.param({"book": BOOK, "calls": "x"}, 422, id="calls are a text"),
        pytest.param({"book": BOOK, "calls": [["ACTUAL"]] * 5001}, 422, id="too many"),
        pytest.param({"book": BOOK, "calls": [{"a": 1}]}, 422, id="a call is an object"),
        pytest.param({"book": BOOK, "calls": [[["x"], "a", "b", "c"]]}, 422, id="a range"),
        pytest.param({"book": BOOK, "calls": [["x"] * 9]}, 422, id="many arguments"),
    ],
)
def test_a_wrong_request_is_refused(one: Asking, body: Body, status: int) -> None:
    answer = one.post("functions", body)
    assert answer.status_code == status
    assert set(answer.get_json()["error"]) == {"zh", "en"}


def test_functions_need_the_token(one: Asking) -> None:
    assert one.web.post("/api/v1/functions", json={"book": BOOK, "calls": []}).status_code == 401


def test_a_period_is_a_code_or_a_day_of_its_month() -> None:
    assert period_of(46296.0).code == "2026-10"
    assert period_of("2026-W43").code == "2026-W43"
    with pytest.raises(ToldError):
        period_of(-5.0)
