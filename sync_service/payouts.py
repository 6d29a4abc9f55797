"""The payout book of a closed month: from the team's scores and what finance and HR typed.

It is a file of its own; the team's workbook is only read. Lines are written by key, what is typed
there stays. An approved line is recorded as paid and never changes again: what its month would be
by later figures is the true-up of the next one.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from kpi.book import Book
from kpi.calendar import local_day, period
from kpi.card_problems import outdated_items
from kpi.employment import presence
from kpi.errors import KpiError, Problem
from kpi.model import Language, Period, PeriodKind
from kpi.payout import PayLine, PayState
from kpi.typed_rows import PointRow
from kpi.working_days import proration_of
from sheet_templates.build import build
from sheet_templates.start import BookStart
from sheet_templates.words import show
from sync_service import audit
from sync_service.compute import Computed, compute
from sync_service.contract_store import records
from sync_service.house import House
from sync_service.pausing import paused
from sync_service.payout_amounts import Amounts, told_amounts
from sync_service.payout_answers import issued, with_answers
from sync_service.payout_lines import (
    Cards,
    Correction,
    approved,
    corrections,
    lines_of,
    losses_of,
    sources,
    trued_up,
    unplaced,
)
from sync_service.payout_periods import Closed, as_closed, closed_totals, merged, months_of
from sync_service.payout_reading import PayTyped, proposed, read_payout, told
from sync_service.payout_rows import Paying, Worked, first_rows, patches
from sync_service.payout_store import Kept, Key, keep, kept_lines
from sync_service.refresh import inputs, read
from sync_service.reward_store import keep_points, kept_points, points_in, rewarded, told_points
from sync_service.told import ToldError
from sync_service.workbooks.port import BookContents, NamePatch
from sync_service.workbooks.replace import refuse_if_open, replace_atomically
from sync_service.workbooks.xlsx import XlsxPort

PRIVATE = 0o600
NEEDED = ("tblPay", "tblPayRule", "tblReward", "tblApplied")


@dataclass(frozen=True, slots=True)
class Paid:
    """What a run wrote and recorded."""

    month: str
    state: PayState
    lines: tuple[PayLine, ...]
    recorded: tuple[PayLine, ...]  # approved since the last run, now paid
    made: bool  # the file is new
    problems: tuple[Problem, ...]
    slips: tuple[Path, ...] = ()  # made or made anew


def payout(house: House, paying: Paying) -> Paid:
    """Write the payout book of a month, new or as it is.

    Raises:
        KpiError: The month is not closed, writing is paused, or `out` is no payout book.
    """
    _period(paying.month)  # before a file is made
    _may_write(house, paying)
    there = _payout_book(paying.out)
    with tempfile.TemporaryDirectory(dir=house.settings.home) as folder:
        target, contents = paying.out, there
        if contents is None:
            target = Path(folder) / paying.out.name
            contents = _new(house, paying, target)
        worked = _worked(house, paying, contents)
        backups = Path(folder) if there is None else house.backups
        port = XlsxPort(target, now=house.clock.now, backups=backups)
        report = port.write(tuple(patches(worked)), _stamps(worked), contents.fingerprint)
        if there is None:
            paying.out.parent.mkdir(parents=True, exist_ok=True)
            replace_atomically(paying.out, [target.read_bytes()])
            _keep_private(paying.out)
    _record(house, worked)
    lines = tuple(worked.lines.values())
    slips, unmade = issued(house, worked) if paying.slips else ((), ())
    found = (*worked.problems, *report.problems, *unmade)
    return Paid(paying.month, worked.state, lines, worked.recorded, there is None, found, slips)


def _may_write(house: House, paying: Paying) -> None:
    stopped = paused(house)
    if stopped:
        raise ToldError(
            f"Writing is paused ({stopped}). Run `python -m sync_service resume` first.",
            f"写入已暂停（{stopped}）。请先运行 `python -m sync_service resume`。",
        )
    if str(paying.out.resolve()) == paying.order.book:
        raise ToldError(
            f"{paying.out} is the team's own workbook; pay never goes there. Name another file.",
            f"{paying.out} 是团队工作簿，薪酬不能写入。请指定另一个文件。",
        )
    refuse_if_open(paying.out)


def _payout_book(out: Path) -> BookContents | None:
    """The file that is there; one that is no payout book is refused."""
    if not out.exists():
        return None
    contents = XlsxPort(out).read()
    if not all(name in contents.tables for name in NEEDED):
        raise ToldError(
            f"{out} is not a payout book. Name a new file with --out.",
            f"{out} 不是奖金簿。请用 --out 指定新文件。",
        )
    return contents


def _keep_private(path: Path) -> None:
    """Let only its owner read the file, where the system knows such rights."""
    with suppress(OSError):
        path.chmod(PRIVATE)


def _new(house: House, paying: Paying, target: Path) -> BookContents:
    """A payout book with the sample rules and no line yet."""
    contents = paying.order.port.read()
    language = paying.language or ("en" if contents.language == "en" else "zh")
    book, _, _ = read(contents)
    start = BookStart(
        service=first_rows(language),
        settings={
            "month": months_of(_period(paying.month))[-1],
            "company": book.settings.company,
            "pilot": False,
        },
        names={"nmState": "", "nmToday": _today(house, book)},
    )
    build(target, "payout", language, start)
    return XlsxPort(target).read()


def _today(house: House, book: Book) -> date:
    return local_day(house.clock.now(), book.settings.time_zone)


# --- the arithmetic -----------------------------------------------------------------------------


def _worked(house: House, paying: Paying, there: BookContents) -> Worked:
    """Scores of this and all paid months, lines, true-ups."""
    contents = paying.order.port.read()
    book, catalog, found = read(contents)
    state = state_of(paying, book, _today(house, book))
    typed = read_payout(there, catalog.metrics)
    kept = kept_lines(house.store, paying.order.book)
    flowed, about_points = _points(house, paying, book, typed)
    book = rewarded(book, flowed)
    settled = list(approved(typed, kept))
    recorded = tuple(one for one in settled if isinstance(one, PayLine))
    known = {**kept, **{_key(line): _as_paid(line, house.clock.now()) for line in recorded}}
    language: Language = "en" if there.language == "en" else "zh"
    periods = {paying.month, *(month for (month, _), one in known.items() if one.paid is not None)}
    months = {month for code in periods for month in months_of(_period(code))}
    versions = tuple(one.version for one in records(house.store, paying.order.book))
    given = inputs(house, _of_month(book, min(months)), catalog, language, versions)
    done = {m: compute(replace(given, book=_of_month(book, m))) for m in sorted(months)}
    now = _period(paying.month)
    closed = {m: closed_totals(house, paying.order.book, m) for m in months_of(now)}
    cards = _all_cards(now, periods, done, closed)
    team = proration_of(done[months_of(now)[-1]].book.settings)
    here = {who: presence(card.person, now, team).share for who, card in cards[now.code].items()}
    fresh = proposed(typed, paying.month, here)
    typed.lines.update(fresh)
    amounts = Amounts(done, language, now.code, closed)
    fixes = corrections(paying.month, known, cards, typed, amounts.by_kpi)
    lines = dict(_lines(paying.month, cards, typed, state, known, fixes, amounts))
    why = {person: sources(line, fixes.get(person, ())) for person, line in lines.items()}
    problems = (
        *(one for one in found if one.place.table in ("tblPeople", "tblSetting")),
        *typed.problems,
        *about_points,
        *(problem for one in closed.values() for problem in one.problems),
        *(one for month in months_of(now) for one in outdated_items(done[month].people)),
        *(one for one in settled if isinstance(one, Problem)),
        *unplaced(now, typed, known),
        *_notes(paying.month, typed, lines, fixes),
        *told_amounts(paying.month, typed, lines, amounts),
    )
    worked = Worked(
        *(paying, done[months_of(now)[-1]], state, typed, lines, fresh),
        *(recorded, why, known, language, problems),
    )
    return with_answers(worked)


def _points(
    house: House, paying: Paying, book: Book, typed: PayTyped
) -> tuple[tuple[PointRow, ...], list[Problem]]:
    """The entries of Points that rewards bring, and what is told of them."""
    source = str(paying.out.resolve())
    flowed = kept_points(house.store, paying.order.book, source, points_in(typed))
    return flowed, list(told_points(typed, book.points))


def _all_cards(
    now: Period,
    periods: Collection[str],
    done: Mapping[str, Computed],
    closed: Mapping[str, Closed],
) -> dict[str, Cards]:
    """The cards of each period; those of the one to pay as they were signed, where it is closed."""
    by_month = {month: _cards(one) for month, one in done.items()}
    cards: dict[str, Cards] = {code: _merged(_period(code), by_month) for code in periods}
    signed = [
        {who: as_closed(card, closed[month]) for who, card in by_month[month].items()}
        for month in months_of(now)
    ]
    return {**cards, now.code: merged(now, signed)}


def state_of(paying: Paying, book: Book, today: date) -> PayState:
    """Whether a month's scores may be paid today; a month that is not closed is refused."""
    window = _period(paying.month).window
    closes = window.end + timedelta(days=book.settings.closing_day - 1)
    if today < window.start or (today < closes and not paying.provisional):
        raise ToldError(
            f"{paying.month} closes on {closes}; its scores are not final. Wait for that day, or "
            "add --provisional to see the amounts marked as such.",
            f"{paying.month} 于 {closes} 结算，得分未定。请等到该日，"
            "或加 --provisional 查看标为待定的金额。",
        )
    if book.settings.pilot:
        return PayState.PILOT
    return PayState.FINAL if today >= closes else PayState.PROVISIONAL


