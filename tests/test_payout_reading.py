"""What finance and HR typed in a payout book: rules, rewards, and what is told about them."""

from __future__ import annotations

import pytest

from kpi.calendar import period
from kpi.catalog import shipped
from kpi.tables import Table
from sync_service.payout_lines import unplaced
from sync_service.payout_reading import PayTyped, read_payout
from sync_service.workbooks.port import BookContents
from tests.table_support import Line, table

RULES = "rule method currency p1 p2 p3 p4 cap veto_zero carry_loss note on_kpi on_scope"
APPLIED = "no month person reward times evidence approved_by"


def read(*tables: Table) -> PayTyped:
    return read_payout(BookContents({one.name: one for one in tables}, {}, "en", ""))


def rule(method: str, carry: str | None) -> Line:
    return ("r", method, "CNY", None, None, None, None, None, None, carry, None, None, None)


@pytest.mark.parametrize(
    ("method", "carry", "carries", "told"),
    [
        pytest.param("Profit commission", "Yes", True, [], id="carried where the row says so"),
        pytest.param("Profit commission", None, False, [], id="empty is no"),
        pytest.param("利润系数提成", "是", True, [], id="in Chinese"),
        pytest.param("Base x total", "Yes", False, ["no_loss_here"], id="a base knows no loss"),
    ],
)
def test_whether_a_rule_carries_losses(
    method: str, carry: str | None, told: list[str], *, carries: bool
) -> None:
    found = read(table("tblPayRule", "Pay rules", RULES, rule(method, carry)))
    assert found.rules["r"].carries is carries
    assert [one.code for one in found.problems] == told


@pytest.mark.parametrize(
    ("method", "kpi", "code", "told"),
    [
        pytest.param("Profit commission", "Net sales", "net_sales", [], id="by its name"),
        pytest.param("利润系数提成", "边际贡献额", "contribution_profit", [], id="in Chinese"),
        pytest.param("Profit commission", "net_sales", "net_sales", [], id="by its code"),
        pytest.param("Profit commission", None, "", [], id="none: the amount is typed"),
        pytest.param("Base x total", "Net sales", "", ["no_kpi_here"], id="a base needs none"),
        pytest.param("Profit commission", "ACOS", "", ["pay_kpi_kind"], id="a ratio is no amount"),
        pytest.param("Profit commission", "Net salse", "", ["unknown_kpi"], id="a slip of the pen"),
    ],
)
def test_the_kpi_that_a_rule_pays_on(
    method: str, kpi: str | None, code: str, told: list[str]
) -> None:
    line = ("r", method, "CNY", None, None, None, None, None, None, None, None, kpi, "DE")
    book = BookContents({"tblPayRule": table("tblPayRule", "Pay rules", RULES, line)}, {}, "en", "")
    found = read_payout(book, shipped().metrics)
    one = found.rules["r"]
    assert (one.on_kpi, one.on_scope) == (code, "DE" if code else "")
    assert [problem.code for problem in found.problems] == told


def rewarded(
    month: str, *lines: tuple[str, str], effect: str = "Money", by: str = "HR"
) -> PayTyped:
    """A reward of CHEN, and lines of pay."""
    return read(
        table("tblReward", "Rewards", "reward effect value", ("Letter", effect, 50.0)),
        table("tblApplied", "Rewards", APPLIED, (1.0, month, "CHEN", "Letter", None, None, by)),
        table(
            "tblPay", "Payout", "month person rule payable", *((m, p, None, None) for m, p in lines)
        ),
    )


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        pytest.param(rewarded("2026-09", ("2026-09", "CHEN")), [], id="by month"),
        pytest.param(rewarded("2026-09", ("2026-Q3", "CHEN")), [], id="by quarter"),
        pytest.param(
            rewarded("2026-Q3", ("2026-09", "CHEN")), ["2026-Q3"], id="a quarter's, by month"
        ),
        pytest.param(
            rewarded("2026-08", ("2026-Q3", "LI")), ["2026-Q3"], id="nobody is paid by it"
        ),
        pytest.param(rewarded("2026-10", ("2026-Q3", "CHEN")), [], id="its quarter is still open"),
        pytest.param(rewarded("Sept", ("2026-Q3", "CHEN")), ["Sept"], id="no period"),
        pytest.param(rewarded("2026-08", effect="Points"), [], id="points are no pay"),
        pytest.param(rewarded("2026-08", by=""), [], id="nobody approved it"),
    ],
)
def test_a_reward_that_no_line_holds_is_told(typed: PayTyped, told: list[str]) -> None:
    found = list(unplaced(period("2026-09"), typed, ()))
    assert [one.code for one in found] == ["reward_nowhere"] * len(told)
    assert all(code in str(one) for code, one in zip(told, found, strict=True))


def test_a_line_that_was_paid_and_is_gone_still_holds_its_reward() -> None:
    assert list(unplaced(period("2026-09"), rewarded("2026-08"), {("2026-08", "CHEN")})) == []
