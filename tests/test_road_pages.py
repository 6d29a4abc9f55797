"""LibreOffice recalculates the pages: each cell is what the service says, #N/A where it knows none.

Team, Card, Shops and Tasks of the manager's edition in Chinese and English, and the pages that the
partner's edition has of them; Today has a file of its own. What is expected comes from what the
service computed, the rules of the pages are written out here once more; nothing is read from the
sheet's other cells.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kpi.model import Region, Status
from kpi.numbers import R
from kpi.person_cards import PersonCard, RegionCard, coverage
from sheet_templates.layout import CARD_LINES
from sheet_templates.pages import card as card_page
from sheet_templates.words import show
from sync_service.compute import Computed
from sync_service.filling import breaches, values
from tests.libreoffice import NA, CellError, CellResult
from tests.road_cases import Case, Spots, cell, compared, known, pace_word

# --- Team -----------------------------------------------------------------------------------------


def open_breaches(done: Computed, person: str) -> float:
    return float(
        sum(alarm.open and breaches.owner_of(done, alarm) == person for alarm in done.alarms)
    )


def late_tasks(done: Computed, person: str) -> float:
    return float(
        sum(
            task.owner == person
            and task.due is not None
            and task.due < done.today
            and (task.done or 0) < 1
            for task in done.book.tasks
        )
    )


def team_row(case: Case, card: PersonCard) -> dict[str, CellResult]:
    person, done = card.person, case.done
    sides = {
        code: known(one.total.total) if (one := card.card(region)) else ""
        for code, region in (("us_score", Region.US), ("eu_score", Region.EU))
    }
    months = {f"m{6 - n}": known(total) for n, total in enumerate(done.history[person.code])}
    return {
        "person": person.code,
        "role": show("role", person.role, case.language),
        "manager": cell(person.manager),
        "us_share": cell(card.us_share),
        "state": show("team_state", "pilot", case.language),
        **sides,
        "points": float(sum(card.points)),
        "total": known(card.total),
        "grade": card.grade.name if card.grade else NA,
        "coefficient": known(card.grade.coefficient if card.grade else None),
        "coverage": known(coverage(card)),
        "open_breaches": open_breaches(done, person.code),
        "late_tasks": late_tasks(done, person.code),
        **months,
    }


def test_every_cell_of_team_is_the_services_own(case: Case) -> None:
    place = case.place("tblTeam")
    wanted: Spots = {}
    for number, card in enumerate(case.done.people, 1):
        for code, value in team_row(case, card).items():
            wanted[place.row + number, place.offset(code)] = value
    assert len(wanted) == 20 * len(case.done.people)
    compared(case, ("团队", "Team"), wanted)
    assert any(late_tasks(case.done, card.person.code) for card in case.done.people)
    assert any(open_breaches(case.done, card.person.code) for card in case.done.people)


# --- Card -----------------------------------------------------------------------------------------


def chosen(case: Case) -> RegionCard:
    """The card that the page's three dropdowns name."""
    line = case.sheets["记分卡" if case.language == "zh" else "Card"][card_page.PICK_ROW]
    person, region, month = str(line[1]), str(line[4]), str(line[7])
    assert month == case.done.month.code
    card = next(card for card in case.done.people if card.person.code == person)
    found = card.card(Region(region))
    assert found is not None
    return found


def card_cells(case: Case) -> Iterator[tuple[tuple[int, int], CellResult]]:
    one = chosen(case)
    for number in range(CARD_LINES):
        row = card_page.FIRST + number
        if number >= len(one.items):
            yield from (((row, column), "") for column in range(12))
            continue
        item, share = one.items[number], one.total.shares[number]
        gained, score = one.total.points[number], item.score
        shown: dict[str, CellResult] = {
            "line": float(item.line),
            "metric": item.metric.names[case.language],
            "kind": show("kind", item.metric.kind.value, case.language),
            "weight": item.rule.weight,
            "target": known(item.goal.value if item.goal else None),
            "due": known(item.due),
            "actual": known(item.actual.value),
            "attainment": known(item.attainment),
            "score": known(score),
            "points": gained,
            "status": show("status", item.status.value, case.language),
            "data_until": cell(item.actual.covered_until),
        }
        for column, code in enumerate(card_page.CODES[:12]):
            yield (row, column), shown[code]
        pull = "" if score is None else R(gained - share)
        yield (row, card_page.PULL_COLUMN), "" if pull is None else pull


