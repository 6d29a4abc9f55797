"""The reference of the sheet functions, in Chinese and English."""

from __future__ import annotations

from kpi.functions import FUNCTIONS, Argument, Kind, SheetFunction
from kpi.sheet_calls import WORDS

HEAD = """# Sheet functions 表格函数

| in 程序 | name 名称 |
|---|---|
| Excel with the add-in Excel 加载项 | `KPI.SCORE(…)` |
| Google Sheets, LibreOffice, xlwings | `KPI_SCORE(…)` |

Every argument takes one cell or a range; a range gives a range, so one call serves a whole table.
Words may be Chinese, English or codes. What is unknown gives `#N/A` with the reason,
a wrong argument `#VALUE!` with a sentence. An empty cell counts as left out; a cell with an error
is unknown, and no default stands in for it.
In Excel `KPI_FX` is `KPI.EXCHANGE`: names there have three letters or more.
In Google Sheets a script cannot give `#N/A`: a single answer that is unknown or wrong is `#ERROR!`
with its sentence, within a table such a cell is `#NUM!`; both spread and `IFERROR` catches them.
See [Apps Script](apps-script.md).

每个参数可以是单元格或区域；给区域就得到区域，一次调用即可算完整张表。文字可用中文、英文或代码。
未知为 `#N/A` 并说明原因，参数有误为 `#VALUE!` 并附说明。空单元格等于未填；
单元格有错误值即为未知，不以默认值代替。
Excel 中函数名至少三个字母，`KPI_FX` 为 `KPI.EXCHANGE`。
谷歌表格的脚本给不出 `#N/A`：单个答案未知或有误时为 `#ERROR!` 并附说明，整张表中的该格为 `#NUM!`；
两者都会传递，`IFERROR` 可捕获。见 [Apps Script](apps-script.md)。
"""
KINDS = {
    Kind.NUMBER: "数字 number",
    Kind.TEXT: "文字 text",
    Kind.WORD: "词 word",
    Kind.DATE: "日期 date",
    Kind.COLUMN: "整列 whole column",
    Kind.TABLE: "多列 columns",
}


def reference() -> str:
    """The page as Markdown."""
    return "\n".join([HEAD, *(_section(one) for one in FUNCTIONS)])


def _section(one: SheetFunction) -> str:
    where = "由服务回答 · answered by the service" if one.service else "本地计算 · computed here"
    lines = [
        f"## {one.name}",
        "",
        f"{one.help['zh']} {one.help['en']}",
        "",
        f"`{_call(one)}` → {one.gives['zh']} · {one.gives['en']}（{where}）",
        "",
        "| argument 参数 | kind 类型 | |",
        "|---|---|---|",
        *(_row(argument) for argument in one.arguments),
        "",
    ]
    return "\n".join(lines)


def _call(one: SheetFunction) -> str:
    names = (f"[{a.name}]" if a.optional else a.name for a in one.arguments)
    return f"{one.name}({', '.join(names)})"


def _row(argument: Argument) -> str:
    said = f"{argument.zh} · {argument.en}"
    if argument.words:
        said += "：" + "、".join(f"`{code}` {zh}/{en}" for code, zh, en in WORDS[argument.words])
    return f"| `{argument.name}` | {KINDS[argument.kind]} | {said} |"
