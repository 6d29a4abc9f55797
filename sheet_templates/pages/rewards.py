"""奖惩 Rewards: every time that a reward or penalty was applied, and the table of them."""

from __future__ import annotations

from kpi import sheet_payout
from sheet_templates.book import Book, Formula
from sheet_templates.frame import frame
from sheet_templates.places import guarded
from sheet_templates.table import TableSpec, put_table


def page(book: Book) -> None:
    """The tab: applications on the left, where lines are added; rules on the right."""
    frame(
        book,
        "rewards",
        "左表逐条登记，批准后才计入；右表定条件、效果与每期封顶。分值类批准后自动进入团队工作簿的加减分页。",
        "List each application on the left, it counts once approved; conditions and caps stand on "
        "the right. Approved points go to Points of the team's book by themselves.",
    )
    formulas = _formulas(book)
    put_table(book, TableSpec("tblApplied", formulas, fill_down=formulas))
    put_table(book, TableSpec("tblReward", autofilter=False))


def _formulas(book: Book) -> dict[str, Formula]:
    rules, applied, pay = (book.column(name) for name in ("tblReward", "tblApplied", "tblPay"))
    return {
        code: guarded(make, "no")
        for code, make in {
            "effect": lambda r: sheet_payout.text_of_rule(r, rules, "effect", "reward"),
            "raw": lambda r: sheet_payout.reward_raw(r, rules),
            "counted": lambda r: sheet_payout.reward_counted(r, applied, rules),
            "counts_in": lambda r: sheet_payout.counts_in(
                r, pay, "lstPeriod", "lstQuarterOf", book.word
            ),
        }.items()
    }
