"""The weight sums of every card (role and region), and who has one; both are kept on Lists."""

from __future__ import annotations

from xlsxwriter.worksheet import Worksheet

from kpi.organisation import SHOP_ROLES
from kpi.own_roles import MOST_OWN_ROLES
from sheet_templates import words
from sheet_templates.book import Book, below, formula, quote
from sheet_templates.places import HEADER_ROW, letters, quoted, setting_value

REGIONS = ("US", "EU")
RESULT_MAX, PROCESS_MIN, COMPLIANCE_MIN = 70, 20, 10  # points; packs.md, balance checks
CARDED = 300  # people and shops that the dropdown of Card offers
CARD_ROLES = len(words.LISTS["role"]) + MOST_OWN_ROLES
PARTS = ("total", "off", "result", "process", "compliance", "sales", "profit")


def cards(book: Book, tab: Worksheet, column: int) -> int:
    """A line a card: its sums, and the text that Weights shows; empty where a role is unused.

    Own roles of Duties have their lines behind the shipped roles, as many as the lists have room.

    Returns:
        The next free column.
    """
    row = HEADER_ROW
    plain = book.styles.get()
    shipped = [book.word("role", code) for code, _, _ in words.LISTS["role"]]
    for number in range(1, CARD_ROLES + 1):
        for region in REGIONS:
            row += 1
            if number <= len(shipped):
                tab.write_string(row, column, shipped[number - 1], plain)
            else:
                formula(tab, row, column, f'INDEX(nmRoles,{number})&""', plain)
            tab.write_string(row, column + 1, region, plain)
            _line(book, tab, column, row)
    last = letters(column + 2 + len(PARTS))
    book.define("nmCards", "lists", f"${last}${HEADER_ROW + 2}:${last}${row + 1}")
    return column + len(PARTS) + 4


def _line(book: Book, tab: Worksheet, column: int, row: int) -> None:
    """The sums of a card and its text; nothing is summed where there is no role."""
    plain, role = book.styles.get(), f"${letters(column)}{row + 1}"
    for offset, part in enumerate(PARTS, column + 2):
        text = f'IF({role}="",0,{_sum(book, part, column, row)})'
        formula(tab, row, offset, text, plain)
    text = f'IF({role}="","",{_text(book, column, row)})'
    formula(tab, row, column + 2 + len(PARTS), text, plain)


def carded(book: Book, tab: Worksheet, column: int) -> None:
    """Whom Card can show, one a row: the people, then the shops where weights score them."""
    people, shops = (_typed(book, *at) for at in (("tblPeople", "person"), ("tblShop", "shop")))
    role = book.column("tblWeight")("role")
    scored = "+".join(f"COUNTIFS({role},{book.literal('role', one)})" for one in SHOP_ROLES)
    plain, row = book.styles.get(), HEADER_ROW + 1
    who = _carded_at_start(book)
    count, more = (f"${letters(column + n)}${row + 1}" for n in (1, 2))
    begun = len(book.start.people)
    formula(tab, row, column + 1, f'COUNTIFS({people},"?*")', plain, begun)
    number = f'IF({scored}>0,COUNTIFS({shops},"?*"),0)'
    formula(tab, row, column + 2, number, plain, len(who) - begun)
    for n in range(1, CARDED + 1):
        shop = f'IF({n}<={count}+{more},INDEX({shops},{n}-{count})&"","")'
        text = f'IF({n}<={count},INDEX({people},{n})&"",{shop})'
        formula(tab, row + n - 1, column, text, plain, who[n - 1] if n <= len(who) else "")
    cells = quoted(book.sheet("lists").title(book.language)) + below(
        row, column, last_row=row + CARDED
    )
    filled = f'INDEX({cells},MAX(1,COUNTIFS({cells},"?*")))'
    book.workbook.define_name("lstCarded", f"={cells.partition(':')[0]}:{filled}")


