"""THE map of the workbook: tabs, tables, columns, owners, keys; everyone reads it, it reads nobody.

Tables are found by their name, columns by header text in either language, rows by key. Codes are
stable; titles and headers are what a reader sees. A column's owner says who writes it:
M the manager, S the service, F a formula of ours, P a partner or a scored person.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

Language = Literal["zh", "en"]


class Owner(StrEnum):
    """Who writes a column."""

    MANAGER = "M"
    SERVICE = "S"
    FORMULA = "F"
    PARTNER = "P"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    code: str
    zh: str
    en: str
    owner: Owner
    kind: str  # text money count ratio points date time number choice:<list> days flag link spark
    folded: bool = False  # grouped and folded by default

    def header(self, language: Language) -> str:
        """The header text of an edition."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class TableLayout:
    """One table: its name is English and fixed."""

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    def column(self, code: str) -> Column:
        """The column of a code; KeyError for an unknown one."""
        return next(c for c in self.columns if c.code == code)

    def by_header(self, text: str) -> Column | None:
        """The column whose zh or en header is `text`, blanks and case aside."""
        wanted = text.strip().casefold()
        found = (c for c in self.columns if wanted in (c.zh.casefold(), c.en.casefold()))
        return next(found, None)

    def owned_by(self, *owners: Owner) -> tuple[str, ...]:
        """Codes of the columns of these owners, in order."""
        return tuple(c.code for c in self.columns if c.owner in owners)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One tab."""

    code: str
    zh: str
    en: str
    colour: Literal["blue", "green", "grey", "none"]
    tables: tuple[TableLayout, ...] = field(default=())
    shown: frozenset[str] = frozenset({"basic", "team", "full"})  # modes in which it is visible

    def title(self, language: Language) -> str:
        """The tab's title in an edition; a manager may rename it."""
        return self.zh if language == "zh" else self.en


def _columns(text: str) -> tuple[Column, ...]:
    """Read `code | zh | en | owner | kind` lines; a trailing `*` on the code folds the column."""
    columns = []
    for line in text.strip().splitlines():
        code, zh, en, owner, kind = (part.strip() for part in line.split("|"))
        folded = code.endswith("*")
        columns.append(Column(code.rstrip("*"), zh, en, Owner(owner), kind, folded))
    return tuple(columns)


def _months(suffix_zh: str = "月") -> str:
    names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    return "\n".join(
        f"m{n:02d} | {n}{suffix_zh} | {en} | M | number" for n, en in enumerate(names, 1)
    )


