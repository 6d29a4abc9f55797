"""The newest template of an edition, as the spreadsheets at Google have it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import cast

from kpi.model import Language
from sheet_templates.book import Edition
from sheet_templates.build import build
from sync_service.google.transfer.common import common
from sync_service.google.transfer.model import Workbook
from sync_service.google.transfer.xlsx_reading import read_xlsx


def newest(edition: str, language: str) -> Workbook:
    """The newest template's common part."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "template.xlsx"
        build(path, cast("Edition", edition), cast("Language", language))
        return common(read_xlsx(path.read_bytes(), path.name))[0]
