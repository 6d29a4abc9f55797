"""Tables of what comes before any KPI: who owns what, and what each role is there for."""

from __future__ import annotations

from sheet_templates.map.nouns import TableLayout, columns

LOGIC = TableLayout(
    "tblLogic",
    ("area",),
    columns("""
        area | 事项 | Area | M | text
        owner | 负责人 | Owner | M | choice:role
        action | 关键动作 | Actions that matter | M | text
        success | 成功是什么 | What success means | M | text
        measured | 用什么衡量 | Measured by | M | text
        agreed | 已谈清 | Agreed | M | choice:yes_no
    """),
)
DUTY = TableLayout(
    "tblDuty",
    ("role",),
    columns("""
        role | 岗位 | Role | M | choice:role
        purpose | 存在的理由 | Purpose | M | text
        duties | 主要职责 | Duties | M | text
        decides | 可自行决定 | May decide | M | text
        reports | 向谁汇报 | Reports to | M | choice:role
        deputy | 代理人 | Deputy | M | text
    """),
)
