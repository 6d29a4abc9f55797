"""The sheet functions that the service answers: ACTUAL, WHY, SOURCE and FORECAST.

A workbook is computed once from its last sent tables and the stored facts, and answers from memory
until one of the two, or the hour, changes. Unknown is #N/A with the reason, a wrong argument
#VALUE! with a sentence.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from kpi.actuals import Actual
from kpi.calendar import month_period, period, shifted, zone
from kpi.catalog import Catalog
from kpi.changes import By, change
from kpi.errors import KpiError, UnansweredError
from kpi.explain import rounded
from kpi.model import COMPANY_SCOPE, Metric, Period, Region, Texts, Unit
from kpi.organisation import ScopeParts
from sync_service.asked_leaves import HISTORY
from sync_service.asking import computed, kpi_code
from sync_service.compute import Computed, ScopeKey
from sync_service.contract_store import label, newest
from sync_service.foretelling import foretold
from sync_service.house import House
from sync_service.refresh import Order
from sync_service.sent_store import last_packed, unpacked
from sync_service.told import ToldError, texts_of
from sync_service.why_unknown import why_unknown
from sync_service.workbooks.port import WorkbookPort
from sync_service.workbooks.sent import Offer, SentBook, SentPort
from sync_service.workbooks.serials import SHIFT_1904, from_serial, to_serial

MOST_CALLS = 5_000  # of one request
MOST_BOOKS = 20  # computed and remembered
MOST_ANSWERS = 50_000  # remembered of a book
TOP = 5  # contributions of WHY
MOST_TOP = 100
ARGUMENTS = 3  # KPI, scope, period
COMPANY = frozenset({"all", "公司", "company", "合计", "total"})
Answer = float | list[list[object]] | dict[str, str]
Call = tuple[object, ...]
Asked = tuple[Metric, ScopeKey, ScopeParts, Period]
Function = Callable[[Computed, Asked, Call], Answer]


class UnsentError(ToldError):
    """The service has never seen this workbook."""


@dataclass(slots=True)
class Known:
    """A workbook computed, and what was answered from it."""

    of: tuple[str, int, str]  # fingerprint of the tables, version of the facts, hour and contract
    done: Computed
    asked: set[str] = field(default_factory=set)  # KPIs that it was computed for, beside its own
    answers: dict[Call, Answer] = field(default_factory=dict)
    scopes: dict[str, list[ScopeKey]] = field(default_factory=dict)
    date1904: bool = False  # days of its cells are counted from 1904

    def __post_init__(self) -> None:
        """Know every scope by its code and names."""
        for key, found in self.done.scopes.items():
            names = (key[1], *found.scope.names.values())
            for name in dict.fromkeys(plain(one) for one in names):
                self.scopes.setdefault(name, []).append(key)

    @property
    def revision(self) -> str:
        """Changes with anything that changes an answer."""
        fingerprint, version, hour = self.of
        return f"{version}-{fingerprint[:12]}-{hour}"


@dataclass(frozen=True, slots=True)
class Sent:
    """A workbook as it was last sent, read once."""

    packed: bytes
    port: WorkbookPort
    fingerprint: str
    date1904: bool = False


@dataclass(slots=True)
class Answers:
    """The computed workbooks of one installation."""

    house: House
    _books: OrderedDict[str, Known] = field(default_factory=OrderedDict)
    _sent: dict[str, Sent] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def keep(self, book: str, sent: SentBook, done: Computed) -> None:
        """Take what a refresh has computed."""
        with self._lock:
            known = Known(self._mark(book, sent.fingerprint), done, date1904=sent.date1904)
            self._put(book, known)

    def answer(self, book: str, calls: Sequence[Call]) -> tuple[str, list[Answer]]:
        """The revision of the facts, and an answer for each call.

        Raises:
            UnsentError: The service has never seen this workbook.
        """
        known = self.known(book, [call[1] for call in calls if len(call) > 1])
        return known.revision, [_remembered(known, call) for call in calls]

    def known(self, book: str, kpis: Sequence[object] = (), *, by_sku: bool = False) -> Known:
        """A workbook computed for its own KPIs and these, by code or name.

        With `by_sku` each SKU is a category of its own; that is computed anew each time.

        Raises:
            UnsentError: The service has never seen this workbook.
        """
        with self._lock:
            sent = self._last(book)
            found, mark = self._books.get(book), self._mark(book, sent.fingerprint)
            if by_sku:
                order = Order(book, sent.port, "functions")
                done = computed(self.house, order, set(map(str, kpis)), by_sku=True)
                return Known(mark, done, date1904=sent.date1904)
            if found is None or found.of != mark:
                found = self._compute(book, sent, mark, set())
            lacking = _lacking(found, kpis)
            if lacking:
                found = self._compute(book, sent, mark, found.asked | lacking)
            self._put(book, found)
            return found

    def _last(self, book: str) -> Sent:
        packed = last_packed(self.house.store, book)
        if packed is None:
            raise UnsentError(
                "The service has not seen this workbook. Refresh it first.",
                "服务尚未见过此工作簿。请先刷新。",
            )
        known = self._sent.get(book)
        if known is None or known.packed != packed:
            sent = unpacked(packed)
            port = SentPort(sent, _never)
            known = self._sent[book] = Sent(packed, port, sent.fingerprint, sent.date1904)
        return known

    def _compute(self, book: str, sent: Sent, mark: tuple[str, int, str], kpis: set[str]) -> Known:
        order = Order(book, sent.port, "functions")
        done = computed(self.house, order, kpis)
        return Known(mark, done, kpis, date1904=sent.date1904)

    def _mark(self, book: str, fingerprint: str) -> tuple[str, int, str]:
        hour = f"{self.house.clock.now():%Y%m%d%H}"
        agreed = label(newest(self.house.store, book))
        return fingerprint, self.house.facts.version, f"{hour}-{agreed}"

    def _put(self, book: str, known: Known) -> None:
        self._books[book] = known
        self._books.move_to_end(book)
        while len(self._books) > MOST_BOOKS:
            oldest, _ = self._books.popitem(last=False)
            self._sent.pop(oldest, None)


def _never(_offer: Offer) -> bool:
    """Questions write nothing."""
    return False


def _lacking(known: Known, kpis: Sequence[object]) -> set[str]:
    """KPIs whose measures were not read from the facts."""
    catalog, read = known.done.given.catalog, known.done.given.leaves.sums
    names = {one for one in kpis if isinstance(one, str)}
    codes = {one if one in catalog.metrics else catalog.names().get(one, "") for one in names}
    return {
        code
        for code in codes - known.asked
        if code in catalog.metrics and not _of_facts(catalog, code) <= read.keys()
    }


def _of_facts(catalog: Catalog, code: str) -> set[str]:
    """The measures behind a KPI that facts can hold; own ones are typed in the workbook."""
    own = {code for code, one in catalog.measures.items() if one.own}
    return set(catalog.needs(code) - own)


def _remembered(known: Known, call: Call) -> Answer:
    """An answer, computed once."""
    found = known.answers.get(call)
    if found is None:
        found = _answer(known, call)
        if len(known.answers) < MOST_ANSWERS:
            known.answers[call] = found
    return found


def _answer(known: Known, call: Call) -> Answer:
    try:
        function = _function(call)
        answer = function(known.done, asked(known, *call[1:4]), call[4:])
        return _since_1904(answer) if known.date1904 and function is _source else answer
    except UnansweredError as error:
        return _error("na", texts_of(error))
    except KpiError as error:
        return _error("value", texts_of(error))


def _since_1904(rows: Answer) -> Answer:
    """The days of SOURCE as a workbook that counts from 1904 has them."""
    if not isinstance(rows, list):
        return rows
    return [[v - SHIFT_1904 if isinstance(v, float) else v for v in row] for row in rows]


def _function(call: Call) -> Function:
    """The function of a call, by KPI_ACTUAL, KPI.ACTUAL or ACTUAL.

    Raises:
        ToldError: There is none, or it is given too few or too many arguments.
    """
    name = str(call[0]) if call else ""
    function = FUNCTIONS.get(name.upper().removeprefix("KPI_").removeprefix("KPI."))
    if function is None or not ARGUMENTS < len(call) <= ARGUMENTS + 2:
        raise ToldError(
            f"{name} with these arguments is no function of the service.",
            f"服务没有带这些参数的函数：{name}。",
        )
    return function


def _error(kind: str, texts: Texts) -> Answer:
    return {"error": kind, "zh": texts["zh"], "en": texts["en"]}


# --- arguments ------------------------------------------------------------------------------------


def plain(text: str) -> str:
    """A name as it is compared."""
    return text.strip().casefold()


def asked(known: Known, kpi: object, scope: object, of: object) -> Asked:
    """What a call asks for.

    Raises:
        ToldError: There is no such KPI, scope or period.
        UnansweredError: The period lies before everything that is read.
    """
    done = known.done
    metric = done.metric(kpi_code(done.given.catalog, _text(kpi)))
    key = scope_key(known, _text(scope))
    when = period_of(of, done.book.settings.week_start, date1904=known.date1904)
    if when.window.end <= done.month.window.start - HISTORY:
        raise UnansweredError(
            f"{when.code} lies before what is read for this workbook (495 days).",
            f"{when.code} 早于本工作簿读取的范围（495 天）。",
        )
    return metric, key, done.scopes[key], when


def _text(given: object) -> str:
    return given.strip() if isinstance(given, str) else ""


def scope_key(known: Known, text: str) -> ScopeKey:
    """A scope by its code or name; `OPS1/US` for one that both regions have.

    Raises:
        ToldError: There is none, or two.
    """
    if plain(text) in COMPANY:
        return (None, COMPANY_SCOPE)
    name, _, side = text.partition("/")
    found = known.scopes.get(plain(text), [])
    if not found and plain(side).upper() in tuple(Region):
        region = Region(plain(side).upper())
        found = [key for key in known.scopes.get(plain(name), []) if key[0] is region]
    if len({code for _, code in found}) == 1:  # a company of both regions has a whole too
        found = [key for key in found if key[0] is None] or found
    if len(found) == 1:
        return found[0]
    if found:
        raise ToldError(
            f'"{text}" exists in both regions; write {text}/US or {text}/EU.',
            f"“{text}”在两个区域都有；请写 {text}/US 或 {text}/EU。",
        )
    raise ToldError(
        f'The workbook has no scope "{text}". Write ALL, US, EU, a market, shop, category, '
        "person, company or brand.",
        f"本簿没有范围“{text}”。请写 公司、US、EU、国家、店铺、类目、人员、公司主体或品牌。",
    )


def period_of(given: object, week_start: int = 0, *, date1904: bool = False) -> Period:
    """A period by its code; a day's number, which a sheet makes of 2026-10, is its month.

    Raises:
        ToldError: It is none.
    """
    if isinstance(given, int | float) and not isinstance(given, bool):
        day = from_serial(float(given), date1904=date1904)
        if isinstance(day, date):
            return month_period(day.year, day.month)
    try:
        return period(_text(given), week_start)
    except KpiError as error:
        raise ToldError(
            f'"{given}" is no period. Write 2026-10, 2026-W43, 2026-Q4, 2026 or 2026-10-21.',
            f"“{given}”不是期间。请写 2026-10、2026-W43、2026-Q4、2026 或 2026-10-21。",
        ) from error


# --- the functions --------------------------------------------------------------------------------


def actual_of(done: Computed, what: Asked) -> Actual:
    """The actual of a KPI.

    Raises:
        UnansweredError: It is not known; the sentence says why.
    """
    metric, key, found, of = what
    actual = done.value(metric.code, key, of)
    if actual is None or actual.value is None:
        raise UnansweredError(*why_unknown(done, metric, found, of))
    return actual


def _actual(done: Computed, what: Asked, _more: Call) -> Answer:
    value = actual_of(done, what).value
    return 0.0 if value is None else value


def _why(done: Computed, what: Asked, more: Call) -> Answer:
    """The largest contributions to the change since the period before."""
    given = more[0] if more and more[0] is not None else TOP
    if isinstance(given, bool) or not isinstance(given, int | float) or not 1 <= given <= MOST_TOP:
        raise ToldError(f"How many rows? Write 1 to {MOST_TOP}.", f"行数请写 1 到 {MOST_TOP}。")
    return [list(row) for row in contributions(done, what)[: int(given)]]


def contributions(done: Computed, what: Asked) -> list[tuple[str, float]]:
    """Shops and what each did to the change, the largest first; rounded so that they add up.

    Raises:
        UnansweredError: The change cannot be split; the sentence says why.
    """
    metric, _, found, of = what
    before = shifted(of, -1, done.book.settings.week_start)
    split = change(done.actuals, done.book, metric, found, (before, of), By.SHOP)
    parts = split.found.parts
    figures = rounded([part.total for part in parts], 6 if metric.unit is Unit.RATIO else 2)
    rows = [(part.name or "–", float(value)) for part, value in zip(parts, figures, strict=True)]
    return sorted(rows, key=lambda row: -abs(row[1]))


def _source(done: Computed, what: Asked, _more: Call) -> Answer:
    """A row a stream: covered until, fetched at, stream@shop."""
    actual = actual_of(done, what)
    rows = sources(done, actual)
    if not rows:
        raise UnansweredError(
            f"{what[0].code} does not come from a stream: it was typed in the workbook.",
            f"{what[0].names['zh']} 不来自数据流，由人在工作簿中填写。",
        )
    return [list(row) for row in rows]


def sources(done: Computed, actual: Actual) -> list[tuple[float | None, float | None, str]]:
    """Covered until and fetched at as numbers of a sheet, on the workbook's clock; the stream."""
    until = actual.covered_until
    covered = None if until is None else to_serial(until, date1904=False)
    here = zone(done.book.settings.time_zone)
    rows = []
    for stream in actual.streams:
        name, _, shop = stream.partition("@")
        state = done.given.states.get((name, shop))
        pulled = state.last_success if state else None
        fetched = None if pulled is None else pulled.astimezone(here).replace(tzinfo=None)
        serial = None if fetched is None else to_serial(fetched, date1904=False)
        rows.append((covered, serial, stream))
    return rows


def _forecast(done: Computed, what: Asked, _more: Call) -> Answer:
    """Value, low and high at the end of the period."""
    found = foretold(done, *what)
    return [[found.value, found.low, found.high]]


FUNCTIONS: Mapping[str, Function] = {
    "ACTUAL": _actual,
    "WHY": _why,
    "SOURCE": _source,
    "FORECAST": _forecast,
}
