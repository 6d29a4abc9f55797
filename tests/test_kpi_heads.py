"""Average headcounts of October 2026 by hand: 31 days, people by the day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.actuals import Actual, Actuals, Asked
from kpi.book import Book
from kpi.book_nouns import EVER, NEVER
from kpi.book_reading import read_book
from kpi.catalog import shipped
from kpi.contracts import in_force
from kpi.heads import Headcount, heads_by_shop, shared_heads
from kpi.model import DataState, Region, Scope, ScopeKind, Window
from kpi.money import DayRates
from kpi.scope_values import ScopeValues
from kpi.scopes import scopes
from kpi.totals import Converter, Totals
from kpi.trade import Assignment, Person, Product, Shop
from kpi.typed_rows import InputRow, Settings
from sheet_templates.words import decode
from sync_service.hand_inputs import with_inputs
from sync_service.sources import alternatives
from tests.contract_support import BOOK as SIGNED_BOOK
from tests.contract_support import CATALOG as SIGNED
from tests.contract_support import PERSON as SIGNED_PERSON
from tests.contract_support import version
from tests.leaf_support import Leaf, leaf_sums
from tests.table_support import table
from tests.target_support import OCT

DAYS = OCT.window
ALWAYS = Window(EVER, NEVER)


def person(code: str, **more: object) -> Person:
    plain = Person(code, code, "", "operations", None, None, None, None, None, scored=True)
    return replace(plain, **more)  # type: ignore[arg-type]  # fields by name


def shop(code: str, owner: str | None, market: str | None = None) -> Shop:
    region = Region.US if code.startswith("US") else Region.EU
    return Shop(code, "amazon", market or code, region, "USD", "UTC", owner)


def held(at: str, who: str, share: float = 1.0, days: Window = ALWAYS, of: str = "") -> Assignment:
    return Assignment(at, of or None, who, share, days)


def book(people: Sequence[Person], *lines: Assignment, **more: object) -> Book:
    """A has DE and FR, B has IT, L leads both and has no shop, C has the US."""
    shops = (shop("DE", "A"), shop("FR", "A"), shop("IT", "B"), shop("US", "C"))
    start = Book(Settings("2026-10", ""), shops=shops, people=tuple(people), assignments=lines)
    return replace(start, **more)  # type: ignore[arg-type]  # fields by name


A, B, C = person("A", manager="L"), person("B", manager="L"), person("C")
L = person("L")
TEAM = (A, B, C, L)


def of(given_: Book, code: str, side: Region | None = Region.EU) -> Fraction | None:
    found = next(s for s in scopes(given_) if (s.scope.code, s.scope.region) == (code, side))
    return Headcount(given_)(found.scope, found.parts, DAYS)


@pytest.mark.parametrize(
    ("given_", "code", "heads"),
    [
        pytest.param(book(TEAM), "A", 1, id="a person is one"),
        pytest.param(book(TEAM), "EU", 2, id="a region: who holds its shops, not who leads"),
        pytest.param(book(TEAM), "L", 2, id="a team in a region: all who report"),
        pytest.param(book(TEAM), "DE", "1/2", id="a market has half of who has two"),
        pytest.param(
            book((replace(A, start=date(2026, 10, 17)), B, C, L)),
            *("EU", Fraction(15, 31) + 1),
            id="entered on the 17th: 15 of 31 days",
        ),
        pytest.param(
            book((replace(A, end=date(2026, 10, 10)), B, C, L)),
            *("A", Fraction(10, 31)),
            id="left on the 10th, the last day counts",
        ),
        pytest.param(
            book((replace(A, start=date(2026, 11, 1)), B, C, L)), "A", 0, id="not yet there"
        ),
        pytest.param(book((replace(A, fte=0.5), B, C, L)), "EU", "3/2", id="half days are a half"),
        pytest.param(
            book((replace(A, fte=0.5, end=date(2026, 10, 10)), B, C, L)),
            *("L", Fraction(5, 31) + 1),
            id="half days for ten days are five",
        ),
        pytest.param(
            book(TEAM, held("FR", "B", days=Window(date(2026, 10, 11), NEVER))),
            *("FR", Fraction(10, 62) + Fraction(21, 62)),
            id="handed over on the 11th: half of A for 10 days, half of B for 21",
        ),
        pytest.param(
            book(TEAM, held("FR", "B", days=Window(date(2026, 10, 11), NEVER))),
            *("A", 1),
            id="who hands a shop over has all time for the rest",
        ),
        pytest.param(
            book(TEAM, held("US", "B", 0.5)),
            *("B", "2/3"),
            id="a half in the US beside a whole in the EU: two thirds of the time",
        ),
        pytest.param(
            book(
                (*TEAM, person("P", partner="agency")), held("IT", "P", 0.5), held("IT", "B", 0.5)
            ),
            *("IT", 1),
            id="people of partners are left out",
        ),
        pytest.param(
            book((*TEAM, person("P", partner="agency")), held("IT", "P")),
            *("P", 0),
            id="a partner has no head of ours",
        ),
        pytest.param(
            book((*TEAM, person("AD", role="advertising")), held("IT", "AD")),
            *("IT", 2),
            id="roles beside each other are a head each",
        ),
        pytest.param(
            book(
                TEAM,
                held("IT", "B", of="lamps"),
                products=(Product("L1", None, EVER, "lamps", None, None, None, "CNY"),),
            ),
            *("lamps", "1/2"),
            id="a category: half of who has it and what it leaves of the shop",
        ),
    ],
)
def test_the_average_headcount_of_a_scope(
    given_: Book, code: str, heads: Fraction | int | str
) -> None:
    assert of(given_, code) == Fraction(heads)


def test_the_whole_has_leaders_too_and_is_its_regions_with_them() -> None:
    """A, B and C on shops and L on none; OPS left before October."""
    given_ = book((*TEAM, person("OPS", end=date(2026, 9, 30))))
    assert of(given_, "ALL", None) == 4
    assert [of(given_, "EU"), of(given_, "US", Region.US)] == [Fraction(2), Fraction(1)]
    assert shared_heads(given_, DAYS) == 1


def test_a_person_over_both_regions_has_all_of_the_time() -> None:
    given_ = book((A, B, C, L))
    everywhere = Scope("L", ScopeKind.PERSON, None, {"zh": "L", "en": "L"})
    parts = next(s for s in scopes(given_) if s.scope.code == "ALL").parts
    assert Headcount(given_)(everywhere, parts, DAYS) == 3  # L with A and B; C reports to nobody


def test_without_people_or_days_nothing_is_known() -> None:
    found = scopes(book(()))[0]
    assert Headcount(book(()))(found.scope, found.parts, DAYS) is None
    assert Headcount(book(TEAM))(found.scope, found.parts, Window(DAYS.start, DAYS.start)) is None


def test_a_persons_time_goes_to_the_shops_day_by_day() -> None:
    """Anna has DE all month and FR until the 10th: 10 halves and 21 wholes, and 10 halves. Ben has
    half of IT all month and FR from the 11th: 10 wholes and 21 thirds, and 21 times two thirds. An
    agency has ES, nobody has NL; the head has none."""
    shops = tuple(
        shop(code, owner)
        for code, owner in (("DE", "A"), ("FR", "A"), ("IT", None), ("ES", "P"), ("NL", None))
    )
    given_ = Book(
        Settings("2026-10", ""),
        shops=shops,
        people=(person("A"), person("B"), person("P", partner="agency"), person("HEAD")),
        assignments=(
            held("FR", "B", days=Window(date(2026, 10, 11), date(2026, 11, 1))),
            held("IT", "B", 0.5, DAYS),
        ),
    )
    assert heads_by_shop(given_, DAYS) == {
        "DE": Fraction(26, 31),
        "FR": Fraction(5 + 14, 31),
        "IT": Fraction(17, 31),
    }
    assert shared_heads(given_, DAYS) == 1


@given(
    ends=st.lists(st.tuples(st.integers(1, 31), st.integers(1, 31)), min_size=4, max_size=4),
    ftes=st.lists(st.sampled_from([0.2, 0.5, 1.0]), min_size=4, max_size=4),
    lines=st.lists(
        st.tuples(
            st.sampled_from(["DE", "FR", "IT", "US"]),
            st.sampled_from(["A", "B", "C"]),
            st.sampled_from([0.3, 0.5, 1.0]),
            st.integers(1, 31),
        ),
        max_size=5,
    ),
)
def test_shops_and_who_has_none_are_everybody(
    ends: list[tuple[int, int]],
    ftes: list[float],
    lines: list[tuple[str, str, float, int]],
) -> None:
    """Whoever comes, goes and hands over: each person-day stands in one place, once."""
    people = [
        replace(p, start=date(2026, 10, min(days)), end=date(2026, 10, max(days)), fte=fte)
        for p, days, fte in zip(TEAM, ends, ftes, strict=True)
    ]
    given_ = book(
        people,
        *(
            held(at, who, share, Window(date(2026, 10, first), NEVER))
            for at, who, share, first in lines
        ),
    )
    worked = [max(days) - min(days) + 1 for days in ends]
    full = [Fraction(str(fte)) * days for fte, days in zip(ftes, worked, strict=True)]
    whole = sum(full, Fraction()) / 31
    assert of(given_, "ALL", None) == whole
    by_shop = heads_by_shop(given_, DAYS)
    assert sum(by_shop.values(), Fraction()) + shared_heads(given_, DAYS) == whole
    eu = sum((heads for code, heads in by_shop.items() if code != "US"), Fraction())
    assert of(given_, "EU") == eu


# --- output per head ------------------------------------------------------------------------------


def sales(at: str, amount: int) -> list[Leaf]:
    """A tenth of a month's sales on each of the first ten days."""
    return [
        (
            *("amazon.orders", at, date(2026, 10, day), "", "USD"),
            {"gross_sales": amount * 1_000, "discounts": 0, "returns_amount": 0},
        )
        for day in range(1, 11)
    ]


