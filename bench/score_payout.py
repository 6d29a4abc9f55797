"""A thousand people scored on twelve KPIs each, graded and paid, by the text that sheets compile.

Every payment is checked against hand-written arithmetic in whole cents: items are on target, a
fifth below, or at their cap, so totals are plain numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

from bench.measuring import Bench, Contender, Ratio, measure
from kpi.payout import PayBasis, PayMethod, PayRule, PayState, pay_line
from kpi.scoring import CardItem, adjusted, card_total, grade_of, item_score

PEOPLE, KPIS, SMALL = 1000, 12, 50
GOAL_SECONDS = 2.0
WEIGHTS = (10.0, 10.0, 10.0, 10.0, 10.0, 10.0, 10.0, 6.0, 6.0, 6.0, 6.0, 6.0)
REACHED = ((100.0, 100.0), (80.0, 80.0), (130.0, 120.0))  # of a target of 100, and its score
RULES = (
    PayRule("coef", PayMethod.COEF_BONUS, "CNY"),
    PayRule("direct", PayMethod.DIRECT, "CNY"),
    PayRule("curve", PayMethod.PAYOUT_CURVE, "CNY", (0.7, 2.0, 2.0, 0.0)),
)
METHODS = ("ratio_up", "range", "mirror_down")


def actual_of(person: int, item: int) -> tuple[str, float, tuple[float | None, ...]]:
    """Method, actual and parameters of an item; each gives one of the three scores."""
    reached = REACHED[(person + item) % 3][0]
    method = METHODS[item % 3]
    if method == "mirror_down":  # lower is better: as far below the target as the other is above
        return method, 200.0 - reached, (None,) * 4
    return method, reached, (0.0, 100.0, None, None) if method == "range" else (None,) * 4


def product(people: int) -> Callable[[], list[str | None]]:
    """Give the run: every item scored by its method, cards added up, graded, paid."""

    def run() -> list[str | None]:
        return [_paid(person) for person in range(people)]

    return run


def _paid(person: int) -> str | None:
    items = [_item(person, item) for item in range(KPIS)]
    total = adjusted(card_total(items).total, ())
    grade = grade_of(total)
    basis = PayBasis(
        person=str(person),
        period="2026-10",
        total=total,
        grade=grade.name if grade else None,
        coefficient=grade.coefficient if grade else None,
        base=5000.0 + person,
    )
    line = pay_line(basis, RULES[person % len(RULES)], PayState.FINAL)
    return None if line.payable is None else str(line.payable)


def _item(person: int, item: int) -> CardItem:
    method, actual, params = actual_of(person, item)
    score = item_score(method, actual, 100.0, params)
    return CardItem(f"kpi_{item}", WEIGHTS[item], score)


def by_hand(person: int) -> str:
    """What the person is paid, in whole cents and fractions of a hundred, written out."""
    scores = [_score(person, item) for item in range(KPIS)]
    total = sum((Decimal(w) * s for w, s in zip(WEIGHTS, scores, strict=True)), Decimal(0)) / 100
    base, rule = Decimal(5000 + person), person % 3
    if rule == 0:
        steps = ((110, "1.5"), (100, "1.2"), (85, "1"), (70, "0.8"), (0, "0"))
        coefficient = next(Decimal(c) for start, c in steps if total >= start)
        amount = base * coefficient
    elif rule == 1:
        amount = base * total / 100
    elif total > 100:
        amount = min(2 * base, base * (1 + (total / 100 - 1) * 2))
    else:
        amount = base * (total - 70) / 30 if total >= 70 else Decimal(0)
    return str(amount.quantize(Decimal("0.01"), ROUND_HALF_UP))


def _score(person: int, item: int) -> Decimal:
    """Points of an item; from worst to best nothing is better than best."""
    score = REACHED[(person + item) % 3][1]
    return Decimal(min(score, 100.0) if METHODS[item % 3] == "range" else score)


def run(*, small: bool) -> Bench:
    """Measure the product and check every payment."""
    people = PEOPLE // SMALL if small else PEOPLE
    contender = Contender("product", "product", "bench.score_payout:product", {"people": people})
    measured = measure([contender], 1 if small else None)
    given, wanted = measured["product"].value, [by_hand(person) for person in range(people)]
    faults = [
        f"person {n} is paid {ours}, by hand {hand}"
        for n, (ours, hand) in enumerate(zip(given, wanted, strict=True))
        if ours != hand
    ]
    seconds = measured["product"].median if measured["product"].seconds else None
    name = f"{people:,} people x {KPIS} KPIs scored with payout"
    ratios = [Ratio(name, seconds, None if small else GOAL_SECONDS, at_most=True, unit=" s")]
    return Bench("score_payout", measured, ratios, faults=faults[:5], small=small)
