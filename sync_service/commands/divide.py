"""The command `divide`: a target given to its shops or people, exactly; a preview until written."""

from __future__ import annotations

import argparse
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from kpi.model import Region, Unit
from kpi.part_weights import Way
from kpi.target_parts import PARTS, PartTarget
from kpi.target_scopes import TargetKind
from kpi.targets import MONTHS
from sheet_templates.words import show
from sync_service.commands.books import order_of, writable
from sync_service.console import Exit, Terminal
from sync_service.dividing import Dividing, Wish, prepare, write
from sync_service.filling.plans import amount, kind_of_target
from sync_service.house import House


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The parser of this group."""
    one = commands.add_parser("divide", help="a target given to its shops or people / 目标下拆")
    one.add_argument("book", type=Path)
    one.add_argument("--region", choices=[str(r) for r in Region], required=True)
    one.add_argument("--scope", help="whose target; the region's own", metavar="SCOPE")
    one.add_argument("--kpi", required=True, help="its KPI, by its code", metavar="CODE")
    one.add_argument("--year", type=int, help="the year of the book's month")
    one.add_argument("--to", choices=[str(kind) for kind in PARTS], required=True)
    one.add_argument("--by", choices=[str(way) for way in Way], default=str(Way.CAPACITY))
    one.add_argument("--write", action="store_true", help="write it; without it only a preview")
    one.set_defaults(run=run)


def run(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """Work the parts out; with --write put them into the closed workbook."""
    scope = words.scope or words.region
    kind, way = TargetKind(words.to), Way(words.by)
    wish = Wish(words.region, scope, words.kpi, words.year, kind, way)
    dividing = prepare(house, order_of(house, words.book), wish)
    _show(terminal, dividing)
    terminal.result["written"] = bool(words.write)
    if not words.write:
        terminal.say("这是预览；加 --write 写入。", "This is a preview; --write puts it in.")
        return Exit.OK
    writable(words.book)
    reports = write(dividing)
    terminal.result["backup"] = reports[0].backup if reports else None
    terminal.problems([found for report in reports for found in report.problems])
    terminal.say(
        "已写入。新行在发布前不计分。", "Written. The new lines score nothing until published."
    )
    return Exit.OK


def _show(terminal: Terminal, dividing: Dividing) -> None:
    made, wish = dividing.made, dividing.wish
    unit, _ = kind_of_target(dividing.seen.done, made.parent) or (Unit.MONEY, True)
    lines = [_line(one, unit) for one in made.parts]
    terminal.result |= {
        "target": f"{wish.region} {wish.scope} {wish.metric} {made.parent.year}",
        "by": str(wish.way),
        "parts": lines,
        "kept": [row.scope for row in made.kept],
    }
    word = show("way", wish.way, terminal.language)
    terminal.table(
        terminal.text(f"{wish.scope} 按{word}下拆", f"{wish.scope} by {word}"),
        [
            *(terminal.text("下级", "Part"), terminal.text("权重", "Weight")),
            *(terminal.text("全年", "Year"), *(str(n + 1) for n in range(MONTHS))),
        ],
        [
            [one.row.scope, f"{float(_sum(one)):,.10g}", line["total"], *_amounts(one, unit)]
            for one, line in zip(made.parts, lines, strict=True)
        ],
    )
    for row in made.kept:
        terminal.say(f"{row.scope} 已有目标，不动。", f"{row.scope} has its own and keeps it.")


def _line(one: PartTarget, unit: Unit) -> dict[str, object]:
    total = sum((Decimal(str(month)) for month in one.row.months), Decimal())
    return {
        "scope": one.row.scope,
        "owner": one.row.owner,
        "added": one.added,
        "total": amount(total, unit),
        "months": list(one.row.months),
        "weights": [float(weight) for weight in one.weights],
    }


def _sum(one: PartTarget) -> Fraction:
    """What a part weighs in the year: of a split by capacity its person-days."""
    return sum(one.weights, Fraction())


def _amounts(one: PartTarget, unit: Unit) -> list[str]:
    return [amount(month or 0.0, unit) for month in one.row.months]