SHOPS_OF = ("DE", "FR", "IT", "US")
LEAVES = [leaf for at in SHOPS_OF for leaf in sales(at, 9_000)]
SOURCES: Mapping[str, tuple[tuple[str, ...], ...]] = dict.fromkeys(
    ("gross_sales", "discounts", "returns_amount"), (("amazon.orders",),)
)


def per_head(
    given_: Book,
    code: str,
    *typed: InputRow,
    side: Region | None = Region.EU,
    made: dict[Asked, Actual] | None = None,
) -> Actual:
    """Sales per head of the first ten days: each shop sells 9,000."""
    leaves = with_inputs(leaf_sums(LEAVES), typed, dict.fromkeys(SHOPS_OF, "USD"))
    totals = Totals(
        leaves,
        dict.fromkeys(SHOPS_OF, "amazon"),
        lambda platform, measure: SOURCES.get(measure) or alternatives(platform, measure),
        shipped().measures,
    )
    last = dict.fromkeys(SHOPS_OF, date(2026, 10, 10))
    money = Converter("USD", {}, DayRates({}, (), {}))
    actuals = Actuals(
        *(totals, shipped(), money, last, frozenset(), {} if made is None else made),
        heads=Headcount(given_),
    )
    found = next(s for s in scopes(given_) if (s.scope.code, s.scope.region) == (code, side))
    return actuals.of(shipped().metrics["sales_per_head"], found, OCT)


