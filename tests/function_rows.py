"""Random rows of grades, pay lines, amounts and weeks, with native formulas beside them.

Grades and pay lines have the product's own formulas. No workbook converts an amount or parts a
month by formulas, so those of KPI_FX and KPI_TARGET are written here, and share nothing with it.
"""

from __future__ import annotations

import random
from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

from kpi import sheet_payout, sheet_scoring
from kpi.formula import to_formula
from kpi.numbers import normalise
from kpi.payout import PayMethod
from kpi.sheet_calls import EPOCH, Cell
from tests.function_engines import UNKNOWN, Asked, Family, Ref, Row, Words, column, over
from tests.scoring_sheet_support import words_of

SCALES = (0.01, 1.0, 100.0, 1e5, 1e9, 1e11)


def known(chance: random.Random, value: float, *, text: bool = True) -> Cell:
    """The value; now and then what stands for none: #N/A, an empty cell, a text."""
    if chance.random() > 0.06:
        return value
    return chance.choice((UNKNOWN, None, "abc") if text else (UNKNOWN, None))


def amount(chance: random.Random) -> float:
    """Money: any size, edges, zero, losses."""
    free = normalise(chance.uniform(-0.3, 3) * chance.choice(SCALES))
    return chance.choice((free, free, free, float(chance.randint(-2, 130)), 0.0, 10_000.0))


# --- grades ---------------------------------------------------------------------------------------

GRADES: list[list[Cell]] = [["不合格", 0.0], ["B/2", 60.5], ["A", 85.0], ["S+", 100.0]]
FEW: list[list[Cell]] = [["low", 50.0], ["top", 80.0]]
EDGES = (0.0, 49.999999999, 50.0, 60.5, 69.999999999, 70.0, 80.0, 85.0, 100.0, 110.0, 120.0, -1.0)


def grade_row(chance: random.Random, _: Words) -> Row:
    free = round(chance.uniform(-10, 125), 9)
    return {
        "total": known(chance, chance.choice((free, free, chance.choice(EDGES)))),
        "vetoes": known(chance, float(chance.choice((0, 0, 0, 1, 2))), text=False),
    }


def _grades(ref: Ref, _: Ref, __: Words) -> Mapping[str, str]:
    def ladder(names: str, starts: str, rows: int) -> Ref:
        places = {"grade": names, "start": starts}
        return lambda code: f"tables!${places[code]}$1:${places[code]}${rows}"

    asked = (ref("total"), ref("vetoes"))
    return {
        "default": sheet_scoring.grade(*asked),
        "own": sheet_scoring.grade(*asked, ladder("A", "B", len(GRADES))),
        "few": sheet_scoring.grade(*asked, ladder("C", "D", len(FEW))),
    }


def _grades_asked(rows: Sequence[Row], _: str) -> list[Asked]:
    cells = ("total", "vetoes")
    tables = {"default": None, "own": GRADES, "few": FEW}
    return [over(code, "GRADE", rows, (*cells, table)) for code, table in tables.items()]


GRADE = Family(
    "grade",
    ("total", "vetoes"),
    _grades,
    _grades_asked,
    ("default", "own", "few"),
    [line + (FEW[n] if n < len(FEW) else []) for n, line in enumerate(GRADES)],
)

# --- pay lines ------------------------------------------------------------------------------------

SLICES: list[list[Cell]] = [
    ["L1", 0.0, 10_000.0, 0.03],
    ["L1", 10_000.0, 50_000.0, 0.05],
    ["L1", 50_000.0, None, 0.08],
    ["L2", 0.0, 50_000.0, 0.012],
    ["L2", 50_000.0, 120_000.5, 0.0175],
    ["L2", 120_000.5, None, 0.031],
]
TYPED = ("typed1", "typed2", "typed3", "typed4")
PAID = (
    *("method", "total", "coefficient", "base", "amount", "goal", *TYPED, "attendance"),
    *("most", "veto_zero", "vetoes", "currency", "team", "rule"),
)
OF_RULE = {**{f"p{n}": f"typed{n}" for n in range(1, 5)}, "cap": "most", "carry_loss": "veto_zero"}
"""Columns of the rule table that stand on the line itself; a loss of 0 may be carried or not."""


def pay_row(chance: random.Random, words: Words) -> Row:
    method = chance.choice(list(PayMethod))
    curve = method is PayMethod.PAYOUT_CURVE
    first = chance.choice((None, 0.7, 0.0, 0.5, 0.95) if curve else (None, 0.01, 1.0, 0.1, -1.0))
    total = round(chance.uniform(-5, 130), 9)
    attended = normalise(chance.randint(0, 22) / 22)
    return {
        "method": words("pay_method", method),
        "total": known(chance, chance.choice((total, total, 70.0, 100.0, 0.0))),
        "coefficient": known(chance, chance.choice((0.0, 0.8, 1.0, 1.2, 1.5)), text=False),
        "base": known(chance, amount(chance), text=False),
        "amount": known(chance, amount(chance), text=False),
        "goal": known(chance, amount(chance), text=False),
        "typed1": first,
        **{name: chance.choice((None, 1.2, 1.5, 2.0, 0.3)) for name in TYPED[1:]},
        "attendance": known(chance, chance.choice((1.0, attended, 0.5, 1.5, -0.1)), text=False),
        "most": chance.choice((None, None, 1.3, 0.5, 2.0)),
        "veto_zero": words("yes_no", chance.choice(("yes", "yes", "no"))),
        "vetoes": known(chance, float(chance.choice((0, 0, 0, 0, 1))), text=False),
        "currency": chance.choice(("CNY", "JPY", "USD", "jpy", "KRW")),
        "team": known(chance, round(chance.uniform(0, 5000), 2), text=False),
        "rule": chance.choice(("L1", "l2", "L2", "L3")),
    }


