"""Progress and grade of objectives as native formulas; the same steps as `kpi.okr`, in its order.

`ref` gives the cells of a row of tblOkr, `col` whole columns of it. The formulas come without the
leading = and use functions that every program has; unknown is #N/A.
"""

from __future__ import annotations

from collections.abc import Callable

from kpi.okr import BANDS, MIN_COVERAGE

Ref = Callable[[str], str]
AMBER, GREEN = sorted(edge for edge, _ in BANDS)


def weighs(ref: Ref) -> str:
    """The weight, 1 where nothing is typed."""
    return f'IF({ref("weight")}="",1,{ref("weight")})'


def progress(ref: Ref) -> str:
    """From the baseline, 0 where nothing is typed, to the target; within 0 and 1."""
    actual, target, base = (ref(code) for code in ("actual", "target", "baseline"))
    start = f'IF({base}="",0,{base})'
    way = f"({actual}-{start})/({target}-{start})"
    known = f"AND(ISNUMBER({actual}),ISNUMBER({target}))"
    return f"IF({known},IF({target}={start},NA(),ROUND(MIN(1,MAX(0,{way})),9)+0),NA())"


def known(ref: Ref) -> str:
    """The weight where the progress is known."""
    return f"IF(ISNUMBER({ref('progress')}),{ref('weighs')},0)"


def part(ref: Ref, col: Ref) -> str:
    """What the line adds to its objective."""
    whole = f"SUMIFS({col('known')},{col('objective')},{ref('objective')})"
    share = f"{ref('weighs')}/{whole}*{ref('progress')}"
    return f"IF({ref('known')}>0,ROUND({share},9)+0,0)"


def grade(ref: Ref, col: Ref) -> str:
    """The grade of the line's objective; unknown below the coverage."""
    mine = f"{col('objective')},{ref('objective')}"
    covered, whole = (f"SUMIFS({col(code)},{mine})" for code in ("known", "weighs"))
    share = f"IF({covered}>0,ROUND({covered}/{whole},9),0)"
    return f"IF({share}>={MIN_COVERAGE:g},ROUND(SUMIFS({col('part')},{mine}),9)+0,NA())"


def status(ref: Ref, words: Callable[[str, str], str]) -> str:
    """Green from 0.7, amber from 0.4, red below; unknown is grey."""
    ok, warn, low, none = (
        '"' + words("status", code) + '"' for code in ("ok", "warn", "breach", "no_data")
    )
    reached = ref("grade")
    shown = f"IF({reached}>={GREEN:g},{ok},IF({reached}>={AMBER:g},{warn},{low}))"
    return f"IF(ISNUMBER({reached}),{shown},{none})"