def sum_cells(case: Case) -> Iterator[tuple[tuple[int, int], CellResult]]:
    one = chosen(case)
    card = next(card for card in case.done.people if one in card.cards)
    row = card_page.SUMS + 1
    yield (row, 1), known(one.total.total)
    yield (row, 3), float(sum(card.points)) if case.mine is None else 0.0
    yield (row, 7), known(one.total.coverage)


def test_every_cell_of_the_card_is_the_services_own(case: Case) -> None:
    same_card(case)


def test_every_cell_of_the_partners_card_is_the_services_own(partner_case: Case) -> None:
    same_card(partner_case)


def same_card(case: Case) -> None:
    one = chosen(case)
    assert sum(item.score is not None for item in one.items) > len(one.items) / 2
    compared(case, ("记分卡", "Card"), dict([*card_cells(case), *sum_cells(case)]))


# --- Weights --------------------------------------------------------------------------------------


def test_the_sums_of_every_card_above_weights_are_those_that_were_typed(case: Case) -> None:
    """Operations 70 and 30, supervisors 70 and 30 in the US, 65 and 35 in the EU; 10, 15 of it.

    Shops 70 and 30, in the EU 60 and 40 with 20 of compliance; own stores 70 and 30, 65 and 35.
    """
    said = str(case.sheets["权重" if case.language == "zh" else "Weights"][1][0])
    lines = {
        "zh": (
            "运营 US 100 ✓ · 结果 70 ✓ · 过程 30 ✓ · 利润项 ✓",
            "运营 EU 100 ✓ · 结果 70 ✓ · 过程 30 ✓ · 利润项 ✓ · 合规 10 ✓",
            "店长/主管 US 100 ✓ · 结果 70 ✓ · 过程 30 ✓ · 利润项 ✓",
            "店长/主管 EU 100 ✓ · 结果 65 ✓ · 过程 35 ✓ · 利润项 ✓ · 合规 15 ✓",
            "店铺 US 100 ✓ · 结果 70 ✓ · 过程 30 ✓ · 利润项 ✓",
            "店铺 EU 100 ✓ · 结果 60 ✓ · 过程 40 ✓ · 利润项 ✓ · 合规 20 ✓",
            "独立站 US 100 ✓ · 结果 70 ✓ · 过程 30 ✓ · 利润项 ✓",
            "独立站 EU 100 ✓ · 结果 65 ✓ · 过程 35 ✓ · 利润项 ✓ · 合规 15 ✓",
        ),
        "en": (
            "Operations US 100 ✓ · Result 70 ✓ · Process 30 ✓ · Profit item ✓",
            "Operations EU 100 ✓ · Result 70 ✓ · Process 30 ✓ · Profit item ✓ · Compliance 10 ✓",
            "Supervisor US 100 ✓ · Result 70 ✓ · Process 30 ✓ · Profit item ✓",
            "Supervisor EU 100 ✓ · Result 65 ✓ · Process 35 ✓ · Profit item ✓ · Compliance 15 ✓",
            "Shop US 100 ✓ · Result 70 ✓ · Process 30 ✓ · Profit item ✓",
            "Shop EU 100 ✓ · Result 60 ✓ · Process 40 ✓ · Profit item ✓ · Compliance 20 ✓",
            "Own store US 100 ✓ · Result 70 ✓ · Process 30 ✓ · Profit item ✓",
            "Own store EU 100 ✓ · Result 65 ✓ · Process 35 ✓ · Profit item ✓ · Compliance 15 ✓",
        ),
    }
    assert (
        tuple(part.strip() for part in said.split("     ") if part.strip())
        == (lines[case.language])
    )


# --- Shops and Tasks ------------------------------------------------------------------------------


def shop_cells(case: Case) -> Iterator[tuple[tuple[int, int], CellResult]]:
    place = case.place("tblShop")
    filled = {row["shop"]: row for row in values.shops(case.done)}
    cards = {card.person.code: card for card in case.done.shops}
    assert set(cards) == set(filled)  # every shop of the sandbox has a card
    for number, shop in enumerate(case.done.book.shops, 1):
        row = filled[shop.code]
        sales, due = row["net_sales"], row["due"]
        paced = isinstance(sales, float) and isinstance(due, float) and due > 0
        pace = R(sales / due) if paced else None  # type: ignore[operator]  # both are numbers
        shown: dict[str, object] = {
            **row,
            "region": "US" if shop.market == "US" else "EU",
            "pace": known(pace),
            "shop_score": known(cards[shop.code].total),
            "score_basis": basis_of(case, cards[shop.code]),
            "status": pace_word(case, pace),
        }
        for code, value in shown.items():
            found = value if isinstance(value, CellError) else cell(value)
            yield (place.row + number, place.offset(code)), found


