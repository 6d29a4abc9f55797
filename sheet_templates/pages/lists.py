"""词表 Lists: dropdown words, months, stamps of the service, and the tables behind Today."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from xlsxwriter.worksheet import Worksheet

from kpi.catalog import shipped
from kpi.pay_amounts import pays_on
from sheet_templates import words
from sheet_templates.book import Book, Formula, below, formula, put
from sheet_templates.frame import band_text, coded_setting, frame, setting
from sheet_templates.layout import (
    DAY_ROWS,
    MARKETS,
    NAMES,
    PARTNER_SHEETS,
    REVIEW_METRICS,
    REVIEW_SCOPES,
    SHEETS,
    SLICE_NAMES,
    TILES,
    Owner,
    review_slot,
)
from sheet_templates.pages.cards import carded, cards
from sheet_templates.pages.roles import roles
from sheet_templates.places import HEADER_ROW, Ref, letters, quoted, setting_value
from sheet_templates.scoring import grade_lines
from sheet_templates.start import StartRow
from sheet_templates.table import TableSpec, list_name, put_table

OFFERED = frozenset(  # the lists that some dropdown of the team's and the partners' books offers
    column.kind.partition(":")[2]
    for sheet in (*SHEETS, *PARTNER_SHEETS)
    for table in sheet.tables
    for column in table.columns
    if column.kind.startswith("choice:")
) | {code for code, _, _ in words.LISTS["setting"] if code in words.LISTS}
OFFERED_TO_PAY = frozenset({"currency", "pay_method", "reward_effect", "yes_no"})
GROWING = (
    ("person", "tblPeople", "person"),
    ("shop", "tblShop", "shop"),
    ("metric", "tblKpi", "name"),
    ("scope", "tblScope", "scope"),
    ("point_kind", "tblPointKind", "kind"),
)
GROWING_OF_SCORED = (("item", "tblScore", "item"),)
GROWING_IN_PAY = (
    ("pay_rule", "tblPayRule", "rule"),
    ("pay_person", "tblPay", "person"),
    ("reward", "tblReward", "reward"),
)
OF_SLICE = frozenset(name.code for name in SLICE_NAMES)
FIRST_YEAR, LAST_YEAR = 2024, 2032
OWN_MEASURES = 60  # own measures that the dropdown of Inputs offers
LIST_END = 2000  # dropdowns that grow with a table look this far


def page(book: Book) -> None:
    """The hidden tab; nobody types here."""
    tab = frame(
        book,
        "lists",
        "这里只放下拉词与图表数据，不需要填写。",
        "Dropdown words and the data behind the charts; nothing to type here.",
        freeze=(4, 0),
    )
    for spec in _specs(book):
        if spec.name in book.places and book.places[spec.name].sheet.code == "lists":
            put_table(book, spec)
    column = _stamps(book, tab, _first_free(book))
    column = _months(book, tab, column)
    column = _words(book, tab, column)
    if book.edition == "payout":
        _pay_kpis(book, tab, _periods(book, tab, column))
        _growing_lists(book, GROWING_IN_PAY)
    if book.edition in ("person", "partner"):
        _growing_lists(book, GROWING_OF_SCORED)
    if book.edition == "manager":
        _growing_lists(book, GROWING)
        carded(book, tab, cards(book, tab, column))


def _specs(book: Book) -> tuple[TableSpec, ...]:
    status = {"status": _market_status(book)}
    return (
        TableSpec("tblScope", keys=_scopes(book), autofilter=False),
        TableSpec("tblDay", blanks=DAY_ROWS, autofilter=False),
        TableSpec("tblWeek", {"strip": lambda r: _strip(book, r)}, autofilter=False),
        TableSpec("tblMarket", status, keys=_market_keys(), autofilter=False),
        TableSpec("tblTile", keys=_keyed("tile", TILES), autofilter=False),
        TableSpec("tblGrade", keys=grade_lines(), autofilter=False),
        TableSpec("tblWeekKpi", keys=_review_keys(), autofilter=False),
    )


def _keyed(column: str, codes: tuple[str, ...]) -> tuple[StartRow, ...]:
    return tuple({column: code} for code in codes)


def _market_keys() -> tuple[StartRow, ...]:
    return tuple({"scope": code, "place": float(n)} for n, code in enumerate(MARKETS, 1))


def _review_keys() -> tuple[StartRow, ...]:
    return tuple(
        {"metric": metric, "scope": scope, "slot": review_slot(metric, number)}
        for metric in REVIEW_METRICS
        for number, scope in enumerate(REVIEW_SCOPES, 1)
    )


def _scopes(book: Book) -> tuple[StartRow, ...]:
    """Scopes that the start's shops and people make; the service keeps the table from then on."""
    found: dict[str, str] = {"US": "region", "EU": "region"}
    for shop in book.start.shops:
        found.setdefault(str(shop.get("market", "")), "market")
        found.setdefault(str(shop.get("platform", "")), "platform")
    found.update({str(s["shop"]): "shop" for s in book.start.shops})
    found.update({str(p["person"]): "person" for p in book.start.people})
    for column, kind in (("company", "entity"), ("brand", "brand")):
        names = [str(shop.get(column) or "") for shop in book.start.shops]
        found = {**{name: kind for name in names if len(set(names)) > 1}, **found}
    return tuple(
        {"scope": code, "kind": book.word("scope_kind", kind)}
        for code, kind in found.items()
        if code
    )


