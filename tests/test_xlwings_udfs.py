"""The xlwings functions: imported and called on Linux, and under xlwings' own decorators."""

from __future__ import annotations

import datetime as dt
import importlib.util
import random
import sys
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import xlwings as xw

from addin import udf_calls, udfs
from addin.service_answers import Answers, Call
from addin.udf_calls import asked, cells
from addin.udf_text import MOST_HELP, name_of
from kpi.function_answers import answer
from kpi.functions import BY_CODE, FUNCTIONS, LOCAL
from kpi.sheet_calls import SheetError
from tests.fake_excel import FakeEngine
from tests.fake_excel_program import Program
from tests.function_support import draw
from tests.kpi_language_support import bits
from tests.xlsx_support import make_book

MISSING = -2147352572  # what COM gives for an argument that was left out


def october(day: int, hour: int = 0) -> dt.datetime:
    return dt.datetime(2026, 10, day, hour)  # noqa: DTZ001 - cells know no zone


SIX_IN_THE_EVENING = october(1, 18)


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(udf_calls, "_chinese", lambda: False)


def as_xlwings(given: object) -> object:
    """An argument as xlwings gives it: rows of cells, an error as its text."""
    if given is None:
        return None
    rows = given if isinstance(given, list) else [[given]]
    return [["#N/A" if isinstance(cell, SheetError) else cell for cell in row] for row in rows]


def shown(rows: Sequence[Sequence[object]]) -> list[list[str]]:
    """Numbers as bits, errors with their sentence."""
    return [[cell if isinstance(cell, str) else bits(float(str(cell))) for cell in r] for r in rows]


def by_kpi(code: str, given: Sequence[object]) -> list[list[str]]:
    def text(cell: object) -> object:
        return f"{cell} {cell.texts['en']}" if isinstance(cell, SheetError) else cell

    return shown([[text(cell) for cell in row] for row in answer(code, *given)])


def test_every_function_of_the_list_is_there_with_its_arguments() -> None:
    for one in FUNCTIONS:
        code = getattr(udfs, one.name).__code__
        assert code.co_varnames[: code.co_argcount] == tuple(map(name_of, one.arguments))


def test_random_calls_give_the_bits_of_the_scoring_rooms() -> None:
    """The calls that JavaScript is held to; all local functions, ranges, errors and blanks."""
    calls = draw(11, 4_500)
    assert {code for code, _ in calls} == {one.code for one in LOCAL}
    for code, given in calls:
        known = given[: len(BY_CODE[code].arguments)]
        called = getattr(udfs, f"KPI_{code}")(*map(as_xlwings, known))
        assert shown(called) == by_kpi(code, given), (code, given)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        pytest.param(None, None, id="an argument left out"),
        pytest.param([[None, "#DIV/0!"]], [[None, udf_calls.UNKNOWN]], id="empty, and an error"),
        pytest.param(
            [[Decimal("12.5")]], [[12.5]], id="a cell formatted as money comes as Decimal"
        ),
        pytest.param([[october(1)]], [[46296.0]], id="a day is its serial"),
        pytest.param([[SIX_IN_THE_EVENING]], [[46296.75]], id="and a moment its fraction"),
        pytest.param([[dt.date(2026, 10, 1)]], [[46296.0]], id="so is a plain date"),
        pytest.param([True, 3], [[True], [3.0]], id="a flat list is a column of rows"),
        pytest.param(7, 7.0, id="one bare cell"),
    ],
)
def test_cells_come_as_the_list_wants_them(given: object, wanted: object) -> None:
    assert cells(given) == wanted


def test_errors_leave_with_their_sentence_and_in_chinese_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert udfs.KPI_SCORE([[None]], 10.0, "ratio_up") == [["#N/A KPI_SCORE: Unknown: actual."]]
    [[wrong]] = udfs.KPI_SCORE("abc", 10.0, "ratio_up")
    assert wrong == "#VALUE! KPI_SCORE: actual must be a number, the cell holds “abc”."
    monkeypatch.setattr(udf_calls, "_chinese", lambda: True)
    assert udfs.KPI_SCORE([[None]], 10.0, "ratio_up") == [["#N/A KPI_SCORE：缺少计分值。"]]


