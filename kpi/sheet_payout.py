"""The arithmetic of a pay line as native formulas; the same steps as `kpi.payout`, in its order.

`ref` gives the cells of a row of tblPay, `rules` and `slices` whole columns of the rule tables,
`words(list, code)` what the book shows for a code. The formulas come without the leading = and
use functions that every program has; unknown is #N/A.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kpi.formula import SURELY_NUMBER, to_formula
from kpi.payout import DEFAULTS, NO_PARAMS, ON_AMOUNT, ON_BASE, WITHOUT_CENTS, PayMethod, PayState

Ref = Callable[[str], str]
Words = Callable[[str, str], str]

_NAMES = (
    *("total", "reached", "coefficient", "base", "attended", "net", "goal", "step1", "step2"),
    *("p1", "p2", "p3", "p4", "raw", "gross", "times"),
)
_KINDS = dict.fromkeys(_NAMES, SURELY_NUMBER)
_LOSS = dict.fromkeys(("amount", "loss"), SURELY_NUMBER)
RAW: Mapping[PayMethod, str] = {  # before R, of which `gross` is the only one
    PayMethod.COEF_BONUS: "base * coefficient",
    PayMethod.DIRECT: "base * total / 100",
    PayMethod.PAYOUT_CURVE: (
        "IF(reached < p1, 0, IF(reached > 1,"
        " MIN(p3 * base, base * (1 + (reached - 1) * p2)),"
        " MIN(p3, p4 + (reached - p1) / (1 - p1) * (1 - p4)) * base))"
    ),
    PayMethod.LADDER: "step1",
    PayMethod.LADDER_WHOLE: "MAX(net, 0) * step1",
    PayMethod.ACCELERATE: "step2 + R(p1 * p3 * MAX(0, net - step1))",
    PayMethod.COEF_COMMISSION: "MAX(0, net) * p1 * reached",
}
NEEDS: Mapping[PayMethod, tuple[str, ...]] = {
    PayMethod.COEF_BONUS: ("base", "coefficient"),
    PayMethod.DIRECT: ("base",),
    PayMethod.PAYOUT_CURVE: ("base",),
    PayMethod.LADDER: ("net", "step1"),
    PayMethod.LADDER_WHOLE: ("net", "step1"),
    PayMethod.ACCELERATE: ("net", "step2"),
    PayMethod.COEF_COMMISSION: ("net",),
}


def _quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'


def looked_up(ref: Ref, rules: Ref, code: str, key: str = "rule") -> str:
    """A cell of the line's rule; #N/A where there is no such rule."""
    return f"INDEX({rules(code)},MATCH({ref(key)},{rules(key)},0))"


def text_of_rule(ref: Ref, rules: Ref, code: str, key: str = "rule") -> str:
    """A text of the line's rule, empty without one."""
    return f'IFERROR({looked_up(ref, rules, code, key)}&"","")'


def parameter(ref: Ref, rules: Ref, words: Words, number: int) -> str:
    """A parameter of the rule, or the default of its method; #N/A where neither is."""
    typed = looked_up(ref, rules, f"p{number}")
    default = "NA()"
    for method in PayMethod:
        value = DEFAULTS.get(method, NO_PARAMS)[number - 1]
        if value is not None:
            default = f"IF({_is(ref, words, method)},{value:g},{default})"
    return f"IF(ISNUMBER({typed}),{typed},{default})"


def _is(ref: Ref, words: Words, method: PayMethod) -> str:
    return f"{ref('method')}={_quoted(words('pay_method', method))}"


def net(ref: Ref, rules: Ref, words: Words) -> str:
    """The amount that is paid on: less the loss that came in, where the rule carries losses."""
    here, used = ref("loss_in"), typed_or_kpi(ref, "amount")
    cells = {"amount": used, "loss": f'IF({here}="",0,{here})'}
    whole, less = (
        to_formula(text, cells.__getitem__, kinds=_LOSS, seal=False)
        for text in ("R(amount)", "R(amount - loss)")
    )
    chosen = f"IF({_carries(ref, rules, words)},{less},{whole})"
    return f"IF({_has(ref, 'amount')},{chosen},NA())"


