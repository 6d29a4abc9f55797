"""Pay slips: one sealed workbook a person, and what comes back in its confirmation cells.

A slip is found by its key (period, person, version), never by its file's name. An answer to an
older version is told and does not count; nothing but the answer is read.
"""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from kpi.book_rows import RowReader
from kpi.errors import KpiError, Place, Problem
from kpi.messages import problem
from kpi.model import Language
from kpi.payout import PayLine, PayState, pay_line
from kpi.rewards import Applied, RewardEffect, applied_rewards, counted_in
from sheet_templates.slip import SlipRows, build_slip
from sheet_templates.words import decode, show
from sync_service.house import House
from sync_service.payout_reading import PayTyped, TypedLine
from sync_service.payout_store import Kept, Key
from sync_service.sealing import sealed
from sync_service.signing import signer
from sync_service.workbooks.port import Written
from sync_service.workbooks.refusals import BookInUseError
from sync_service.workbooks.replace import refuse_if_open, replace_atomically
from sync_service.workbooks.xlsx import XlsxPort

PRIVATE = 0o600
VERSION = 8  # hex digits


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person wrote in a slip."""

    key: Key
    version: str
    file: str
    yes: bool  # Confirmed was chosen and nothing is objected
    name: str
    day: date | None
    objection: str
    given: bool  # anything was written at all


@dataclass(frozen=True, slots=True)
class Slips:
    """What came back, and the files it came in."""

    answers: Mapping[Key, Sequence[Answer]]
    files: Mapping[Key, Path]  # the newest of a line, by name
    problems: tuple[Problem, ...] = ()


NONE = Slips({}, {})


def version_of(line: PayLine) -> str:
    """A few digits that change with any figure of a line; its texts do not count."""
    basis, rule = line.basis, line.rule
    said = [
        *(basis.period, basis.person, basis.total, basis.grade, basis.coefficient, basis.base),
        *(basis.attendance, basis.amount, basis.goal, basis.team, basis.vetoes, basis.forfeits),
        *(basis.rewards, basis.true_up, basis.loss_in, line.earned, line.payable),
        repr(replace(rule, on_kpi="", on_scope="")) if rule else "",
    ]
    text = json.dumps([str(one) for one in said])
    return hashlib.sha256(text.encode()).hexdigest()[:VERSION]


def paid_line(one: Kept) -> PayLine:
    """A paid line as it was paid."""
    return pay_line(one.basis, one.rule, PayState.FINAL)


# --- what comes back ------------------------------------------------------------------------------


def read_slips(folder: Path | None) -> Slips:
    """The answers of all slips in a folder; a file that is no slip is left alone."""
    answers: dict[Key, list[Answer]] = {}
    files: dict[Key, Path] = {}
    problems: list[Problem] = []
    if folder is None or not folder.is_dir():
        return NONE
    for path in sorted(folder.glob("*.xlsx")):
        if path.name.startswith(("~$", ".")):
            continue
        try:
            table = XlsxPort(path).read().tables.get("tblConfirm")
        except (KpiError, OSError) as error:
            problems.append(_unread(path, error))
            continue
        for row in table.rows if table is not None else ():
            reader = RowReader(table, row, decode, {}, problems) if table else None
            found = _answer(reader, path.name) if reader else None
            if found is not None:
                answers.setdefault(found.key, []).append(found)
                files[found.key] = path
    return Slips(answers, files, tuple(problems))


def _unread(path: Path, error: Exception) -> Problem:
    texts = error.texts if isinstance(error, KpiError) else {"zh": str(error), "en": str(error)}
    why = {f"why_{language}": text for language, text in texts.items()}
    return problem("slip_unread", Place(text=path.name), file=path.name, **why)


def _answer(reader: RowReader, file: str) -> Answer | None:
    key = (reader.text("month"), reader.text("person"))
    if not all(key):
        return None
    answer, name = reader.word_if_known("answer", "confirm"), reader.text("name")
    day, objection = reader.day("day"), reader.text("objection")
    yes = answer == "yes" and not objection
    given = bool(answer or objection)
    return Answer(key, reader.text("version"), file, yes, name, day, objection, given)


# --- what is shown of it --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The cells of a line and what is told about it."""

    cells: Mapping[str, Written]
    problems: tuple[Problem, ...] = ()


