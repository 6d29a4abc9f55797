"""任务 Tasks: one inbox for everything with a date."""

from __future__ import annotations

from sheet_templates.book import INPUT_ROWS, Book
from sheet_templates.frame import frame, setting
from sheet_templates.places import Ref, letters
from sheet_templates.style import STATUS
from sheet_templates.table import TableSpec, put_table


def page(book: Book) -> None:
    """The tab; days left count from the day the service stamps, not from a volatile clock."""
    tab = frame(
        book,
        "tasks",
        "所有带日期的事都在这里：先做 ■ 逾期，再做 ▲ 临期；完成填 100%。",
        "Everything with a date: ■ late first, then ▲ due soon; done is 100%.",
    )
    formulas = {
        "days_left": days_left,
        "status": lambda r: status(book, r),
    }
    put_table(book, TableSpec("tblTask", formulas, fill_down=formulas))
    place = book.places["tblTask"]
    number = place.offset("days_left")
    area = (place.row + 1, number, INPUT_ROWS, number)
    late, soon = (book.styles.rule(**dict(STATUS)[sign]) for sign in ("■", "▲"))
    tab.conditional_format(*area, {"type": "cell", "criteria": "<", "value": 0, "format": late})
    cell = f"${letters(number)}{place.row + 2}"
    near = f"=AND(ISNUMBER({cell}),{cell}<={_reminder(book)})"
    tab.conditional_format(*area, {"type": "formula", "criteria": near, "format": soon})


def _reminder(book: Book) -> str:
    """From how many days left a task is due soon; a partner's book has no settings."""
    return "nmReminderDays" if book.edition == "manager" else f"{setting(book, 'reminder_days'):g}"


def days_left(ref: Ref) -> str:
    """Days from today to the due day; nothing for a task that is done or has no date."""
    due, done = ref("due"), ref("done")
    return f'IF(OR({due}="",nmToday=""),"",IF(AND(ISNUMBER({done}),{done}>=1),"",{due}-nmToday))'


def status(book: Book, ref: Ref) -> str:
    """Done, late, due soon (from the reminder day) or in progress."""
    done, left = ref("done"), ref("days_left")
    word = {code: book.literal("task_status", code) for code in ("done", "late", "soon", "open")}
    near = f"{left}<={_reminder(book)}"
    dated = f"IF({left}<0,{word['late']},IF({near},{word['soon']},{word['open']}))"
    open_task = f"IF(ISNUMBER({left}),{dated},{word['open']})"
    return f'IF({ref("no")}="","",IF(AND(ISNUMBER({done}),{done}>=1),{word["done"]},{open_task}))'
