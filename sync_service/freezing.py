"""Closing a month or a quarter: a copy of the workbook that still recalculates, sealed.

The copy holds Items of every month of the period, each by the contract of its month, with plain
formulas; its seal carries the signed contracts (definitions, weights, thresholds, fixed rates), the
exchange rates of the days, and every cell as it was. Nothing in it needs the service.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from kpi.calendar import clipped, local_day, period_of, shifted
from kpi.card_problems import outdated_items
from kpi.contracts import reach
from kpi.errors import Problem
from kpi.model import Period, PeriodKind
from kpi.money import cross
from sheet_templates.words import show
from sync_service import audit, contract_store
from sync_service.agency_figures import signed_figures
from sync_service.compute import Computed, compute
from sync_service.contract_store import frozen, records
from sync_service.filling.agreed import by_row, said, shown_key
from sync_service.filling.everything import patches, stamps
from sync_service.house import House
from sync_service.payout_amounts import pay_values
from sync_service.refresh import Order, Seen, Step, look, nothing, units_shipped
from sync_service.scorecard import card_totals, team_totals
from sync_service.sealing import sealed
from sync_service.signing import key_id, signer
from sync_service.told import ToldError
from sync_service.workbooks.port import NamePatch, TablePatch
from sync_service.workbooks.replace import replace_atomically
from sync_service.workbooks.xlsx import XlsxPort, sha256

BY_MONTH = ("tblScore", "tblWeek")  # tables that hold every month of the period
MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Frozen:
    """What closing a period made."""

    path: Path
    period: Period
    totals: Mapping[str, float | None]  # of each card, by month｜person｜region
    items: int
    key: str  # id of the key that sealed it
    problems: tuple[Problem, ...]


def freeze(
    house: House, order: Order, of: Period, out: Path, who: str, tell: Step = nothing
) -> Frozen:
    """Write the sealed copy of a closed period.

    Raises:
        ToldError: The book is a draft, the period is still open or closed already, or changes
            that reach into it wait to be published.
    """
    _refuse(house, order, of, out)
    seen = look(house, order, tell)
    _refuse_open(house, seen, of)
    _refuse_pending(seen, of)
    tell("计算每个月", "Scoring each month")
    months = [_month(seen, one) for one in _months(of)]
    tell("写出并签名", "Writing and signing")
    signs = signer(house.settings)
    copy, problems = _copy(house, order, seen, months)
    made = sealed(copy, out.name, _about(house, order, of, months), signs)
    replace_atomically(out, [made])
    _record(house, order, of, out, made, who)
    items = sum(len(one.items) for done in months for card in done.cards for one in card.cards)
    late = (one for done in months if done is not seen.done for one in outdated_items(done.people))
    found = (*seen.problems, *late, *problems)
    return Frozen(out, of, card_totals(months), items, key_id(signs.public), found)


def _copy(
    house: House, order: Order, seen: Seen, months: Sequence[Computed]
) -> tuple[bytes, tuple[Problem, ...]]:
    """The workbook with the figures of the period, made aside; the manager's own is not touched."""
    with tempfile.TemporaryDirectory(dir=house.settings.home) as folder:
        copy = Path(folder) / Path(order.book).name
        shutil.copyfile(order.book, copy)
        port = XlsxPort(copy, now=house.clock.now, recalculate=_mode(order), backups=Path(folder))
        read = port.fingerprint()
        if read != seen.contents.fingerprint:
            raise _saved_meanwhile()
        names = _stamps(house, seen, months)
        report = port.write(_patches(house, seen, months), names, read)
        return copy.read_bytes(), report.problems


def _mode(order: Order) -> str:
    port = order.port
    return port.recalculate if isinstance(port, XlsxPort) else "auto"


def _saved_meanwhile() -> ToldError:
    return ToldError(
        "The workbook was saved while it was being closed. Run freeze again.",
        "关账过程中工作簿又被保存。请重新执行 freeze。",
    )


# --- what may not be closed -----------------------------------------------------------------------


def _refuse(house: House, order: Order, of: Period, out: Path) -> None:
    if not records(house.store, order.book):
        raise ToldError(
            "This workbook was never published, so nobody agreed on its scores. Run publish first.",
            "该工作簿从未发布，得分未经确认。请先运行 publish。",
        )
    if out.exists():
        raise ToldError(
            f"{out} is there already. Choose another name with --out.",
            f"{out} 已存在。请用 --out 指定其他名称。",
        )
    for closed in frozen(house.store, order.book):
        if closed == of:
            raise ToldError(
                f"{of.code} is closed already; its scores do not change any more. `verify` checks "
                "the file that was made then.",
                f"{of.code} 已关账，得分不再变化。可用 `verify` 验证当时的文件。",
            )


def _refuse_open(house: House, seen: Seen, of: Period) -> None:
    """A period is final from its closing day on, which lies in the month after it."""
    settings = seen.done.book.settings
    final = of.window.end + timedelta(days=max(settings.closing_day, 1) - 1)
    today = local_day(house.clock.now(), settings.time_zone)
    if today < final:
        raise ToldError(
            f"{of.code} is final from {final} on; until then late data may still move its scores. "
            "Close it then, or change the closing day in Setup and publish.",
            f"{of.code} 自 {final} 起才定稿，此前迟到数据仍会改变得分。"
            "请届时再关账，或在设置中修改关账日并发布。",
        )


