"""Tables that only a partner's book has."""

from __future__ import annotations

from sheet_templates.map.nouns import TableLayout, columns

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
        reward | 奖励 | Reward | S | text
        deduction | 扣减 | Deduction | S | text
        version | 版本 | Version | S | text
    """),
)
