"""The amounts that commissions pay on, from the KPIs of the months that a payout looks at. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from kpi.calendar import period
from kpi.errors import KpiError, Problem
from kpi.model import Language, Unit
from kpi.pay_amounts import PayAmount, known_scope, month_amount, month_values, said
from kpi.payout import ON_AMOUNT, PayLine, PayRule
from sync_service.compute import Computed, metrics_shown
from sync_service.payout_lines import ByKpi
from sync_service.payout_periods import Closed, months_of
from sync_service.payout_reading import PayTyped, told

Lines = Mapping[str, PayLine]
"""By person."""


@dataclass(slots=True)
class Amounts:
    """Each amount once; `done` are the months that were computed."""

    done: Mapping[str, Computed]
    language: Language
    paying: str = ""  # the period that is paid: of its closed months what was signed counts
    closed: Mapping[str, Closed] = field(default_factory=dict)  # by month
    known: dict[tuple[str, str, str, str, str], PayAmount | None] = field(default_factory=dict)

    def by_kpi(self, code: str, person: str, rule: PayRule | None) -> ByKpi:
        """What a line may pay on; nothing where its rule names no KPI or the period is not here."""
        found = self.of(code, person, rule)
        return (
            ByKpi()
            if found is None
            else ByKpi(found.amount, found.goal, said(found, self.language))
        )

    def of(self, code: str, person: str, rule: PayRule | None) -> PayAmount | None:
        """The amount of a person's period under a rule."""
        if rule is None or not rule.on_kpi or rule.method not in ON_AMOUNT:
            return None
        key = (code, person, rule.on_kpi, rule.on_scope, rule.currency)
        if key not in self.known:
            self.known[key] = self._made(*key)
        return self.known[key]

    def _made(
        self, code: str, person: str, kpi: str, scope: str, currency: str
    ) -> PayAmount | None:
        codes = _months(code)
        if not codes or not all(month in self.done for month in codes):
            return None
        months = [self.done[month] for month in codes]
        metric = months[-1].given.catalog.metrics[kpi]
        money = metric.unit is Unit.MONEY
        found = []
        for one in months:
            whose = next((p for p in one.book.people if p.code == person), None)
            if whose is None or not known_scope(one.book, scope):
                return None
            asked = (whose, metric, scope, currency)
            signed = self.closed.get(one.month.code) if code == self.paying else None
            values = signed.amounts if signed else None
            found.append(month_amount(one.book, one.actuals, asked, one.month, values))
        given, wanted = (months[-1].actuals.money.currency, currency) if money else ("", "")
        return PayAmount(metric, scope, given, wanted, tuple(found))


def pay_values(months: Sequence[Computed]) -> dict[str, float | None]:
    """What rules of pay may pay on in months that are closed, of the KPIs in use."""
    return {
        key: value
        for done in months
        for key, value in month_values(
            done.book,
            done.actuals,
            map(done.metric, metrics_shown(done.book, done.given.catalog)),
            done.month,
        ).items()
    }


def _months(code: str) -> tuple[str, ...]:
    """The months of a period; of what is none, nothing."""
    try:
        return months_of(period(code))
    except KpiError:
        return ()


def told_amounts(month: str, typed: PayTyped, lines: Lines, amounts: Amounts) -> Iterator[Problem]:
    """Rules whose scope nobody knows, and lines whose KPI gives no amount while none is typed."""
    strange = set[str]()
    book = amounts.done[months_of(period(month))[-1]].book
    for person, line in lines.items():
        rule, about = line.rule, typed.lines.get((month, person))
        if rule is None or not rule.on_kpi or about is None or line.basis.amount is not None:
            continue
        if not known_scope(book, rule.on_scope):
            if rule.code not in strange:
                yield told("pay_scope_unknown", about, rule=rule.code, scope=rule.on_scope)
            strange.add(rule.code)
            continue
        found = amounts.of(month, person, rule)
        if found is not None and found.without_rate:
            yield told("pay_no_rate", about, given=found.given, wanted=found.wanted)
        elif found is not None:
            yield told("pay_no_value", about, kpi=found.metric.names[amounts.language])
