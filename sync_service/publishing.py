"""Publishing: what stands in the sheet becomes the next signed version, from a day on.

A book with errors in rows that score is refused with their cells; so is a change that reaches into
a settled quarter without a recorded exception, and one that reaches into a closed period at all.
The workbook is refreshed afterwards, so that it shows the version and scores by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from kpi.book import EVER
from kpi.calendar import clipped, local_day
from kpi.contracts import (
    Change,
    Version,
    against_lock,
    changes,
    contract_of,
    moved,
)
from kpi.errors import Level, Problem
from kpi.model import Period
from kpi.readiness import open_gaps, unconfirmed
from sync_service import audit, contract_store
from sync_service.contract_store import Allowed, Record, frozen, records
from sync_service.filling.agreed import by_row, said, shown_key
from sync_service.house import House
from sync_service.refresh import Order, Outcome, Step, nothing, read, refresh
from sync_service.signing import key_id, signer
from sync_service.told import ToldError
from sync_service.workbooks.port import BookContents

SCORED = frozenset(
    {
        *("tblTarget", "tblWeight", "tblRule", "tblKpi"),
        *("tblPeople", "tblShop", "tblAssign", "tblPointKind", "tblSetting"),
        *("tblGrade", "tblTerm", "tblMeasure"),
    }
)
MOST_NAMED = 8  # cells or rows in one sentence


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asks to publish."""

    who: str
    reason: str = ""
    start: date | None = None  # the first day that it counts for; None: tomorrow
    exception: str = ""  # why a settled quarter is changed
    approver: str = ""
    accept_gaps: bool = False  # between a target and its parts


@dataclass(frozen=True, slots=True)
class Published:
    """What a publication did."""

    record: Record  # the new version, or the one that stands
    changes: tuple[Change, ...]
    new: bool
    outcome: Outcome | None  # of the refresh that followed; None: nothing was new


class UnreadyError(ToldError):
    """The book cannot be signed as it is; `problems` name the cells."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Make the sentence."""
        self.problems = tuple(problems)
        places = [str(one.place) for one in problems]
        more = len(places) - MOST_NAMED
        named = "; ".join(places[:MOST_NAMED])
        super().__init__(
            f"{len(places)} faults stand in rows that score: {named}"
            f"{f' and {more} more' if more > 0 else ''}. Mend them (`check` names each), then "
            "publish again.",
            f"计分的行中有 {len(places)} 处错误：{named}{f'，另有 {more} 处' if more > 0 else ''}。"
            "请修正后再发布（`check` 逐条列出）。",
        )


def publish(house: House, order: Order, wanted: Wanted, tell: Step = nothing) -> Published:
    """Sign what stands in the sheet as the next version, and refresh the book by it.

    Raises:
        UnreadyError: Rows that score have errors.
        ToldError: The change needs an exception, or reaches into a closed period.
    """
    tell("读取工作簿", "Reading the workbook")
    contents = order.port.read()
    known = records(house.store, order.book)
    made, found = _next(house, order, contents, known, wanted)
    if made is None:
        return Published(known[-1], (), new=False, outcome=None)
    tell("签名并保存", "Signing")
    _keep(house, order, contents, known, made)
    return Published(made, found, new=True, outcome=refresh(house, order, tell))


def _next(
    house: House,
    order: Order,
    contents: BookContents,
    known: tuple[Record, ...],
    wanted: Wanted,
) -> tuple[Record | None, tuple[Change, ...]]:
    """The version to sign; None where nothing was changed since the last one."""
    book, catalog, problems = read(contents)
    today = local_day(house.clock.now(), book.settings.time_zone)
    open_ = () if wanted.accept_gaps else open_gaps(book, catalog, today.year)
    _refuse_faults([*contents.problems, *problems, *unconfirmed(book)], open_)
    contract = contract_of(book, catalog)
    versions = tuple(one.version for one in known)
    last = max(versions, key=lambda one: one.number, default=None)
    found = changes(last.contract, contract) if last else ()
    if last and not found:
        return None, ()
    start = wanted.start or today + timedelta(days=1)
    _refuse_closed(found, frozen(house.store, order.book), start)
    allowed = _allowed(found, versions, replace(wanted, start=start), today)
    number = last.number + 1 if last else 1
    version = Version(number, start, today, contract)
    mine = key_id(signer(house.settings).public)
    return Record(version, house.clock.now(), wanted.who, wanted.reason, allowed, mine), found


