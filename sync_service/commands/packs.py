"""Commands about role packs: list the library, show a card, load cards into a workbook."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from kpi.calendar import local_day
from kpi.catalog import Catalog, shipped
from kpi.guards import CHECKS, balance, pack_lines
from kpi.model import Region
from kpi.newcomer_plans import plans
from kpi.pack_reading import ROLES, Pack, contract_terms, packs, ramp, stages, variants
from kpi.platform_sources import deliverable, differences, matrix
from kpi.stage import QUESTIONS, Fitted
from sheet_templates.words import LISTS, show
from sync_service.commands import pack_needs, platform_limits
from sync_service.commands.books import port_of, writable
from sync_service.commands.pack_choices import choices, fitted, regions, role_of, stage_of
from sync_service.console import Exit, Terminal
from sync_service.house import House
from sync_service.pack_loading import Fit, Loaded, benchmark_of, kept_target, line_of, load
from sync_service.refresh import read
from sync_service.told import ToldError

PLATFORMS = tuple(code for code, _, _ in LISTS["platform"])


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The parsers of this group."""
    group = commands.add_parser("packs", help="KPI packs of roles / 岗位 KPI 包")
    actions = group.add_subparsers(dest="action", required=True, metavar="ACTION")
    one = actions.add_parser("list", help="the library of packs / 模板库")
    one.add_argument("--role", help="code or word, such as operations or 运营")
    one.add_argument("--platform", choices=PLATFORMS)
    one.add_argument("--region", choices=tuple(Region))
    one.set_defaults(run=run_list)
    one = actions.add_parser("show", help="one card with its limits / 查看一张卡")
    one.add_argument("role")
    one.add_argument("--region", choices=tuple(Region))
    choices(one)
    one.set_defaults(run=run_show)
    one = actions.add_parser("sources", help="who delivers a KPI, and what differs / 口径差异")
    one.add_argument("--platform", choices=PLATFORMS, action="append")
    one.add_argument("--kpi", choices=tuple(shipped().metrics), action="append", metavar="CODE")
    one.add_argument(
        "--book", type=Path, help="as this workbook's switches define them / 按工作簿的口径开关"
    )
    one.set_defaults(run=run_sources)
    platform_limits.add(actions)
    pack_needs.add(actions)
    one = actions.add_parser("load", help="write cards into a workbook / 装入工作簿")
    one.add_argument("book", type=Path)
    one.add_argument("role", nargs="+")
    one.add_argument(
        "--as", dest="onto", metavar="ROLE", help="an own role of Duties to load it for / 自定岗位"
    )
    one.add_argument("--region", choices=tuple(Region), help="the default is both")
    one.add_argument(
        "--from",
        dest="start",
        type=date.fromisoformat,
        help="first day of the card; the default is 1 January of this year",
    )
    choices(one)
    one.set_defaults(run=run_load)
    group.set_defaults(nested=actions)


