"""设置 Setup: seven steps with live ticks, the settings, and the first reconciliation."""

from __future__ import annotations

from xlsxwriter.worksheet import Worksheet

from kpi.book_settings import YES_NO
from sheet_templates import words
from sheet_templates.book import Book, formula, put, quote
from sheet_templates.frame import NO_COMPANY, frame, setting
from sheet_templates.places import Ref, letters
from sheet_templates.scoring import grade_lines
from sheet_templates.start import StartRow
from sheet_templates.table import TableSpec, list_name, put_table
from sheet_templates.widths import width

FIRST_STEP = 5  # zero-based row of step 1
TOLERANCE = 0.005  # the back office may differ by 0.5 %
NAMED = {
    "month": "nmMonth",
    "company": "nmCompany",
    "currency": "nmCurrency",
    "min_coverage": "nmMinCoverage",
    "pilot": "nmPilot",
    "reminder_days": "nmReminderDays",
}
MEANING: dict[str, tuple[str, str]] = {
    "month": ("正在考核的月份，格式 2026-10", "Month under review, such as 2026-10"),
    "company": ("显示在每页标题", "Shown in the title of every tab"),
    "purpose": (
        "内部考核、代运营监管或投资人汇报",
        "Own team, agency supervision or investor report",
    ),
    "mode": (
        "基础不到 10 人；完整显示全部页",
        "Basic is for fewer than 10 people; full shows all tabs",
    ),
    "language": ("本簿的语言", "Language of this workbook"),
    "currency": ("汇总金额的币种", "Currency of all totals"),
    "fixed_rate": ("1 欧元兑美元，评分用固定汇率", "USD for 1 EUR; scores use this constant rate"),
    "fixed_rate_gbp": ("1 英镑兑美元", "USD for 1 GBP"),
    "fixed_rate_cny": ("1 元人民币兑美元（采购成本）", "USD for 1 CNY (unit costs)"),
    "fixed_rate_pln": ("1 兹罗提兑美元", "USD for 1 PLN"),
    "fixed_rate_sek": ("1 瑞典克朗兑美元", "USD for 1 SEK"),
    "fixed_rate_cad": ("1 加元兑美元", "USD for 1 CAD"),
    "fixed_rate_hkd": (
        "1 港元兑美元；其他币种另加一行，如 固定汇率 JPY→USD",
        "USD for 1 HKD; another currency is one row more, such as Fixed rate JPY→USD",
    ),
    "week_start": ("周一或周日", "Monday or Sunday"),
    "time_zone": ("团队所在时区；店铺各用当地日", "The team's zone; each shop keeps its own days"),
    "min_coverage": (
        "可用权重低于此比例不出总分",
        "Below this share of known weight there is no total",
    ),
    "item_cap": ("单项得分上限，满分 100", "Highest score of one item; 100 is target met"),
    "add_cap": ("人工加分每人每月最多计入", "Points added by hand that count in a month"),
    "deduct_cap": (
        "人工扣分每人每月最多计入，不带负号",
        "Points deducted by hand that count in a month, without sign",
    ),
    "total_limit": ("加减分后总分的上限", "Highest total after points by hand"),
    "provisional_day": ("次月几号出待定结果", "Day of the next month with provisional results"),
    "closing_day": ("次月几号结算冻结", "Day of the next month on which the month is frozen"),
    "reminder_days": ("到期前几天变为 ▲", "Days before the due date from which a task shows ▲"),
    "pilot": (
        "是：页首显示试运行，结果不作考核",
        "Yes: every tab says pilot, results do not count yet",
    ),
    "contact": ("有问题找谁", "Whom to ask"),
    "sponsor": ("推行的发起人，跟进不用的团队", "Who backs the system and follows up"),
    "weight_pick": (
        "权重在月中变更时，整月按月末的，或按天数平均",
        "When a weight changes within a month: the last day's, or the mean of the days",
    ),
    "weight_mode": (
        "合计 100；或相对权重，如 2 和 1 折算为 66.7 和 33.3",
        "Add up to 100; or relative: 2 and 1 become 66.7 and 33.3",
    ),
    "company_stage": (
        "公司现处阶段：目标页同一行有该阶段的，用该阶段的；发布后计分",
        "Where the company is: a line of Targets for this stage comes first; counts once published",
    ),
    "drop_small": (
        "是：得分未知且占比小于 10% 的区域不计入总分",
        "Yes: an unknown region with a share below 10% is left out of the total",
    ),
    "pacing": (
        "应达按天平均，或按各站大促与节假日；速度只改预测",
        "Due by even days or by each market's events and holidays; speed: forecast only",
    ),
    "events": (
        "如 秋促 2026-10-06..2026-10-07 x1.8；罢工 2026-11-03 停运 EU；公司假 2026-05-04 休",
        "Fall sale 2026-10-06..2026-10-07 x1.8; Strike 2026-11-03 stop EU; Day 2026-05-04 off",
    ),
    "distribution": (
        "从高到低各档人数比例，仅供参考，不改等级",
        "Percent of people by class, best first; a guide that changes no grade",
    ),
    "min_group": (
        "少于此人数，强制分布仅作建议",
        "With fewer people a distribution is no more than a proposal",
    ),
    "team_country": (
        "按哪国的工作日，如 CN、DE、US；空＝按时区",
        "Whose working days, such as CN, DE or US; empty: those of the time zone",
    ),
    "proration": (
        "入离职月的目标与奖金按日历天或按团队国家的工作日折算",
        "Entry and leave cut targets and bonus by calendar days or the team's working days",
    ),
    "reminder_ladder": (
        "到期前几天提醒；某法规另写：30/14/7/3/1/0；VAT 60/30/7",
        "Days before the due day; a regime may have its own: 30/14/7/3/1/0; VAT 60/30/7",
    ),
    "tie": ("最大余数法中余数相同给哪一档", "Which class gets a place of equal remainders"),
}

