"""`google account`, `google refresh`, `google check`: the account, and one spreadsheet."""

from __future__ import annotations

import argparse
from pathlib import Path

from kpi.errors import Level
from sync_service import audit
from sync_service.commands.books import show
from sync_service.console import Exit, Terminal
from sync_service.google.accounts import Account, keep, key_file, stored
from sync_service.google.refreshing import order_google, spreadsheet_id
from sync_service.google.sign_in import signed_in
from sync_service.house import House
from sync_service.refresh import read, refresh
from sync_service.sync import sync


def add(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The parsers of these actions."""
    one = actions.add_parser("account", help="the account that Google sees / 连接 Google 账号")
    one.add_argument("key", type=Path, nargs="?", help="JSON key of a service account")
    one.add_argument(
        "--own",
        type=Path,
        metavar="CLIENT.json",
        help="sign in with your own account instead, by this OAuth client / 使用个人账号登录",
    )
    one.set_defaults(run=run_account)
    one = actions.add_parser("refresh", help="bring actuals and scores into it / 刷新")
    one.add_argument("sheet", help="its address or id")
    one.add_argument("--sync", action="store_true", help="fetch what can be had now first")
    one.add_argument("--by", default="cli", help="who refreshes, by code / 刷新人")
    one.set_defaults(run=run_refresh)
    one = actions.add_parser("check", help="all its problems, with cell addresses / 检查")
    one.add_argument("sheet", help="its address or id")
    one.set_defaults(run=run_check)


def run_account(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """Store an account, or say which one is there."""
    if words.own is not None:
        account = keep(house.secrets, *signed_in(key_file(words.own), house.settings, terminal))
    elif words.key is not None:
        account = keep(house.secrets, key_file(words.key))
    else:
        account = stored(house.secrets)
        _tell(terminal, account)
        return Exit.OK
    with house.store.begin() as connection:
        audit.record(
            connection,
            at=house.clock.now(),
            actor="cli",
            action="google_account",
            about=account.address or account.kind,
        )
    _tell(terminal, account)
    return Exit.OK


def _tell(terminal: Terminal, account: Account) -> None:
    who = account.address or account.kind
    terminal.result |= {"account": who, "kind": account.kind}
    terminal.say(
        f"Google 账号：{who}。请将表格以“编辑者”共享给它；密钥文件可以删除，系统已加密保存。",
        f"Google account: {who}. Share spreadsheets with it as editor; the key file may be "
        "deleted, it is kept encrypted here.",
    )


def run_refresh(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """One refresh, with progress and what it found."""
    sheet = spreadsheet_id(words.sheet)
    order = order_google(house, sheet, words.by)
    with terminal.steps() as bar:
        if words.sync:
            sync(house.syncing, patient=False, progress=bar.fetching("取数", "Fetching"))
        outcome = refresh(house, order, bar.step)
    show(terminal, outcome, order.book)
    return Exit.FOUND if any(p.level is Level.ERROR for p in outcome.problems) else Exit.OK


def run_check(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """Every problem of a spreadsheet; nothing is written."""
    contents = order_google(house, spreadsheet_id(words.sheet)).port.read()
    _, _, problems = read(contents)
    found = (*contents.problems, *problems)
    terminal.problems(found, most=500)
    if not found:
        terminal.say("没有发现问题。", "No problems found.")
    return Exit.FOUND if any(p.level is Level.ERROR for p in found) else Exit.OK
