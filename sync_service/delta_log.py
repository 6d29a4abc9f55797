"""Delta's log as files: what a commit said, what it made, and making that durable."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import orjson

_LOG = "_delta_log"


@dataclass(frozen=True, slots=True)
class Entry:
    """One commit: its version, what it said about itself, the files it added (relative)."""

    version: int
    metadata: Mapping[str, str]
    apps: tuple[str, ...]  # application ids of its transactions
    added: tuple[str, ...]
    changes_data: bool


def entry(table: Path, version: int) -> Entry | None:
    """Read one commit of the log; None where the log no longer holds it."""
    path = _entry_path(table, version)
    if not path.exists():
        return None
    lines = [orjson.loads(line) for line in path.read_bytes().splitlines() if line]
    info: Mapping[str, object] = next(
        (line["commitInfo"] for line in lines if "commitInfo" in line), {}
    )
    changed = any((line.get("add") or line.get("remove") or {}).get("dataChange") for line in lines)
    return Entry(
        version,
        {name: text for name, text in info.items() if isinstance(text, str)},
        tuple(line["txn"]["appId"] for line in lines if "txn" in line),
        tuple(unquote(line["add"]["path"]) for line in lines if "add" in line),
        changed,
    )


def last_commit(table: Path, newest: int, app: str) -> Entry | None:
    """Find the last commit of an application id, newest first."""
    found = (entry(table, version) for version in range(newest, -1, -1))
    return next((one for one in found if one is not None and app in one.apps), None)


def since(table: Path, version: int, newest: int) -> Iterator[Entry | None]:
    """Give the commits after a version, oldest first; None for one the log no longer holds."""
    return (entry(table, number) for number in range(version + 1, newest + 1))


def sync_version(table: Path, version: int) -> None:
    """Fsync what a commit made: its files, their folders, the log entry, the log's folder.

    deltalake renames and links files into place without a single fsync (F3): a commit survives a
    kill, but a power cut may take it back after the cursor has moved on.
    """
    made = entry(table, version)
    added = () if made is None else made.added
    folders = {table, table / _LOG}
    for name in added:
        _sync(table / name)
        folders.update(_between(table, (table / name).parent))
    for path in _log_files(table, version):
        _sync(path)
    for folder in sorted(folders, reverse=True):
        _sync_folder(folder)


def _between(table: Path, folder: Path) -> Iterator[Path]:
    """Give the folders from a file's own up to the table: any of them may be new."""
    while folder not in (table, folder.parent):
        yield folder
        folder = folder.parent


def _log_files(table: Path, version: int) -> list[Path]:
    """Give the log entry of a version, and the checkpoint when this version made one."""
    checkpoints = list((table / _LOG).glob(f"{version:020d}.checkpoint*"))
    pointer = [table / _LOG / "_last_checkpoint"] if checkpoints else []
    return [p for p in (_entry_path(table, version), *checkpoints, *pointer) if p.exists()]


def _entry_path(table: Path, version: int) -> Path:
    return table / _LOG / f"{version:020d}.json"


def _sync(path: Path) -> None:
    """Fsync one file; one that was replaced meanwhile has nothing left to lose."""
    try:
        handle = os.open(path, os.O_RDONLY if os.name != "nt" else os.O_RDWR)
    except FileNotFoundError:
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sync_folder(folder: Path) -> None:
    """Fsync a folder; Windows has no such thing and orders its metadata itself."""
    if os.name != "nt":
        _sync(folder)
