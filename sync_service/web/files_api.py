"""The route of the pane that answers a file: a person's or agency's own workbook."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

import orjson
from flask import Blueprint, Response

from kpi.errors import Problem
from sync_service.pane_results import problem_data
from sync_service.pane_sharing import person_file
from sync_service.web.access import needs, parts
from sync_service.web.panes_api import book_of, json_body, text_of
from sync_service.workbooks.sent import sent_book

files_api = Blueprint("files", __name__, url_prefix="/api/v1")
MOST_REMARKS = 3  # a header is no place for more
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@files_api.post("/panes/share")
@needs("refresh")  # as a refresh: whoever sends the whole workbook is its manager
def share_person() -> Response:
    """A person's slice of the workbook whose tables are sent."""
    body, mine = json_body(), parts()
    sent, person = sent_book(body, mine.house.recent.lately), text_of(body, "person").strip()
    with mine.panes.files:
        made = person_file(mine.house, book_of(body), sent, person)
    answer = Response(made.data, mimetype=XLSX)
    answer.headers["Content-Disposition"] = attachment(made.name)
    answer.headers["KPI-Remarks"] = remarks(made.problems)
    return answer


def attachment(name: str) -> str:
    """The header that has a file saved under a name, as RFC 6266 writes it.

    `filename` is for programs that read no `filename*`: its other letters are underscores.
    """
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def remarks(problems: Sequence[Problem]) -> str:
    """What was found while the file was made, as percent-encoded JSON: the body is the file."""
    return quote(orjson.dumps([problem_data(one) for one in problems[:MOST_REMARKS]]))
