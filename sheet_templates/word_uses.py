"""Where the words of `word_lists` come and go: other spellings read, and columns that show them.

Readers import `words`.
"""

from __future__ import annotations

from sheet_templates.pay_words import PAY_SHOWN

ALIASES: dict[str, dict[str, str]] = {
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
    "better": {"higher is better": "higher", "lower is better": "lower", "区间最佳": "band"},
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
    "tblScore.veto": "yes_no",
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
    "tblTile.status": "status",
    "tblActual.state": "data_state",
    "tblContract.unit": "unit",
    "tblDispute.outcome": "outcome",
    "tblMeaning.better": "better",
    "tblMeaning.method": "method",
    "tblMeaning.unit": "unit",
    "tblRegion.unit": "unit",
    "tblKpiReview.finding": "kpi_finding",
    "tblAdoption.level": "adoption",
    "tblFeedback.task_state": "task_status",
    "tblDaily.unit": "unit",
    "tblMonthly.unit": "unit",
    "tblWeekly.unit": "unit",
    "tblWeekKpi.unit": "unit",
    **PAY_SHOWN,
}
