"""How a statement prints: pages, the number at the foot, wrapped clauses, lines to sign on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from xlsxwriter.worksheet import Worksheet

from sheet_templates.statement_paper import Paper
from sheet_templates.table import LINE

A4 = 9
WIDEST = 9  # columns of figures on one landscape page that is still read without a glass
SCALE = 74  # percent, at which the labels and that many columns are as wide as the page
SIGNED = (
    ("甲方确认（签名、日期）", "Client (signature, date)"),
    ("乙方确认（签名、日期）", "Agency (signature, date)"),
)


def printed(made: Paper, tab: Worksheet, *, one_page: bool = False) -> None:
    """A4, one page wide; the statement's number and the page stand at the foot."""
    tab.hide_gridlines(2)
    tab.set_paper(A4)
    tab.fit_to_pages(1, 1 if one_page else 0)
    number = made.rows.head[1].replace("&", "&&")
    tab.set_footer(f"&L&8{number}&R&8&P / &N")


def printed_wide(
    made: Paper, tab: Worksheet, ends: Sequence[int], columns: int, *, one_page: bool = False
) -> None:
    """Landscape; a year that one page could only show too small goes on, labels repeated.

    `ends` are the columns that close a quarter, counted from the first column of figures.
    """
    printed(made, tab, one_page=one_page)
    tab.set_landscape()
    if columns <= WIDEST:
        return
    tab.set_print_scale(SCALE)
    tab.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    tab.repeat_columns(0)
    tab.print_across()
    tab.set_v_pagebreaks([max(end for end in ends if end < WIDEST) + 2])


def paragraphs(
    made: Paper, tab: Worksheet, row: int, texts: Iterable[str], over: tuple[int, int, int]
) -> None:
    """Sentences from a row on; `over` is their first and last column and their width."""
    first, last, wide = over
    look = made.styles.get(font_color="#595959", text_wrap=True, valign="top")
    for at, text in enumerate(texts, row):
        tab.set_row(at, made.tall(text, wide))
        tab.merge_range(at, first, at, last, text, look)


def signatures(made: Paper, tab: Worksheet, first: int) -> None:
    """A line for each side, one below the other, with room to sign."""
    for row, words in enumerate(SIGNED, first):
        tab.set_row(row, 3 * LINE)
        look = made.styles.get(bottom=1, font_color="#595959", valign="bottom")
        tab.write_string(row, 0, made.text(*words), look)
