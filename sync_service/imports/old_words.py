"""What the headers of old KPI workbooks mean: everyday words in Chinese and English."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from sheet_templates import words

MEANINGS: Mapping[str, tuple[str, ...]] = {
    "code": ("工号", "编号", "员工编号", "人员", "person", "code", "employee id", "id"),
    "person": ("姓名", "员工", "员工姓名", "名字", "被考核人", "name", "employee", "full name"),
    "department": ("部门", "department", "dept", "team"),
    "role": ("岗位", "职位", "职务", "角色", "role", "position", "job", "job title"),
    "manager": ("上级", "直属上级", "主管", "manager", "supervisor", "reports to"),
    "start": ("入职", "入职日期", "入职时间", "start", "start date", "hired"),
    "region": ("区域", "地区", "站点区域", "region"),
    "shop": ("店铺", "店铺名称", "账号", "店铺账号", "shop", "store", "account"),
    "market": ("站点", "国家", "市场", "国家站点", "market", "marketplace", "country", "site"),
    "platform": ("平台", "销售平台", "platform", "channel"),
    "category": ("类目", "品类", "产品线", "产品类目", "category", "product line"),
    "metric": ("指标", "考核指标", "考核项", "考核项目", "kpi", "metric", "indicator", "measure"),
    "weight": ("权重", "占比", "比重", "权重分", "标准分", "满分", "weight", "weighting"),
    "target": ("目标", "目标值", "月度目标", "季度目标", "周目标", "target", "goal", "plan"),
    "annual": ("年度目标", "全年目标", "年目标", "annual target", "year target", "full year"),
    "actual": ("实际", "实际值", "完成", "完成值", "actual", "result", "achieved"),
    "score": ("得分", "评分", "分数", "总分", "最终得分", "绩效得分", "score", "points", "rating"),
    "grade": ("等级", "绩效等级", "考核等级", "评级", "grade", "level", "band"),
    "month": (
        *("月份", "考核月", "考核月份", "月", "季度", "周", "周次", "期间", "周期", "考核周期"),
        *("month", "quarter", "week", "period"),
    ),
    "add": ("加分", "加分项", "奖励分", "added points", "bonus points", "additions"),
    "deduct": ("扣分", "减分", "扣分项", "减分项", "deducted points", "deductions"),
    "signed": ("加减分", "奖惩分", "加扣分", "plus/minus", "points +/-"),
    "reason": ("原因", "事由", "事项", "加减分原因", "reason", "event"),
    "kind": ("加减分类型", "奖惩类型", "类型", "kind", "type"),
    "each": ("每次分值", "单次分值", "每次加分", "points each"),
    "each_off": ("每次扣分", "单次扣分", "deducted each"),
    "cap": ("封顶", "每月封顶", "上限", "cap"),
}
SCOPED = ("shop", "category", "market", "platform")  # columns that say whose a target is, in order
TOTALS = ("合计", "总计", "小计", "平均", "汇总", "total", "sum", "subtotal", "average")
_ROLES = (  # a part of a job's title -> role; the first that is there decides
    (("广告", "投放", "advert", "ppc"), "advertising"),
    (("采购", "供应链", "purchas", "supply", "buyer"), "purchasing"),
    (("客服", "customer", "support"), "customer_service"),
    (("合规", "complian"), "compliance"),
    (("代运营", "agency"), "agency"),
    (("主管", "店长", "经理", "supervisor", "lead", "head"), "supervisor"),
    (("新人", "实习", "newcomer", "trainee", "intern"), "newcomer"),
    (("运营", "operat", "listing"), "operations"),
)
KPIS: Mapping[str, str] = {  # beside the catalogue's own names
    "销售额": "net_sales",
    "销售": "net_sales",
    "sales": "net_sales",
    "revenue": "net_sales",
    "利润": "contribution_profit",
    "毛利": "contribution_profit",
    "profit": "contribution_profit",
    "利润率": "contribution_margin",
    "广告占比": "tacos",
    "退货": "return_rate",
    "returns": "return_rate",
    "差评率": "negative_review_rate",
    "转化率": "unit_session_rate",
    "conversion": "unit_session_rate",
    "周转天数": "inventory_turnover_days",
    "库存周转": "inventory_turnover_days",
    "上新": "new_listings",
    "上新数": "new_listings",
    "订单量": "orders",
    "orders": "orders",
    "销量": "units_sold",
    "units": "units_sold",
}
_UNIT = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_FACTORS = (("百万", 1e6), ("万", 1e4), ("千", 1e3), ("%", 0.01), ("k", 1e3), ("m", 1e6))
_MONTH_ZH = re.compile(r"(?:(20\d\d)[年./-]?)?(?<!\d)(1[0-2]|0?[1-9])月(?:份)?")
_MONTH_ISO = re.compile(r"(20\d\d)[./年-](1[0-2]|0?[1-9])(?!\d)")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september"),
    *("october", "november", "december"),
)
_SHORT = "|".join(rf"{name[:3]}(?:t?\b|{name[3:]}\b)" for name in _MONTHS)
_MONTH_EN = re.compile(rf"\b({_SHORT})\.?(?:[ -]*(20\d\d))?")
_DIGITS = {sign: number for number, sign in enumerate("一二三四", 1)}
_QUARTERS = (
    re.compile(r"(?:(20\d\d)[ ./年-]*)?第?\s*([1-4一二三四])\s*季度?"),
    re.compile(r"(?:(20\d\d)[ ./年-]*)?(?<![a-z])q([1-4])(?!\d)"),
)
_WEEKS = (
    re.compile(r"(?:(20\d\d)[ ./年-]*)?第\s*([1-9一二三四五六]|[1-4]\d|5[0-3])\s*周"),
    re.compile(
        r"(?:(20\d\d)[ ./年-]*)?(?<![a-z])(?:kw|w|wk|week)[ .]*0?([1-9]|[1-4]\d|5[0-3])(?!\d)"
    ),
)
_GRADE = re.compile(
    r"[a-es][+-]?(?:级|等|档)?|(?:level|等级|级别|l)\s*[1-9]|[1-9一二三四五]\s*(?:级|档|等)"
)
GRADE_WORDS = (
    *("卓越", "优秀", "优", "良好", "良", "合格", "称职", "达标", "中", "及格", "待改进", "需改进"),
    *("不合格", "不称职", "不达标", "差", "excellent", "good", "fair", "poor", "outstanding"),
    *("exceeds expectations", "meets expectations", "below expectations", "needs improvement"),
)
COUNTRIES: Mapping[str, str] = {  # names of the markets of the word list
    "美国": "US",
    "usa": "US",
    "united states": "US",
    "德国": "DE",
    "germany": "DE",
    "法国": "FR",
    "france": "FR",
    "意大利": "IT",
    "italy": "IT",
    "西班牙": "ES",
    "spain": "ES",
    "荷兰": "NL",
    "netherlands": "NL",
    "比利时": "BE",
    "belgium": "BE",
    "波兰": "PL",
    "poland": "PL",
    "瑞典": "SE",
    "sweden": "SE",
    "爱尔兰": "IE",
    "ireland": "IE",
    "英国": "UK",
    "united kingdom": "UK",
    "gb": "UK",
}
_YEAR = re.compile(r"(20\d\d)")


def bare(text: object) -> str:
    """Lower case, half-width, without units in brackets, blanks once."""
    half = unicodedata.normalize("NFKC", str(text)).casefold()
    return " ".join(_UNIT.sub(" ", half).replace("*", " ").split()).strip(" :")


def meaning(text: object) -> str | None:
    """The code of `MEANINGS` that a header names."""
    wanted = (bare(text), without_month(text))
    return next((c for c, known in MEANINGS.items() if any(w in known for w in wanted)), None)


def without_month(text: object) -> str:
    """What a header says beside its period: `2025年11月 得分` and `Q1 得分` are 得分."""
    told = bare(text)
    for pattern in (*_QUARTERS, *_WEEKS, _MONTH_ZH, _MONTH_ISO, _MONTH_EN):
        told = pattern.sub(" ", told)
    return " ".join(told.split()).strip(" -_:的")


def factor(text: object) -> float:
    """By what a header's unit multiplies: 万 is 10,000, % a hundredth; 1 without one."""
    half = unicodedata.normalize("NFKC", str(text)).casefold()
    told = " ".join(_UNIT.findall(half)).strip()
    return next((by for sign, by in _FACTORS if _says(told, sign)), 1.0)


