"""The routes of the task pane: refreshes of the workbook that it holds open."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import cast

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

from kpi.model import Texts
from sync_service.pane_session import Ask, Session, State
from sync_service.panes import BookBusyError, CancelledError, ManyOpenError, StaleBookError
from sync_service.sent_store import book_name
from sync_service.web.access import RefusedError, needs, parts
from sync_service.workbooks.sent import sent_book

panes_api = Blueprint("panes", __name__, url_prefix="/api/v1")
MOST_BYTES = 16_000_000  # of a workbook's tables as JSON
UUID = re.compile(r"[0-9A-Fa-f]{8}-?(?:[0-9A-Fa-f]{4}-?){3}[0-9A-Fa-f]{12}")
KEY = re.compile(r"[\x21-\x7e]{1,200}")
LONGEST_NAME = 200
EXCEL = "Excel"  # who refreshes, where the pane gives no name
Json = dict[str, object]
Answer = tuple[Response, HTTPStatus] | Response


@panes_api.post("/panes/refresh")
@needs("refresh")
def order_refresh() -> Answer:
    """Order the refresh of the workbook whose tables are sent."""
    body = json_body()
    key = request.headers.get("Idempotency-Key", "")
    if key and not KEY.fullmatch(key):
        raise wrong("Idempotency-Key: up to 200 plain characters.", "Idempotency-Key 不合规。")
    try:
        run = parts().panes.order(_ask(body), key)
    except BookBusyError as busy:
        since = busy.since.isoformat(timespec="seconds")
        return _conflict("busy", busy.texts, {"who": busy.who, "since": since})
    except StaleBookError as stale:
        return _conflict("stale", stale.texts, {"revision": stale.revision})
    except CancelledError as cancelled:
        return _conflict("cancelled", cancelled.texts, {})
    except ManyOpenError as many:
        raise RefusedError(HTTPStatus.TOO_MANY_REQUESTS, many.texts) from many
    return jsonify({"run": run, "href": f"/api/v1/runs/{run}"}), HTTPStatus.ACCEPTED


def _ask(body: Json) -> Ask:
    """A refresh as it was ordered."""
    return Ask(
        book=book_of(body),
        name=text_of(body, "name") or "workbook",
        who=text_of(body, "who") or EXCEL,
        base=text_of(body, "base"),
        rebased=text_of(body, "rebased"),
        sent=sent_book(body, parts().house.recent.lately),
        body=body,
    )


def _conflict(reason: str, texts: Texts, more: Json) -> Answer:
    said = {"reason": reason, **more, "zh": texts["zh"], "en": texts["en"]}
    return jsonify({**said, "error": dict(texts)}), HTTPStatus.CONFLICT


@panes_api.post("/panes/cancel")
@needs("refresh")
def cancel_key() -> Answer:
    """Stop the refresh that was ordered with a key, or will be: its answer may have been lost."""
    body = json_body()
    key = body.get("key")
    if not isinstance(key, str) or not KEY.fullmatch(key):
        raise wrong("key: up to 200 plain characters.", "key 不合规。")
    one = parts().panes.cancel(book_of(body), key)
    state = State.CANCELLED.value if one is None else one.told["state"]
    return jsonify({"run": None if one is None else one.run, "state": state})


@panes_api.post("/runs/<run>/cancel")
@needs("refresh")
def cancel(run: str) -> Answer:
    """Stop a refresh before it is written; once it is recorded it says so."""
    one = _session(run)
    one.cancel()
    return jsonify(one.told)


@panes_api.get("/runs/<run>/result")
@needs("read", cost=0.2)
def result(run: str) -> Answer:
    """What to write and what was found."""
    one = _session(run)
    if one.result is None or one.state in {State.FAILED, State.CANCELLED}:
        return _conflict("unready", _why_not(one), {"state": str(one.told["state"])})
    return jsonify(one.result)


def _why_not(one: Session) -> Texts:
    if one.problem is not None:
        return one.problem
    if one.state is State.CANCELLED:
        return {"en": "This refresh was cancelled.", "zh": "本次刷新已取消。"}
    return {"en": "The refresh is still running.", "zh": "刷新尚未完成。"}


@panes_api.post("/runs/<run>/written")
@needs("refresh")
def written(run: str) -> Answer:
    """The pane wrote the cells, or could not; said twice it is answered alike."""
    one, body = _session(run), json_body()
    wrote, unsure = body.get("ok"), body.get("unsure") is True
    if not isinstance(wrote, bool):
        raise wrong('Send {"ok": true} or {"ok": false}.', '请发送 {"ok": true} 或 {"ok": false}。')
    if not parts().panes.written(one, wrote=wrote, unsure=unsure):
        known = one.state is State.DONE or (one.answer is False and not wrote)
        if not known:
            return _conflict("late", _why_not(one), {"state": str(one.told["state"])})
        one.ended.wait(parts().panes.patience)
    revision = one.result["revision"] if one.result and one.state is State.DONE else None
    return jsonify({**one.told, "recorded": one.recorded, "revision": revision})


# --- what the routes of the pane share ------------------------------------------------------------


def json_body() -> Json:
    """The JSON object of a request of up to 16 MB.

    Raises:
        RefusedError: It is larger, or no object.
    """
    request.max_content_length = MOST_BYTES
    try:
        body = request.get_json()
    except RecursionError as error:
        raise BadRequest from error
    except RequestEntityTooLarge as error:
        raise RefusedError(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            {
                "en": "The workbook's tables are larger than 16 MB. Move old rows elsewhere.",
                "zh": "工作簿的表超过 16 MB。请将旧数据移到别处。",
            },
        ) from error
    if not isinstance(body, dict):
        raise wrong("Send a JSON object.", "请发送 JSON 对象。")
    return body


def book_of(body: Json) -> str:
    """The workbook's name in the control database.

    Raises:
        RefusedError: Its number has another shape.
    """
    given = body.get("book")
    if not isinstance(given, str) or not UUID.fullmatch(given):
        raise wrong(
            "The workbook has no number yet. Reload the add-in.",
            "工作簿没有编号。请重新加载加载项。",
        )
    return book_name(given)


def text_of(body: Json, name: str) -> str:
    """A short text of a request; empty where it is missing."""
    given = body.get(name)
    return (
        "".join(c for c in given if c.isprintable())[:LONGEST_NAME]
        if isinstance(given, str)
        else ""
    )


def _session(run: str) -> Session:
    found = parts().panes.find(run)
    if found is None:
        texts: Texts = {
            "en": "The service does not know this refresh (any more). Refresh again.",
            "zh": "服务不认识（或已不保留）此次刷新。请重新刷新。",
        }
        raise RefusedError(HTTPStatus.NOT_FOUND, texts)
    return found


def wrong(en: str, zh: str) -> RefusedError:
    """A request that cannot be read as what it should be."""
    return RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, cast("Texts", {"en": en, "zh": zh}))
