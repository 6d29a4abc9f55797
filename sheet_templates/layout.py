"""THE map of the workbook: tabs, tables, columns, owners, keys; everyone reads it, it reads nobody.

Tables are found by their name, columns by header text in either language, rows by key. Codes are
stable; titles and headers are what a reader sees. A column's owner says who writes it:
M the manager, S the service, F a formula of ours, P a partner or a scored person.
"""

from __future__ import annotations

from dataclasses import dataclass

from sheet_templates.map.behind import (
    ACTUAL,
    CARD_LINE,
    DAY,
    LOG,
    MARKET,
    SCOPE,
    SCORE,
    TILE,
    WEEK_KPI,
)
from sheet_templates.map.daily import BREACH, FOCUS, REGISTER, REVIEW, SHOP, TASK, TEAM
from sheet_templates.map.duties import DUTY, LOGIC, NEED, PAIN
from sheet_templates.map.editions import DISPUTE, MEANING, REGION_LINE, TALK
from sheet_templates.map.improve import ADJUST, ADOPTION, FEEDBACK, KPI_REVIEW
from sheet_templates.map.nouns import Column, Language, Owner, Sheet, TableLayout
from sheet_templates.map.partner import CLAUSE, CONTRACT, TERM
from sheet_templates.map.payout import APPLIED, CONFIRM, PAY, PAY_RULE, PAY_SLICE, REWARD
from sheet_templates.map.plan import OKR, TARGET, WEIGHT
from sheet_templates.map.reports import DAILY, MONTHLY, WEEKLY
from sheet_templates.map.setup import (
    ASSIGN,
    GRADE,
    INPUT,
    KPI,
    MEASURE,
    NEWCOMER,
    PEOPLE,
    POINT,
    POINT_KIND,
    PRODUCT,
    RECONCILE,
    RULE,
    SETTING,
)

__all__ = [
    "ACTUAL",
    "ADJUST",
    "ADOPTION",
    "APPLIED",
    "ASSIGN",
    "BREACH",
    "CARD_LINE",
    "CARD_LINES",
    "CARD_WEEKS",
    "CLAUSE",
    "CONFIRM",
    "CONTRACT",
    "DAILY",
    "DAY",
    "DAY_ROWS",
    "DISPUTE",
    "DUTY",
    "FEEDBACK",
    "FOCUS",
    "FOCUS_ROWS",
    "GRADE",
    "INPUT",
    "INVESTOR_SHEETS",
    "KPI",
    "KPI_REVIEW",
    "LAST_ROW",
    "LOG",
    "LOGIC",
    "MARKET",
    "MARKETS",
    "MARKET_LINES",
    "MEANING",
    "MEASURE",
    "MONTHLY",
    "NAMES",
    "NEED",
    "NEWCOMER",
    "OKR",
    "PAIN",
    "PARTNER_SHEETS",
    "PAY",
    "PAYOUT_SHEETS",
    "PAY_RULE",
    "PAY_SLICE",
    "PEOPLE",
    "PERSON_SHEETS",
    "POINT",
    "POINT_KIND",
    "PRODUCT",
    "RECONCILE",
    "REGION_LINE",
    "REGION_METRICS",
    "REGISTER",
    "REPORT_SCOPES",
    "REVIEW",
    "REVIEW_COLUMNS",
    "REVIEW_METRICS",
    "REVIEW_SCOPES",
    "REWARD",
    "RULE",
    "SCOPE",
    "SCORE",
    "SETTING",
    "SHEETS",
    "SHOP",
    "SLICE_NAMES",
    "SLIP_SHEETS",
    "STATES",
    "TABLES",
    "TALK",
    "TARGET",
    "TASK",
    "TEAM",
    "TERM",
    "TILE",
    "TILES",
    "WEEKLY",
    "WEEK_KPI",
    "WEIGHT",
    "Column",
    "Language",
    "Name",
    "Owner",
    "Sheet",
    "TableLayout",
    "review_slot",
]

_TEAM_UP = frozenset({"team", "full"})
_FULL = frozenset({"full"})
_NEVER: frozenset[str] = frozenset()

