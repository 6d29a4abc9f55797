"""What runs when nobody clicks: every minute a look at what is due, and the jobs themselves.

A click orders a refresh, which reads stored facts only. Fetching belongs to the schedule: it alone
spends rationed reports, oldest shop first. Jobs run in threads (deltalake must not be forked), and
the same code runs on SQLite, on Redis, or at once.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from huey import Huey, crontab

from kpi.errors import KpiError
from sync_service import audit, mornings, rations, runs
from sync_service.console import as_data
from sync_service.google.refreshing import PREFIX, port_for
from sync_service.holding import Holding
from sync_service.house import House
from sync_service.next_fetches import due_streams, next_step, paid, refetch
from sync_service.orders import Threads, open_queue
from sync_service.refresh import Order, Outcome, refresh
from sync_service.stops import STOPS, as_trouble
from sync_service.sync import SyncReport, backfill, sync
from sync_service.told import ToldError, texts_of

LOG = logging.getLogger(__name__)
SERVICE = "service"  # lease of the one process that keeps the schedule of a data folder
AGAIN = timedelta(minutes=5)  # until a morning that failed is tried once more
TRIES = 6  # a workbook that somebody has open at half past eight is closed by nine
PROBLEMS = 200  # kept of one run
SheetWork = Callable[[str, str, str, str], None]
"""Run, kind, spreadsheet, and who ordered it."""


def _nobody(run: str, _kind: str, _sheet: str, _who: str) -> None:
    LOG.warning("%s: nobody works on spreadsheets in this process", run)


class Jobs:
    """The jobs of one installation."""

    def __init__(self, house: House, queue: Huey | None = None) -> None:
        """Know the tasks; nothing runs before `start`."""
        self.house = house
        self.queue = queue if queue is not None else open_queue(house.settings)
        self.stopping = threading.Event()
        self._sync = self.queue.task(name="sync_due")(self._sync_due)
        self._refresh = self.queue.task(name="refresh_book")(self._refresh_book)
        self._backfill = self.queue.task(name="backfill_step")(self._backfill_step)
        self._morning = self.queue.task(name="morning_file")(self._morning_file)
        self.sheet_work: SheetWork = _nobody  # set by who answers the scripts of spreadsheets
        self._sheet = self.queue.task(name="sheet_work")(self._sheet_job)
        self.queue.periodic_task(crontab(), name="each_minute")(self._each_minute)
        self._threads: Threads | None = None
        self._holding: Holding | None = None

    # -- life ---------------------------------------------------------------------------------

    def start(self) -> None:
        """Keep the schedule in threads; only one process of a data folder may.

        Raises:
            KpiError: Another service keeps it already.
        """
        holding = Holding(self.house.store).__enter__()
        if holding.take(SERVICE) is None:
            holding.__exit__(None, None, None)
            home = self.house.settings.home
            raise ToldError(
                f"Another service already runs on {home}. "
                "Stop it first, or start this one with another --home.",
                f"已有服务在使用 {home}。请先停止它，或用 --home 换一个数据文件夹。",
            )
        self._holding = holding
        runs.interrupt(self.house.store, self._now())
        self._threads = Threads(self.queue)
        self._threads.start()

    def stop(self) -> None:
        """End the threads: a sync stops after the piece in hand, the next start goes on."""
        self.stopping.set()
        if self._threads is not None:
            self._threads.stop(graceful=True)
            self._threads.scheduler.join(5)
        if self._holding is not None:
            self._holding.__exit__(None, None, None)
        self._threads = self._holding = None
        with suppress(AttributeError):  # a queue in memory has nothing to close
            self.queue.storage.close()

    def _now(self) -> datetime:
        return self.house.clock.now()

    # -- orders -------------------------------------------------------------------------------

    def order_refresh(self, book: str, who: str, key: str = "") -> str:
        """Order the refresh of a registered workbook; the same key gives the same run."""
        said = f"{who}\n{key}" if key else uuid.uuid4().hex
        run = hashlib.sha256(said.encode()).hexdigest()[:32]
        told = {"book": book, "who": who}
        if (not key or runs.find(self.house.store, run) is None) and runs.order(
            self.house.store, run, "refresh", self._now(), told
        ):
            self._refresh(run, book, who)
        return run

    def tick(self) -> list[str]:
        """Order what is due now; the runs that were ordered."""
        now = self._now()
        for one in mornings.soon(self.house.store, now):
            refetch(self.house, one, now)
        ordered = [run for one in mornings.due(self.house.store, now) if (run := self._call(one))]
        if not runs.working(self.house.store, "sync", now):
            streams = due_streams(self.house, now)
            if streams:
                ordered.append(self._order("sync", self._sync))
            elif not runs.working(self.house.store, "backfill", now):
                step = next_step(self.house, now)
                if step is not None:
                    ordered.append(self._order("backfill", self._backfill, *step))
        return ordered

    def _order(self, kind: str, task: Any, *words: str) -> str:  # noqa: ANN401 - huey ships no types
        run = uuid.uuid4().hex
        runs.order(self.house.store, run, kind, self._now(), {"about": list(words)})
        task(run, *words)
        return run

    def _call(self, one: mornings.Due) -> str | None:
        """Order a morning, unless it works, or failed just now."""
        run = f"morning-{one.morning.id}-{one.day}"
        store, now = self.house.store, self._now()
        before = runs.find(store, run)
        tries = 1 + int(str(before.summary.get("tries", 0))) if before else 1
        if before and not before.open and before.ended and now - before.ended < AGAIN:
            return None
        if before and not before.open and tries > TRIES:
            mornings.finished(store, one.morning.book, one.day)
            return None
        told = {"book": one.morning.book, "tries": tries, "day": str(one.day)}
        told |= {"missed": one.missed, "made_up": one.made_up}
        if not runs.order(store, run, "morning", now, told):
            return None
        if one.made_up and tries == 1:
            self._log_made_up(one)
        self._morning(run, one.morning.book, str(one.day))
        return run

    def _log_made_up(self, one: mornings.Due) -> None:
        """A missed morning shows in the audit chain."""
        minutes = int(one.late.total_seconds() // 60)
        with self.house.store.begin() as connection:
            audit.record(
                connection,
                at=self._now(),
                actor="schedule",
                action="morning_made_up",
                about=one.morning.book,
                reason=f"{one.day} {one.morning.at} comes {minutes} min late; "
                f"{one.missed} earlier mornings are not repeated",
            )

    # -- tasks --------------------------------------------------------------------------------

    def _each_minute(self) -> None:
        try:
            self.tick()
        except STOPS as error:  # the next minute looks again
            LOG.warning("schedule: %s", error)

    def _sync_due(self, run: str) -> None:
        """Fetch what is due; reports that are still being built are taken up by a later look."""
        self._guarded(run, lambda: self._told(run, *self._fetch()))

    def _fetch(self) -> list[SyncReport]:
        """Free streams side by side, then the rationed ones that the ration pays for."""
        now = self._now()
        streams = due_streams(self.house, now)
        free = {w[1].name for w in streams if not rations.rationed(w[1])}
        shops = {w[2].code for w in streams}
        reports = []
        if free:
            reports.append(self._go(shops, free))
        for stream, shop in paid(self.house, streams, now):
            if not self.stopping.is_set():
                reports.append(self._go({shop}, {stream}))
        return reports

    def _go(self, shops: set[str], streams: set[str]) -> SyncReport:
        return sync(
            self.house.syncing, shops=shops, streams=streams, patient=False, stop=self.stopping
        )

    def _backfill_step(self, run: str, stream: str, shop: str) -> None:
        """One shop's stream further into the past."""

        def work() -> None:
            parts, stop = self.house.syncing, self.stopping
            report = backfill(parts, shops={shop}, streams={stream}, patient=False, stop=stop)
            self._told(run, report)

        self._guarded(run, work)

    def _refresh_book(self, run: str, book: str, who: str) -> None:
        """One workbook, from stored facts."""
        self._guarded(run, lambda: self._write(run, book, who))

    def _morning_file(self, run: str, book: str, day: str) -> None:
        """Fetch what is due, then the workbook: it is there before nine."""

        def work() -> None:
            try:
                self._fetch()
            except STOPS as error:  # what cannot be fetched never hides the workbook
                LOG.warning("%s: %s", run, error)
            self._write(run, book, "schedule")
            mornings.finished(self.house.store, book, datetime.fromisoformat(day).date())

        self._guarded(run, work)

    def order_sheet(self, run: str, kind: str, sheet: str, who: str) -> None:
        """Order work on a Google spreadsheet; its run was noted by who orders."""
        self._sheet(run, kind, sheet, who)

    def _sheet_job(self, run: str, kind: str, sheet: str, who: str) -> None:
        """Work on a Google spreadsheet."""
        self.sheet_work(run, kind, sheet, who)

    def _write(self, run: str, book: str, who: str) -> None:
        """Refresh and note what came of it."""
        store = self.house.store

        def tell(zh: str, en: str) -> None:
            runs.note(store, run, "running", step={"zh": zh, "en": en})

        if not book.startswith(PREFIX):
            check_place(Path(book))
        outcome = refresh(self.house, Order(book, port_for(self.house, book), who), tell)
        _learn(self.house, book, outcome)
        found = [as_data(one) for one in outcome.problems[:PROBLEMS]]
        cells = outcome.report.cells_written if outcome.report else 0
        runs.note(
            store, run, "done", self._now(), result=outcome.state, cells=cells, problems=found
        )

    def _told(self, run: str, *reports: SyncReport) -> None:
        found = [as_data(one) for report in reports for one in report.problems][:PROBLEMS]
        parked = [name for report in reports for name in report.parked]
        runs.note(
            self.house.store,
            run,
            "done",
            self._now(),
            rows=sum(report.rows for report in reports),
            commits=sum(report.spans for report in reports),
            parked=parked,
            problems=found,
        )

    def _guarded(self, run: str, work: Any) -> None:  # noqa: ANN401 - a call without arguments
        """A job that fails says why in its run; the next job goes on."""
        store = self.house.store
        runs.note(store, run, "running")
        try:
            work()
        except STOPS as error:
            LOG.warning("%s: %s", run, error)
            runs.note(store, run, "failed", self._now(), error=_said(error))


def _said(error: BaseException) -> dict[str, str]:
    """The sentence of a failure in both languages."""
    if isinstance(error, KpiError):
        return {str(language): text for language, text in texts_of(error).items()}
    found = as_trouble(error)
    return {at: text.replace("{detail}", found.detail) for at, text in found.what.items()}


def check_place(path: Path) -> None:
    """A registered path that now leads elsewhere (a link was put there) is not followed.

    Raises:
        KpiError: It leads elsewhere, or the file is gone.
    """
    if not path.is_file() or path.resolve() != path:
        raise ToldError(
            f"{path.name} is not where it was registered. Put it back, or register it again with "
            "`python -m sync_service schedule --book FILE`.",
            f"{path.name} 不在登记的位置。请放回原处，"
            "或用 `python -m sync_service schedule --book 文件` 重新登记。",
        )


def _learn(house: House, book: str, outcome: Outcome) -> None:
    """Keep what the schedule needs to know of a workbook."""
    if outcome.done is not None:
        made = outcome.done.book
        mornings.keep(house.store, book, made.settings.time_zone, [s.code for s in made.shops])
