"""Tables of the two tabs that plan: targets and weights."""

from __future__ import annotations

from sheet_templates.map.nouns import TableLayout, columns


def months(suffix_zh: str = "月") -> str:
    """The lines of twelve month columns, for `columns`."""
    names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    return "\n".join(
        f"m{n:02d} | {n}{suffix_zh} | {en} | M | number" for n, en in enumerate(names, 1)
    )


TARGET = TableLayout(
    "tblTarget",
    ("year", "region", "scope", "metric"),
    columns(
        """
        year | 年 | Year | M | count
        region | 区域 | Region | M | choice:region
        scope | 范围 | Scope | M | choice:scope
        metric | 指标 | KPI | M | choice:metric
        owner | 负责人 | Owner | M | choice:person
        basis | 依据 | Basis | M | choice:basis
        year_total | 年度 | Year total | M | number
        """
        + months()
        + """
        currency* | 币种 | Currency | M | choice:currency
        baseline* | 基线 | Baseline | M | number
        uplift* | 提升 | Uplift | M | number
        uplift_unit* | 提升单位 | Uplift unit | M | choice:uplift_unit
        split* | 分解 | Split | M | choice:split
        company_stage*+ | 公司阶段 | Company stage | M | choice:company_stage
        note | 备注 | Note | M | text
        month_sum | 月合计 | Sum of months | F | number
        gap | 差额 | Gap to parent | F | number
        unit* | 单位 | Unit | F | text
        level* | 层级 | Depth | F | count
        total* | 全年计 | Year counted | F | number
        last_year | 去年同期 | Last year | S | number
        suggested | 建议 | Suggested | S | number
        check | 合理性 | Check | S | text
        benchmark | 参考值 | Benchmark | S | text
        counted | 本月采用 | Month counted | S | number
        breakdown | 拆解 | Breakdown | S | text
        pending | 未发布改动 | Pending | S | text
        version | 版本 | Version | S | text
        published | 发布日 | Published | S | date
    """
    ),
)
WEIGHT = TableLayout(
    "tblWeight",
    ("role", "region", "metric", "start"),
    columns("""
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
        veto | 一票否决 | Veto | M | choice:veto
        start | 生效 | From | M | date
        cap* | 封顶 | Cap | M | points
        floor* | 保底 | Floor | M | points
        p1* | 参数1 | Param 1 | M | number
        p2* | 参数2 | Param 2 | M | number
        p3* | 参数3 | Param 3 | M | number
        p4* | 参数4 | Param 4 | M | number
        steps*+ | 分档表 | Step table | M | text
        missing* | 缺数 | Missing policy | M | choice:missing
        outdated* | 数据不全 | Outdated policy | M | choice:outdated
        warn_low* | 关注下限 | Warn below | M | number
        breach_low* | 突破下限 | Breach below | M | number
        min_count* | 最少样本 | Least count | M | count
        confirmed* | 确认 | Confirmed | M | choice:yes_no
        pending | 未发布改动 | Pending | S | text
        version | 版本 | Version | S | text
        unit* | 单位 | Unit | F | text
        kind* | 类 | Kind | F | text
        klass* | 类别 | Class | F | text
        live* | 本月有效 | Valid now | F | count
        part | 折算 | Of 100 | F | points
        note+ | 备注 | Note | M | text
        substitute+ | 替代值 | Substitute | M | number
    """),
)
OKR = TableLayout(
    "tblOkr",
    ("no",),
    columns("""
        no | 编号 | KR no. | M | text
        objective | 目标 | Objective | M | text
        serves | 承接 | Serves | M | text
        owner | 负责人 | Owner | M | choice:person
        region | 区域 | Region | M | choice:region
        scope | 范围 | Scope | M | choice:scope
        metric | 关键结果 | Key result | M | choice:metric
        period | 期间 | Period | M | text
        baseline | 基线 | Baseline | M | number
        target | 目标值 | Target | M | number
        weight | 权重 | Weight | M | points
        actual | 实际 | Actual | S | number
        data_until | 数据至 | Data until | S | date
        progress | 进度 0–1 | Progress 0–1 | F | ratio
        grade | 目标评分 0–1 | Objective 0–1 | F | ratio
        status | 状态 | Status | F | text
        below | 下级目标 | Handed down to | S | text
        unit* | 单位 | Unit | S | text
        weighs* | 计权 | Weight counted | F | points
        known* | 已知权重 | Weight known | F | points
        part* | 部分 | Part | F | ratio
    """),
)