def _merged(of: Period, by_month: Mapping[str, Cards]) -> Cards:
    return merged(of, [by_month[month] for month in months_of(of)])


def _period(code: str) -> Period:
    try:
        found = period(code)
    except KpiError:
        found = None
    if found is None or found.kind not in (PeriodKind.MONTH, PeriodKind.QUARTER):
        raise ToldError(
            f"{code}: write a month such as 2026-10 or a quarter such as 2026-Q3.",
            f"{code}：请写月份（例如 2026-10）或季度（例如 2026-Q3）。",
        )
    return found


def _of_month(book: Book, month: str) -> Book:
    return replace(book, settings=replace(book.settings, month=month))


def _cards(done: Computed) -> Cards:
    return {card.person.code: card for card in done.people}


def _key(line: PayLine) -> Key:
    return line.basis.period, line.basis.person


def _as_paid(line: PayLine, at: datetime) -> Kept:
    return Kept(line.basis, line.rule, line.state, line.payable, "", at)


def _lines(
    month: str,
    cards: Mapping[str, Cards],
    typed: PayTyped,
    state: PayState,
    known: Mapping[Key, Kept],
    fixes: Mapping[str, Sequence[Correction]],
    amounts: Amounts,
) -> Iterator[tuple[str, PayLine]]:
    """The lines of the month that are not paid yet, with their true-up."""
    by_kpi = amounts.by_kpi
    losses = losses_of(month, known, typed, by_kpi)
    made = lines_of(month, cards[month], typed, state, losses=losses, amounts=by_kpi)
    for person, line in made.items():
        before = known.get((month, person))
        if before is None or before.paid is None:
            yield person, trued_up(line, fixes.get(person, ()))


