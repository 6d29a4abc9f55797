"""Words of the payout book, by code: how it is paid, in which state, and why an amount is so."""

from __future__ import annotations

PAY_LISTS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "pay_state": (
        ("final", "已定", "Final"),
        ("provisional", "待定", "Provisional"),
        ("pilot", "试运行", "Pilot"),
    ),
    "pay_reason": (
        ("no_rule", "未选规则", "No rule chosen"),
        ("no_total", "总分未知", "Total unknown"),
        ("no_base", "缺奖金基数", "Bonus base missing"),
        ("no_amount", "缺计提额", "Amount missing"),
        ("loss_open", "上期计提额未知", "Earlier amount missing"),
        ("incomplete", "参数或出勤有误", "Parameter or attendance"),
        ("pilot", "试运行不发放", "Pilot: not paid"),
        ("provisional", "待定不发放", "Provisional: not paid"),
        ("carried", "扣回余额结转", "Rest taken back later"),
        ("veto", "一票否决，奖金为零", "Veto: bonus is 0"),
        ("capped", "已封顶", "Capped"),
    ),
    "slip_state": (
        ("outdated", "已过期：", "Outdated:"),
        ("recorded", "合计（已记录）", "In all, as recorded"),
    ),
    "confirm": (
        ("yes", "确认", "Confirmed"),
        ("no", "有异议", "Objection"),
    ),
    "reward_effect": (
        ("points", "分值", "Points"),
        ("money", "金额", "Money"),
        ("text", "文字", "Text"),
    ),
}
PAY_SHOWN = {"tblPay.state": "pay_state"}
