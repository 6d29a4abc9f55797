"""The words themselves: dropdowns and states in Chinese and English beside their codes.

A word list is a tuple of (code, zh, en); those of payouts, settings and tasks stand in files beside
this one. Further spellings that people type are in `ALIASES`.
Readers import `words`.
"""

from __future__ import annotations

from collections.abc import Mapping

from kpi.catalog import shipped
from kpi.compliance import REGISTERED
from kpi.sheet_words import PLAIN_METHODS, SHEET_ALIASES, SHEET_WORDS, Words
from sheet_templates.pay_words import PAY_LISTS, PAY_SHOWN
from sheet_templates.setting_words import SETTING_LISTS
from sheet_templates.task_words import REVIEW_LISTS, TASK_LISTS

BY_HAND_FIRST = (  # what most teams type, because no platform of theirs delivers it
    *("overhead", "vat_amount", "labour_cost", "headcount", "market_cost", "ad_budget"),
    *("reviews_total", "reviews_negative", "bad_reviews_due", "bad_reviews_handled"),
    *("messages_due", "messages_24h", "replenish_due", "replenish_on_time"),
    *("ad_spend", "ad_sales", "ad_orders", "ad_clicks", "ad_impressions"),
    *("fulfilment_fees", "storage_fees", "return_costs"),
)


def _measures() -> Words:
    """Every measure that can be typed, the usual ones first; names from the catalogue."""
    known = shipped().measures
    rest = (code for code, one in known.items() if one.derived is None and code not in REGISTERED)
    codes = dict.fromkeys((*BY_HAND_FIRST, *rest))
    return tuple((code, known[code].names["zh"], known[code].names["en"]) for code in codes)


SIGNS = {
    "ok": "●",
    "warn": "▲",
    "breach": "■",
    "no_data": "○",
    "stale": "◇",
    "manual": "✎",
    "typed_over": "≠",
    "pending": "…",
}

