"""Packs as a command line asks for them: kind of goods, answers, and how large a first card is."""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Iterator
from pathlib import Path

from kpi.errors import KpiError
from kpi.model import Region
from kpi.pack_reading import ROLES, pack, variants
from kpi.stage import Answers, Fitted, answers, fit, starter
from sheet_templates.words import decode
from sync_service.told import ToldError

STARTER = "starter"
MODES = (STARTER, "basic", "team", "full")


def choices(one: argparse.ArgumentParser) -> None:
    """What fits a pack to a team; `init` takes the same."""
    one.add_argument("--variant", choices=tuple(variants()), help="kind of goods / 品类")
    one.add_argument("--answers", type=Path, help="a TOML file that answers the stage questions")
    one.add_argument("--mode", choices=MODES, help="starter: at most five KPIs")


def role_of(text: str) -> str:
    """The code of a role from its code or word."""
    found = decode("role", text)
    if found is None:
        choices = ", ".join(ROLES)
        raise ToldError(
            f'There is no role "{text}". Choose one of {choices}.',
            f"没有岗位“{text}”。请从 {choices} 中选择。",
        )
    return found


def fitted(words: argparse.Namespace, roles: list[str]) -> Iterator[Fitted]:
    """The cards, for the kind of goods, after the answers, cut to a first card when asked."""
    given = read_answers(words.answers)
    for role in dict.fromkeys(roles):
        for region in regions(words.region):
            one = fit(pack(role, region, words.variant), given)
            first = words.mode == STARTER
            yield Fitted(starter(one.pack), one.changes) if first else one


def read_answers(path: Path | None) -> Answers:
    """The answers of a TOML file; without one nothing is changed."""
    if path is None:
        return Answers()
    try:
        return answers(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ToldError(
            f'{path} cannot be read as answers ({error}). Write lines such as stage = "launch".',
            f'无法读取 {path} 中的回答（{error}）。请写成 stage = "launch" 这样的行。',
        ) from error
    except KpiError as error:
        en, zh = error.texts["en"], error.texts["zh"]
        raise ToldError(f"{path.name}: {en}", f"{path.name}：{zh}") from error


def stage_of(words: argparse.Namespace) -> str | None:
    """The stage of the company, where the answers name it; what is only supposed is not written."""
    if words.answers is None:
        return None
    found = read_answers(words.answers)
    named = "stage" in tomllib.loads(words.answers.read_text(encoding="utf-8"))
    return found.stage if named else None


def regions(wanted: str | None) -> tuple[Region, ...]:
    """The regions of a word; both without one."""
    return (Region(wanted),) if wanted else tuple(Region)


def mode_of(words: argparse.Namespace) -> str | None:
    """The tabs that a new book shows: as asked, else as fits the size of the team."""
    if words.mode is None:
        return read_answers(words.answers).mode if words.answers else None
    return "basic" if words.mode == STARTER else str(words.mode)
