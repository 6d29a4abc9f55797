"""A toy platform with everything that hurts: rotating tokens, pages, reports, links that die."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

from kpi.model import Window
from sync_service.chains import Parts
from sync_service.connectors.kernel import (
    AuthRevoked,
    Connector,
    FactRow,
    FetchResult,
    Limit,
    ReportState,
    Session,
    ShopRef,
    Stream,
    Token,
    walk,
)
from sync_service.facts import Facts
from tests.kernel_support import Answer, Asked, Place, answer
from tests.store_support import MEASURES

CANARY = "CANARY-buyer@example.invalid"


class Toy:
    """The platform's side: truth, tokens, reports; `fault` may take any request first."""

    def __init__(self) -> None:
        self.guard = threading.Lock()
        self.valid: dict[str, str] = {}  # access token -> account's refresh token at the time
        self.current = {"first"}  # refresh tokens that still work
        self.rotates = False
        self.refreshes = 0
        self.reuses = 0
        self.reports: dict[str, Window] = {}
        self.polls_needed = 2
        self.links: set[str] = set()
        self.downloads = 0
        self.fault: dict[str, list[Answer]] = {}  # path -> answers to give first
        self.empty_days: set[date] = set()

    def __call__(self, asked: Asked) -> Answer:
        path = urlsplit(asked.target).path
        with self.guard:
            if self.fault.get(path):
                return self.fault[path].pop(0)
            if path == "/token":
                return self._token(parse_qs(asked.body.decode()))
            if path.startswith("/link/"):
                return self._link(path)
            bearer = asked.headers.get("authorization", "").removeprefix("Bearer ")
            if bearer not in self.valid:
                return answer(b'{"error": "expired"}', 401)
            return self._data(asked, path)

    def _token(self, form: Mapping[str, list[str]]) -> Answer:
        given = form["refresh_token"][0]
        if given not in self.current:
            self.reuses += 1
            return answer(b'{"error": "invalid_grant"}', 400)
        self.refreshes += 1
        access = f"access-{self.refreshes}"
        told: dict[str, object] = {"access_token": access, "expires_in": 3600}
        if self.rotates:
            self.current.discard(given)
            told["refresh_token"] = f"refresh-{self.refreshes}"
            self.current.add(f"refresh-{self.refreshes}")
        self.valid[access] = given
        return answer(json.dumps(told).encode())

    def _data(self, asked: Asked, path: str) -> Answer:
        query = {name: values[0] for name, values in parse_qs(urlsplit(asked.target).query).items()}
        if path == "/orders":
            return answer(json.dumps(orders_page(query, self.empty_days)).encode())
        if path == "/reports" and asked.method == "POST":
            body = json.loads(asked.body)
            name = f"R{len(self.reports) + 1}"
            days = (date.fromisoformat(body[key]) for key in ("start", "end"))
            self.reports[name] = Window(*days)
            return answer(json.dumps({"id": name}).encode(), 202)
        if path.startswith("/reports/"):
            self.polls_needed -= 1
            state = "DONE" if self.polls_needed < 0 else "IN_PROGRESS"
            return answer(json.dumps({"state": state}).encode())
        if path.startswith("/documents/"):
            link = f"/link/{path.removeprefix('/documents/')}-{self.downloads}"
            self.links.add(link)
            return answer(json.dumps({"url": link}).encode())
        return answer(b"{}", 404)

    def _link(self, path: str) -> Answer:
        if path not in self.links:
            return answer(b"<Error>Request has expired</Error>", 403)
        self.links.discard(path)
        self.downloads += 1
        window = self.reports[path.removeprefix("/link/").split("-")[0]]
        lines = [
            "day\tbuyer-email\tsessions",
            *(f"{d}\t{CANARY}\t{traffic(d)}" for d in window.each()),
        ]
        return answer(gzip.compress("\n".join(lines).encode()))


def sales(day: date) -> Decimal:
    """The truth of a day: 100.dd for day dd."""
    return Decimal(f"100.{day.day:02d}")


def traffic(day: date) -> int:
    """The truth of a day: its number in the year."""
    return day.timetuple().tm_yday


