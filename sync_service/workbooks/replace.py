"""Put a new file in the place of an old one in one step, or not at all.

The one way by which a workbook is written: a temporary file in the same folder, synced, checked by
the caller, put in place by a rename, the folder synced. Killed at any moment, the old file or the
new one is there, whole.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from sync_service.workbooks.refusals import BookInUseError, RefusedBookError

_MARK = ".linkstar-"
_ENDING = ".tmp"


def replace_atomically(
    path: Path, chunks: Iterable[bytes | memoryview], check: Callable[[Path], None] | None = None
) -> None:
    """Write the chunks beside `path`, let `check` look at the file, then take the old one's place.

    Mode and owner of the old file are kept. `check` raises to leave everything as it was; it is
    called after the sync, so it sees what will be there.
    """
    temporary = path.with_name(f".{path.name}{_MARK}{secrets.token_hex(6)}{_ENDING}")
    try:
        _write(temporary, chunks)
        _same_owner(path, temporary)
        if check is not None:
            check(temporary)
        os.replace(temporary, path)  # noqa: PTH105 - the one place, kept as the system call is named
    except PermissionError as error:
        raise BookInUseError(path.name, "", f"~${path.name}") from error
    except OSError as error:
        raise _unwritten(path, error) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()
    sync_folder(path.parent)


def _unwritten(path: Path, error: OSError) -> RefusedBookError:
    said = error.strerror or str(error)
    return RefusedBookError(
        f"{path.name} could not be written ({said}); the old file is untouched. "
        "Free some space or check the folder, and retry.",
        f"{path.name} 无法写入（{said}），原文件未动。请清理空间或检查文件夹后重试。",
    )


def _write(path: Path, chunks: Iterable[bytes | memoryview]) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
        for chunk in chunks:
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())


def _same_owner(old: Path, new: Path) -> None:
    """Mode and owner of the old file; a new file gets what the process gives."""
    if not old.exists():
        new.chmod(0o666 & ~_umask())
        return
    found = old.stat()
    new.chmod(found.st_mode & 0o7777)
    if hasattr(os, "chown") and (found.st_uid, found.st_gid) != (os.getuid(), os.getgid()):
        # A member of a group may write a file that he cannot give away; the rename still helps.
        with contextlib.suppress(PermissionError):
            os.chown(new, found.st_uid, found.st_gid)


def _umask() -> int:
    """The process's mask; it can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def sync_folder(folder: Path) -> None:
    """Make a rename in this folder survive a power cut, where the system can."""
    if sys.platform == "win32":
        return  # a rename is journalled there, and a folder cannot be opened
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    except OSError:
        return  # some network shares refuse; the rename itself has happened
    finally:
        os.close(number)


def sweep(path: Path) -> None:
    """Remove temporary files of writers that were killed; only while the lock is held."""
    for left in path.parent.glob(f".{_escaped(path.name)}{_MARK}*{_ENDING}"):
        with contextlib.suppress(OSError):
            left.unlink()


def _escaped(name: str) -> str:
    return "".join(f"[{c}]" if c in "*?[" else c for c in name)


@contextlib.contextmanager
def only_writer(lock: Path) -> Iterator[None]:
    """Hold the lock of a workbook; the system releases it when the process dies."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("ab") as file:
        _lock(file.fileno())
        try:
            yield
        finally:
            _unlock(file.fileno())


if sys.platform == "win32":
    import msvcrt

    def _lock(number: int) -> None:
        msvcrt.locking(number, msvcrt.LK_LOCK, 1)

    def _unlock(number: int) -> None:
        msvcrt.locking(number, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(number: int) -> None:
        fcntl.flock(number, fcntl.LOCK_EX)

    def _unlock(number: int) -> None:
        fcntl.flock(number, fcntl.LOCK_UN)


def refuse_if_open(path: Path) -> None:
    """Look for the owner files that Excel, WPS and LibreOffice leave beside an open workbook."""
    for sign, decode in ((f"~${path.name}", _excel_owner), (f".~lock.{path.name}#", _office_owner)):
        mark = path.with_name(sign)
        if mark.exists():
            raise BookInUseError(path.name, decode(mark), sign)
    short = path.with_name(f"~${path.name[2:]}")  # long names lose their first two letters
    if (
        len(path.name) > len("12345678.xlsx")
        and short.exists()
        and short.stat().st_size
        in (
            54,
            55,
            162,
            165,
        )
    ):
        raise BookInUseError(path.name, _excel_owner(short), short.name)


def is_open(path: Path) -> bool:
    """Whether such a file says that somebody has the workbook open."""
    try:
        refuse_if_open(path)
    except BookInUseError:
        return True
    return False


def _excel_owner(mark: Path) -> str:
    """The user's name in Excel's owner file: a length byte, then the name."""
    try:
        raw = mark.read_bytes()[:55]
    except OSError:
        return ""
    return raw[1 : 1 + raw[0]].decode("latin-1").strip("\0 ") if raw else ""


def _office_owner(mark: Path) -> str:
    """The user's name in LibreOffice's lock file: fields parted by commas."""
    try:
        fields = mark.read_text("utf-8", "replace").split(",")
    except OSError:
        return ""
    return next((f.strip() for f in fields if f.strip()), "")