def _typed(book: Book, table: str, code: str) -> str:
    place = book.places[table]
    title = quoted(place.sheet.title(book.language))
    return title + below(place.row + 1, place.offset(code), last_row=place.row + CARDED)


def _carded_at_start(book: Book) -> tuple[str, ...]:
    words_ = {book.word("role", role) for role in SHOP_ROLES} | set(SHOP_ROLES)
    scored = any(row.get("role") in words_ for row in book.start.weights)
    people = tuple(str(row["person"]) for row in book.start.people)
    return (*people, *(str(row["shop"]) for row in book.start.shops if scored))


def _sum(book: Book, part: str, column: int, row: int) -> str:
    col = book.column("tblWeight")
    role, region = f"${letters(column)}{row + 1}", f"${letters(column + 1)}{row + 1}"
    tests = [f"{col('role')},{role}", f"{col('region')},{region}", f"{col('live')},1"]
    off = book.literal("yes_no", "no")
    tests.append(f"{col('on')},{off if part == 'off' else in_use(book)}")
    if part in ("result", "process"):
        tests.append(f"{col('kind')},{book.literal('kind', part)}")
    if part in ("compliance", "sales", "profit"):
        tests.append(f"{col('klass')},{book.literal('klass', part)}")
    return f"ROUND(SUMIFS({col('weight')},{','.join(tests)}),9)"


def in_use(book: Book) -> str:
    """The condition that a line of Weights is on: whatever is not no, an empty cell too."""
    return quote("<>" + book.word("yes_no", "no"))


def is_relative(book: Book) -> str:
    """Whether Setup says that weights are relative; a book without the setting has none."""
    word = book.literal("weight_mode", "relative")
    return f"IFERROR({setting_value(book, 'weight_mode')}={word},FALSE)"


def _text(book: Book, column: int, row: int) -> str:
    """`运营 US 100 ✓ · 结果 70 ✓ · 过程 30 ✓ · 利润项 ✓`; of relative weights `相对 3 ✓`."""
    cell = {part: f"${letters(column + 2 + n)}{row + 1}" for n, part in enumerate(PARTS)}
    role, region = f"${letters(column)}{row + 1}", f"${letters(column + 1)}{row + 1}"
    result, process = book.word("kind", "result"), book.word("kind", "process")
    compliance, profit = book.word("klass", "compliance"), book.text("利润项", "Profit item")
    off = book.text("待分配", "To distribute")
    total, relative = cell["total"], is_relative(book)
    word = quote(f"{book.text('相对', 'relative')} ")
    whole = f"IF({relative},{total}>0,ABS({total}-100)<0.000000001)"
    scale = f"IF(AND({relative},{total}>0),100/{total},1)"
    in_eu = _part(compliance, cell["compliance"], scale, f">={COMPLIANCE_MIN}")
    parts = [
        f'{role}&" "&{region}&" "&IF({relative},{word},"")&{total}&IF({whole}," ✓"," ✗")',
        f'IF({cell["off"]}>0,{quote(f" · {off} ")}&{cell["off"]},"")',
        _part(result, cell["result"], scale, f"<={RESULT_MAX}"),
        _part(process, cell["process"], scale, f">={PROCESS_MIN}"),
        f'IF({cell["sales"]}>0,{quote(f" · {profit}")}&IF({cell["profit"]}>0," ✓"," ✗"),"")',
        f'IF({region}="EU",{in_eu},"")',
    ]
    return f'IF({total}+{cell["off"]}=0,"",{"&".join(parts)}&"     ")'


def _part(label: str, cell: str, scale: str, test: str) -> str:
    """A part of the card in points of 100; a limit is met where six decimals of it are."""
    points = f"{cell}*{scale}"
    tick = f'IF(ROUND({points},6){test}," ✓"," ✗")'
    return f"{quote(f' · {label} ')}&ROUND({points},1)&{tick}"
