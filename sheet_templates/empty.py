"""What row 2 of a tab says while its table is empty: what will stand here, and how."""

from __future__ import annotations

from sheet_templates.book import SLICES, Book, quote

SLICE = (
    "○ 暂时没有内容；有了之后，下次发给你的文件里会出现。",
    "○ Nothing here yet; it appears in the next file that you get.",
)
REPORT = (
    "○ 还没有数据：第一次刷新后自动出现。",
    "○ No data yet: it appears with the first refresh.",
)
REVIEWED = (
    "○ 还没有评审：运行 review --kpis，每个指标和团队自动出现一行。",
    "○ Not reviewed yet: run review --kpis, and each KPI and team gets its line.",
)
# tab -> its table, a column that every row fills, the sentence in both languages
EMPTY: dict[str, tuple[str, str, str, str]] = {
    "team": (
        "tblTeam",
        "person",
        "○ 还没有人员：在人员页填写人员和岗位，刷新后每人一行。",
        "○ Nobody is scored yet: fill People; the next refresh adds a line for each person.",
    ),
    "shops": (
        "tblShop",
        "shop",
        "○ 还没有店铺：从表头下一行起，每个站点填一行；数据在刷新时写入。",
        "○ No shop yet: type a line for each market below the header; a refresh adds the figures.",
    ),
    "breaches": (
        "tblBreach",
        "no",
        "○ 没有预警：规则页的规则连续越界后，刷新时自动出现在这里。",
        "○ No breach: a line appears at a refresh once a rule of Rules is broken long enough.",
    ),
    "tasks": (
        "tblTask",
        "no",
        "○ 没有任务：从表头下一行起填事项、负责人和到期日；运行 tasks --propose 可生成合规任务。",
        (
            "○ No task: type what, owner and due day below the header; tasks --propose adds the "
            "compliance ones."
        ),
    ),
    "register": (
        "tblRegister",
        "country",
        "○ 还没有合规任务：在任务页填类型“合规”、国家和法规；刷新后按国家和法规各一行。",
        (
            "○ No duty yet: type compliance tasks with country and regime in Tasks; a refresh adds "
            "a line for each."
        ),
    ),
    "daily": ("tblDaily", "data_until", *REPORT),
    "weekly": ("tblWeekly", "data_until", *REPORT),
    "monthly": ("tblMonthly", "data_until", *REPORT),
    "targets": (
        "tblTarget",
        "metric",
        "○ 还没有目标：从表头下一行起，先填美区、欧盟两行，再填店铺。",
        "○ No target yet: type the regional lines below the header first, then the shops.",
    ),
    "okr": (
        "tblOkr",
        "no",
        "○ 还没有目标链：从表头下一行起填编号、目标、负责人、关键结果和目标值；实际由刷新写入。",
        (
            "○ No objective yet: type number, objective, owner, key result and target below the "
            "header; a refresh adds the actual."
        ),
    ),
    "people": (
        "tblPeople",
        "person",
        "○ 还没有人员：从表头下一行起，一人一行，先填短码和岗位。",
        "○ Nobody yet: one line a person below the header, code and role first.",
    ),
    "newcomers": (
        "tblNewcomer",
        "person",
        "○ 没有新人：在人员页填入职日和带教，运行 tasks --propose 生成关卡；刷新后每人一行。",
        (
            "○ No newcomer: type start and mentor in People, run tasks --propose for the gates; a "
            "refresh adds a line."
        ),
    ),
    "assignments": (
        "tblAssign",
        "shop",
        "○ 没有例外：每个店铺由店铺页的负责人负责。月中换人或共管时，从表头下一行起填写。",
        (
            "○ No exception: every shop is its owner's. Type below the header who takes over or "
            "shares, and from when."
        ),
    ),
    "inputs": (
        "tblInput",
        "shop",
        "○ 没有补录：平台不提供的数字（如管理费用、应缴VAT）从表头下一行起填写，刷新时采用。",
        (
            "○ No input: type figures that no platform delivers (overhead, VAT due) below the "
            "header; a refresh uses them."
        ),
    ),
    "points": (
        "tblPoint",
        "person",
        "○ 没有加减分：从表头下一行起填人员、分值、原因和批准人；刷新时计入。",
        (
            "○ No points: type person, points, reason and approval below the header; a refresh "
            "counts them."
        ),
    ),
    "feedback": (
        "tblFeedback",
        "what",
        "○ 还没有反馈：从表头下一行起记意见；处理选“采纳”，运行 review --propose 生成变更任务。",
        (
            "○ No feedback yet: note it below the header; choose Accepted, and review --propose "
            "makes the change request."
        ),
    ),
    "adjustments": (
        "tblAdjust",
        "reason",
        "○ 还没有调整：从表头下一行起记日期、原因、内容和预期；发布时写编号，版本自动带出。",
        (
            "○ No adjustment yet: note date, reason, change and effect below the header; name its "
            "number when you publish."
        ),
    ),
    "kpi_review": ("tblKpiReview", "metric", *REVIEWED),
    "adoption": ("tblAdoption", "team", *REVIEWED),
    "items": (
        "tblScore",
        "item",
        "○ 还没有得分项：有了人员、权重和目标后刷新，每人每个指标一行。",
        "○ No item yet: with people, weights and targets, a refresh adds a line for each KPI.",
    ),
    "actuals": ("tblActual", "metric", *REPORT),
    "log": (
        "tblLog",
        "what",
        "○ 没有记录：刷新时遇到的问题和处理办法会出现在这里。",
        "○ Nothing logged: problems that a refresh meets appear here, each with its mend.",
    ),
    "disputes": (
        "tblDispute",
        "item",
        "○ 没有异议：不同意某一项时，从表头下一行起选项、写应为多少和理由；答复后显示结论。",
        (
            "○ No dispute: choose an item below the header, say what it should be and why; the "
            "answer appears beside it."
        ),
    ),
    "talks": (
        "tblTalk",
        "good",
        "○ 还没有面谈：每次谈话后，从表头下一行起记一行；只在这个文件里。",
        "○ No talk yet: note each talk in a line below the header; it stays in this file alone.",
    ),
    "rewards": (
        "tblApplied",
        "person",
        "○ 没有登记：先在右表定奖惩项，再从左表表头下一行起逐条登记；批准后才计入。",
        (
            "○ None applied: set rewards up on the right, list each application on the left; it "
            "counts once approved."
        ),
    ),
}
OWN = frozenset({"disputes", "talks"})  # a slice's reader fills these


def sentence(book: Book, code: str, said: str) -> tuple[str, str]:
    """Formula and first value of row 2; no formula where the tab is never empty."""
    if code not in EMPTY:
        return "", said
    table, column, zh, en = EMPTY[code]
    nothing = book.text(*(SLICE if book.edition in SLICES and code not in OWN else (zh, en)))
    cells = book.column(table)(column)
    empty = f'COUNTIFS({cells},"?*")+COUNTIFS({cells},">0")=0'
    filled = any(row.get(column) for row in book.start.rows(table))
    return f"IF({empty},{quote(nothing)},{quote(said)})", said if filled else nothing