@pytest.mark.parametrize(
    ("given_", "code", "side", "value"),
    [
        pytest.param(book(TEAM), "A", Region.EU, 18_000.0, id="a person: two shops"),
        pytest.param(book(TEAM), "EU", Region.EU, 13_500.0, id="a region: 27,000 by two"),
        pytest.param(book(TEAM), "L", Region.EU, 13_500.0, id="a team of two"),
        pytest.param(book(TEAM), "ALL", None, 9_000.0, id="all four, the leader too"),
        pytest.param(
            book((replace(A, start=date(2026, 10, 6)), B, C, L)),
            *("IT", Region.EU, 9_000.0),
            id="who entered elsewhere changes nothing here",
        ),
        pytest.param(
            book((A, replace(B, start=date(2026, 10, 6)), C, L)),
            *("IT", Region.EU, 18_000.0),
            id="five of the ten days: half a head, though the shop sold on all",
        ),
        pytest.param(
            book((A, replace(B, fte=0.8), C, L)), "IT", Region.EU, 11_250.0, id="four fifths"
        ),
        pytest.param(
            book((A, replace(B, partner="agency"), C, L)), "IT", Region.EU, None, id="nobody: a / 0"
        ),
    ],
)
def test_output_per_head(given_: Book, code: str, side: Region | None, value: float | None) -> None:
    assert per_head(given_, code, side=side).value == value


