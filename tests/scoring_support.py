"""Random rows of tblScore, scored by Python and by node."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from kpi.javascript import runtime, to_javascript
from kpi.methods import METHODS, PARAMETERS, STEP_SCORE, Params, filled, score_text
from kpi.missing import Policy
from kpi.model import Better, Status
from kpi.numbers import normalise
from kpi.scoring import (
    NO_LOW,
    CardItem,
    CardTotal,
    Low,
    attainment,
    card_total,
    item_score,
    status_of_item,
)
from kpi.step_reading import WAYS
from kpi.step_table import STEP_NAMES, StepTable, has_table
from kpi.targets import due
from kpi.typed_rows import Bound
from sheet_templates.words import show
from tests.kpi_language_support import NODE, bits

OWN_STEPS = 0.6  # of the rows whose method may have them
OWN = "own"  # the text of a step table, beside those of the methods


@dataclass(frozen=True, slots=True)
class Drawn:
    """One row: what the service stores."""

    person: str
    region: str
    method: str
    better: Better
    actual: float | None
    target: float | None
    due_share: float
    params: Params
    cap: float | None
    floor: float
    warn: float | None
    breach: float | None
    bound: Bound
    additive: bool
    weight: float
    applicable: bool
    veto: bool
    missing: str
    low: Low  # of a band
    coded: bool  # the cells hold codes, not the words of the edition

    @property
    def due(self) -> float | None:
        """What is due."""
        return due(self.target, self.due_share, additive=True)


# --- drawing ------------------------------------------------------------------------------------


def draw(seed: int, count: int, items: int = 8) -> list[Drawn]:
    """So many rows, `items` a card; the same for the same seed."""
    chance = random.Random(seed)
    return [
        drawn_row(chance, n // (2 * items), "US" if n // items % 2 else "EU") for n in range(count)
    ]


def drawn_row(chance: random.Random, person: int, region: str) -> Drawn:
    method, better = chance.choice(list(METHODS)), chance.choice(list(Better))
    target = _target(chance)
    additive = chance.random() < 0.5
    share = normalise(chance.randint(1, 31) / 31) if additive else 1.0
    own = tuple(_parameter(chance, target) for _ in PARAMETERS)
    around = _band(chance, target) if method == "band" else own
    limits = _limits(chance, target, additive)
    steps = _steps(chance, target) if method in WAYS and chance.random() < OWN_STEPS else None
    return Drawn(
        person=f"OPS{person}",
        region=region,
        method=method,
        better=better,
        actual=_actual(chance, target),
        target=target,
        due_share=share,
        params=filled(method, steps or around, better, target),
        cap=chance.choice((120.0, 120.0, 100.0, 105.5, None)),
        floor=chance.choice((0.0, 0.0, 40.0, 33.333333333)),
        warn=limits[0],
        breach=limits[1],
        bound=chance.choice(list(Bound)),
        additive=additive,
        weight=chance.choice((5.0, 12.5, 33.3, 40.0, 100 / 3, 0.0)),
        applicable=chance.random() > 0.05,
        veto=chance.random() < 0.1,
        missing=chance.choice((*[Policy.EXCLUDE.value] * 5, Policy.BLOCK.value)),
        low=_low(chance, better, limits),
        coded=method == "anchors" or chance.random() < 0.3,
    )


def _target(chance: random.Random) -> float | None:
    if chance.random() < 0.05:
        return chance.choice((None, 0.0, -1.0))
    size = 10.0 ** chance.randint(-2, 7)
    pick = chance.choice((chance.randint(1, 999) / 100, chance.uniform(1, 10)))
    return normalise(pick * size)


def _actual(chance: random.Random, target: float | None) -> float | None:
    if chance.random() < 0.06:
        return None
    if chance.random() < 0.1:
        return float(chance.choice((0, 1, 2, -1)))
    near = chance.choice((0.795, 0.8, 0.9, 0.95, 1.0, 1.1, 1.2, chance.uniform(-0.2, 30)))
    nudge = 1 + chance.choice((0, 0, 1e-13, -1e-13, 1e-9))
    return normalise((target or 1.0) * near * nudge)


def _parameter(chance: random.Random, target: float | None) -> float | None:
    small = float(chance.randint(0, 4))
    return chance.choice((None, small, small, normalise((target or 1) * chance.uniform(0.3, 2))))


def _band(chance: random.Random, target: float | None) -> Params:
    low = normalise((target or 1.0) * chance.choice((0.5, 0.9)))
    high = normalise(low * 1.5)
    return (low, high, chance.choice((None, normalise(low / 3))), None)


def _steps(chance: random.Random, target: float | None) -> Params:
    """An own step table: bands or lines, rising or falling, at ties and at odd places."""
    actual, linear = chance.random() < 0.5, chance.random() < 0.5
    bands = chance.randint(2 if linear else 1, len(STEP_NAMES) // 2)
    near = [0.5, 0.795, 0.8, 0.9, 0.95, 1.0, 1.1, 1.2, chance.uniform(-0.2, 30)]
    unit = (target or 1.0) if actual else 100.0
    limits = sorted({normalise(unit * one) for one in chance.sample(near, bands)})
    falling = chance.random() < 0.5
    points = [chance.choice((0.0, 50.0, 80.0, 120.0, -5.0, chance.uniform(0, 150))) for _ in limits]
    return StepTable(
        tuple(limits[::-1] if falling else limits),
        (normalise(chance.uniform(0, 99)), *map(normalise, points)),
        actual,
        linear,
        linear and chance.random() < 0.5,
        falling,
    ).params


def _limits(
    chance: random.Random, target: float | None, additive: bool
) -> tuple[float | None, float | None]:
    unit = 1.0 if additive else abs(target or 1.0)
    return (
        chance.choice((None, normalise(0.95 * unit))),
        chance.choice((None, normalise(0.85 * unit), normalise(1.1 * unit))),
    )


def _low(chance: random.Random, better: Better, limits: tuple[float | None, float | None]) -> Low:
    """Lower limits of a band, the actual's own value among them; most have none."""
    if better is not Better.BAND or chance.random() < 0.5:
        return NO_LOW
    pick = chance.choice((0.0, 0.5, 0.9))
    warn, breach = (None if one is None else normalise(one * pick) for one in limits)
    return (warn, breach)


