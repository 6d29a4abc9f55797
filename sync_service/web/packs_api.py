"""The routes of the pane about packs and formulas; what they give is written by the pane."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from sheet_templates.scoring_kinds import FormulaKind
from sync_service.pane_library import library
from sync_service.pane_packs import Choice, loaded_pack, retold
from sync_service.web.access import needs
from sync_service.web.panes_api import json_body, text_of, wrong
from sync_service.workbooks.sent import sent_book

packs_api = Blueprint("packs", __name__, url_prefix="/api/v1")


@packs_api.get("/packs")
@needs("read")
def every_pack() -> Response:
    """All KPI packs, the platforms and the kinds of goods."""
    return jsonify(library())


@packs_api.post("/panes/pack")
@needs("refresh")
def load_pack() -> Response:
    """The rows that a pack adds to the workbook whose tables are sent."""
    body = json_body()
    said = body.get("answers", {})
    if not isinstance(said, dict):
        raise wrong('Send {"answers": {…}}.', '请发送 {"answers": {…}}。')
    role, region, variant, onto = (
        text_of(body, name) for name in ("pack", "region", "variant", "onto")
    )
    return jsonify(loaded_pack(sent_book(body), Choice(role, region, variant, onto, said)))


@packs_api.post("/panes/convert")
@needs("refresh")
def convert() -> Response:
    """The formulas that are sent, in another kind; one that is none of ours stays."""
    body = json_body()
    kind = text_of(body, "to")
    if kind not in tuple(FormulaKind):
        kinds = ", ".join(FormulaKind)
        raise wrong(f"`to` is one of {kinds}.", f"to 应为 {kinds} 之一。")
    return jsonify(retold(sent_book(body), FormulaKind(kind), body))