SHEETS: tuple[Sheet, ...] = (
    Sheet("today", "今日", "Today", "blue", (FOCUS,)),
    Sheet("team", "团队", "Team", "blue", (TEAM,), _TEAM_UP),
    Sheet("card", "记分卡", "Card", "blue"),
    Sheet("shops", "店铺", "Shops", "blue", (SHOP,)),
    Sheet("breaches", "预警", "Breaches", "blue", (BREACH,), _TEAM_UP),
    Sheet("tasks", "任务", "Tasks", "blue", (TASK,)),
    Sheet("register", "合规", "Compliance", "blue", (REGISTER,), _FULL),
    Sheet("review", "复盘", "Review", "blue", (REVIEW,), _TEAM_UP),
    Sheet("daily", "日报", "Daily", "blue", (DAILY,), _FULL),
    Sheet("weekly", "周报", "Weekly", "blue", (WEEKLY,), _FULL),
    Sheet("monthly", "月报", "Monthly", "blue", (MONTHLY,), _FULL),
    Sheet("targets", "目标", "Targets", "green", (TARGET,)),
    Sheet("weights", "权重", "Weights", "green", (WEIGHT,)),
    Sheet("okr", "目标链", "OKR", "green", (OKR,), _FULL),
    Sheet("needs", "需求诊断", "Needs", "grey", (PAIN, NEED)),
    Sheet("people", "人员", "People", "grey", (PEOPLE,)),
    Sheet("newcomers", "新人", "Newcomers", "grey", (NEWCOMER,), _FULL),
    Sheet("products", "产品", "Products", "grey", (PRODUCT,)),
    Sheet("setup", "设置", "Setup", "grey", (SETTING, RECONCILE, GRADE)),
    Sheet("kpis", "指标", "KPIs", "grey", (KPI, MEASURE), _FULL),
    Sheet("assignments", "分工", "Assignments", "grey", (ASSIGN,), _FULL),
    Sheet("rules", "规则", "Rules", "grey", (RULE,), _FULL),
    Sheet("inputs", "补录", "Inputs", "grey", (INPUT,), _FULL),
    Sheet("points", "加减分", "Points", "grey", (POINT, POINT_KIND), _FULL),
    Sheet("agency_terms", "代运营条款", "Agency terms", "green", (TERM,), _FULL),
    Sheet("logic", "管理逻辑", "Management logic", "grey", (LOGIC,), _FULL),
    Sheet("duties", "岗位职责", "Duties", "grey", (DUTY,), _FULL),
    Sheet("feedback", "反馈", "Feedback", "grey", (FEEDBACK,), _FULL),
    Sheet("adjustments", "调整", "Adjustments", "grey", (ADJUST,), _FULL),
    Sheet("kpi_review", "指标评审", "KPI review", "grey", (KPI_REVIEW,), _FULL),
    Sheet("adoption", "推行", "Adoption", "grey", (ADOPTION,), _FULL),
    Sheet("items", "明细", "Items", "none", (SCORE,), _FULL),
    Sheet("actuals", "实际值", "Actuals", "none", (ACTUAL,), _NEVER),
    Sheet("log", "日志", "Log", "none", (LOG,), _NEVER),
    Sheet("self_check", "自检", "Self-check", "none", (), _NEVER),
    Sheet(
        "lists",
        "词表",
        "Lists",
        "none",
        (SCOPE, DAY, CARD_LINE, MARKET, TILE, WEEK_KPI),
        _NEVER,
    ),
)
DISPUTES = Sheet("disputes", "异议", "Disputes", "green", (DISPUTE,))  # of whoever is scored
PARTNER_SHEETS: tuple[Sheet, ...] = (
    Sheet("contract", "合同", "Contract", "blue", (CONTRACT,)),
    Sheet("clauses", "合同条款", "Contract terms", "blue", (CLAUSE,)),
    *(s for s in SHEETS if s.code in {"card", "shops", "breaches", "tasks"}),
    DISPUTES,
    Sheet("items", "明细", "Items", "none", (SCORE,), _NEVER),  # what the card recomputes from
    Sheet("lists", "词表", "Lists", "none", (CARD_LINE, GRADE), _NEVER),
)
PERSON_SHEETS: tuple[Sheet, ...] = (  # a scored person of the own team
    *(s for s in SHEETS if s.code in {"today", "card", "tasks"}),
    Sheet("meaning", "说明口径", "Definitions", "blue", (MEANING,)),
    DISPUTES,
    Sheet("talks", "面谈", "Talks", "green", (TALK,)),
    Sheet("newcomers", "新人", "Newcomers", "grey", (NEWCOMER,)),  # of a mentor, or the own plan
    Sheet("points", "加减分", "Points", "grey", (POINT,)),
    Sheet("items", "明细", "Items", "none", (SCORE,), _NEVER),
    Sheet("lists", "词表", "Lists", "none", (DAY, CARD_LINE, MARKET, TILE, GRADE), _NEVER),
)
INVESTOR_SHEETS: tuple[Sheet, ...] = (  # no people, no shops, nothing to type
    next(s for s in SHEETS if s.code == "today"),
    Sheet("regions", "区域", "Regions", "blue", (REGION_LINE,)),
    Sheet("lists", "词表", "Lists", "none", (DAY, MARKET, TILE), _NEVER),
)

PAYOUT_SHEETS: tuple[Sheet, ...] = (  # a book of its own: no tab of it is in the team's
    Sheet("pay", "奖金簿", "Payout", "blue", (PAY,)),
    Sheet("rewards", "奖惩", "Rewards", "blue", (APPLIED, REWARD)),
    Sheet("pay_rules", "发放规则", "Pay rules", "green", (PAY_RULE, PAY_SLICE)),
    Sheet("pay_words", "说明", "How it is worked out", "grey"),
    Sheet("lists", "词表", "Lists", "none", (), _NEVER),
)

SLIP_SHEETS: tuple[Sheet, ...] = (  # what one person gets of it
    Sheet("slip", "奖金单", "Pay slip", "blue", (CONFIRM,)),
)