def _says(told: str, sign: str) -> bool:
    """A letter counts alone or before a currency only: `k usd`, not `kg`."""
    return (
        sign in told
        if not sign.isascii() or sign == "%"
        else told.split(" ", maxsplit=1)[0] == sign
    )


def month(text: object) -> tuple[int | None, int] | None:
    """(year or None, month) that a header or cell names; None when it names none."""
    half = unicodedata.normalize("NFKC", str(text)).casefold()
    for pattern in (_MONTH_ISO, _MONTH_ZH):
        if found := pattern.search(half):
            return (int(found[1]) if found[1] else None, int(found[2]))
    if found := _MONTH_EN.search(half):
        return (int(found[2]) if found[2] else None, _number_of(found[1]))
    return None


def part(text: object) -> tuple[int | None, str] | None:
    """(year or None, code) of the month, quarter or week that a header or cell names.

    `03` is March, `Q1` a quarter, `W03` the third week of a year, `03W1` the first of March.
    """
    half = unicodedata.normalize("NFKC", str(text)).casefold()
    for pattern in _QUARTERS:
        if found := pattern.search(half):
            number = _DIGITS.get(found[2]) or int(found[2])
            return (int(found[1]) if found[1] else None, f"Q{number}")
    week = next((found for pattern in _WEEKS if (found := pattern.search(half))), None)
    rest = half if week is None else half.replace(week[0].strip(), " ")
    told = month(rest)
    if week is None:
        return None if told is None else (told[0], f"{told[1]:02d}")
    number = " 一二三四五六".find(week[2]) if week[2] in "一二三四五六" else int(week[2])
    year_told = int(week[1]) if week[1] else None
    if told is None:
        return (year_told, f"W{number:02d}")
    return (year_told or told[0], f"{told[1]:02d}W{number}")