ABOVE: dict[str, tuple[str, str]] = {  # what stands over a table
    "tblReconcile": (
        "⑦ 与后台对账：在“后台数”填平台页面上的净销售额（店铺币种）；差异 0.5% 以内为 ●",
        "⑦ Reconcile: type the platform's own net sales, in shop currency; ● within 0.5%",
    ),
    "tblGrade": (
        "等级：从低到高，首行从 0 起；发布后计分",
        "Grades: the lowest first, from 0; they count once published",
    ),
}

STEPS: tuple[tuple[str, str, str, str], ...] = (  # what, and where it is done
    (
        "① 公司与币种",
        "① Company and currency",
        "先填需求诊断页；再填本页设置",
        "Needs first; then the settings below",
    ),
    ("② 店铺", "② Shops", "店铺页：每个站点一行", "Shops: one line a market"),
    ("③ 第一批数据", "③ First data", "导入文件或授权店铺", "Import files or authorise a shop"),
    ("④ 产品成本", "④ Product costs", "产品页：从 ERP 粘贴", "Products: paste from your ERP"),
    ("⑤ 人员与负责人", "⑤ People and owners", "人员页；店铺页的负责人", "People; owners on Shops"),
    (
        "⑥ 目标确认",
        "⑥ Targets confirmed",
        "目标页；权重页的“确认”列",
        "Targets; Confirmed on Weights",
    ),
    (
        "⑦ 首次刷新并对账",
        "⑦ First refresh, reconciled",
        "右侧：后台对账",
        "On the right: reconcile",
    ),
)