def orders_page(query: Mapping[str, str], empty: set[date]) -> dict[str, object]:
    """Ten days a page."""
    first = date.fromisoformat(query.get("cursor") or query["start"])
    end = date.fromisoformat(query["end"])
    days = [d for d in Window(first, min(end, first + timedelta(days=10))).each() if d not in empty]
    rows = [
        {"day": str(d), "sku": "A", "sales": float(sales(d)), "units": 2, "buyer": CANARY}
        for d in days
    ]
    following = first + timedelta(days=10)
    return {"rows": rows, "next": str(following) if following < end else None}


def refresh(session: Session) -> Token:
    found = session.call(
        "token",
        "POST",
        session.shop.urls["token"],
        form={"refresh_token": session.secret("refresh_token")},
        auth=False,
        accept=(400,),
    )
    body = found.json()
    assert isinstance(body, dict)
    if found.status != 200:
        raise AuthRevoked(str(body["error"]))
    return Token(body["access_token"], body["expires_in"], body.get("refresh_token"))


def orders(session: Session, shop: ShopRef, window: Window) -> FetchResult:
    def page(cursor: str | None) -> tuple[list[dict[str, object]], str | None]:
        params = {"start": str(window.start), "end": str(window.end)}
        params |= {"cursor": cursor} if cursor else {}
        found = session.call("orders", "GET", f"{shop.urls['api']}/orders", params=params)
        session.keep_raw(found.content)
        body = found.json()
        assert isinstance(body, dict)
        return body["rows"], body["next"]

    rows = [
        FactRow(
            date.fromisoformat(str(row["day"])),
            {"gross_sales": Decimal(str(row["sales"])), "units_shipped": int(str(row["units"]))},
            sku=str(row["sku"]),
        )
        for row in walk(page)
    ]
    return FetchResult(rows)


def visits(session: Session, shop: ShopRef, window: Window) -> FetchResult:
    api = shop.urls["api"]

    def told(operation: str, method: str, path: str, body: object = None) -> dict[str, str]:
        found = session.call(operation, method, f"{api}{path}", json=body).json()
        assert isinstance(found, dict)
        return found

    def poll(name: str) -> ReportState:
        done = told("poll", "GET", f"/reports/{name}")["state"] == "DONE"
        return ReportState("ready" if done else "processing")

    def download(name: str) -> bytes:
        link = told("document", "GET", f"/documents/{name}")["url"]
        return session.call("download", "GET", f"{api}{link}", auth=False, document=True).content

    days = {"start": str(window.start), "end": str(window.end)}
    document = session.report(
        {"type": "visits"},
        lambda: told("create", "POST", "/reports", days)["id"],
        poll,
        download,
        "tsv",
    )
    assert document is not None
    lines = [line.split("\t") for line in document.decode().splitlines()]
    assert lines[0] == ["day", "sessions"]
    return FetchResult(
        [FactRow(date.fromisoformat(day), {"sessions": int(count)}) for day, count in lines[1:]]
    )


ORDERS = Stream(
    name="toy.orders",
    measures=("gross_sales", "units_shipped"),
    fetch=orders,
    look_back_days=3,
    weekly_look_back_days=14,
    provisional_days=1,
    chunk_days=30,
    history_days=100,
    empty_day="zero",
    freshness_hours=36,
)
VISITS = Stream(
    name="toy.visits",
    measures=("sessions",),
    fetch=visits,
    look_back_days=3,
    weekly_look_back_days=14,
    provisional_days=3,
    chunk_days=30,
    history_days=60,
    empty_day="missing",
    freshness_hours=36,
)
TOY = Connector(
    platform="toy",
    streams=(ORDERS, VISITS),
    hosts=("api.toy.example",),
    limits={
        "token": Limit(5, 20),
        "orders": Limit(0.5, 5),
        "create": Limit(1 / 60, 15),
        "poll": Limit(2, 15),
        "document": Limit(1 / 60, 15),
        "download": Limit(10, 10),
    },
    kept={
        "toy.orders": frozenset({"rows", "next", "day", "sku", "sales", "units"}),
        "toy.visits": frozenset({"day", "sessions"}),
    },
    authorise=lambda _session, access: {"authorization": f"Bearer {access}"},
    refresh=refresh,
    secrets=("refresh_token",),
)


def parts(place: Place, *connectors: Connector) -> Parts:
    """Everything that syncing needs, over the place's data folder."""
    return Parts(place.kit, Facts(place.kit.settings.facts, MEASURES), connectors or (TOY,))
