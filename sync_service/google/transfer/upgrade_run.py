"""An upgrade, or a rebuilt tab: what is planned is sent, and what was done is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from sync_service.google.transfer.common import common
from sync_service.google.transfer.google_found import Found
from sync_service.google.transfer.google_reading import read_google
from sync_service.google.transfer.model import Workbook
from sync_service.google.transfer.ours import EDITIONS, edition_of
from sync_service.google.transfer.sending import Json, packed
from sync_service.google.transfer.upgrade_columns import (
    added_tables,
    checked,
    computed,
    inserted,
    ruled,
    widened,
)
from sync_service.google.transfer.upgrading import (
    Done,
    Upgrade,
    added_tabs,
    marked,
    mended,
    named,
    stamped,
    upgrade_of,
)
from sync_service.told import ToldError

TOLD: dict[str, tuple[str, str]] = {  # kind -> zh, en
    "tab": ("新增工作表", "tab added"),
    "table": ("新增表", "table added"),
    "column": ("新增列", "column added"),
    "name": ("恢复命名范围", "named range set"),
    "mark": ("恢复标记", "mark set"),
    "check": ("补上数据验证", "data validation added"),
    "rule": ("补上条件格式", "conditional format added"),
    "formula": ("修复公式", "formula mended"),
    "no_room": ("没有空位，未添加", "no room, not added"),
}


class Spreadsheets(Protocol):
    """Whoever can read and write at Google."""

    def get(self, book: str, fields: str, ranges: Sequence[str] = ()) -> Json:
        """A spreadsheet, only the `fields` named."""

    def batch_update(self, book: str, requests: Sequence[Mapping[str, Any]]) -> Json:
        """All requests or none."""


class Template(Protocol):
    """Whoever makes the newest template of an edition."""

    def __call__(self, edition: str, language: str) -> Workbook:
        """Its common part."""


def edition_there(live: Workbook, found: Found) -> tuple[str, str]:
    """Edition and language of a spreadsheet.

    Raises:
        ToldError: It is none of ours.
    """
    words = found.template.split()
    if len(words) > 1 and words[0] in EDITIONS:
        return words[0], words[1]
    known = edition_of({sheet.title for sheet in live.sheets})
    if known is None:
        raise ToldError(
            "This spreadsheet was not made from our template. Make one with `google create`.",
            "该表格不是由我们的模板创建的。请用 `google create` 新建。",
        )
    return known


def upgrade(client: Spreadsheets, number: str, template: Template) -> list[Done]:
    """Bring a spreadsheet up to the newest template."""
    live, found = _read(client, number)
    edition, language = edition_there(live, found)
    newest = template(edition, language)
    first = upgrade_of(newest, live, found)
    if _send(client, number, inserted(first)):
        live, found = _read(client, number)
    second = upgrade_of(newest, live, found)
    fresh = frozenset(done.what for done in first.done if done.kind == "column")
    _send(client, number, _rest(second, fresh))
    _send(client, number, stamped(second, edition, language))
    return [*first.done, *second.done]


def _rest(one: Upgrade, fresh: frozenset[str]) -> Iterator[Json]:
    yield from added_tabs(one)
    yield from added_tables(one)
    yield from widened(one)
    yield from named(one)
    yield from marked(one)
    yield from computed(one, fresh)
    yield from checked(one)
    yield from ruled(one)
    yield from mended(one)


def rebuild(client: Spreadsheets, number: str, template: Template, code: str = "") -> list[Done]:
    """Make one deleted tab again, or all that are missing, and mend what read them."""
    live, found = _read(client, number)
    newest = template(*edition_there(live, found))
    one = upgrade_of(newest, live, found, code)
    _send(client, number, _tabs_alone(one))
    return one.done


def _tabs_alone(one: Upgrade) -> Iterator[Json]:
    yield from added_tabs(one)
    yield from named(one)
    yield from checked(one)
    yield from mended(one)


def _read(client: Spreadsheets, number: str) -> tuple[Workbook, Found]:
    read, found = read_google(client, number)
    return common(read)[0], found


def _send(client: Spreadsheets, number: str, requests: Iterable[Json]) -> int:
    """In bodies of at most 2 MB; how many were sent."""
    count = 0
    for body in packed(requests):
        client.batch_update(number, body)
        count += 1
    return count
