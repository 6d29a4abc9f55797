"""What stops a command is said in Chinese and in English."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from kpi.calendar import period, public_holidays, zone
from kpi.errors import KpiError, UnansweredError
from kpi.model import Region
from kpi.pack_reading import pack
from kpi.stage import answers
from kpi.tokens import FormulaError
from sync_service.told import ToldError, sentence
from sync_service.workbooks.refusals import RefusedBookError

HERE = Path(__file__).parent.parent / "kpi"
ENGLISH_ALONE = {  # no user of a workbook meets them
    "case_inputs.py",  # the format of case files
    "cases.py",
    "__main__.py",
    "catalog.py",  # faults of the shipped files, found before anything runs
    "pack_reading.py:_item",
}


def raised() -> Iterator[tuple[str, int, ast.Call]]:
    """Every `KpiError(...)` of the pure rooms: file, or file and function, line, call."""
    for path in sorted(HERE.rglob("*.py")):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(function, ast.FunctionDef):
                continue
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "KpiError":
                    yield f"{path.name}:{function.name}", node.lineno, node


def test_every_refusal_that_a_user_can_meet_is_written_in_both_languages() -> None:
    found = list(raised())
    assert len(found) > 30
    bare = {
        (where, line)
        for where, line, call in found
        if len(call.args) < 2 and not {where, where.partition(":")[0]} & ENGLISH_ALONE
    }
    assert bare == set()


@pytest.mark.parametrize(
    ("ask", "zh"),
    [
        pytest.param(lambda: period("2026-13"), "无法读取期间“2026-13”", id="a month"),
        pytest.param(lambda: zone("Mars/Base"), "没有时区“Mars/Base”", id="a time zone"),
        pytest.param(lambda: public_holidays("XX", 2026), "没有“XX”的节假日", id="a country"),
        pytest.param(lambda: answers({"stage": "old"}), "“old”不是阶段", id="a stage"),
        pytest.param(lambda: answers({"size": 1}), "没有名为“size”的问题", id="a question"),
        pytest.param(lambda: answers({"team_size": "x"}), "team_size 是“x”", id="a number"),
        pytest.param(lambda: answers({"cash_limited": "x"}), "请答是或否", id="yes or no"),
        pytest.param(lambda: pack("cook", Region.US), "没有 KPI 包“cook”", id="a role"),
        pytest.param(lambda: pack("agency", Region.US, "toys"), "没有品类“toys”", id="goods"),
    ],
)
def test_in_the_readers_language(ask: object, zh: str) -> None:
    assert callable(ask)
    with pytest.raises(KpiError) as caught:
        ask()
    assert zh in sentence(caught.value, "zh")
    assert sentence(caught.value, "en") == str(caught.value)


def test_a_sentence_in_one_language_is_shown_in_both() -> None:
    assert KpiError("only English").texts == {"en": "only English", "zh": "only English"}


def test_every_class_keeps_both() -> None:
    both = {"en": "a", "zh": "b"}
    assert ToldError("a", "b").texts == both
    assert UnansweredError("a", "b").texts == both
    assert RefusedBookError("a", "b").texts == both
    assert str(RefusedBookError("a", "b")) == "a / b"
    wrong = FormulaError("x", 3, {"en": "What.", "zh": "何。"}, {"en": "Mend.", "zh": "改。"})
    assert wrong.texts == {"en": "column 3: What. Mend.", "zh": "第 3 个字符：何。改。"}
    assert str(wrong) == "column 3: What. Mend. / 第 3 个字符：何。改。"
