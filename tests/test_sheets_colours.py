"""Colours as a reader sees them: the workbook as PDF, the PDF as pixels, status cells looked up."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from sheet_templates.build import build
from tests.libreoffice import Office
from tests.sheets_support import filled

WARN = (255, 235, 156)
BREACH = (255, 199, 206)
NO_DATA = (242, 242, 242)
SCALE = 2  # pixels a point
BESIDE = 2.0  # points left of a word: inside its cell, beside its letters


@pytest.fixture(scope="module")
def pdf(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pdf")
    book = build(folder / "filled.xlsx", "manager", "en", filled("en"))
    return office.save(book, folder / "filled.pdf", recalculate=True)


def words_of(pdf: Path, page: int) -> list[tuple[str, float, float]]:
    """Each word of a page: its text, its left edge and its middle in points."""
    command = ["pdftotext", "-bbox", "-f", str(page), "-l", str(page), str(pdf), "-"]
    text = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    found = re.findall(r'xMin="(.*?)" yMin="(.*?)" xMax=".*?" yMax="(.*?)">(.*?)</word>', text)
    return [(word, float(x), (float(top) + float(low)) / 2) for x, top, low, word in found]


def pixels(pdf: Path, page: int) -> tuple[int, bytes]:
    """Width and RGB bytes of a page; a PPM needs no library to be read."""
    resolution = str(72 * SCALE)
    command = ["pdftoppm", "-r", resolution, "-f", str(page), "-l", str(page), str(pdf)]
    image = subprocess.run(command, capture_output=True, check=True).stdout
    head = re.match(rb"P6\s(\d+) (\d+)\s255\s", image)
    assert head is not None
    return int(head[1]), image[head.end() :]


def colours_beside(pdf: Path, page: int, sign: str) -> set[tuple[int, ...]]:
    """The fills just left of every cell text that begins with a sign."""
    width, data = pixels(pdf, page)
    found = set()
    for word, left, middle in words_of(pdf, page):
        if word == sign and middle > 60:  # below the legend
            start = 3 * (int(middle * SCALE) * width + int((left - BESIDE) * SCALE))
            found.add(tuple(data[start : start + 3]))
    return found


def test_status_cells_of_today_have_the_colours_of_their_signs(pdf: Path) -> None:
    assert BREACH in colours_beside(pdf, 1, "■")
    assert WARN in colours_beside(pdf, 1, "▲")
    assert NO_DATA in colours_beside(pdf, 1, "○")


def test_a_good_status_has_no_fill(pdf: Path) -> None:
    fills = colours_beside(pdf, 1, "●")
    assert fills
    assert not fills & {WARN, BREACH, NO_DATA}


def test_each_tab_but_today_repeats_its_title(pdf: Path) -> None:
    for page, title in ((1, "Today"), (2, "Team"), (3, "Card"), (4, "Shops")):
        assert title in [word for word, _, middle in words_of(pdf, page) if middle < 60]


def test_nothing_is_too_wide_for_its_column(pdf: Path) -> None:
    command = ["pdftotext", str(pdf), "-"]
    text = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    assert "###" not in text
    assert "#NAME" not in text
