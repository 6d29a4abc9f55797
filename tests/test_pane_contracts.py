"""A published workbook in a task pane: the signed values of its file score there too."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from sync_service.contract_store import newest, records
from sync_service.house import House
from sync_service.jobs import Jobs
from sync_service.orders import at_once
from sync_service.publishing import Wanted, publish
from sync_service.refresh import look
from sync_service.sent_store import book_name
from sync_service.web.app import create_app
from sync_service.web.tokens import make_token
from sync_service.workbooks.setting import assignment
from sync_service.workbooks.xlsx import XlsxPort
from tests.road_support import COMPANIES, Folder, fill, house_at, order_of, refresh_book
from tests.sent_support import Body, body_of

BOOK = "0a1b2c3d-1111-4222-8333-444455556666"
WANTED = Wanted("head", accept_gaps=True, exception="the launch was put off", approver="head")
Totals = dict[str, object]


@dataclass(frozen=True, slots=True)
class Open:
    """A house with a published file in which somebody then typed, and its service."""

    house: House
    path: Path
    web: FlaskClient
    token: str

    def closed(self, path: Path | None = None) -> Totals:
        """What a refresh of the file gives each person."""
        done = look(self.house, order_of(self.house, path or self.path, "never")).done
        return {card.person.code: card.total for card in done.people}

    def in_pane(self, body: Body) -> tuple[Totals, set[str]]:
        """What a refresh by the pane gives each person, and its findings; it writes nothing."""
        key = {"Authorization": f"Bearer {self.token}"}
        asked = self.web.post("/api/v1/panes/refresh", json=body, headers=key)
        assert asked.status_code == 202, asked.text
        run = asked.get_json()["run"]
        panes = self.web.application.extensions["linkstar"].panes
        end = time.monotonic() + 60
        while (one := panes.find(run)).result is None:
            assert one.open, one.problem
            assert time.monotonic() < end
            time.sleep(0.05)
        self.web.post(f"/api/v1/runs/{run}/written", json={"ok": False}, headers=key)
        told = one.result
        totals = {person["person"]: person["total"] for person in told["summary"]["people"]}
        return totals, {problem["code"] for problem in told["problems"]}

    def publish(self, path: Path | None = None) -> None:
        order = order_of(self.house, path or self.path, "never")
        assert publish(self.house, order, WANTED).new


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    folder = Folder(tmp_path)
    path = folder.fresh("FEW")
    with house_at(folder.home) as house:
        fill(house, COMPANIES["FEW"][0].shops)
        refresh_book(house, path, "never")
        jobs, token = Jobs(house, at_once()), make_token(house)
        assert token is not None
        one = Open(house, path, create_app(house, jobs).test_client(), token)
        one.publish()
        times(path, 0.5)  # waiting for a version, it scores nothing
        yield one
        one.web.application.extensions["linkstar"].panes.stop()
        jobs.stop()


def times(path: Path, factor: float) -> None:
    """Somebody types another target of October on every line."""
    port = XlsxPort(path, recalculate="never")
    table = port.read().tables["tblTarget"]
    cells = []
    for row in table.rows:
        value: Any = row.value("m10")
        if isinstance(value, float):
            sheet, cell = table.place(row, "m10")
            cells.append(assignment(f"{sheet}!{cell}={value * factor}"))
    assert cells
    port.set(cells, port.fingerprint())


def test_signed_values_score_in_the_pane_as_in_the_file(opened: Open) -> None:
    body = body_of(opened.path, BOOK)
    totals, problems = opened.in_pane(body)
    assert totals == opened.closed()
    assert "contract_elsewhere" not in problems
    assert newest(opened.house.store, book_name(BOOK)) == 1
    renamed, told = opened.in_pane({**body, "name": "copy of it.xlsx"})
    assert "contract_elsewhere" in told
    assert renamed != totals  # a draft: what was typed counts
    assert records(opened.house.store, book_name(BOOK)) == ()
    again, _ = opened.in_pane(body)
    assert again == totals


def test_a_new_version_scores_in_the_pane_from_its_day(opened: Open) -> None:
    body = body_of(opened.path, BOOK)
    opened.in_pane(body)
    opened.publish()
    totals, _ = opened.in_pane(body)  # its stamp is of the version before
    assert totals == opened.closed()
    assert newest(opened.house.store, book_name(BOOK)) == 2


def test_of_two_files_alike_none_is_taken(opened: Open, tmp_path: Path) -> None:
    other = tmp_path / "elsewhere" / opened.path.name
    other.parent.mkdir()
    shutil.copy(opened.path, other)
    times(other, 2)  # as it was when it was published
    opened.publish(other)
    _, problems = opened.in_pane(body_of(opened.path, BOOK))
    assert "contract_elsewhere" in problems
    assert newest(opened.house.store, book_name(BOOK)) == 0
