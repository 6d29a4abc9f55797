"""Build a workbook of an edition, Chinese or English, with the rows it starts with.

`python -m sheet_templates.build OUT_DIR` writes the four shipped workbooks. The bytes depend on
nothing but the code and the rows: no clock, no random ids.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from xlsxwriter.workbook import Workbook

from kpi.book_rows import is_month
from kpi.errors import KpiError
from sheet_templates.book import SLICES, Book, Edition, Tab
from sheet_templates.frame import coded_setting
from sheet_templates.layout import (
    INVESTOR_SHEETS,
    PARTNER_SHEETS,
    PAYOUT_SHEETS,
    PERSON_SHEETS,
    SHEETS,
    Language,
    Sheet,
)
from sheet_templates.pages import (
    actuals,
    adjustments,
    adoption,
    agency_terms,
    assignments,
    breaches,
    card,
    clauses,
    contract,
    disputes,
    duties,
    feedback,
    inputs,
    items,
    kpi_review,
    kpis,
    lists,
    log,
    logic,
    meaning,
    needs,
    newcomers,
    okr,
    pay,
    pay_rules,
    pay_words,
    people,
    points,
    products,
    regions,
    register,
    reports,
    review,
    rewards,
    rules,
    self_check,
    setup,
    shops,
    talks,
    targets,
    tasks,
    team,
    today,
    weights,
)
from sheet_templates.places import (
    INVESTOR_PLACES,
    MANAGER_PLACES,
    PARTNER_PLACES,
    PAYOUT_PLACES,
    PERSON_PLACES,
    Place,
)
from sheet_templates.purpose import shown_for
from sheet_templates.scoring_kinds import FormulaKind
from sheet_templates.shipped_rows import shipped
from sheet_templates.start import BookStart
from sheet_templates.style import FONT, Styles

CREATED = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # one date for every build
PAGES: dict[str, Callable[[Book], None]] = {
    "today": today.page,
    "team": team.page,
    "card": card.page,
    "shops": shops.page,
    "breaches": breaches.page,
    "tasks": tasks.page,
    "register": register.page,
    "review": review.page,
    "daily": reports.daily,
    "weekly": reports.weekly,
    "monthly": reports.monthly,
    "targets": targets.page,
    "weights": weights.page,
    "okr": okr.page,
    "needs": needs.page,
    "people": people.page,
    "newcomers": newcomers.page,
    "products": products.page,
    "setup": setup.page,
    "kpis": kpis.page,
    "assignments": assignments.page,
    "rules": rules.page,
    "inputs": inputs.page,
    "points": points.page,
    "agency_terms": agency_terms.page,
    "logic": logic.page,
    "duties": duties.page,
    "feedback": feedback.page,
    "adjustments": adjustments.page,
    "kpi_review": kpi_review.page,
    "adoption": adoption.page,
    "items": items.page,
    "actuals": actuals.page,
    "log": log.page,
    "self_check": self_check.page,
    "lists": lists.page,
    "contract": contract.page,
    "clauses": clauses.page,
    "meaning": meaning.page,
    "disputes": disputes.page,
    "talks": talks.page,
    "regions": regions.page,
    "pay": pay.page,
    "rewards": rewards.page,
    "pay_rules": pay_rules.page,
    "pay_words": pay_words.page,
}
PARTS: dict[Edition, tuple[tuple[Sheet, ...], dict[str, Place]]] = {
    "manager": (SHEETS, MANAGER_PLACES),
    "partner": (PARTNER_SHEETS, PARTNER_PLACES),
    "person": (PERSON_SHEETS, PERSON_PLACES),
    "investor": (INVESTOR_SHEETS, INVESTOR_PLACES),
    "payout": (PAYOUT_SHEETS, PAYOUT_PLACES),
}


def build(
    path: Path,
    edition: Edition = "manager",
    language: Language = "zh",
    contents: BookStart | None = None,
    formulas: FormulaKind = FormulaKind.NATIVE,
) -> Path:
    """Write a workbook; without contents it is the shipped one.

    Raises:
        KpiError: The month is none, or a slice would not have native formulas.
    """
    _refuse_calls(edition, formulas)
    start = contents if contents is not None else shipped(edition, language)
    _refuse_month(start)
    workbook = Workbook(
        str(path),
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "default_format_properties": {"font_name": FONT[language], "font_size": 10},
        },
    )
    workbook.set_properties({"title": "LinkStar KPI Sheets", "created": CREATED})
    workbook.set_size(1920, 1080)
    book = _book(workbook, edition, language, start, formulas)
    for sheet in book.sheets:
        PAGES[sheet.code](book)
    _visibility(book)
    workbook.close()
    return path


def _refuse_calls(edition: Edition, formulas: FormulaKind) -> None:
    """What others get must calculate in any program: nothing to install for a partner."""
    if edition in SLICES and formulas is not FormulaKind.NATIVE:
        raise KpiError(
            f"The {edition} edition has native formulas only: its reader need install nothing. / "
            f"{edition} 版只用原生公式：收件人无需安装任何东西。"
        )


def _refuse_month(start: BookStart) -> None:
    """The month under review decides what is open and folded; left out, it is the first one."""
    month = start.settings.get("month", "2026-01")
    if not isinstance(month, str) or not is_month(month):
        shown = "" if month is None else month
        raise KpiError(
            f'Setting Month: "{shown}" is not a month. Write it as 2026-10. / '
            f"设置“考核月份”：“{shown}”不是月份。请写成 2026-10。"
        )


def _book(
    workbook: Workbook,
    edition: Edition,
    language: Language,
    start: BookStart,
    formulas: FormulaKind,
) -> Book:
    sheets, places = PARTS[edition]
    book = Book(
        workbook=workbook,
        edition=edition,
        language=language,
        start=start,
        sheets=sheets,
        places=places,
        styles=Styles(workbook, language),
        formulas=formulas,
        metric_names=start.metric_names(language),
    )
    for sheet in sheets:
        book.tabs[sheet.code] = workbook.add_worksheet(sheet.title(language), Tab)
    return book


def _visibility(book: Book) -> None:
    """Tabs of other modes and purposes are hidden for calm; a slice's are locked but for input."""
    mode = coded_setting(book, "mode")
    seen = shown_for(coded_setting(book, "purpose"), mode).tabs if book.edition == "manager" else {}
    for sheet in book.sheets:
        if not seen.get(sheet.code, mode in sheet.shown):
            book.tabs[sheet.code].hide()
        if book.edition in SLICES:
            allowed = {
                "autofilter": True,
                "sort": True,
                "format_columns": True,
                "format_rows": True,
            }
            book.tabs[sheet.code].protect("", allowed)
    book.tabs[book.sheets[0].code].activate()


def build_all(folder: Path) -> tuple[Path, ...]:
    """The four shipped workbooks."""
    folder.mkdir(parents=True, exist_ok=True)
    editions: tuple[Edition, ...] = ("manager", "partner")
    languages: tuple[Language, ...] = ("zh", "en")
    return tuple(
        build(folder / f"{edition}-{language}.xlsx", edition, language)
        for edition in editions
        for language in languages
    )


if __name__ == "__main__":
    words = argparse.ArgumentParser(description="Build the workbooks that are shipped.")
    words.add_argument("folder", type=Path, help="where they go: sheet_templates/shipped")
    for written in build_all(words.parse_args().folder):
        sys.stdout.write(f"{written}\n")
