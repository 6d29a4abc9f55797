"""The routes of a Google spreadsheet's script: `/sheets/...`, each call signed by its key.

The spreadsheet is the one whose key signed; no call names another.
"""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response, jsonify

from kpi.model import Texts
from sync_service.pane_questions import explained
from sync_service.sheets.cells import question
from sync_service.sheets.links import Scope
from sync_service.sheets.work import Kind, SheetBusyError
from sync_service.web.access import RefusedError, needs, parts
from sync_service.web.functions_api import calls_of
from sync_service.web.panes_api import KEY, Json, json_body, text_of, wrong
from sync_service.web.sheets_access import caller, opens

sheets_api = Blueprint("sheets", __name__, url_prefix="/sheets")
GOOGLE = "Google Sheets"  # who orders, where the script gives no name
Answer = tuple[Response, HTTPStatus] | Response


@sheets_api.post("/hello")
@needs("sheet")
@opens(Scope.READ)
def hello() -> Answer:
    """What the script may do here; `Connect` asks it."""
    one = caller()
    return jsonify({"ok": True, "scope": one.scope.value, "facts": parts().house.facts.version})


@sheets_api.post("/refresh")
@needs("sheet")
@opens(Scope.WRITE)
def refresh() -> Answer:
    """Order a refresh: the service reads and writes the spreadsheet itself."""
    return _ordered(Kind.REFRESH)


@sheets_api.post("/check")
@needs("sheet")
@opens(Scope.READ)
def check() -> Answer:
    """Order a check: read and computed, not written."""
    return _ordered(Kind.CHECK)


@sheets_api.post("/rebuild")
@needs("sheet")
@opens(Scope.WRITE)
def rebuild() -> Answer:
    """Order deleted tabs to be made anew."""
    return _ordered(Kind.REBUILD)


@sheets_api.get("/jobs/<run>")
@needs("sheet", cost=0.3)
@opens(Scope.READ)
def job(run: str) -> Answer:
    """State, step and findings of a job of this spreadsheet."""
    found = parts().work.find(caller(), run)
    if found is None:
        texts: Texts = {
            "en": "The service does not know this job (any more). Start it again.",
            "zh": "服务不认识（或已不保留）此任务。请重新开始。",
        }
        raise RefusedError(HTTPStatus.NOT_FOUND, texts)
    return jsonify(found)


@sheets_api.post("/functions")
@needs("sheet")
@opens(Scope.READ)
def functions() -> Answer:
    """Answers for up to 5,000 cells."""
    calls = calls_of(json_body())
    revision, answers = parts().work.answers.answer(caller().book, calls)
    return jsonify({"revision": revision, "answers": answers})


@sheets_api.post("/explain")
@needs("sheet")
@opens(Scope.READ)
def explain() -> Answer:
    """Where the value of the selected line comes from and what moved it."""
    body, answers = json_body(), parts().work.answers
    kpi, scope, period = question(body.get("head"), body.get("row"), answers.names(caller().book))
    known = answers.known(caller().book, [kpi])
    told = explained(known, kpi, scope, period)
    return jsonify({**told, "scope": scope, "period": period})


def _ordered(kind: Kind) -> Answer:
    body, work = json_body(), parts().work
    key = body.get("key", "")
    if not isinstance(key, str) or (key and not KEY.fullmatch(key)):
        raise wrong("key: up to 200 plain characters.", "key 不合规。")
    try:
        run = work.order(caller(), kind, text_of(body, "who")[:100] or GOOGLE, key)
    except SheetBusyError as busy:
        told: Json = {
            "reason": "busy",
            "run": busy.run,
            "who": busy.who,
            "since": busy.since.isoformat(timespec="seconds"),
            "error": dict(busy.texts),
        }
        return jsonify(told), HTTPStatus.CONFLICT
    return jsonify({"run": run, "href": f"/sheets/jobs/{run}"}), HTTPStatus.ACCEPTED
