"""Each month by its own contract, and what the changes of the sheet would make of this one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from kpi.actuals import Actuals
from kpi.book import Book
from kpi.calendar import shifted
from kpi.catalog import Catalog
from kpi.contracts import Change, Terms, Version, changes, contract_of, in_force
from kpi.heads import Headcount
from kpi.item_values import HISTORY_MONTHS
from kpi.model import Period
from kpi.person_cards import Item, PersonCard
from kpi.scorecards import Scoring
from kpi.totals import Converter


@dataclass(frozen=True, slots=True)
class Tried:
    """What an unpublished change would make of an item; None where it changes nothing."""

    target: float | None
    weight: float | None  # points


@dataclass(frozen=True, slots=True)
class ByMonth:
    """A book over several months; the facts are the same, the contract is each month's own."""

    book: Book
    catalog: Catalog
    versions: tuple[Version, ...]
    actuals: Actuals
    _scored: dict[Period, Scoring] = field(default_factory=dict, repr=False, compare=False)

    def history(self, person: str, month: Period) -> tuple[float | None, ...]:
        """Totals of the six months before, oldest first; `person` may be a team."""
        months = (shifted(month, -back) for back in range(HISTORY_MONTHS, 0, -1))
        return tuple(self._total(person, one) for one in months)

    def people(self, month: Period) -> tuple[PersonCard, ...]:
        """The cards of a month."""
        return self.scoring(month).people(month)

    def scoring(self, month: Period) -> Scoring:
        """What scores a month, once for all people and for months of the same terms."""
        if month not in self._scored:
            terms = self.terms(month)
            alike = (one for one in self._scored.values() if _scores(one, terms))
            made = next(alike, None) or Scoring(terms.book, under(self.actuals, terms))
            self._scored[month] = made
        return self._scored[month]

    def terms(self, month: Period) -> Terms:
        """What scores a month."""
        return in_force(self.book, self.catalog, self.versions, month)

    def _total(self, person: str, month: Period) -> float | None:
        scoring = self.scoring(month)
        mine = next((one for one in scoring.book.people if one.code == person), None)
        if mine is not None:
            return scoring.person(mine, month).total
        teams = (one.total for one in scoring.teams(month) if one.person.code == person)
        return next(teams, None)


def _scores(one: Scoring, terms: Terms) -> bool:
    """Whether it scores by the very same rows and definitions."""
    return one.book is terms.book and one.actuals.catalog is terms.catalog


def under(actuals: Actuals, terms: Terms) -> Actuals:
    """The same facts under other definitions, fixed rates and people."""
    settings = terms.book.settings
    money = Converter(settings.currency, settings.fixed_rates, actuals.money.rates)
    heads = Headcount(terms.book)
    return replace(actuals, catalog=terms.catalog, money=money, heads=heads)


def changed_since(versions: Sequence[Version], typed: Terms) -> tuple[Change, ...]:
    """What was typed since the newest version; a draft has nothing to compare with."""
    newest = max(versions, key=lambda one: one.number, default=None)
    if newest is None:
        return ()
    return changes(newest.contract, contract_of(typed.book, typed.catalog))


def tried(
    actuals: Actuals, typed: Terms, people: Sequence[PersonCard], month: Period
) -> dict[str, Tried]:
    """Items whose target or weight is another one in the sheet than in the contract."""
    scoring = Scoring(typed.book, actuals)
    now = (*scoring.people(month), *scoring.teams(month))
    live = {item.key: item for item in _items(now)}
    found = {item.key: _tried(item, live.get(item.key)) for item in _items(people)}
    return {key: one for key, one in found.items() if one != Tried(None, None)}


def _items(people: Sequence[PersonCard]) -> list[Item]:
    return [item for card in people for one in card.cards for item in one.items]


def _tried(signed: Item, now: Item | None) -> Tried:
    """A line that left the card weighs nothing; a target that is gone leaves nothing to try."""
    weight = now.rule.weight if now else 0.0
    target = now.goal.value if now and now.goal else None
    same = signed.goal is not None and signed.goal.value == target
    return Tried(None if same else target, None if weight == signed.rule.weight else weight)