def _strip(book: Book, ref: Ref) -> str:
    """The n-th week of its card: person｜region｜n."""
    place = book.places["tblWeek"]
    first = place.row + 2
    person, region = ref("person"), ref("region")

    def so_far(cell: str) -> str:
        letter = cell.rstrip("0123456789")
        return f"{letter}${first}:{cell}"

    count = f"COUNTIFS({so_far(person)},{person},{so_far(region)},{region})"
    return f'IF({person}="","",{person}&"｜"&{region}&"｜"&{count})'


def _market_status(book: Book) -> Formula:
    return lambda r: pace_status(book, r("pace"))


def pace_status(book: Book, pace: str) -> str:
    """Status of a pace: 95 % of what is due is fine, below 85 % is a breach."""
    ok, warn, breach, none = (
        book.literal("status", code) for code in ("ok", "warn", "breach", "no_data")
    )
    return f"IF(ISNUMBER({pace}),IF({pace}>=0.95,{ok},IF({pace}>=0.85,{warn},{breach})),{none})"


def _first_free(book: Book) -> int:
    ends = [
        p.column + len(p.table.columns) for p in book.places.values() if p.sheet.code == "lists"
    ]
    return max(ends, default=-2) + 2


def _heading(book: Book, tab: Worksheet, column: int, text: str) -> None:
    tab.write_string(HEADER_ROW, column, text, book.styles.get(bold=True, bottom=1))


def _stamps(book: Book, tab: Worksheet, column: int) -> int:
    """One cell a name: what the service stamps, and what all tabs refer to."""
    _heading(book, tab, column, book.text("戳记", "Stamp"))
    tab.set_column(column, column, 16)
    tab.set_column(column + 1, column + 1, 30)
    months = _month_columns(column)
    derived = {
        "nmBand": _band(book),
        "nmMonthStart": f'IFERROR(INDEX({months[1]},MATCH(nmMonth,{months[0]},0)),"")',
        "nmMonthEnd": f'IFERROR(INDEX({months[2]},MATCH(nmMonth,{months[0]},0)),"")',
    }
    row = HEADER_ROW
    for name in NAMES:
        if not _stamped_here(book, name.code, name.owner):
            continue
        row += 1
        day = name.code in ("nmToday", "nmMonthStart", "nmMonthEnd")
        look = book.styles.get(num_format="yyyy-mm-dd" if day else "General", align="left")
        tab.write_string(row, column, name.code, book.styles.get())
        if name.code in derived:
            formula(tab, row, column + 1, derived[name.code], look, _band_start(book, name.code))
        else:
            put(tab, row, column + 1, _stamp(book, name.code), look)
        book.define(name.code, "lists", f"${letters(column + 1)}${row + 1}")
    return column + 3