def _pay(ref: Ref, _: Ref, words: Words) -> Mapping[str, str]:
    """The steps of a pay line whose rule stands on the line itself."""

    def rules(code: str) -> str:
        return ref(OF_RULE.get(code, code))

    alone = {"forfeits": "0", "loss_in": "0", "kpi_amount": "NA()", "kpi_goal": "NA()"}

    def here(code: str) -> str:
        return alone.get(code) or ref(code)

    def slices(code: str) -> str:
        name = "ABCD"[("slice_of", "start", "end", "rate").index(code)]
        return f"tables!${name}$1:${name}${len(SLICES)}"

    return {
        **{f"p{n}": sheet_payout.parameter(ref, rules, words, n) for n in range(1, 5)},
        "net": sheet_payout.net(here, rules, words),
        "step1": sheet_payout.step1(here, words, slices),
        "step2": sheet_payout.step2(ref, words),
        "raw": sheet_payout.raw(ref, words),
        "gross": sheet_payout.gross(ref),
        "prorated": sheet_payout.prorated(ref, words),
        "cap": sheet_payout.cap(ref, rules),
        "earned": sheet_payout.earned(here, rules, words),
    }


def _pay_asked(rows: Sequence[Row], language: str) -> list[Asked]:
    """A rule without veto hands on no vetoes, as the workbook's own call."""
    no = words_of(language)("yes_no", "no")
    counted = [[0.0 if row["veto_zero"] == no else row["vetoes"]] for row in rows]
    names: tuple[object, ...] = (
        *("method", "total", "coefficient", "base", "amount", "goal", *TYPED),
        *([line[1:] for line in SLICES], "attendance", "most", counted, "currency", "team"),
        *([line[:1] for line in SLICES], "rule"),
    )
    return [over("earned", "BONUS", rows, names)]


PAY = Family("pay", PAID, _pay, _pay_asked, ("earned",), SLICES)

# --- amounts --------------------------------------------------------------------------------------

RATES: list[list[Cell]] = [
    ["EUR", 1.08],
    ["GBP", 1.27],
    ["CNY", 0.14],
    ["JPY", 0.0067],
    ["PLN", None],
    ["SEK", 0.0],
    ["XXX", -1.0],
    ["EU1", 1.1],
    ["EU2", 1.2],
]
CURRENCIES = ("EUR", "GBP", "CNY", "JPY", "USD", "USD", "eur", "PLN", "SEK", "XXX", "AUD", None)


def fx_row(chance: random.Random, _: Words) -> Row:
    given, wanted = (chance.choice(CURRENCIES) for _ in range(2))
    return {"amount": known(chance, amount(chance)), "given": given, "wanted": wanted}


def _fx(ref: Ref, _: Ref, __: Words) -> Mapping[str, str]:
    def dollars(cell: str) -> str:
        last = len(RATES)
        found = f"INDEX(tables!$B$1:$B${last},MATCH({cell},tables!$A$1:$A${last},0))"
        rate = f"IFERROR(IF(AND(ISNUMBER({found}),{found}>0),{found},NA()),NA())"
        return f'IF({cell}="USD",1,{rate})'

    names = ("amount", "top", "bottom")
    known_ = ", ".join(f"ISKNOWN({name})" for name in names)
    return {
        "top": dollars(ref("given")),
        "bottom": dollars(ref("wanted")),
        "fx": to_formula(f"IF(AND({known_}), R(amount * top / bottom))", ref),
    }


def _fx_asked(rows: Sequence[Row], _: str) -> list[Asked]:
    return [over("fx", "FX", rows, ("amount", "given", "wanted", RATES))]


FX = Family("fx", ("amount", "given", "wanted"), _fx, _fx_asked, ("fx",), RATES)

# --- weeks ----------------------------------------------------------------------------------------

DAYS, WEEKS = 31, range(6)
DATED = ("target", "month", "week")
FACTORS = tuple(f"factor{n}" for n in range(DAYS))
FROM = (date(2024, 1, 1) - EPOCH).days


