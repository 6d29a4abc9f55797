"""Own roles of a book: a name in the column Role of Duties that is no shipped role is one.

Its code is the name itself, so People, Weights, Targets and signed lines all hold what is read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from kpi.book_rows import Decode, RowReader
from kpi.model import Region
from kpi.sheet_words import plain
from kpi.tables import Table

ROLE = "role"
MOST_OWN_ROLES = 30  # that the lists and the sums of cards have room for


def own_roles(table: Table | None, decode: Decode) -> Mapping[str, str]:
    """The own roles of Duties, in their order: plain text -> name."""
    found: dict[str, str] = {}
    for row in table.rows if table else ():
        name = row.value(ROLE)
        if isinstance(name, str) and name.strip() and decode(ROLE, name) is None:
            found.setdefault(plain(name), name.strip())
    return found


def with_own_roles(decode: Decode, table: Table | None) -> Decode:
    """A decoder that knows the own roles of Duties beside the words it knew."""
    own = own_roles(table, decode)

    def known(words: str, text: str) -> str | None:
        code = decode(words, text)
        return own.get(plain(text)) if code is None and words == ROLE else code

    return known if own else decode


def doubt_roles(rows: Iterator[RowReader], own: Collection[str], codes: Collection[str]) -> None:
    """Own roles named as a shop, person or other scope is; those beyond the room of the lists."""
    taken = {plain(code) for code in (*codes, *Region)}
    names = list(own)
    for row in rows:
        text = row.text(ROLE)
        if plain(text) in taken and text in names:
            row.doubt(ROLE, "role_is_scope", shown=text)
        if text in names[MOST_OWN_ROLES:]:
            row.doubt(ROLE, "roles_many", shown=text, most=MOST_OWN_ROLES)