LISTS: dict[str, Words] = {
    "measure": _measures(),
    "region": (("US", "US", "US"), ("EU", "EU", "EU")),
    "market": tuple(
        (code, code, code)
        for code in ("US", "DE", "FR", "IT", "ES", "NL", "BE", "PL", "SE", "IE", "UK", "EU")
    ),
    "currency": tuple(
        (code, code, code) for code in ("USD", "EUR", "GBP", "CNY", "PLN", "SEK", "CAD", "HKD")
    ),
    "platform": (
        ("amazon", "亚马逊", "Amazon"),
        ("shopify", "Shopify", "Shopify"),
        ("ebay", "eBay", "eBay"),
        ("tiktok", "TikTok Shop", "TikTok Shop"),
        ("shopee", "Shopee", "Shopee"),
        ("lazada", "Lazada", "Lazada"),
        ("walmart", "沃尔玛", "Walmart"),
        ("own_site", "其他独立站", "Other own store"),
        ("other", "其他", "Other"),
    ),
    "logistics": (
        ("fba", "平台仓", "Platform warehouse"),
        ("own", "自发货", "Own dispatch"),
        ("third_party", "海外仓", "Third-party warehouse"),
        ("mixed", "混合", "Mixed"),
    ),
    "yes_no": (("yes", "是", "Yes"), ("no", "否", "No")),
    "veto": (  # yes is the usual veto, the lowest grade
        ("no", "否", "No"),
        ("grade_cap", "是", "Yes"),
        ("bonus_zero", "奖金为零", "Bonus 0"),
        ("total_zero", "总分为零", "Total 0"),
        ("flag", "只提示", "Flag only"),
    ),
    "veto_hit": (
        ("grade_cap", "最低等级", "Lowest grade"),
        ("bonus_zero", "奖金为零", "Bonus 0"),
        ("total_zero", "总分为零", "Total 0"),
        ("flag", "提示", "Flag"),
    ),
    "role": (
        ("operations", "运营", "Operations"),
        ("advertising", "广告投放", "Advertising"),
        ("purchasing", "采购/供应链", "Purchasing"),
        ("customer_service", "客服", "Customer service"),
        ("compliance", "合规", "Compliance"),
        ("agency", "代运营", "Agency"),
        ("supervisor", "店长/主管", "Supervisor"),
        ("newcomer", "新人", "Newcomer"),
        ("shop", "店铺", "Shop"),
        ("team", "团队", "Team"),
        ("own_store", "独立站", "Own store"),
    ),
    "term": (  # of an agency's contract; what each is counted in stands in `kpi.agency_rows`
        ("contract", "合同期与双方", "Contract period and parties"),
        ("currency", "合同币种", "Contract currency"),
        ("fee", "每月基本服务费", "Fee a month"),
        ("level", "服务等级：费用比例", "Service level: part of the fee"),
        ("baseline", "基准利润（每月）", "Baseline profit of a month"),
        ("reward_rate", "超额利润奖励比例", "Reward: part of profit above"),
        ("reward_cap", "奖励封顶（每月）", "Reward at most, a month"),
        ("reward_cap_quarter", "奖励封顶（每季）", "Reward at most, a quarter"),
        ("reward_cap_year", "奖励封顶（每年）", "Reward at most, a year"),
        ("deduct_rate", "不足利润扣减比例", "Deduction: part of profit below"),
        ("late_each", "每件迟交扣减", "Deduction for a late deliverable"),
        ("missing_each", "每件未交或未验收扣减", "Deduction for a missing deliverable"),
        ("deduct_cap", "扣减封顶（每月）", "Deductions at most, a month"),
        ("deduct_cap_quarter", "扣减封顶（每季）", "Deductions at most, a quarter"),
        ("deduct_cap_year", "扣减封顶（每年）", "Deductions at most, a year"),
        ("tax_rate", "税率", "Tax rate"),
        ("payment_day", "付款日（次月几号）", "Payment day of the next month"),
        ("data_rule", "数据来源规则", "Data source rule"),
        ("change_rule", "目标调整规则", "How targets change"),
        ("outage_days", "平台停摆天数", "Days of platform outage"),
        ("correction", "更正金额（+/−）", "Agreed correction (+/-)"),
        ("dispute_days", "异议期（天）", "Days to object"),
        ("answer_days", "异议答复（天）", "Days to answer"),
        ("dispute_part", "异议期间支付比例", "Part paid while in dispute"),
        ("access_end", "权限收回（到期后天数）", "Access ends, days after the end"),
    ),
    "method": PLAIN_METHODS,
    "basis": (
        ("own_plan", "自定", "Own plan"),
        ("history", "历史", "History"),
        ("uplift", "提升", "Uplift"),
        ("starter", "起步值", "Starter"),
        ("benchmark", "参考值", "Benchmark"),
    ),
    "split": (
        ("even", "均分", "Even"),
        ("history_share", "历史", "History"),
        ("seasonality", "季节", "Season"),
        ("capacity", "产能", "Capacity"),
        ("manual", "手工", "By hand"),
    ),
    "way": (
        ("even", "均分", "Even"),
        ("history_share", "历史", "History"),
        ("seasonality", "季节", "Season"),
        ("capacity", "产能", "Capacity"),
        ("assignment", "分工占比", "Assignments"),
        ("manual", "手工", "By hand"),
    ),
    "target_kind": (
        ("region", "区域", "Region"),
        ("entity", "公司主体", "Companies"),
        ("brand", "品牌", "Brands"),
        ("market", "站点", "Markets"),
        ("platform", "平台", "Platforms"),
        ("shop", "店铺", "Shops"),
        ("category", "品类", "Categories"),
        ("stage", "产品阶段", "Stages"),
        ("sku", "SKU", "SKUs"),
        ("campaign", "广告活动", "Campaigns"),
        ("department", "部门", "Departments"),
        ("role", "岗位", "Roles"),
        ("person", "人员", "People"),
        ("market_person", "站点人员", "People of markets"),
    ),
    "uplift_unit": (
        ("pp", "百分点 pp", "pp"),
        ("percent", "百分比 %", "%"),
        ("value", "数值", "Plain value"),
    ),
    "share_basis": (
        ("typed", "人员页", "People"),
        ("targets", "按销售额目标", "Sales targets"),
    ),
    "stage": (
        ("new", "新品", "New"),
        ("mature", "成熟", "Mature"),
        ("clearance", "清仓", "Clearance"),
    ),
    "unit": (
        ("money", "金额", "Money"),
        ("count", "个数", "Count"),
        ("ratio", "比率", "Ratio"),
        ("days", "天", "Days"),
        ("hours", "小时", "Hours"),
        ("points", "分", "Points"),
        ("turns", "次", "Turns"),
        ("rank", "名次", "Rank"),
        ("score", "评分", "Score"),
        ("flag", "是否", "Flag"),
        ("money_per_person", "人均金额", "Money per person"),
    ),
    "kind": (("result", "结果", "Result"), ("process", "过程", "Process")),
    "klass": (
        ("sales", "销售", "Sales"),
        ("profit", "利润", "Profit"),
        ("efficiency", "效率", "Efficiency"),
        ("quality", "质量", "Quality"),
        ("compliance", "合规", "Compliance"),
        ("none", "其他", "Other"),
    ),
    "roll_up": (
        ("sum", "相加", "Sum"),
        ("last", "取最后", "Last"),
        ("mean", "取平均", "Mean"),
    ),
    "measure_level": (("shop", "店铺", "Shop"), ("person", "人员", "Person")),
    **TASK_LISTS,
    "against": (
        ("value", "固定值", "Fixed"),
        ("mean", "× 均值", "× mean"),
        ("median", "× 中位数", "× median"),
    ),
    "window": (
        ("day", "日", "Day"),
        ("week", "周", "Week"),
        ("month", "月", "Month"),
        *((f"{n}d", f"近{n}天", f"Last {n} days") for n in (7, 10, 30, 60, 90)),
    ),
    "operator": ((">", ">", ">"), (">=", ">=", ">="), ("<", "<", "<"), ("<=", "<=", "<=")),
    "level": (("warn", "关注", "Warn"), ("breach", "突破", "Breach")),
    "outdated": (
        ("block", "不出总分", "Block"),
        ("use_to_date", "按已有天数", "Use to date"),
        ("last_value", "用上期值", "Last value"),
    ),
    "early": (("early", "早", "early"),),  # a projection from too few days
    "alarm": (
        ("breach", "■ 突破", "■ Breach"),
        ("warn", "▲ 关注", "▲ Warn"),
        ("no_data", "○ 无数", "○ No data"),
        ("pending", "… 待发布", "… Pending"),
    ),
    "breach_state": (
        ("firing", "■ 突破", "■ Breached"),
        ("recovered", "● 已恢复", "● Recovered"),
        ("silenced", "– 静默", "– Silenced"),
        ("error", "○ 取数出错", "○ Source error"),
        ("no_data", "○ 数据缺失", "○ No data"),
        ("stale", "◇ 数据过期", "◇ Stale"),
        ("partial", "◇ 数据部分", "◇ Partial"),
        ("ended", "– 规则已变", "– Rule changed"),
        ("unreported", "– 不再上报", "– No longer reported"),
        ("withdrawn", "– 已撤回", "– Withdrawn"),
        ("unjudged", "○ 无法判断", "○ Not judged"),
    ),
    "team_state": (
        ("pilot", "试运行", "Pilot"),
        ("open", "进行中", "Open"),
        ("provisional", "待定", "Provisional"),
        ("final", "已定稿", "Final"),
        ("frozen", "已冻结", "Frozen"),
    ),
    "task_status": (
        ("done", "● 已完成", "● Done"),
        ("soon", "▲ 临期", "▲ Due soon"),
        ("late", "■ 逾期", "■ Late"),
        ("open", "进行中", "In progress"),
    ),
    "scope_kind": (
        ("company", "公司", "Company"),
        ("region", "区域", "Region"),
        ("market", "站点", "Market"),
        ("platform", "平台", "Platform"),
        ("shop", "店铺", "Shop"),
        ("category", "品类", "Category"),
        ("person", "人员", "Person"),
        ("entity", "公司主体", "Legal company"),
        ("brand", "品牌", "Brand"),
        ("sku", "SKU", "SKU"),
        ("campaign", "广告活动", "Campaign"),
    ),
    **REVIEW_LISTS,
    "band": (
        ("draft", "草稿", "Draft"),
        ("pilot", "试运行", "Pilot"),
        ("provisional", "待定", "Provisional"),
        ("paused", "已暂停", "Paused"),
    ),
    **SETTING_LISTS,
    **PAY_LISTS,
    **SHEET_WORDS,
}


