"""`google connect`: the key with which one spreadsheet's script may call, and the steps for it."""

from __future__ import annotations

import argparse

from sync_service.console import Exit, Terminal
from sync_service.google.refreshing import spreadsheet_id
from sync_service.house import House
from sync_service.sheets import links
from sync_service.sheets.links import Scope
from sync_service.told import ToldError


def add(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The parser of this action."""
    one = actions.add_parser(
        "connect", help="let a spreadsheet's script call this service / 连接一张表格"
    )
    one.add_argument("sheet", nargs="?", help="its address or id; without one the list is shown")
    one.add_argument("--address", help="https address under which Google reaches the service")
    one.add_argument("--read-only", action="store_true", help="functions, check, explain only")
    one.add_argument("--remove", action="store_true", help="its key opens nothing any more")
    one.set_defaults(run=connect)


def connect(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """Make a key and say what to do with it; or take it away, or list what is connected."""
    if words.sheet is None:
        return _list(terminal, house)
    sheet = spreadsheet_id(words.sheet)
    if words.remove:
        return _remove(terminal, house, sheet)
    known = links.link(house.store, sheet)
    if words.address is None and known is None:
        raise ToldError(
            "Give --address: the https address under which Google reaches this service "
            "(a tunnel or proxy that forwards /sheets/ to it). See docs/apps-script.md.",
            "请给出 --address：谷歌访问本服务所用的 https 地址"
            "（隧道或反向代理，只转发 /sheets/）。见 docs/apps-script.md。",
        )
    address = links.address_of(words.address or (known.address if known else ""))
    scope = Scope.READ if words.read_only else Scope.WRITE
    key = links.connect(house, sheet, address, scope)
    code = f"{address}#{key}"
    terminal.result |= {"sheet": sheet, "address": address, "scope": scope.value, "code": code}
    _steps(terminal, code, again=known is not None)
    return Exit.OK


def _steps(terminal: Terminal, code: str, *, again: bool) -> None:
    """What a person does next; the code is shown this once."""
    if again:
        terminal.say("先前的密钥已失效。", "The key before opens nothing any more.")
    terminal.say(
        "1. 在表格中打开 扩展程序 > Apps 脚本，放入 addin/generated/apps_script 的三个文件。\n"
        "2. 重新打开表格，菜单 KPI > 连接服务，粘贴下面的连接码（只显示这一次，不要放进单元格）。\n"
        "3. 菜单 KPI > 刷新。服务以自己的身份写入表格，须与它的账号共享。",
        "1. In the spreadsheet: Extensions > Apps Script, put in the three files of "
        "addin/generated/apps_script.\n"
        "2. Reload the spreadsheet, KPI > Connect, paste the code below (shown this once; never "
        "into a cell).\n"
        "3. KPI > Refresh. The service writes with its own identity: share the spreadsheet with "
        "its account.",
    )
    terminal.say(f"连接码：{code}", f"Code: {code}")


def _remove(terminal: Terminal, house: House, sheet: str) -> Exit:
    if not links.disconnect(house, sheet):
        raise ToldError(
            f"{sheet} is not connected. `google connect` lists what is.",
            f"{sheet} 未连接。`google connect` 列出已连接的表格。",
        )
    terminal.result |= {"sheet": sheet, "removed": True}
    terminal.say(f"{sheet} 已断开。", f"{sheet} is disconnected.")
    return Exit.OK


def _list(terminal: Terminal, house: House) -> Exit:
    found = links.links(house.store)
    rows = [[one.sheet, one.address, one.scope.value] for one in found]
    terminal.result["sheets"] = [
        dict(zip(("sheet", "address", "scope"), row, strict=True)) for row in rows
    ]
    heads = ("表格 Spreadsheet", "地址 Address", "权限 Scope")
    terminal.table(terminal.text("已连接的表格", "Connected spreadsheets"), heads, rows)
    return Exit.OK
