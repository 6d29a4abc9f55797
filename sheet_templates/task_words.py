"""Words of tasks and registers, of newcomers' gates, and of what a review finds and decides."""

from __future__ import annotations

from kpi.sheet_words import Words

TASK_LISTS: dict[str, Words] = {
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
        ("data_access", "数据访问请求", "Data access request"),
        ("data_deletion", "数据删除请求", "Data deletion request"),
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
}
REVIEW_LISTS: dict[str, Words] = {
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
}
