"""The local sheet functions as one JavaScript text, for Office.js, Apps Script and node.

`script()` defines `KPI_FUNCTIONS.call(code, arguments)`, which gives rows of cells; the words, the
defaults and the scoring texts are compiled from the same tables that Python reads.
"""

from __future__ import annotations

import json
from pathlib import Path

from kpi.function_answers import MOST_DECIMALS
from kpi.functions import FUNCTIONS, SheetFunction
from kpi.javascript import runtime, to_javascript, to_number_function
from kpi.methods import METHODS, MOST_POINTS, PARAMETERS, STEP_SCORE, score_text
from kpi.model import Status
from kpi.payout import DEFAULTS, WITHOUT_CENTS
from kpi.scoring import ATTAINMENT, MIN_COVERAGE, grade_text, status_text
from kpi.sheet_calls import LAST_DAY, WORDS
from kpi.sheet_payout import NEEDS, RAW
from kpi.sheet_scoring import PACED
from kpi.sheet_words import SHEET_ALIASES, SIGN_MARKS
from kpi.step_reading import WAYS
from kpi.step_table import MOST_BANDS, STEP_NAMES

_BY_TEXT = ("coef_bonus", "direct", "payout_curve", "coef_commission")
_SCORE_NAMES = ("actual", "target", *PARAMETERS, "cap", "floor")
_STEP_NAMES = (*_SCORE_NAMES, *STEP_NAMES)


def script() -> str:
    """Runtime, tables and functions, in the order in which they need each other."""
    own = Path(__file__).with_name("functions.js").read_text(encoding="utf-8")
    return f"{runtime()}\n{_tables()}\n{own}"


def _tables() -> str:
    data: dict[str, object] = {
        "functions": [_described(one) for one in FUNCTIONS],
        "words": WORDS,
        "aliases": SHEET_ALIASES,
        "marks": SIGN_MARKS,
        "lastDay": LAST_DAY,
        "mostPoints": MOST_POINTS,
        "mostDecimals": MOST_DECIMALS,
        "leastCoverage": MIN_COVERAGE,
        "paced": list(PACED),
        "defaults": {code: one.defaults or {} for code, one in METHODS.items()},
        "payDefaults": DEFAULTS,
        "payNeeds": NEEDS,
        "mostBands": MOST_BANDS,
        "stepWays": {method: [*map(float, ways[:2])] for method, ways in WAYS.items()},
        "withoutCents": sorted(WITHOUT_CENTS),
    }
    shown = {one: one.value for one in Status}
    scores = {code: to_number_function(score_text(code), _SCORE_NAMES) for code in METHODS}
    pay = {method.value: to_javascript(text) for method, text in RAW.items() if method in _BY_TEXT}
    lines = [f"  {name}: {json.dumps(value, ensure_ascii=False)}," for name, value in data.items()]
    lines += [
        f"  scores: {_functions(scores)},",
        f"  steps: {to_number_function(STEP_SCORE, _STEP_NAMES)},",
        f"  pay: {_functions(pay)},",
        f"  attain: {to_javascript(ATTAINMENT)},",
        f"  status: {to_javascript(status_text(shown))},",
        f"  grade: {to_javascript(grade_text())},",
    ]
    return "\n".join(("const KPI_TABLES = {", *lines, "};"))


def _functions(texts: dict[str, str]) -> str:
    inner = "".join(f"    {json.dumps(code)}: {text},\n" for code, text in texts.items())
    return "{\n" + inner + "  }"


def _described(one: SheetFunction) -> dict[str, object]:
    """What the script needs of a function."""
    return {
        "code": one.code,
        "name": one.name,
        "office": one.office_code,
        "service": one.service,
        "arguments": [
            {
                "name": a.name,
                "kind": a.kind.value,
                "optional": a.optional,
                "spared": a.spared,
                "words": a.words,
                "zh": a.short,
            }
            for a in one.arguments
        ],
    }