ALIASES: dict[str, Mapping[str, str]] = {
    **SHEET_ALIASES,
    "veto": {
        **dict.fromkeys(("y", "true", "1", "✓", "√", "最低等级", "lowest grade"), "grade_cap"),
        **dict.fromkeys(("n", "false", "0", "✗", "×", "无"), "no"),
    },
    "region": {
        "美国": "US",
        "美区": "US",
        "usa": "US",
        "欧盟": "EU",
        "欧洲": "EU",
        "欧区": "EU",
        "europe": "EU",
    },
    "yes_no": {
        **dict.fromkeys(("y", "true", "1", "✓", "√", "对", "有", "on"), "yes"),
        **dict.fromkeys(("n", "false", "0", "✗", "×", "无", "off"), "no"),
    },
    "against": {
        **dict.fromkeys(("均值", "平均", "倍均值", "mean", "x mean", "average"), "mean"),
        **dict.fromkeys(("中位数", "倍中位数", "median", "x median"), "median"),
    },
    "operator": {"＞": ">", "＜": "<", "≥": ">=", "≤": "<=", "＞=": ">=", "＜=": "<="},
    "platform": {"amz": "amazon", "独立站": "shopify", "own store": "shopify"},
    "outcome": {
        **dict.fromkeys(("合格", "验收", "验收通过", "accepted", "pass", "ok"), "passed"),
        **dict.fromkeys(("不合格", "退回", "rejected", "fail"), "failed"),
    },
    "language": {"中文 chinese": "zh", "chinese": "zh", "zh-cn": "zh", "英文": "en"},
    "setting": {
        **dict.fromkeys(("月份", "report month"), "month"),
        **dict.fromkeys(("大促日期", "sales events"), "events"),
        "固定汇率": "fixed_rate",
    },
}


