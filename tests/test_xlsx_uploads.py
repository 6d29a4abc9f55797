"""Uploads: one file for each thing that could run or reach outside, none accepted."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync_service.workbooks.refusals import ActiveContentError, RefusedBookError
from sync_service.workbooks.uploads import check_upload
from tests.xlsx_handmade import HEAD, parts_of, sheet, zipped

PLAIN = parts_of(sheet('<row r="1"><c r="A1"><f>SUM(B1:B9)*IMPORTANT</f><v>1</v></c></row>'))


def _save(folder: Path, parts: dict[str, bytes], name: str = "up.xlsx") -> Path:
    path = folder / name
    path.write_bytes(zipped(parts))
    return path


def test_a_plain_workbook_passes(tmp_path: Path) -> None:
    check_upload(_save(tmp_path, PLAIN))


@pytest.mark.parametrize(
    "part",
    [
        "xl/vbaProject.bin",
        "xl/vbaData.xml",
        "xl/externalLinks/externalLink1.xml",
        "xl/embeddings/oleObject1.bin",
        "xl/activeX/activeX1.xml",
        "xl/connections.xml",
        "customUI/customUI14.xml",
        "xl/queryTables/queryTable1.xml",
        "xl/webextensions/webextension1.xml",
        "xl/macrosheets/sheet1.xml",
        "xl/dialogsheets/sheet1.xml",
        "xl/ctrlProps/ctrlProp1.xml",
        "xl/model/item.data",
        "XL/VBAPROJECT.BIN",
    ],
)
def test_active_parts_are_refused(tmp_path: Path, part: str) -> None:
    with pytest.raises(ActiveContentError):
        check_upload(_save(tmp_path, {**PLAIN, part: b"<x/>"}))


@pytest.mark.parametrize(
    "formula",
    [
        'WEBSERVICE("http://127.0.0.1")',
        '_xlfn.WEBSERVICE("http://127.0.0.1")',
        'HYPERLINK("http://127.0.0.1")',
        'IMPORTXML("http://127.0.0.1","//a")',
        'IMPORTRANGE("x","A1")',
        'FILTERXML("&lt;a/&gt;","//a")',
        'CALL("k","f","J")',
        "EXEC(A1)",
        'REGISTER.ID("k","f")',
        'RTD("x",,"y")',
        "cmd|'/C calc'!A0",
        "1+MSEXCEL|'x'!A1",
    ],
)
def test_functions_that_reach_outside_are_refused(tmp_path: Path, formula: str) -> None:
    parts = parts_of(sheet(f'<row r="1"><c r="A1"><f>{formula}</f></c></row>'))
    with pytest.raises(ActiveContentError):
        check_upload(_save(tmp_path, parts))


def test_text_that_only_looks_like_one_passes(tmp_path: Path) -> None:
    formula = 'IF(A1="WEBSERVICE(",MY.CALL_COUNT,"cmd|x!A0")'
    check_upload(
        _save(tmp_path, parts_of(sheet(f'<row r="1"><c r="B1"><f>{formula}</f></c></row>')))
    )


def test_other_endings_types_and_links_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ActiveContentError, match=r"\.xlsm"):
        check_upload(_save(tmp_path, PLAIN, "up.xlsm"))
    enabled = PLAIN["[Content_Types].xml"].replace(
        b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    )
    with pytest.raises(ActiveContentError, match="content type"):
        check_upload(_save(tmp_path, {**PLAIN, "[Content_Types].xml": enabled}))
    outside = (
        f'{HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" Type="http://x/attachedTemplate" Target="http://127.0.0.1/t" '
        'TargetMode="External"/></Relationships>'
    )
    with pytest.raises(ActiveContentError, match="outside"):
        check_upload(_save(tmp_path, {**PLAIN, "xl/_rels/x.rels": outside.encode()}))
    with pytest.raises(RefusedBookError):
        check_upload(tmp_path / "nowhere.xlsx")