def test_a_value_says_that_people_are_behind_it() -> None:
    found = per_head(book(TEAM), "IT")
    assert (found.denominator, found.state) == (1.0, DataState.COMPLETE)
    assert found.streams == ("amazon.orders@IT", "book.people@IT")
    other = per_head(book((A, replace(B, fte=0.8), C, L)), "IT")
    assert found.facts != other.facts


def test_the_people_on_the_days_at_the_ends_of_a_period() -> None:
    """A left on 10 October: one in September, none at the end."""
    given_ = book((replace(A, end=date(2026, 10, 10)), B, C, L))
    one = next(s for s in scopes(given_) if s.scope.code == "A")
    totals = Totals(leaf_sums(LEAVES), {}, alternatives, shipped().measures)
    values = ScopeValues(
        *(totals, shipped(), Converter("USD", {}, DayRates({}, (), {})), one.parts, DAYS),
        heads=lambda days: Headcount(given_)(one.scope, one.parts, days),
    )
    assert (values.opening("headcount"), values.closing("headcount")) == (1.0, 0.0)
    assert values.mean("headcount") == pytest.approx(10 / 31)


def test_a_typed_headcount_goes_before_people() -> None:
    typed = InputRow(date(2026, 10, 1), "IT", "headcount", Decimal(3), "me", "A1")
    found = per_head(book(TEAM), "IT", typed)
    assert (found.value, found.state) == (3_000.0, DataState.MANUAL)


def test_books_over_the_same_facts_share_no_headcount() -> None:
    """A value that stands on People is never that of another book, or of the book before."""
    shared: dict[Asked, Actual] = {}
    values = [
        per_head(one, "IT", made=shared).value
        for one in (book(TEAM), book((A, replace(B, fte=0.5), C, L)))
    ]
    assert values == [9_000.0, 18_000.0]


def test_without_people_a_value_per_head_is_unknown() -> None:
    assert per_head(book(()), "IT").value is None


# --- the column -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "fte", "told"),
    [
        pytest.param(None, [1.0], [], id="empty is full time"),
        pytest.param(0.5, [0.5], [], id="half days"),
        pytest.param(50.0, [], ["out_of_range"], id="a percent without its sign"),
    ],
)
def test_the_share_of_full_time_is_read(
    typed: float | None, fte: list[float], told: list[str]
) -> None:
    people = table("tblPeople", "人员", "person role fte", ("A", "运营", typed))
    found = read_book({"tblPeople": people}, decode, {})
    assert [one.fte for one in found.people] == fte
    assert [one.code for one in found.problems] == told


def test_the_share_of_full_time_is_signed() -> None:
    """Part-time typed after publishing moves no value that was agreed."""
    half = replace(SIGNED_PERSON, fte=0.5)
    agreed = replace(SIGNED_BOOK, people=(half,))
    for book_, wanted in ((agreed, 0.5), (SIGNED_BOOK, 1.0)):
        live = replace(book_, people=(replace(half, fte=0.25),))
        terms = in_force(live, SIGNED, (version(1, date(2026, 10, 1), book_),), OCT)
        assert terms.book.people[0].fte == wanted
