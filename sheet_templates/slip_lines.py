"""The steps of a pay slip: a label, a figure or its formula, and how it is worked out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from kpi.bonus import LadderMode, Slice, ladder
from kpi.formula import SURELY_NUMBER, to_formula
from kpi.model import Language
from kpi.numbers import R
from kpi.payout import ON_BASE, PayLine, PayMethod, PayRule
from sheet_templates import words

Rewards = Sequence[tuple[str, float]]
LADDERS = (PayMethod.LADDER, PayMethod.LADDER_WHOLE)
POINTS, FACTOR, PERCENT, PLAIN = "0.00", "0.00##", "0.0%", "#,##0.00##"


@dataclass(frozen=True, slots=True)
class SlipLine:
    """One step; `value` is what its formula gives, or what it holds."""

    code: str
    label: str
    value: float | str
    how: str = ""
    formula: str = ""  # without the leading =; empty: a figure of the service
    shown: str = "@"  # number format
    strong: bool = False
    indent: int = 0
    row: int = 0  # zero-based

    @property
    def cell(self) -> str:
        """Where the figure stands."""
        return f"$B${self.row + 1}"


@dataclass(frozen=True, slots=True)
class _Maker:
    """The steps of one line in their order; formulas name the steps before them."""

    line: PayLine
    rule: PayRule
    rewards: Rewards
    language: Language

    def text(self, zh: str, en: str) -> str:
        return zh if self.language == "zh" else en

    @property
    def money(self) -> str:
        return "#,##0.00" if self.rule.decimals else "#,##0"

    def steps(self) -> Iterator[SlipLine]:
        yield from self._score()
        if self.rule.method in ON_BASE:
            yield self._base()
        elif self.rule.method is PayMethod.TEAM_SPLIT:
            how = self.text("奖金池中本人的份额，由服务计算", "This person's part of the pool")
            yield self._figure("team", "团队分配", "Team part", self.line.basis.team, how)
        else:
            yield from self._amount()
        yield from self._parameters()
        yield from self._earned()
        yield from self._payable()

    def _figure(
        self, code: str, zh: str, en: str, value: object, how: str = "", shown: str = ""
    ) -> SlipLine:
        known = float(str(value if value is not None else 0.0))
        return SlipLine(code, self.text(zh, en), known, how, shown=shown or self.money)

    def _score(self) -> Iterator[SlipLine]:
        basis = self.line.basis
        how = self.text("团队工作簿记分卡的总分", "Total of the scorecard in the team's book")
        yield self._figure("total", "总分", "Total", basis.total, how, POINTS)
        if self.rule.method is PayMethod.COEF_BONUS:
            label = self.text("等级", "Grade")
            yield SlipLine("grade", label, basis.grade or "")
            said = self.text("等级对应的系数", "Coefficient of the grade")
            yield self._figure(
                "coefficient", "系数", "Coefficient", basis.coefficient, said, FACTOR
            )

    def _base(self) -> SlipLine:
        how = self.text("满分时的奖金", "Bonus at full score")
        return self._figure("base", "奖金基数", "Bonus base", self.line.basis.base, how)

    def _amount(self) -> Iterator[SlipLine]:
        basis, rule = self.line.basis, self.rule
        typed = self.text("✎ 由财务填写", "✎ typed by finance")
        source = basis.amount_from
        if basis.typed_over:
            source = f"{typed} · {self.text('指标：', 'KPI: ')}{source}"
        yield self._figure("amount", "计提额", "Amount", basis.amount, source or typed)
        if rule.carries:
            yield self._figure("loss_in", "上期亏损", "Loss carried in", basis.loss_in)
            label = self.text("抵亏后计提额", "Amount after loss")
            how = self.text("计提额 − 上期亏损", "Amount - loss carried in")
            net = self.line.net or 0.0
            yield SlipLine("net", label, net, how, "R(amount - loss_in)", self.money)
        if rule.method is PayMethod.ACCELERATE:
            yield self._figure("goal", "计提目标", "Amount goal", basis.goal)

    def _parameters(self) -> Iterator[SlipLine]:
        names = _PARAMETERS.get(self.rule.method, ())
        for number, (zh, en, shown) in enumerate(names, 1):
            yield self._figure(f"p{number}", zh, en, self.rule.param(number), "", shown)
        if self.rule.method in LADDERS:
            yield from self._slices()
        elif self.rule.method in (PayMethod.PAYOUT_CURVE, PayMethod.COEF_COMMISSION):
            label, how = self.text("达成", "Reached"), self.text("总分 ÷ 100", "Total / 100")
            value = R((self.line.basis.total or 0.0) / 100) or 0.0
            yield SlipLine("reached", label, value, how, "R(total / 100)", "0.0000")
        elif self.rule.method is PayMethod.ACCELERATE:
            yield from self._accelerated()

    def _accelerated(self) -> Iterator[SlipLine]:
        """Where it accelerates, and what the parts below and above give."""
        net, goal = self.line.net or 0.0, self.line.basis.goal or 0.0
        rate, start, times = (self.rule.param(number) or 0.0 for number in (1, 2, 3))
        edge = R(start * goal) or 0.0
        below = R(rate * min(max(net, 0.0), edge)) or 0.0
        above = R(rate * times * max(0.0, net - edge)) or 0.0
        for code, zh, en, value, text in (
            ("edge", "加速起点", "Rises from", edge, "R(p2 * goal)"),
            ("below", "起点以内", "Up to there", below, "R(p1 * MIN(MAX(net, 0), edge))"),
            ("above", "超过起点", "Above it", above, "R(p1 * p3 * MAX(0, net - edge))"),
        ):
            yield SlipLine(code, self.text(zh, en), value, "", text, self.money, indent=1)

    def _slices(self) -> Iterator[SlipLine]:
        """Each slice of a ladder with what it gives, or the rate that is reached."""
        net = self.line.net or 0.0
        if self.rule.method is PayMethod.LADDER_WHOLE:
            yield self._reached(net)
            return
        for number, one in enumerate(self.rule.slices, 1):
            value = ladder(net, (one,), LadderMode.MARGINAL) or 0.0
            top = "net" if one.end is None else f"MIN(net, {one.end!r})"
            text = f"R(MAX(0, {top} - {one.start!r}) * {one.rate!r})"
            label = self.text(f"第 {number} 段", f"Slice {number}")
            how = f"{_span(one)} × {one.rate * 100:.6g}%"
            yield SlipLine(f"slice{number}", label, value, how, text, self.money, indent=1)

    def _reached(self, net: float) -> SlipLine:
        text, value = "0", 0.0
        for one in self.rule.slices:
            text = f"IF(net >= {one.start!r}, {one.rate!r}, {text})"
            value = one.rate if net >= one.start else value
        how = " · ".join(f"{_span(one)}: {one.rate * 100:.6g}%" for one in self.rule.slices)
        return SlipLine("rate", self.text("所达比例", "Rate reached"), value, how, text, "0.00%")

    def _earned(self) -> Iterator[SlipLine]:
        line, rule = self.line, self.rule
        label = self.text("按规则", "By rule")
        gross = line.gross or 0.0
        yield SlipLine("gross", label, gross, self._how(), self._gross(), self.money)
        if rule.method is not PayMethod.TEAM_SPLIT:
            here, how = (
                line.basis.attendance,
                self.text("实际工作的部分", "Part of the period worked"),
            )
            yield self._figure("attendance", "出勤折算", "Attendance", here, how, PERCENT)
        label = self.text("出勤后", "After attendance")
        text = "gross + 0" if rule.method is PayMethod.TEAM_SPLIT else "R(gross * attendance)"
        how = self.text("按规则 × 出勤折算", "By rule x attendance")
        how = (
            self.text("团队分配已含出勤", "A team's parts know the days") if "+ 0" in text else how
        )
        yield SlipLine("prorated", label, line.prorated or 0.0, how, text, self.money)
        limit = "prorated"
        if line.cap is not None:
            if rule.method not in ON_BASE:
                yield self._base()
            label, how = self.text("封顶", "Cap"), self.text("基数 × ", "Base x ")
            how = f"{how}{rule.cap:g}"
            yield SlipLine("cap", label, line.cap, how, f"R(base * {rule.cap!r})", self.money)
            limit = "MIN(cap, prorated)"
        taken = line.basis.forfeits + (line.basis.vetoes if rule.veto_zero else 0)
        if taken:
            label = self.text("否决项", "Vetoes in breach")
            how = self.text("有突破时本期应得为 0", "One of them takes the bonus")
            yield SlipLine("vetoes", label, float(taken), how, shown="0")
        text = f"ROUND({limit},{rule.decimals})"
        text = f"IF(vetoes > 0, 0, {text})" if taken else text
        label = self.text("本期应得", "Earned")
        earned = float(line.earned or 0)
        how = self.text("四舍五入，只此一次", "Rounded here, and only here")
        yield SlipLine("earned", label, earned, how, text, self.money, strong=True)

    def _payable(self) -> Iterator[SlipLine]:
        line = self.line
        for number, (said, amount) in enumerate(self.rewards, 1):
            label = self.text("奖惩", "Reward or penalty")
            yield replace(
                SlipLine(f"reward{number}", label, amount, said, shown=self.money), indent=1
            )
        if self.rewards:
            text = " + ".join(f"reward{n}" for n in range(1, len(self.rewards) + 1))
            label, value = self.text("奖惩合计", "Rewards"), float(line.basis.rewards)
            yield SlipLine("rewards", label, value, "", text, self.money)
        if line.basis.true_up:
            how = self.text("已发月份的更正", "Correction of months that were paid")
            yield self._figure("true_up", "上期调整", "True-up", line.basis.true_up, how)
        terms = ["earned", *(["rewards"] if self.rewards else [])]
        terms += ["true_up"] if line.basis.true_up else []
        text = f"MAX(0, ROUND({' + '.join(terms)},{self.rule.decimals}))"
        label = f"{self.text('应发', 'Payable')} {self.rule.currency}"
        how = self.text("不小于 0，扣不完的结转下期", "At least 0; what is left goes on")
        payable = float(line.payable or 0)
        yield SlipLine("payable", label, payable, how, text, self.money, strong=True)

    def _gross(self) -> str:
        if self.rule.method is PayMethod.LADDER:
            return f"R({' + '.join(f'slice{n}' for n in range(1, len(self.rule.slices) + 1))})"
        return _GROSS[self.rule.method]

    def _how(self) -> str:
        return self.text(*_HOW[self.rule.method])


_PARAMETERS = {  # zh, en, number format of the parameters that a method has
    PayMethod.PAYOUT_CURVE: (
        ("门槛", "Threshold", PERCENT),
        ("加速", "Accelerator", FACTOR),
        ("上限（倍）", "At most, in bases", FACTOR),
        ("门槛处份额", "Share at the threshold", PERCENT),
    ),
    PayMethod.ACCELERATE: (
        ("比例", "Rate", "0.00%"),
        ("加速起点（目标倍数）", "Rises from, in goals", FACTOR),
        ("加速倍数", "Multiplier", FACTOR),
    ),
    PayMethod.COEF_COMMISSION: (("比例", "Rate", "0.00%"),),
}
_GROSS = {
    PayMethod.COEF_BONUS: "R(base * coefficient)",
    PayMethod.DIRECT: "R(base * total / 100)",
    PayMethod.PAYOUT_CURVE: (
        "R(IF(reached < p1, 0, IF(reached > 1,"
        " MIN(p3 * base, base * (1 + (reached - 1) * p2)),"
        " MIN(p3, p4 + (reached - p1) / (1 - p1) * (1 - p4)) * base)))"
    ),
    PayMethod.LADDER_WHOLE: "R(MAX(net, 0) * rate)",
    PayMethod.ACCELERATE: ("R(below + above)"),
    PayMethod.COEF_COMMISSION: "R(MAX(0, net) * p1 * reached)",
    PayMethod.TEAM_SPLIT: "team + 0",
}
_HOW = {
    PayMethod.COEF_BONUS: ("基数 × 系数", "Base x coefficient"),
    PayMethod.DIRECT: ("基数 × 总分 ÷ 100", "Base x total / 100"),
    PayMethod.PAYOUT_CURVE: (
        "低于门槛为 0；到 100% 为基数；再往上按加速，封顶于上限",
        "0 below the threshold, the base at 100 %, above it by the accelerator up to the limit",
    ),
    PayMethod.LADDER: ("各段相加", "All slices added up"),
    PayMethod.LADDER_WHOLE: ("计提额 × 所达比例", "Amount x rate reached"),
    PayMethod.ACCELERATE: (
        "比例 × 起点以内的部分 + 比例 × 倍数 × 超过的部分",
        "Rate x the part up to the start + rate x multiplier x the part above",
    ),
    PayMethod.COEF_COMMISSION: (
        "计提额（亏损为 0）× 比例 × 总分 ÷ 100",
        "Amount (a loss is 0) x rate x total / 100",
    ),
    PayMethod.TEAM_SPLIT: ("本人的份额", "This person's part"),
}


def _span(one: Slice) -> str:
    end = "+" if one.end is None else f" – {_plain(one.end)}"
    return f"{_plain(one.start)}{end}"


def _plain(amount: float) -> str:
    return f"{amount:,.2f}".removesuffix(".00")


def _step(text: str, cell: Callable[[str], str]) -> str:
    """A step, whose cells all hold numbers; its text is of the KPI language."""
    names = re.findall(r"[a-z_][a-z_0-9]*", text)
    return to_formula(text, cell, kinds=dict.fromkeys(names, SURELY_NUMBER), seal=False)


def slip_lines(line: PayLine, rewards: Rewards, language: Language, first: int) -> list[SlipLine]:
    """The steps of a line from its first row; formulas name the cells of steps before them."""
    if line.rule is None:
        return []
    made: list[SlipLine] = []
    cells: dict[str, str] = {}
    for row, one in enumerate(_Maker(line, line.rule, rewards, language).steps(), first):
        formula = _step(one.formula, cells.__getitem__) if one.formula else ""
        placed = replace(one, row=row, formula=formula)
        cells[one.code] = placed.cell
        if one.code == "amount":  # where no loss comes off
            cells["net"] = placed.cell
        made.append(placed)
    return made


def arithmetic(line: PayLine, rewards: Rewards, language: Language, first: int) -> tuple[str, str]:
    """The way from the total to the money on one line: as a formula, and as it reads."""
    steps = slip_lines(line, rewards, language, first)
    chosen = (
        *("total", "grade", "coefficient", "base", "amount", "net", "team", "gross"),
        "attendance",
        *("earned", "rewards", "true_up", "payable"),
    )
    parts, shown = [], []
    for one in steps:
        if one.code not in chosen or (one.code == "attendance" and one.value == 1):
            continue
        look = one.shown.replace("##", "")
        parts.append(
            f'"{one.label} "&' + (one.cell if look == "@" else f'TEXT({one.cell},"{look}")')
        )
        shown.append(f"{one.label} {_text(one.value, look)}")
    method = words.show("pay_method", line.rule.method, language) if line.rule else ""
    return f'"{method}: "&' + '&" → "&'.join(parts), f"{method}: " + " → ".join(shown)


def _text(value: float | str, look: str) -> str:
    if isinstance(value, str):
        return value
    if look.endswith("%"):
        return f"{value:.{len(look.partition('.')[2]) - 1}%}"
    return f"{value:,.{len(look.partition('.')[2])}f}" if "," in look else f"{value:.2f}"
