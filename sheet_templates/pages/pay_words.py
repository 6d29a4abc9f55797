"""说明: the arithmetic of the payout book in words, rule by rule."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter.worksheet import Worksheet

from sheet_templates import words
from sheet_templates.book import Book
from sheet_templates.frame import frame
from sheet_templates.places import HEADER_ROW
from sheet_templates.style import QUIET
from sheet_templates.table import LINE
from sheet_templates.widths import cells

WIDE = 96  # characters of a line of the middle column

STEPS = (
    (
        "总分、等级、系数",
        "Total, grade, coefficient",
        "来自团队工作簿；总分未知则没有金额。",
        "From the team's book; without a total there is no amount.",
    ),
    (
        "计提额、计提目标",
        "Amount, goal",
        "规则有计提指标时取其整月实际值与目标，按当月汇率换成发放币种；填写的数优先，标 ✎。",
        "By the KPI that the rule names, of the whole month, at its rate; a typed one counts, ✎.",
    ),
    (
        "抵亏后计提额",
        "Amount after loss",
        "计提额 − 上期亏损（规则“亏损结转”为是时）；不足为 0，余下的亏损留给下一期。",
        "Amount - loss carried in, if the rule carries losses; below 0 pays nothing and goes on.",
    ),
    (
        "按规则",
        "By rule",
        "所选规则的金额，见下表；每一步四舍五入到九位小数以内。",
        "What the chosen rule gives, see below; each step is rounded to at most nine decimals.",
    ),
    (
        "出勤后",
        "After attendance",
        "按规则 × 出勤折算；空为 1（全勤），团队分配已含出勤。",
        "By rule x attendance; empty is 1, and a team's parts know the attendance already.",
    ),
    (
        "封顶",
        "Cap",
        "奖金基数 × 规则的封顶倍数；空为不封顶。",
        "Bonus base x the rule's cap; empty means none.",
    ),
    (
        "本期应得",
        "Earned",
        "封顶后，四舍五入到分，只此一次；有否决项突破时为 0。",
        "Within the cap, rounded to the cent, once; 0 when a veto item is in breach.",
    ),
    (
        "奖惩",
        "Rewards",
        "奖惩页已批准、效果为金额的合计，每期封顶后；分值类进入团队工作簿的加减分。",
        "Approved applications in money, after the cap; those in points go to Points.",
    ),
    (
        "上期调整",
        "True-up",
        "已批准月份按今天的数据应得多少，减去当时已发；不改动过去。",
        "What approved months would give by today's figures, less what was paid; the past stays.",
    ),
    (
        "应发",
        "Payable",
        "本期应得 + 奖惩 + 上期调整，不小于 0；扣不完的结转下期。待定与试运行为 0。",
        "Earned + rewards + true-up, at least 0, the rest goes on; 0 while provisional or pilot.",
    ),
    (
        "本人确认",
        "Confirmed on",
        "来自交回的奖金单（payout --slips 文件夹）；金额其后有更正的确认不算，须重新确认。",
        "From the pay slip that came back (payout --slips FOLDER); a corrected line asks again.",
    ),
    (
        "已发",
        "Paid",
        "填了批准人之后，下一次运行记入；此后该行不再改变。",
        "Recorded by the next run once somebody approved; from then on the line stays.",
    ),
)
METHODS = (
    ("coef_bonus", "基数 × 等级系数", "base x coefficient of the grade", "–", "–"),
    ("direct", "基数 × 总分 ÷ 100", "base x total ÷ 100", "–", "–"),
    (
        "payout_curve",
        "a = 总分 ÷ 100：低于门槛为 0，1 为基数，再往上 基数 ×（1 +（a − 1）× 加速），封顶",
        "a = total ÷ 100: 0 below the threshold, base at 1, above base x (1 + (a - 1) x p2)",
        "门槛 0.7 · 加速 1 · 上限 2 · 门槛处份额 0",
        "threshold 0.7 · accelerator 1 · cap 2 · share at it 0",
    ),
    (
        "ladder",
        "计提额逐段乘本段比例后相加",
        "each slice of the amount at its own rate",
        "见发放规则页的阶梯表",
        "the slices of Pay rules",
    ),
    (
        "ladder_whole",
        "全部计提额乘所达段的比例",
        "the whole amount at the rate of the slice it reaches",
        "见发放规则页的阶梯表",
        "the slices of Pay rules",
    ),
    (
        "accelerate",
        "比例 × 不超过 k×目标 的部分 + 比例 × m × 超过的部分",
        "rate x the part up to k x goal + rate x m x the part above",
        "比例 · k 1.2 · m 1.5",
        "rate · k 1.2 · m 1.5",
    ),
    (
        "coef_commission",
        "计提额（利润，亏损为 0）× 比例 × 总分 ÷ 100",
        "amount (profit, a loss is 0) x rate x total ÷ 100",
        "比例 0.1",
        "rate 0.1",
    ),
    (
        "team_split",
        "奖金池按 团队权重 × 总分 × 出勤 分配，分按最大余数法，合计等于奖金池；由服务计算",
        "the pool by weight x total x attendance, exact to the cent; the service works it out",
        "奖金池",
        "pool",
    ),
)


HEADS = (("步骤", "Step"), ("怎么算", "How"), ("参数1–4与默认值", "Parameters 1-4, defaults"))


def page(book: Book) -> None:
    """The tab: the steps in their order, then the rules."""
    tab = frame(
        book,
        "pay_words",
        "本簿含薪酬，只给财务与人事；团队工作簿里没有任何金额。",
        "This book holds pay and is for finance and HR only; the team's book holds no amounts.",
        freeze=(4, 0),
    )
    for column, wide in enumerate((26, 84, 44)):
        tab.set_column(column, column, wide)
    steps = [(book.text(zh, en), book.text(how, told)) for zh, en, how, told in STEPS]
    methods = [
        (words.show("pay_method", code, book.language), book.text(zh, en), book.text(p_zh, p_en))
        for code, zh, en, p_zh, p_en in METHODS
    ]
    heads = [book.text(*head) for head in HEADS]
    after = _lines(book, tab, HEADER_ROW, [tuple(heads[:2]), *steps])
    _lines(book, tab, after + 1, [(book.text("方法", "Method"), *heads[1:]), *methods])


def _lines(book: Book, tab: Worksheet, start: int, lines: Sequence[tuple[str, ...]]) -> int:
    """A heading and its lines; the first free row."""
    looks: tuple[dict[str, object], ...] = ({"bold": True}, {}, {"font_color": QUIET})
    for row, line in enumerate(lines, start):
        head = row == start
        for column, text in enumerate(line):
            look = {"bold": True, "bottom": 1} if head else {"text_wrap": True, **looks[column]}
            tab.write_string(row, column, text, book.styles.get(**look))
        if max(map(cells, line)) > WIDE and not head:
            tab.set_row(row, 2 * LINE + 2)
    return start + len(lines)
