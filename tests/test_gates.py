"""What a veto in breach does: to the total, the grade, the bonus, and what a card says of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import xlsxwriter

from kpi.book_reading import read_book
from kpi.contract_nouns import ruled
from kpi.contract_rows import rows_of
from kpi.model import Better, Region
from kpi.pack_reading import pack, packs
from kpi.person_cards import gated
from kpi.scoring import status_of_item
from kpi.sheet_scoring import grade, person_total, veto_count, vetoes_unchecked
from kpi.typed_rows import VetoEffect, WeightRow
from sheet_templates.pack_rows import weight_rows
from sheet_templates.words import decode, show
from sync_service.payout_periods import Closed, as_closed
from tests.card_support import CATALOG, D1, actuals, book, card, run, weight
from tests.contract_support import BOOK
from tests.libreoffice import NA, Office
from tests.table_support import Line, table

EFFECTS = tuple(VetoEffect)


def gate(effect: VetoEffect, breach: float | None = 0.2) -> WeightRow:
    """ACoS of 0.25 against 0.2: in breach; without figures nobody knows."""
    return weight(
        "acos", 0, method="mirror_down", better=Better.LOWER, warn=0.2, breach=breach,
        veto=True, effect=effect,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("effects", "total", "letter", "vetoes", "forfeits"),
    [
        pytest.param([], 100.0, "A", 0, 0, id="none"),
        pytest.param(["flag"], 100.0, "A", 0, 0, id="a flag changes nothing"),
        pytest.param(["grade_cap"], 100.0, "D", 1, 0, id="the lowest grade, the total stands"),
        pytest.param(["bonus_zero"], 100.0, "A", 0, 1, id="no bonus, total and grade stand"),
        pytest.param(["total_zero"], 0.0, "D", 0, 1, id="nothing at all"),
    ],
)
def test_the_effect_of_a_veto(
    effects: list[str], total: float, letter: str, vetoes: int, forfeits: int
) -> None:
    rows = tuple(gate(VetoEffect(effect)) for effect in effects)
    one = card(actuals(run("DE", 1_000, 100)), book(weights=(weight("net_sales", 100), *rows)))
    assert (one.total, one.grade and one.grade.name) == (total, letter)
    assert (one.vetoes, one.forfeits) == (vetoes, forfeits)


@pytest.mark.parametrize("effect", EFFECTS)
def test_an_unknown_value_never_hits(effect: VetoEffect) -> None:
    rows = (weight("net_sales", 100), gate(effect))
    one = card(actuals(run("DE", 1_000, None)), book(weights=rows))
    assert (one.total, one.vetoes, one.forfeits) == (100.0, 0, 0)


def test_an_unknown_total_stays_unknown() -> None:
    rows = (weight("return_rate", 100), gate(VetoEffect.TOTAL_ZERO))
    one = card(actuals(run("DE", 1_000, 100)), book(weights=rows))
    assert (one.total, one.grade, one.forfeits) == (None, None, 1)


def test_a_closed_month_keeps_what_its_vetoes_left() -> None:
    rows = (weight("net_sales", 100), gate(VetoEffect.TOTAL_ZERO))
    one = card(actuals(run("DE", 1_000, 100)), book(weights=rows))
    signed = {f"{one.month}｜{one.person.code}｜EU": 97.0}
    assert as_closed(one, Closed(signed, ())).total == 0.0
    calm = replace(one, cards=(replace(one.cards[0], items=one.cards[0].items[:1]),))
    assert as_closed(calm, Closed(signed, ())).total == 97.0
    assert gated(calm).forfeits == 0


@pytest.mark.parametrize("effect", EFFECTS)
def test_a_contract_says_the_effect_as_it_always_did(effect: VetoEffect) -> None:
    """The usual veto is the word true of contracts signed before there were others."""
    given = book(weights=(gate(effect),))
    tables = rows_of(given, CATALOG)
    [said] = tables["tblWeight"].values()
    assert said["veto"] == (True if effect is VetoEffect.GRADE_CAP else str(effect))
    [back] = ruled(given, tables).weights
    assert (back.veto, back.effect) == (True, effect)
    [key] = tables["tblWeight"]
    without = {**tables, "tblWeight": {key: {**said, "veto": False}}}
    [none] = ruled(given, without).weights
    assert (none.veto, none.effect) == (False, VetoEffect.GRADE_CAP)


@pytest.mark.parametrize(
    ("typed", "code"),
    [("是", "grade_cap"), ("yes", "grade_cap"), ("否", "no"), ("Bonus 0", "bonus_zero"),
     ("总分为零", "total_zero"), ("flag", "flag"), ("最低等级", "grade_cap"), ("maybe", None)],
)  # fmt: skip
def test_words_of_a_veto(typed: str, code: str | None) -> None:
    assert decode("veto", typed) == code


def test_packs_load_the_effects_they_name() -> None:
    found = {
        (pack.role, str(pack.region), str(row["metric"])): row["veto"]
        for pack in packs().values()
        for row in weight_rows(pack, D1)
        if row["veto"] != "no"
    }
    wanted = {
        (pack.role, str(pack.region), veto.kpi): veto.effect
        for pack in packs().values()
        for veto in pack.vetoes
    }
    assert found == wanted
    assert "total_zero" in found.values()


@pytest.mark.parametrize(
    ("used", "bonus_lost", "status"),
    [
        pytest.param(1.21, 1, "breach", id="121 % of the budget: no bonus"),
        pytest.param(1.2, 0, "warn", id="the limit itself is not beyond it"),
        pytest.param(1.0, 0, "ok", id="as planned"),
        pytest.param(0.5, 0, "ok", id="half of the budget: as far below as 150 % is above"),
        pytest.param(0.0, 0, "ok", id="nothing spent"),
        pytest.param(None, 0, "no_data", id="nobody knows"),
    ],
)
def test_a_band_has_its_veto_on_the_side_that_the_pack_names(
    used: float | None, bonus_lost: int, status: str
) -> None:
    """The pack says `> 1.20`; a band around 1.0 would take the bonus below 0.8 as well."""
    line = next(
        row
        for row in weight_rows(pack("advertising", Region.US), D1)
        if row["metric"] == "ad_budget_used"
    )
    table_ = table("tblWeight", "Weights", " ".join(line), tuple(line.values()))
    [row] = read_book({"tblWeight": table_}, decode, CATALOG.names(), CATALOG).weights
    assert (row.veto, row.effect) == (True, VetoEffect.BONUS_ZERO)
    seen = status_of_item(
        *(used, 1.0, row.better, row.warn, row.breach, row.bound),
        additive=False,
        low=(row.warn_low, row.breach_low),
    )
    assert (seen.value, int(row.veto and seen.value == "breach")) == (status, bonus_lost)


def test_lower_limits_are_signed_and_come_back() -> None:
    line = replace(BOOK.weights[0], better=Better.BAND, warn_low=25.0, breach_low=15.0)
    tables = rows_of(replace(BOOK, weights=(line,)), CATALOG)
    [back] = ruled(BOOK, tables).weights
    assert (back.warn_low, back.breach_low) == (25.0, 15.0)
    [bare] = rows_of(replace(BOOK, weights=BOOK.weights[:1]), CATALOG)["tblWeight"].values()
    assert "breach_low" not in bare  # as every contract before them was signed


@pytest.mark.parametrize(
    ("better", "breach", "low", "code"),
    [
        pytest.param("higher", 0.85, 0.5, "low_of_no_band", id="no band"),
        pytest.param("band", 1.2, 1.2, "low_above_upper", id="not below the upper one"),
        pytest.param("band", None, 0.5, "low_above_upper", id="no upper one"),
        pytest.param("band", 1.2, 0.8, None, id="both sides"),
    ],
)
def test_a_lower_limit_lies_below_the_upper_one(
    better: str, breach: float | None, low: float, code: str | None
) -> None:
    codes = "role region metric weight method better breach breach_low note"
    line: Line = ("advertising", "US", "ad_budget_used", 10.0, "band", better, breach, low, "why")
    found = read_book(
        {"tblWeight": table("tblWeight", "W", codes, line)},
        decode,
        {"ad_budget_used": "ad_budget_used"},
        CATALOG,
    )
    assert [one.code for one in found.problems] == ([code] if code else [])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_sheet_applies_them_too(office: Office, tmp_path: Path, language: str) -> None:
    """Six people, one gate each: its effect and colour, then total, grade, hits, unchecked."""

    def words(name: str, code: str) -> str:
        return show(name, code, "zh" if language == "zh" else "en")

    people = [(effect, "breach") for effect in EFFECTS]
    people += [(VetoEffect.TOTAL_ZERO, "no_data"), (VetoEffect.TOTAL_ZERO, "ok")]
    columns = ("month", "person", "veto", "status", "data_state")
    path = tmp_path / "gates.xlsx"
    with xlsxwriter.Workbook(str(path)) as made:
        tab = made.add_worksheet()
        cells = {c: f"${'ABCDE'[n]}$1:${'ABCDE'[n]}$9" for n, c in enumerate(columns)}
        for row, (effect, colour) in enumerate(people):
            state = words("data_state", "complete")
            said = (words("veto", effect), words("status", colour), state)
            tab.write_row(row, 0, ("2026-10", f"P{row}", *said))
            who = ('"2026-10"', f"B{row + 1}")
            zeros = veto_count(cells.__getitem__, words, *who, VetoEffect.TOTAL_ZERO)
            total = person_total("0", "100", "0", "0", zeros)
            vetoes = veto_count(cells.__getitem__, words, *who)
            unknown = vetoes_unchecked(cells.__getitem__, words, *who)
            for at, text in enumerate((total, grade(f"G{row + 1}", vetoes), vetoes, unknown), 6):
                tab.write_formula(row, at, "=" + text)
        tab.write_formula(8, 6, "=" + person_total("NA()", "NA()", "0.5", "0", "1"))
    (sheet,) = office.calculate(path).values()
    found = [tuple(row[6:10]) for row in sheet[: len(people)]]
    assert found == [
        (100.0, "A", 0.0, 0.0),
        (100.0, "D", 1.0, 0.0),
        (100.0, "A", 0.0, 0.0),
        (0.0, "D", 0.0, 0.0),
        (100.0, "A", 0.0, 1.0),
        (100.0, "A", 0.0, 0.0),
    ]
    assert sheet[8][6] == NA
