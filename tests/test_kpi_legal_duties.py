"""Which duties the markets, companies and categories of a book bring, worked by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from kpi.book import Book
from kpi.legal_duties import (
    Kinds,
    categories_sold,
    duties,
    goods_words,
    kinds_of_goods,
    owed,
)
from kpi.model import Region
from kpi.proposals import proposals
from kpi.trade import Person, Product, Shop
from kpi.typed_rows import Settings, TaskRow
from sync_service.cli import WrongWordsError, parser

TODAY = date(2026, 10, 22)


def shop(market: str, company: str = "", **more: object) -> Shop:
    region = Region.US if market == "US" else Region.EU
    usual = Shop(f"AMZ-{market}", "amazon", market, region, "EUR", "UTC", company=company)
    return replace(usual, **more)  # type: ignore[arg-type]  # a table of cases


def product(category: str | None, market: str | None = None) -> Product:
    name = f"{category}-{market}"
    return Product(name, market, date(2025, 1, 1), category, None, None, None, "CNY")


def task(country: str, regime: str, category: str | None = None, **more: object) -> TaskRow:
    usual = TaskRow("T", "compliance", Region.EU, country, "", None, None, 0.0, "")
    given: dict[str, object] = {"regime": regime, "category": category}
    return replace(usual, **given | more)  # type: ignore[arg-type]  # a table of cases


def book(shops: tuple[Shop, ...], *more: Product | TaskRow | Person) -> Book:
    return Book(
        Settings("2026-10", "X"),
        shops=shops,
        products=tuple(one for one in more if isinstance(one, Product)),
        tasks=tuple(one for one in more if isinstance(one, TaskRow)),
        people=tuple(one for one in more if isinstance(one, Person)),
    )


def numbers(of: Book, said: Kinds | None = None) -> list[str]:
    return [one.number.removeprefix("D-") for one in owed(of, TODAY, said)]


LAMPS, CHAIRS = product("lamps"), product("chairs")
NO_GOODS = ["DE-epr_packaging", "DE-claims"]


@pytest.mark.parametrize(
    ("of", "wanted"),
    [
        pytest.param(book((shop("DE"),)), NO_GOODS, id="packaging and claims for all goods"),
        pytest.param(
            book((shop("DE"),), LAMPS),
            [
                *("DE-epr_packaging", "DE-weee-lamps", "EU-ce-lamps", "EU-ce_check-lamps"),
                *("EU-document-lamps", "DE-claims"),
            ],
            id="lamps are electrical",
        ),
        pytest.param(
            book((shop("DE"),), CHAIRS),
            ["DE-epr_packaging", "EU-document-chairs", "DE-claims"],
            id="chairs have a technical file and no mark",
        ),
        pytest.param(
            book((shop("DE", "A"), shop("FR", "B"), shop("FR", "A"))),
            [
                *("DE-epr_packaging-A", "FR-epr_packaging-B", "FR-epr_packaging-A"),
                *("DE-claims-A", "FR-claims-B", "FR-claims-A"),
            ],
            id="each company in each of its countries, once",
        ),
        pytest.param(
            book((shop("DE"), shop("FR")), product("lamps", "FR")),
            [
                *("DE-epr_packaging", "FR-epr_packaging", "FR-weee-lamps", "EU-ce-lamps"),
                *("EU-ce_check-lamps", "EU-document-lamps", "DE-claims", "FR-claims"),
            ],
            id="lamps sold in FR alone",
        ),
        pytest.param(book((shop("US"),), CHAIRS), ["US-ftc"], id="US: FTC"),
        pytest.param(
            book((shop("US"),), product("toy cars")),
            ["US-ftc", "US-document-toy cars"],
            id="US: toys have a certificate",
        ),
        pytest.param(
            book((shop("UK"),), product("power-bank")),
            ["UK-battery-power-bank"],
            id="EU rules do not hold in Britain; batteries have their own",
        ),
        pytest.param(
            book((shop("EU"),), LAMPS),
            ["EU-ce-lamps", "EU-ce_check-lamps", "EU-document-lamps"],
            id="a store of all the EU names no country",
        ),
        pytest.param(
            book((shop("DE", closed=date(2026, 10, 21)), shop("FR", closed=TODAY))),
            ["FR-epr_packaging", "FR-claims"],
            id="a closed shop owes nothing more",
        ),
        pytest.param(book((shop("DE"),), product(None)), NO_GOODS, id="a product of no category"),
    ],
)
def test_what_is_owed(of: Book, wanted: list[str]) -> None:
    assert numbers(of) == wanted


DE_A, DE_LAMPS = "DE-epr_packaging-A", "DE-weee-lamps"


@pytest.mark.parametrize(
    ("there", "gone"),
    [
        pytest.param(task("DE", "epr_packaging"), {DE_A}, id="for all companies"),
        pytest.param(task("DE", "epr_packaging", company="A"), {DE_A}, id="for the company"),
        pytest.param(task("DE", "epr_packaging", company="B"), set(), id="for another company"),
        pytest.param(task("FR", "epr_packaging"), set(), id="in another country"),
        pytest.param(task("DE", "weee", "lamps"), {DE_LAMPS}, id="for the category"),
        pytest.param(task("DE", "weee", company="A"), {DE_LAMPS}, id="for all categories of one"),
        pytest.param(task("DE", "weee", "beds"), set(), id="for another category"),
        pytest.param(task("DE", "ce", "lamps"), {"EU-ce-lamps"}, id="CE holds in the whole EU"),
        pytest.param(
            task("FR", "ce", "lamps", region=None), {"EU-ce-lamps"}, id="its region by its country"
        ),
        pytest.param(task("US", "ce", "lamps", region=Region.US), set(), id="of the other side"),
        pytest.param(task("DE", "weee", "lamps", type="action"), set(), id="a free task"),
        pytest.param(
            task("FR", "gdpr", number="D-DE-weee-lamps"), {DE_LAMPS}, id="its number is taken"
        ),
    ],
)
def test_what_a_task_settles(there: TaskRow, gone: set[str]) -> None:
    shops = (shop("DE", "A"),)
    every = {*numbers(book(shops, LAMPS))}
    assert every - {*numbers(book(shops, LAMPS, there))} == gone


@pytest.mark.parametrize(
    ("category", "kinds"),
    [
        ("lamps", {"electronics"}),
        ("clamps", set()),
        ("LED 灯具", {"electronics"}),
        ("Toys & Games", {"toys"}),
        ("蓝牙耳机", {"electronics", "batteries"}),
        ("Rechargeable batteries", {"batteries"}),
        ("头盔", {"protective"}),
        ("home", set()),
    ],
)
def test_what_the_name_of_a_category_says(category: str, kinds: set[str]) -> None:
    assert kinds_of_goods([category], [], {})[category] == kinds


def test_what_is_said_goes_before_the_name_and_tasks_add_to_it() -> None:
    """Chairs registered for WEEE in one country are electrical chairs in all."""
    tasks = [task("DE", "weee", "chairs"), task("DE", "vat", "lamps"), task("DE", "weee")]
    said = {"lamps": frozenset[str]()}
    assert kinds_of_goods(["chairs", "lamps"], tasks, said) == {
        "chairs": {"electronics"},
        "lamps": frozenset(),
    }
    shops = (shop("DE"), shop("FR"))
    assert "FR-weee-chairs" in numbers(book(shops, CHAIRS, tasks[0]))
    assert "DE-weee-lamps" not in numbers(book(shops, LAMPS), said)


def test_the_categories_that_are_sold() -> None:
    sold = book((shop("DE"),), LAMPS, product("sofas", "US"), product("beds", "DE"), LAMPS)
    assert categories_sold(sold, TODAY) == ("lamps", "beds")


def test_every_duty_has_both_languages_a_law_and_known_goods() -> None:
    kinds = {*goods_words(), "*"}
    for one in duties():
        assert all(one.names.values())
        assert one.source
        assert one.goods <= kinds
        assert one.where in {"EU", "GB", "US"}


def person(code: str, **more: object) -> Person:
    usual = Person(code, code, "", "compliance", None, None, None, 0.0, None, scored=True)
    return replace(usual, **more)  # type: ignore[arg-type]  # a table of cases


@pytest.mark.parametrize(
    ("people", "owner"),
    [
        pytest.param([person("COMP")], "COMP", id="the one of the role"),
        pytest.param([], None, id="nobody"),
        pytest.param([person("COMP"), person("TWO")], None, id="two of them"),
        pytest.param([person("COMP"), person("TWO", us_share=1.0)], "COMP", id="one works for US"),
        pytest.param([person("COMP"), person("TWO", role="operations")], "COMP", id="other role"),
        pytest.param(
            [person("COMP"), person("TWO", end=date(2026, 10, 21))], "COMP", id="one has left"
        ),
        pytest.param([person("COMP", end=TODAY)], "COMP", id="the last day"),
    ],
)
def test_who_answers_for_a_proposed_duty(people: list[Person], owner: str | None) -> None:
    """Due a month from today: 21 November."""
    first = proposals(book((shop("DE", "ACME"),), *people), TODAY)[0]
    assert (first.owner, first.due, first.kind) == (owner, date(2026, 11, 21), "duty")
    assert first.names == {"zh": "DE 包装 EPR 注册，ACME", "en": "DE Register packaging, ACME"}
    assert first.like is not None
    assert (first.like.country, first.like.company) == ("DE", "ACME")
    assert first.source.startswith("directive 94/62/EC")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("lamps=electronics", ("lamps", {"electronics"}), id="one kind"),
        pytest.param("a=b=toys, batteries", ("a=b", {"toys", "batteries"}), id="two kinds"),
        pytest.param("lamps=", ("lamps", set()), id="none of them"),
    ],
)
def test_goods_as_they_are_typed(text: str, found: tuple[str, set[str]]) -> None:
    assert parser().parse_args(["tasks", "x.xlsx", "-g", text]).goods == [found]


@pytest.mark.parametrize("text", ["lamps", "=toys", "lamps=sofas"])
def test_goods_that_nobody_knows_are_refused(text: str) -> None:
    with pytest.raises(WrongWordsError):
        parser().parse_args(["tasks", "x.xlsx", "--goods", text])