def grade(text: object) -> str | None:
    """A grade or level as it is written: A, B+, 优秀, 3级; None where it is none."""
    told = str(text).strip()
    half = bare(told)
    return told if half in GRADE_WORDS or _GRADE.fullmatch(half) else None


def market(text: object) -> str | None:
    """The market that a cell names: 德国站, DE, Amazon.de."""
    told = bare(text).removeprefix("amazon").strip(" .-")
    for end in ("站点", "站", "市场"):
        told = told.removesuffix(end).strip()
    return COUNTRIES.get(told) or words.decode("market", told)


def _number_of(name: str) -> int:
    return next(n for n, known in enumerate(_MONTHS, 1) if known[:3] == name[:3])


def year(text: object) -> int | None:
    """The year that a title names."""
    found = _YEAR.search(str(text))
    return int(found[1]) if found else None


def region(text: object) -> str | None:
    """US or EU, when a cell or a title says one of them and not the other."""
    told = str(text).casefold()
    decoded = words.decode("region", told)
    if decoded:
        return decoded
    us = any(sign in told for sign in ("美国", "美区", "美站")) or bool(re.search(r"\bus\b", told))
    eu = any(sign in told for sign in ("欧洲", "欧盟", "欧区")) or bool(re.search(r"\beu\b", told))
    return ("US" if us else "EU") if us != eu else None


def role(text: object) -> str | None:
    """The role of a job's title."""
    told = str(text).strip()
    decoded = words.decode("role", told)
    if decoded:
        return decoded
    low = told.casefold()
    return next((code for parts, code in _ROLES if any(part in low for part in parts)), None)


def is_total(text: object) -> bool:
    """Whether a row's name says that it only adds up others."""
    told = bare(text).replace(" ", "")
    return told in TOTALS or told.endswith(("合计", "小计", "总计"))


def kpi_of(text: object, names: Mapping[str, str]) -> str | None:
    """The KPI that a text names; `names` holds the book's own, bare name -> code."""
    return next((c for w in _kpi_texts(text) if (c := names.get(w) or KPIS.get(w))), None)


def _kpi_texts(text: object) -> tuple[str, ...]:
    """A header as it is, and without the word that says what of the KPI: `销售额目标`."""
    return (bare(text), without_month(text).removesuffix(_ending(text)[1]).strip())


def ending(text: object) -> str | None:
    """What a header says of the KPI that it begins with: `销售额目标` is a target."""
    return _ending(text)[0]


def _ending(text: object) -> tuple[str | None, str]:
    told = without_month(text)
    ends = [(c, w) for c, known in MEANINGS.items() for w in known if told.endswith(w)]
    return max(ends, key=lambda one: len(one[1]), default=(None, ""))