def week_row(chance: random.Random, _: Words) -> Row:
    places, day = chance.randint(0, 4), FROM + chance.randint(0, 1500)
    size = 10**places
    target = chance.choice((1, 1, 1, -1)) * chance.randint(0, 10 ** chance.randint(1, 5))
    value = normalise(target + chance.randint(0, size - 1) / size)
    free = chance.random() < 0.8
    factors = [1.0 if free else float(chance.choice((1, 2, 0.5, 0, 3))) for _ in FACTORS]
    return {
        "target": known(chance, chance.choice((value, value, value, 0.0))),
        "month": known(chance, float(day), text=False),
        "week": known(chance, float(day + chance.randint(-40, 40)), text=False),
        "decimals": known(chance, float(chance.choice((0, 2, 2, 4))), text=False),
        "first": known(chance, float(chance.choice((0, 0, 6, 3))), text=False),
        **dict(zip(FACTORS, factors, strict=True)),
    }


def _weeks(ref: Ref, _: Ref, __: Words) -> Mapping[str, str]:
    """Largest remainders in whole units, from doubles that hold them exactly."""

    def each(name: str) -> str:
        return f"{ref(f'{name}{WEEKS[0]}')}:{ref(f'{name}{WEEKS[-1]}')}"

    month, weights = ref("month"), f"{ref(FACTORS[0])}:{ref(FACTORS[-1])}"
    days = f"({ref('start')}+tables!$A$1:$AE$1)"
    before = {n: f"{ref('rest0')}:{ref(f'rest{n - 1}')}={ref(f'rest{n}')}" for n in WEEKS[1:]}
    numbers = ",".join(f"ISNUMBER({ref(one)})" for one in (*DATED, "places", "monday"))
    first = "".join(f"IF({ref(f'share{n}')}>0,{n}," for n in WEEKS[:-1]) + f"{WEEKS[-1]})))))"
    own = f"INDEX({each('part')},1,{ref('at')}+1)*10000+IF({ref('at')}={first},{ref('odd')},0)"
    return {
        "places": f'IF({ref("decimals")}="",2,{ref("decimals")})',
        "monday": f'IF({ref("first")}="",0,{ref("first")})',
        "start": f"DATE(YEAR({month}),MONTH({month}),1)",
        "after": f"DATE(YEAR({month}),MONTH({month})+1,1)",
        "opens": f"{ref('start')}-MOD({ref('start')}+5-{ref('monday')},7)",
        **{
            f"share{n}": f"SUMPRODUCT((INT(({days}-{ref('opens')})/7)={n})"
            f"*({days}<{ref('after')})*{weights})"
            for n in WEEKS
        },
        "whole": f"SUM({each('share')})",
        "units": f"INT(ROUND(ABS({ref('target')})*10^{ref('places')},6))",
        **{f"given{n}": f"INT({ref('units')}*{ref(f'share{n}')}/{ref('whole')})" for n in WEEKS},
        **{
            f"rest{n}": f"{ref('units')}*{ref(f'share{n}')}-{ref(f'given{n}')}*{ref('whole')}"
            for n in WEEKS
        },
        "left": f"{ref('units')}-SUM({each('given')})",
        **{
            f"part{n}": f"{ref(f'given{n}')}+IF(SUMPRODUCT(--({each('rest')}>{ref(f'rest{n}')}))"
            + (f"+SUMPRODUCT(--({before[n]}))" if n in before else "")
            + f"<{ref('left')},1,0)"
            for n in WEEKS
        },
        "odd": f"ROUND(ABS({ref('target')})*10^({ref('places')}+4),0)-{ref('units')}*10000",
        "at": f"({ref('week')}-MOD({ref('week')}+5-{ref('monday')},7)-{ref('opens')})/7",
        "week_target": f"IF(AND({numbers}),"
        f"IF(OR({ref('at')}<0,{ref('at')}>INT(({ref('after')}-1-{ref('opens')})/7)),0,"
        f"SIGN({ref('target')})*({own})/10^({ref('places')}+4)+0),NA())",
    }


def _weeks_asked(rows: Sequence[Row], _: str) -> list[Asked]:
    """Months of even days in one call; each that weighs its days is a call of its own."""
    names = (*DATED, "decimals", "weights", "first")
    even = [n for n, row in enumerate(rows) if {row[name] for name in FACTORS} == {1.0}]
    own = sorted(set(range(len(rows))) - set(even))
    given = [None if name == "weights" else column([rows[n] for n in even], name) for name in names]
    return [Asked("week_target", "TARGET", given, even)] + [
        Asked("week_target", "TARGET", _weighed(rows[n], names), [n]) for n in own
    ]


def _weighed(row: Row, names: Sequence[str]) -> list[object]:
    month = row["month"]
    day = EPOCH + timedelta(days=month) if isinstance(month, float) else EPOCH
    factors = [[row[name]] for name in FACTORS[: monthrange(day.year, day.month)[1]]]
    return [factors if name == "weights" else row[name] for name in names]


WEEK = Family(
    "week",
    (*DATED, "decimals", "first", *FACTORS),
    _weeks,
    _weeks_asked,
    ("week_target",),
    [[float(n) for n in range(DAYS)]],
)
DRAWN: Mapping[str, tuple[Family, Callable[[random.Random, Words], Row]]] = {
    "grades": (GRADE, grade_row),
    "pay lines": (PAY, pay_row),
    "amounts": (FX, fx_row),
    "weeks": (WEEK, week_row),
}
