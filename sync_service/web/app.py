"""The application: routes behind one check, errors without internals, headers on every answer."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import orjson
from flask import Flask, Response, request
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import HTTPException

from kpi.errors import KpiError
from kpi.model import Texts
from sync_service.house import House
from sync_service.jobs import Jobs
from sync_service.panes import Panes
from sync_service.sheet_answers import Answers
from sync_service.sheets.answers import SheetAnswers
from sync_service.sheets.spreadsheets import AtGoogle, Spreadsheets
from sync_service.sheets.work import SheetWork
from sync_service.stops import STOPS
from sync_service.web.access import Parts, RefusedError, check_policies, guard, said
from sync_service.web.addin import HEADERS as ADDIN_HEADERS
from sync_service.web.addin import NEVER, addin
from sync_service.web.api import api
from sync_service.web.files_api import files_api
from sync_service.web.functions_api import functions_api
from sync_service.web.packs_api import packs_api
from sync_service.web.page import page
from sync_service.web.panes_api import panes_api
from sync_service.web.setup_api import setup_api
from sync_service.web.sheets_access import Door
from sync_service.web.sheets_api import sheets_api

MOST_BYTES = 1_000_000
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}
SENTENCES: dict[int, Texts] = {
    400: {"en": "The request cannot be read.", "zh": "无法读取该请求。"},
    404: {"en": "There is nothing at this address.", "zh": "此地址没有内容。"},
    405: {"en": "This address does not take that method.", "zh": "此地址不支持该方法。"},
    413: {"en": "The request is larger than 1 MB.", "zh": "请求超过 1 MB。"},
    415: {"en": "Send JSON (Content-Type: application/json).", "zh": "请发送 JSON。"},
}
FAILED: Texts = {
    "en": "That went wrong inside. The service's own log says why.",
    "zh": "服务内部出错，原因见服务日志。",
}


class _Json(DefaultJSONProvider):
    """JSON as orjson reads and writes it: a workbook's cells are megabytes."""

    def dumps(self, obj: Any, **_: Any) -> str:  # noqa: ANN401  # as Flask has it
        """JSON in UTF-8."""
        return orjson.dumps(obj, option=orjson.OPT_NON_STR_KEYS).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:  # noqa: ANN401  # as Flask has it
        """JSON in UTF-8; no NaN, which is none."""
        return orjson.loads(s)


def create_app(house: House, jobs: Jobs | None = None, sheets: Spreadsheets | None = None) -> Flask:
    """The application of one installation.

    Raises:
        KpiError: A route has no policy.
    """
    app = Flask("linkstar", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    app.json = _Json(app)
    working = jobs if jobs is not None else Jobs(house)
    answers = Answers(house)
    google = sheets if sheets is not None else AtGoogle()
    work = SheetWork(house, google, SheetAnswers(house, sheets=google), working)
    panes = Panes(house, answers.keep)
    app.extensions["linkstar"] = Parts(house, working, panes, answers, Door(house), work)
    app.register_blueprint(api)
    app.register_blueprint(panes_api)
    app.register_blueprint(functions_api)
    app.register_blueprint(packs_api)
    app.register_blueprint(setup_api)
    app.register_blueprint(files_api)
    app.register_blueprint(sheets_api)
    app.register_blueprint(page)
    app.register_blueprint(addin)
    app.before_request(guard)
    app.after_request(_headers)
    app.register_error_handler(RefusedError, lambda error: said(error.status, error.texts))
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(KpiError, _refused)
    for kind in STOPS:
        if kind is not KpiError:
            app.register_error_handler(kind, _failed)
    check_policies(app)
    return app


def _headers(answer: Response) -> Response:
    pane = request.blueprint == "addin" and answer.status_code < HTTPStatus.BAD_REQUEST
    for name, value in (HEADERS | ADDIN_HEADERS if pane else HEADERS).items():
        if not (pane and name in NEVER):
            answer.headers[name] = value
    answer.headers["Server"] = "LinkStar"
    return answer


def _http(error: HTTPException) -> Response:
    status = HTTPStatus(error.code or 500)
    return said(status, SENTENCES.get(int(status), FAILED))


def _refused(error: KpiError) -> Response:
    """A sentence made for a person; it names no file beyond what was asked for."""
    texts = getattr(error, "texts", None) or {"zh": str(error), "en": str(error)}
    return said(HTTPStatus.UNPROCESSABLE_ENTITY, texts)


def _failed(error: Exception) -> Response:
    from flask import current_app  # noqa: PLC0415  # the logger of the running application

    current_app.logger.error("%s", type(error).__name__, exc_info=error)
    return said(HTTPStatus.INTERNAL_SERVER_ERROR, FAILED)
