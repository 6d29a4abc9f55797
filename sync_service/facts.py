"""Facts: one wide Delta table of immutable files; a window of a stream and shop is one commit.

Exactly once is ours, not deltalake's: it accepts a repeated application transaction id and syncs
no file (reliability.md F3, F4). So the number of the last commit is read before each write, and
what a commit made is fsynced before anybody may call it done.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Collection, Mapping
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Schema, Transaction, write_deltalake
from deltalake.exceptions import CommitFailedError, DeltaError

from kpi.errors import KpiError
from kpi.leaves import LeafSums
from kpi.model import Measure, Window
from sync_service import delta_log
from sync_service.fact_files import FactFile, Snapshot
from sync_service.fact_rows import checked_rows, checksum, fact_schema
from sync_service.fact_scan import read_rows, sums_by_sku
from sync_service.leaf_query import LeafQuery, leaf_sums

BySku = tuple[str, str, str, int | None]
"""Stream, shop, SKU and the sum of a count."""
ASKED_KEPT = 2  # sums of a large company take hundreds of MB
PARTITIONS = ("stream", "shop", "month")
# Old versions answer disputes: the log is kept for years, `vacuum` decides about the files.
# Statistics on `day` alone keep the log small; sixty measures would make it the slowest part.
TABLE_SETTINGS = {
    "delta.logRetentionDuration": "interval 3650 days",
    "delta.dataSkippingStatsColumns": "day",
    "delta.checkpointInterval": "50",
}


class ConflictError(KpiError):
    """Another process changed the same facts meanwhile; nothing was written."""


class DiskFullError(KpiError):
    """No room for the facts; nothing was written."""


class Facts:
    """The facts of one data folder: `table/` is the Delta table, `leaves/` what can be rebuilt."""

    def __init__(self, root: Path, measures: Mapping[str, Measure]) -> None:
        """Open the table, or make it; a measure that is new gets its column."""
        self.root = root
        self.table_path = root / "table"
        self.schema = fact_schema(measures)
        self._lock = threading.Lock()  # a handle is not for two threads at once
        self._asked: tuple[tuple[LeafQuery, LeafSums], ...] = ()  # the last, the newest at the end
        self._by_sku: tuple[object, list[tuple[str, str, str, int | None]]] | None = (
            None  # as asked
        )
        self._table = self._open()
        self._widen()

    def _open(self) -> DeltaTable:
        """Open the table, made on first use; another process may be making it too."""
        if not DeltaTable.is_deltatable(str(self.table_path)):
            self.table_path.mkdir(parents=True, exist_ok=True)
            DeltaTable.create(
                str(self.table_path),
                self.schema,
                mode="ignore",
                partition_by=list(PARTITIONS),
                configuration=TABLE_SETTINGS,
            )
            delta_log.sync_version(self.table_path, 0)
        return DeltaTable(str(self.table_path))

    def _widen(self) -> None:
        """Add columns for measures that the table does not know yet."""
        known = {field.name for field in self._table.schema().fields}
        fresh = [field for field in self.schema if field.name not in known]
        if fresh:
            fields = Schema.from_arrow(pa.schema(fresh)).fields
            self._table.alter.add_columns(fields)
            delta_log.sync_version(self.table_path, self._table.version())

    def _fresh(self) -> DeltaTable:
        """Give the handle, brought up to the newest version."""
        self._table.update_incremental()
        return self._table

    @property
    def version(self) -> int:
        """The newest version of the table."""
        with self._lock:
            return int(self._fresh().version())

    def number(self, stream: str, shop: str) -> int:
        """Give the number of the last commit of a stream and shop; 0 when there was none."""
        with self._lock:
            return self._fresh().transaction_version(_app(stream, shop)) or 0

    def metadata(self, stream: str, shop: str) -> dict[str, str]:
        """Give what the last commit of a stream and shop said about itself; empty without one."""
        entry = delta_log.last_commit(self.table_path, self.version, _app(stream, shop))
        return {} if entry is None else dict(entry.metadata)

    def commit(
        self,
        stream: str,
        shop: str,
        window: Window,
        rows: pa.Table,
        *,
        number: int,
        meta: Mapping[str, str],
    ) -> int:
        """Replace the window's days of a stream and shop; the version that holds them.

        A number that the table already has is not written again. An empty table of rows is a
        window in which nothing is known.

        Raises:
            KpiError: A row lies outside the window, a key repeats, a column is unknown.
            ConflictError: Another process changed the same window.
            DiskFullError: There is no room.
        """
        if self.number(stream, shop) < number:
            data = checked_rows(self.schema, stream, shop, window, rows)
            said = dict(meta) | _said(stream, shop, window, number, data)
            with self._lock:
                table = self._fresh()  # another thread may have been faster
                if (table.transaction_version(_app(stream, shop)) or 0) < number:
                    self._write(table, data, window, said)
        return self.make_durable(stream, shop)

    def _write(
        self, table: DeltaTable, data: pa.Table, window: Window, said: dict[str, str]
    ) -> None:
        """Commit the rows; after an error the table is opened anew, the outcome is in doubt."""
        stream, shop, number = said["stream"], said["shop"], int(said["number"])
        try:
            write_deltalake(
                table,
                data,
                mode="overwrite",
                predicate=_predicate(stream, shop, window),
                commit_properties=CommitProperties(
                    custom_metadata=said,
                    app_transactions=[Transaction(_app(stream, shop), number)],
                ),
            )
        except (DeltaError, OSError) as error:
            self._table = DeltaTable(str(self.table_path))
            raise _translated(error, _app(stream, shop)) from error

    def make_durable(self, stream: str, shop: str) -> int:
        """Fsync the last commit of a stream and shop, new or found; its version."""
        entry = delta_log.last_commit(self.table_path, self.version, _app(stream, shop))
        if entry is None:
            return self.version
        delta_log.sync_version(self.table_path, entry.version)
        return entry.version

    def snapshot(self, version: int | None = None) -> Snapshot:
        """Give the files of a version, the newest by default."""
        if version is not None:
            return self.as_of(version)
        with self._lock:
            return _snapshot(self._fresh(), self.table_path)

    def as_of(self, version: int) -> Snapshot:
        """Give the files of an older version, for disputes.

        Raises:
            KpiError: The version is not there.
        """
        try:
            table = DeltaTable(str(self.table_path), version=version)
        except DeltaError as error:
            message = f"Facts version {version} is not there (newest is {self.version})."
            raise KpiError(message) from error
        return _snapshot(table, self.table_path)

    def files(
        self, version: int | None = None, window: Window | None = None
    ) -> tuple[FactFile, ...]:
        """Give the files of a version that may hold days of the window."""
        snapshot = self.snapshot(version)
        return snapshot.files if window is None else snapshot.within(window)

    def rows(self, stream: str, shop: str, window: Window, version: int | None = None) -> pa.Table:
        """Give the facts of a window, ordered by key, with every column of the table."""
        files = [f for f in self.files(version, window) if (f.stream, f.shop) == (stream, shop)]
        if not files:
            return self.schema.empty_table()
        return read_rows([f.path for f in files], self.schema, window)

    def leaves(self, query: LeafQuery) -> LeafSums:
        """Give the exact sums behind every value of a refresh, in one pass; the last ones again."""
        snapshot = self.snapshot(query.version)
        for asked, found in self._asked:
            if asked == query and found.version == snapshot.version:
                return found
        made = leaf_sums(query, snapshot, self.schema, self.root / "leaves")
        self._asked = (*self._asked, (query, made))[-ASKED_KEPT:]
        return made

    def by_sku(
        self, streams: Collection[str], shops: Collection[str], window: Window, measure: str
    ) -> list[BySku]:
        """Give the stream, shop, SKU and sum of a count over a window, in one pass.

        The last answer is given again while the files are the same: they are never changed.
        """
        files = [
            f.path for f in self.files(window=window) if f.stream in streams and f.shop in shops
        ]
        asked = (tuple(files), window, measure)
        known = self._by_sku  # at once: another thread may put its own there
        if known is None or known[0] != asked:
            made = sums_by_sku(files, self.schema, window, measure) if files else []
            known = self._by_sku = (asked, made)
        return known[1]

    def compact(self) -> int:
        """Join small files of the same stream, shop and month; the files joined. A job's work."""
        with self._lock:
            before = int(self._fresh().version())
            joined = self._table.optimize.compact()["numFilesRemoved"]
            for version in range(before + 1, int(self._table.version()) + 1):
                delta_log.sync_version(self.table_path, version)
        return int(joined)

    def vacuum(self, keep_days: int) -> int:
        """Remove files that no version of the last days needs; how many. A job's work.

        Versions older than that can no longer be read, so the days must cover every dispute and
        the longest reader.
        """
        with self._lock:
            removed = self._fresh().vacuum(
                retention_hours=24 * keep_days, dry_run=False, enforce_retention_duration=False
            )
            self._table.update_incremental()
        return len(removed)

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Give every (stream, shop) that has facts."""
        return tuple(sorted({(f.stream, f.shop) for f in self.snapshot().files}))


def _app(stream: str, shop: str) -> str:
    """Give the application id under which Delta keeps our commit numbers."""
    return f"{stream}/{shop}"


def _said(stream: str, shop: str, window: Window, number: int, data: pa.Table) -> dict[str, str]:
    """Say what a commit holds; recovery reads it when the control database missed the commit."""
    return {
        "stream": stream,
        "shop": shop,
        "number": str(number),
        "window_start": window.start.isoformat(),
        "window_end": window.end.isoformat(),
        "rows": str(data.num_rows),
        "checksum": checksum(data),
    }


def _quoted(text: str) -> str:
    """Quote a text for a Delta predicate."""
    return "'" + text.replace("'", "''") + "'"


def _predicate(stream: str, shop: str, window: Window) -> str:
    """Name exactly the facts that a window replaces; the months let Delta skip other files."""
    last = window.end - timedelta(days=1)
    return (
        f"stream = {_quoted(stream)} AND shop = {_quoted(shop)} "
        f"AND month >= '{window.start:%Y-%m}' AND month <= '{last:%Y-%m}' "
        f"AND day >= '{window.start}' AND day < '{window.end}'"
    )


def _translated(error: Exception, app: str) -> KpiError:
    """Name the class of a failed write; none of them may be retried blindly."""
    text = str(error)
    if "No space left" in text or "ENOSPC" in text or "Disk quota" in text:
        return DiskFullError(f"Facts of {app}: the disk is full. Free space, then sync again.")
    if isinstance(error, CommitFailedError):
        return ConflictError(
            f"Facts of {app}: another process changed them meanwhile ({text[:200]}). "
            "Nothing was written; sync again."
        )
    return KpiError(f"Facts of {app} could not be written: {text[:300]}")


def _snapshot(table: DeltaTable, path: Path) -> Snapshot:
    """Read the file list of a table handle."""
    actions = pa.table(table.get_add_actions(flatten=True))
    columns = (
        [
            actions.column(name).to_pylist()
            for name in (
                "path",
                "partition.stream",
                "partition.shop",
                "partition.month",
                "size_bytes",
                "num_records",
                "min.day",
                "max.day",
            )
        ]
        if actions.num_rows
        else []
    )
    found = sorted(zip(*columns, strict=True)) if columns else []
    # The log holds URLs: what stands on the disk is the text with one layer of escapes removed.
    # Plain texts: thousands of Path objects were most of the time that a snapshot took.
    folder = f"{path}{os.sep}"
    return Snapshot(
        int(table.version()),
        tuple(
            FactFile(folder + unquote(name).replace("/", os.sep), *rest) for name, *rest in found
        ),
    )
