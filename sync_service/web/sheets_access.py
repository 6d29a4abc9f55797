"""The check before every route of a spreadsheet's script: signed, on time, once, in scope.

These calls come from Google's machines by the address that `google connect` was given, so they are
counted apart from those of this machine's user, and no other route answers under that address.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import TypeVar, cast

from flask import current_app, g, request

from kpi.model import Texts
from sync_service.house import House
from sync_service.sheets import links
from sync_service.sheets.links import Scope, SheetLink
from sync_service.sheets.signing import WINDOW, Call, call_of, seconds_off, signed
from sync_service.web.access import Bucket, RefusedError, too_often

OLDEST = (1, 0, 0)  # version of the script that these routes still serve
NO_KEY = "-" * 43  # stands in for the key of a spreadsheet that is not connected
MOST_COUNTED = 1_000  # spreadsheets whose calls are counted
View = TypeVar("View", bound=Callable[..., object])

UNSIGNED: Texts = {
    "en": "This call is not signed by a connected spreadsheet. "
    "Use KPI > Connect with the code that `google connect` printed.",
    "zh": "此请求没有已连接表格的签名。"
    "请用菜单 KPI > 连接服务，粘贴 `google connect` 给出的连接码。",
}
REPLAYED: Texts = {
    "en": "This call came before; it is not done twice. Try again.",
    "zh": "此请求已收到过，不会重复执行。请重试。",
}
READ_ONLY: Texts = {
    "en": "This spreadsheet's key may only read. "
    "Run `google connect ID` without --read-only for refresh and rebuild.",
    "zh": "此表格的密钥只可读取。如需刷新与重建，请运行不带 --read-only 的 `google connect ID`。",
}


def opens(scope: Scope) -> Callable[[View], View]:
    """State what a spreadsheet's key must open for a view."""

    def stated(view: View) -> View:
        view.__dict__["scope"] = scope
        return view

    return stated


def caller() -> SheetLink:
    """The spreadsheet whose script calls."""
    return cast("SheetLink", g.sheet)


@dataclass(slots=True)
class Door:
    """The one check before a view of a script, and how many of its calls are allowed now."""

    house: House
    forged: Bucket = field(default_factory=lambda: Bucket(burst=20, rate=1))
    each: dict[str, Bucket] = field(default_factory=dict)  # by spreadsheet, signed calls only

    def is_public(self, host: str) -> bool:
        """Whether scripts reach us under this name."""
        return any(one.host == host.casefold() for one in links.links(self.house.store))

    def check(self) -> None:
        """Let in what is signed, on time, new and in scope.

        Raises:
            RefusedError: It is not, the script is too old, or calls come too often.
        """
        clock, store = self.house.clock, self.house.store
        call, one = self._signed()
        if not self._of(one.sheet).take(clock.monotonic(), _cost()):
            raise too_often()
        _on_time(call, clock.now())
        if not links.used_once(store, one.sheet, call.nonce, clock.now()):
            raise RefusedError(HTTPStatus.CONFLICT, REPLAYED)
        _new_enough(call)
        if not one.may(_scope()):
            raise RefusedError(HTTPStatus.FORBIDDEN, READ_ONLY)
        g.sheet = one

    def _signed(self) -> tuple[Call, SheetLink]:
        """The call and who signed it; forged ones are slowed down, right ones never."""
        found = call_of(request.method, request.path, dict(request.headers), request.get_data())
        one = links.link(self.house.store, found[0].sheet) if found else None
        key = links.key_of(self.house, one.sheet) if one else NO_KEY
        if not found or not signed(*found, key) or one is None:
            if not self.forged.take(self.house.clock.monotonic()):
                raise too_often()
            raise RefusedError(HTTPStatus.UNAUTHORIZED, UNSIGNED)
        return found[0], one

    def _of(self, sheet: str) -> Bucket:
        """The calls of one spreadsheet: thirty at once, three a second."""
        while len(self.each) >= MOST_COUNTED and sheet not in self.each:
            del self.each[next(iter(self.each))]
        return self.each.setdefault(sheet, Bucket(burst=30, rate=3))


def _view() -> object:
    return current_app.view_functions.get(request.endpoint or "")


def _cost() -> float:
    """Asking how far a job is takes a third of a call."""
    return cast("float", getattr(_view(), "cost", 1.0))


def _scope() -> Scope:
    return cast("Scope", getattr(_view(), "scope", Scope.WRITE))


def _on_time(call: Call, now: datetime) -> None:
    off = seconds_off(call, now)
    if abs(off) > WINDOW:
        en = f"The clocks differ by {abs(off):.0f} s. Set the clock of the service's machine."
        zh = f"时钟相差 {abs(off):.0f} 秒。请校准服务所在电脑的时钟。"
        raise RefusedError(HTTPStatus.UNAUTHORIZED, {"en": en, "zh": zh})


def _new_enough(call: Call) -> None:
    if tuple(map(int, call.version.split("."))) < OLDEST:
        least = ".".join(map(str, OLDEST))
        raise RefusedError(
            HTTPStatus.UPGRADE_REQUIRED,
            {
                "en": f"The script in this spreadsheet is out of date: {call.version}, needed is "
                f"{least}. Replace Code and Sidebar under Extensions > Apps Script by those of "
                "addin/generated/apps_script, save, and reload the spreadsheet.",
                "zh": f"本表格中的脚本已过期：现为 {call.version}，需要 {least}。请在 扩展程序 > "
                "Apps 脚本 中换上 addin/generated/apps_script 的 Code 与 Sidebar，"
                "保存后重新打开表格。",
            },
        )
