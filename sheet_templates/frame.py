"""What every tab shares: title with month and data-until, a sentence, the legend, print set-up."""

from __future__ import annotations

from dataclasses import dataclass

from xlsxwriter.worksheet import Worksheet

from kpi.book_settings import YES_NO
from kpi.typed_rows import Settings
from sheet_templates import words
from sheet_templates.book import SLICES, Book, formula, quote
from sheet_templates.colours import SIGNED
from sheet_templates.empty import sentence
from sheet_templates.layout import Owner
from sheet_templates.style import BAND, OWNER_LOOK, QUIET, TAB

A4 = 9
LEGEND_HEIGHT = 17  # points: Chinese letters are taller than the row of a small font
NO_COMPANY = ("（公司名称）", "(company)")
LEGEND = (
    (Owner.MANAGER, "■", "经理填写", "you type"),
    (Owner.SERVICE, "■", "系统写入", "the service writes"),
    (Owner.FORMULA, "□", "公式", "formula"),
    (Owner.PARTNER, "■", "伙伴填写", "partner types"),
)

NOTE = "#7F6000"  # of a sentence that asks for something
BESIDE = {  # cells of a tab that belong to no table of it
    "today": frozenset({Owner.FORMULA}),
    "card": frozenset({Owner.MANAGER, Owner.FORMULA}),
    "review": frozenset({Owner.FORMULA}),
    "self_check": frozenset({Owner.SERVICE, Owner.FORMULA}),
}
SIGNS = frozenset({"today", "card", "review", "self_check"})  # tabs that show signs in no table
OWN_LEGEND = {
    "payout": {
        Owner.MANAGER: ("财务与人事填写", "finance and HR type"),
        Owner.PARTNER: ("本人填写", "the person types"),
    },
    "person": {Owner.PARTNER: ("本人填写", "you type")},
}
_NOT_HERE = {
    "partner": (Owner.MANAGER,),
    "person": (Owner.MANAGER,),
    "investor": (Owner.MANAGER, Owner.PARTNER),
}


@dataclass(frozen=True, slots=True)
class Tail:
    """What a tab adds to row 1: a formula that gives a text, and its text at the start."""

    formula: str
    shown: str


NO_TAIL = Tail("", "")


def money_tail(book: Book) -> Tail:
    """In which currency the amounts of a tab are."""
    sign = book.text(" │ 金额 ", " │ Amounts in ")
    return Tail(f"{quote(sign)}&nmCurrency", f"{sign}{setting(book, 'currency')}")


def frame(
    book: Book,
    code: str,
    zh: str,
    en: str,
    *,
    freeze: tuple[int, int] = (4, 1),
    tail: Tail = NO_TAIL,
) -> Worksheet:
    """Rows 1 to 3 of a tab; `zh` and `en` are the sentence that says what to do here."""
    tab = book.tabs[code]
    title(book, tab, code, tail)
    _sentence(book, tab, code, book.text(zh, en))
    _legend(book, tab, code)
    tab.set_row(2, LEGEND_HEIGHT)
    tab.freeze_panes(*freeze)
    _print(book, tab, code)
    return tab


def title(book: Book, tab: Worksheet, code: str, tail: Tail) -> None:
    """Row 1: whose book, which tab, which month, data until; grey while draft, pilot or paused."""
    name = book.sheet(code).title(book.language)
    until, at = book.text(" │ 数据至 ", " │ Data until "), book.text(" │ 刷新 ", " │ Refreshed ")
    text = (
        f'IF(nmBand="","","【"&nmBand&"】 ")&nmCompany&" · "&{quote(name)}&" · "&nmMonth'
        f'&IF(nmDataUntil="","",{quote(until)}&nmDataUntil)'
        f'&IF(nmRefreshed="","",{quote(at)}&nmRefreshed)'
        + (f"&{tail.formula}" if tail.formula else "")
    )
    tab.set_row(0, 24)
    look = book.styles.get(bold=True, font_size=13, font_color="#1F4E79")
    formula(tab, 0, 0, text, look, started(book, name, until, at) + tail.shown)
    band = book.styles.rule(bg_color=BAND, font_color="#262626")
    tab.conditional_format(
        0, 0, 0, 60, {"type": "formula", "criteria": '=nmBand<>""', "format": band}
    )


def started(book: Book, name: str, until: str, at: str) -> str:
    """Row 1 as the formula will say it of the start's values."""
    names, band = book.start.names, band_text(book)
    return (
        (f"【{band}】 " if band else "")
        + f"{setting(book, 'company')} · {name} · {setting(book, 'month')}"
        + (f"{until}{names['nmDataUntil']}" if names.get("nmDataUntil") else "")
        + (f"{at}{names['nmRefreshed']}" if names.get("nmRefreshed") else "")
    )


