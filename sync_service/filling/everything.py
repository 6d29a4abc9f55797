"""All patches of one refresh: the list of the service's tables and stamps, in one place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from kpi.errors import Problem
from kpi.tables import Table
from sheet_templates.layout import TABLES
from sync_service.compute import Computed
from sync_service.filling import (
    actual_lines,
    agreed,
    attention,
    breaches,
    improving,
    needs,
    newcomers,
    okr,
    products,
    register,
    reports,
    scores,
    tasks,
    today,
    values,
)
from sync_service.filling.bands import band
from sync_service.filling.cells import Cell, FilledRow, known, worded
from sync_service.filling.kpis import kpis, measures
from sync_service.reconcile import Compared
from sync_service.workbooks.port import NamePatch, TablePatch

Rows = Mapping[str, Iterable[FilledRow]]
"""The rows of each table."""


def patches(
    done: Computed,
    problems: Sequence[Problem],
    compared: Iterable[Compared],
    units: products.Units,
    tables: Mapping[str, Table],
) -> tuple[TablePatch, ...]:
    """What the service's tables should hold; only tables that the book has."""
    groups = (
        (_ours(done, problems, compared, tables), True),
        (_theirs(done, problems, units, tables), False),
    )
    more: Mapping[str, Mapping[str, Any]] = {
        "tblScore": {"computed": scores.computed(done)},
        "tblBreach": {"released": breaches.moved(done)},
        "tblPoint": {"owners": scores.writers_of_points(done)},
    }
    language, lately = done.given.language, done.given.recent.lately
    made = (
        TablePatch(name, _key(name, tables), tuple(worded(name, rows, language)), prune=prune)
        for group, prune in groups
        for name, rows in group.items()
        if name in tables
    )
    filled = (replace(patch, **more.get(patch.table, {})) for patch in made)
    return tuple(lately.alike(f"patch {one.table}", one) for one in filled)


def _key(name: str, tables: Mapping[str, Table]) -> tuple[str, ...]:
    """The columns by which the rows of a table are found."""
    match name:
        case "tblTarget":
            return agreed.target_columns(tables[name])
        case "tblRegister":
            return register.register_columns(tables[name])
    return TABLES[name].key


def _ours(
    done: Computed,
    problems: Sequence[Problem],
    compared: Iterable[Compared],
    tables: Mapping[str, Table],
) -> Rows:
    """Tables that are the service's own: rows that it does not make anew go."""
    return {
        "tblFocus": attention.focus(done, problems),
        "tblTeam": scores.team(done),
        "tblBreach": breaches.breaches(done),
        "tblScore": scores.items(done),
        "tblWeek": scores.strip(done),
        "tblActual": actual_lines.actuals(done),
        "tblDay": values.days(done),
        "tblMarket": today.markets(done),
        "tblTile": today.tiles(done),
        "tblNewcomer": newcomers.progress(done),
        "tblRegister": _of("tblRegister", register.register, done, tables),
        "tblWeekKpi": values.weeks(done),
        **reports.pages(done),
        "tblScope": values.scopes(done),
        "tblReconcile": _reconciled(compared),
        "tblLog": attention.log(done, _found(done, problems)),
    }


def _theirs(
    done: Computed,
    problems: Sequence[Problem],
    units: products.Units,
    tables: Mapping[str, Table],
) -> Rows:
    """Tables whose rows are the manager's: those that are there get the service's columns."""
    return {
        "tblShop": values.shops(done),
        "tblTarget": _of("tblTarget", _targets, done, tables),
        "tblWeight": _of("tblWeight", agreed.weights, done, tables),
        "tblTerm": _of("tblTerm", agreed.terms, done, tables),
        "tblProduct": products.products(done, units),
        "tblInput": _of("tblInput", values.inputs, done, tables),
        "tblOkr": okr.key_results(done),
        "tblPoint": scores.points(done),
        "tblTask": tasks.tasks(done),
        "tblFeedback": _of("tblFeedback", improving.feedback, done, tables),
        "tblNeed": _of("tblNeed", needs.needs, done, tables),
        "tblAdjust": _of("tblAdjust", improving.adjustments, done, tables),
        "tblKpi": kpis(done, problems, tables["tblKpi"]) if "tblKpi" in tables else (),
        "tblMeasure": (
            measures(done, problems, tables["tblMeasure"]) if "tblMeasure" in tables else ()
        ),
    }


def _of(
    name: str,
    make: Callable[[Computed, Table], Iterator[FilledRow]],
    done: Computed,
    tables: Mapping[str, Table],
) -> Iterable[FilledRow]:
    """Rows of a table whose keys are taken as typed."""
    return make(done, tables[name]) if name in tables else ()


def _targets(done: Computed, table: Table) -> Iterator[FilledRow]:
    return agreed.targets(done, table, values.targets(done, table))


def _found(done: Computed, problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """What the log shows: faults of the book, and what only the filling of a tab can tell."""
    said = (*tasks.notes(done), *values.notes(done), *breaches.notes(done))
    return (*problems, *said, *okr.circles(done))


def _reconciled(compared: Iterable[Compared]) -> Iterator[FilledRow]:
    for one in compared:
        yield {
            "shop": one.shop,
            "platform": known(one.platform),
            "book": known(one.ours),
            "days": "{:%m-%d} … {:%m-%d}".format(*one.ends) if one.ends else None,
        }


def stamps(done: Computed, units: products.Units) -> tuple[NamePatch, ...]:
    """The single cells that every tab shows."""
    said: dict[str, Cell] = {
        "nmDataUntil": attention.data_until(done),
        "nmRefreshed": attention.stamp(done),
        "nmState": band(done),
        "nmPaused": done.given.paused,
        "nmToday": done.today,
        "nmCostCover": products.cost_cover(done, units),
        "nmServiceNote": attention.service_note(done),
        "nmDay": reports.day_of(done).now.code,
        "nmWeek": reports.week(done).now.code,
        "nmShown": f"{done.typed.settings.purpose}/{done.typed.settings.mode}",
    }
    if done.version:  # a draft keeps the stamp of a file that was renamed: it says where it is from
        said["nmVersion"] = agreed.version_name(done)
    return tuple(NamePatch(name, value) for name, value in said.items())
