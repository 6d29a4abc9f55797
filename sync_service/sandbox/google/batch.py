"""`batchUpdate`: the subrequests one after another on a copy, all or none."""

from __future__ import annotations

from typing import Any

from sync_service.sandbox.google import (
    batch_cells,
    batch_dimensions,
    batch_names,
    batch_objects,
    batch_order,
    batch_paste,
    batch_sheets,
)
from sync_service.sandbox.google.discovery import BEGIN
from sync_service.sandbox.google.errors import Refusal, bad
from sync_service.sandbox.google.work import Handlers, Work, bare

Json = dict[str, Any]

NOT_PLAYED = frozenset(  # comments by cell and data sources of BigQuery and Looker
    {
        "addCommentReply",
        "addDataSource",
        "cancelDataSourceRefresh",
        "deleteComment",
        "deleteCommentReply",
        "deleteDataSource",
        "insertComment",
        "refreshDataSource",
        "updateCommentPost",
        "updateDataSource",
    }
)
HANDLERS: Handlers = {
    **batch_cells.HANDLERS,
    **batch_dimensions.HANDLERS,
    **batch_names.HANDLERS,
    **batch_objects.HANDLERS,
    **batch_order.HANDLERS,
    **batch_paste.HANDLERS,
    **batch_sheets.HANDLERS,
}


def run(work: Work, requests: list[Json]) -> list[Json]:
    """Do the subrequests on the work's book; gives a reply for each.

    Raises:
        Refusal: One of them is refused; the caller then throws the copy away.
    """
    if not requests:
        raise bad("Must specify at least one request.")
    return [_one(work, place, request) for place, request in enumerate(requests)]


def _one(work: Work, place: int, request: Json) -> Json:
    if len(request) != 1:
        raise bad(f"Invalid requests[{place}]: exactly one kind of request must be set.")
    [(kind, asked)] = request.items()
    handler = HANDLERS.get(kind)
    if handler is None and kind not in NOT_PLAYED:
        raise bad(f"{BEGIN} Unknown name \"{kind}\" at 'requests[{place}]': Cannot find field.")
    if handler is None:
        raise Refusal(501, f"Invalid requests[{place}].{kind}: not played by this stand-in.")
    try:
        reply = handler(work, asked)
    except Refusal as refusal:
        worded = f"Invalid requests[{place}].{kind}: {refusal.message}"
        raise Refusal(refusal.code, worded, refusal.details) from refusal
    return {} if reply is None else {kind: bare(reply)}
