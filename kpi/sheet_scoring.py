"""The scoring of a workbook as native formulas, compiled from the same texts that Python runs.

Each function takes `ref(column) -> cell` of the same row and, where it adds up, `col(column) ->
range`; `words(list, code) -> word` says what the book shows for a code (methods, directions,
status). The formulas come without the leading = and use functions every program has. A row of
tblScore scores `counted`; parameters, cap and limits that are not there are empty cells, unknown
values are #N/A.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from kpi.formula import SURELY_NUMBER, SURELY_TEXT, to_formula
from kpi.methods import CLAMPED, METHODS, PARAMETERS, raw_text
from kpi.missing import Policy
from kpi.model import Better, Status
from kpi.scoring import ATTAINMENT, LIMIT, coefficient_text, grade_text, status_text
from kpi.step_table import POINTS, STEP_NAMES, STEP_RAW
from kpi.typed_rows import Bound, VetoEffect

Ref = Callable[[str], str]
Words = Callable[[str, str], str]

PACED = {"linear": ("按日", "Linear"), "seasonal": ("按季节", "Seasonal")}
NOT_PACED = {"target": ("目标值", "Target")}
DUE_BASIS: Mapping[str, tuple[str, str]] = {**PACED, **NOT_PACED}
"""What column `target_basis` holds, code to (zh, en): how Due comes from Target. The word of
either language or the code is read; anything paced means that warn and breach are parts of what
is due."""

CARD = ("month", "person", "region")
_NUMBERS = (
    *("warn_low", "breach_low"),
    *("actual", "target", "due", "warn", "breach", "cap", "floor", "share", "score", "usable"),
    *(
        "due_share",
        "raw",
        "sign",
        "inverse",
        "worse",
        "around",
        "inclusive",
        "paced",
        "total",
        "vetoes",
    ),
    *PARAMETERS,
    *STEP_NAMES,
)
_KINDS = {**dict.fromkeys(_NUMBERS, SURELY_NUMBER), "grade": SURELY_TEXT}
_DUE = "IF(AND(ISKNOWN(target), ISKNOWN(due_share)), R(target * due_share))"
_ATTAINED = f"IF(AND(ISKNOWN(actual), ISKNOWN(target)), {ATTAINMENT})"
_POINTS = "IF(usable > 0, R(share * score / 100), 0)"


def _quoted(word: str) -> str:
    """A word inside a formula."""
    return '"' + word.replace('"', '""') + '"'


def _compiled(text: str, cells: Ref, *, seal: bool = True) -> str:
    """A text as a formula over cells that hold numbers, #N/A, or nothing where it asks."""
    return to_formula(text, cells, kinds=_KINDS, seal=seal)


# --- one item -----------------------------------------------------------------------------------


def due(ref: Ref) -> str:
    """What is due by now: the part of the target, as an R value."""
    return _compiled(_DUE, ref)


def attainment(ref: Ref, words: Words) -> str:
    """How far the counted value reaches what is due."""
    special = {
        "actual": ref("counted"),
        "target": ref("due"),
        "sign": f"IF({_is(ref('better'), words, 'better', Better.LOWER)},-1,1)",
        "inverse": f"IF({_is_method(ref, words, 'ratio_down')},1,0)",
    }
    return _compiled(_ATTAINED, special.__getitem__)


def score(ref: Ref, words: Words, methods: Sequence[str] = tuple(METHODS)) -> str:
    """The points of an item by its own method, or #N/A."""
    cells = {"actual": ref("counted"), "target": ref("due")}
    return _by_method(ref, words, methods, cells)


def _by_method(ref: Ref, words: Words, methods: Sequence[str], cells: Mapping[str, str]) -> str:
    """The row's own step table, else the text of its method; then floor and cap, once for all."""

    def cell(name: str) -> str:
        return cells.get(name) or ref(name)

    raw = "NA()"
    for code in reversed(methods):
        points = _compiled(raw_text(code), cell, seal=False)
        raw = f"IF({_is_method(ref, words, code)},{points},{raw})"
    if has_steps(ref):
        steps = _compiled(STEP_RAW, cell, seal=False)
        raw = f"IF(ISNUMBER({ref(POINTS[0])}),{steps},{raw})"
    inner = {"raw": raw}
    made = _compiled(CLAMPED, lambda name: inner.get(name) or cell(name), seal=False)
    return f"IF(ISNUMBER({cells['actual']}),IFERROR({made}+0,NA()),NA())"