def typed_or_kpi(ref: Ref, code: str) -> str:
    """The amount or goal that counts: what is typed, else what the rule's KPI gives."""
    return f"IF(ISNUMBER({ref(code)}),{ref(code)},{ref(f'kpi_{code}')})"


def _has(ref: Ref, code: str) -> str:
    return f"OR(ISNUMBER({ref(code)}),ISNUMBER({ref(f'kpi_{code}')}))"


def typed_mark(ref: Ref) -> str:
    """The sign of a figure that somebody typed in place of the KPI's."""
    typed = f"OR(ISNUMBER({ref('amount')}),ISNUMBER({ref('goal')}))"
    return f'IF(AND({ref("amount_from")}<>"",{typed}),"✎","")'


def loss_out(ref: Ref, rules: Ref, words: Words) -> str:
    """The loss that goes on; a pilot, or a rule that carries none, leaves it as it came."""
    here, pilot = ref("loss_in"), _state(ref, words, PayState.PILOT)
    kept = f'IF({here}="",0,{here})'
    carries = f"AND({_carries(ref, rules, words)},NOT({pilot}))"
    return f"IF({carries},IF(ISNUMBER({ref('net')}),MAX(0,-{ref('net')}),NA()),{kept})"


def _carries(ref: Ref, rules: Ref, words: Words) -> str:
    yes = _quoted(words("yes_no", "yes"))
    on_amount = _one_of(ref, words, ON_AMOUNT)
    return f"AND({text_of_rule(ref, rules, 'carry_loss')}={yes},{on_amount})"


def _one_of(ref: Ref, words: Words, methods: frozenset[PayMethod]) -> str:
    return f"OR({','.join(_is(ref, words, m) for m in PayMethod if m in methods)})"


def slices_part(ref: Ref, slices: Ref) -> str:
    """What the slices of a ladder give, each at its own rate and rounded, added up."""
    amount, start, end = ref("net"), slices("start"), slices("end")
    mine = f"({slices('slice_of')}={ref('rule')})*({amount}>{start})"
    whole = f'({end}<>"")*({amount}>={end})'
    inside = f"({whole}*({end}-{start})+(1-{whole})*({amount}-{start}))"
    part = f"{mine}*{inside}*{slices('rate')}"
    places = f"9-3*({part}>=1000)-3*({part}>=1000000)-2*({part}>=1000000000)"
    return f"SUMPRODUCT(ROUND({part},{places}))"


def slice_rate(ref: Ref, slices: Ref) -> str:
    """The rate of the slice that the amount reaches; slices are half-open."""
    amount, start, end = ref("net"), slices("start"), slices("end")
    mine = f"({slices('slice_of')}={ref('rule')})*({amount}>={start})"
    inside = f'(1-({end}<>"")*({amount}>={end}))'
    return f"SUMPRODUCT({mine}*{inside}*{slices('rate')})"


def step1(ref: Ref, words: Words, slices: Ref) -> str:
    """What a ladder's slices give or the rate that is reached; where an accelerator begins."""
    ladders = f"COUNTIFS({slices('slice_of')},{ref('rule')})>0"
    used = typed_or_kpi(ref, "goal")
    edge = _compiled("R(p2 * goal)", lambda name: used if name == "goal" else ref(name))
    known = _has(ref, "goal")
    chosen = f"IF(AND({_is(ref, words, PayMethod.ACCELERATE)},{known}),{edge},NA())"
    for method, made in (
        (PayMethod.LADDER_WHOLE, slice_rate(ref, slices)),
        (PayMethod.LADDER, slices_part(ref, slices)),
    ):
        chosen = f"IF({_is(ref, words, method)},IF({ladders},{made},NA()),{chosen})"
    return f"IF(ISNUMBER({ref('net')}),IFERROR({chosen},NA()),NA())"


def step2(ref: Ref, words: Words) -> str:
    """What an accelerator gives up to its edge."""
    tests = [_is(ref, words, PayMethod.ACCELERATE)]
    tests += [f"ISNUMBER({ref(name)})" for name in ("step1", "p1")]
    made = _compiled("R(p1 * MIN(MAX(net, 0), step1))", ref)
    return f"IF(AND({','.join(tests)}),{made},NA())"


