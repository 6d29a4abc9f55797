"""Tables of what comes before any KPI: what hurts, who owns what, what each role is there for."""

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
        role | 岗位 | Role | M | text
        purpose | 存在的理由 | Purpose | M | text
        duties | 主要职责 | Duties | M | text
        decides | 可自行决定 | May decide | M | text
        reports | 向谁汇报 | Reports to | M | choice:role
        deputy | 代理人 | Deputy | M | text
    """),
)
PAIN = TableLayout(  # what hurts; a pain point that is ticked asks for the KPIs that name it
    "tblPain",
    ("no",),
    columns("""
        no | 号 | No | M | text
        pain | 痛点 | Pain point | M | text
        here | 我们有 | We have it | M | choice:yes_no
        cost | 具体表现 | What it costs us | M | text
        answer | 本簿怎么解决 | What answers it | M | text
    """),
)
NEED = TableLayout(  # KPIs to watch, and the lines that they propose for Weights
    "tblNeed",
    ("metric", "role"),
    columns("""
        metric | 指标 | KPI | M | choice:metric
        watch | 关注 | Watch | M | choice:yes_no
        role | 岗位 | Role | M | choice:role
        pain | 痛点号 | Pain no. | M | text
        why | 看它为了 | Watched for | M | text
        wanted | 建议 | Proposed | F | text
        weights | 权重页 | On Weights | F | text
        proposal | 建议权重 | Proposed weight | S | text
        klass* | 类别 | Class | F | text
    """),
)
