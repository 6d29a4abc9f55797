"""The routes that programs call; JSON in, JSON out. They compute nothing."""

from __future__ import annotations

import re
from datetime import datetime
from http import HTTPStatus
from typing import Any

from flask import Blueprint, request
from sqlalchemy import select
from werkzeug.exceptions import BadRequest

from kpi.model import Texts
from sync_service import mornings, runs, schema
from sync_service.accounts import shops
from sync_service.mornings import Morning
from sync_service.panes import KIND, RESTARTED
from sync_service.pausing import paused, switch_writing
from sync_service.refresh import stream_states
from sync_service.web.access import RefusedError, needs, parts

api = Blueprint("api", __name__)
WHO = "api"
MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
KEY = re.compile(r"[\x21-\x7e]{1,200}")
Answer = tuple[dict[str, object], HTTPStatus]


@api.get("/health")
@needs("open")
def health() -> dict[str, object]:
    """Whether the service answers, and nothing else."""
    return {"ok": True}


@api.get("/api/v1/status")
@needs("read")
def status() -> dict[str, object]:
    """Shops, streams, workbooks, the newest runs."""
    house = parts().house
    now = house.clock.now()
    known = shops(house.store)
    states = stream_states(house, known, now)
    return {
        "now": _time(now),
        "paused": paused(house),
        "facts": house.facts.version,
        "shops": [shop.code for shop in known],
        "streams": [
            {
                "shop": shop,
                "stream": stream,
                "last": _time(one.last_success),
                "next": _time(one.next_run),
                "stale": one.stale,
                "error": one.error,
            }
            for (stream, shop), one in sorted(states.items(), key=lambda item: item[0][::-1])
        ],
        "books": [_book(one, now) for one in mornings.mornings(house.store)],
        "runs": [_run(one) for one in runs.latest(house.store)],
    }


@api.post("/api/v1/refreshes")
@needs("refresh")
def order_refresh() -> Answer:
    """Order the refresh of a registered workbook; the same Idempotency-Key gives the same run."""
    book = _registered(str(_body().get("book", "")))
    key = request.headers.get("Idempotency-Key", "")
    if key and not KEY.fullmatch(key):
        raise _wrong("Idempotency-Key: up to 200 plain characters.", "Idempotency-Key 不合规。")
    run = parts().jobs.order_refresh(book.book, WHO, key)
    found = runs.find(parts().house.store, run)
    if found is not None and found.summary.get("book") != book.book:
        raise RefusedError(
            HTTPStatus.CONFLICT,
            {
                "en": "This Idempotency-Key was used for another workbook.",
                "zh": "此 Idempotency-Key 已用于另一工作簿。",
            },
        )
    return {"run": run, "href": f"/api/v1/runs/{run}"}, HTTPStatus.ACCEPTED


@api.get("/api/v1/runs/<run>")
@needs("read", cost=0.2)
def one_run(run: str) -> dict[str, object]:
    """State, step and problems of a run; a pane's refresh is told as it works."""
    working = parts().panes.find(run)
    if working is not None:
        return {"id": run, "kind": KIND, **working.told}
    found = runs.find(parts().house.store, run)
    if found is None:
        raise _missing()
    if found.kind == KIND and (found.open or found.state == "interrupted"):
        return {**_run(found), "state": "failed", "problem": dict(RESTARTED)}
    return _run(found)


@api.get("/api/v1/scorecards/<book>/<month>")
@needs("read")
def scorecard(book: str, month: str) -> dict[str, object]:
    """The last scorecard of a registered workbook and month."""
    if not MONTH.fullmatch(month):
        raise _wrong("Write the month as 2026-10.", "月份请写成 2026-10。")
    one = _registered(book)
    cards = schema.scorecards
    wanted = (
        select(cards.c.card, cards.c.at)
        .where(cards.c.book == one.book, cards.c.month == month)
        .order_by(cards.c.at.desc())
        .limit(1)
    )
    with parts().house.store.read() as connection:
        row = connection.execute(wanted).first()
    if row is None:
        raise _missing()
    return {"book": one.name, "at": _time(row.at), **row.card}


@api.post("/api/v1/pause")
@needs("pause")
def pause() -> dict[str, object]:
    """Stop all writing to workbooks."""
    reason = str(_body().get("reason") or "").strip()[:200] or "API"
    switch_writing(parts().house, reason, WHO)
    return {"paused": reason}


@api.post("/api/v1/resume")
@needs("pause")
def resume() -> dict[str, object]:
    """Write to workbooks again."""
    _body()
    switch_writing(parts().house, "", WHO)
    return {"paused": ""}


def _body() -> dict[str, Any]:
    """The JSON object of a request; an empty body is an empty object."""
    if not request.get_data(cache=True):
        return {}
    try:
        body = request.get_json()
    except RecursionError as error:  # a million brackets
        raise BadRequest from error
    if not isinstance(body, dict):
        raise _wrong("Send a JSON object.", "请发送 JSON 对象。")
    return body


def _registered(book: str) -> Morning:
    """Only workbooks that the owner registered on this machine have a name here."""
    found = mornings.registered(parts().house.store, book)
    if found is None:
        raise RefusedError(
            HTTPStatus.NOT_FOUND,
            {
                "en": "No such workbook is registered. Run `schedule --book FILE` on this machine.",
                "zh": "没有登记此工作簿。请在本机运行 `schedule --book FILE`。",
            },
        )
    return found


def _book(one: Morning, now: datetime) -> dict[str, object]:
    return {
        "id": one.id,
        "name": one.name,
        "at": one.at,
        "time_zone": one.time_zone,
        "last_day": str(one.last_day) if one.last_day else None,
        "next": _time(one.next_time(now)),
    }


def _run(one: runs.Run) -> dict[str, object]:
    """A run without paths: a workbook is shown by its short name, its findings are for who asks."""
    told = {name: v for name, v in one.summary.items() if name not in {"book", "who", "found"}}
    book = one.summary.get("book")
    return {
        "id": one.id,
        "kind": one.kind,
        "state": one.state,
        "started": _time(one.started),
        "ended": _time(one.ended),
        "book": mornings.book_id(str(book)) if book else None,
        **told,
    }


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")


def _wrong(en: str, zh: str) -> RefusedError:
    texts: Texts = {"en": en, "zh": zh}
    return RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, texts)


def _missing() -> RefusedError:
    return RefusedError(
        HTTPStatus.NOT_FOUND,
        {"en": "There is nothing that you can read here.", "zh": "这里没有您可读取的内容。"},
    )
