"""The sheet functions, listed once: names, arguments, help in Chinese and English.

From this list come the Office.js functions and their metadata, the Apps Script functions, the
UDFs of xlwings, the wrappers for LibreOffice and the reference in `docs/functions.md`. What a
local function computes stands in `sheet_calls`; the service answers the others.

Every argument takes a cell or a range. Ranges of one call have the same size, or one row or one
column of it, as in a sheet's own arithmetic; the answer has that size. An empty cell counts as an
argument that was left out, an error as unknown: no default stands in for it. Unknown answers are
#N/A with the reason, wrong arguments #VALUE! with a sentence.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kpi.model import Texts

PREFIX = "KPI_"
NAMESPACE = "KPI"  # of the Office.js names: KPI.SCORE is KPI_SCORE elsewhere


class Kind(StrEnum):
    """What an argument holds."""

    NUMBER = "number"
    TEXT = "text"
    WORD = "word"  # of a list in `sheet_words`, in either language, or its code
    DATE = "date"  # a day; a sheet gives its serial number
    COLUMN = "column"  # a whole column that belongs to one answer, not a value for each answer
    TABLE = "table"  # several columns of one answer


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a function."""

    name: str
    zh: str
    en: str
    kind: Kind = Kind.NUMBER
    optional: bool = False
    words: str = ""  # the list of a WORD
    spared: bool = False  # optional: an error counts as left out, some answers do without it

    @property
    def short(self) -> str:
        """Its Chinese name without what follows a semicolon or colon."""
        return self.zh.partition("；")[0].partition("：")[0]


@dataclass(frozen=True, slots=True)
class SheetFunction:
    """One function; `service` is one that only the service can answer."""

    code: str  # SCORE: KPI_SCORE, and KPI.SCORE in Office.js
    help: Texts
    gives: Texts  # what comes out, with its unit
    arguments: tuple[Argument, ...]
    service: bool = False
    longer: str = ""  # in Excel, where the code is too short: it takes names of three letters up

    @property
    def office_code(self) -> str:
        """The name within the namespace, and the id under which the add-in registers it."""
        return self.longer or self.code

    @property
    def name(self) -> str:
        """The name in Google Sheets, LibreOffice and xlwings."""
        return PREFIX + self.code

    @property
    def office_name(self) -> str:
        """The name that a person types in Excel with the add-in."""
        return f"{NAMESPACE}.{self.office_code}"

    @property
    def saved_name(self) -> str:
        """The name under which Excel stores the add-in's function in a file."""
        return f"_xldudf_{NAMESPACE}_{self.office_code}"


def _number(name: str, zh: str, en: str, *, optional: bool = False) -> Argument:
    return Argument(name, zh, en, optional=optional)


def _spared(name: str, zh: str, en: str) -> Argument:
    """An optional number that may be unknown where the answer does not ask for it."""
    return Argument(name, zh, en, optional=True, spared=True)


def _word(name: str, words: str, zh: str, en: str, *, optional: bool = False) -> Argument:
    return Argument(name, zh, en, Kind.WORD, optional, words)


def _day(name: str, zh: str, en: str) -> Argument:
    """The same of a day."""
    return Argument(name, zh, en, Kind.DATE, optional=True, spared=True)


_ACTUAL = _number("actual", "计分值", "the value that counts")
_DUE = _number("due", "应达值", "what is due by now")
_BETTER = _word(
    "better", "better", "方向：越高越好、越低越好、区间", "direction: higher, lower, band"
)
_PARAMS = tuple(
    _number(f"p{n}", f"计分参数 {n}", f"parameter {n} of the method", optional=True)
    for n in range(1, 5)
)
_PAY_PARAMS = tuple(_spared(one.name, one.zh, one.en) for one in _PARAMS)
_LANGUAGE = Argument(
    "language", "文字语言：zh 或 en", "language of words: zh or en", Kind.TEXT, True
)
_KPI = Argument("kpi", "指标编号或名称", "code or name of the KPI", Kind.TEXT)
_SCOPE = Argument(
    "scope", "范围：公司、区域、店铺、人员……", "scope: company, region, shop, person", Kind.TEXT
)
_PERIOD = Argument("period", "期间，例如 2026-10", "period, such as 2026-10", Kind.TEXT)
_CARD = tuple(
    argument
    for n in range(1, 4)
    for argument in (
        Argument(f"range{n}", f"条件列 {n}", f"column of condition {n}", Kind.COLUMN, True),
        Argument(f"value{n}", f"条件 {n} 的值", f"value of condition {n}", Kind.TEXT, True),
    )
)

