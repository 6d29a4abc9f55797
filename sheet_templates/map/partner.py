"""What is agreed with an agency: the manager's terms, and the tables of a partner's own book."""

from __future__ import annotations

from sheet_templates.map.nouns import TableLayout, columns

TERM = TableLayout(  # of the team's book; signed with the contract
    "tblTerm",
    ("person", "term", "period", "points", "start"),
    columns("""
        person | 伙伴 | Partner | M | choice:person
        term | 条款 | Term | M | choice:term
        period | 期间 | Period | M | text
        points | 总分从 | From points | M | points
        value | 值 | Value | M | number
        start | 生效 | From | M | date
        end | 止 | To | M | date
        wording | 约定 | Wording | M | text
        pending | 未发布改动 | Pending | S | text
        version | 版本 | Version | S | text
        unit* | 单位 | Unit | F | text
    """),
)
CONTRACT = TableLayout(
    "tblContract",
    ("region", "metric"),
    columns("""
        region | 区域 | Region | S | text
        metric | 指标 | KPI | S | text
        weight | 权重 | Weight | S | points
        target | 目标 | Target | S | number
        unit | 单位 | Unit | S | text
        source | 来源 | Source | S | text
        calculation | 计算 | Calculation | S | text
        scoring | 计分 | Scoring | S | text
        reward | 奖励 | Reward | S | text
        deduction | 扣减 | Deduction | S | text
        version | 版本 | Version | S | text
    """),
)
CLAUSE = TableLayout(
    "tblClause",
    ("no",),
    columns("""
        no | 编号 | No | S | text
        term | 条款 | Term | S | text
        period | 期间 | Period | S | text
        points | 总分从 | From points | S | points
        value | 值 | Value | S | number
        unit | 单位 | Unit | S | text
        wording | 约定 | Wording | S | text
        start | 生效 | From | S | date
        end | 止 | To | S | date
        version | 版本 | Version | S | text
    """),
)
