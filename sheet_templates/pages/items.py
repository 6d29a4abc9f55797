"""明细 Items: tblScore, the heart of the file; a row holds all that its score needs."""

from __future__ import annotations

from sheet_templates.book import INPUT_ROWS, Book
from sheet_templates.frame import frame
from sheet_templates.places import Ref
from sheet_templates.scoring import item_formulas
from sheet_templates.scoring_kinds import formulas
from sheet_templates.table import TableSpec, put_table


def page(book: Book) -> None:
    """The tab; the what-if columns answer at once, the signed values keep scoring."""
    tab = frame(
        book,
        "items",
        "每行一项得分，数值由系统写入、得分由公式算出；试算列可以随意填，不影响正式得分。",
        "One scored item a line: the service writes values, formulas score them; what-if columns "
        "are free to try and never count.",
        freeze=(4, 1),
    )
    scored = formulas(book, book.formulas, "tblScore")
    made = {**item_formulas(book), **scored, "card_key": _card_key}
    put_table(book, TableSpec("tblScore", made))
    place = book.places["tblScore"]
    column = place.offset("attainment")
    tab.conditional_format(place.row + 1, column, INPUT_ROWS, column, attainment_bar())


def _card_key(ref: Ref) -> str:
    parts = (ref("month"), ref("person"), ref("region"), ref("line"))
    key = '&"｜"&'.join(parts)
    return f'IF({ref("item")}="","",{key})'


def attainment_bar() -> dict[str, object]:
    """Attainment as a bar from 0 to 120 %."""
    return {
        "type": "data_bar",
        "bar_color": "#9DC3E6",
        "bar_solid": True,
        "min_type": "num",
        "max_type": "num",
        "min_value": 0,
        "max_value": 1.2,
        "data_bar_2010": True,
        "bar_negative_color_same": True,
    }
