"""Words of the tab Settings: what a setting is called, and what may be chosen for it."""

from __future__ import annotations

from kpi.sheet_words import Words

SETTING_LISTS: dict[str, Words] = {
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
    "weight_mode": (
        ("absolute", "合计 100", "Adds up to 100"),
        ("relative", "相对", "Relative"),
    ),
    "company_stage": (
        ("any", "不分阶段", "Any"),
        ("launch", "起步", "Launch"),
        ("growth", "增长", "Growth"),
        ("mature", "成熟", "Mature"),
    ),
    "proration": (
        ("calendar", "日历天", "Calendar days"),
        ("working", "工作日", "Working days"),
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
        ("weight_mode", "权重写法", "Weights"),
        ("company_stage", "公司阶段", "Company stage"),
        ("drop_small", "略去小区域", "Drop small region"),
        ("pacing", "应达进度", "Pacing"),
        ("events", "活动与假日", "Events and holidays"),
        ("distribution", "强制分布比例", "Distribution"),
        ("tie", "余数相同时", "Equal remainders"),
        ("min_group", "分布最少人数", "Smallest group"),
        ("team_country", "团队国家", "Team country"),
        ("reminder_ladder", "提醒阶梯", "Reminder ladder"),
        ("proration", "在岗折算", "Proration"),
        *(
            (f"fixed_rate_{one.lower()}", f"固定汇率 {one}→USD", f"Fixed rate {one}→USD")
            for one in ("PLN", "SEK", "CAD", "HKD")
        ),
    ),
}
