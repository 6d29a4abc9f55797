"""The ribbon add-in for desktop Excel: `python -m addin.ribbon [LinkStarKPI.xlam]` builds it.

A workbook without data that holds a KPI tab and our own VBA; nothing of xlwings is in it. The same
sources give the same bytes. `--conf` prints what xlwings must know of this computer.
"""

from __future__ import annotations

import argparse
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

from addin.icons import icon
from addin.vba_project import Project, vba_project
from addin.vba_text import BUTTONS, modules

ROOT = Path(__file__).resolve().parent.parent
FILE = "LinkStarKPI.xlam"
STAMP = (2026, 1, 1, 0, 0, 0)  # one date for every build
PROJECT = Project("LinkStarKPI", "{6C1B5B0E-0D2B-4B5E-9C86-1D3D6A6B7A10}", modules())
LABELS: Mapping[str, tuple[str, str]] = {  # button -> label, what it says under the mouse
    "Refresh": (
        "刷新 Refresh",
        "实际值与得分写入打开的工作簿 · Actuals and scores into this workbook",
    ),
    "Check": ("核对 Check", "列出全部问题，不改动 · Every problem; nothing is written"),
    "Explain": ("解释 Explain", "选中的数字从哪里来 · Where the selected figure comes from"),
    "Help": ("帮助 Help", "各按钮的用途 · What the buttons do"),
}
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = f"""{XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">\
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>\
<Default Extension="xml" ContentType="application/xml"/>\
<Default Extension="png" ContentType="image/png"/>\
<Override PartName="/xl/workbook.xml" \
ContentType="application/vnd.ms-excel.addin.macroEnabled.main+xml"/>\
<Override PartName="/xl/worksheets/sheet1.xml" \
ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>\
<Override PartName="/xl/styles.xml" \
ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>\
<Override PartName="/xl/vbaProject.bin" ContentType="application/vnd.ms-office.vbaProject"/>\
<Override PartName="/docProps/core.xml" \
ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>\
</Types>
"""
WORKBOOK = f"""{XML}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">\
<workbookPr codeName="ThisWorkbook"/>\
<sheets><sheet name="KPI" sheetId="1" r:id="rId1"/></sheets></workbook>
"""
SHEET = f"""{XML}<worksheet xmlns="{MAIN}"><sheetPr codeName="Sheet1"/><sheetData/></worksheet>
"""
STYLES = f"""{XML}<styleSheet xmlns="{MAIN}">\
<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>\
<fills count="2"><fill><patternFill patternType="none"/></fill>\
<fill><patternFill patternType="gray125"/></fill></fills>\
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>\
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>\
<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>\
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>
"""
CORE = f"""{XML}<cp:coreProperties \
xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" \
xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>LinkStar KPI</dc:title>\
<dc:description>KPI tab and KPI functions 绩效选项卡与函数</dc:description></cp:coreProperties>
"""


def _relations(*parts: tuple[str, str]) -> str:
    lines = (
        f'<Relationship Id="rId{n}" Type="{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(parts, 1)
    )
    return f'{XML}<Relationships xmlns="{RELATIONS}">{"".join(lines)}</Relationships>\n'


def custom_ui() -> str:
    """The tab with its four buttons; their pictures are the parts that the relationships name."""
    buttons = "".join(
        f'<button id="kpi{name}" label="{LABELS[name][0]}" screentip="{LABELS[name][0]}" '
        f'supertip="{LABELS[name][1]}" size="large" image="{name.casefold()}" '
        f'onAction="KpiRibbon.Kpi{name}"/>'
        for name in BUTTONS
    )
    return (
        f'{XML}<customUI xmlns="http://schemas.microsoft.com/office/2009/07/customui"><ribbon><tabs>'
        f'<tab id="kpiTab" label="KPI"><group id="kpiGroup" label="LinkStar KPI">{buttons}</group>'
        "</tab></tabs></ribbon></customUI>\n"
    )


def _pictures() -> str:
    lines = (
        f'<Relationship Id="{name.casefold()}" Type="{OFFICE}/image" '
        f'Target="images/{name.casefold()}.png"/>'
        for name in BUTTONS
    )
    return f'{XML}<Relationships xmlns="{RELATIONS}">{"".join(lines)}</Relationships>\n'


def parts() -> dict[str, bytes]:
    """Every part of the file, the content types first."""
    ui = "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility"
    core = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
    vba = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"
    texts = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": _relations(
            (f"{OFFICE}/officeDocument", "xl/workbook.xml"),
            (core, "docProps/core.xml"),
            (ui, "customUI/customUI14.xml"),
        ),
        "docProps/core.xml": CORE,
        "xl/workbook.xml": WORKBOOK,
        "xl/_rels/workbook.xml.rels": _relations(
            (f"{OFFICE}/worksheet", "worksheets/sheet1.xml"),
            (f"{OFFICE}/styles", "styles.xml"),
            (vba, "vbaProject.bin"),
        ),
        "xl/worksheets/sheet1.xml": SHEET,
        "xl/styles.xml": STYLES,
        "customUI/customUI14.xml": custom_ui(),
        "customUI/_rels/customUI14.xml.rels": _pictures(),
    }
    pictures = {
        f"customUI/images/{name.casefold()}.png": icon(name.casefold(), 32) for name in BUTTONS
    }
    made = {name: text.encode("utf-8") for name, text in texts.items()}
    return {**made, **pictures, "xl/vbaProject.bin": vba_project(PROJECT)}


def ribbon(path: Path) -> Path:
    """Write the add-in."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in parts().items():
            made.writestr(zipfile.ZipInfo(name, STAMP), data, zipfile.ZIP_DEFLATED)
    return path


def conf(python: Path, *, windows: bool) -> str:
    """Lines for `xlwings.conf`: which Python runs, and where it finds the product."""
    key = "INTERPRETER_WIN" if windows else "INTERPRETER_MAC"
    return f'"{key}","{python}"\n"PYTHONPATH","{ROOT}"\n'


def main() -> None:
    """Build the file, or print the settings."""
    words = argparse.ArgumentParser(prog="python -m addin.ribbon", description=__doc__)
    words.add_argument("file", nargs="?", type=Path, default=Path(FILE))
    words.add_argument("--conf", action="store_true", help="print the lines for xlwings.conf")
    given = words.parse_args()
    if given.conf:
        said = conf(Path(sys.executable), windows=sys.platform.startswith("win"))
        sys.stdout.write(said)
        return
    sys.stdout.write(f"{ribbon(given.file)}\n")


if __name__ == "__main__":
    main()