def run_list(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """Every pack that fits the words, with its sums."""
    del house
    roles = [role_of(words.role)] if words.role else list(ROLES)
    found = [
        one
        for (role, region), one in packs().items()
        if role in roles and region in regions(words.region)
        if words.platform is None or one.suits(words.platform)
    ]
    rows = [_summary(one, words.platform) for one in found]
    terminal.result["packs"] = rows
    terminal.result["variants"] = {code: dict(v.names) for code, v in variants().items()}
    shown = ("role", "region", "kpis", "result", "process", "compliance", "not_delivered")
    heads = (
        "岗位 Role",
        "区域 Region",
        "KPI",
        "结果 Result",
        "过程 Process",
        "合规 Compliance",
        "平台不提供 Not delivered",
    )
    terminal.table(
        terminal.text("KPI 包", "KPI packs"),
        heads,
        [[", ".join(v) if isinstance(v := row[c], list) else v for c in shown] for row in rows],
    )
    return Exit.OK


def _summary(one: Pack, platform: str | None) -> dict[str, object]:
    sums = balance(pack_lines(one))
    kpis = [item.kpi for item in one.items]
    return {
        "role": one.role,
        "names": dict(one.names),
        "region": str(one.region),
        "kpis": len(kpis),
        "result": sums.result,
        "process": sums.process,
        "compliance": sums.compliance,
        "platforms": sorted(one.platforms),
        "not_delivered": [k for k in kpis if platform and not deliverable(platform, k)],
    }


def run_show(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """The cards of a role, line by line, fitted when answers are given."""
    cards = list(fitted(words, [role_of(words.role)]))
    day = local_day(house.clock.now(), "UTC")
    limits = [platform_limits.of_card(one.pack, day) for one in cards]
    terminal.result["cards"] = [
        {**_card(one), "platform_limits": [platform_limits.told(found) for found in mine]}
        for one, mine in zip(cards, limits, strict=True)
    ]
    for one, mine in zip(cards, limits, strict=True):
        _show_card(terminal, one.pack)
        platform_limits.say(terminal, mine)
        _say_changes(terminal, one)
    return Exit.OK


def _show_card(terminal: Terminal, card: Pack) -> None:
    """The card as a table; benchmarks below it, their sources are too long for a column."""
    words = "KPI|名称 Name|权重 Weight|目标 Target|方法 Method|关注 Warn|突破 Breach"
    language = terminal.language
    rows = [
        (i.kpi, i.metric.names[language], f"{i.weight:g}", i.target, i.method, i.warn, i.breach)
        for i in card.items
    ]
    terminal.table(f"{card.names[language]} {card.region}", words.split("|"), rows)
    for item in card.items:
        found = benchmark_of(item, card.region)
        if found:
            terminal.say(
                f"  参考值 {item.kpi} {found['zh']}", f"  Benchmark {item.kpi} {found['en']}"
            )


def _card(one: Fitted) -> dict[str, object]:
    found = one.pack
    newcomer = found.role == "newcomer"
    return {
        "role": found.role,
        "names": dict(found.names),
        "region": str(found.region),
        "items": [line_of(item, found.region) for item in found.items],
        "vetoes": [f"{v.kpi} {v.operator} {v.value:g}: {v.effect} {v.grade}" for v in found.vetoes],
        "exemptions": {CHECKS[c]["en"]: dict(why) for c, why in found.exemptions.items()},
        "changes": [_change(one, n) for n in range(len(one.changes))],
        "stages": [(s.day, dict(s.names)) for s in stages(found.region)] if newcomer else [],
        "plans": _plans(found.region) if newcomer else {},
        "ramp": list(ramp()) if newcomer else [],
        "terms": [dict(t) for t in contract_terms()] if found.role == "agency" else [],
    }


def _plans(region: Region) -> dict[str, object]:
    """The gates of every business line in a region, by plan."""
    return {
        code: [(s.day, dict(s.names)) for s in plan.stages if region in s.regions]
        for code, plan in plans().items()
    }


def _change(one: Fitted, number: int) -> dict[str, object]:
    made = one.changes[number]
    return {
        "kpi": made.kpi,
        "what": made.what,
        "before": made.before,
        "after": made.after,
        "why": dict(made.why),
    }


def run_sources(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """The matrix of who delivers what, and the report of differing definitions."""
    platforms, kpis = words.platform or list(PLATFORMS), words.kpi or list(shipped().metrics)
    catalog: Catalog | None = None
    if words.book:
        book, catalog, problems = read(port_of(house, words.book).read())
        terminal.problems([one for one in problems if one.place.table == "tblKpi"])
        platforms = words.platform or list(dict.fromkeys(shop.platform for shop in book.shops))
    terminal.result["matrix"] = [
        {
            "kpi": one.kpi,
            "platform": one.platform,
            "delivery": str(one.delivery),
            "lacking": one.lacking,
            "beside": one.beside,
        }
        for one in matrix(platforms, kpis, catalog)
    ]
    found = differences(platforms, kpis, catalog)
    terminal.result["differences"] = [
        {"kpi": one.kpi, "platform": one.platform, "text": one.text} for one in found
    ]
    terminal.table(
        terminal.text("口径差异", "What differs between platforms"),
        ("KPI", "平台 Platform", "差异 Difference"),
        [(one.kpi, one.platform, one.text[terminal.language]) for one in found],
    )
    return Exit.OK


def run_load(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """Write cards into a closed workbook; lines wait for the manager's confirmation."""
    port = port_of(house, words.book)
    writable(words.book)
    cards = list(fitted(words, [role_of(role) for role in words.role]))
    start = words.start or date(house.clock.now().year, 1, 1)
    if words.onto is not None and len(words.role) > 1:
        raise ToldError("--as takes one pack.", "--as 只能对应一个岗位包。")
    fits = [Fit(one.pack, one.changes) for one in cards]
    made = load(port, fits, start, words.onto, stage_of(words))
    _report(terminal, made)
    terminal.result |= {"book": str(words.book), "from": start, "cards": [_card(c) for c in cards]}
    for one in cards:
        _say_changes(terminal, one)
    if words.answers is None:
        _warn_unchanged(terminal)
    return Exit.FOUND if made.off or words.answers is None else Exit.OK


def _report(terminal: Terminal, made: Loaded) -> None:
    counts = {"weights": len(made.weights), "targets": len(made.targets), "kpis": len(made.kpis)}
    terminal.result |= {"added": counts, "kept": made.kept, "switched_off": made.off}
    terminal.result["backup"] = made.report.backup if made.report else None
    terminal.say(
        "新增 权重 {weights} 行，目标 {targets} 行，指标 {kpis} 行；全部待确认。".format(**counts),
        "Added {weights} weights, {targets} targets, {kpis} KPIs; all to be confirmed.".format(
            **counts
        ),
    )
    terminal.result["company_stage"] = made.stage
    if made.stage:
        terminal.say(
            f"设置页的公司阶段已填为{show('company_stage', made.stage, 'zh')}。",
            f"Company stage in Setup is now {show('company_stage', made.stage, 'en')}.",
        )
    terminal.result["targets_kept"] = made.other
    for one in made.other:
        zh, en = kept_target(one)
        terminal.say(zh, en)
    for card in made.off:
        terminal.say(
            f"{card}：已有这张卡，新行未启用，原有权重不变。",
            f"{card}: the book has this card; new lines are switched off, its weights stay.",
        )


def _warn_unchanged(terminal: Terminal) -> None:
    """A pack is somebody else's card: say so, with the questions that fit it."""
    terminal.result["warning"] = {
        "zh": "不要原样照搬：请回答下列问题，写进一个 TOML 文件，用 --answers 装入。",
        "en": "Do not use a pack unchanged: answer these in a TOML file and load with --answers.",
    }
    terminal.result["questions"] = {name: dict(text) for name, text in QUESTIONS.items()}
    terminal.say(
        "▲ 不要原样照搬：请回答下列问题，写进一个 TOML 文件，用 --answers 装入。",
        "▲ Do not use a pack unchanged: answer these in a TOML file and load with --answers.",
    )
    for name, text in QUESTIONS.items():
        terminal.say(f"  {name} = …  {text['zh']}", f"  {name} = …  {text['en']}")


def _say_changes(terminal: Terminal, one: Fitted) -> None:
    for made in one.changes:
        line = f"  {made.kpi} {made.what} {made.before:g} → {made.after:g}: "
        terminal.say(line + made.why["zh"], line + made.why["en"])
