"""People at work in the gap: nothing of theirs is lost or moved, the service's tables end right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from kpi.tables import ErrorValue
from sync_service.google.client import ProtectedError
from sync_service.google.locate import Located
from sync_service.told import ToldError
from sync_service.workbooks.areas import letters
from sync_service.workbooks.google import GooglePort
from sync_service.workbooks.port import NamePatch, TablePatch, Written
from tests.google_house import google_at
from tests.google_small import STAMP, Gap, small_book

Json = dict[str, Any]
KEYS = [f"K{n}" for n in range(1, 9)]
ACTS = (
    *("insert", "column", "sort", "sort", "rename"),
    *("move", "note", "own", "delete", "protect"),
)
VALUES: st.SearchStrategy[Written] = st.one_of(
    st.none(),
    st.integers(-9, 9).map(float),
    st.sampled_from(["=1+1", "+x", "@y", "12%", "01-02", "'q"]),
    st.just(ErrorValue("#N/A")),
)


def _lines(one: Located) -> Iterator[Json]:
    """The rows as they stand, with and without a key."""
    names = [code or header for code, header in zip(one.grid.codes, one.grid.headers, strict=True)]
    for row in one.grid.rows:
        yield {
            name or f"blank {at}": v for at, (name, v) in enumerate(zip(names, row, strict=True))
        }


class Interleaved(RuleBasedStateMachine):
    """Edits before and between, refreshes, faults."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        root = Path(self.stack.enter_context(TemporaryDirectory()))
        self.google = self.stack.enter_context(google_at(root))
        self.sheet = small_book(self.google)
        self.hands = self.google.hands(self.sheet)
        self.client = Gap(self.google.client.http, self.google.client.account)
        self.tokens: dict[str, str] = {}  # what people wrote -> the key of its row; "" once it left
        self.made = 0
        self.stamp = 0  # of the last refresh, and what the last whole one wrote
        self.stamped = ""
        self.guards: list[int] = []
        self.gone: set[str] = set()  # keys whose row was deleted once it was written

    @initialize(wanted=st.sets(st.sampled_from(KEYS), min_size=3))
    def first(self, wanted: set[str]) -> None:
        self._refresh(dict.fromkeys(wanted, 1.0), 0.0, [])

    # -- what people do ---------------------------------------------------------------------------

    acts = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 9)), max_size=2)

    @rule(acts=acts)
    def edit(self, acts: list[tuple[str, int]]) -> None:
        for act in acts:
            self._act(act)

    def _act(self, act: tuple[str, int]) -> None:
        kind, n = act
        note(f"{kind} {n}")
        there = GooglePort(self.google.client, self.sheet).now()
        name = ("tblInput", "tblBreach")[n % 2]
        one = there.tables[name]
        title, rows = one.grid.sheet, one.grid.rows
        left, right = letters(one.left + 1), letters(one.span.right)
        first, last = one.row(0) + 1, one.row(len(rows) - 1) + 1
        if kind == "insert":
            self.hands.insert_rows(title, first + n % (len(rows) + 1))
        elif kind == "column":
            self.hands.insert_columns(title, one.left + 1 + n % 5)
        elif kind == "sort":
            column = one.left + 1 + n % 6
            spot = f"'{title}'!{left}{first}:{right}{last}"
            self.hands.sort(spot, column, descending=bool(n % 3))
        elif kind == "delete":
            self._delete(one, n)
        elif kind == "rename":
            self.made += 1
            self.hands.rename(title, f"renamed {self.made}")
        elif kind == "move":
            self.hands.move_tab(title, 1 + n % 2)
        elif kind == "protect":
            self._protect(one, n)
        else:
            self._write_on(there.tables["tblBreach"], n, own=kind == "own")

    def _protect(self, one: Located, n: int) -> None:
        """For themselves alone, or with a warning: a tab, some rows, their own column, a head."""
        title, right = one.grid.sheet, letters(one.span.right)
        first, last = one.row(0) + 1, one.row(len(one.grid.rows) - 1) + 1
        areas = ("", f"!{letters(one.left + 1)}{first}:{right}{last}", f"!{right}1:{right}40")
        head = f"!{letters(one.left + 1)}{first - 1}:{right}{first - 1}"
        area = f"'{title}'" + (*areas, head)[n % 4]
        self.guards.append(self.hands.protect(area, warning_only=n > 7))

    def _lift(self) -> None:
        for number in self.guards:
            self.hands.do({"deleteProtectedRange": {"protectedRangeId": number}})
        self.guards.clear()

    def _delete(self, one: Located, n: int) -> None:
        """A row of breaches goes by their own hand, with what they wrote on it."""
        if one.grid.layout.name != "tblBreach" or len(one.grid.rows) < 2:
            return
        row = n % len(one.grid.rows)
        if self.client.done:  # nobody writes this row again
            self.gone.add(str(one.grid.rows[row][one.grid.codes.index("no")]))
        for text in one.grid.rows[row]:
            if isinstance(text, str):
                self.tokens.pop(text, None)
        self.hands.delete_rows(one.grid.sheet, one.row(row) + 1)

    def _write_on(self, one: Located, n: int, *, own: bool) -> None:
        """Something typed on the row of a key: in the manager's column, or in one of their own."""
        keyed = [at for at, row in enumerate(one.grid.rows) if row[one.grid.codes.index("no")]]
        column = one.span.right - 1 if own else one.column("action")
        if not keyed or column is None:
            return
        row = keyed[n % len(keyed)]
        at = f"'{one.grid.sheet}'!{letters(column + 1)}{one.row(row) + 1}"
        before = str(one.grid.rows[row][column - one.left] or "")
        self.made += 1
        self.tokens.pop(before, None)
        key = one.grid.rows[row][one.grid.codes.index("no")]
        self.hands.type(at, f"token {self.made}")
        self.tokens[f"token {self.made}"] = str(key)

    # -- refreshes --------------------------------------------------------------------------------

    @rule(
        wanted=st.dictionaries(st.sampled_from(KEYS), VALUES, min_size=1),
        used=st.integers(0, 99).map(float),
        acts=acts,
        fault=st.sampled_from(["", "", "", "503", "429", "reset"]),
    )
    def refresh(
        self, wanted: dict[str, Written], used: float, acts: list[tuple[str, int]], fault: str
    ) -> None:
        if fault:
            operation = "spreadsheets.values.batchUpdateByDataFilter"
            self.google.handle.faults.add("google", operation, fault, retry_after=1.0)  # type: ignore[arg-type]
        try:
            self._refresh(wanted, used, acts)
        except ToldError as error:
            note(f"refused: {error}")
            self.client.acts.clear()
            if isinstance(error, ProtectedError):
                self._kept_out(error)
            self._lift()
            self.google.handle.faults.clear()
            self._refresh(wanted, used, [])
        self.google.handle.faults.clear()

    def _kept_out(self, error: ProtectedError) -> None:
        """The place is named, and the stamp is the old one."""
        there = GooglePort(self.google.client, self.sheet).now()
        assert any(tab.title in str(error) for tab in there.sheet.tabs.values())
        assert there.sent.names[STAMP] == self.stamped
        assert self.guards

    def _refresh(
        self, wanted: Mapping[str, Written], used: float, acts: list[tuple[str, int]]
    ) -> None:
        self.gone.clear()
        self.client.done.clear()
        self.client.acts[:] = [lambda act=act: self._act(act) for act in acts]  # type: ignore[misc]
        port = GooglePort(self.client, self.sheet)
        read = port.read()
        lines = [
            {"no": key, "actual": value, "level": f"about {key}"} for key, value in wanted.items()
        ]
        keys = [
            [row.value(code) for code in ("day", "shop", "measure")]
            for row in read.tables["tblInput"].rows
        ]
        inputs = [
            {"day": day, "shop": shop, "measure": measure, "used": used + n}
            for n, (day, shop, measure) in enumerate(keys)
            if shop
        ]
        patches = [
            TablePatch("tblBreach", ("no",), lines),
            TablePatch("tblInput", ("day", "shop", "measure"), inputs),
        ]
        there = {str(r.value("no")): r.value("actual") for r in read.tables["tblBreach"].rows}
        if there == wanted:
            self.client.done.append(True)  # nothing of the breaches will be written
        self.stamp += 1
        port.write(patches, [NamePatch(STAMP, f"refresh {self.stamp}")], read.fingerprint)
        self.stamped = f"refresh {self.stamp}"
        self.client.acts.clear()
        self._check(wanted, {str(line["shop"]): line["used"] for line in inputs})

    def _check(self, wanted: Mapping[str, Written], used: Mapping[str, object]) -> None:
        there = GooglePort(self.google.client, self.sheet).now()
        assert there.sent.names[STAMP] == self.stamped
        breaches = list(_lines(there.tables["tblBreach"]))
        keyed = [line for line in breaches if line["no"]]
        found = sorted((str(line["no"]), line["actual"]) for line in keyed)
        assert found == sorted(one for one in wanted.items() if one[0] not in self.gone)
        assert all(line["level"] == f"about {line['no']}" for line in keyed)
        inputs = [line for line in _lines(there.tables["tblInput"]) if line["shop"]]
        assert {str(line["shop"]): line["used"] for line in inputs} == used
        assert all(line["evidence"] == f"proof {line['shop']}" for line in inputs)
        self._tokens_stand(breaches, wanted)

    def _tokens_stand(self, breaches: Sequence[Json], wanted: Mapping[str, Written]) -> None:
        """Every text of theirs is there once, on the row of its key while that is wanted."""
        found = Counter[str]()
        for line in breaches:
            for text in line.values():
                if isinstance(text, str) and text.startswith("token"):
                    found[text] += 1
                    if self.tokens[text] in wanted:
                        assert line["no"] == self.tokens[text], text
                    else:
                        self.tokens[text] = ""
        assert found == Counter(dict.fromkeys(self.tokens, 1))

    def teardown(self) -> None:
        self.stack.close()


class Longer(Interleaved):
    """The same for an hour's worth."""


PHASES = (Phase.explicit, Phase.reuse, Phase.generate)  # one run of it is slow to shrink
FEW = settings(
    max_examples=15,
    stateful_step_count=6,
    deadline=None,
    phases=PHASES,
    suppress_health_check=list(HealthCheck),
)
TestInterleaved = Interleaved.TestCase
TestInterleaved.settings = FEW
TestLonger = pytest.mark.prove(Longer.TestCase)
TestLonger.settings = settings(FEW, max_examples=600, stateful_step_count=12)
