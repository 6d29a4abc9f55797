"""Tables behind the pages: items, actuals, log, and what the dropdowns and charts read."""

from __future__ import annotations

from sheet_templates.map.nouns import TableLayout, columns

SCORE = TableLayout(
    "tblScore",
    ("item",),
    columns("""
        item | 项 | Item | S | text
        month | 月份 | Month | S | text
        person | 人员 | Person | S | text
        region | 区域 | Region | S | text
        metric | 指标 | KPI | S | text
        line | 行号 | Line | S | count
        target | 目标 | Target | S | number
        due | 应达 | Due | F | number
        actual | 实际 | Actual | S | number
        data_until | 数据至 | Data until | S | date
        data_state | 数据状态 | Data state | S | text
        weight | 权重 | Weight | S | points
        method | 方法 | Method | S | text
        better* | 方向 | Direction | S | text
        p1* | 参数1 | Param 1 | S | number
        p2* | 参数2 | Param 2 | S | number
        p3* | 参数3 | Param 3 | S | number
        p4* | 参数4 | Param 4 | S | number
        points0*+ | 档0得分 | Band 0 points | S | points
        from1*+ | 档1起 | Band 1 from | S | number
        points1*+ | 档1得分 | Band 1 points | S | points
        from2*+ | 档2起 | Band 2 from | S | number
        points2*+ | 档2得分 | Band 2 points | S | points
        from3*+ | 档3起 | Band 3 from | S | number
        points3*+ | 档3得分 | Band 3 points | S | points
        from4*+ | 档4起 | Band 4 from | S | number
        points4*+ | 档4得分 | Band 4 points | S | points
        from5*+ | 档5起 | Band 5 from | S | number
        points5*+ | 档5得分 | Band 5 points | S | points
        from6*+ | 档6起 | Band 6 from | S | number
        points6*+ | 档6得分 | Band 6 points | S | points
        from7*+ | 档7起 | Band 7 from | S | number
        points7*+ | 档7得分 | Band 7 points | S | points
        cap* | 封顶 | Cap | S | points
        floor* | 保底 | Floor | S | points
        warn* | 关注 | Warn | S | number
        breach* | 突破 | Breach | S | number
        bound* | 界限方式 | Bound | S | text
        veto* | 否决 | Veto | S | text
        missing* | 缺数 | Missing policy | S | text
        target_basis* | 应达口径 | Due basis | S | text
        due_share* | 应达比例 | Due share | S | number
        counted* | 计分值 | Counted value | S | number
        version* | 版本 | Version | S | text
        source* | 来源 | Source | S | text
        facts* | 事实号 | Facts id | S | text
        unit* | 单位 | Unit | S | text
        kind* | 类 | Kind | S | text
        meaning* | 口径 | Meaning | S | text
        attainment | 达成 | Attainment | F | ratio
        score | 得分 | Score | F | points
        usable | 可用权重 | Usable weight | F | points
        share | 折算权重 | Share | F | points
        points | 贡献 | Points | F | points
        status | 状态 | Status | F | text
        try_target | 试算目标 | What-if target | M | number
        try_weight | 试算权重 | What-if weight | M | points
        try_score | 试算得分 | What-if score | F | points
        try_points | 试算贡献 | What-if points | F | points
        card_key* | 卡行 | Card line | F | text
        pending_target* | 未发布目标 | Pending target | S | number
        pending_weight* | 未发布权重 | Pending weight | S | points
        tried_target* | 试用目标 | Target tried | F | number
        tried_weight* | 试用权重 | Weight tried | F | points
        warn_low* | 关注下限 | Warn below | S | number
        breach_low* | 突破下限 | Breach below | S | number
    """),
)
ACTUAL = TableLayout(
    "tblActual",
    ("period", "region", "scope", "metric"),
    columns("""
        period | 期间 | Period | S | text
        region | 区域 | Region | S | text
        scope | 范围 | Scope | S | text
        metric | 指标 | KPI | S | text
        value | 值 | Value | S | number
        numerator | 分子 | Numerator | S | number
        denominator | 分母 | Denominator | S | number
        data_until | 数据至 | Data until | S | date
        state | 状态 | State | S | text
        source | 来源 | Source | S | text
        fetched_at | 取数时间 | Fetched at | S | time
        facts | 事实号 | Facts id | S | text
    """),
)
LOG = TableLayout(
    "tblLog",
    ("no",),
    columns("""
        no | 编号 | No | S | count
        at | 时间 | Time | S | time
        level | 级别 | Level | S | text
        where | 位置 | Where | S | text
        what | 发生什么 | What | S | text
        mend | 怎么办 | Mend | S | text
    """),
)
SCOPE = TableLayout(
    "tblScope",
    ("scope",),
    columns("""
        scope | 范围 | Scope | S | text
        kind | 类别 | Kind | S | text
        region | 区域 | Region | S | text
        name | 名称 | Name | S | text
    """),
)
DAY = TableLayout(
    "tblDay",
    ("day",),
    columns("""
        day | 日 | Day | S | date
        net_sales | 净销售额 | Net sales | S | money
        due | 应达 | Due | S | money
        ad_spend | 广告花费 | Ad spend | S | money
        ad_budget | 广告预算 | Ad budget | S | money
        contribution | 边际贡献 | Contribution | S | money
        tacos | TACoS | TACoS | S | ratio
        return_rate | 退货率 | Return rate | S | ratio
    """),
)
CARD_LINE = TableLayout(  # the strip of the card that the service fills: weekly attainment
    "tblWeek",
    ("person", "region", "week"),
    columns("""
        person | 人员 | Person | S | text
        region | 区域 | Region | S | text
        week | 周 | Week | S | text
        net_sales | 销售周达成 | Sales attainment | S | ratio
        profit | 利润周达成 | Profit attainment | S | ratio
        strip | 周序 | Strip | F | text
    """),
)
WEEK_KPI = TableLayout(  # the upper part of Review: the week against the week before
    "tblWeekKpi",
    ("metric", "scope"),
    columns("""
        metric | 指标 | KPI | S | text
        scope | 范围 | Scope | S | text
        this_week | 本周 | This week | S | number
        last_week | 上周 | Week before | S | number
        unit | 单位 | Unit | S | text
        week | 周 | Week | S | text
        slot+ | 列位 | Slot | S | text
    """),
)
MARKET = TableLayout(
    "tblMarket",
    ("scope",),
    columns("""
        scope | 市场 | Market | S | text
        pace | 进度 | Pace | S | ratio
        margin | 贡献率 | Margin | S | ratio
        tacos | TACoS | TACoS | S | ratio
        return_rate | 退货率 | Returns | S | ratio
        compliance | 合规 | Compliance | S | ratio
        status | 状态 | Status | F | text
        place+ | 行位 | Place | S | count
    """),
)
TILE = TableLayout(
    "tblTile",
    ("tile",),
    columns("""
        tile | 指标 | KPI | S | text
        value | 实际 | Actual | S | number
        due | 应达 | Due | S | number
        pace | 进度 | Pace | S | ratio
        forecast | 预测 | Forecast | S | ratio
        status | 状态 | Status | S | text
        note | 说明 | Note | S | text
    """),
)
