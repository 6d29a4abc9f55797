"""`google ...`: what belongs to spreadsheets at Google; each action has a file of its own."""

from __future__ import annotations

import argparse

from sync_service.commands import (
    google_books,
    google_connect,
    google_demo,
    google_refresh,
    google_schedule,
    google_share,
    google_upgrade,
)


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The parsers of this group."""
    group = commands.add_parser("google", help="Google spreadsheets / 谷歌表格")
    actions = group.add_subparsers(dest="action", required=True, metavar="ACTION")
    google_refresh.add(actions)
    google_books.add(actions)
    google_upgrade.add(actions)
    google_connect.add(actions)
    google_schedule.add(actions)
    google_share.add(actions)
    google_demo.add(actions)
    group.set_defaults(nested=actions)
