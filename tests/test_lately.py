"""What is kept between refreshes: found by the objects it was made of, and changes nothing."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import pytest

from bench.sheet_functions import commit, demo_house, sent_body
from kpi.catalog import shipped
from sheet_templates.layout import TABLES
from sync_service import schema
from sync_service.facts import Facts
from sync_service.house import House
from sync_service.lately import ALIKE, KEPT, LARGE, Lately
from sync_service.pane_results import patches_of, problems_data
from sync_service.recent import Recent
from sync_service.refresh import Order, Seen, refresh
from sync_service.sandbox.truth import streams_of
from sync_service.sandbox.world import World
from sync_service.workbooks.sent import Offer, SentPort, body_of, sent_book

Body = dict[str, Any]
Change = Callable[[House, Body], None]
OCTOBER = [column.code for column in TABLES["tblTarget"].columns].index("m10")
VALUE = [column.code for column in TABLES["tblActual"].columns].index("value")
TYPED = 3  # the row that somebody types into


# --- the answers ----------------------------------------------------------------------------------


def test_an_answer_is_made_once_for_the_same_objects() -> None:
    lately = Lately()
    made: list[list[int]] = []

    def doubled(row: list[int]) -> list[int]:
        made.append(row)
        return [2 * n for n in row]

    row, equal = [1, 2], [1, 2]
    assert lately.of(doubled, row) is lately.of(doubled, row)
    assert lately.of(doubled, equal) == [2, 4]
    assert len(made) == 2
    assert lately.of(sum, row) == 3  # another question about the same object


def test_the_oldest_answers_go_first_and_an_asked_one_is_young_again() -> None:
    lately, rows = Lately(), [[n] for n in range(KEPT + 1)]
    made: list[list[int]] = []
    for row in rows[:KEPT]:
        lately.of(made.append, row)
    lately.of(made.append, rows[0])
    lately.of(made.append, rows[KEPT])
    lately.of(made.append, rows[0])
    lately.of(made.append, rows[1])
    assert made == [*rows, rows[1]]


def test_who_asks_while_it_is_made_waits_and_a_failure_is_nobodys_answer() -> None:
    lately, gate, row = Lately(), threading.Barrier(4), [1]
    made: list[int] = []

    def slow(row: list[int]) -> list[int]:
        made.append(len(row))
        time.sleep(0.05)
        if len(made) == 1:
            raise ValueError
        return row

    def ask(_: int) -> object:
        gate.wait()
        try:
            return lately.of(slow, row)
        except ValueError:
            return "failed"

    with ThreadPoolExecutor(4) as pool:
        assert "failed" in list(pool.map(ask, range(4)))
        assert set(map(id, pool.map(ask, range(4)))) == {id(row)}
    assert len(made) <= 3


def test_an_equal_value_is_the_one_that_was_there() -> None:
    lately, first = Lately(), [1.0]
    assert lately.alike("a", first) is first
    assert lately.alike("a", [1.0]) is first
    assert lately.alike("b", [1.0]) is not first
    for n in range(ALIKE):
        lately.alike("a", [2.0 + n])
    assert lately.alike("a", [1.0]) is not first


# --- in a refresh ---------------------------------------------------------------------------------


@dataclass(slots=True)
class Book:
    """A workbook that is refreshed again and again."""

    name: str
    body: Body
    revision: str = ""

    def refresh(self, house: House, number: int) -> Body:
        """What is written and said; afterwards it stands in the book."""
        offers: list[Offer] = []
        seen: list[Seen] = []

        def take(offer: Offer) -> bool:
            offers.append(offer)
            return True

        port = SentPort(sent_book(self.body, house.recent.lately), take)
        bases = (self.revision,) if self.revision else ()
        self.revision = f"r{number}"
        refresh(house, Order(self.name, port, "test", bases, self.revision), watch=seen.append)
        told = {**patches_of(offers[0]), "problems": list(problems_data(seen[0].problems))}
        self.body = json.loads(json.dumps(body_of(offers[0].after())))
        return told


def nothing(_house: House, body: Body) -> None:
    body["names"]["nmNote"] = "seen"  # a refresh without any change writes nothing


def target(_house: House, body: Body) -> None:
    row = next(row for row in body["tables"]["tblTarget"]["rows"] if row[OCTOBER])
    row[OCTOBER] += 1000.0


def typed_over(value: object) -> Change:
    """Somebody types into the service's column of a large table."""

    def change(_house: House, body: Body) -> None:
        body["tables"]["tblActual"]["rows"][TYPED][VALUE] = value

    return change


