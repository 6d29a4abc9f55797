"""An agency under a signed contract: statements follow its terms, by month, quarter and year."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from kpi.agency import off, summed
from kpi.agency_periods import Sums
from kpi.follow_ups import from_disputes
from kpi.model import Language
from sheet_templates.start import StartRow
from sheet_templates.statement_paper import TITLES
from sheet_templates.statement_period import PARTS, PERIOD_LINES, TOP, TOTALS
from sync_service.cli import main
from sync_service.console import Exit
from sync_service.period_statements import LINES_OF_SUMS, PeriodMade, make_period
from sync_service.publishing import Wanted, publish
from sync_service.sharing import share
from sync_service.stated import Asked
from sync_service.told import ToldError
from sync_service.workbooks.setting import assignment
from sync_service.workbooks.xlsx import XlsxPort, set_in_copy
from tests.agency_support import AGENCY, AGREED, Contracted, contracted, floats
from tests.libreoffice import Office
from tests.road_support import order_of
from tests.table_support import table

MONTHS = ("2026-07", "2026-08", "2026-09")


def typed(opened: Contracted, term: str, column: str, value: str) -> None:
    """Type into the agency's line of a term."""
    found = XlsxPort(opened.book).read().tables["tblTerm"]
    row = next(r for r in found.rows if (r.value("person"), r.value("term")) == (AGENCY, term))
    words = assignment(f"{found.sheet}!{row.cells[column].address}={value}")
    set_in_copy(opened.book, opened.book, [words], "never")


def whole(opened: Contracted, code: str, out: Path, language: Language = "en") -> PeriodMade:
    order = order_of(opened.house, opened.book, "never")
    return make_period(opened.house, Asked(order, AGENCY, code, out, language=language))


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Contracted]:
    """July stated live, then all three months closed; August was never stated, September was."""
    with contracted(tmp_path_factory.mktemp("agency")) as made:
        made.publish()
        made.make("2026-07")
        for month in MONTHS:
            made.close(month)
        made.make("2026-09")
        yield made


def test_a_signed_month_follows_the_terms_of_the_book(opened: Contracted) -> None:
    """22,746.43 profit, 20,000 in September: 2,746.43 above, 549.29 of it; 250 off, at most 220.

    3,000 + 549.29 - 220 = 3,329.29, tax 199.76 (199.7574).
    """
    made = opened.make("2026-09")
    assert (made.state, made.measured.profit) == ("frozen", Decimal("22746.43"))
    lines = made.lines
    assert (lines.baseline, lines.gap, lines.reward) == (
        *(Decimal(20000), Decimal("2746.43"), Decimal("549.29")),
    )
    assert floats(lines.deliverables, lines.deductions, lines.net) == [-250, -220, 3329.29]
    assert (lines.tax, lines.payable) == (Decimal("199.76"), Decimal("3529.05"))
    said = opened.shown("Invoice")
    assert said["Payment due"] == datetime(2026, 10, 15)  # noqa: DTZ001 - a cell knows no zone
    assert said["Objections until"] == datetime(2026, 10, 29)  # noqa: DTZ001 - 7 days from the 22nd
    terms = openpyxl.load_workbook(opened.out)["Terms"]
    assert terms.protection.sheet
    assert any("Targets, weights and terms change only" in str(row[0].value) for row in terms)


def test_a_change_of_terms_counts_once_it_is_published(tmp_path: Path) -> None:
    with contracted(tmp_path) as opened:
        opened.publish()
        typed(opened, "Fee a month", "value", "9000")
        assert opened.make("2026-10").lines.fee == 3000
        order = order_of(opened.house, opened.book, "never")
        with pytest.raises(ToldError, match="changes that are not published"):
            opened.close("2026-09")
        publish(opened.house, order, Wanted("head", start=date(2026, 10, 1)))
        assert opened.make("2026-10").lines.fee == 9000
        assert opened.make("2026-09").lines.fee == 3000
        line = XlsxPort(opened.book).read().tables["tblTerm"].rows
        assert {row.value("version") for row in line} == {"v1", "v2"}


def test_days_outages_and_disputes_act_on_a_month(tmp_path: Path) -> None:
    """From the 16th: half the fee; 3 of 15 days lost: 8,000 of 20,000 are due; 80 % is paid."""
    own = [row for row in AGREED if row["term"] != "contract"]
    terms: tuple[StartRow, ...] = (
        *own,
        {"person": AGENCY, "term": "contract", "start": date(2026, 9, 16)},
        {"person": AGENCY, "term": "outage_days", "period": "2026-09", "value": 3.0},
        {"person": AGENCY, "term": "correction", "period": "2026-09", "value": -100.0},
    )
    with contracted(tmp_path, terms, disputes=True) as opened:
        made = opened.make("2026-09")
        assert floats(made.lines.fee, made.lines.baseline) == [1500, 8000]
        assert floats(made.lines.reward, made.lines.net) == [900, 1500 + 900 - 220 - 100]
        assert made.measured.disputes == 1  # of two, one was raised after the days to object
        whole_ = Decimal(2080) + Decimal("124.80")
        assert made.lines.held == -Decimal("440.96")  # 20 % of 2,204.80
        assert made.lines.payable == whole_ - Decimal("440.96")
        with pytest.raises(ToldError, match="no month under contract"):
            whole(opened, "2026-Q1", tmp_path / "q1.xlsx")


