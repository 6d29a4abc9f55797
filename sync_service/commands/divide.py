"""The command `divide`: a target given to its parts, exactly, or written from them with `--up`.

With `--child` it is handed down as other KPIs. All are a preview until they are written.
"""

from __future__ import annotations

import argparse
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from kpi.errors import KpiError
from kpi.model import Region, Unit
from kpi.part_codes import PARTS, asks_each
from kpi.part_weights import Way
from kpi.target_parts import PartTarget
from kpi.target_scopes import TargetKind
from kpi.target_sums import Sum
from kpi.targets import MONTHS
from sheet_templates.words import show
from sync_service import adding_up
from sync_service.commands.books import order_of
from sync_service.commands.divide_children import child, hand_down, put
from sync_service.console import Exit, Terminal
from sync_service.dividing import Dividing, Wish, prepare, write
from sync_service.filling.plans import amount, kind_of_target
from sync_service.house import House


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The parser of this group."""
    one = commands.add_parser(
        "divide", help="a target given to its parts, or added up / 目标下拆与汇总"
    )
    one.add_argument("book", type=Path)
    one.add_argument("--region", choices=[str(r) for r in Region], required=True)
    one.add_argument("--scope", help="whose target; the region's own", metavar="SCOPE")
    one.add_argument("--kpi", required=True, help="its KPI, by its code", metavar="CODE")
    one.add_argument("--year", type=int, help="the year of the book's month")
    one.add_argument(
        *("--to", "--from"), dest="to", choices=[str(kind) for kind in PARTS],
        help="to which parts the KPI itself is given",
    )  # fmt: skip
    one.add_argument(
        *("--child", "-c"), action="append", type=child, default=[], metavar="WHO:KPI[=VALUE]",
        help="other KPIs for roles, departments, people: a value, =x0.08 for a part of the line's "
        "months, or nothing for what the role's pack starts from",
    )  # fmt: skip
    one.add_argument("--by", choices=[str(way) for way in Way], help="the default is capacity")
    one.add_argument(
        *("--share", "-s"), action="append", type=_share, default=[], metavar="CODE=PERCENT",
        help="by hand: what a part is given of the line; the rest is shown",
    )  # fmt: skip
    one.add_argument("--up", action="store_true", help="write the line from its parts' lines")
    one.add_argument("--replace", action="store_true", help="with --up: over typed values too")
    one.add_argument("--write", action="store_true", help="write it; without it only a preview")
    one.set_defaults(run=run)


def _share(text: str) -> tuple[str, Fraction]:
    """`DE=60`: a part and its percent of the line."""
    code, _, percent = text.rpartition("=")
    if not code or "/" in percent:
        raise ValueError(text)
    return code.strip(), Fraction(percent.strip().removesuffix("%"))


def run(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """Work the parts or the sum out; with --write put them into the closed workbook."""
    if words.child:
        return hand_down(terminal, house, words)
    scope, shares = words.scope or words.region, dict(words.share)
    way = Way(words.by) if words.by else Way.HAND if shares else Way.CAPACITY
    _fits(words, way)
    wish = Wish(words.region, scope, words.kpi, words.year, TargetKind(words.to), way, shares)
    order = order_of(house, words.book)
    if words.up:
        adding = adding_up.prepare(house, order, wish)
        _show_sum(terminal, adding)
        return put(terminal, words, lambda: adding_up.write(adding, over=words.replace))
    dividing = prepare(house, order, wish)
    _show(terminal, dividing)
    return put(terminal, words, lambda: write(dividing))


def _fits(words: argparse.Namespace, way: Way) -> None:
    """Refuse words that say nothing together."""
    if not words.to:
        raise KpiError(
            "Say to which parts (--to shop) or which other KPIs (--child purchasing:qc_pass_rate).",
            "请写下级（--to shop），或其他指标（--child purchasing:qc_pass_rate）。",
        )
    if bool(words.share) != (way is Way.HAND):
        raise KpiError(
            "--share gives percents by hand: --by manual --share DE=60 --share FR=30.",
            "--share 为手工占比：--by manual --share DE=60 --share FR=30。",
        )
    if (words.up and (words.by or words.share)) or (words.replace and not words.up):
        raise KpiError(
            "--up adds the parts up and takes neither --by nor --share; --replace needs --up.",
            "--up 为汇总下级，不与 --by、--share 同用；--replace 须与 --up 同用。",
        )


def _show(terminal: Terminal, dividing: Dividing) -> None:
    made, wish = dividing.made, dividing.wish
    unit, _ = kind_of_target(dividing.seen.done, made.parent) or (Unit.MONEY, True)
    lines = [_line(one, unit) for one in made.parts]
    terminal.result |= {
        "target": f"{wish.region} {wish.scope} {wish.metric} {made.parent.year}",
        "by": str(wish.way),
        "parts": lines,
        "kept": [row.scope for row in made.kept],
        "rest": [float(month) for month in made.rest],
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
    if asks_each(dividing.seen.done.typed, made.parent):
        terminal.say(
            f"岗位 {wish.scope} 的目标是对每个人的要求：分出的是它乘以当月人数。",
            f"The role {wish.scope} asks each of its people: what is given is its line times the "
            "people of the month.",
        )
    if made.rest:
        rest = amount(sum(made.rest, Decimal()), unit)
        terminal.say(f"剩余 {rest}，未给任何下级。", f"Rest: {rest}, given to nobody.")
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


# --- the other way round --------------------------------------------------------------------------


def _show_sum(terminal: Terminal, adding: adding_up.AddingUp) -> None:
    """What the parts add up to, and what is typed otherwise."""
    made, wish = adding.made, adding.wish
    unit, _ = kind_of_target(adding.seen.done, made.row) or (Unit.MONEY, True)
    months = [Decimal(str(month)) for month in made.row.months]
    terminal.result |= {
        "target": f"{wish.region} {wish.scope} {wish.metric} {made.row.year}",
        "added": made.added,
        "lines": [row.scope for row in made.lines],
        "months": list(made.row.months),
        "total": amount(sum(months, Decimal()), unit),
        "typed": [{"month": t.month, "value": t.value, "total": t.total} for t in made.typed],
    }
    terminal.table(
        terminal.text(f"{wish.scope} 由下级汇总", f"{wish.scope} from its parts"),
        [
            terminal.text("期间", "Period"),
            terminal.text("合计", "Sum"),
            terminal.text("已填", "Typed"),
        ],
        [
            *(
                [str(n), amount(month, unit), _typed(made, n, unit)]
                for n, month in enumerate(months, 1)
            ),
            [
                terminal.text("全年", "Year"),
                amount(sum(months, Decimal()), unit),
                _typed(made, None, unit),
            ],
        ],
    )
    if made.added and made.row.owner is None:
        terminal.say(
            "新行没有负责人：请在目标表填写。", "The new line has no owner: type it in Targets."
        )


def _typed(made: Sum, month: int | None, unit: Unit) -> str:
    """What was typed otherwise for a month, or for the year."""
    return next((amount(one.value, unit) for one in made.typed if one.month == month), "")
