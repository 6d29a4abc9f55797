"""The balance checks of a card: no sales without profit, no results alone, no item too heavy.

A finding may be exempt: a pack carries its exemption with the reason, and a manager records one as
a line of the review record whose topic reads `豁免 运营 US 利润` (exemption operations US profit)
and whose decision is the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kpi.book import NEVER, Book
from kpi.book_checks import WEIGHT_TOLERANCE, newest, place_of
from kpi.book_rows import Decode
from kpi.errors import Problem
from kpi.messages import problem
from kpi.model import Kind, Klass, Metric, Region, Texts
from kpi.pack_reading import Pack, packs
from kpi.tables import Table
from kpi.typed_rows import WeightRow
from kpi.weight_modes import WeightMode, in_points

RESULT_MAX = 70.0  # points, as all limits below
ITEM_MAX = 40.0
PROCESS_MIN = 20.0
EU_COMPLIANCE_MIN = 10.0
NEAR = 6  # decimals
CHECKS: Mapping[str, Texts] = {
    "sum": {"zh": "合计", "en": "sum"},
    "profit_if_sales": {"zh": "利润", "en": "profit"},
    "result_max": {"zh": "结果", "en": "results"},
    "item_max": {"zh": "单项", "en": "item"},
    "process_min": {"zh": "过程", "en": "process"},
    "eu_compliance_min": {"zh": "合规", "en": "compliance"},
    "result_present": {"zh": "有结果", "en": "result present"},
}
REFUSED = frozenset({"profit_if_sales", "item_max", "sum"})
EXEMPT_WORDS = ("豁免", "exemption", "exempt")
CardKey = tuple[str, Region]


@dataclass(frozen=True, slots=True)
class Line:
    """What the checks look at in one line of a card."""

    kpi: str
    weight: float  # points
    kind: Kind
    klass: Klass


@dataclass(frozen=True, slots=True)
class Finding:
    """One check that a card does not pass."""

    check: str
    value: float  # points found
    limit: float  # points allowed
    kpi: str = ""  # the item that is too heavy


@dataclass(frozen=True, slots=True)
class Balance:
    """The sums of a card in points."""

    total: float
    result: float
    process: float
    compliance: float
    largest: float


def balance(lines: Sequence[Line]) -> Balance:
    """The sums of a card; a card without lines has zeros."""
    return Balance(
        total=sum(line.weight for line in lines),
        result=_of_kind(lines, Kind.RESULT),
        process=_of_kind(lines, Kind.PROCESS),
        compliance=_of_class(lines, Klass.COMPLIANCE),
        largest=max((line.weight for line in lines), default=0.0),
    )


def findings(lines: Sequence[Line], region: Region) -> tuple[Finding, ...]:
    """Every check that the lines of one card do not pass, exempt or not."""
    scored = [line for line in lines if line.weight > 0]
    sums = balance(scored)
    found: list[Finding] = []
    if abs(sums.total - 100) > WEIGHT_TOLERANCE:
        found.append(Finding("sum", sums.total, 100.0))
    if _of_class(scored, Klass.SALES) and not _of_class(scored, Klass.PROFIT):
        found.append(Finding("profit_if_sales", 0.0, 0.0))
    if sums.result > RESULT_MAX:
        found.append(Finding("result_max", sums.result, RESULT_MAX))
    found += [
        Finding("item_max", line.weight, ITEM_MAX, line.kpi)
        for line in scored
        if line.weight > ITEM_MAX
    ]
    if sums.process < PROCESS_MIN:
        found.append(Finding("process_min", sums.process, PROCESS_MIN))
    if region is Region.EU and sums.compliance < EU_COMPLIANCE_MIN:
        found.append(Finding("eu_compliance_min", sums.compliance, EU_COMPLIANCE_MIN))
    if scored and not sums.result:
        found.append(Finding("result_present", 0.0, 0.0))
    return tuple(found)


def _of_kind(lines: Sequence[Line], kind: Kind) -> float:
    return _summed(line.weight for line in lines if line.kind is kind)


def _of_class(lines: Sequence[Line], klass: Klass) -> float:
    return _summed(line.weight for line in lines if line.klass is klass)


def _summed(weights: Iterable[float]) -> float:
    """A sum as the limits see it: sixths of relative weights add up to a hair too much."""
    return round(sum(weights, 0.0), NEAR)


def pack_lines(pack: Pack) -> tuple[Line, ...]:
    """The lines of a pack as the checks see them."""
    return tuple(Line(i.kpi, i.weight, i.metric.kind, i.metric.klass) for i in pack.items)


def pack_findings(pack: Pack) -> tuple[Finding, ...]:
    """What a pack does not pass and has no recorded exemption for."""
    found = findings(pack_lines(pack), pack.region)
    return tuple(one for one in found if one.check not in pack.exemptions)


# ---------------------------------------------------------------------------------- of a workbook


def guard(
    book: Book, metrics: Mapping[str, Metric], exempt: frozenset[tuple[str, Region, str]]
) -> Iterator[Problem]:
    """Problems at the weight rows of every card of a book.

    A card whose weights do not add up to 100 is judged when they do: points of another whole
    would be held against limits in points of 100, and one fault would be told twice.
    """
    for (role, region), rows in cards(book).items():
        weighed = in_points(rows, book.settings.weight_mode)
        lines = [_line(row, metrics[row.metric]) for row in weighed if row.metric in metrics]
        known = packs().get((role, region))
        excused = frozenset(known.exemptions if known else ())
        for one in _of_whole(lines, region, book.settings.weight_mode):
            if one.check not in excused and (role, region, one.check) not in exempt:
                yield _problem(role, region, rows, one)


def _of_whole(lines: Sequence[Line], region: Region, mode: str) -> tuple[Finding, ...]:
    """What a card whose weights are points of 100 does not pass; nothing of any other card."""
    found = findings(lines, region)
    if mode == WeightMode.RELATIVE and any(line.weight > 0 for line in lines):
        return tuple(one for one in found if one.check != "sum")  # thirds miss 100 by a hair
    return () if any(one.check == "sum" for one in found) else found


def cards(book: Book) -> dict[CardKey, list[WeightRow]]:
    """The lines of each card that are switched on in its newest version."""
    found: dict[CardKey, list[WeightRow]] = {}
    for weight in book.weights:
        found.setdefault((weight.role, weight.region), []).append(weight)
    on = {key: [row for row in newest(rows, NEVER) if row.on] for key, rows in found.items()}
    return {key: rows for key, rows in on.items() if rows}


def _line(row: WeightRow, metric: Metric) -> Line:
    return Line(row.metric, row.weight, metric.kind, metric.klass)


def _problem(role: str, region: Region, rows: Sequence[WeightRow], one: Finding) -> Problem:
    at = next((row for row in rows if row.metric == one.kpi), rows[0])
    return problem(
        f"guard_{one.check}",
        place_of(at.address, "tblWeight"),
        role=role,
        region=region,
        metric=one.kpi,
        value=one.value,
        limit=one.limit,
    )


def exemptions(table: Table | None, decode: Decode) -> frozenset[tuple[str, Region, str]]:
    """(role, region, check) of every exemption that the review record holds with its reason."""
    if table is None:
        return frozenset()
    found = (
        _exemption(str(row.value("topic") or ""), decode)
        for row in table.rows
        if str(row.value("decision") or "").strip()
    )
    return frozenset(one for one in found if one is not None)


def _exemption(topic: str, decode: Decode) -> tuple[str, Region, str] | None:
    """`豁免 运营 US 利润` read; None for any other topic."""
    word, _, rest = topic.strip().partition(" ")
    if word.casefold() not in EXEMPT_WORDS:
        return None
    words = rest.split()
    at = next((n for n, text in enumerate(words) if decode("region", text)), None)
    if at is None:
        return None
    role = decode("role", " ".join(words[:at]))
    region = decode("region", words[at])
    check = _check(" ".join(words[at + 1 :]))
    return None if role is None or region is None or not check else (role, Region(region), check)


def _check(text: str) -> str:
    spelled = {name.casefold(): c for c, names in CHECKS.items() for name in (c, *names.values())}
    return spelled.get(text.casefold(), "")
