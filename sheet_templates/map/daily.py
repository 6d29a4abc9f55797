"""Tables of the tabs that run the business: focus, team, shops, breaches, tasks, review."""

from __future__ import annotations

from sheet_templates.map.nouns import TableLayout, columns

FOCUS = TableLayout(
    "tblFocus",
    ("no",),
    columns("""
        no | 序号 | No | S | count
        level | 级别 | Level | S | text
        what | 什么 | What | S | text
        scope | 范围 | Scope | S | text
        effect | 影响 | Effect | S | money
        owner | 负责人 | Owner | S | text
        age | 已持续/剩余 | Age or left | S | text
        next_step | 建议 | Next step | S | text
        link | 链接 | Link | S | link
    """),
)
TEAM = TableLayout(
    "tblTeam",
    ("person",),
    columns("""
        person | 人员 | Person | S | text
        role | 岗位 | Role | S | text
        manager | 上级 | Manager | S | text
        us_share | 美区占比 | US share | S | ratio
        drop_below* | 略去低于 | Left out below | S | ratio
        team* | 团队 | Team | S | text
        team_share* | 团队占比 | Team share | S | ratio
        state | 状态 | State | S | text
        us_score | 美区得分 | US | F | points
        eu_score | 欧盟得分 | EU | F | points
        points | 加减分 | Points | F | points
        own_total | 个人分 | Own | F | points
        team_total | 团队分 | Team's | F | points
        total | 总分 | Total | F | points
        grade | 等级 | Grade | F | text
        coefficient | 系数 | Coefficient | F | number
        coverage | 覆盖率 | Coverage | F | ratio
        open_breaches | 未关闭预警 | Open breaches | F | count
        late_tasks | 逾期任务 | Late tasks | F | count
        m6* | M-6 | M-6 | S | points
        m5* | M-5 | M-5 | S | points
        m4* | M-4 | M-4 | S | points
        m3* | M-3 | M-3 | S | points
        m2* | M-2 | M-2 | S | points
        m1* | M-1 | M-1 | S | points
        trend | 趋势 | Trend | S | spark
        manual_share | 人工项占比 | Manual share | S | ratio
        comment | 经理备注 | Comment | M | text
        share_basis*+ | 占比依据 | Share basis | S | text
    """),
)
SHOP = TableLayout(
    "tblShop",
    ("shop",),
    columns("""
        shop | 店铺 | Shop | M | text
        platform | 平台 | Platform | M | choice:platform
        market | 站点 | Market | M | choice:market
        owner | 负责人 | Owner | M | choice:person
        name* | 名称 | Name | M | text
        company* | 公司 | Company | M | text
        brand*+ | 品牌 | Brand | M | text
        currency* | 币种 | Currency | M | choice:currency
        time_zone* | 时区 | Time zone | M | text
        logistics* | 物流 | Logistics | M | choice:logistics
        language* | 语言 | Language | M | text
        opened* | 启用 | From | M | date
        closed* | 停用 | To | M | date
        region | 区域 | Region | F | text
        pace | 进度 | Pace | F | ratio
        shop_score | 店铺得分 | Shop score | F | points
        score_basis | 得分依据 | Score from | F | text
        status | 状态 | Status | F | text
        net_sales | 净销售额 | Net sales | S | money
        due | 应达 | Due | S | money
        contribution | 边际贡献 | Contribution | S | money
        margin | 贡献率 | Margin | S | ratio
        acos | ACoS | ACoS | S | ratio
        tacos | TACoS | TACoS | S | ratio
        return_rate | 退货率 | Return rate | S | ratio
        bad_review_rate | 差评率 | Bad review rate | S | ratio
        days_of_supply | 可售天数 | Days of supply | S | days
        trend | 趋势 | Trend | S | spark
        w8* | W-8 | W-8 | S | money
        w7* | W-7 | W-7 | S | money
        w6* | W-6 | W-6 | S | money
        w5* | W-5 | W-5 | S | money
        w4* | W-4 | W-4 | S | money
        w3* | W-3 | W-3 | S | money
        w2* | W-2 | W-2 | S | money
        w1* | W-1 | W-1 | S | money
        data_until | 数据至 | Data until | S | date
        connection | 连接 | Connection | S | text
        next_pull | 下次取数 | Next pull | S | time
    """),
)
BREACH = TableLayout(
    "tblBreach",
    ("no",),
    columns("""
        no | 编号 | No | S | text
        level | 级别 | Level | S | text
        metric | 指标 | KPI | S | text
        scope | 范围 | Scope | S | text
        actual | 实际 | Actual | S | number
        limit | 界限 | Limit | S | number
        bound | 方式 | Bound | S | text
        since | 开始 | Since | S | date
        state | 状态 | State | S | text
        owner | 负责人 | Owner | S | text
        cause | 原因线索 | Main cause | S | text
        unit* | 单位 | Unit | S | text
        action | 处理 | Action | M | text
        by | 处理人 | By | M | text
        silence_until | 静默至 | Silence until | M | date
    """),
)
TASK = TableLayout(
    "tblTask",
    ("no",),
    columns("""
        no | 编号 | No | M | text
        type | 类型 | Type | M | choice:task_type
        region | 区域 | Region | M | choice:region
        country | 国家 | Country | M | text
        what | 事项 | What | M | text
        about | 关联 | About | M | text
        owner | 负责人 | Owner | M | choice:person
        due | 到期 | Due | M | date
        quantity | 数量 | Quantity | M | number
        done | 完成 % | Done | M | ratio
        category* | 品类 | Category | M | text
        regime* | 法规 | Regime | M | choice:regime
        company* | 公司 | Company | M | text
        number* | 注册号/证书号 | Number | M | text
        valid_to* | 有效至 | Valid to | M | date
        amount*+ | 金额 | Amount | M | money
        currency*+ | 币种 | Currency | M | choice:currency
        paid*+ | 已付金额 | Paid | M | money
        opened* | 起始日 | Opened | M | date
        reviewer* | 复核人 | Reviewer | M | text
        outcome* | 结论 | Outcome | M | choice:outcome
        evidence | 证据 | Evidence | P | text
        comment | 说明 | Comment | P | text
        delivered | 交付日 | Delivered | P | date
        days_left | 剩余天数 | Days left | F | count
        status | 状态 | Status | F | text
        standing+ | 办理状态 | Standing | S | text
        number_check* | 号码校验 | Number check | S | text
        reminders* | 提醒记录 | Reminders sent | S | text
    """),
)
REGISTER = TableLayout(  # the duties of Tasks: counts of the year, ends of certificates, money
    "tblRegister",
    ("country", "regime", "currency"),
    columns("""
        country | 国家 | Country | S | text
        regime | 法规 | Regime | S | text
        category+ | 品类 | Category | S | text
        company+ | 公司 | Company | S | text
        standing | 办理状态 | Standing | S | text
        next_due | 最近到期 | Next due | S | date
        late | 逾期 | Late | S | count
        due | 应办 | Due | S | count
        done | 已办 | Done | S | count
        passed | 通过 | Passed | S | count
        on_time | 按时 | On time | S | count
        done_rate | 完成率 | Done rate | S | ratio
        on_time_rate | 及时率 | On-time rate | S | ratio
        ends | 最早失效 | First to end | S | date
        currency | 币种 | Currency | S | text
        amount | 应缴 | To pay | S | money
        paid | 已缴 | Paid | S | money
        open | 未缴 | Open | S | money
        late_amount | 逾期未缴 | Late and open | S | money
        report | 未缴折算 | Open, converted | S | money
        region* | 区域 | Region | S | text
    """),
    later=True,
)
REVIEW = TableLayout(
    "tblReview",
    ("no",),
    columns("""
        no | 编号 | No | M | text
        date | 日期 | Date | M | date
        present | 与会 | Present | M | text
        topic | 议题 | Topic | M | text
        decision | 决定 | Decision | M | text
        expected | 预期效果 | Expected | M | text
        owner | 负责人 | Owner | M | choice:person
        due | 到期 | Due | M | date
        task_no | 行动任务 | Task no. | M | text
        result | 四周后结果 | Result after 4 weeks | F | text
    """),
)
