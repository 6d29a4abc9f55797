"""The only reader of the environment: what this installation chose, typed and checked once.

| variable | meaning | default |
|---|---|---|
| LINKSTAR_HOME | data folder | `.work` below the project |
| LINKSTAR_DB | URL of the control database | SQLite in the data folder |
| LINKSTAR_KEYS | `folder` (keys beside the data folder) or `keyring` (desktop) | folder |
| LINKSTAR_QUEUE | Redis URL of the job queue | SQLite in the data folder |
| LINKSTAR_LANGUAGE | zh or en | en |
| LINKSTAR_PORT | port of the service on 127.0.0.1 | 8765 |
| LINKSTAR_WORKERS | threads that fetch | 16 |
| LINKSTAR_COMPUTING | processes that compute for open workbooks | cores, up to 4; 0 on one |
| LINKSTAR_LOOPBACK | host:port pairs that may be called without https, comma separated | none |
| LINKSTAR_HISTORY_DAYS | how far back a backfill goes | 400 |
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kpi.model import Language
from sync_service.http import is_loopback
from sync_service.told import ToldError

PROJECT = Path(__file__).resolve().parent.parent
PREFIX = "LINKSTAR_"
MOST_COMPUTING = 4  # unless somebody asks for more: each keeps sums of its own
KEY_PLACES = ("folder", "keyring")


@dataclass(frozen=True, slots=True)
class Settings:
    """One installation."""

    home: Path  # data folder, never inside a workbook's folder
    database: str  # SQLAlchemy URL of the control database
    keys: str = "folder"
    queue: str | None = None  # Redis URL
    language: Language = "en"
    port: int = 8765
    workers: int = 16
    computing: int = 0  # processes beside the service's own
    loopback: frozenset[str] = frozenset()  # host:port of sandbox servers
    history_days: int = 400
    options: Mapping[str, str] = field(default_factory=dict)  # LINKSTAR_OPTION_<NAME>, lower case

    @property
    def keys_folder(self) -> Path:
        """Where wrapping keys live: beside the data folder, so that its backup has no key."""
        return self.home.with_name(f"{self.home.name}-keys")

    @property
    def facts(self) -> Path:
        """Where the facts live."""
        return self.home / "facts"

    @property
    def drop(self) -> Path:
        """Where people drop files to import."""
        return self.home / "drop"


def from_environment(environment: Mapping[str, str] | None = None) -> Settings:
    """Read and check every variable; the default is the process's own environment."""
    given = os.environ if environment is None else environment
    mine = {name: text.strip() for name, text in given.items() if name.startswith(PREFIX)}
    _refuse_unknown(mine)
    home = Path(mine.get("LINKSTAR_HOME") or PROJECT / ".work").expanduser().resolve()
    return Settings(
        home=home,
        database=mine.get("LINKSTAR_DB") or f"sqlite:///{home / 'control.db'}",
        keys=_one_of("LINKSTAR_KEYS", mine, KEY_PLACES),
        queue=mine.get("LINKSTAR_QUEUE") or None,
        language="zh" if _one_of("LINKSTAR_LANGUAGE", mine, ("en", "zh")) == "zh" else "en",
        port=_number("LINKSTAR_PORT", mine, 8765, 0, 65_535),
        workers=_number("LINKSTAR_WORKERS", mine, 16, 1, 256),
        computing=_number("LINKSTAR_COMPUTING", mine, _computing(), 0, 16),
        loopback=_loopback(mine.get("LINKSTAR_LOOPBACK", "")),
        history_days=_number("LINKSTAR_HISTORY_DAYS", mine, 400, 1, 4_000),
        options=_options(mine),
    )


KNOWN = frozenset(re.findall(r"LINKSTAR_[A-Z_]+(?= \|)", __doc__ or ""))
OPTION = "LINKSTAR_OPTION_"


def _refuse_unknown(mine: Mapping[str, str]) -> None:
    """A misspelt variable would be ignored in silence; say which one is meant."""
    for name in mine:
        if name not in KNOWN and not name.startswith(OPTION):
            known = ", ".join(sorted(KNOWN))
            raise ToldError(
                f"Setting {name} is unknown; known are {known}.",
                f"设置 {name} 不存在；可用的有 {known}。",
            )


def _one_of(name: str, mine: Mapping[str, str], choices: tuple[str, ...]) -> str:
    text = mine.get(name) or choices[0]
    if text not in choices:
        wanted = " or ".join(choices)
        raise ToldError(
            f"Setting {name} is {text!r}; write {wanted}.",
            f"设置 {name} 为 {text!r}；请写 {wanted}。",
        )
    return text


def _number(name: str, mine: Mapping[str, str], default: int, least: int, most: int) -> int:
    text = mine.get(name) or str(default)
    if not text.isdecimal() or not least <= int(text) <= most:
        raise ToldError(
            f"Setting {name} is {text!r}; write a whole number from {least} to {most}.",
            f"设置 {name} 为 {text!r}；请写 {least} 到 {most} 的整数。",
        )
    return int(text)


def _computing() -> int:
    cores = os.cpu_count() or 1
    return min(cores, MOST_COMPUTING) if cores > 1 else 0


def _loopback(text: str) -> frozenset[str]:
    """Only literal loopback addresses: a name could point anywhere tomorrow."""
    pairs = [pair.strip() for pair in text.split(",") if pair.strip()]
    for pair in pairs:
        host, _, port = pair.rpartition(":")
        if not is_loopback(host) or not port.isdecimal():
            raise ToldError(
                f"Setting LINKSTAR_LOOPBACK holds {pair!r}; write 127.0.0.1:PORT.",
                f"设置 LINKSTAR_LOOPBACK 含有 {pair!r}；请写 127.0.0.1:端口。",
            )
    return frozenset(pairs)


def _options(mine: Mapping[str, str]) -> dict[str, str]:
    return {
        name.removeprefix(OPTION).lower(): text
        for name, text in mine.items()
        if name.startswith(OPTION)
    }
