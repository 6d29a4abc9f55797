"""The status page: shops, last pulls, workbooks, problems; no script, nothing kept.

The token is typed into a form and sent with each look; the server answers and forgets it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, render_template, request

from kpi.errors import Level
from kpi.model import Language
from kpi.trade import Shop
from sync_service import mornings, runs
from sync_service.accounts import shops
from sync_service.compute import StreamState
from sync_service.house import House
from sync_service.pausing import paused
from sync_service.refresh import stream_states
from sync_service.web.access import admitted, needs, parts

HERE = Path(__file__).parent
page = Blueprint("page", __name__, template_folder="pages")
ZONE = "Asia/Shanghai"  # the reader's wall clock where no workbook says another
SHOWN = 12
NAMED = 4  # streams of one shop; the command `status` lists all


@dataclass(frozen=True, slots=True)
class Line:
    """One shop of the page."""

    sign: str
    look: str  # ok, warn, breach, none
    shop: str
    market: str
    state: str
    last: str
    next: str


@page.get("/")
@needs("open")
def look() -> Response:
    """The form; it tells nothing of the shops."""
    return _page({"asked": False})


@page.post("/")
@needs("open")
def open_page() -> Response:
    """The page, for who sends the token."""
    if not admitted(request.form.get("token", "").strip()):
        return _page({"asked": True}, 401)
    return _page(_contents(parts().house))


@page.get("/style.css")
@needs("open")
def style() -> Response:
    """How it looks."""
    return Response((HERE / "pages" / "style.css").read_bytes(), mimetype="text/css")


def _language() -> Language:
    best = request.accept_languages.best_match(["zh", "zh-CN", "zh-TW", "en"], "en")
    return "zh" if str(best).startswith("zh") else "en"


def _page(contents: Mapping[str, object], status: int = 200) -> Response:
    chinese = _language() == "zh"

    def text(zh: str, en: str) -> str:
        return zh if chinese else en

    html = render_template("status.html", text=text, lang="zh-CN" if chinese else "en", **contents)
    return Response(html, status, mimetype="text/html")


def _contents(house: House) -> dict[str, object]:
    now = house.clock.now()
    books = mornings.mornings(house.store)
    zone = books[0].time_zone if books else ZONE
    known = shops(house.store)
    states = stream_states(house, known, now)
    lines = [_line(shop, states, zone) for shop in known]
    return {
        "open": True,
        "now": _local(now, zone),
        "zone": zone,
        "paused": paused(house),
        "lines": lines,
        "fine": sum(line.look == "ok" for line in lines),
        "books": [(one, _local(one.next_time(now), zone)) for one in books],
        "runs": [_told(one, zone) for one in runs.latest(house.store, SHOWN)],
        "problems": _problems(house),
    }


def _line(shop: Shop, states: Mapping[tuple[str, str], StreamState], zone: str) -> Line:
    """The worst of a shop's streams decides its sign."""
    mine = {stream: one for (stream, code), one in states.items() if code == shop.code}
    last = max((one.last_success for one in mine.values() if one.last_success), default=None)
    after = min((one.next_run for one in mine.values() if one.next_run), default=None)
    failed = sorted(stream for stream, one in mine.items() if one.error)
    stale = sorted(stream for stream, one in mine.items() if one.stale)
    sign, look = ("○", "none") if not mine else ("●", "ok")
    if stale:
        sign, look = "◇", "warn"
    if failed:
        sign, look = "■", "breach"
    bad = list(dict.fromkeys((*failed, *stale)))
    more = f" + {len(bad) - NAMED}" if len(bad) > NAMED else ""
    state = ", ".join(bad[:NAMED]) + more
    return Line(sign, look, shop.code, shop.market, state, _local(last, zone), _local(after, zone))


KINDS = {
    "refresh": ("刷新", "Refresh"),
    "morning": ("早报", "Morning file"),
    "sync": ("取数", "Pull"),
    "backfill": ("补历史", "Backfill"),
    "sheet_refresh": ("刷新谷歌表格", "Google refresh"),
    "sheet_check": ("核对谷歌表格", "Google check"),
    "sheet_rebuild": ("重建谷歌表格的页", "Google rebuild"),
}
STATES = {
    "done": ("● 完成", "● Done", "ok"),
    "running": ("进行中", "Running", "none"),
    "queued": ("排队", "Queued", "none"),
    "failed": ("■ 失败", "■ Failed", "breach"),
    "interrupted": ("▲ 中断", "▲ Interrupted", "warn"),
}


def _told(one: runs.Run, zone: str) -> dict[str, str]:
    at = 0 if _language() == "zh" else 1
    state = STATES.get(one.state, (one.state, one.state, "none"))
    error = one.summary.get("error")
    said = error.get(_language(), "") if isinstance(error, dict) else ""
    book = one.summary.get("book")
    return {
        "kind": KINDS.get(one.kind, (one.kind, one.kind))[at],
        "state": state[at],
        "look": state[2],
        "at": _local(one.started, zone),
        "about": Path(str(book)).name if book else _rows(one),
        "said": str(said),
    }


def _rows(one: runs.Run) -> str:
    rows = one.summary.get("rows")
    return "" if rows is None else f"{rows:,}" if isinstance(rows, int) else str(rows)


def _problems(house: House) -> list[str]:
    """The errors of the newest run of each kind, without repeats."""
    language = _language()
    found: dict[str, None] = {}
    seen: set[tuple[str, object]] = set()
    for one in runs.latest(house.store, 50):
        of = (one.kind, one.summary.get("book"))
        problems = one.summary.get("problems")
        if of in seen or not isinstance(problems, list):
            continue
        seen.add(of)
        for told in problems:
            if told.get("level") == Level.ERROR.value:
                line = f"{told['where']}: {told['what'][language]} {told['mend'][language]}"
                found[line] = None
    return list(found)[:SHOWN]


def _local(moment: datetime | None, zone: str) -> str:
    if moment is None:
        return "–"
    return f"{moment.astimezone(ZoneInfo(zone)):%m-%d %H:%M}"
