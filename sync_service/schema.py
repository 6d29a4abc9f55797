"""The control database's tables; `migrations` makes and changes them.

Instants are UTC as sortable text, so SQLite and PostgreSQL hold and compare them alike.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from kpi.errors import KpiError

INSTANT = "%Y-%m-%dT%H:%M:%S.%fZ"


class Instant(TypeDecorator[datetime]):
    """An aware datetime in, an aware UTC datetime out, fixed-width text between."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> str | None:
        """Turn an aware datetime into text; a naive one is a fault of the caller."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = f"{value} has no time zone; give UTC instants to the control database."
            raise KpiError(message)
        return value.astimezone(UTC).strftime(INSTANT)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> datetime | None:
        """Turn the text back into an aware UTC datetime."""
        return None if value is None else datetime.strptime(value, INSTANT).replace(tzinfo=UTC)


metadata = MetaData()


def _json(name: str) -> Column[object]:
    """Make a column of JSON text where None is SQL NULL, not the text null."""
    return Column(name, JSON(none_as_null=True))


schema_version = Table(
    "schema_version",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("name", String(100), nullable=False),
)
accounts = Table(
    "accounts",
    metadata,
    Column("account", String(100), primary_key=True),
    Column("platform", String(40), nullable=False),
    Column("company", String(100), nullable=False, default=""),
    _json("settings"),
)
shops = Table(
    "shops",
    metadata,
    Column("shop", String(100), primary_key=True),
    Column("account", String(100), nullable=False),
    Column("platform", String(40), nullable=False),
    Column("market", String(20), nullable=False),
    Column("region", String(10), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("time_zone", String(60), nullable=False),
    _json("settings"),
)
credentials = Table(
    "credentials",
    metadata,
    Column("account", String(100), primary_key=True),
    Column("field", String(60), primary_key=True),
    Column("key_id", String(60), nullable=False),
    Column("nonce", LargeBinary, nullable=False),
    Column("ciphertext", LargeBinary, nullable=False),
    Column("updated_at", Instant, nullable=False),
)
cursors = Table(
    "cursors",
    metadata,
    Column("stream", String(100), primary_key=True),
    Column("shop", String(100), primary_key=True),
    Column("number", Integer, nullable=False),  # of the last commit that the cursor knows
    Column("window_start", Date, nullable=False),
    Column("window_end", Date, nullable=False),  # exclusive
    Column("covered_until", Date),  # last day that the stream knows; None: nothing yet
    Column("fetched_at", Instant, nullable=False),
    Column("fencing", Integer, nullable=False),
)
stream_state = Table(
    "stream_state",
    metadata,
    Column("stream", String(100), primary_key=True),
    Column("shop", String(100), primary_key=True),
    Column("state", String(30), nullable=False),
    Column("last_success", Instant),
    Column("last_error", Instant),
    Column("error_text", Text),
    Column("next_run", Instant),
    Column("provisional_from", Date),
)
reports = Table(
    "reports",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("stream", String(100), nullable=False),
    Column("shop", String(100), nullable=False),
    Column("window_start", Date, nullable=False),
    Column("window_end", Date, nullable=False),
    _json("options"),
    Column("state", String(30), nullable=False),
    Column("report_id", String(200)),
    Column("document_id", String(400)),
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_poll", Instant),
    Column("updated_at", Instant, nullable=False),
    Column("error", Text),
)
buckets = Table(
    "buckets",
    metadata,
    Column("name", String(300), primary_key=True),
    Column("tokens", Float, nullable=False),  # below zero: calls already promised
    Column("at", Instant, nullable=False),
    Column("rate", Float, nullable=False),  # tokens a second
    Column("burst", Float, nullable=False),
)
leases = Table(
    "leases",
    metadata,
    Column("name", String(220), primary_key=True),
    Column("holder", String(100)),  # None: free
    Column("expires", Instant, nullable=False),
    Column("fencing", Integer, nullable=False),  # only grows; the row is never deleted
)
raw = Table(
    "raw",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("stream", String(100), primary_key=True),
    Column("shop", String(100), primary_key=True),
    Column("window", String(40), primary_key=True),
    Column("bytes", Integer, nullable=False),
    Column("fetched_at", Instant, nullable=False),
    Column("path", String(400), nullable=False),  # below the data folder
)
runs = Table(
    "runs",
    metadata,
    Column("id", String(60), primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("started", Instant, nullable=False),
    Column("ended", Instant),
    Column("state", String(30), nullable=False),
    _json("summary"),
)
audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("actor", String(100), nullable=False),
    Column("action", String(60), nullable=False),
    Column("object", String(300), nullable=False),
    _json("before"),
    _json("after"),
    Column("reason", Text, nullable=False, default=""),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)
outbox = Table(
    "outbox",
    metadata,
    Column("id", String(100), primary_key=True),
    Column("channel", String(60), nullable=False),
    _json("message"),
    Column("created_at", Instant, nullable=False),
    Column("sent_at", Instant),
    Column("attempts", Integer, nullable=False, default=0),
    Column("error", Text),
)
books = Table(
    "books",
    metadata,
    Column("book", String(700), primary_key=True),
    Column("path", Text, nullable=False),
    Column("last_refresh", Instant),
    Column("fingerprint", String(64)),
    Column("facts_version", Integer),
)
written_cells = Table(
    "written_cells",
    metadata,
    Column("book", String(700), primary_key=True),
    Column("table_name", String(60), primary_key=True),
    Column("key", String(500), primary_key=True),  # canonical JSON of the row's key
    Column("column", String(100), primary_key=True),
    _json("value"),
    Column("at", Instant, nullable=False),
)
definitions = Table(
    "definitions",
    metadata,
    Column("metric", String(100), primary_key=True),
    Column("hash", String(64), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("first_seen", Instant, nullable=False),
)
settings = Table(
    "settings",
    metadata,
    Column("name", String(100), primary_key=True),
    _json("value"),
)
schedule = Table(
    "schedule",
    metadata,
    Column("shop", String(100), primary_key=True),
    Column("stream", String(100), primary_key=True),
    Column("every_seconds", Integer, nullable=False),
    Column("next_run", Instant, nullable=False),
    Column("paused", Boolean, nullable=False, default=False),
)
breach_states = Table(
    "breach_states",
    metadata,
    Column("book", String(700), primary_key=True),
    Column("rule", String(100), primary_key=True),
    Column("scope", String(100), primary_key=True),
    _json("state"),
    Column("updated_at", Instant, nullable=False),
)
scorecards = Table(
    "scorecards",
    metadata,
    Column("book", String(700), primary_key=True),
    Column("month", String(7), primary_key=True),
    Column("at", Instant, primary_key=True),
    _json("card"),
)
imports = Table(
    "imports",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("layout", String(60), primary_key=True),
    Column("shop", String(100), primary_key=True),
    Column("file_name", String(400), nullable=False),
    Column("rows", Integer, nullable=False),
    Column("at", Instant, nullable=False),
)
mornings = Table(  # workbooks that are refreshed by themselves, each day at its time
    "mornings",
    metadata,
    Column("book", Text, primary_key=True),  # the file's path
    Column("at", String(5), nullable=False),  # 08:30 on the clock of `time_zone`
    Column("time_zone", String(60), nullable=False),  # the workbook's own, as last read
    _json("shops"),  # codes, as last read
    Column("last_day", Date),  # the last day whose morning is done or given up
)
contracts = Table(  # published versions of what scores; a row never changes
    "contracts",
    metadata,
    Column("book", String(700), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("start", Date, nullable=False),  # the first day that it counts for
    Column("published", Date, nullable=False),  # in the workbook's time zone
    Column("at", Instant, nullable=False),
    Column("by", String(100), nullable=False),
    Column("reason", Text, nullable=False, default=""),
    _json("exception"),  # of a change inside a locked quarter: reason, approver, date, quarters
    Column("digest", String(64), nullable=False),  # of `text`
    Column("text", Text, nullable=False),  # the signed rows, canonical
    Column("public", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
)
freezes = Table(  # closed periods: their scores do not change any more
    "freezes",
    metadata,
    Column("book", String(700), primary_key=True),
    Column("period", String(7), primary_key=True),  # 2026-Q3 or 2026-09
    Column("at", Instant, nullable=False),
    Column("by", String(100), nullable=False),
    Column("path", Text, nullable=False),
    Column("sha256", String(64), nullable=False),  # of the frozen file
)
payouts = Table(  # every pay line that was shown, and what was paid of it
    "payouts",
    metadata,
    Column("book", String(700), primary_key=True),  # the team's
    Column("month", String(7), primary_key=True),
    Column("person", String(100), primary_key=True),
    _json("line"),  # figures of the service as shown; with rule and typed figures once paid
    Column("paid", String(40)),  # decimal; None: not approved yet
    Column("currency", String(3)),
    Column("approved_by", String(100)),
    Column("at", Instant, nullable=False),
)
reward_points = Table(  # entries of Points that approved rewards of a payout book make
    "reward_points",
    metadata,
    Column("book", String(700), primary_key=True),  # the team's
    Column("number", String(60), primary_key=True),  # R-2026-10-5
    Column("source", Text, nullable=False),  # the payout book
    Column("month", String(7), nullable=False),
    Column("person", String(100), nullable=False),
    Column("points", Float, nullable=False),  # 0: withdrawn
    Column("reason", Text, nullable=False),
    Column("kind", Text, nullable=False),  # name of the reward
    Column("approved_by", String(100), nullable=False),
)
sent_books = Table(  # workbooks that a task pane holds open, as they were last sent
    "sent_books",
    metadata,
    Column("book", String(700), primary_key=True),
    Column("name", Text, nullable=False),  # of the file, as the pane said
    Column("at", Instant, nullable=False),
    Column("who", String(100), nullable=False),
    Column("tables", LargeBinary, nullable=False),  # zlib of the JSON that was sent
    Column("revision", String(60)),  # the run that last wrote it; None: none yet
    _json("told"),  # what that run found: problems, stale streams, comparisons
)
sheet_links = Table(  # Google spreadsheets whose script may call; the key is a credential
    "sheet_links",
    metadata,
    Column("sheet", String(100), primary_key=True),  # id at Google
    Column("address", Text, nullable=False),  # under which the script reaches the service
    Column("scope", String(10), nullable=False),  # read or write
    Column("at", Instant, nullable=False),
    _json("told"),  # what the last refresh found: problems, stale streams, comparisons
)
sheet_nonces = Table(  # numbers of signed calls, until their time is over: a call counts once
    "sheet_nonces",
    metadata,
    Column("sheet", String(100), primary_key=True),
    Column("nonce", String(64), primary_key=True),
    Column("at", Instant, nullable=False),
)