# Columns of the service that hold words: the formulas and colours of a book compare with the words
# of its language, so a code must be turned into its word before it is written.
SHOWN: dict[str, str] = {
    "tblScore.method": "method",
    "tblScore.better": "better",
    "tblScore.bound": "bound",
    "tblScore.veto": "veto",
    "tblScore.missing": "missing",
    "tblScore.data_state": "data_state",
    "tblScore.target_basis": "due_basis",
    "tblScore.unit": "unit",
    "tblScore.kind": "kind",
    "tblTeam.role": "role",
    "tblTeam.share_basis": "share_basis",
    "tblDuty.role": "role",  # a name that is no shipped role is an own one and stays
    "tblTeam.state": "team_state",
    "tblBreach.level": "alarm",
    "tblBreach.bound": "bound",
    "tblBreach.state": "breach_state",
    "tblBreach.unit": "unit",
    "tblKpi.kind": "kind",
    "tblKpi.klass": "klass",
    "tblScope.kind": "scope_kind",
    "tblTarget.scope": "role",  # a code of a shop, market or person is no role and stays
    "tblTask.number_check": "number_check",
    "tblTask.standing": "standing",
    "tblNewcomer.plan": "newcomer_plan",
    "tblNewcomer.state": "newcomer_state",
    "tblRegister.regime": "regime",
    "tblRegister.standing": "standing",
    "tblTile.status": "status",
    "tblActual.state": "data_state",
    "tblContract.unit": "unit",
    "tblClause.term": "term",
    "tblClause.unit": "unit",
    "tblDispute.outcome": "outcome",
    "tblMeaning.better": "better",
    "tblMeaning.method": "method",
    "tblMeaning.unit": "unit",
    "tblRegion.unit": "unit",
    "tblKpiReview.finding": "kpi_finding",
    "tblKpiReview.proposal": "kpi_proposal",
    "tblAdoption.level": "adoption",
    "tblFeedback.task_state": "task_status",
    "tblDaily.unit": "unit",
    "tblMonthly.unit": "unit",
    "tblWeekly.unit": "unit",
    "tblWeekKpi.unit": "unit",
    **PAY_SHOWN,
}
