"""Tables of the tabs that set the book up: people, products, settings, KPIs, rules, inputs."""

from __future__ import annotations

from sheet_templates.map.nouns import TableLayout, columns

PEOPLE = TableLayout(
    "tblPeople",
    ("person",),
    columns("""
        person | 人员 | Person | M | text
        name | 姓名 | Name | M | text
        department | 部门 | Department | M | text
        role | 岗位 | Role | M | choice:role
        manager | 上级 | Manager | M | choice:person
        mentor | 带教 | Mentor | M | choice:person
        start | 入职 | Start | M | date
        end | 离职 | End | M | date
        us_share | 美区占比 | US share | M | ratio
        contact | 邮箱/企微 | Contact | M | text
        partner* | 伙伴 | Partner | M | text
        scored* | 考核 | Scored | M | choice:yes_no
        ramp* | 新人阶梯 | Ramp | M | text
        team_share* | 团队占比 | Team share | M | ratio
        plan*+ | 新人计划 | Newcomer plan | M | choice:newcomer_plan
        fte*+ | 全职占比 | Full-time share | M | ratio
        since+ | 变动起 | From | M | date
    """),
)
NEWCOMER = TableLayout(  # how far each newcomer is, under which mentor; the gates stand in Tasks
    "tblNewcomer",
    ("person",),
    columns("""
        mentor | 带教 | Mentor | S | text
        person | 新人 | Newcomer | S | text
        plan | 新人计划 | Newcomer plan | S | text
        start | 入职 | Start | S | date
        day | 第几天 | Day | S | count
        state | 进展 | Progress | S | text
        passed | 按时通过 | Passed | S | count
        passed_late | 逾期通过 | Passed late | S | count
        missed | 未通过 | Not passed | S | count
        gates | 关卡数 | Gates | S | count
        rate | 通过率 | Gate rate | S | ratio
        next | 下一关 | Next gate | S | text
        next_due | 下一关到期 | Its due day | S | date
        quiz | ✎测验得分率 | ✎ Quiz | S | ratio
        quiz_by | 测验录入 | Quiz typed by | S | text
        rating | ✎带教评分 | ✎ Mentor rating | S | points
        rating_by | 评分录入 | Rating typed by | S | text
    """),
    later=True,
)
PRODUCT = TableLayout(
    "tblProduct",
    ("sku", "market", "start"),
    columns("""
        sku | SKU | SKU | M | text
        market | 站点 | Market | M | text
        start | 起 | From | M | date
        category | 品类 | Category | M | text
        stage | 阶段 | Stage | M | choice:stage
        unit_cost | 采购成本 | Unit cost | M | money
        freight | 头程 | Freight | M | money
        currency | 币种 | Currency | M | choice:currency
        parent* | 父体 | Parent | M | text
        name | 名称 | Name | S | text
        units_30d | 近30天销量 | Units 30 d | S | count
        cost_state | 成本状态 | Cost state | S | text
    """),
)
SETTING = TableLayout(
    "tblSetting",
    ("setting",),
    columns("""
        setting | 设置 | Setting | S | text
        value | 值 | Value | M | text
        meaning | 说明 | Meaning | S | text
    """),
)
GRADE = TableLayout(  # the lowest first: the formulas look a total up in this order
    "tblGrade",
    ("grade",),
    columns("""
        grade | 等级 | Grade | M | text
        start | 起分 | From points | M | points
        coefficient | 系数 | Coefficient | M | number
    """),
)
RECONCILE = TableLayout(
    "tblReconcile",
    ("shop",),
    columns("""
        shop | 店铺 | Shop | S | text
        backend | 后台数 | Back office | M | number
        platform | 平台数 | Platform's own | S | number
        book | 本簿数 | This book | S | number
        difference | 差异 | Difference | F | ratio
        status | 状态 | Status | F | text
        days | 对账区间 | Days compared | S | text
    """),
)
KPI = TableLayout(
    "tblKpi",
    ("metric",),
    columns("""
        on | 启用 | On | M | choice:yes_no
        us | 美区 | US | M | choice:yes_no
        eu | 欧盟 | EU | M | choice:yes_no
        metric | 指标 | KPI | M | text
        name | 名称 | Name | M | text
        formula | 公式 | Formula | M | text
        unit | 单位 | Unit | M | choice:unit
        better | 方向 | Direction | M | choice:better
        numerator | 分子 | Numerator | S | text
        denominator | 分母 | Denominator | S | text
        includes | 含/不含 | Includes/Excludes | S | text
        source | 来源 | Source | S | text
        switches | 口径开关 | Switches | M | text
        check | 公式检查 | Check | S | text
        version | 版本 | Version | S | text
        on_report+ | 报告页 | On report | M | choice:yes_no
        kind* | 类 | Kind | S | text
        klass* | 类别 | Class | S | text
        own_kind+ | 自定类 | Own kind | M | choice:kind
        own_klass+ | 自定类别 | Own class | M | choice:klass
    """),
)
MEASURE = TableLayout(  # figures that only the team knows; typed in Inputs, own KPIs stand on them
    "tblMeasure",
    ("measure",),
    columns("""
        measure | 自定量 | Own measure | M | text
        name_zh | 中文名 | Chinese name | M | text
        name_en | 英文名 | English name | M | text
        unit | 单位 | Unit | M | choice:unit
        roll_up | 汇总 | Roll-up | M | choice:roll_up
        level | 归属 | Level | M | choice:measure_level
        check | 检查 | Check | S | text
        version | 版本 | Version | S | text
    """),
    later=True,
)
ASSIGN = TableLayout(
    "tblAssign",
    ("shop", "category", "person", "start"),
    columns("""
        shop | 店铺 | Shop | M | choice:scope
        category | 品类 | Category | M | text
        person | 人员 | Person | M | choice:person
        share | 占比 | Share | M | ratio
        start | 起 | From | M | date
        end | 止 | To | M | date
    """),
)
RULE = TableLayout(
    "tblRule",
    ("rule",),
    columns("""
        rule | 规则 | Rule | M | text
        on | 启用 | On | M | choice:yes_no
        metric | 指标 | KPI | M | choice:metric
        scope | 范围 | Scope | M | text
        window | 窗口 | Window | M | choice:window
        operator | 条件 | Operator | M | choice:operator
        value | 值 | Value | M | number
        against | 对照 | Against | M | choice:against
        periods | 连续 | For | M | count
        level | 级别 | Level | M | choice:level
        receivers | 接收人 | Receivers | M | text
        channel | 渠道 | Channel | M | text
        quiet_days | 静默日历 | Quiet days | M | text
        start | 生效 | From | M | date
        end+ | 止 | To | M | date
        history* | 对照期数 | History | M | count
        least* | 最少期数 | At least | M | count
        beyond* | 且越过 | Also beyond | M | number
        margin* | 恢复余量 | Margin | M | number
        keep* | 恢复期数 | Recover | M | count
        unit* | 单位 | Unit | F | text
    """),
)
INPUT = TableLayout(
    "tblInput",
    ("day", "shop", "measure"),
    columns("""
        day | 日期 | Date | M | date
        shop | 店铺 | Shop | M | choice:shop
        measure | 量 | Measure | M | choice:measure
        value | 值 | Value | M | number
        evidence | 证据 | Evidence | M | text
        by | 录入人 | By | M | text
        used | 采用 | Used | S | text
    """),
)
POINT = TableLayout(
    "tblPoint",
    ("no",),
    columns("""
        no | 编号 | Entry no. | M | text
        month | 月份 | Month | M | text
        person | 人员 | Person | M | choice:person
        kind | 类型 | Kind | M | choice:point_kind
        points | 分值 | Points | M | points
        reason | 原因 | Reason | M | text
        evidence | 证据 | Evidence | M | text
        approved_by | 批准人 | Approved by | M | text
        applied | 计入 | Applied | S | points
    """),
)
POINT_KIND = TableLayout(
    "tblPointKind",
    ("kind",),
    columns("""
        kind | 加减分类型 | Point kind | M | text
        each | 每次分值 | Points each | M | points
        free | 免扣次数 | Free misses | M | count
        cap | 每月封顶 | Cap a month | M | points
        note | 备注 | Note | M | text
    """),
)
