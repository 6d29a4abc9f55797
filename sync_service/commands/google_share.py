"""`google share` and `google rights`: scoped spreadsheets, and who may open them."""

from __future__ import annotations

import argparse
from pathlib import Path

from sync_service.commands.books import order_of
from sync_service.console import Exit, Terminal
from sync_service.google.accounts import MAKE_AND_SHARE
from sync_service.google.client import open_client
from sync_service.google.guarding import strangers
from sync_service.google.permissions import Drift, drift, given, grant, revoke
from sync_service.google.refreshing import PREFIX, order_google, spreadsheet_id
from sync_service.google.sharing import share_google
from sync_service.house import House
from sync_service.refresh import Order

ROLES = ("reader", "commenter", "writer")
SAID: dict[str, tuple[str, str]] = {
    "link": ("知道链接的任何人都可打开", "anyone with the link may open it"),
    "domain": ("整个域名的人都可打开", "everybody of a domain may open it"),
    "more": ("未经本系统授权", "has a right that was not given from here"),
    "fewer": ("已给的权限不见了", "the right that was given is gone"),
    "other": ("权限与所给的不同", "the right is another than was given"),
    "unguarded": ("保护已被移除", "the protection was removed"),
    "editors": ("保护的可编辑者变多", "more people may edit what is protected"),
    "opened": ("保护中的开放区域变多", "more of what is protected lies open"),
}


def add(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The parsers of these actions."""
    one = actions.add_parser("share", help="a scoped spreadsheet of one person / 分册表格")
    one.add_argument("book", help="the manager's workbook, or the address of his spreadsheet")
    one.add_argument("--person", required=True, help="whose rows, by code / 人员编号")
    one.add_argument("--to", nargs="+", default=[], metavar="ADDRESS", help="Google accounts")
    one.add_argument("--role", choices=ROLES, default="writer")
    one.add_argument("--language", choices=("zh", "en"))
    one.set_defaults(run=run_share)
    one = actions.add_parser("rights", help="who may open it, and what drifted / 权限检查")
    one.add_argument("sheet", help="its address or id")
    one.add_argument("--give", nargs="+", default=[], metavar="ADDRESS")
    one.add_argument("--take", nargs="+", default=[], metavar="ADDRESS")
    one.add_argument("--role", choices=ROLES, default="writer")
    one.set_defaults(run=run_rights)


def run_share(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """Make or refresh a slice at Google."""
    client = open_client(house, MAKE_AND_SHARE)
    with terminal.steps() as bar:
        bar.step("计算分册", "Computing the slice")
        done = share_google(
            house,
            client,
            _order(house, words.book),
            words.person,
            words.to,
            role=words.role,
            language=words.language,
        )
    link = f"https://docs.google.com/spreadsheets/d/{done.sheet}"
    terminal.result |= {"sheet": done.sheet, "link": link, "state": done.state}
    terminal.say(f"{words.person} 的表格：{link}", f"Spreadsheet of {words.person}: {link}")
    if done.before:
        terminal.result["before"] = done.before
        terminal.say(
            f"有行离开了该分册，因此新建；旧表格 {done.before} 的权限已收回。请删除旧表格。",
            f"Rows left the slice, so it is a new one; the rights to {done.before} were taken "
            "back. Delete the old one.",
        )
    terminal.problems(done.problems, most=12)
    return Exit.OK


def _order(house: House, book: str) -> Order:
    """The manager's book: a file where there is one of that name, else a spreadsheet."""
    if Path(book).exists() or book.casefold().endswith(".xlsx"):
        return order_of(house, Path(book))
    return order_google(house, spreadsheet_id(book))


def run_rights(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """Give and take rights, then list every right that drifted."""
    sheet = spreadsheet_id(words.sheet)
    client = open_client(house, MAKE_AND_SHARE)
    for address in words.take:
        if not revoke(house, client, sheet, address):
            terminal.say(f"{address} 没有权限。", f"{address} had no right.")
    for address in words.give:
        grant(house, client, sheet, address, words.role)
    found = [*drift(client, house.store, sheet), *strangers(house, client, sheet)]
    rows = sorted(given(house.store, sheet).items())
    terminal.table(PREFIX + sheet, ("账号 Account", "权限 Right"), rows)
    terminal.result |= {"given": dict(rows), "drift": [_data(one) for one in found]}
    for one in found:
        zh, en = SAID[one.kind]
        right = f" ({one.role})" if one.role else ""
        terminal.say(f"✗ {one.who}{right}：{zh}", f"✗ {one.who}{right}: {en}")
    if not found:
        terminal.say("权限与所给的一致。", "Every right is as it was given.")
    return Exit.FOUND if found else Exit.OK


def _data(one: Drift) -> dict[str, str]:
    return {"kind": one.kind, "who": one.who, "role": one.role, "wanted": one.wanted}
