"""What of an old book was not understood: where, and the mend in both languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was not understood, and the mend."""

    sheet: str
    cell: str
    shown: str
    en: str
    zh: str


NO_HEADER = (
    "No header was found. Give its row in the mapping, or leave the sheet out.",
    "没有找到表头。请在映射文件中写明表头行，或不导入此表。",
)
NO_MEANING = (
    "This column was not understood and is left out. Say in the mapping what it is.",
    "此列未识别，未导入。请在映射文件中写明含义。",
)
NO_ROLE = (
    "This role is not known. Give its code under [roles] of the mapping.",
    "岗位未识别。请在映射文件 [roles] 中写明。",
)
NO_KPI = (
    "This KPI is not known. Give its code under [kpis] of the mapping, or leave it empty.",
    "指标未识别。请在映射文件 [kpis] 中写明代码；不导入则留空。",
)
NO_REGION = (
    "US or EU is not said. Give region for this sheet in the mapping.",
    "未说明美区或欧盟。请在映射文件中为此表填写 region。",
)
NO_MONTH = (
    "Which month or year this is about is not said. Give year and month in the mapping.",
    "未说明年月。请在映射文件中为此表填写 year 和 month。",
)
NO_NUMBER = (
    "This is no number that can be read. Correct the cell, or type it in the new book.",
    "无法读成数字。请更正单元格，或在新表中填写。",
)
NO_SHARE = (
    "A ratio above 1 without a percent sign. Write it as 25 % or 0.25.",
    "比率大于 1 且没有百分号。请写成 25% 或 0.25。",
)
TWICE = (
    "It stands elsewhere in the old book with another value; the first one is taken.",
    "旧表中另有一处数值不同；采用先出现的。",
)
NO_OWNER = (
    "Whose it is, is not said. Name the column of the person, or of the role.",
    "未说明属于谁。请在映射文件中指明人员或岗位列。",
)
NO_SCOPE = (
    "The new book has no such shop, market, category or platform. Add it, or map it in [scopes].",
    "新表中没有这个店铺、站点、类目或平台。请先在新表中添加，或在映射文件 [scopes] 中写明代码。",
)
PART_MONTH = (
    "These weeks do not make a whole month, which has no target. Type it in the new book.",
    "这些周凑不满一个月，该月没有目标。请在新表中填写。",
)
WEEKS_DIFFER = (
    "A ratio that differs by week is no target of a month. Type the month's in the new book.",
    "各周比率不同，不能作为月目标。请在新表中填写该月目标。",
)
QUARTER_DIFFERS = (
    "The months of this quarter do not add up to it; the months are taken.",
    "本季度各月之和与季度目标不符；采用各月数值。",
)
NO_PERIOD_HERE = (
    "Points belong to a month. Give the month in the mapping, or type them in the new book.",
    "加减分按月记录。请在映射文件中写明月份，或在新表中填写。",
)
NO_GRADE = (
    "Points of a grade must be a number. Correct [grades] of the mapping.",
    "等级对应的分数须为数字。请更正映射文件 [grades]。",
)
ITEM_SCORES = (
    "Scores of single KPIs are not kept: the new book scores them from the data again.",
    "单个指标的得分不导入：新表会按数据重新计分。",
)