def _refuse_faults(problems: Iterable[Problem], differences: Sequence[Problem]) -> None:
    faults = [p for p in problems if p.level is Level.ERROR and p.place.table in SCORED]
    if faults or differences:
        raise UnreadyError([*faults, *differences])


def _refuse_closed(found: Iterable[Change], closed: Sequence[Period], start: date) -> None:
    """A closed period never changes; a correction is paid as a true-up of the next one."""
    hit = {
        period.code: change
        for change in found
        for period in closed
        if clipped(moved(change, start), period.window).days
    }
    if hit:
        names = ", ".join(sorted(hit))
        raise ToldError(
            f"{names} is closed and does not change any more. Let the version start after it: "
            "leave --from out, and correct the past as a true-up of the next period.",
            f"{names} 已关账，不能再改。请让新版本在其后生效（不写 --from），"
            "过去的更正记入下一期调整。",
        )


def _allowed(
    found: Sequence[Change], versions: Sequence[Version], wanted: Wanted, today: date
) -> Allowed | None:
    """The exception of a change inside a settled quarter; None where none is needed."""
    hit = against_lock(found, versions, wanted.start or EVER, today)
    if not hit:
        return None
    quarters = tuple(sorted({quarter.code for _, quarter in hit}))
    if not wanted.exception.strip() or not wanted.approver.strip():
        raise _locked(quarters, [change for change, _ in hit])
    return Allowed(wanted.exception.strip(), wanted.approver.strip(), today, quarters)


def _locked(quarters: Sequence[str], hit: Sequence[Change]) -> ToldError:
    rows = list(by_row(dict.fromkeys(hit)).items())
    more = len(rows) - MOST_NAMED
    names = ", ".join(quarters)
    en = "; ".join(f"{shown_key(at[1])}: {said(c, 'en')}" for at, c in rows[:MOST_NAMED])
    zh = "；".join(f"{shown_key(at[1])}：{said(c, 'zh')}" for at, c in rows[:MOST_NAMED])
    return ToldError(
        f"The KPI set of {names} is locked, and this changes it: {en}"
        f"{f' and {more} more rows' if more > 0 else ''}. Publish with --exception REASON "
        "--approver PERSON, or with --from a day after the quarter.",
        f"{names} 的 KPI 已锁定，本次改动涉及：{zh}{f'，另有 {more} 行' if more > 0 else ''}。"
        "请用 --exception 原因 --approver 批准人 发布，或用 --from 指定季度之后的日期。",
    )


def _keep(
    house: House,
    order: Order,
    contents: BookContents,
    known: Sequence[Record],
    made: Record,
) -> None:
    """Store the version and its audit entry together, if the book is still what was read."""
    if order.port.fingerprint() != contents.fingerprint:
        raise ToldError(
            "The workbook was saved while it was being published. Run publish again.",
            "发布过程中工作簿又被保存。请重新发布。",
        )
    signs = signer(house.settings)
    before = known[-1].name if known else None
    after: dict[str, object] = {"version": made.name, "start": str(made.version.start)}
    if made.exception:
        after["exception"] = contract_store.exception_data(made.exception)
    with house.store.begin() as connection:
        contract_store.add(connection, signs, order.book, made)
        audit.record(
            connection,
            at=made.at,
            actor=made.by,
            action="publish",
            about=order.book,
            before=before,
            after=after,
            reason=made.reason,
        )
