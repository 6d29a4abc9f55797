"""Scoped spreadsheets at Google: only the partner's rows, protected, rights given and compared."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kpi.tables import Table
from sync_service.google.accounts import MAKE_AND_SHARE
from sync_service.google.client import SheetsClient, open_client
from sync_service.google.guarding import strangers
from sync_service.google.permissions import drift, given, grant, permissions, revoke
from sync_service.google.sharing import SharedSheet, share_google
from sync_service.partner_answers import came_back
from sync_service.sandbox.google.errors import Refusal
from sync_service.workbooks.google import GooglePort
from sync_service.workbooks.xlsx import XlsxPort
from tests.google_house import MANAGER, ROBOT, Google, with_few
from tests.road_support import order_of
from tests.test_google_card_looks import shows

PARTNER, OTHER = "partner@agency.example", "colleague@agency.example"
PERSON = "OPS6"


class Made:
    """A manager's file, and the slice of one person at Google."""

    def __init__(self, google: Google, path: Path) -> None:
        self.google, self.path = google, path
        self.client: SheetsClient = open_client(google.house, MAKE_AND_SHARE)
        self.shared = self.share(PARTNER)

    def share(self, *to: str) -> SharedSheet:
        order = order_of(self.google.house, self.path)
        return share_google(self.google.house, self.client, order, PERSON, to)

    def tables(self) -> dict[str, Table]:
        return dict(GooglePort(self.client, self.shared.sheet).read().tables)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    with with_few(tmp_path_factory.mktemp("google")) as (google, path):
        yield Made(google, path)


def test_only_the_persons_rows_are_there(made: Made) -> None:
    tables = made.tables()
    assert made.shared.state == "made"
    scored = {row.value("person") for row in tables["tblScore"].rows}
    assert scored == {PERSON, *(row.value("shop") for row in tables["tblShop"].rows)}
    everyone = {
        str(row.value("person")) for row in XlsxPort(made.path).read().tables["tblPeople"].rows
    }
    there = GooglePort(made.client, made.shared.sheet).now().sheet
    texts = {text for tab in there.tabs.values() for text in tab.texts}
    assert not texts & (everyone - {PERSON})


def test_numbers_of_the_card_are_shown_by_their_unit_from_the_start(made: Made) -> None:
    names = GooglePort(made.client, made.shared.sheet).read().names
    month, region = (str(names[name]) for name in ("nmCardMonth", "nmCardRegion"))
    assert shows(made.client, made.shared.sheet, (month, PERSON, region))


def test_cells_outside_the_partners_own_are_protected(made: Made) -> None:
    hands = made.google.hands(made.shared.sheet, PARTNER)
    score = made.tables()["tblScore"]
    with pytest.raises(Refusal):
        hands.type(f"'{score.sheet}'!{score.rows[0].cells['actual'].address}", 1)
    with pytest.raises(Refusal):
        hands.rename(score.sheet, "mine")


def test_what_the_partner_types_stays_and_is_told(made: Made) -> None:
    hands = made.google.hands(made.shared.sheet, PARTNER)
    task = made.tables()["tblTask"]
    assert task.rows
    at = task.rows[0].cells["comment"].address
    hands.type(f"'{task.sheet}'!{at}", "done on Friday")
    again = made.share()
    assert (again.state, again.sheet) == ("patched", made.shared.sheet)
    assert made.tables()["tblTask"].rows[0].value("comment") == "done on Friday"
    order = order_of(made.google.house, made.path)
    found = list(came_back(made.google.house, order.book, XlsxPort(made.path).read().tables))
    assert any("done on Friday" in one.what["en"] for one in found)


def test_rights_are_given_taken_and_compared(made: Made) -> None:
    house, client, sheet = made.google.house, made.client, made.shared.sheet
    assert given(house.store, sheet) == {PARTNER: "writer"}
    assert drift(client, house.store, sheet) == []
    grant(house, client, sheet, OTHER, "reader")
    grant(house, client, sheet, OTHER, "commenter")
    roles = {one["emailAddress"]: one["role"] for one in permissions(client, sheet)}
    assert roles == {ROBOT: "owner", PARTNER: "writer", OTHER: "commenter"}
    assert revoke(house, client, sheet, OTHER)
    assert not revoke(house, client, sheet, OTHER)
    assert drift(client, house.store, sheet) == []


def test_every_right_that_drifted_is_listed(made: Made) -> None:
    house, client, sheet = made.google.house, made.client, made.shared.sheet
    client.drive("post", f"/{sheet}/permissions", json={"type": "anyone", "role": "reader"})
    stranger = {"type": "user", "role": "writer", "emailAddress": MANAGER}
    client.drive("post", f"/{sheet}/permissions", json=stranger)
    mine = next(p for p in permissions(client, sheet) if p.get("emailAddress") == PARTNER)
    client.drive("patch", f"/{sheet}/permissions/{mine['id']}", json={"role": "reader"})
    found = [(one.kind, one.who, one.role, one.wanted) for one in drift(client, house.store, sheet)]
    assert found == [
        ("link", "anyone", "reader", ""),
        ("more", MANAGER, "writer", ""),
        ("other", PARTNER, "reader", "writer"),
    ]
    client.drive("delete", f"/{sheet}/permissions/{mine['id']}")
    kinds = {one.kind for one in drift(client, house.store, sheet)}
    assert kinds == {"link", "more", "fewer"}
    grant(house, client, sheet, PARTNER, "writer")


def test_a_protection_that_was_lifted_is_listed(made: Made) -> None:
    house, client, sheet = made.google.house, made.client, made.shared.sheet
    assert strangers(house, client, sheet) == []
    answer = client.get(sheet, "sheets(protectedRanges(protectedRangeId,warningOnly))")
    numbers = [
        one["protectedRangeId"]
        for tab in answer["sheets"]
        for one in tab.get("protectedRanges", ())
        if not one.get("warningOnly")
    ]
    lifted = {"deleteProtectedRange": {"protectedRangeId": numbers[0]}}
    wider = {
        "protectedRangeId": numbers[1],
        "editors": {"users": [ROBOT, PARTNER]},
    }
    change = {"updateProtectedRange": {"protectedRange": wider, "fields": "editors"}}
    client.batch_update(sheet, [lifted, change])
    assert sorted(one.kind for one in strangers(house, client, sheet)) == ["editors", "unguarded"]
