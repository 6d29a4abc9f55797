"""Which parts a line of targets is made of: shops, markets, brands, people and so on, by code.

What is a part of what is said by `kpi.target_gaps.BELOW`. A person's part of a market has a line of
its own (`DE:OPS1`), for the person may hold shops of other markets too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from kpi.book import Book
from kpi.book_nouns import region_of
from kpi.calendar import year_period
from kpi.errors import UnansweredError
from kpi.model import Region
from kpi.newcomer_plans import regions_of
from kpi.organisation import SHOP_ROLES, clip, open_days, ownership
from kpi.target_gaps import BELOW, is_below, lines_below
from kpi.target_scopes import OF_SHOP, STAGES, TargetKind, in_market, kind_of, shops_of
from kpi.trade import Person
from kpi.typed_rows import TargetRow

PARTS = {
    TargetKind.ENTITY: ("公司主体", "companies"),
    TargetKind.BRAND: ("品牌", "brands"),
    TargetKind.MARKET: ("站点", "markets"),
    TargetKind.PLATFORM: ("平台", "platforms"),
    TargetKind.SHOP: ("店铺", "shops"),
    TargetKind.CATEGORY: ("品类", "categories"),
    TargetKind.STAGE: ("产品阶段", "product stages"),
    TargetKind.DEPARTMENT: ("部门", "departments"),
    TargetKind.PERSON: ("人员", "people"),
}


def line_kind(book: Book, parent: TargetRow, kind: TargetKind) -> TargetKind:
    """What the lines of parts are: people of a market, and markets of a person, are both."""
    ends = {kind_of(book, parent), kind}
    both = ends == {TargetKind.MARKET, TargetKind.PERSON}
    return TargetKind.MARKET_PERSON if both else kind


def parts_of(book: Book, parent: TargetRow, kind: TargetKind) -> tuple[str, ...]:
    """The parts of one kind that a line can be given to, in the order of their tables.

    Raises:
        UnansweredError: The line is not made of such parts.
    """
    if asks_each(book, parent) and kind is TargetKind.PERSON:
        return _of_role(book, parent)
    scope, below = kind_of(book, parent), line_kind(book, parent, kind)
    if scope is None or below not in BELOW.get(scope, ()) or kind not in PARTS:
        raise _strange(parent, scope, kind)
    named = dict.fromkeys(filter(None, _named(book, parent, kind)))
    codes = [in_market(*_ends(parent, kind, code)) if below is not kind else code for code in named]
    return tuple(
        code for code in codes if is_below(book, parent, replace(parent, scope=code), below)
    )


def asks_each(book: Book, row: TargetRow) -> bool:
    """Whether a line is that of a role: it asks each of its people, and all together that often."""
    return kind_of(book, row) is TargetKind.ROLE and row.scope not in SHOP_ROLES


def _of_role(book: Book, parent: TargetRow) -> tuple[str, ...]:
    """Who holds a role and works for the region of a line."""
    people = (one for one in book.people if one.role == parent.scope)
    return tuple(one.code for one in people if parent.region in regions_of(one.us_share))


def part_lines(book: Book, parent: TargetRow, kind: TargetKind) -> tuple[TargetRow, ...]:
    """The lines that the parts of a line have already, in the order of the table."""
    if not asks_each(book, parent):
        return lines_below(book, parent, line_kind(book, parent, kind))
    codes, key = parts_of(book, parent, kind), (parent.year, parent.region, parent.metric)
    lines = (row for row in book.targets if (row.year, row.region, row.metric) == key)
    return tuple(row for row in lines if row.scope in codes)


def no_sum(parent: TargetRow) -> UnansweredError:
    """A line of a role is no sum of anything but its people's."""
    return UnansweredError(
        f"The target of the role {parent.scope} is asked of each of its people: it is no sum, and "
        "is given to people alone (--to person).",
        f"岗位 {parent.scope} 的目标是对每个人的要求，不是合计，只能拆给人员（--to person）。",
    )


def _strange(parent: TargetRow, scope: TargetKind | None, kind: TargetKind) -> UnansweredError:
    if scope is TargetKind.ROLE:
        return no_sum(parent)
    zh, en = PARTS.get(kind, (kind, kind))
    return UnansweredError(
        f"A target of {parent.scope} is not made of {en}.", f"{parent.scope} 的目标不由{zh}组成。"
    )


def _ends(parent: TargetRow, kind: TargetKind, code: str) -> tuple[str, str]:
    """The market and the person of a line that is below either."""
    return (code, parent.scope) if kind is TargetKind.MARKET else (parent.scope, code)


def _named(book: Book, parent: TargetRow, kind: TargetKind) -> Iterable[str | None]:
    """The codes of a kind, doubled ones and empty ones too."""
    said = OF_SHOP.get(kind)
    if said is not None:
        return [said(shop) for shop in shops_of(book, parent)]
    match kind:
        case TargetKind.CATEGORY:
            return [
                product.category
                for product in book.products
                if product.market is None or region_of(product.market) is parent.region
            ]
        case TargetKind.STAGE:
            used = {product.stage for product in book.products}
            return [stage for stage in STAGES if stage in used]
        case TargetKind.DEPARTMENT:
            found = [person.department for person in _asked(book, parent, book.people)]
            return [one for one in dict.fromkeys(found) if _works_here(book, parent, one)]
    return [person.code for person in _holders(book, parent)]


def _works_here(book: Book, parent: TargetRow, department: str) -> bool:
    """Whether a department holds shops of the line's region, or none at all (purchasing)."""
    held = {
        region: bool(shops_of(book, replace(parent, scope=department, region=region)))
        for region in Region
    }
    return held[parent.region] or not any(held.values())


def _holders(book: Book, parent: TargetRow) -> list[Person]:
    """Who holds shops of a line, or is of the department.

    Of several roles that hold a shop, those whose cards score the KPI; all where no card does.
    """
    if kind_of(book, parent) is TargetKind.DEPARTMENT:
        return [person for person in book.people if person.department == parent.scope]
    shops = shops_of(book, parent)
    codes = {who for shop in shops for who, _ in ownership(shop, book.assignments, book.people)}
    return [person for person in _asked(book, parent, book.people) if person.code in codes]


def _asked(book: Book, parent: TargetRow, people: Iterable[Person]) -> list[Person]:
    """The people whose cards score the KPI; all where no card does."""
    lines = (row for row in book.weights if row.metric == parent.metric)
    scored = {row.role for row in lines if row.role not in SHOP_ROLES}
    return [person for person in people if not scored or person.role in scored]


def outside(book: Book, parent: TargetRow, kind: TargetKind) -> tuple[str, ...]:
    """The shops of a line, open in its year, that are in no part: they name no brand, say."""
    said = OF_SHOP.get(kind)
    if said is None or line_kind(book, parent, kind) is not kind:
        return ()
    parts, year = parts_of(book, parent, kind), year_period(parent.year).window
    shops = (shop for shop in shops_of(book, parent) if clip(open_days(shop), year).days)
    return tuple(shop.code for shop in shops if said(shop) not in parts)