def has_steps(ref: Ref) -> bool:
    """Whether a table has the columns of a step table; a workbook of before them has not."""
    try:
        ref(POINTS[0])
    except KeyError:
        return False
    return True


def _is_method(ref: Ref, words: Words, code: str) -> str:
    """Whether the row is scored by a method."""
    return _is(ref("method"), words, "method", code)


def _is(cell: str, words: Words, name: str, code: str) -> str:
    """Whether a cell holds a code, or the word that the book shows for it."""
    tests = [f"{cell}={_quoted(text)}" for text in dict.fromkeys((code, words(name, code)))]
    return tests[0] if len(tests) == 1 else f"OR({','.join(tests)})"


def usable(ref: Ref, words: Words) -> str:
    """The weight if it can be scored, else 0."""
    outside = _quoted(words("data_state", "not_applicable"))
    applies = f"AND(ISNUMBER({ref('score')}),{ref('weight')}>0,{ref('data_state')}<>{outside})"
    return f"IF({applies},ROUND({ref('weight')},9)+0,0)"


def relative_weight(weight: str, whole: str) -> str:
    """A relative weight as points of 100; nothing of a card without any."""
    full = f"ROUND({whole},9)"
    return f"IF({full}>0,ROUND({weight}/{full}*100,9)+0,0)"


def share(ref: Ref, col: Ref) -> str:
    """The usable weight as a part of 100 of its card."""
    whole = f"ROUND(SUMIFS({col('usable')},{same_card(ref, col)}),9)"
    return f"IF({ref('usable')}>0,ROUND({ref('usable')}/{whole}*100,9)+0,0)"


def same_card(ref: Ref, col: Ref) -> str:
    """The conditions of SUMIFS that pick the rows of the same card."""
    return ",".join(f"{col(code)},{ref(code)}" for code in CARD)


def points(ref: Ref) -> str:
    """What the item adds to the total."""
    return _compiled(_POINTS, ref, seal=False)


def status(ref: Ref, words: Words, *, sides: bool = True) -> str:
    """Sign and word of the colour; grey when the value is unknown.

    Without `sides` it reads no lower limits: the table has no such columns.
    """
    shown = {one: words("status", one.value) for one in Status}
    special = {
        "actual": ref("counted"),
        "worse": f"IF({_is(ref('better'), words, 'better', Better.HIGHER)},-1,1)",
        "around": f"IF({_is(ref('better'), words, 'better', Better.BAND)},1,0)",
        "inclusive": f"IF({_is(ref('bound'), words, 'bound', Bound.INCLUSIVE)},1,0)",
        "paced": _paced(ref),
    }
    colour = _compiled(status_text(shown, sides=sides), lambda name: special.get(name) or ref(name))
    return f"IF(ISNUMBER({ref('counted')}),{colour},{_quoted(shown[Status.NO_DATA])})"


def _paced(ref: Ref) -> str:
    """1 when warn and breach are parts of what is due."""
    cell = ref("target_basis")
    spelled = [text for code, both in PACED.items() for text in (code, *both)]
    unlike = {text.casefold(): text for text in spelled}.values()  # = looks at no capitals
    return f"IF(OR({','.join(f'{cell}={_quoted(text)}' for text in unlike)}),1,0)"


def tried(ref: Ref, what: str) -> str:
    """The value to try: a person's own, else that of an unpublished change, else nothing."""
    own, pending = ref(f"try_{what}"), ref(f"pending_{what}")
    return f'IF(ISNUMBER({own}),{own},IF(ISNUMBER({pending}),{pending},""))'


def try_score(ref: Ref, words: Words, methods: Sequence[str] = tuple(METHODS)) -> str:
    """The score with the what-if target; without one, the score."""
    due_then = f"ROUND({ref('tried_target')}*{ref('due_share')},6)"
    new = _by_method(ref, words, methods, {"actual": ref("counted"), "target": due_then})
    return f"IF(ISNUMBER({ref('tried_target')}),{new},{ref('score')})"


def try_points(ref: Ref, col: Ref) -> str:
    """The points with the what-if score and the what-if weights of the whole card."""
    card, weight = same_card(ref, col), col("tried_weight")
    own = f"IF(ISNUMBER({ref('tried_weight')}),{ref('tried_weight')},{ref('usable')})"
    kept = f'SUMIFS({col("usable")},{card})-SUMIFS({col("usable")},{card},{weight},">=0")'
    whole = f'ROUND({kept}+SUMIFS({weight},{card},{col("usable")},">0"),9)'
    new = f"ROUND(ROUND({own}/{whole}*100,9)*{ref('try_score')}/100,9)+0"
    return f"IF(AND({ref('usable')}>0,ISNUMBER({ref('try_score')})),IFERROR({new},0),0)"


