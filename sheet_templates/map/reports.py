"""Tables of the report pages: a day, a week and a month of the same KPIs, from the same facts."""

from __future__ import annotations

from sheet_templates.map.nouns import TableLayout, columns

_COLUMNS = columns("""
    scope | 范围 | Scope | S | text
    metric | 指标 | KPI | S | text
    value | 本期 | This period | S | number
    due | 应达 | Due | S | number
    pace | 进度 | Pace | S | ratio
    status | 状态 | Status | F | text
    before | 上期 | Period before | S | number
    change | 环比 | Change | F | ratio
    year_ago | 去年同期 | Year before | S | number
    change_year | 同比 | Change on year | F | ratio
    data_until | 数据至 | Data until | S | date
    unit* | 单位 | Unit | S | text
""")
DAILY = TableLayout("tblDaily", ("scope", "metric"), _COLUMNS)
WEEKLY = TableLayout("tblWeekly", ("scope", "metric"), _COLUMNS)
MONTHLY = TableLayout("tblMonthly", ("scope", "metric"), _COLUMNS)
