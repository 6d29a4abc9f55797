"""The words that formulas and sheet functions read, in Chinese and English beside their codes.

Dropdowns and states of every tab stand in `sheet_templates.word_lists`, which takes these from
here: a function must understand them with this package alone.
"""

from __future__ import annotations

from collections.abc import Mapping

from kpi.sheet_scoring import DUE_BASIS

Words = tuple[tuple[str, str, str], ...]
"""(code, zh, en) of each word."""

SIGN_MARKS = "●▲■○◇✎≠…– "  # what may stand before a word

PLAIN_METHODS: Words = (  # the six that a dropdown offers
    ("ratio_up", "越高越好", "Higher is better"),
    ("mirror_down", "越低越好", "Lower is better"),
    ("band", "区间最佳", "Best in a band"),
    ("range", "最差到最好", "Worst to best"),
    ("zero_defect", "零容忍", "Zero tolerance"),
    ("yes_no", "是/否", "Yes/No"),
)
METHODS_FULL: Words = (
    *PLAIN_METHODS,
    ("ratio_down", "反比（目标÷实际）", "Inverse ratio"),
    ("baseline", "基线进度", "From a baseline"),
    ("step_pct", "步进加减分", "Points per step"),
    ("goal_redflag", "目标与红线", "Goal and red flag"),
    ("knots", "折线", "Line through knots"),
    ("anchors", "锚点", "Anchors"),
    ("goal_only", "达标", "Goal only"),
    ("tiers", "阶梯", "Tiers"),
    ("matrix", "目标矩阵", "Goal matrix"),
    ("points", "扣分项", "Points with misses"),
    ("coef_step", "系数法", "Step coefficient"),
    ("manual", "主观评分", "Typed by hand"),
)

SHEET_WORDS: Mapping[str, Words] = {
    "better": (
        ("higher", "越高越好", "Higher"),
        ("lower", "越低越好", "Lower"),
        ("band", "区间", "Band"),
    ),
    "bound": (("strict", "严格", "Strict"), ("inclusive", "含等于", "Inclusive")),
    "missing": (
        ("exclude", "不计并折算", "Exclude"),
        ("last_value", "用上期值", "Last value"),
        ("same_period_last_year", "用去年同期", "Same period last year"),
        ("substitute", "用替代值", "Substitute"),
        ("zero", "按零计", "Zero"),
        ("block", "不出总分", "Block"),
    ),
    "status": (
        ("ok", "● 正常", "● OK"),
        ("warn", "▲ 关注", "▲ Warn"),
        ("breach", "■ 突破", "■ Breach"),
        ("no_data", "○ 无数", "○ No data"),
    ),
    "data_state": (
        ("complete", "● 完整", "● Complete"),
        ("partial", "◇ 部分", "◇ Partial"),
        ("stale", "◇ 过期", "◇ Stale"),
        ("missing", "○ 缺失", "○ Missing"),
        ("few", "○ 样本不足", "○ Too few"),
        ("not_applicable", "– 不适用", "– Not applicable"),
        ("manual", "✎ 手工", "✎ By hand"),
        ("typed_over", "≠ 被改写", "≠ Typed over"),
    ),
    "due_basis": tuple((code, zh, en) for code, (zh, en) in DUE_BASIS.items()),
    "pay_method": (
        ("coef_bonus", "基数×等级系数", "Base x coefficient"),
        ("direct", "基数×总分", "Base x total"),
        ("payout_curve", "达成曲线", "Payout curve"),
        ("ladder", "阶梯（分段计）", "Ladder, by slice"),
        ("ladder_whole", "阶梯（全额计）", "Ladder, whole amount"),
        ("accelerate", "超额加速提成", "Accelerated commission"),
        ("coef_commission", "利润系数提成", "Profit commission"),
        ("team_split", "团队分配", "Team split"),
    ),
}

SHEET_ALIASES: Mapping[str, Mapping[str, str]] = {
    "better": {"higher is better": "higher", "lower is better": "lower", "区间最佳": "band"},
}


def plain(text: str) -> str:
    """A word without sign, outer blanks and case."""
    bare = text.strip().lstrip(SIGN_MARKS).strip()
    return (bare or text.strip()).casefold()