def raw(ref: Ref, words: Words) -> str:
    """What the rule gives, by its method, before it is rounded; unknown without a total."""
    reached = f"ROUND({ref('total')}/100,9)"
    chosen = f"IF({_is(ref, words, PayMethod.TEAM_SPLIT)},{ref('team')},NA())"
    for method, text in RAW.items():
        tests = ",".join(f"ISNUMBER({ref(name)})" for name in NEEDS[method])
        made = _compiled(text, lambda name: reached if name == "reached" else ref(name))
        chosen = f"IF({_is(ref, words, method)},IF(AND({tests}),{made},NA()),{chosen})"
    return f"IF(ISNUMBER({ref('total')}),IFERROR({chosen},NA()),NA())"


def gross(ref: Ref) -> str:
    """What the rule gives, rounded as every step is."""
    return f"IF(ISNUMBER({ref('raw')}),{_compiled('R(raw)', ref)},NA())"


def _compiled(text: str, ref: Ref) -> str:
    """A text over cells that surely hold numbers."""
    return to_formula(text, ref, kinds=_KINDS, seal=False)


def prorated(ref: Ref, words: Words) -> str:
    """Times attendance, which is 1 where nothing is typed; a team's parts know the days."""
    here = ref("attendance")
    cells = {"gross": ref("gross"), "attended": f'IF({here}="",1,{here})'}
    made = _compiled("R(gross * attended)", cells.__getitem__)
    team = _is(ref, words, PayMethod.TEAM_SPLIT)
    bad = f'AND({here}<>"",OR({here}<0,{here}>1))'
    return f"IF({bad},NA(),IF({team},{ref('gross')},{made}))"


def cap(ref: Ref, rules: Ref) -> str:
    """The most that the line gives, in money; empty without a cap."""
    typed = looked_up(ref, rules, "cap")
    cells = {"base": ref("base"), "times": typed}
    made = _compiled("R(base * times)", cells.__getitem__)
    return f'IF(ISNUMBER({typed}),IF(ISNUMBER({ref("base")}),{made},NA()),"")'


def _decimals(ref: Ref) -> str:
    tests = ",".join(f"{ref('currency')}={_quoted(code)}" for code in sorted(WITHOUT_CENTS))
    return f"IF(OR({tests}),0,2)"


def earned(ref: Ref, rules: Ref, words: Words) -> str:
    """Within the cap, nothing after a veto; the one rounding to minor units."""
    limit, whole = ref("cap"), ref("prorated")
    capped = f"IF(ISNUMBER({limit}),MIN({limit},{whole}),{whole})"
    rounded = f"ROUND({capped},{_decimals(ref)})+0"
    known = f"AND(ISNUMBER({whole}),NOT(ISNA({limit})))"
    return f"IF({known},IF({_vetoed(ref, rules, words)},0,{rounded}),NA())"


def counted_vetoes(ref: Ref, rules: Ref, words: Words) -> str:
    """How many vetoes take the bonus: those under any rule, and the others where it says so."""
    no = _quoted(words("yes_no", "no"))
    by_rule = f"IF({text_of_rule(ref, rules, 'veto_zero')}={no},0,{ref('vetoes')})"
    return f"{by_rule}+{ref('forfeits')}"


def _vetoed(ref: Ref, rules: Ref, words: Words) -> str:
    return f"{counted_vetoes(ref, rules, words)}>0"


def payable(ref: Ref, words: Words) -> str:
    """What was paid, where it was; else earned, rewards and true-up, once the score is final."""
    final = _quoted(words("pay_state", PayState.FINAL))
    summed = f"MAX(0,ROUND({_sum(ref)},{_decimals(ref)})+0)"
    open_line = f"IF({ref('state')}<>{final},0,IF(ISNUMBER({ref('earned')}),{summed},NA()))"
    return f"IF(ISNUMBER({ref('paid')}),{ref('paid')},{open_line})"


def _sum(ref: Ref) -> str:
    return f"{ref('earned')}+{ref('rewards')}+{ref('true_up')}"