def item_formulas(
    ref: Ref, col: Ref, words: Words, methods: Sequence[str] = tuple(METHODS)
) -> dict[str, str]:
    """Every formula column of a row of tblScore."""
    return {
        "due": due(ref),
        "attainment": attainment(ref, words),
        "score": score(ref, words, methods),
        "usable": usable(ref, words),
        "share": share(ref, col),
        "points": points(ref),
        "status": status(ref, words),
        "tried_target": tried(ref, "target"),
        "tried_weight": tried(ref, "weight"),
        "try_score": try_score(ref, words, methods),
        "try_points": try_points(ref, col),
    }


# --- cards and people ---------------------------------------------------------------------------


def card_tests(col: Ref, month: str, person: str, region: str) -> str:
    """The conditions that pick a card; each argument is a cell or a quoted text."""
    return f"{col('month')},{month},{col('person')},{person},{col('region')},{region}"


def card_coverage(col: Ref, words: Words, tests: str) -> str:
    """Which part of a card's weight could be scored; #N/A for a card without weight."""
    outside = f"{col('data_state')},{_quoted(words('data_state', 'not_applicable'))}"
    weight = f"SUMIFS({col('weight')},{tests})"
    full = f"ROUND({weight}-SUMIFS({col('weight')},{tests},{outside}),9)"
    known = f"ROUND(SUMIFS({col('usable')},{tests}),9)"
    return f"IF({full}>0,ROUND({known}/{full},9)+0,NA())"


def card_blocked(col: Ref, words: Words, tests: str) -> str:
    """How many items have no score and a policy that then allows no total."""
    outside = _quoted("<>" + words("data_state", "not_applicable"))
    unscored = f'{col("weight")},">0",{col("usable")},0,{col("data_state")},{outside}'
    shown = words("missing", Policy.BLOCK)
    spelled = {text.casefold(): text for text in (Policy.BLOCK.value, shown)}.values()
    counts = (f"COUNTIFS({tests},{col('missing')},{_quoted(text)},{unscored})" for text in spelled)
    return "+".join(counts)


def card_total(col: Ref, words: Words, tests: str, min_coverage: str) -> str:
    """The sum of a card's points, withheld (#N/A) below the coverage or by a blocking item."""
    total = f"SUMIFS({col('points')},{tests})"
    covered = card_coverage(col, words, tests)
    summed = f"ROUND({total},IF({total}<1000,9,6))+0"
    scored = f"SUMIFS({col('usable')},{tests})>0"
    blocked = card_blocked(col, words, tests)
    return f"IF(AND({covered}>={min_coverage},{scored},{blocked}=0),{summed},NA())"


def card_by_hand(col: Ref, words: Words, tests: str) -> str:
    """Which part of a card was typed by hand, as a fraction of its shares."""
    typed = f"{col('data_state')},{_quoted(words('data_state', 'manual') + '*')}"
    return f"ROUND(SUMIFS({col('share')},{tests},{typed})/100,9)"


def person_points(applied: str, month_column: str, month: str, people: str, person: str) -> str:
    """What counts of the points given by hand; `applied` is the range after the caps."""
    return f"ROUND(SUMIFS({applied},{month_column},{month},{people},{person}),9)+0"


def person_total(
    us: str,
    eu: str,
    us_share: str,
    extra: str,
    zeros: str = "0",
    limit: str = f"{LIMIT[1]:g}",
    drop_below: str = "",
) -> str:
    """Both regions by their shares plus the points, within the limits of a total.

    A region with a share must be known; one without is not looked at, so its cell may be empty.
    `zeros` counts veto items in breach that leave nothing of it, `limit` is the highest total. An
    empty share is unknown, not 0: the EU card is no whole of two. An unknown region with a share
    below `drop_below` is left out, where that cell holds a number.
    """
    rest = f"ROUND(1-{us_share},9)"
    both = _all_regions(us, eu, us_share, rest)
    if drop_below:
        both = f"IF(ISNUMBER({drop_below}),{_known_regions(us, eu, us_share, drop_below)},{both})"
    summed = f"ROUND(ROUND({both},9)+{extra},9)"
    within = f"MIN({limit},MAX({LIMIT[0]:g},{summed}))+0"
    return f"IF(ISNUMBER({us_share}),IFERROR({_unless(zeros, within)},NA()),NA())"