def facts(house: House, _body: Body) -> None:
    world = World()
    shop = next(one for one in world.shops if not one.code.startswith("HY-"))
    commit(house, world, shop, streams_of(shop)[0], number=2)


def tomorrow(house: House, _body: Body) -> None:
    house.clock.jump(86_400)  # type: ignore[attr-defined]


def pulled(house: House, _body: Body) -> None:
    """A stream of the shops was pulled, and brought nothing new."""
    rows = [
        {"stream": "amazon.orders", "shop": shop, "state": "ok", "last_success": house.clock.now()}
        for shop in ("AMZ-US", "AMZ-DE")
    ]
    with house.store.begin() as connection:
        connection.execute(schema.stream_state.insert(), rows)


def cell(table: str, key: str, column: str, value: object) -> Change:
    """Somebody types into the row of that first key."""
    layout = TABLES[table]
    at = {one.code: n for n, one in enumerate(layout.columns)}

    def change(_house: House, body: Body) -> None:
        row = next(one for one in body["tables"][table]["rows"] if one[at[layout.key[0]]] == key)
        assert row[at[column]] != value
        row[at[column]] = value

    return change


def together(*changes: Change) -> Change:
    def change(house: House, body: Body) -> None:
        for one in changes:
            one(house, body)

    return change


CHANGES: dict[str, Change] = {
    "the same again": nothing,
    "a target": target,
    "one typed over": typed_over(1.0),
    "TRUE typed over one": typed_over(value=True),
    "given back": typed_over(None),
    "other owners, and a KPI that one region leaves out": together(
        cell("tblShop", "AMZ-US", "owner", "OPS2"),
        cell("tblTask", "T-003", "owner", "OPS1"),
        cell("tblTask", "T-003", "country", "FR"),
        cell("tblKpi", "net_sales", "us", "否"),
    ),
    "another fixed rate, and days by season": together(
        cell("tblSetting", "固定汇率 EUR→USD", "value", 1.2),
        cell("tblSetting", "应达进度", "value", "按季节日历"),
    ),
    "new facts": facts,
    "a pull": pulled,
    "the next day": tomorrow,
}
OF_THE_HOUSE = (facts, pulled, tomorrow)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, Body]]:
    house, path = demo_house(tmp_path_factory.mktemp("lately"), small=True)
    yield house, sent_body(path)
    house.store.close()


def test_a_house_that_remembers_writes_what_one_without_memory_writes(
    demo: tuple[House, Body],
) -> None:
    house, body = demo
    warm, cold = Book("warm", body), Book("cold", body)
    warm.refresh(house, 0)
    cold.refresh(house, 0)
    assert len(warm.body["tables"]["tblActual"]["rows"]) >= LARGE
    for number, (what, change) in enumerate(CHANGES.items(), 1):
        change(house, warm.body)
        if change not in OF_THE_HOUSE:
            change(house, cold.body)
        fresh = replace(
            house, recent=Recent(), facts=Facts(house.settings.facts, shipped().measures)
        )
        assert warm.refresh(house, number) == cold.refresh(fresh, number), what
        assert warm.body == cold.body, what


def test_an_unchanged_large_table_is_read_planned_and_remembered_once(
    demo: tuple[House, Body],
) -> None:
    lately, text = Lately(), json.dumps(demo[1])
    first, again = (sent_book(json.loads(text), lately) for _ in range(2))
    large = {n for n, one in first.grids.items() if len(one.rows) >= LARGE}
    assert large
    for name in first.grids:
        assert (first.grids[name] is again.grids[name]) is (name in large)
    assert first.fingerprint == again.fingerprint == sent_book(json.loads(text)).fingerprint
