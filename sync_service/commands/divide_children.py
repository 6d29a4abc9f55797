"""`divide --child`: a target handed down as other KPIs, each with its owner; and writing it."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from fractions import Fraction

from kpi.child_targets import Child, ChildTarget
from kpi.errors import KpiError
from sync_service.commands.books import order_of, writable
from sync_service.console import Exit, Terminal
from sync_service.handing_down import Handing, prepare, write
from sync_service.house import House
from sync_service.workbooks.port import WriteReport

BASES = {
    "value": ("自填", "own value"),
    "factor": ("按上级月度比例", "part of the line"),
    "pack": ("KPI 包起步值", "starting value of the pack"),
}


def child(text: str) -> Child:
    """`purchasing:qc_pass_rate=0.98`, `operations:ad_spend=x0.08`, `customer_service:csat`."""
    named, sign, asked = text.partition("=")
    scope, _, metric = (part.strip() for part in named.rpartition(":"))
    asked = asked.strip()
    if not scope or not metric or bool(sign) != bool(asked) or "/" in asked:
        raise ValueError(text)
    if asked.startswith("x"):
        return Child(scope, metric, factor=Fraction(asked[1:]))
    percent = asked.removesuffix("%")
    value = float(Fraction(percent) / (100 if percent != asked else 1)) if asked else None
    return Child(scope, metric, value)


def hand_down(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """Work the children out; with --write put their lines into the closed workbook."""
    if words.to or words.by or words.share or words.up or words.replace:
        raise KpiError(
            "--child hands down other KPIs and takes none of --to, --by, --share, --up, --replace.",
            "--child 为下达其他指标，不与 --to、--by、--share、--up、--replace 同用。",
        )
    scope = words.scope or words.region
    order = order_of(house, words.book)
    handing = prepare(house, order, (words.region, scope, words.kpi, words.year), words.child)
    _show(terminal, handing)
    return put(terminal, words, lambda: write(handing))


def _show(terminal: Terminal, handing: Handing) -> None:
    made = handing.made
    row = made.parent
    terminal.result |= {
        "target": f"{row.region} {row.scope} {row.metric} {row.year}",
        "children": [_line(one) for one in made.children],
        "kept": [f"{one.scope} {one.metric}" for one in made.kept],
    }
    name = handing.names.get(row.metric, row.metric)
    heads = ("谁", "指标", "负责人", "全年", "依据"), ("Who", "KPI", "Owner", "Year", "Basis")
    terminal.table(
        terminal.text(f"{row.scope} {name} 下达", f"{row.scope} {name} handed down"),
        [terminal.text(zh, en) for zh, en in zip(*heads, strict=True)],
        [
            [
                *(one.row.scope, handing.names.get(one.row.metric, one.row.metric)),
                *(one.row.owner or "–", f"{_year(one):,.10g}", terminal.text(*BASES[one.basis])),
            ]
            for one in made.children
        ],
    )
    for one in made.children:
        if not one.scored:
            terminal.say(
                f"{one.row.scope} 的记分卡没有 {one.row.metric}：在权重页加一行才计分。",
                f"No card of {one.row.scope} has {one.row.metric}: a line of Weights scores it.",
            )
    for kept in made.kept:
        terminal.say(
            f"{kept.scope} {kept.metric} 已有目标，不动。",
            f"{kept.scope} {kept.metric} has its own target and keeps it.",
        )


def _line(one: ChildTarget) -> dict[str, object]:
    row = one.row
    return {
        "scope": row.scope,
        "kpi": row.metric,
        "owner": row.owner,
        "basis": one.basis,
        "year": row.year_total,
        "months": list(row.months),
        "added": one.added,
        "scored": one.scored,
    }


def _year(one: ChildTarget) -> float:
    """The year's value, or the sum of its months where they are asked alone."""
    return (
        sum(m or 0.0 for m in one.row.months) if one.row.year_total is None else one.row.year_total
    )


def put(
    terminal: Terminal, words: argparse.Namespace, lines: Callable[[], Sequence[WriteReport]]
) -> Exit:
    """Say that it is a preview, or write the lines."""
    terminal.result["written"] = bool(words.write)
    if not words.write:
        terminal.say("这是预览；加 --write 写入。", "This is a preview; --write puts it in.")
        return Exit.OK
    writable(words.book)
    reports = lines()
    terminal.result["backup"] = reports[0].backup if reports else None
    terminal.problems([found for report in reports for found in report.problems])
    terminal.say(
        "已写入。新行在发布前不计分。", "Written. The new lines score nothing until published."
    )
    return Exit.OK