# --- Python -------------------------------------------------------------------------------------


def scored(row: Drawn) -> tuple[float | None, float | None, Status]:
    """Attainment, score and status."""
    score = item_score(row.method, row.actual, row.due, row.params, row.cap, row.floor)
    seen = status_of_item(
        row.actual,
        row.due,
        row.better,
        row.warn,
        row.breach,
        row.bound,
        additive=row.additive,
        low=row.low,
    )
    return attainment(row.actual, row.due, row.better, row.method), score, seen


def cards(rows: Sequence[Drawn]) -> dict[tuple[str, str], tuple[list[int], CardTotal]]:
    """Every card with the numbers of its rows."""
    places: dict[tuple[str, str], list[int]] = {}
    for n, row in enumerate(rows):
        places.setdefault((row.person, row.region), []).append(n)
    return {key: (own, card_total([_item(rows[n]) for n in own])) for key, own in places.items()}


def _item(row: Drawn) -> CardItem:
    block = row.missing == Policy.BLOCK
    score = scored(row)[1]
    return CardItem(row.method, row.weight, score, applicable=row.applicable, block=block)


def by_python(rows: Sequence[Drawn], language: str) -> list[dict[str, str]]:
    """Every formula column of every row."""
    found: list[dict[str, str]] = []
    for row in rows:
        reached, score, seen = scored(row)
        word = show("status", seen.value, "zh" if language == "zh" else "en")
        values = {"due": row.due, "attainment": reached, "score": score}
        found.append({code: bits(value) for code, value in values.items()} | {"status": word})
    for own, card in cards(rows).values():
        for n, share, point in zip(own, card.shares, card.points, strict=True):
            row, item = rows[n], _item(rows[n])
            usable = normalise_weight(row.weight) if item.score is not None and share > 0 else 0.0
            found[n] |= {"usable": bits(usable), "share": bits(share), "points": bits(point)}
    return found


def normalise_weight(weight: float) -> float:
    """A usable weight is an R value."""
    return round(weight, 9)


# --- node ---------------------------------------------------------------------------------------


def by_node(rows: Sequence[Drawn]) -> list[str]:
    """The score of every row by the JavaScript of its method's text."""
    texts = {code: score_text(code) for code in METHODS} | {OWN: STEP_SCORE}
    methods = ",".join(f"{json.dumps(c)}: {to_javascript(text)}" for c, text in texts.items())
    how = [OWN if has_table(row.params) else row.method for row in rows]
    data = json.dumps([[one, _names(row)] for one, row in zip(how, rows, strict=True)])
    script = f"""const METHODS = {{{methods}}};
print({data}.map(([m, v]) => bits(METHODS[m](KPI.row(v, 30)))));
"""
    found: list[str] = _node(script)
    return found


def cards_by_node(rows: Sequence[Drawn]) -> dict[tuple[str, str], list[str]]:
    """Total and coverage of every card, in bits, by the JavaScript that adds a card up."""
    keys = list(found := cards(rows))
    items = [[_plain(_item(rows[n])) for n in own] for own, _ in found.values()]
    script = f"""print({json.dumps(items)}.map((items) => {{
  const card = KPI.card(items, 0.7);
  return [bits(card.total), bits(card.coverage)];
}}));
"""
    added: list[list[str]] = _node(script)
    return dict(zip(keys, added, strict=True))


def _plain(item: CardItem) -> dict[str, float | bool | None]:
    shown = ("weight", "score", "applicable", "block")
    return {name: getattr(item, name) for name in shown}


def _node(script: str) -> Any:
    """What a script prints with the helpers of the language before it."""
    program = shutil.which("node")
    if program is None:
        pytest.fail(NODE, pytrace=False)
    helpers = """const view = new DataView(new ArrayBuffer(8));
const bits = (x) => {
  if (typeof x !== "number") return "unknown";
  view.setFloat64(0, x);
  return view.getBigUint64(0).toString(16).padStart(16, "0");
};
const print = (x) => process.stdout.write(JSON.stringify(x));
"""
    whole = runtime() + helpers + script
    done = subprocess.run([program, "-"], input=whole, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def _names(row: Drawn) -> dict[str, float | None]:
    parameters = dict(zip((*PARAMETERS, *STEP_NAMES), row.params, strict=False))
    return {
        "actual": row.actual,
        "target": row.due,
        "cap": row.cap,
        "floor": row.floor,
        **parameters,
    }