def _stamped_here(book: Book, code: str, owner: Owner) -> bool:
    if code == "nmSetupDone" or code.startswith("nmCard"):
        return False
    if code in ("nmDay", "nmWeek", "nmShown"):
        return book.edition == "manager"
    if code in OF_SLICE:
        return book.edition in ("person", "partner")
    return owner is not Owner.MANAGER or book.edition != "manager"


def _stamp(book: Book, code: str) -> str | float | date | None:
    if code == "nmState":
        return book.start.names.get(code, book.word("band", "draft"))
    if code == "nmShown":
        return "/".join(coded_setting(book, name) for name in ("purpose", "mode"))
    own = {
        "nmMonth": "month",
        "nmCompany": "company",
        "nmCurrency": "currency",
        "nmMinCoverage": "min_coverage",
        "nmPilot": "pilot",
    }
    return setting(book, own[code]) if code in own else book.start.names.get(code)


def _band(book: Book) -> str:
    yes, pilot = book.literal("yes_no", "yes"), book.literal("band", "pilot")
    return f'IF(nmPaused<>"",nmPaused,IF(nmState<>"",nmState,IF(nmPilot={yes},{pilot},"")))'


def _band_start(book: Book, code: str) -> str:
    return band_text(book) if code == "nmBand" else ""


def _month_columns(stamps: int) -> tuple[str, str, str]:
    last = HEADER_ROW + 1 + 12 * (LAST_YEAR - FIRST_YEAR + 1)
    first = stamps + 3
    code, start, end = (
        below(HEADER_ROW + 1, column, last_row=last) for column in (first, first + 1, first + 2)
    )
    return code, start, end


