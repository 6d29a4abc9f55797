"""自检 Self-check: stored cases scored by this book's own formulas, counted by any program.

A sheet's = forgives a difference in the last bits, and a difference near zero is snapped to zero.
So both scores are compared twice: whole, and brought to a few ten-thousandths by taking the same
number from both, which is exact; what is left then differs by far more than = forgives.
"""

from __future__ import annotations

from collections.abc import Mapping

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from kpi import sheet_scoring
from kpi.methods import PARAMETERS
from kpi.tables import CellValue, ErrorValue
from sheet_templates.book import Book, formula, put, quote
from sheet_templates.colours import signs
from sheet_templates.frame import Tail, frame
from sheet_templates.layout import Owner
from sheet_templates.places import HEADER_ROW, Ref, letters
from sheet_templates.self_check import KINDS, Case, cases

COLUMNS: tuple[tuple[str, str, str, float], ...] = (  # code, zh, en, width
    ("no", "编号", "No", 6),
    ("kind", "情形", "Case", 22),
    ("method", "方法", "Method", 20),
    ("counted", "实际", "Actual", 14),
    ("due", "应达", "Due", 12),
    *((code, f"参数{n}", f"Param {n}", 12.0) for n, code in enumerate(PARAMETERS, 1)),
    ("cap", "封顶", "Cap", 8),
    ("floor", "保底", "Floor", 8),
    ("stored", "应得分", "Stored score", 14),
    ("score", "公式得分", "Score by formula", 14),
    ("same", "一致", "Equal", 8),
)
OFFSET = {code: n for n, (code, *_) in enumerate(COLUMNS)}
TEXTS = frozenset({"kind", "method", "same"})
RIGHT, WRONG = "●", "■"
COUNT = (HEADER_ROW + 1, len(COLUMNS) + 2)  # zero-based cell of the count of right cases
BESIDE = "0.0004321"  # ten-thousandths that no score of nine decimals comes near by chance


def page(book: Book) -> None:
    """The hidden tab; its title says how many cases are right in the program that opened it."""
    count = f"${letters(COUNT[1])}${COUNT[0] + 1}"
    whole = f"${letters(COUNT[1])}${COUNT[0] + 2}"
    tail = Tail(f'" │ "&{count}&" / "&{whole}&IF({count}={whole}," ✓"," ■")', "")
    tab = frame(
        book,
        "self_check",
        "200 个固定题目，用与明细页相同的公式计算；应全部一致，否则此程序算出的得分不可用。",
        "200 fixed cases, scored by the formulas of Items; all must be equal, or do not trust the "
        "scores of this program.",
        tail=tail,
    )
    for position, (code, zh, en, width) in enumerate(COLUMNS):
        owner = Owner.FORMULA if code in ("score", "same") else Owner.SERVICE
        look = book.styles.header(
            owner, align="left" if code in TEXTS else "right", room=1 if code in TEXTS else 0
        )
        tab.write_string(HEADER_ROW, position, book.text(zh, en), look)
        tab.set_column(position, position, width)
    for number, case in enumerate(cases(), 1):
        _line(book, tab, number, case)
    last = HEADER_ROW + len(cases())
    signs(book, tab, (HEADER_ROW + 1, OFFSET["same"], last, OFFSET["same"]))
    _count(book, tab, last)


def _line(book: Book, tab: Worksheet, number: int, case: Case) -> None:
    row = HEADER_ROW + number
    for code, value in _stored(book, number, case).items():
        put(tab, row, OFFSET[code], value, _look(book, code))
    score = sheet_scoring.score(_ref(row), book.word)
    formula(tab, row, OFFSET["score"], score, _look(book, "score"))
    formula(tab, row, OFFSET["same"], same(_ref(row)), _look(book, "same"))


def _look(book: Book, code: str) -> Format:
    text = code in TEXTS
    return book.styles.get(align="left" if text else "right", indent=1 if text else 0)


def _ref(row: int) -> Ref:
    return lambda code: f"${letters(OFFSET[code])}{row + 1}"


def _stored(book: Book, number: int, case: Case) -> Mapping[str, CellValue | ErrorValue]:
    """The typed cells of a case; an empty parameter stays empty, as in Items."""
    unknown = ErrorValue("#N/A")
    return {
        "no": float(number),
        "kind": book.text(*KINDS[case.kind]),
        "method": book.word("method", case.method),
        "counted": unknown if case.actual is None else case.actual,
        "due": unknown if case.target is None else case.target,
        **dict(zip(PARAMETERS, case.params, strict=True)),
        "cap": case.cap,
        "floor": case.floor,
        "stored": unknown if case.score is None else case.score,
    }


def same(ref: Ref) -> str:
    """● when the formula gives the stored score to the last bit, or both are #N/A."""
    found, stored = ref("score"), ref("stored")
    rest = [f"{cell}-(ROUND({cell},3)+{BESIDE})" for cell in (found, stored)]
    equal = f"IF(AND({found}={stored},{rest[0]}={rest[1]}),{quote(RIGHT)},{quote(WRONG)})"
    unknown = f"IF(AND(ISNA({found}),ISNA({stored})),{quote(RIGHT)},{quote(WRONG)})"
    return f"IF(AND(ISNUMBER({found}),ISNUMBER({stored})),{equal},{unknown})"


def _count(book: Book, tab: Worksheet, last: int) -> None:
    """Beside the table: how many are right, and of how many."""
    column = letters(OFFSET["same"])
    area = f"${column}${HEADER_ROW + 2}:${column}${last + 1}"
    row, at = COUNT
    head = book.styles.get(bold=True)
    labels = (("正确", "Right"), ("共", "Of"))
    for down, (zh, en) in enumerate(labels):
        tab.write_string(row + down, at - 1, book.text(zh, en), head)
    formula(tab, row, at, f"COUNTIFS({area},{quote(RIGHT)})", head)
    tab.write_number(row + 1, at, len(cases()), head)