TABLES: dict[str, TableLayout] = {
    t.name: t
    for sheet in (
        *(*SHEETS, *PARTNER_SHEETS, *PERSON_SHEETS, *INVESTOR_SHEETS, *PAYOUT_SHEETS),
        *SLIP_SHEETS,
    )
    for t in sheet.tables
}

TILES = ("net_sales", "contribution_profit", "tacos", "return_rate", "compliance", "breaches")
MARKETS = ("US", "EU", "DE", "FR", "IT", "ES", "STORE", "ALL")  # keys of tblMarket, in order
MARKET_LINES = 10  # of Today: the markets of the book's shops, largest sales first where more
REVIEW_METRICS = (
    "net_sales",
    "contribution_profit",
    "contribution_margin",
    "acos",
    "tacos",
    "return_rate",
    "unit_session_rate",
    "units_sold",
    "compliance_task_rate",
)
REGION_METRICS = (  # the lines of an investor's regions
    "net_sales",
    "contribution_profit",
    "contribution_margin",
    "tacos",
    "return_rate",
    "units_sold",
    "average_order_value",
    "compliance_task_rate",
)
REPORT_SCOPES = ("ALL", "US", "EU")
REVIEW_SCOPES = ("US", "DE", "FR", "IT", "ES")  # of a book without shops
REVIEW_COLUMNS = 9  # of Review: the markets of the book's shops
FOCUS_ROWS = 10
DAY_ROWS = 62
STATES = {"tblScore": "data_state", "tblActual": "state"}  # where a row says what was typed over
CARD_LINES = 16
CARD_WEEKS = 8
LAST_ROW = 10_000  # formulas over a whole column reach to this row of the sheet


@dataclass(frozen=True, slots=True)
class Name:
    """A defined name of one cell; the service writes those it owns with a NamePatch."""

    code: str
    owner: Owner
    meaning: str


SLICE_NAMES: tuple[Name, ...] = (  # what a scored person's month is added up from
    Name("nmUsShare", Owner.SERVICE, "part of the person's total from the US card"),
    Name("nmDropBelow", Owner.SERVICE, "unknown regions below this share are left out"),
    Name("nmTotalLimit", Owner.SERVICE, "the highest total"),
    Name("nmPoints", Owner.SERVICE, "points by hand that count"),
    Name("nmTeam", Owner.SERVICE, "the person's team"),
    Name("nmTeamShare", Owner.SERVICE, "part of the total from the team"),
    Name("nmTeamTotal", Owner.SERVICE, "the team's score; nothing else of the team"),
)
NAMES: tuple[Name, ...] = (
    *SLICE_NAMES,
    Name("nmDataUntil", Owner.SERVICE, "text: data until, one date a region (US 11-20 · EU 11-21)"),
    Name("nmRefreshed", Owner.SERVICE, "text: the last refresh as the reader's time (11-22 09:02)"),
    Name("nmState", Owner.SERVICE, "text of the grey band: draft until published, then empty"),
    Name("nmPaused", Owner.SERVICE, "text: why writing is stopped; empty while it is not"),
    Name("nmToday", Owner.SERVICE, "date in the workbook's time zone; days left count from it"),
    Name("nmVersion", Owner.SERVICE, "text: published version of targets and weights"),
    Name("nmCostCover", Owner.SERVICE, "text: unit cost coverage and the SKUs to fill first"),
    Name("nmServiceNote", Owner.SERVICE, "text: one line on what is stale or missing and why"),
    Name("nmDay", Owner.SERVICE, "text: the day of the daily page (2026-10-20)"),
    Name("nmWeek", Owner.SERVICE, "text: the week of the weekly page (2026-W43)"),
    Name("nmShown", Owner.SERVICE, "text: purpose and mode whose tabs are shown (team/full)"),
    Name("nmBand", Owner.FORMULA, "text: paused, draft or pilot, whichever is strongest"),
    Name("nmSetupDone", Owner.FORMULA, "text: set-up steps done (7/7)"),
    Name("nmMonthStart", Owner.FORMULA, "first day of the month under review"),
    Name("nmMonthEnd", Owner.FORMULA, "last day of the month under review"),
    Name("nmMonth", Owner.MANAGER, "the month under review (2026-10): a cell of tblSetting"),
    Name("nmCompany", Owner.MANAGER, "the company: a cell of tblSetting"),
    Name("nmCurrency", Owner.MANAGER, "the report currency: a cell of tblSetting"),
    Name("nmMinCoverage", Owner.MANAGER, "least weight covered for a total: a cell of tblSetting"),
    Name("nmPilot", Owner.MANAGER, "pilot yes or no: a cell of tblSetting"),
    Name("nmCardPerson", Owner.MANAGER, "dropdown of the card"),
    Name("nmCardRegion", Owner.MANAGER, "dropdown of the card"),
    Name("nmCardMonth", Owner.MANAGER, "dropdown of the card"),
)


def review_slot(metric: str, column: int | str) -> str:
    """The key of a KPI in a column (one-based) of Review: `net_sales｜1`; `*` for any."""
    return f"{metric}｜{column}"