FUNCTIONS: tuple[SheetFunction, ...] = (
    SheetFunction(
        "SCORE",
        {"zh": "一项指标的得分。", "en": "Points of one item."},
        {"zh": "得分，达标为 100", "en": "points, 100 on target"},
        (
            _ACTUAL,
            _DUE,
            _word("method", "method", "计分方法", "scoring method"),
            *_PARAMS,
            _number("cap", "封顶分；空为不封顶", "most points; empty: no cap", optional=True),
            _number("floor", "保底分；空为 0", "least points; empty: 0", optional=True),
            Argument(
                "table",
                "自定分档：两列，起与得分，首行起为空；另见 docs/methods.md",
                "own step table: two columns, from and points, the first from empty",
                Kind.TABLE,
                optional=True,
            ),
        ),
    ),
    SheetFunction(
        "ATTAIN",
        {"zh": "达成率。", "en": "How far the value reaches what is due."},
        {"zh": "比率，1 为达标", "en": "ratio, 1 is on target"},
        (
            _ACTUAL,
            _DUE,
            _BETTER,
            _word("method", "method", "计分方法", "scoring method", optional=True),
        ),
    ),
    SheetFunction(
        "STATUS",
        {"zh": "状态：正常、关注、突破、无数、过期。", "en": "OK, warn, breach, no data or stale."},
        {"zh": "带符号的文字", "en": "a word with its sign"},
        (
            _ACTUAL,
            _DUE,
            _BETTER,
            _spared("warn", "关注线", "warn limit"),
            _spared("breach", "突破线", "breach limit"),
            _word(
                "bound",
                "bound",
                "等于界限时是否算越线",
                "whether the limit itself counts",
                optional=True,
            ),
            _word(
                "basis",
                "due_basis",
                "应达方式：按日、按季节、目标值",
                "how due is made",
                optional=True,
            ),
            _word("state", "data_state", "数据状态", "state of the data", optional=True),
            _LANGUAGE,
            _spared("warn_low", "区间的关注下限", "lower warn limit of a band"),
            _spared("breach_low", "区间的突破下限", "lower breach limit of a band"),
        ),
    ),
    SheetFunction(
        "TOTAL",
        {
            "zh": "一张考核卡的总分：权重折算，覆盖率不足时不出分。",
            "en": "Total of a card: weights of known items; withheld when too little is covered.",
        },
        {"zh": "总分；part 可取 coverage（覆盖率）", "en": "points; or the coverage, by `part`"},
        (
            Argument("scores", "各项得分", "points of the items", Kind.COLUMN),
            Argument("weights", "各项权重", "weights of the items", Kind.COLUMN),
            Argument("states", "各项数据状态", "states of the items", Kind.COLUMN, True),
            Argument("missing", "各项缺数处理", "what a missing value does", Kind.COLUMN, True),
            _number("least", "最低覆盖率；空为 0.7", "least coverage; empty: 0.7", optional=True),
            *_CARD,
            Argument("part", "total 或 coverage；空为 total", "total or coverage", Kind.TEXT, True),
        ),
    ),
    SheetFunction(
        "GRADE",
        {
            "zh": "总分的等级；有一票否决时为最低。",
            "en": "Grade of a total; a veto gives the lowest.",
        },
        {"zh": "等级，默认 S、A、B、C、D", "en": "a grade; by default S, A, B, C or D"},
        (
            _number("total", "总分", "total"),
            _number("vetoes", "突破的否决项个数", "veto items in breach", optional=True),
            Argument(
                "grades",
                "两列：等级、起始分；空为默认等级",
                "two columns: grade, from points; empty: the default ladder",
                Kind.TABLE,
                optional=True,
            ),
        ),
    ),
    SheetFunction(
        "DUE",
        {
            "zh": "到目前应达多少：目标乘以应达比例，或按已过天数。",
            "en": "What is due by now: target times its due share, or by the days that are over.",
        },
        {"zh": "与目标同单位", "en": "in the unit of the target"},
        (
            _number("target", "期间目标", "target of the period"),
            _number(
                "share", "应达比例；空则按日期", "due share; empty: by the dates", optional=True
            ),
            _day("start", "期间首日", "first day of the period"),
            _day("end", "期间末日", "last day of the period"),
            _day("covered", "数据完整到哪一天", "last day with complete data"),
        ),
    ),
    SheetFunction(
        "TARGET",
        {
            "zh": "月目标在某一周的份额；各周相加等于月目标。",
            "en": "A week's part of a month's target; the weeks add up to the month.",
        },
        {"zh": "与目标同单位", "en": "in the unit of the target"},
        (
            _number("target", "月目标", "target of the month"),
            Argument("month", "该月任一天", "any day of the month", Kind.DATE),
            Argument("week", "该周任一天", "any day of the week", Kind.DATE),
            _number("decimals", "小数位；空为 2", "decimals; empty: 2", optional=True),
            Argument("factors", "该月每日权重；空为均分", "weights of the days", Kind.COLUMN, True),
            _number("week_start", "周起始：0 周一，6 周日", "0 Monday, 6 Sunday", optional=True),
        ),
    ),
    SheetFunction(
        "FX",
        {
            "zh": "按固定汇率换算金额；汇率为每单位货币的美元数。",
            "en": "An amount at fixed rates, in US dollars per unit of a currency.",
        },
        {"zh": "目标货币金额", "en": "money in the wanted currency"},
        (
            _number("amount", "金额", "amount"),
            Argument("given", "原货币，例如 EUR", "its currency, such as EUR", Kind.TEXT),
            Argument("wanted", "目标货币，例如 USD", "wanted currency", Kind.TEXT),
            Argument("rates", "两列：货币、美元汇率", "two columns: currency, dollars", Kind.TABLE),
        ),
        longer="EXCHANGE",
    ),
    SheetFunction(
        "BONUS",
        {
            "zh": "奖金：按规则、出勤、封顶与否决，只在最后取整一次。",
            "en": "Bonus by rule, attendance, cap and veto; rounded once, at the end.",
        },
        {"zh": "发薪货币金额", "en": "money in the currency of pay"},
        (
            _word("method", "pay_method", "发放方法", "payout method"),
            _number("total", "总分", "total"),
            _spared("coefficient", "等级系数", "coefficient of the grade"),
            _spared("base", "奖金基数", "bonus at full score"),
            _spared("amount", "计提额", "amount that a ladder pays on"),
            _spared("goal", "计提额目标", "target of that amount"),
            *_PAY_PARAMS,
            Argument(
                "ladder", "三列：起、止、比例", "three columns: from, to, rate", Kind.TABLE, True
            ),
            _number("attendance", "出勤比例；空为 1", "part of the period worked", optional=True),
            _number("cap", "最多几个基数；空为不限", "at most so many bases", optional=True),
            _number("vetoes", "否决项个数", "veto items in breach", optional=True),
            Argument("currency", "发薪货币", "currency of pay", Kind.TEXT, True),
            _spared("team", "团队分配的本人份额", "the person's part of a team"),
            Argument("rules", "阶梯各行所属规则", "rule of each ladder row", Kind.COLUMN, True),
            Argument("rule", "只用该规则的阶梯行", "use the rows of this rule", Kind.TEXT, True),
        ),
    ),
    SheetFunction(
        "ACTUAL",
        {"zh": "指标实际值，由服务回答。", "en": "Actual value of a KPI, from the service."},
        {"zh": "指标单位", "en": "in the KPI's unit"},
        (_KPI, _SCOPE, _PERIOD),
        service=True,
    ),
    SheetFunction(
        "WHY",
        {
            "zh": "最大的几项变动贡献，逐行列出。",
            "en": "The largest contributions to a KPI's change, a row each.",
        },
        {"zh": "两列：来源、贡献", "en": "two columns: part, contribution"},
        (_KPI, _SCOPE, _PERIOD, _number("top", "几行；空为 5", "rows; empty: 5", optional=True)),
        service=True,
    ),
    SheetFunction(
        "SOURCE",
        {
            "zh": "数值来源：数据至、抓取时间、数据流。",
            "en": "Where a value comes from: covered until, fetched at, stream.",
        },
        {"zh": "三列", "en": "three columns"},
        (_KPI, _SCOPE, _PERIOD),
        service=True,
    ),
    SheetFunction(
        "FORECAST",
        {
            "zh": "期末预测：中值、下限、上限。",
            "en": "Forecast to the end of the period: value, low, high.",
        },
        {"zh": "三列，指标单位", "en": "three columns, in the KPI's unit"},
        (_KPI, _SCOPE, _PERIOD),
        service=True,
    ),
)
BY_CODE = {one.code: one for one in FUNCTIONS}
_BY_ANY = BY_CODE | {one.office_code: one for one in FUNCTIONS}
LOCAL = tuple(one for one in FUNCTIONS if not one.service)


def function(name: str) -> SheetFunction:
    """A function by any of its names: SCORE, KPI_SCORE, KPI.SCORE, _xldudf_KPI_SCORE.

    Raises:
        KeyError: There is no such function.
    """
    return _BY_ANY[name.removeprefix("_xldudf_").replace(".", "_").removeprefix(PREFIX)]
