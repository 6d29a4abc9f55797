"""Published contracts and closed periods in the control database; each one checked when read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Connection, and_, func, insert, select

from kpi.calendar import period
from kpi.contracts import Version, contract_from
from kpi.errors import KpiError
from kpi.model import Period
from sync_service import audit, control, schema
from sync_service.control import Control
from sync_service.signing import Signer, is_signed, key_id
from sync_service.told import ToldError

KIND = "contract 1"  # what a signature of a version is over
_OPENED = "opened as "  # setting: the file that a workbook in a task pane is
_SIGNED = ("number", "start", "published", "at", "by", "reason", "exception", "digest")


@dataclass(frozen=True, slots=True)
class Allowed:
    """Why a settled quarter was changed all the same, and who allowed it on which day."""

    reason: str
    approver: str
    day: date
    quarters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """A version with who published it and why."""

    version: Version
    at: datetime
    by: str
    reason: str
    exception: Allowed | None
    key: str  # id of the key that signed it

    @property
    def name(self) -> str:
        """How people name it."""
        return name_of(self.version)


def label(number: int) -> str:
    """How a version is named in a cell."""
    return f"v{number}"


def name_of(version: Version) -> str:
    """`v2 · 1a2b3c4d`: number and the first digits of what was agreed."""
    return f"{label(version.number)} · {version.contract.digest[:8]}"


def records(store: Control, book: str) -> tuple[Record, ...]:
    """Every published version of a workbook, oldest first.

    Raises:
        ToldError: A stored version is not what was signed.
    """
    rows, owner = schema.contracts, _owner(store, book)
    with store.read() as connection:
        found = connection.execute(select(rows).where(rows.c.book == owner).order_by(rows.c.number))
        return tuple(_record(dict(row)) for row in found.mappings())


def newest(store: Control, book: str) -> int:
    """The number of the last published version; 0 for a draft."""
    rows = schema.contracts.c
    wanted = select(func.max(rows.number)).where(rows.book == _owner(store, book))
    with store.read() as connection:
        return connection.execute(wanted).scalar() or 0


def _owner(store: Control, book: str) -> str:
    """The workbook whose contract it is: itself, or the file that a task pane holds open."""
    return str(control.setting(store, _OPENED + book) or book)


def opened(store: Control, book: str, name: str, stamp: object) -> None:
    """Note which file a workbook is that a task pane holds open: that file's contract scores it.

    It is the one file of the same name that published the version which is stamped into the
    workbook. A renamed file, or one of several alike, is a draft, as it is when it is closed.
    """
    alike = [one for one in _publishers(store, book, stamp) if Path(one).name == name]
    found = alike[0] if len(alike) == 1 else ""
    if control.setting(store, _OPENED + book, "") != found:
        control.set_setting(store, _OPENED + book, found)


def _record(row: Mapping[str, object]) -> Record:
    contract = contract_from(str(row["text"]))
    public, signature = row["public"], row["signature"]
    sound = (
        isinstance(public, bytes)
        and isinstance(signature, bytes)
        and contract.text == row["text"]
        and contract.digest == row["digest"]
        and is_signed(KIND, _header(row), signature, public)
    )
    if not sound or not isinstance(public, bytes):
        raise _changed(row["number"])
    start, published, at = row["start"], row["published"], row["at"]
    if not (isinstance(start, date) and isinstance(published, date) and isinstance(at, datetime)):
        raise _changed(row["number"])
    version = Version(int(str(row["number"])), start, published, contract)
    allowed = _exception(row["exception"])
    return Record(version, at, str(row["by"]), str(row["reason"]), allowed, key_id(public))


def _exception(stored: object) -> Allowed | None:
    if not isinstance(stored, dict):
        return None
    day = date.fromisoformat(stored["day"])
    return Allowed(stored["reason"], stored["approver"], day, tuple(stored["quarters"]))


def _changed(number: object) -> ToldError:
    return ToldError(
        f"Version {number} of this workbook's contract was changed after it was signed. Restore "
        "the control database from a backup; nothing is scored by a version nobody signed.",
        f"该工作簿的合同版本 {number} 在签名后被改动。请从备份恢复控制数据库；未签名的版本不计分。",
    )


def _header(row: Mapping[str, object]) -> bytes:
    said = {name: row[name] for name in _SIGNED}
    said |= {name: str(row[name]) for name in ("start", "published")}
    return audit.canonical(said)


def elsewhere(store: Control, book: str, stamp: object) -> str | None:
    """The other workbook that a version stamped into this one belongs to: a renamed or copied file.

    `stamp` is what the cell nmVersion says, such as `v2 · 1a2b3c4d`.
    """
    return next(iter(_publishers(store, book, stamp)), None)


def _publishers(store: Control, book: str, stamp: object) -> list[str]:
    """The other workbooks that published a version."""
    number, sign, digest = str(stamp or "").partition(" · ")
    if not sign or not number[1:].isdecimal():
        return []
    rows = schema.contracts.c
    same = and_(rows.number == int(number[1:]), rows.digest.startswith(digest, autoescape=True))
    wanted = select(rows.book).where(same, rows.book != book).order_by(rows.book)
    with store.read() as connection:
        return [str(one) for one in connection.execute(wanted).scalars()]


def travelling(store: Control, book: str) -> list[dict[str, object]]:
    """Every version as it goes with a sealed file: its text, and the signature over it."""
    rows = schema.contracts
    with store.read() as connection:
        found = connection.execute(select(rows).where(rows.c.book == book).order_by(rows.c.number))
        return [_travelling(dict(row)) for row in found.mappings()]


def _travelling(row: Mapping[str, object]) -> dict[str, object]:
    kept = {name: row[name] for name in _SIGNED}
    at = row["at"]
    said = kept | {name: str(row[name]) for name in ("start", "published")}
    said["at"] = at.strftime(schema.INSTANT) if isinstance(at, datetime) else at
    public, signature = row["public"], row["signature"]
    if isinstance(public, bytes) and isinstance(signature, bytes):
        said |= {"public": public.hex(), "signature": signature.hex()}
    return said | {"text": row["text"]}


def is_contract(said: Mapping[str, object]) -> bool:
    """Whether a version that came with a file is what its own signature says."""
    try:
        contract = contract_from(str(said["text"]))
        public, signature = (bytes.fromhex(str(said[n])) for n in ("public", "signature"))
        header = audit.canonical({name: said[name] for name in _SIGNED})
    except (KpiError, KeyError, ValueError):
        return False
    same = contract.text == said["text"] and contract.digest == said["digest"]
    return same and is_signed(KIND, header, signature, public)


def add(connection: Connection, signer: Signer, book: str, record: Record) -> None:
    """Sign and store a version, in the transaction of its audit entry."""
    version, allowed = record.version, record.exception
    row: dict[str, object] = {
        "book": book,
        "number": version.number,
        "start": version.start,
        "published": version.published,
        "at": record.at,
        "by": record.by,
        "reason": record.reason,
        "exception": allowed and exception_data(allowed),
        "digest": version.contract.digest,
        "text": version.contract.text,
        "public": signer.public,
    }
    row["signature"] = signer.sign(KIND, _header(row))
    connection.execute(insert(schema.contracts).values(**row))


def exception_data(allowed: Allowed) -> dict[str, object]:
    """An exception as plain data."""
    return {
        "reason": allowed.reason,
        "approver": allowed.approver,
        "day": str(allowed.day),
        "quarters": list(allowed.quarters),
    }


# --- closed periods -------------------------------------------------------------------------------


def frozen(store: Control, book: str) -> tuple[Period, ...]:
    """The periods of a workbook that are closed."""
    rows = schema.freezes
    with store.read() as connection:
        found = connection.execute(select(rows.c.period).where(rows.c.book == book))
        return tuple(sorted(period(code) for (code,) in found))


def keep_freeze(connection: Connection, row: Mapping[str, object]) -> None:
    """Note that a period is closed; closing it again replaces the note."""
    control.put(connection, schema.freezes, dict(row))