def page(book: Book) -> None:
    """The tab: steps on top, settings below, the comparison with the back offices beside."""
    tab = frame(
        book,
        "setup",
        "从上到下做完七步；每步做完自动打 ✓。",
        "Seven steps from top to bottom; each ticks itself when it is done.",
        freeze=(4, 0),
    )
    _steps(book, tab)
    keys: tuple[StartRow, ...] = tuple(
        _setting_row(book, code) for code, _, _ in words.LISTS["setting"]
    )
    put_table(book, TableSpec("tblSetting", keys=keys, autofilter=False))
    _setting_cells(book, tab)
    formulas = {"difference": _difference, "status": lambda r: _status(book, r)}
    shops: tuple[StartRow, ...] = tuple({"shop": s["shop"]} for s in book.start.shops)
    put_table(book, TableSpec("tblReconcile", formulas, keys=shops, autofilter=False))
    put_table(book, TableSpec("tblGrade", keys=grade_lines(), autofilter=False))
    for table, texts in ABOVE.items():
        place = book.places[table]
        look = book.styles.get(bold=True, font_color="#1F4E79")
        tab.write_string(place.row - 1, place.column, book.text(*texts), look)


def _setting_row(book: Book, code: str) -> StartRow:
    zh, en = MEANING[code]
    return {"setting": book.word("setting", code), "meaning": book.text(zh, en)}


def _setting_cells(book: Book, tab: Worksheet) -> None:
    """Values are typed by what they are; their dropdowns and names follow the setting."""
    place = book.places["tblSetting"]
    column = place.offset("value")
    for row, (code, _, _) in enumerate(words.LISTS["setting"], place.row + 1):
        value = setting(book, code)
        shown = "0%" if code == "min_coverage" else "General" if isinstance(value, float) else "@"
        look = book.styles.get(
            num_format=shown,
            align="left",
            indent=1,
            bottom=1,
            bottom_color="#D9D9D9",
            bg_color="#DDEBF7",
        )
        put(tab, row, column, value, look)
        if code in NAMED:
            book.define(NAMED[code], "setup", f"${letters(column)}${row + 1}")
        yes_no = dict.fromkeys(YES_NO, list_name("yes_no"))
        source = {"month": "Month", "currency": "Currency", **yes_no}.get(code)
        if source is None and code in words.LISTS:
            source = list_name(code)
        if source:
            tab.data_validation(
                row, column, row, column, {"validate": "list", "source": f"=lst{source}"}
            )
        if code == "min_coverage":
            between = {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 1}
            tab.data_validation(row, column, row, column, between)


def _steps(book: Book, tab: Worksheet) -> None:
    head = {"bold": True, "bottom": 2, "bottom_color": "#1F4E79", "font_color": "#1F4E79"}
    titles = (
        book.text("步骤", "Step"),
        book.text("完成", "Done"),
        book.text("在哪里做", "Where and how"),
    )
    for column, text in enumerate(titles):
        centred = {"align": "center"} if column == 1 else {}
        tab.write_string(FIRST_STEP - 1, column, text, book.styles.get(**head, **centred))
    look = book.styles.get(bottom=1, bottom_color="#D9D9D9")
    tick = book.styles.get(bottom=1, bottom_color="#D9D9D9", bold=True, align="center")
    ticks = ["✓" if done else "○" for done in steps_done(book)]
    for row, (zh, en, where_zh, where_en, check) in enumerate(_checks(book), FIRST_STEP):
        tab.write_string(row, 0, book.text(zh, en), look)
        formula(tab, row, 1, f'IF({check},"✓","○")', tick, ticks[row - FIRST_STEP])
        tab.write_string(row, 2, book.text(where_zh, where_en), look)
    first, last = FIRST_STEP + 1, FIRST_STEP + 7
    tab.write_string(last, 0, book.text("合计", "In all"), book.styles.get(bold=True))
    formula(tab, last, 1, f'COUNTIFS($B${first}:$B${last},"✓")&"/7"', tick, f"{ticks.count('✓')}/7")
    book.define("nmSetupDone", "setup", f"$B${last + 1}")
    done = book.styles.rule(font_color="#1E6B2E")
    tab.conditional_format(
        FIRST_STEP,
        1,
        last - 1,
        1,
        {"type": "text", "criteria": "begins with", "value": "✓", "format": done},
    )
    for column, code in enumerate(("setting", "value", "meaning")):
        layout = book.places["tblSetting"].table
        tab.set_column(column, column, width(layout, layout.column(code), book.language))