def basis_of(case: Case, card: PersonCard) -> str:
    """`■ 1 ▲ 2 · 9 KPIs · known 85%`."""
    [one] = card.cards
    found = [item.status for item in one.items]
    counts = ((sign, found.count(status)) for sign, status in SIGNS_OF)
    bad = "".join(f"{sign} {count} " for sign, count in counts if count)
    signs = f"{bad}· " if bad else "● "
    items = " 项 · 覆盖 " if case.language == "zh" else " KPIs · known "
    part = "–" if one.total.coverage is None else f"{one.total.coverage * 100:.0f}%"
    return f"{signs}{len(one.items)}{items}{part}"


SIGNS_OF = (("■", Status.BREACH), ("▲", Status.WARN))


def test_own_stores_are_scored_by_their_own_card(case: Case) -> None:
    """Visits, carts, checkouts and returning orders of the sandbox: each has a score of its own."""
    own = [card for card in case.done.shops if card.person.role == "own_store"]
    assert {card.person.code for card in own} == {
        shop.code for shop in case.done.book.shops if shop.platform == "shopify"
    }
    for card in own:
        scores = {item.metric.code: item.score for one in card.cards for item in one.items}
        for kpi in ("engaged_visit_rate", "add_to_cart_rate", "checkout_completion_rate"):
            assert scores[kpi] is not None, (card.person.code, kpi)
        assert card.total is not None


def test_every_figure_of_shops_is_the_services_own(case: Case) -> None:
    compared(case, ("店铺", "Shops"), dict(shop_cells(case)))


def test_every_figure_of_the_partners_shops_is_the_services_own(partner_case: Case) -> None:
    assert partner_case.mine is not None
    assert partner_case.mine.entire == {shop.code for shop in partner_case.done.book.shops}
    compared(partner_case, ("店铺", "Shops"), dict(shop_cells(partner_case)))


def task_cells(case: Case) -> Iterator[tuple[tuple[int, int], CellResult]]:
    """Days left count from the refresh; a week before the due day a task is due soon."""
    place = case.place("tblTask")
    for number, task in enumerate(case.done.book.tasks, 1):
        ended = (task.done or 0) >= 1
        left = None if ended or task.due is None else (task.due - case.done.today).days
        soon = 7
        state = (
            "done"
            if ended
            else "open"
            if left is None or left > soon
            else "late"
            if left < 0
            else "soon"
        )
        yield (place.row + number, place.offset("no")), task.number
        yield (place.row + number, place.offset("days_left")), "" if left is None else float(left)
        shown = show("task_status", state, case.language)
        yield (place.row + number, place.offset("status")), shown


def test_days_left_and_state_of_every_task(case: Case) -> None:
    compared(case, ("任务", "Tasks"), dict(task_cells(case)))


def test_days_left_and_state_of_every_task_of_the_partner(partner_case: Case) -> None:
    assert partner_case.done.book.tasks
    compared(partner_case, ("任务", "Tasks"), dict(task_cells(partner_case)))


# --- Items of the partner -------------------------------------------------------------------------


def test_every_item_of_the_partner_equals_the_service_to_the_last_bit(partner_case: Case) -> None:
    rows = {row["item"]: row for row in partner_case.rows("tblScore")}
    done = partner_case.done
    cards = [one for card in (*done.people, *done.shops) for one in card.cards]
    assert set(rows) == {item.key for one in cards for item in one.items}
    for one in cards:
        for item, share, gained in zip(one.items, one.total.shares, one.total.points, strict=True):
            assert shown_item(rows[item.key]) == {
                "due": known(item.due),
                "counted": known(item.counted),
                "attainment": known(item.attainment),
                "score": known(item.score),
                "share": share,
                "points": gained,
                "status": show("status", item.status.value, partner_case.language),
            }, item.key


def shown_item(row: Mapping[str, Any]) -> dict[str, Any]:
    codes = ("due", "counted", "attainment", "score", "share", "points", "status")
    return {code: row[code] for code in codes}
