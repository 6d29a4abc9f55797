"""The routes of the pane about set-up and reviews: sources, proposed KPIs, the meeting pack."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from kpi.calendar import local_day
from sync_service.pane_packs import proposed
from sync_service.pane_review import reviewed
from sync_service.pane_setup import planned, set_up
from sync_service.web.access import needs, parts
from sync_service.web.panes_api import book_of, json_body, text_of
from sync_service.workbooks.sent import sent_book

setup_api = Blueprint("setup", __name__, url_prefix="/api/v1")


@setup_api.post("/panes/setup")
@needs("read")
def setup() -> Response:
    """Sources of each shop with the commands for them, the last comparison, the next review."""
    body = json_body()
    return jsonify(set_up(parts().house, book_of(body), sent_book(body)))


@setup_api.post("/panes/propose")
@needs("refresh")
def propose() -> Response:
    """The lines that the tab Needs asks for, from the first of this month, switched off."""
    today = local_day(parts().house.clock.now(), "UTC")
    return jsonify(proposed(sent_book(json_body()), today.replace(day=1)))


@setup_api.post("/panes/plan")
@needs("refresh")
def plan() -> Response:
    """The next reviews as rows of Review."""
    body = json_body()
    made = planned(parts().house, sent_book(body), text_of(body, "rhythm"), text_of(body, "first"))
    return jsonify(made)


@setup_api.post("/panes/review")
@needs("refresh")
def review() -> Response:
    """The meeting pack of a week, month or quarter, with the rows of what follows from it."""
    body = json_body()
    kind = text_of(body, "kind")
    return jsonify(reviewed(parts().house, book_of(body), sent_book(body), kind))