def _notes(
    month: str,
    typed: PayTyped,
    lines: Mapping[str, PayLine],
    fixes: Mapping[str, Sequence[Correction]],
) -> Iterator[Problem]:
    """Which paid months changed since; in another currency no true-up holds the difference."""
    for person, line in lines.items():
        for one in fixes.get(person, ()):
            past = one.settled
            about = typed.lines.get((past.period, person)) or typed.lines[month, person]
            about = replace(about, month=past.period)
            if line.rule is not None and one.currency != line.rule.currency and past.rest:
                yield told("other_currency", about, currency=one.currency, rest=past.rest)
            elif line.basis.true_up and past.rest:
                yield told("pay_changed", about, paid=past.paid, owed=past.owed)


# --- writing ------------------------------------------------------------------------------------


def _stamps(worked: Worked) -> tuple[NamePatch, ...]:
    settings = worked.done.book.settings
    pilot = "yes" if settings.pilot else "no"
    return (
        NamePatch("nmMonth", worked.paying.month),
        NamePatch("nmCompany", settings.company),
        NamePatch("nmPilot", show("yes_no", pilot, worked.language)),
        NamePatch("nmToday", worked.done.today),
        NamePatch("nmState", _band(worked)),
    )


def _band(worked: Worked) -> str:
    if worked.state is PayState.FINAL:
        return ""
    return show("pay_state", worked.state, worked.language)


def _record(house: House, worked: Worked) -> None:
    """What was shown and paid, and the audit entry."""
    now, book = house.clock.now(), worked.paying.order.book
    with house.store.begin() as connection:
        for line in worked.recorded:
            by = worked.typed.lines[_key(line)].approved_by
            keep(connection, book, line, now, paid=line.payable, approved_by=by)
        for line in worked.lines.values():
            keep(connection, book, line, now)
        keep_points(connection, book, str(worked.paying.out.resolve()), points_in(worked.typed))
        audit.record(
            connection,
            at=now,
            actor=worked.paying.order.who,
            action="payout",
            about=str(worked.paying.out.resolve()),
            after={
                "month": worked.paying.month,
                "state": worked.state.value,
                "shown": len(worked.lines),
                "paid": {"/".join(_key(line)): line.payable for line in worked.recorded},
            },
        )


def total_of(lines: Sequence[PayLine]) -> dict[str, Decimal]:
    """What is payable, by currency."""
    found: dict[str, Decimal] = {}
    for line in lines:
        if line.payable is not None and line.rule is not None:
            found[line.rule.currency] = found.get(line.rule.currency, Decimal(0)) + line.payable
    return found