# --- under the decorators of Windows --------------------------------------------------------------


@pytest.fixture
def windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The module as xlwings decorates it on Windows; only pywin32 below it is a stand-in."""
    for name in ("pythoncom", "pywintypes", "win32com", "win32com.client"):
        stub = ModuleType(name)
        stub.__dict__.update(CoInitialize=None, Dispatch=lambda it: it, com_error=OSError)
        monkeypatch.setitem(sys.modules, name, stub)
    stub = ModuleType("xlwings.com_server")
    stub.__dict__["loop"] = None
    monkeypatch.setitem(sys.modules, "xlwings.com_server", stub)
    monkeypatch.delitem(sys.modules, "xlwings.udfs", raising=False)
    import xlwings.udfs as real  # type: ignore[import-untyped,unused-ignore]  # noqa: PLC0415

    monkeypatch.setitem(sys.modules, "xlwings.udfs", real)
    com = SimpleNamespace(
        Range=lambda xl: xl, Book=lambda xl: xl, BOOK_CALLER=None, is_range_instance=_is_range
    )
    monkeypatch.setattr(xw, "_xlwindows", com, raising=False)
    monkeypatch.setattr(xw, "func", real.xlfunc)
    monkeypatch.setattr(xw, "arg", real.xlarg)
    path = make_book(tmp_path / "book.xlsx", {"tblBreach": []})
    engine = xw.Engine(impl=FakeEngine(Program(path)))
    monkeypatch.setattr(xw.engines, "engines_by_name", {"excel": engine})
    place = importlib.util.spec_from_file_location("kpi_udfs_windows", udfs.__file__)
    assert place is not None
    assert place.loader is not None
    made = importlib.util.module_from_spec(place)
    monkeypatch.setitem(sys.modules, "kpi_udfs_windows", made)
    place.loader.exec_module(made)
    made.__dict__["call"] = real.call_udf
    yield made
    sys.modules.pop("xlwings.udfs", None)


def _is_range(given: object) -> bool:
    return hasattr(given, "raw_value")


class Cells:
    """A range of COM, as far as a function reads it."""

    def __init__(self, *rows: Sequence[object]) -> None:
        self.raw_value = tuple(map(tuple, rows)) if len(rows) * len(rows[0]) > 1 else rows[0][0]
        self.shape = (len(rows), len(rows[0]))
        self.options: dict[str, object] = {}
        self.max_cells_per_read = None
        self.address = "$A$1"
        app = SimpleNamespace(engine=FakeEngine.__new__(FakeEngine), pid=1)
        app.engine.program = SimpleNamespace(mac=False)
        self.sheet = SimpleNamespace(book=SimpleNamespace(app=app))


def test_xlwings_reads_names_arguments_and_help(windows: Any) -> None:
    for one in FUNCTIONS:
        told = getattr(windows, one.name).__xlfunc__
        assert told["name"] == one.name
        assert told["category"] == "LinkStar KPI"
        assert not told["volatile"]
        assert one.help["zh"] in told["ret"]["doc"]
        assert len(told["ret"]["doc"]) <= MOST_HELP
        for argument, known in zip(one.arguments, told["args"], strict=True):
            assert argument.zh in known["doc"]
            assert argument.en in known["doc"]
            assert len(known["doc"]) <= MOST_HELP
            assert ("optional" in known) is argument.optional


@pytest.mark.parametrize(
    ("name", "given", "wanted"),
    [
        pytest.param(
            "KPI_SCORE",
            [12.0, 10.0, "ratio_up", *[MISSING] * 6],
            [[120.0]],
            id="three typed values",
        ),
        pytest.param(
            "KPI_SCORE",
            [Cells([12.0], [-2146826246], [5.0]), Cells([10.0]), "越高越好", *[MISSING] * 6],
            [[120.0], ["#N/A KPI_SCORE: Unknown: actual."], [50.0]],
            id="a range with an error gives a range",
        ),
        pytest.param(
            "KPI_DUE",
            [
                3100.0,
                MISSING,
                Cells([october(1)]),
                Cells([october(31)]),
                Cells([october(15)]),
            ],
            [[1500.0]],
            id="15 of 31 days of 3,100 are 1,500",
        ),
        pytest.param(
            "KPI_FX",
            [Cells([Decimal(108)]), "USD", "EUR", Cells(["EUR", 1.08], ["", ""])],
            [[100.0]],
            id="money comes as Decimal",
        ),
        pytest.param(
            "KPI_GRADE",
            [-2146826246, MISSING, MISSING],
            [["#N/A KPI_GRADE: Unknown: total."]],
            id="NA()",
        ),
    ],
)
def test_a_call_goes_through_xlwings_own_conversion(
    windows: Any, name: str, given: list[object], wanted: object
) -> None:
    made = windows.call("kpi_udfs_windows", name, tuple(given), None, Cells([0.0]))
    assert made == wanted


# --- the functions of the service -----------------------------------------------------------------


class Service:
    """A service that answers by a table, counts requests, and can be away."""

    def __init__(self) -> None:
        self.asked: list[list[list[object]]] = []
        self.revision = "r1"
        self.away = False
        self.now = 0.0

    def post(self, body: Any) -> Any:
        from addin.service_answers import OFFLINE, ServiceError  # noqa: PLC0415

        self.asked.append(body["calls"])
        if self.away:
            raise ServiceError(OFFLINE)
        return {
            "revision": self.revision,
            "answers": [self.answer(tuple(c)) for c in body["calls"]],
        }

    def answer(self, call: Call) -> object:
        if call[1] == "lost":
            return {"error": "na", "zh": "没有此指标。", "en": "There is no such KPI."}
        known = {
            "WHY": [["AMZ-US / SP", 0.012], ["AMZ-DE / SB", -0.004]],
            "SOURCE": [[46316.0, 46317.375, "amazon.ads@A"], [46316.0, None, "amazon.ads@B"]],
            "FORECAST": [[1.0, 0.9, 1.1]],
        }
        return known.get(str(call[0]), float(len(str(call[1]))))

    def answers(self) -> Answers:
        return Answers(self.post, now=lambda: self.now)


def ask(answers: Answers, code: str, *given: object) -> list[list[object]]:
    return asked(answers, "book", code, [as_xlwings(one) for one in given])  # type: ignore[return-value]  # cells


def test_a_range_is_one_request_and_the_same_question_one_slot() -> None:
    service = Service()
    answers = service.answers()
    column = [["a"], ["bb"], ["a"], [None], ["lost"]]
    assert ask(answers, "ACTUAL", column, "US", "2026-10") == [
        [1.0],
        [2.0],
        [1.0],
        ["#N/A An argument is empty."],
        ["#N/A There is no such KPI."],
    ]
    assert service.asked == [[["ACTUAL", k, "US", "2026-10"] for k in ("a", "bb", "lost")]]
    assert ask(answers, "ACTUAL", "a", "US", "2026-10") == [[1.0]]
    assert len(service.asked) == 1, "remembered"


@pytest.mark.parametrize(
    ("code", "given", "wanted"),
    [
        pytest.param(
            "WHY",
            ("k", "US", "2026-10", 2.0),
            [["AMZ-US / SP", 0.012], ["AMZ-DE / SB", -0.004]],
            id="rows of contributions",
        ),
        pytest.param(
            "SOURCE",
            ("k", "US", "2026-10"),
            [[46316.0, 46317.375, "amazon.ads@A"], [46316.0, "", "amazon.ads@B"]],
            id="an unknown time is empty",
        ),
        pytest.param(
            "SOURCE",
            ([["k"], ["lost"]], "US", "2026-10"),
            [[46316.0, 46317.375, "amazon.ads@A"], ["#N/A There is no such KPI."] * 3],
            id="of several the first row each, errors as wide",
        ),
        pytest.param(
            "FORECAST",
            ([["k", ""]], "US", "2026-10"),
            [[1.0, 0.9, 1.1, *["#N/A An argument is empty."] * 3]],
            id="a row of questions stands side by side",
        ),
        pytest.param(
            "WHY",
            ([["k"], ["l"]], "US", "2026-10"),
            [["#VALUE! KPI_WHY takes one question a cell, no range."]],
            id="WHY of a range",
        ),
        pytest.param(
            "ACTUAL",
            ([["k"], ["l"]], [["US"], ["EU"], ["ALL"]], "2026-10"),
            [["#VALUE! The ranges differ in size."]],
            id="ranges that differ",
        ),
    ],
)
def test_answers_of_several_cells(code: str, given: Sequence[object], wanted: object) -> None:
    assert ask(Service().answers(), code, *given) == wanted


def test_old_answers_are_asked_for_together_and_stay_while_the_service_is_away() -> None:
    service = Service()
    answers = service.answers()
    for kpi in ("a", "bb", "lost"):
        ask(answers, "ACTUAL", kpi, "US", "2026-10")
    ask(answers, "WHY", "a", "US", "2026-10")
    assert len(service.asked) == 4
    service.revision, service.now = "r2", 301.0
    ask(answers, "ACTUAL", "bb", "US", "2026-10")
    assert [len(calls) for calls in service.asked] == [1, 1, 1, 1, 4], "one request renews all"
    service.away, service.now = True, 700.0
    assert ask(answers, "ACTUAL", "bb", "US", "2026-10") == [[2.0]], "a number stays a number"
    assert ask(answers, "WHY", "a", "US", "2026-10")[0] == ["◇ AMZ-US / SP", 0.012]
    away = "#N/A The service is not reachable. Run `serve`."
    assert ask(answers, "ACTUAL", "lost", "US", "2026-10") == [[away]]
    assert ask(answers, "ACTUAL", "new", "US", "2026-10") == [[away]]
    assert len(service.asked) == 6, "asked once in half a minute, not for every cell"
    assert len(answers.stale) == 2
    service.away, service.now = False, 731.0
    assert ask(answers, "ACTUAL", "new", "US", "2026-10") == [[3.0]]
    assert not answers.stale


def test_a_new_revision_makes_what_is_known_old() -> None:
    service = Service()
    answers = service.answers()
    ask(answers, "ACTUAL", "a", "US", "2026-10")
    answers.renew("book")
    ask(answers, "ACTUAL", "a", "US", "2026-10")
    assert len(service.asked) == 2


def test_ten_thousand_questions_are_two_requests() -> None:
    service = Service()
    column = [[f"k{random.Random(n).random()}"] for n in range(10_000)]
    assert len(ask(service.answers(), "ACTUAL", column, "US", "2026-10")) == 10_000
    assert [len(calls) for calls in service.asked] == [5_000, 5_000]


def test_the_functions_of_the_module_ask_for_the_workbook_that_calculates(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    service = Service()
    monkeypatch.setattr(udf_calls, "_answers", service.answers)
    monkeypatch.setattr(udf_calls, "current_book", lambda: "book")
    for one in FUNCTIONS:
        if one.service:
            rows = getattr(udfs, one.name)("acos", "US", "2026-10")
            assert "#" not in str(rows[0][0])
    assert [calls[0][0] for calls in service.asked] == ["ACTUAL", "WHY", "SOURCE", "FORECAST"]
    assert BY_CODE["WHY"].arguments[3].optional