def confirmed(
    line: PayLine, slips: Slips, before: TypedLine | None, language: Language
) -> Confirmed:
    """What a line shows of its slip; `before` is the line as the book holds it.

    Without an answer what is there stays, as long as it is about the same figures.
    """
    version = version_of(line)
    key = (line.basis.period, line.basis.person)
    place = Place(table="tblPay", text=" ".join(key))
    values = {"person": key[1], "month": key[0], "ours": version}
    given = [one for one in slips.answers.get(key, ()) if one.given]
    mine = [one for one in given if one.version == version]
    if mine:
        return _counted(mine[-1], version, place, language)
    if given:
        old = given[-1]
        told = problem("slip_outdated", place, **values, theirs=old.version)
        said = f"{show('slip_state', 'outdated', language)} {_signed(old)}".rstrip()
        return Confirmed({"slip": version, "confirmed": None, "said": said}, (told,))
    if before is not None and before.answered and before.slip not in ("", version):
        told = problem("slip_outdated", place, **values, theirs=before.slip)
        return Confirmed({"slip": version, "confirmed": None, "said": None}, (told,))
    return Confirmed({"slip": version})


def _counted(one: Answer, version: str, place: Place, language: Language) -> Confirmed:
    """An answer to the line as it is."""
    values = {"person": one.key[1], "month": one.key[0]}
    if not one.name or one.day is None:
        told = problem("slip_incomplete", place, **values)
        return Confirmed({"slip": version, "confirmed": None, "said": None}, (told,))
    if one.yes:
        return Confirmed({"slip": version, "confirmed": one.day, "said": f"✓ {_signed(one)}"})
    word = show("confirm", "no", language)
    told = problem("slip_objection", place, **values, why=one.objection or word)
    said = f"{word} {_signed(one)}：{one.objection}".rstrip("：")
    return Confirmed({"slip": version, "confirmed": None, "said": said}, (told,))


def _signed(one: Answer) -> str:
    return " ".join(part for part in (one.name, str(one.day or "")) if part)


def strangers(slips: Slips, known: Collection[Key]) -> Iterator[Problem]:
    """Answers to lines that the book does not have."""
    for key, found in slips.answers.items():
        if key not in known:
            values = {"file": found[-1].file, "month": key[0], "person": key[1]}
            yield problem("slip_stranger", Place(text=found[-1].file), **values)


# --- writing --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Issue:
    """What slips are made from."""

    folder: Path
    company: str
    names: Mapping[str, str]  # person -> name
    language: Language
    today: date


def issue(
    house: House, asked: Issue, lines: Sequence[PayLine], typed: PayTyped, slips: Slips
) -> tuple[tuple[Path, ...], tuple[Problem, ...]]:
    """Write the slip of each line with a known amount; one of the same version stays untouched."""
    asked.folder.mkdir(parents=True, exist_ok=True)
    applied = applied_rewards(typed.rewards, typed.applications)
    made: list[Path] = []
    problems: list[Problem] = []
    for line in lines:
        if line.state is not PayState.FINAL or line.payable is None or line.earned is None:
            continue
        key, version = (line.basis.period, line.basis.person), version_of(line)
        if any(one.version == version for one in slips.answers.get(key, ())):
            continue
        path = slips.files.get(key) or asked.folder / f"{key[0]}-{_safe(key[1])}.xlsx"
        try:
            refuse_if_open(path)
        except BookInUseError as error:
            problems.append(_unread(path, error))
            continue
        rows = SlipRows(
            *(asked.language, asked.company, asked.names.get(key[1], ""), line, version),
            *(asked.today, _rewards(line, applied, typed, asked.language)),
        )
        replace_atomically(path, [_sealed(house, rows, path.name)])
        with suppress(OSError):
            path.chmod(PRIVATE)
        made.append(path)
    return tuple(made), tuple(problems)


def _sealed(house: House, rows: SlipRows, name: str) -> bytes:
    line, rule = rows.line, rows.line.rule
    about = {
        "kind": "slip",
        "period": line.basis.period,
        "person": line.basis.person,
        "version": rows.version,
        "payable": str(line.payable),
        "currency": rule.currency if rule else "",
    }
    with tempfile.TemporaryDirectory(dir=house.settings.home) as folder:
        data = build_slip(Path(folder) / "slip.xlsx", rows).read_bytes()
    return sealed(data, name, about, signer(house.settings))


def _rewards(
    line: PayLine, applied: Sequence[Applied], typed: PayTyped, language: Language
) -> tuple[tuple[str, float], ...]:
    """What counts for the line, each with its condition; one sum where the book lost a part."""
    person, month = line.basis.person, line.basis.period
    mine = [
        one
        for one in applied
        if one.rule.effect is RewardEffect.MONEY
        and one.application.person == person
        and one.counted
        and counted_in(one.application, typed.lines) == month
    ]
    found = tuple(
        (" · ".join(filter(None, (one.rule.code, one.rule.condition))), float(one.counted))
        for one in mine
    )
    if sum(one.counted for one in mine) == line.basis.rewards:
        return found
    return ((show("slip_state", "recorded", language), float(line.basis.rewards)),)


def _safe(person: str) -> str:
    """A code as a part of a file's name."""
    return re.sub(r"[^\w.-]+", "_", person).strip(".") or "person"
