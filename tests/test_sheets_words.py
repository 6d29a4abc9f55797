"""Dropdown words: every word and code is read back, in either language."""

from __future__ import annotations

import pytest

from kpi.methods import METHODS
from sheet_templates import words
from sheet_templates.layout import TABLES, Language

LANGUAGES: tuple[Language, ...] = ("zh", "en")


@pytest.mark.parametrize("name", sorted(words.LISTS))
def test_every_word_reads_back_as_its_code(name: str) -> None:
    for code, zh, en in words.words(name):
        assert [words.decode(name, text) for text in (code, zh, en, f"  {en.upper()} ")] == [
            code
        ] * 4


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        pytest.param("region", "欧盟", "EU", id="the EU by its Chinese name"),
        pytest.param("region", "美区", "US", id="the US as teams call it"),
        pytest.param("yes_no", "√", "yes", id="a tick is yes"),
        pytest.param("operator", "≥", ">=", id="a mathematical sign"),
        pytest.param("status", "突破", "breach", id="a status without its sign"),
        pytest.param("method", "阶梯", "tiers", id="a method that only full mode offers"),
        pytest.param("method", "阶剃", None, id="a slip of the pen is no word"),
        pytest.param("nothing", "x", None, id="a list that does not exist"),
    ],
)
def test_a_word_as_people_type_it(name: str, text: str, code: str | None) -> None:
    assert words.decode(name, text) == code


def test_words_of_a_list_differ_in_each_language() -> None:
    for name in words.LISTS:
        for position in (0, 1, 2):
            shown = [words.plain(word[position]) for word in words.words(name)]
            assert len(set(shown)) == len(shown), name


def test_every_choice_column_has_a_list_or_follows_a_table() -> None:
    follows = {"person", "shop", "metric", "scope", "month", "point_kind"}
    follows |= {"item"}  # of a person's book
    follows |= {"pay_rule", "pay_person", "pay_kpi", "reward", "period"}  # of the payout book
    kinds = {c.kind for t in TABLES.values() for c in t.columns if c.kind.startswith("choice:")}
    assert {kind.partition(":")[2] for kind in kinds} <= set(words.LISTS) | follows


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_methods_dropdown_offers_six_plain_choices(language: Language) -> None:
    assert len(words.dropdown("method", language)) == 6
    assert len(words.words("method")) > 6


def test_a_service_cell_shows_the_word_and_leaves_other_texts_alone() -> None:
    assert words.cell_word("tblScore", "method", "mirror_down", "zh") == "越低越好"
    assert words.cell_word("tblScore", "source", "mirror_down", "zh") == "mirror_down"


def test_every_method_has_its_words() -> None:
    assert {code for code, _, _ in words.METHODS_FULL} == set(METHODS)
