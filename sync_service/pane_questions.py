"""What a task pane asks of the selected cell: where its value comes from, and what would be if."""

from __future__ import annotations

from collections.abc import Mapping

from kpi.actuals import Actual, is_money
from kpi.bonus import coef_bonus
from kpi.changes import By
from kpi.model import Metric, Region, Texts
from kpi.person_cards import Item, PersonCard
from kpi.what_if import what_if, with_target, with_value, with_weight
from sheet_templates.words import show
from sync_service.compute import Computed
from sync_service.pane_parts import parts
from sync_service.sheet_answers import Known, asked, sources
from sync_service.told import ToldError
from sync_service.why_unknown import why_unknown

Json = dict[str, object]
MOST_WEIGHT = 100.0


def explained(known: Known, kpi: object, scope: object, of: object, by: By = By.SHOP) -> Json:
    """The value of a KPI with its formula, definition, sources and the largest contributions.

    Raises:
        ToldError: There is no such KPI, scope or period.
        UnansweredError: The period lies before everything that is read.
    """
    done = known.done
    what = asked(known, kpi, scope, of)
    metric, key, found, when = what
    actual = done.value(metric.code, key, when)
    value = actual.value if actual else None
    told: Json = {
        "kpi": metric.code,
        "names": dict(metric.names),
        "value": value,
        "unit": metric.unit.value,
        "currency": done.book.settings.currency if is_money(metric) else None,
        "formula": _formula(metric),
        "expression": metric.expression,
        "definition": {part: dict(getattr(metric.card, part)) for part in CARD},
        "sources": [
            {
                "stream": stream.partition("@")[0],
                "shop": stream.partition("@")[2],
                "covered": covered,
                "fetched": fetched,
            }
            for covered, fetched, stream in (sources(done, actual) if actual else ())
        ],
        "state": actual.state.value if actual else None,
        "state_said": _state_said(actual),
        "version": done.given.catalog.definition_hash(metric.code),
        **parts(done, what, by),
    }
    if value is None:
        en, zh = why_unknown(done, metric, found, when)
        told["unknown"] = {"zh": zh, "en": en}
    return told


def _state_said(actual: Actual | None) -> Texts | None:
    """What the reader must know before trusting the value, in words."""
    if actual is None:
        return None
    return {
        "zh": show("data_state", actual.state.value, "zh"),
        "en": show("data_state", actual.state.value, "en"),
    }


CARD = ("includes", "excludes", "source", "time_basis")


def _formula(metric: Metric) -> Texts:
    """Numerator and denominator in words."""
    card = metric.card
    if metric.denominator is None:
        return {"zh": card.numerator["zh"], "en": card.numerator["en"]}
    return {
        "zh": f"{card.numerator['zh']} ÷ {card.denominator['zh']}",
        "en": f"{card.numerator['en']} ÷ {card.denominator['en']}",
    }


# --- what if --------------------------------------------------------------------------------------


def supposed(known: Known, body: Mapping[str, object]) -> Json:
    """A person's card with another value, target or weight of one item, beside the truth.

    With `base`, the bonus of a coefficient rule: base times the coefficient of the grade.

    Raises:
        ToldError: There is no such card or item in the month under review, or no such figure.
    """
    done = known.done
    card, region, metric = _found(done, body)
    value, target, weight, base = (
        _figure(body, name) for name in ("value", "target", "weight", "base")
    )
    if weight is not None and not 0 <= weight <= MOST_WEIGHT:
        raise ToldError("A weight lies between 0 and 100.", "权重须在 0 到 100 之间。")

    def changed(item: Item) -> Item:
        made = item if value is None else with_value(item, value)
        made = made if target is None else with_target(made, target)
        return made if weight is None else with_weight(made, weight)

    coverage = done.book.settings.min_coverage
    after = what_if(card, region, metric, changed, coverage)
    told, truth = (_told(one, region, metric, base) for one in (after, card))
    return {**told, "truth": truth}


def _found(done: Computed, body: Mapping[str, object]) -> tuple[PersonCard, Region, str]:
    """The card, the region and the KPI of the item; an item is a KPI or the key of tblScore."""
    month, person, region = (str(body.get(name) or "") for name in ("month", "person", "region"))
    item = str(body.get("item") or "").rpartition("｜")[2]
    if month and month != done.month.code:
        raise ToldError(
            f"The workbook reviews {done.month.code}, not {month}.",
            f"本簿考核的月份是 {done.month.code}，不是 {month}。",
        )
    for card in done.cards:
        for one in card.cards:
            if (card.person.code, str(one.region)) == (person, region) and any(
                line.metric.code == item for line in one.items
            ):
                return card, one.region, item
    raise ToldError(
        f"{person} has no item {item} in {region}.", f"{person} 在 {region} 没有项目 {item}。"
    )


def _figure(body: Mapping[str, object], name: str) -> float | None:
    given = body.get(name)
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, int | float) or not abs(given) < 1e15:  # noqa: PLR2004 - more is no figure of a workbook
        raise ToldError(f"{name} is no number.", f"{name} 不是数字。")
    return float(given)


def _told(card: PersonCard, region: Region, metric: str, base: float | None) -> Json:
    """Score and points of the item, the total of its card and of the person, grade and bonus."""
    one = next(one for one in card.cards if one.region is region)
    at = next(n for n, item in enumerate(one.items) if item.metric.code == metric)
    item, coefficient = one.items[at], _coefficient(card)
    return {
        "value": item.counted,
        "target": item.goal.value if item.goal else None,
        "weight": item.rule.weight,
        "due": item.due,
        "attainment": item.attainment,
        "score": item.score,
        "status": item.status.value,
        "points": one.total.points[at],
        "card": one.total.total,
        "total": card.total,
        "grade": card.grade.name if card.grade else None,
        "coefficient": coefficient,
        "bonus": None if base is None else coef_bonus(base, coefficient),
    }


def _coefficient(card: PersonCard) -> float | None:
    """The part of the bonus that the grade gives; nothing where a veto takes it."""
    if card.forfeits:
        return 0.0
    return card.grade.coefficient if card.grade else None
