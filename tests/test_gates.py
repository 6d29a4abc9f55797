"""What a veto in breach does: to the total, the grade, the bonus, and what a card says of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import xlsxwriter

from kpi.contract_nouns import ruled
from kpi.contract_rows import rows_of
from kpi.model import Better, VetoEffect, WeightRow
from kpi.pack_reading import packs
from kpi.scorecards import gated
from kpi.sheet_scoring import grade, person_total, veto_count, vetoes_unchecked
from sheet_templates.pack_rows import weight_rows
from sheet_templates.words import decode, show
from sync_service.payout_periods import Closed, as_closed
from tests.libreoffice import NA, Office
from tests.test_scorecards import CATALOG, D1, actuals, book, card, run, weight

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
        if veto.kpi != "ad_budget_used"  # a band: far below its budget would be in breach too
    }
    assert found == wanted
    assert "total_zero" in found.values()


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