def reason(ref: Ref, rules: Ref, words: Words) -> str:
    """The first thing a reader must know about the line."""

    def said(code: str) -> str:
        return _quoted(words("pay_reason", code))

    on_base, on_amount = (_one_of(ref, words, some) for some in (ON_BASE, ON_AMOUNT))
    with_base = f"OR({on_base},ISNUMBER({looked_up(ref, rules, 'cap')}))"
    unknown = (
        f"IF(NOT(ISNUMBER({ref('total')})),{said('no_total')},"
        f"IF(AND(NOT(ISNUMBER({ref('base')})),{with_base}),{said('no_base')},"
        f"IF(AND(NOT({_has(ref, 'amount')}),{on_amount}),{said('no_amount')},"
        f"IF(AND({_carries(ref, rules, words)},ISNA({ref('loss_in')})),{said('loss_open')},"
        f"{said('incomplete')}))))"
    )
    states = f"IF({_state(ref, words, PayState.PILOT)},{said('pilot')},{_final(ref, rules, words)})"
    states = f"IF({_state(ref, words, PayState.PROVISIONAL)},{said('provisional')},{states})"
    known = f"IF(ISNUMBER({ref('earned')}),{states},{unknown})"
    return f'IF({ref("method")}="",{said("no_rule")},{known})'


def _state(ref: Ref, words: Words, state: PayState) -> str:
    return f"{ref('state')}={_quoted(words('pay_state', state))}"


def _final(ref: Ref, rules: Ref, words: Words) -> str:
    carried, veto, capped = (
        _quoted(words("pay_reason", code)) for code in ("carried", "veto", "capped")
    )
    over = f'IF(ISNUMBER({ref("cap")}),IF({ref("prorated")}>{ref("cap")},{capped},""),"")'
    below = f"ROUND({_sum(ref)},2)<0"
    return f"IF({below},{carried},IF({_vetoed(ref, rules, words)},{veto},{over}))"


# --- rewards and penalties ----------------------------------------------------------------------


def reward_raw(ref: Ref, rules: Ref) -> str:
    """What an approved application would give before the cap; unapproved, nothing."""
    value = looked_up(ref, rules, "value", "reward")
    times = f'IF({ref("times")}="",1,{ref("times")})'
    return f'IF({ref("approved_by")}="",0,IFERROR(ROUND({times}*{value},6)+0,0))'


def reward_counted(ref: Ref, col: Ref, rules: Ref) -> str:
    """What counts of it: within the cap of its rule, person and period, in order of numbers."""
    typed = looked_up(ref, rules, "cap", "reward")
    same = ",".join(f"{col(code)},{ref(code)}" for code in ("month", "person", "reward"))
    before = f'ROUND(SUMIFS({col("raw")},{same},{col("no")},"<"&{ref("no")}),6)'
    after = f"ROUND({before}+{ref('raw')},6)"
    within = [f"MAX(-{typed},MIN({typed},{part}))" for part in (after, before)]
    return f"IF(ISNUMBER({typed}),ROUND({within[0]}-{within[1]},2)+0,ROUND({ref('raw')},2)+0)"


def counts_in(ref: Ref, pay: Ref, periods: str, quarters: str, words: Words) -> str:
    """The period in whose pay an application counts: its own, or the quarter of its month.

    Points count in an entry of Points, which is named once they are approved.
    `periods` and `quarters` are the list of periods and the quarter that each lies in.
    """
    mine = f"COUNTIFS({pay('month')},{ref('month')},{pay('person')},{ref('person')})>0"
    quarter = f"IFERROR(INDEX({quarters},MATCH({ref('month')},{periods},0)),{ref('month')})"
    entry = f'IF({ref("approved_by")}="",{ref("month")},"R-"&{ref("month")}&"-"&{ref("no")})'
    points = _quoted(words("reward_effect", "points"))
    money = f"IF({mine},{ref('month')},{quarter})"
    return f"IF({ref('effect')}={points},{entry},{money})"


def rewards(ref: Ref, applied: Ref, words: Words) -> str:
    """Rewards and penalties in money of a person's period."""
    money = _quoted(words("reward_effect", "money"))
    tests = (
        f"{applied('counts_in')},{ref('month')},{applied('person')},{ref('person')},"
        f"{applied('effect')},{money}"
    )
    return f"ROUND(SUMIFS({applied('counted')},{tests}),2)+0"
