"""Tables that only a person's or an investor's book has."""

from __future__ import annotations

from sheet_templates.map.nouns import TableLayout, columns

MEANING = TableLayout(  # a scored person's own items, each with its definition
    "tblMeaning",
    ("region", "metric"),
    columns("""
        region | 区域 | Region | S | text
        metric | 指标 | KPI | S | text
        weight | 权重 | Weight | S | points
        target | 目标 | Target | S | number
        unit | 单位 | Unit | S | text
        better | 方向 | Direction | S | text
        method | 方法 | Method | S | text
        numerator | 分子 | Numerator | S | text
        denominator | 分母 | Denominator | S | text
        includes | 含/不含 | Includes/Excludes | S | text
        source | 来源 | Source | S | text
        version | 版本 | Version | S | text
    """),
)
DISPUTE = TableLayout(  # what the person holds against an item; the manager's task answers it
    "tblDispute",
    ("item",),
    columns("""
        item | 项 | Item | P | choice:item
        claimed | 我认为应为 | Should be | P | number
        reason | 理由 | Reason | P | text
        evidence | 证据 | Evidence | P | text
        raised | 提出日 | Raised on | P | date
        task_no | 任务编号 | Task no. | S | text
        due | 答复期限 | Answer due | S | date
        outcome | 结论 | Outcome | S | text
    """),
)
TALK = TableLayout(  # one-to-one talks stand here and nowhere else
    "tblTalk",
    ("day",),
    columns("""
        day | 日期 | Date | P | date
        by | 谈话人 | With | P | text
        good | 做得好的 | What went well | P | text
        better | 要改进的 | What to improve | P | text
        agreed | 约定 | Agreed | P | text
        support | 需要的支持 | Support needed | P | text
        next_talk | 下次谈话 | Next talk | P | date
        reply | 本人意见 | Person's own view | P | text
        confirmed | 本人确认日 | Confirmed on | P | date
    """),
)
REGION_LINE = TableLayout(  # what an investor sees of a region: no shop, no person
    "tblRegion",
    ("region", "metric"),
    columns("""
        region | 区域 | Region | S | text
        metric | 指标 | KPI | S | text
        actual | 实际 | Actual | S | number
        target | 月目标 | Month's target | S | number
        due | 应达 | Due | S | number
        pace | 进度 | Pace | S | ratio
        last_month | 上月 | Last month | S | number
        last_year | 去年同期 | Last year | S | number
        change | 同比 | Change on year | F | ratio
        status | 状态 | Status | F | text
        data_until | 数据至 | Data until | S | date
        unit* | 单位 | Unit | S | text
    """),
)
