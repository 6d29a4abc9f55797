"""The routes of questions: sheet functions, where a value comes from, what another target does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from flask import Blueprint, Response, jsonify

from kpi.changes import By
from kpi.model import Region
from sync_service.pane_parts import by_of
from sync_service.pane_questions import explained, supposed
from sync_service.sheet_answers import MOST_CALLS, Call, UnsentError
from sync_service.web.access import RefusedError, needs, parts
from sync_service.web.panes_api import Json, book_of, json_body, wrong

functions_api = Blueprint("functions", __name__, url_prefix="/api/v1")
MOST_ARGUMENTS = 8


@functions_api.post("/functions")
@needs("read")
def functions() -> Response:
    """Answers for up to 5,000 cells."""
    body = json_body()
    calls, book = calls_of(body), book_of(body)
    with _sent_before():
        revision, answers = parts().answers.answer(book, calls)
    return jsonify({"revision": revision, "answers": answers})


@functions_api.post("/explain")
@needs("read")
def explain() -> Response:
    """Where the value of a KPI comes from and what moved it."""
    body = json_body()
    scope, region = body.get("person") or body.get("scope"), body.get("region")
    book, by = book_of(body), by_of(body.get("by"))
    with _sent_before():
        known = parts().answers.known(book, [body.get("kpi")], by_sku=by is By.SKU)
    if region in tuple(Region) and isinstance(scope, str) and "/" not in scope:
        scope = f"{scope}/{region}"
    return jsonify(explained(known, body.get("kpi"), scope, body.get("period"), by))


@functions_api.post("/whatif")
@needs("read")
def whatif() -> Response:
    """A card with another target or weight, beside the truth; nothing is kept."""
    body = json_body()
    book = book_of(body)
    with _sent_before():
        known = parts().answers.known(book)
    return jsonify(supposed(known, body))


@contextmanager
def _sent_before() -> Iterator[None]:
    """A workbook that was never sent is not found."""
    try:
        yield
    except UnsentError as error:
        raise RefusedError(HTTPStatus.NOT_FOUND, error.texts) from error


def calls_of(body: Json) -> list[Call]:
    """The calls of a request.

    Raises:
        RefusedError: They are no list of calls, or too many.
    """
    given = body.get("calls")
    if not isinstance(given, list) or len(given) > MOST_CALLS:
        raise wrong(
            f"Send calls: a list of up to {MOST_CALLS}.", f"calls 应为列表，最多 {MOST_CALLS} 项。"
        )
    for one in given:
        plain = isinstance(one, list) and len(one) <= MOST_ARGUMENTS
        if not plain or any(isinstance(part, list | dict) for part in one):
            raise wrong(
                "A call is a list: name, KPI, scope, period.",
                "每项为列表：函数、指标、范围、期间。",
            )
    return [tuple(one) for one in given]