def _refuse_pending(seen: Seen, of: Period) -> None:
    """What is typed and not published would stand in the copy beside scores without it."""
    hit = [one for one in seen.done.pending if clipped(reach(one), of.window).days]
    if hit:
        rows = list(by_row(hit).items())[:MOST_NAMED]
        en = "; ".join(f"{shown_key(at[1])}: {said(found, 'en')}" for at, found in rows)
        zh = "；".join(f"{shown_key(at[1])}：{said(found, 'zh')}" for at, found in rows)
        raise ToldError(
            f"{of.code} has changes that are not published: {en}. Publish them or put the old "
            "values back, then close.",
            f"{of.code} 有未发布的改动：{zh}。请先发布或改回，再关账。",
        )


# --- what the copy holds --------------------------------------------------------------------------


def _months(of: Period) -> tuple[Period, ...]:
    month = period_of(of.window.start, PeriodKind.MONTH)
    count = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3}.get(of.kind, 0)
    if not count:
        raise ToldError(
            f"{of.code} is no month or quarter. Write --month 2026-09 or --quarter 2026-Q3.",
            f"{of.code} 不是月份或季度。请写 --month 2026-09 或 --quarter 2026-Q3。",
        )
    return tuple(shifted(month, n) for n in range(count))


def _month(seen: Seen, month: Period) -> Computed:
    """The book as it computes another month."""
    given = seen.done.given
    typed = given.typed
    if typed is None or month == seen.done.month:
        return seen.done
    settings = replace(typed.book.settings, month=month.code)
    book = replace(typed.book, settings=settings)
    return compute(replace(given, book=book, catalog=typed.catalog, typed=None))


def _patches(house: House, seen: Seen, months: Sequence[Computed]) -> list[TablePatch]:
    """The last month's pages, and Items of every month."""
    last = months[-1]
    units = units_shipped(house, last.book, last.given.now)
    tables = seen.contents.tables
    made = [patches(done, seen.problems, seen.compared, units, tables) for done in months]
    every = {name: [p for of in made for p in of if p.table == name] for name in BY_MONTH}
    return [
        _frozen_team(_joined(every[p.table]) if p.table in every else p, last) for p in made[-1]
    ]


def _joined(parts: Sequence[TablePatch]) -> TablePatch:
    rows = tuple(row for part in parts for row in part.rows)
    computed = {key: values for part in parts for key, values in part.computed.items()}
    return replace(parts[-1], rows=rows, computed=computed)


def _frozen_team(patch: TablePatch, done: Computed) -> TablePatch:
    if patch.table != "tblTeam":
        return patch
    state = show("team_state", "frozen", done.given.language)
    return replace(patch, rows=tuple({**row, "state": state} for row in patch.rows))


def _stamps(house: House, seen: Seen, months: Sequence[Computed]) -> list[NamePatch]:
    last = months[-1]
    code = last.month.code
    names = [*stamps(last, units_shipped(house, last.book, last.given.now))]
    names += [NamePatch("nmMonth", code), NamePatch("nmCardMonth", code)]
    return [name for name in names if name.name in seen.contents.names]


def _about(house: House, order: Order, of: Period, months: Sequence[Computed]) -> dict[str, object]:
    """What the seal says of the file beyond its parts."""
    last = months[-1]
    return {
        "kind": "freeze",
        "period": of.code,
        "company": last.book.settings.company,
        "at": last.given.now,
        "versions": {done.month.code: done.version for done in months},
        "contracts": contract_store.travelling(house.store, order.book),
        "rates": rates_of(last, of),
        "totals": card_totals(months),
        "teams": team_totals(months),
        "amounts": pay_values(months),
        "partners": signed_figures(months),
        "facts": last.given.leaves.version,
    }


def rates_of(done: Computed, of: Period) -> dict[str, dict[str, str]]:
    """The day's rates of currencies that have no fixed one, into the report currency."""
    settings = done.book.settings
    given = {shop.currency for shop in done.book.shops} | {p.currency for p in done.book.products}
    open_ = sorted(given - set(settings.fixed_rates) - {settings.currency})
    return {currency: _of_days(done, currency, of.window.each()) for currency in open_}


def _of_days(done: Computed, currency: str, days: Sequence[date]) -> dict[str, str]:
    wanted = done.book.settings.currency
    quotes = {day: cross(done.given.rates, currency, wanted, day) for day in days}
    return {str(day): str(quote.rate) for day, quote in quotes.items() if quote is not None}


def _record(house: House, order: Order, of: Period, out: Path, made: bytes, who: str) -> None:
    now, digest = house.clock.now(), sha256(made)
    row = {
        "book": order.book,
        "period": of.code,
        "at": now,
        "by": who,
        "path": str(out.resolve()),
        "sha256": digest,
    }
    with house.store.begin() as connection:
        contract_store.keep_freeze(connection, row)
        audit.record(
            connection,
            at=now,
            actor=who,
            action="freeze",
            about=order.book,
            after={"period": of.code, "file": out.name, "sha256": digest},
        )