def _all_regions(us: str, eu: str, us_share: str, rest: str) -> str:
    parts = ((us_share, us), (rest, eu))
    return "+".join(f"IF({share}>0,ROUND({share}*{total},9),0)" for share, total in parts)


def _known_regions(us: str, eu: str, us_share: str, drop_below: str) -> str:
    """The regions that are known, or too large to do without, as parts of what these add up to."""
    shares = [
        f"IF(AND(NOT(ISNUMBER({total})),{share}<{drop_below}),0,{share})"
        for share, total in ((us_share, us), (f"ROUND(1-{us_share},9)", eu))
    ]
    whole = f"ROUND({shares[0]}+{shares[1]},9)"
    return "+".join(
        f"IF({share}>0,ROUND({share}*{total}/{whole},9),0)"
        for share, total in zip(shares, (us, eu), strict=True)
    )


def _unless(zeros: str, within: str) -> str:
    """Nothing of a total once a veto leaves nothing."""
    return within if zeros == "0" else f"({within})*({zeros}=0)"


def team_total(share: str, team: str, people: str, totals: str) -> str:
    """The total of a person's team by its line; empty without a share, unknown without a line."""
    found = f"IFERROR(INDEX({totals},MATCH({team},{people},0)),NA())"
    return f'IF(AND(ISNUMBER({share}),{share}>0),{found},"")'


def with_team(
    own: str, team: str, share: str, zeros: str = "0", limit: str = f"{LIMIT[1]:g}"
) -> str:
    """A person's own total with the share of the team's; a part that has a share must be known."""
    rest = f"ROUND(1-{share},9)"
    both = f"ROUND({share}*{team},9)+IF({rest}>0,ROUND({rest}*{own},9),0)"
    within = f"MIN({limit},MAX({LIMIT[0]:g},ROUND({both},9)))+0"
    joined = f"IFERROR({_unless(zeros, within)},NA())"
    return f"IF(ISNUMBER({share}),IF({share}>0,{joined},{own}),{own})"


def veto_count(
    col: Ref, words: Words, month: str, person: str, effect: VetoEffect = VetoEffect.GRADE_CAP
) -> str:
    """How many of a person's veto items of an effect are in breach."""
    word, breach = words("veto", effect), words("status", Status.BREACH.value)
    who = f"{col('month')},{month},{col('person')},{person}"
    return f"COUNTIFS({who},{col('veto')},{_quoted(word)},{col('status')},{_quoted(breach)})"


def vetoes_unchecked(col: Ref, words: Words, month: str, person: str) -> str:
    """How many of a person's veto items have no value, so that nobody knows."""
    no, unknown = words("veto", "no"), words("status", Status.NO_DATA.value)
    outside = _quoted("<>" + words("data_state", "not_applicable"))
    who = f"{col('month')},{month},{col('person')},{person}"
    gates = f"{col('veto')},{_quoted('<>' + no)},{col('data_state')},{outside}"
    return f"COUNTIFS({who},{gates},{col('status')},{_quoted(unknown)})"


def grade(total: str, vetoes: str, table: Ref | None = None) -> str:
    """The grade of a total; the lowest when a veto holds; #N/A for an unknown total.

    `table` gives the columns of tblGrade, the lowest line first; without it the default ladder
    stands in the formula.
    """
    if table is None:
        cells = {"total": total, "vetoes": vetoes}
        formula = _compiled(grade_text(), cells.__getitem__)
        return f"IF(ISNUMBER({total}),{formula},NA())"
    names, starts = table("grade"), table("start")
    lowest = f"INDEX({names},1)"
    low = f"OR({vetoes}>0,{total}<INDEX({starts},1))"
    found = f"IF({low},{lowest},INDEX({names},MATCH({total},{starts},1)))"
    return f"IF(ISNUMBER({total}),{found},NA())"


def coefficient(cell: str, table: Ref | None = None) -> str:
    """The coefficient of a grade, by tblGrade where there is one; #N/A without a grade."""
    if table is None:
        chosen = to_formula(coefficient_text(), lambda _: cell, kinds=_KINDS)
    else:
        chosen = f"INDEX({table('coefficient')},MATCH({cell},{table('grade')},0))"
    return f"IF(ISNA({cell}),NA(),{chosen})"
