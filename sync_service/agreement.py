"""What a partner's book says was agreed: each KPI with its rules, and the terms beside them."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.actuals import Actual
from kpi.agency_rows import TERM_UNITS, lines_of
from kpi.contract_rows import term_key
from kpi.contracts import row_versions
from kpi.model import Better, Unit
from kpi.pack_reading import PARAMETER_NAMES
from kpi.person_cards import Item
from kpi.step_reading import table_text
from kpi.step_table import table_of
from kpi.typed_rows import Bound
from sheet_templates.words import show
from sync_service.contract_store import label
from sync_service.filling import scores
from sync_service.filling.cells import FilledRow, shown
from sync_service.slices import Slice

PLATFORMS = {  # the first part of a stream's name, as an agreement names it
    "amazon": ("亚马逊", "Amazon"),
    "amazon_ads": ("亚马逊广告", "Amazon Ads"),
    "shopify": ("Shopify", "Shopify"),
    "file": ("导入文件", "Imported files"),
    "book": ("工作簿录入", "Typed in the workbook"),
}
PARAMETERS = {  # of a method, as an agreement names them
    "L": ("下限", "from"),
    "U": ("上限", "to"),
    "d_low": ("下侧降至零的距离", "0 points so far below"),
    "d_high": ("上侧降至零的距离", "0 points so far above"),
    "worst": ("0 分处", "0 points at"),
    "best": ("100 分处", "100 points at"),
    "k": ("每次扣", "off for each"),
    "baseline": ("基线", "baseline"),
}
NOTHING = "–"
FULL = 100  # a full score: nothing above it is rewarded


def kpis(mine: Slice) -> Iterator[FilledRow]:
    """What the partner is measured by, in the words of the agreement."""
    filled = {row["item"]: row for row in scores.items(mine.done)}
    for card in mine.done.people:
        for one in card.cards:
            for item in one.items:
                row = filled[item.key]
                yield {
                    **{code: row[code] for code in ("region", "metric", "weight", "target")},
                    "unit": show("unit", str(row["unit"]), mine.done.given.language),
                    "version": row["version"],
                    "source": _sources(mine, item),
                    "calculation": _calculation(mine, item),
                    "scoring": _scoring(mine, item),
                    "reward": _reward(mine, item),
                    "deduction": _deduction(mine, item),
                }


def clauses(mine: Slice) -> Iterator[FilledRow]:
    """The terms of the partner that count now or later, with the version that brought each."""
    done, language = mine.done, mine.done.given.language
    versions = row_versions(done.given.versions)
    start = done.month.window.start
    every = lines_of(done.book.terms, mine.person)
    lines = [line for line in every if line.end is None or line.end >= start]
    for number, line in enumerate(lines, 1):
        unit, found = TERM_UNITS[line.term], versions.get(("tblTerm", term_key(line)))
        yield {
            "no": f"{number}.",
            "term": show("term", line.term, language),
            "period": line.period or None,
            "points": line.points,
            "value": line.value,
            "unit": show("unit", unit, language) if unit else None,
            "wording": line.wording or None,
            "start": line.start,
            "end": line.end,
            "version": label(found.number) if found else None,
        }


def _sources(mine: Slice, item: Item) -> str:
    """The platforms whose data the value holds; without any yet, where it comes from by design."""
    at, actual = 0 if _zh(mine) else 1, item.actual
    heads = dict.fromkeys(stream.partition(".")[0] for stream in _streams(actual))
    named = ", ".join(PLATFORMS.get(head, (head, head))[at] for head in heads)
    return named or item.metric.card.source[mine.done.given.language] or NOTHING


def _streams(actual: Actual) -> tuple[str, ...]:
    return tuple(actual.streams)


def _calculation(mine: Slice, item: Item) -> str:
    """Numerator over denominator, and what is in and out."""
    card, language = item.metric.card, mine.done.given.language
    above, below = card.numerator[language], card.denominator[language]
    ratio = f"{above} ÷ {below}" if item.metric.denominator and below else above
    edges = [text for text in (card.includes[language], card.excludes[language]) if text]
    return ("；" if _zh(mine) else "; ").join([ratio or item.metric.numerator, *edges])


def _scoring(mine: Slice, item: Item) -> str:
    """The method with its parameters, as the weights say it."""
    rule, at = item.rule, 0 if _zh(mine) else 1
    names = PARAMETER_NAMES.get(rule.method, ())
    unit = item.metric.unit
    parts = [show("method", rule.method, mine.done.given.language)]
    table = table_of(rule.params)
    if table is not None:  # its flags stand where parameters stand
        return f"{parts[0]}: {table_text(table, mine.done.given.language)}"
    parts += [
        f"{PARAMETERS[name][at]} {shown(value, unit)}"
        for name, value in zip(names, rule.params, strict=False)
        if value is not None
    ]
    return ("，" if _zh(mine) else ", ").join(parts)


def _reward(mine: Slice, item: Item) -> str:
    cap = item.rule.cap
    if cap is None or cap <= FULL:
        return f"无，满分 {FULL}" if _zh(mine) else f"none above {FULL}"
    return f"超额最高 {cap:g} 分" if _zh(mine) else f"up to {cap:g} points"


def _deduction(mine: Slice, item: Item) -> str:
    """Down to the floor, and what a breach does."""
    rule, zh = item.rule, _zh(mine)
    lowest = f"最低 {rule.floor:g} 分" if zh else f"down to {rule.floor:g} points"
    if not rule.veto:
        return lowest
    limit = _limit(item)
    effect = show("veto_hit", rule.effect, mine.done.given.language)
    return f"{lowest}；{limit} 即{effect}" if zh else f"{lowest}; {limit}: {effect}"


def _limit(item: Item) -> str:
    """The limit of a veto, such as `>= 1.0%`."""
    rule = item.rule
    if rule.better is Better.BAND and rule.breach_low is None:
        around = abs((rule.breach or 0.0) - (item.due or 0.0))
        return f"± {shown(around, item.metric.unit)}"
    sign = "<" if rule.better is Better.HIGHER else ">"
    equal = "=" if rule.bound is Bound.INCLUSIVE else ""
    paced = item.metric.additive and rule.better is Better.HIGHER
    return f"{sign}{equal} {shown(rule.breach, Unit.RATIO if paced else item.metric.unit)}"


def _zh(mine: Slice) -> bool:
    return mine.done.given.language == "zh"