def test_an_open_month_is_paced_by_its_data(tmp_path: Path) -> None:
    """Data until the 21st of October: 21 of 31 days of 25,000 are due."""
    with contracted(tmp_path) as opened:
        made = opened.make("2026-10")
        assert made.state == "open"
        assert made.measured.days.due == Decimal(repr(round(21 / 31, 9)))
        assert made.lines.baseline == Decimal("16935.48")
        assert opened.shown("Statement")["Amount payable"] == 0


# --- quarter and year -----------------------------------------------------------------------------


def test_a_quarter_sums_caps_and_trues_up(opened: Contracted, tmp_path: Path) -> None:
    """Rewards 714.73 + 0 + 549.29, at most 1,000; deductions 220 + 220, at most 400: 9,600 net.

    July and September were stated with 3,714.73 and 3,329.29: 2,555.98 are left, tax 153.36.
    """
    made = whole(opened, "2026-Q3", tmp_path / "q3.xlsx")
    assert [m.made.lines.reward for m in made.months] == [
        *(Decimal("714.73"), 0, Decimal("549.29")),
    ]
    assert [m.stated for m in made.months] == [Decimal("3714.73"), 0, Decimal("3329.29")]
    assert floats(made.sums.reward, made.sums.deductions, made.settled.net) == [1000, -400, 9600]
    assert made.settled.true_up == Decimal("2555.98")
    assert (made.settled.tax, made.settled.payable) == (Decimal("153.36"), Decimal("2709.34"))
    assert (made.closed, made.number) == (True, "OPS6-2026-Q3")
    assert whole(opened, "2026-Q3", tmp_path / "q3.xlsx").number == "OPS6-2026-Q3"


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Contracted]:
    """A contract of July to September: July stated, all closed, then the quarter stated."""
    terms: tuple[StartRow, ...] = (
        *(
            {**row, "end": date(2026, 9, 30)} if row["term"] == "contract" else row
            for row in AGREED
        ),
        {"person": AGENCY, "term": "reward_cap_year", "value": 900.0},
        {"person": AGENCY, "term": "deduct_cap_year", "value": 250.0},
    )
    folder = tmp_path_factory.mktemp("ended")
    with contracted(folder, terms) as made:
        made.publish()
        made.make("2026-07")
        for month in MONTHS:
            made.close(month)
        whole(made, "2026-Q3", folder / "first.xlsx")
        yield made


def test_a_year_within_its_caps_is_trued_up(ended: Contracted, tmp_path: Path) -> None:
    """9,000 + 900 (of 1,000) - 250 (of 400) = 9,650; July 3,714.73 and the quarter's 5,885.27."""
    made = whole(ended, "2026", tmp_path / "year.xlsx")
    assert floats(made.sums.reward, made.sums.deductions, made.settled.net) == [900, -250, 9650]
    assert [stated for *_, stated in made.quarters] == [Decimal("5885.27")]
    assert floats(made.settled.stated, made.settled.true_up, made.settled.tax) == [9600, 50, 3]
    assert (made.closed, made.settled.payable) == (True, Decimal(53))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("code", ["2026-Q3", "2026"])
def test_every_amount_of_a_period_recalculates(
    ended: Contracted, office: Office, tmp_path: Path, code: str, language: Language
) -> None:
    """In LibreOffice, by column and line, as Python has them; and as a reader sees them before."""
    out = tmp_path / "period.xlsx"
    made = whole(ended, code, out, language)
    after = office.calculate(out)
    before = openpyxl.load_workbook(out, data_only=True)
    tabs = [TITLES[tab][language] for tab in ("statement", "invoice")]
    for title in tabs:
        cells = list(before[title].iter_rows(values_only=True))
        for found, want in zip(after[title], cells, strict=False):
            for one, other in zip(found, want, strict=False):
                if isinstance(other, int | float):
                    assert one == other, (title, want)
    rows = after[tabs[0]]
    for column, lines in enumerate(amounts_of(made), 1):
        at = {line: rows[TOP + n][column] for n, (line, *_) in enumerate(PERIOD_LINES)}
        assert {line: at[line] for line in lines} == lines, rows[TOP - 1][column]
    invoiced = {str(row[0]): row[1] for row in after[tabs[1]]}
    words = {line: zh if language == "zh" else en for line, zh, en in (*PARTS, *TOTALS)}
    assert {line: invoiced[word] for line, word in words.items()} == invoice_of(made)


