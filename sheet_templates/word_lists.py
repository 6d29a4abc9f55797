"""The words themselves: dropdowns and states in Chinese and English beside their codes.

A word list is a tuple of (code, zh, en); further spellings that people type are in `ALIASES`.
Readers import `words`.
"""

from __future__ import annotations

from collections.abc import Mapping

from kpi.catalog import shipped
from kpi.compliance import REGISTERED
from kpi.sheet_words import PLAIN_METHODS, SHEET_ALIASES, SHEET_WORDS, Words
from sheet_templates.pay_words import PAY_LISTS, PAY_SHOWN

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
    "target_kind": (
        ("region", "区域", "Region"),
        ("market", "站点", "Markets"),
        ("platform", "平台", "Platforms"),
        ("shop", "店铺", "Shops"),
        ("category", "品类", "Categories"),
        ("stage", "产品阶段", "Stages"),
        ("department", "部门", "Departments"),
        ("role", "岗位", "Roles"),
        ("person", "人员", "People"),
    ),
    "uplift_unit": (
        ("pp", "百分点 pp", "pp"),
        ("percent", "百分比 %", "%"),
        ("value", "数值", "Plain value"),
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
    "task_type": (
        ("compliance", "合规", "Compliance"),
        ("action", "行动", "Action"),
        ("deliverable", "交付", "Deliverable"),
        ("gate", "新人关卡", "Newcomer gate"),
        ("dispute", "异议", "Dispute"),
    ),
    "regime": (
        ("epr_packaging", "EPR包装", "EPR packaging"),
        ("weee", "WEEE", "WEEE"),
        ("battery", "电池", "Batteries"),
        ("epr_report", "EPR申报", "EPR report"),
        ("weee_fee", "WEEE缴费", "WEEE fee"),
        ("vat", "VAT", "VAT"),
        ("vat_registration", "VAT注册", "VAT registration"),
        ("eori", "EORI", "EORI"),
        ("ce", "CE", "CE"),
        ("ce_check", "CE检查", "CE check"),
        ("document", "产品文件", "Product document"),
        ("gdpr", "GDPR", "GDPR"),
        ("ftc", "FTC", "FTC"),
        ("claims", "文案检查", "Claims check"),
        ("finding", "问题整改", "Finding"),
    ),
    "outcome": (("passed", "通过", "Passed"), ("failed", "不通过", "Failed")),
    "newcomer_plan": (
        ("operations", "运营", "Operations"),
        ("advertising", "广告", "Advertising"),
        ("purchasing", "采购", "Purchasing"),
        ("customer_service", "客服", "Customer service"),
        ("compliance", "合规", "Compliance"),
    ),
    "newcomer_state": (
        ("behind", "■ 有关卡未通过", "■ A gate is not passed"),
        ("late", "▲ 有关卡逾期通过", "▲ Passed a gate late"),
        ("on_track", "● 按计划", "● On track"),
        ("finished", "● 全部通过", "● All gates passed"),
        ("no_gates", "○ 还没有关卡", "○ No gates yet"),
    ),
    "standing": (
        ("expired", "■ 已失效", "■ Expired"),
        ("invalid", "■ 号码无效", "■ No valid number"),
        ("failed", "■ 未通过", "■ Failed"),
        ("late", "■ 逾期", "■ Late"),
        ("part_paid", "▲ 部分缴纳", "▲ Paid in part"),
        ("ending", "▲ 将失效", "▲ Ends soon"),
        ("due", "待办", "Due"),
        ("paid_late", "● 已缴（逾期）", "● Paid late"),
        ("done_late", "● 已办（逾期）", "● Done late"),
        ("passed_late", "● 通过（逾期，计半）", "● Passed late: half"),
        ("valid", "● 有效", "● Valid"),
        ("paid", "● 已缴", "● Paid"),
        ("done", "● 已办", "● Done"),
        ("passed", "● 通过", "● Passed"),
    ),
    "number_check": (
        ("valid", "● 有效格式", "● Valid format"),
        ("length", "■ 格式错误：位数不对", "■ Wrong: number of digits"),
        ("format", "■ 格式错误：写法不对", "■ Wrong: form"),
        ("checksum", "■ 格式错误：校验位不符", "■ Wrong: check digit"),
        ("country", "■ 格式错误：不是该国号码", "■ Wrong: another country's"),
        ("unchecked", "– 未校验", "– Not checked"),
    ),
    "against": (
        ("value", "固定值", "Fixed"),
        ("mean", "× 均值", "× mean"),
        ("median", "× 中位数", "× median"),
    ),
    "window": (("day", "日", "Day"), ("week", "周", "Week"), ("month", "月", "Month")),
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
    ),
    "feedback": (
        ("open", "待定", "Open"),
        ("accepted", "采纳", "Accepted"),
        ("declined", "不采纳", "Declined"),
    ),
    "kpi_decision": (
        ("keep", "保留", "Keep"),
        ("change", "修改", "Change"),
        ("drop", "停用", "Drop"),
    ),
    "kpi_finding": (
        ("keep", "● 可保留", "● Keep"),
        ("unused", "○ 启用但没有卡用到", "○ Switched on, on no card"),
        ("gaps", "■ 三分之一以上没有数据", "■ A third or more without data"),
        ("disputed", "■ 多次异议", "■ Disputed again and again"),
        ("full", "▲ 人人到顶，目标偏低", "▲ Everybody at the cap: target too low"),
        ("same", "▲ 分不出高下", "▲ Tells nobody apart"),
    ),
    "kpi_proposal": (
        ("keep", "保留", "Keep it"),
        ("switch_off", "停用", "Switch it off"),
        ("without", "暂从卡中去掉", "Take it off the cards"),
        ("half", "权重减半", "Halve its weight"),
        ("harder", "目标提高 10%", "Target 10% harder"),
    ),
    "adoption": (
        ("used", "● 在用", "● Used"),
        ("little", "▲ 用得少", "▲ Little used"),
        ("unused", "■ 没在用", "■ Not used"),
    ),
    "band": (
        ("draft", "草稿", "Draft"),
        ("pilot", "试运行", "Pilot"),
        ("provisional", "待定", "Provisional"),
        ("paused", "已暂停", "Paused"),
    ),
    "purpose": (
        ("team", "内部考核", "Own team"),
        ("agency", "代运营监管", "Agency supervision"),
        ("investor", "投资人汇报", "Investor report"),
    ),
    "mode": (("basic", "基础", "Basic"), ("team", "团队", "Team"), ("full", "完整", "Full")),
    "language": (("zh", "中文", "中文 Chinese"), ("en", "English", "English")),
    "week_start": (("monday", "周一", "Monday"), ("sunday", "周日", "Sunday")),
    "pacing": (
        ("linear", "按天平均", "Even days"),
        ("run_rate", "按近7天速度", "Last 7 days' speed"),
        ("seasonal", "按季节日历", "Seasonal calendar"),
    ),
    "weight_pick": (
        ("period_end", "按月末", "As on the last day"),
        ("day_weighted", "按天数平均", "Mean of the days"),
    ),
    "tie": (
        ("first", "归前一档", "The better class"),
        ("last", "归后一档", "The lower class"),
        ("larger_class", "归人多的档", "The larger class"),
    ),
    "setting": (
        ("month", "考核月份", "Month"),
        ("company", "公司", "Company"),
        ("purpose", "用途", "Purpose"),
        ("mode", "模式", "Mode"),
        ("language", "语言", "Language"),
        ("currency", "汇总币种", "Report currency"),
        ("fixed_rate", "固定汇率 EUR→USD", "Fixed rate EUR→USD"),
        ("fixed_rate_gbp", "固定汇率 GBP→USD", "Fixed rate GBP→USD"),
        ("fixed_rate_cny", "固定汇率 CNY→USD", "Fixed rate CNY→USD"),
        ("week_start", "每周始于", "Week starts on"),
        ("time_zone", "时区", "Time zone"),
        ("min_coverage", "最低覆盖率", "Minimum coverage"),
        ("item_cap", "单项封顶", "Item cap"),
        ("add_cap", "加分上限", "Most points added"),
        ("deduct_cap", "扣分上限", "Most points deducted"),
        ("total_limit", "总分上限", "Highest total"),
        ("provisional_day", "待定日", "Provisional day"),
        ("closing_day", "结算日", "Closing day"),
        ("reminder_days", "临期提醒天数", "Reminder days"),
        ("pilot", "试运行", "Pilot"),
        ("contact", "联系人", "Contact"),
        ("sponsor", "发起人", "Sponsor"),
        ("weight_pick", "月中改权重", "Weight changed mid-month"),
        ("pacing", "应达进度", "Pacing"),
        ("events", "大促日期", "Sales events"),
        ("distribution", "强制分布比例", "Distribution"),
        ("tie", "余数相同时", "Equal remainders"),
        ("min_group", "分布最少人数", "Smallest group"),
    ),
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
    "setting": {"月份": "month", "固定汇率": "fixed_rate", "report month": "month"},
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
    "tblTeam.state": "team_state",
    "tblBreach.level": "alarm",
    "tblBreach.bound": "bound",
    "tblBreach.state": "breach_state",
    "tblBreach.unit": "unit",
    "tblKpi.kind": "kind",
    "tblKpi.klass": "klass",
    "tblScope.kind": "scope_kind",
    "tblTask.number_check": "number_check",
    "tblTask.standing": "standing",
    "tblNewcomer.plan": "newcomer_plan",
    "tblNewcomer.state": "newcomer_state",
    "tblRegister.regime": "regime",
    "tblRegister.standing": "standing",
    "tblTile.status": "status",
    "tblActual.state": "data_state",
    "tblContract.unit": "unit",
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