def band_text(book: Book) -> str:
    """The grey band of a new book: draft until it is published, then pilot while that is on."""
    names = book.start.names
    pilot = (
        book.word("band", "pilot") if setting(book, "pilot") == book.word("yes_no", "yes") else ""
    )
    state = names.get("nmState", book.word("band", "draft"))
    return str(names.get("nmPaused") or state or pilot)


def setting(book: Book, code: str) -> str | float:
    """A setting of the start as its cell shows it; the defaults are those of kpi.typed_rows."""
    default = Settings(month="", company="")
    fallback: dict[str, object] = {
        "month": "2026-01",
        "company": book.text(*NO_COMPANY),
        "language": book.language,
        "fixed_rate": 1.08,
        "fixed_rate_gbp": 1.27,
        "fixed_rate_cny": 0.14,
        "fixed_rate_pln": 0.25,
        "fixed_rate_sek": 0.1,
        "fixed_rate_cad": 0.72,
        "fixed_rate_hkd": 0.128,
        "week_start": "monday",
        "reminder_days": 7,
        "reminder_ladder": "30/14/7/3/1/0",
        "distribution": "20/70/10",
        "pilot": "yes",
        "drop_small": "no",
    }
    value = book.start.settings.get(code, fallback.get(code, getattr(default, code, "")))
    if isinstance(value, bool):
        value = "yes" if value else "no"
    if isinstance(value, int | float):
        return float(value)
    name = "yes_no" if code in YES_NO else code
    return book.word(name, str(value)) if name in words.LISTS else str(value)


def coded_setting(book: Book, name: str) -> str:
    """The code behind a setting that is shown as a word; the default's for an unknown word."""
    shown = str(setting(book, name))
    codes = (code for code, _, _ in words.LISTS[name])
    default = str(getattr(Settings(month="", company=""), name))
    return next((code for code in codes if book.word(name, code) == shown), default)


def _sentence(book: Book, tab: Worksheet, code: str, said: str) -> None:
    """Row 2: what to do here; while the table is empty, what will stand in it and how."""
    text, shown = sentence(book, code, said)
    look = book.styles.get(font_color=QUIET)
    if not text:
        tab.write_string(1, 0, said, look)
        return
    formula(tab, 1, 0, text, look, shown)
    note = book.styles.rule(font_color=NOTE)
    rule = {"type": "text", "criteria": "begins with", "value": "○", "format": note}
    tab.conditional_format(1, 0, 1, 0, rule)


def _writers(book: Book, code: str) -> frozenset[Owner]:
    """Whose cells a tab has; all of them where no table says it."""
    kept = {column.owner for table in book.sheet(code).tables for column in table.columns}
    if not kept and code not in BESIDE:
        return frozenset(Owner)
    if book.edition in SLICES and Owner.MANAGER in kept:
        kept = kept - {Owner.MANAGER} | {Owner.SERVICE}
    return frozenset(kept | BESIDE.get(code, frozenset()))


def _has_signs(book: Book, code: str) -> bool:
    """Whether a tab shows the signs of a state."""
    kept = {column.code for table in book.sheet(code).tables for column in table.columns}
    return code in SIGNS or not kept.isdisjoint(SIGNED)


def _legend(book: Book, tab: Worksheet, code: str) -> None:
    parts: list[object] = []
    writers = _writers(book, code)
    for owner, sign, zh, en in LEGEND:
        if owner in _NOT_HERE.get(book.edition, ()) or owner not in writers:
            continue
        colour = OWNER_LOOK[owner]["bg_color"]
        shown = QUIET if sign == "□" else colour
        parts += [book.styles.get(font_color=shown), sign]
        said = OWN_LEGEND.get(book.edition, {}).get(owner, (zh, en))
        parts += [book.styles.get(font_color=QUIET), f" {book.text(*said)}    "]
    if book.edition == "payout" or not _has_signs(book, code):
        tab.write_rich_string(2, 0, *parts, book.styles.get(font_size=9))
        return
    signs = book.text(
        "● 正常  ▲ 关注  ■ 突破  ○ 无数  ◇ 过期  ✎ 手工",
        "● OK  ▲ warn  ■ breach  ○ no data  ◇ stale  ✎ by hand",
    )
    parts += [book.styles.get(font_color=QUIET), signs]
    tab.write_rich_string(2, 0, *parts, book.styles.get(font_size=9))


def _print(book: Book, tab: Worksheet, code: str) -> None:
    tab.set_landscape()
    tab.set_paper(A4)
    tab.fit_to_pages(1, 0)
    tab.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    tab.repeat_rows(0, 3)
    tab.set_footer(f"&L&8{book.text('第', 'Page')} &P/&N&R&8LinkStar KPI Sheets")
    tab.hide_gridlines(2)
    colour = TAB[book.sheet(code).colour]
    if colour:
        tab.set_tab_color(colour)