def steps_done(book: Book) -> tuple[bool, ...]:
    """The steps as the start leaves them, so that a preview that never calculates is right."""
    start = book.start
    company = setting(book, "company")
    owners = [bool(s.get("owner")) for s in start.shops]
    weights = [w for w in start.weights if w.get("metric")]
    agreed = [_is_yes(book, w.get("confirmed")) for w in weights]
    open_ = [not a and _is_yes(book, w.get("on")) for w, a in zip(weights, agreed, strict=True)]
    return (
        bool(company) and company != book.text(*NO_COMPANY) and bool(setting(book, "currency")),
        any(s.get("time_zone") and s.get("currency") for s in start.shops),
        any(s.get("data_until") for s in start.shops),
        any(p.get("unit_cost") for p in start.products),
        any(p.get("role") for p in start.people) and bool(owners) and all(owners),
        any(t.get("year_total") for t in start.targets) and any(agreed) and not any(open_),
        False,  # nothing was refreshed yet
    )


def _is_yes(book: Book, value: object) -> bool:
    return value in (True, "yes", book.word("yes_no", "yes"))


def _checks(book: Book) -> tuple[tuple[str, str, str, str, str], ...]:
    """Each step with the formula that ticks it."""
    return tuple((*step, test) for step, test in zip(STEPS, _tests(book), strict=True))


def _tests(book: Book) -> tuple[str, ...]:
    """The conditions of the seven ticks, in order."""
    shop, people = book.column("tblShop"), book.column("tblPeople")
    product, weight = book.column("tblProduct"), book.column("tblWeight")
    target, match = book.column("tblTarget"), book.column("tblReconcile")
    no, yes = book.literal("yes_no", "no"), book.literal("yes_no", "yes")
    unnamed = book.text(*NO_COMPANY)
    ok = f"{book.word('status', 'ok')[0]}*"
    return (
        f'AND(nmCompany<>"",nmCompany<>{quote(unnamed)},nmCurrency<>"")',
        f'COUNTIFS({shop("shop")},"?*",{shop("time_zone")},"?*",{shop("currency")},"?*")>0',
        f'COUNTIFS({shop("data_until")},">0")>0',
        f'COUNTIFS({product("sku")},"?*",{product("unit_cost")},">0")>0',
        (
            f'AND(COUNTIFS({people("person")},"?*",{people("role")},"?*")>0,'
            f'COUNTIFS({shop("shop")},"?*",{shop("owner")},"?*")=COUNTIFS({shop("shop")},"?*"),'
            f'COUNTIFS({shop("shop")},"?*")>0)'
        ),
        (
            f'AND(COUNTIFS({target("scope")},"?*",{target("year_total")},">0")>0,'
            f'COUNTIFS({weight("metric")},"?*",{weight("on")},{yes},{weight("confirmed")},{no})=0,'
            f'COUNTIFS({weight("metric")},"?*",{weight("confirmed")},{yes})>0)'
        ),
        f'AND(nmRefreshed<>"",COUNTIFS({match("status")},"{ok}")>0)',
    )


def _difference(ref: Ref) -> str:
    backend, platform, book = ref("backend"), ref("platform"), ref("book")
    against = f"IF(ISNUMBER({backend}),{backend},{platform})"
    known = f"AND(ISNUMBER({book}),OR(ISNUMBER({backend}),ISNUMBER({platform})))"
    gap = f"IF({against}=0,IF({book}=0,0,NA()),ROUND(({book}-{against})/{against},9)+0)"
    return f'IF({known},{gap},"")'


def _status(book: Book, ref: Ref) -> str:
    """Green within half a percent of the back office."""
    gap = ref("difference")
    same = f'"{book.text("● 一致", "● Agrees")}"'
    off, none = (
        f'"{book.text("■ 不一致", "■ Differs")}"',
        f'"{book.text("○ 待对账", "○ To compare")}"',
    )
    return (
        f'IF({ref("shop")}="","",IF(ISNA({gap}),{off},'
        f"IF(ISNUMBER({gap}),IF(ABS({gap})<={TOLERANCE},{same},{off}),{none})))"
    )