def amounts_of(made: PeriodMade) -> list[dict[str, float | None]]:
    """What Python has for each column of a statement, by line."""
    months = [summed_up(month.sums) for month in made.months]
    for lines, month in zip(months, made.months, strict=True):
        own = month.made.lines
        extra = (("level", own.level), ("tax", own.tax), ("payable", own.payable))
        lines |= {line: amount(value) for line, value in (*extra, ("stated", month.stated))}
    quarters = [
        summed_up(sums) | {"stated": amount(stated), "reward_sum": total(made, "reward")}
        for _, sums, stated in made.quarters
    ]
    below = made.quarters[0][1] if made.quarters else None
    done = made.settled
    every = summed_up(made.sums) | {
        "reward_sum": amount(below.reward) if below else total(made, "reward"),
        "deductions_sum": amount(below.deductions) if below else total(made, "deductions"),
        "stated": amount(done.stated),
        "true_up": amount(done.true_up),
        "tax": amount(done.tax),
        "final": 1.0,
        "payable": amount(done.payable),
    }
    return [*months, *quarters, every]


def summed_up(sums: Sums) -> dict[str, float | None]:
    return {line: amount(getattr(sums, name)) for line, name in LINES_OF_SUMS}


def total(made: PeriodMade, name: str) -> float | None:
    """Of the months, before the cap of the quarter."""
    return amount(summed(getattr(month.sums, name) for month in made.months))


def invoice_of(made: PeriodMade) -> dict[str, float | None]:
    sums, done = made.sums, made.settled
    return {
        "fee_due": amount(sums.fee),
        "reward": amount(sums.reward),
        "deductions": amount(sums.deductions),
        "correction": 0.0,
        "floor": 0.0,
        "before": amount(off(done.stated)),
        "true_up": amount(done.true_up),
        "tax": amount(done.tax),
        "payable": amount(done.payable),
    }


def amount(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def test_a_year_that_runs_is_a_draft(opened: Contracted, tmp_path: Path) -> None:
    """Under contract from July; no month after today stands in it, and nothing is payable."""
    made = whole(opened, "2026", tmp_path / "year.xlsx")
    assert (made.closed, made.number) == (False, "OPS6-2026-DRAFT")
    assert made.settled.payable == 0
    assert [m.code for m in made.months] == [*MONTHS, "2026-10"]
    assert [code for code, *_ in made.quarters] == ["2026-Q3", "2026-Q4"]
    assert made.quarters[0][1].net == 9600


def test_the_command_states_a_quarter(
    opened: Contracted, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    home = ["--home", str(opened.house.settings.home)]
    out = str(tmp_path / "q.xlsx")
    words = ["statement", str(opened.book), "--person", AGENCY, "--out", out]
    assert main([*home, *words, "--month", "2026-Q3", "--json"]) == Exit.OK
    said = json.loads(capsys.readouterr().out)
    assert (said["lines"]["true_up"], said["open_months"]) == ("2555.98", [])
    assert main([*home, *words, "--month", "2026", "--lang", "zh"]) == Exit.FOUND
    assert "尚未关账" in capsys.readouterr().out


# --- the partner's book ---------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_partners_book_states_kpis_and_terms(
    opened: Contracted, tmp_path: Path, language: Language
) -> None:
    out = tmp_path / "partner.xlsx"
    share(opened.house, order_of(opened.house, opened.book, "never"), AGENCY, out, language)
    tables = XlsxPort(out).read().tables
    kpis = {row.value("metric"): row for row in tables["tblContract"].rows}
    acos = kpis["广告ACoS" if language == "zh" else "ACoS"]
    for column in ("source", "calculation", "scoring", "reward", "deduction", "version"):
        assert acos.value(column), column
    lines = [
        (row.value("term"), row.value("period"), row.value("value"))
        for row in tables["tblClause"].rows
    ]
    baseline = "基准利润（每月）" if language == "zh" else "Baseline profit of a month"
    assert [line[1:] for line in lines if line[0] == baseline] == [(None, 25000.0), ("09", 20000.0)]
    assert {row.value("version") for row in tables["tblClause"].rows} == {"v1"}
    with zipfile.ZipFile(out) as package:
        sheets = [package.read(f"xl/worksheets/sheet{number}.xml") for number in (1, 2)]
    assert all(b"<sheetProtection" in sheet for sheet in sheets)


def test_a_dispute_is_answered_within_the_days_of_the_contract() -> None:
    raised = ("2026-09｜OPS6｜EU｜acos", 0.2, "wrong spend", date(2026, 10, 25))
    found = from_disputes(
        table("tblDispute", "Disputes", "item claimed reason raised", raised),
        *((), "HEAD", date(2026, 10, 26), 3),
    )
    assert [one.due for one in found] == [date(2026, 10, 28)]