FOCUS = TableLayout(
    "tblFocus",
    ("no",),
    _columns("""
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
    _columns("""
        person | 人员 | Person | S | text
        role | 岗位 | Role | S | text
        manager | 上级 | Manager | S | text
        us_share | 美区占比 | US share | S | ratio
        state | 状态 | State | S | text
        us_score | 美区得分 | US | F | points
        eu_score | 欧盟得分 | EU | F | points
        points | 加减分 | Points | F | points
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
    """),
)
SHOP = TableLayout(
    "tblShop",
    ("shop",),
    _columns("""
        shop | 店铺 | Shop | M | text
        platform | 平台 | Platform | M | choice:platform
        market | 站点 | Market | M | choice:market
        owner | 负责人 | Owner | M | choice:person
        name* | 名称 | Name | M | text
        company* | 公司 | Company | M | text
        currency* | 币种 | Currency | M | choice:currency
        time_zone* | 时区 | Time zone | M | text
        logistics* | 物流 | Logistics | M | choice:logistics
        language* | 语言 | Language | M | text
        opened* | 启用 | From | M | date
        closed* | 停用 | To | M | date
        region | 区域 | Region | F | text
        pace | 进度 | Pace | F | ratio
        shop_score | 店铺得分 | Shop score | F | points
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
    _columns("""
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
    _columns("""
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
        number* | 注册号/证书号 | Number | M | text
        valid_to* | 有效至 | Valid to | M | date
        reviewer* | 复核人 | Reviewer | M | text
        outcome* | 结论 | Outcome | M | text
        evidence | 证据 | Evidence | P | text
        comment | 说明 | Comment | P | text
        delivered | 交付日 | Delivered | P | date
        days_left | 剩余天数 | Days left | F | count
        status | 状态 | Status | F | text
        number_check* | 号码校验 | Number check | S | text
        reminders* | 提醒记录 | Reminders sent | S | text
    """),
)
REVIEW = TableLayout(
    "tblReview",
    ("no",),
    _columns("""
        no | 编号 | No | M | text
        date | 日期 | Date | M | date
        present | 与会 | Present | M | text
        topic | 议题 | Topic | M | text
        decision | 决定 | Decision | M | text
        expected | 预期效果 | Expected | M | text
        task_no | 行动任务 | Task no. | M | text
        result | 四周后结果 | Result after 4 weeks | F | text
    """),
)
TARGET = TableLayout(
    "tblTarget",
    ("year", "region", "scope", "metric"),
    _columns(
        """
        year | 年 | Year | M | count
        region | 区域 | Region | M | choice:region
        scope | 范围 | Scope | M | choice:scope
        metric | 指标 | KPI | M | choice:metric
        owner | 负责人 | Owner | M | choice:person
        basis | 依据 | Basis | M | choice:basis
        year_total | 年度 | Year total | M | number
        """
        + _months()
        + """
        currency* | 币种 | Currency | M | choice:currency
        baseline* | 基线 | Baseline | M | number
        uplift* | 提升 | Uplift | M | number
        uplift_unit* | 提升单位 | Uplift unit | M | choice:uplift_unit
        split* | 分解 | Split | M | choice:split
        note | 备注 | Note | M | text
        month_sum | 月合计 | Sum of months | F | number
        gap | 差额 | Gap to parent | F | number
        unit* | 单位 | Unit | F | text
        level* | 层级 | Depth | F | count
        total* | 全年计 | Year counted | F | number
        last_year | 去年同期 | Last year | S | number
        suggested | 建议 | Suggested | S | number
        check | 合理性 | Check | S | text
        pending | 未发布改动 | Pending | S | text
        version | 版本 | Version | S | text
        published | 发布日 | Published | S | date
    """
    ),
)
WEIGHT = TableLayout(
    "tblWeight",
    ("role", "region", "metric", "start"),
    _columns("""
        role | 岗位 | Role | M | choice:role
        region | 区域 | Region | M | choice:region
        metric | 指标 | KPI | M | choice:metric
        on | 启用 | On | M | choice:yes_no
        weight | 权重 | Weight | M | points
        method | 方法 | Method | M | choice:method
        better | 方向 | Direction | M | choice:better
        warn | 关注 | Warn | M | number
        breach | 突破 | Breach | M | number
        bound | 界限方式 | Bound | M | choice:bound
        veto | 一票否决 | Veto | M | choice:yes_no
        start | 生效 | From | M | date
        cap* | 封顶 | Cap | M | points
        floor* | 保底 | Floor | M | points
        p1* | 参数1 | Param 1 | M | number
        p2* | 参数2 | Param 2 | M | number
        p3* | 参数3 | Param 3 | M | number
        p4* | 参数4 | Param 4 | M | number
        missing* | 缺数 | Missing policy | M | choice:missing
        confirmed* | 确认 | Confirmed | M | choice:yes_no
        pending | 未发布改动 | Pending | S | text
        version | 版本 | Version | S | text
        unit* | 单位 | Unit | F | text
        kind* | 类 | Kind | F | text
        klass* | 类别 | Class | F | text
        live* | 本月有效 | Valid now | F | count
    """),
)
PEOPLE = TableLayout(
    "tblPeople",
    ("person",),
    _columns("""
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
    """),
)
PRODUCT = TableLayout(
    "tblProduct",
    ("sku", "market", "start"),
    _columns("""
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
    _columns("""
        setting | 设置 | Setting | S | text
        value | 值 | Value | M | text
        meaning | 说明 | Meaning | S | text
    """),
)
RECONCILE = TableLayout(
    "tblReconcile",
    ("shop",),
    _columns("""
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
    _columns("""
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
        switches | 口径开关 | Switches | S | text
        check | 公式检查 | Check | S | text
        version | 版本 | Version | S | text
        kind* | 类 | Kind | S | text
        klass* | 类别 | Class | S | text
    """),
)
ASSIGN = TableLayout(
    "tblAssign",
    ("shop", "category", "person", "start"),
    _columns("""
        shop | 店铺 | Shop | M | choice:shop
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
    _columns("""
        rule | 规则 | Rule | M | text
        on | 启用 | On | M | choice:yes_no
        metric | 指标 | KPI | M | choice:metric
        scope | 范围 | Scope | M | text
        window | 窗口 | Window | M | choice:window
        operator | 条件 | Operator | M | choice:operator
        value | 值 | Value | M | number
        periods | 连续 | For | M | count
        level | 级别 | Level | M | choice:level
        receivers | 接收人 | Receivers | M | text
        channel | 渠道 | Channel | M | text
        quiet_days | 静默日历 | Quiet days | M | text
    """),
)
INPUT = TableLayout(
    "tblInput",
    ("day", "shop", "measure"),
    _columns("""
        day | 日期 | Date | M | date
        shop | 店铺 | Shop | M | choice:shop
        measure | 量 | Measure | M | text
        value | 值 | Value | M | number
        evidence | 证据 | Evidence | M | text
        by | 录入人 | By | M | text
        used | 采用 | Used | S | text
    """),
)
POINT = TableLayout(
    "tblPoint",
    ("no",),
    _columns("""
        no | 编号 | Entry no. | M | text
        month | 月份 | Month | M | text
        person | 人员 | Person | M | choice:person
        points | 分值 | Points | M | points
        reason | 原因 | Reason | M | text
        evidence | 证据 | Evidence | M | text
        approved_by | 批准人 | Approved by | M | text
        applied | 计入 | Applied | S | points
    """),
)
SCORE = TableLayout(
    "tblScore",
    ("item",),
    _columns("""
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
    """),
)
ACTUAL = TableLayout(
    "tblActual",
    ("period", "region", "scope", "metric"),
    _columns("""
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
    _columns("""
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
    _columns("""
        scope | 范围 | Scope | S | text
        kind | 类别 | Kind | S | text
        region | 区域 | Region | S | text
        name | 名称 | Name | S | text
    """),
)
DAY = TableLayout(
    "tblDay",
    ("day",),
    _columns("""
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
    _columns("""
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
    _columns("""
        metric | 指标 | KPI | S | text
        scope | 范围 | Scope | S | text
        this_week | 本周 | This week | S | number
        last_week | 上周 | Week before | S | number
        unit | 单位 | Unit | S | text
    """),
)
MARKET = TableLayout(
    "tblMarket",
    ("scope",),
    _columns("""
        scope | 市场 | Market | S | text
        pace | 进度 | Pace | S | ratio
        margin | 贡献率 | Margin | S | ratio
        tacos | TACoS | TACoS | S | ratio
        return_rate | 退货率 | Returns | S | ratio
        compliance | 合规 | Compliance | S | ratio
        status | 状态 | Status | F | text
    """),
)
TILE = TableLayout(
    "tblTile",
    ("tile",),
    _columns("""
        tile | 指标 | KPI | S | text
        value | 实际 | Actual | S | number
        due | 应达 | Due | S | number
        pace | 进度 | Pace | S | ratio
        forecast | 预测 | Forecast | S | ratio
        status | 状态 | Status | S | text
    """),
)

CONTRACT = TableLayout(
    "tblContract",
    ("region", "metric"),
    _columns("""
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

_TEAM_UP = frozenset({"team", "full"})
_FULL = frozenset({"full"})
_NEVER: frozenset[str] = frozenset()

SHEETS: tuple[Sheet, ...] = (
    Sheet("today", "今日", "Today", "blue", (FOCUS,)),
    Sheet("team", "团队", "Team", "blue", (TEAM,), _TEAM_UP),
    Sheet("card", "记分卡", "Card", "blue"),
    Sheet("shops", "店铺", "Shops", "blue", (SHOP,)),
    Sheet("breaches", "预警", "Breaches", "blue", (BREACH,), _TEAM_UP),
    Sheet("tasks", "任务", "Tasks", "blue", (TASK,)),
    Sheet("review", "复盘", "Review", "blue", (REVIEW,), _TEAM_UP),
    Sheet("targets", "目标", "Targets", "green", (TARGET,)),
    Sheet("weights", "权重", "Weights", "green", (WEIGHT,)),
    Sheet("people", "人员", "People", "grey", (PEOPLE,)),
    Sheet("products", "产品", "Products", "grey", (PRODUCT,)),
    Sheet("setup", "设置", "Setup", "grey", (SETTING, RECONCILE)),
    Sheet("kpis", "指标", "KPIs", "grey", (KPI,), _FULL),
    Sheet("assignments", "分工", "Assignments", "grey", (ASSIGN,), _FULL),
    Sheet("rules", "规则", "Rules", "grey", (RULE,), _FULL),
    Sheet("inputs", "补录", "Inputs", "grey", (INPUT,), _FULL),
    Sheet("points", "加减分", "Points", "grey", (POINT,), _FULL),
    Sheet("items", "明细", "Items", "none", (SCORE,), _FULL),
    Sheet("actuals", "实际值", "Actuals", "none", (ACTUAL,), _NEVER),
    Sheet("log", "日志", "Log", "none", (LOG,), _NEVER),
    Sheet(
        "lists",
        "词表",
        "Lists",
        "none",
        (SCOPE, DAY, CARD_LINE, MARKET, TILE, WEEK_KPI),
        _NEVER,
    ),
)
PARTNER_SHEETS: tuple[Sheet, ...] = (
    Sheet("contract", "合同", "Contract", "blue", (CONTRACT,)),
    *(s for s in SHEETS if s.code in {"card", "shops", "breaches", "tasks"}),
    Sheet("items", "明细", "Items", "none", (SCORE,), _NEVER),  # what the card recomputes from
    Sheet("lists", "词表", "Lists", "none", (CARD_LINE,), _NEVER),
)

TABLES: dict[str, TableLayout] = {
    t.name: t for sheet in (*SHEETS, *PARTNER_SHEETS) for t in sheet.tables
}

TILES = ("net_sales", "contribution_profit", "tacos", "return_rate", "compliance", "breaches")
MARKETS = ("US", "EU", "DE", "FR", "IT", "ES", "STORE", "ALL")  # keys of tblMarket, in order
REVIEW_METRICS = (
    "net_sales",
    "contribution_profit",
    "contribution_margin",
    "acos",
    "tacos",
    "return_rate",
    "unit_session_rate",
    "units_sold",
)
REVIEW_SCOPES = ("US", "DE", "FR", "IT", "ES")
FOCUS_ROWS = 10
DAY_ROWS = 62
CARD_LINES = 16
CARD_WEEKS = 8
LAST_ROW = 10_000  # formulas over a whole column reach to this row of the sheet


@dataclass(frozen=True, slots=True)
class Name:
    """A defined name of one cell; the service writes those it owns with a NamePatch."""

    code: str
    owner: Owner
    meaning: str


NAMES: tuple[Name, ...] = (
    Name("nmDataUntil", Owner.SERVICE, "text: data until, one date a region (US 11-20 · EU 11-21)"),
    Name("nmRefreshed", Owner.SERVICE, "text: the last refresh as the reader's time (11-22 09:02)"),
    Name("nmState", Owner.SERVICE, "text of the grey band: draft until published, then empty"),
    Name("nmPaused", Owner.SERVICE, "text: why writing is stopped; empty while it is not"),
    Name("nmToday", Owner.SERVICE, "date in the workbook's time zone; days left count from it"),
    Name("nmVersion", Owner.SERVICE, "text: published version of targets and weights"),
    Name("nmCostCover", Owner.SERVICE, "text: unit cost coverage and the SKUs to fill first"),
    Name("nmServiceNote", Owner.SERVICE, "text: one line on what is stale or missing and why"),
    Name("nmBand", Owner.FORMULA, "text: paused, draft or pilot, whichever is strongest"),
    Name("nmSetupDone", Owner.FORMULA, "text: set-up steps done (7/7)"),
    Name("nmMonthStart", Owner.FORMULA, "first day of the month under review"),
    Name("nmMonthEnd", Owner.FORMULA, "last day of the month under review"),
    Name("nmMonth", Owner.MANAGER, "the month under review (2026-10): a cell of tblSetting"),
    Name("nmCompany", Owner.MANAGER, "the company: a cell of tblSetting"),
    Name("nmCurrency", Owner.MANAGER, "the report currency: a cell of tblSetting"),
    Name("nmMinCoverage", Owner.MANAGER, "least weight covered for a total: a cell of tblSetting"),
    Name("nmPilot", Owner.MANAGER, "pilot yes or no: a cell of tblSetting"),
    Name("nmCardPerson", Owner.MANAGER, "dropdown of the card"),
    Name("nmCardRegion", Owner.MANAGER, "dropdown of the card"),
    Name("nmCardMonth", Owner.MANAGER, "dropdown of the card"),
)
