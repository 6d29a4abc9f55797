"""What a disk or a database does to a command, as a sentence that says where and how to mend it."""

from __future__ import annotations

import errno

from deltalake.exceptions import DeltaError
from sqlalchemy.exc import SQLAlchemyError

from sync_service.redaction import redact
from sync_service.told import BusyError, ToldError

OUTSIDE = (OSError, SQLAlchemyError, DeltaError)
"""Anything else that ends a command and is no KpiError is a bug, and shows itself as one."""


def from_outside(error: OSError | SQLAlchemyError | DeltaError, home: object) -> ToldError:
    """What a disk or a database did, as a sentence; `home` is the data folder in use."""
    if isinstance(error, OSError):
        return _of_disk(error)
    if isinstance(error, SQLAlchemyError):
        return _of_database(error, home)
    said = redact(str(error))[:300]
    return ToldError(
        f"The facts in {home} cannot be read ({said}). Restore the folder from a backup.",
        f"{home} 中的事实数据无法读取（{said}）。请从备份恢复该文件夹。",
    )


def _of_disk(error: OSError) -> ToldError:
    where, said = str(error.filename or "?"), error.strerror or str(error)
    for numbers, en, zh in DISK:
        if error.errno in numbers:
            return ToldError(en.format(where=where), zh.format(where=where))
    return ToldError(
        f"{where} cannot be used ({said}). Check the path and the disk, then run it again.",
        f"{where} 无法使用（{said}）。请检查路径和磁盘后重试。",
    )


DISK: tuple[tuple[frozenset[int], str, str], ...] = (
    (
        frozenset({errno.EACCES, errno.EPERM}),
        "You have no right to use {where}. Ask for it, or choose another folder.",
        "没有权限使用 {where}。请开通权限，或换一个文件夹。",
    ),
    (
        frozenset({errno.EROFS}),
        "{where} lies on a read-only disk. Choose another folder.",
        "{where} 位于只读磁盘。请换一个文件夹。",
    ),
    (
        frozenset({errno.ENOENT}),
        "{where} does not exist. Check the spelling and the folder.",
        "{where} 不存在。请检查文件名和文件夹。",
    ),
    (
        frozenset({errno.EISDIR}),
        "{where} is a folder. Name a file in it.",
        "{where} 是文件夹。请指定其中的文件。",
    ),
    (
        frozenset({errno.ENOTDIR, errno.EEXIST}),
        "{where} cannot be a folder: a file of that name is in the way. Choose another folder.",
        "{where} 无法作为文件夹：已有同名文件。请换一个文件夹。",
    ),
    (
        frozenset({errno.ENOSPC, errno.EDQUOT}),
        "The disk of {where} is full; nothing was changed. Free some space and run it again.",
        "{where} 所在磁盘已满，未作任何修改。请清理空间后重试。",
    ),
)


def _of_database(error: SQLAlchemyError, home: object) -> ToldError:
    said = redact(str(getattr(error, "orig", None) or error))[:300]
    for words, make, en, zh in DATABASE:
        if any(word in said for word in words):
            return make(en.format(home=home), zh.format(home=home))
    return ToldError(
        f"The control database of {home} does not answer ({said}). Check LINKSTAR_DB and --home.",
        f"{home} 的控制数据库无响应（{said}）。请检查 LINKSTAR_DB 与 --home。",
    )


DATABASE: tuple[tuple[tuple[str, ...], type[ToldError], str, str], ...] = (
    (
        ("locked", "busy"),
        BusyError,
        "Another command writes to {home} just now. Run it again in a minute.",
        "另一个命令正在写入 {home}。请一分钟后再试。",
    ),
    (
        ("readonly", "unable to open"),
        ToldError,
        "The control database in {home} cannot be written. Use another folder with --home.",
        "{home} 中的控制数据库无法写入。请用 --home 指定其他数据文件夹。",
    ),
    (
        ("disk is full",),
        ToldError,
        "The disk of {home} is full; nothing was changed. Free some space and run it again.",
        "{home} 所在磁盘已满，未作任何修改。请清理空间后重试。",
    ),
    (
        ("not a database", "malformed"),
        ToldError,
        "The control database in {home} is damaged. Restore it from a backup.",
        "{home} 中的控制数据库已损坏。请从备份恢复。",
    ),
)
