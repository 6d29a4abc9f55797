"""What a patch of a table has to tell a person: one sentence a kind, with its mend."""

from __future__ import annotations

from kpi.errors import Level, Place, Problem
from sync_service.workbooks.areas import address
from sync_service.workbooks.reading import Placed

DOUBLE = (
    "the key {0} is there twice; the first row is used.",
    "键 {0} 重复，只更新第一行。",
    "Delete one of the rows.",
    "请删除其中一行。",
)
STRANGER = (
    "no row has the key {0}; its values are not written.",
    "没有键为 {0} 的行，其数值未写入。",
    "Add the row, or remove it from what is scored.",
    "请添加该行，或从考核中去除。",
)
NOTE_KEPT = (
    "{0} is gone; the row stays because a person wrote in it, without the service's values.",
    "{0} 已不存在；该行有人工内容，予以保留，服务数值已清空。",
    "Move the note, then clear it; the row is used again.",
    "请移走备注后清空，该行会被重新使用。",
)
TYPED_OVER = (
    "column {0} of the service holds a formula that somebody typed; it is kept.",
    "服务列 {0} 被改写为公式，予以保留。",
    "Clear the cell to have the service's value again.",
    "清空该单元格即可恢复服务数值。",
)
FORMULA_GONE = (
    "the formula of column {0} was typed over; the value is kept.",
    "公式列 {0} 被改写为数值，予以保留。",
    "Fill the formula down again to have it calculated.",
    "请重新向下填充公式。",
)


def finding(
    one: Placed, row: int, code: str, texts: tuple[str, str, str, str], *about: str, column: int = 0
) -> Problem:
    """One finding at a row; without a column it points at the row's first cell."""
    at = address(row, column or one.found.ref.left)
    place = Place(sheet=one.found.sheet.title, cell=at, table=one.layout.name)
    what = {"en": texts[0].format(*about), "zh": texts[1].format(*about)}
    what["en"] = what["en"][:1].upper() + what["en"][1:]
    return Problem(
        code,
        Level.WARNING,
        place,
        {"en": what["en"], "zh": what["zh"]},
        {"en": texts[2], "zh": texts[3]},
    )


def typed_over(one: Placed, row: int, column: int, code: str) -> Problem:
    """A service cell that holds a formula of a person."""
    header = one.layout.column(code).en
    return finding(one, row, "typed_over", TYPED_OVER, header, column=column)