def _months(book: Book, tab: Worksheet, column: int) -> int:
    """Every month as text with its first and last day: no text is ever cut up by a formula."""
    _heading(book, tab, column, book.text("月份", "Month"))
    text, day = book.styles.get(num_format="@"), book.styles.get(num_format="yyyy-mm-dd")
    row = HEADER_ROW
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        for month in range(1, 13):
            row += 1
            following = date(year + month // 12, month % 12 + 1, 1)
            tab.write_string(row, column, f"{year}-{month:02d}", text)
            tab.write_datetime(row, column + 1, date(year, month, 1), day)
            tab.write_datetime(row, column + 2, following - timedelta(days=1), day)
    tab.set_column(column, column + 2, 11)
    book.define("lstMonth", "lists", below(HEADER_ROW + 1, column, last_row=row + 1))
    return column + 4


def _periods(book: Book, tab: Worksheet, column: int) -> int:
    """Every month and quarter, and the quarter that each lies in: people are paid by either."""
    _heading(book, tab, column, book.text("期间", "Period"))
    _heading(book, tab, column + 1, book.text("季度", "Quarter"))
    text, row = book.styles.get(num_format="@"), HEADER_ROW
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        for number in range(1, 5):
            quarter = f"{year}-Q{number}"
            months = (f"{year}-{month:02d}" for month in range(3 * number - 2, 3 * number + 1))
            for code in (*months, quarter):
                row += 1
                tab.write_string(row, column, code, text)
                tab.write_string(row, column + 1, quarter, text)
    for name, offset in (("lstPeriod", 0), ("lstQuarterOf", 1)):
        book.define(name, "lists", below(HEADER_ROW + 1, column + offset, last_row=row + 1))
    return column + 3


def _pay_kpis(book: Book, tab: Worksheet, column: int) -> None:
    """The KPIs that a commission may be paid on; a team's own ones are typed by name or code."""
    _heading(book, tab, column, "pay_kpi")
    names = [one.names[book.language] for one in shipped().metrics.values() if pays_on(one)]
    for row, name in enumerate(names, HEADER_ROW + 1):
        tab.write_string(row, column, name, book.styles.get())
    last = HEADER_ROW + 1 + len(names)
    book.define("lstPayKpi", "lists", below(HEADER_ROW + 1, column, last_row=last))


def _words(book: Book, tab: Worksheet, column: int) -> int:
    """One column a word list, each with its defined name."""
    wanted = OFFERED_TO_PAY if book.edition == "payout" else OFFERED
    for name in words.LISTS:
        if name not in wanted:
            continue
        if name == "method":
            _methods(book, tab, column)
            column += 1
            continue
        if name == "measure" and "tblMeasure" in book.places:
            _measures(book, tab, column)
            column += 1
            continue
        if name == "role":
            column = roles(book, tab, column)
            continue
        offered = words.dropdown(name, book.language)
        _heading(book, tab, column, name)
        for row, word in enumerate(offered, HEADER_ROW + 1):
            tab.write_string(row, column, word, book.styles.get())
        last = HEADER_ROW + 1 + len(offered)
        book.define(f"lst{list_name(name)}", "lists", below(HEADER_ROW + 1, column, last_row=last))
        column += 1
    return column + 1


def _methods(book: Book, tab: Worksheet, column: int) -> None:
    """Every method; the dropdown offers the plain ones, and in full mode all of them."""
    _heading(book, tab, column, "method")
    every = words.words("method")
    for row, (code, _, _) in enumerate(every, HEADER_ROW + 1):
        tab.write_string(row, column, book.word("method", code), book.styles.get())
    cells = quoted(book.sheet("lists").title(book.language)) + below(
        HEADER_ROW + 1, column, last_row=HEADER_ROW + 1 + len(every)
    )
    first = cells.partition(":")[0]
    offered = str(len(words.LISTS["method"]))
    if "tblSetting" in book.places:
        full = f"{setting_value(book, 'mode')}={book.literal('mode', 'full')}"
        offered = f"IF({full},{len(every)},{offered})"
    book.workbook.define_name("lstMethod", f"={first}:INDEX({cells},{offered})")


def _measures(book: Book, tab: Worksheet, column: int) -> None:
    """Every shipped measure that can be typed, then the book's own ones as far as there are."""
    _heading(book, tab, column, "measure")
    offered, look = words.dropdown("measure", book.language), book.styles.get()
    for row, word in enumerate(offered, HEADER_ROW + 1):
        tab.write_string(row, column, word, look)
    first = HEADER_ROW + 1 + len(offered)
    own = [str(row.get(f"name_{book.language}") or "") for row in book.start.measures]
    codes, names = (_own_column(book, code) for code in ("measure", f"name_{book.language}"))
    for n in range(OWN_MEASURES):
        at = f"INDEX({names},{n + 1})"
        text = f'IF({at}="",INDEX({codes},{n + 1})&"",{at}&"")'
        formula(tab, first + n, column, text, look, own[n] if n < len(own) else "")
    title = quoted(book.sheet("lists").title(book.language))
    cells = title + below(HEADER_ROW + 1, column, last_row=first + OWN_MEASURES)
    mine = title + below(first, column, last_row=first + OWN_MEASURES)
    filled = f'{len(offered)}+COUNTIFS({mine},"?*")'
    book.workbook.define_name("lstMeasure", f"={cells.partition(':')[0]}:INDEX({cells},{filled})")


def _own_column(book: Book, code: str) -> str:
    """A column of tblMeasure, as long as the list has room."""
    place = book.places["tblMeasure"]
    title = quoted(place.sheet.title(book.language))
    return title + below(place.row + 1, place.offset(code), last_row=place.row + 1 + OWN_MEASURES)


def _growing_lists(book: Book, lists: Sequence[tuple[str, str, str]]) -> None:
    """Dropdowns that follow a table: from its first row to its last filled one."""
    for name, table, code in lists:
        place = book.places[table]
        sheet = quoted(place.sheet.title(book.language))
        cells = sheet + below(place.row + 1, place.offset(code), last_row=LIST_END)
        first = cells.partition(":")[0]
        filled = f'MAX(1,COUNTIFS({cells},"?*"))'
        book.workbook.define_name(f"lst{list_name(name)}", f"={first}:INDEX({cells},{filled})")
