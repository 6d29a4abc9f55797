"""What Excel writes and no library makes: slicers, pivots, threaded comments, x14 rules, by hand.

`Parts` is a workbook taken apart; each function adds one feature with its part, content type,
relationship and referring element, in the form that Excel saves.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

from tests.xlsx_handmade import HEAD, MAIN, zipped

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
MICROSOFT = "http://schemas.microsoft.com/office"
X14 = f"{MICROSOFT}/spreadsheetml/2009/9/main"
X15 = f"{MICROSOFT}/spreadsheetml/2010/11/main"
XM = f"{MICROSOFT}/excel/2006/main"
SHEET_ML = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PERSON = "{0A1B2C3D-0000-4000-8000-000000000001}"


@dataclass(slots=True)
class Parts:
    """All parts of a workbook by name, in their order."""

    by_name: dict[str, bytes]

    def text(self, name: str) -> str:
        return self.by_name[name].decode()

    def put(self, name: str, text: str) -> None:
        self.by_name[name] = text.encode()

    def swap(self, name: str, old: str, new: str) -> None:
        """One change of a part; what is to be changed must be there."""
        text = self.text(name)
        assert old in text, (name, old)
        self.put(name, text.replace(old, new, 1))

    def add(self, name: str, text: str, content_type: str) -> None:
        self.put(name, text)
        override = f'<Override PartName="/{name}" ContentType="{content_type}"/>'
        self.swap("[Content_Types].xml", "</Types>", f"{override}</Types>")

    def link(self, part: str, kind: str, target: str) -> str:
        """A relationship of a part; gives its id."""
        folder, _, base = part.rpartition("/")
        name = f"{folder}/_rels/{base}.rels"
        if name not in self.by_name:
            self.put(name, f'{HEAD}<Relationships xmlns="{PACKAGE}"></Relationships>')
        new = f"own{len(re.findall('<Relationship ', self.text(name))) + 1}"
        line = f'<Relationship Id="{new}" Type="{kind}" Target="/{target}"/>'
        self.swap(name, "</Relationships>", f"{line}</Relationships>")
        return new

    def extend(self, part: str, uri: str, inner: str) -> None:
        """One `ext` of a sheet or of the workbook, after those that are there."""
        spaces = f'xmlns:x14="{X14}" xmlns:x15="{X15}" xmlns:xm="{XM}" xmlns:r="{OFFICE}"'
        ext = f'<ext uri="{uri}" {spaces}>{inner}</ext>'
        if "</extLst></worksheet>" in self.text(part) or "</extLst></workbook>" in self.text(part):
            root = re.findall(r"</extLst>(</work\w+>)", self.text(part))[-1]
            self.swap(part, f"</extLst>{root}", f"{ext}</extLst>{root}")
            return
        root = re.findall(r"</work\w+>", self.text(part))[-1]
        self.swap(part, root, f"<extLst>{ext}</extLst>{root}")

    def save(self, path: Path) -> None:
        path.write_bytes(zipped(self.by_name))


def taken_apart(path: Path) -> Parts:
    with zipfile.ZipFile(path) as package:
        return Parts({name: package.read(name) for name in package.namelist()})


def sheet_of(parts: Parts, title: str) -> str:
    """The part of a tab."""
    book = parts.text("xl/workbook.xml")
    found = re.search(rf'<sheet name="{re.escape(title)}"[^>]*r:id="(\w+)"', book)
    assert found, title
    links = parts.text("xl/_rels/workbook.xml.rels")
    line = next(x for x in re.findall(r"<Relationship [^>]*>", links) if f'Id="{found[1]}"' in x)
    target = re.findall(r'Target="([^"]+)"', line)[0]
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def table_part(parts: Parts, name: str) -> str:
    return next(
        part
        for part, data in parts.by_name.items()
        if part.startswith("xl/tables/") and f'displayName="{name}"'.encode() in data
    )


def add_sheet(parts: Parts, title: str, rows: str, after: str = "") -> str:
    """A tab of a person after all others; gives its part."""
    part, book = "xl/worksheets/own.xml", "xl/workbook.xml"
    xml = f'{HEAD}<worksheet xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheetData>{rows}</sheetData>{after}'
    parts.add(part, f"{xml}</worksheet>", f"{SHEET_ML}.worksheet+xml")
    link = parts.link(book, f"{OFFICE}/worksheet", part)
    number = 1 + max(map(int, re.findall(r'sheetId="(\d+)"', parts.text(book))))
    parts.swap(
        book, "</sheets>", f'<sheet name="{title}" sheetId="{number}" r:id="{link}"/></sheets>'
    )
    return part


def add_table_slicer(parts: Parts, title: str, table: str, header: str) -> tuple[str, ...]:
    """A slicer on a table's column, shown on the table's tab; gives its parts."""
    xml = parts.text(table_part(parts, table))
    number = re.findall(r'<table [^>]*?\bid="(\d+)"', xml)[0]
    columns = re.findall(r'<tableColumn [^>]*?name="([^"]+)"', xml)
    ids = re.findall(r'<tableColumn [^>]*?\bid="(\d+)"', xml)
    column = ids[columns.index(header)]
    cache, slicer = "xl/slicerCaches/slicerCache1.xml", "xl/slicers/slicer1.xml"
    inner = (
        f'<extLst><x:ext uri="{{2F2917AC-EB37-4324-AD4E-5DD8C200BD13}}" xmlns:x15="{X15}">'
        f'<x15:tableSlicerCache tableId="{number}" column="{column}"/></x:ext></extLst>'
    )
    _add_slicer_cache(parts, cache, header, inner, "{46BE6895-7355-4a93-B00E-2C351335B9C9}", "x15")
    _add_slicer(parts, slicer, title, header, "{3A4CF648-6AED-40f4-86FF-DC5316D8AED3}")
    return cache, slicer


def add_pivot_slicer(parts: Parts, title: str, pivot_name: str, header: str) -> tuple[str, ...]:
    """A slicer on a field of a pivot; gives its parts."""
    cache, slicer = "xl/slicerCaches/slicerCache2.xml", "xl/slicers/slicer2.xml"
    tab = re.findall(rf'<sheet name="{title}" sheetId="(\d+)"', parts.text("xl/workbook.xml"))[0]
    inner = (
        f'<pivotTables><pivotTable tabId="{tab}" name="{pivot_name}"/></pivotTables>'
        '<data><tabular pivotCacheId="7"><items count="2"><i x="0" s="1"/><i x="1" s="1"/></items>'
        "</tabular></data>"
    )
    _add_slicer_cache(parts, cache, header, inner, "{BBE1A952-AA13-448e-AADC-164F8A28A991}", "x14")
    _add_slicer(parts, slicer, title, header, "{A8765BA9-456A-4dab-B4F3-ACF838C121DE}")
    return cache, slicer


def _add_slicer_cache(
    parts: Parts, part: str, header: str, inner: str, uri: str, prefix: str
) -> None:
    name = f"Slicer_{header.replace(' ', '_')}_{prefix}"
    xml = (
        f'{HEAD}<slicerCacheDefinition xmlns="{X14}" '
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" mc:Ignorable="x" '
        f'xmlns:x="{MAIN}" name="{name}" sourceName="{header}">{inner}</slicerCacheDefinition>'
    )
    parts.add(part, xml, "application/vnd.ms-excel.slicerCache+xml")
    book = "xl/workbook.xml"
    link = parts.link(book, f"{MICROSOFT}/2007/relationships/slicerCache", part)
    held = f'<{prefix}:slicerCaches><x14:slicerCache r:id="{link}"/></{prefix}:slicerCaches>'
    parts.extend(book, uri, held)
    define_name(parts, name, "#N/A")


def _add_slicer(parts: Parts, part: str, title: str, header: str, uri: str) -> None:
    prefix = "x15" if "3A4CF648" in uri else "x14"
    name = f"Slicer_{header.replace(' ', '_')}_{prefix}"
    xml = (
        f'{HEAD}<slicers xmlns="{X14}"><slicer name="{header} {prefix}" cache="{name}" '
        f'caption="{header}" rowHeight="241300"/></slicers>'
    )
    parts.add(part, xml, "application/vnd.ms-excel.slicer+xml")
    sheet = sheet_of(parts, title)
    link = parts.link(sheet, f"{MICROSOFT}/2007/relationships/slicer", part)
    parts.extend(sheet, uri, f'<x14:slicerList><x14:slicer r:id="{link}"/></x14:slicerList>')


def define_name(parts: Parts, name: str, text: str) -> None:
    """A defined name, before those that are there or as the first."""
    book, one = "xl/workbook.xml", f'<definedName name="{name}">{text}</definedName>'
    if "<definedNames>" in parts.text(book):
        parts.swap(book, "<definedNames>", f"<definedNames>{one}")
    else:
        parts.swap(book, "</sheets>", f"</sheets><definedNames>{one}</definedNames>")


def add_pivot(
    parts: Parts, title: str, source: str, fields: tuple[str, str], rows: dict[str, float]
) -> tuple[str, ...]:
    """A pivot on a tab: the first field in rows, the second summed; gives its parts.

    `source` is the attributes of worksheetSource; `rows` is what the pivot shows and keeps.
    """
    cache = "xl/pivotCache/pivotCacheDefinition1.xml"
    records = "xl/pivotCache/pivotCacheRecords1.xml"
    pivot = "xl/pivotTables/pivotTable1.xml"
    parts.add(records, _records(rows), f"{SHEET_ML}.pivotCacheRecords+xml")
    parts.add(cache, _definition(source, fields, rows), f"{SHEET_ML}.pivotCacheDefinition+xml")
    parts.add(pivot, _pivot(fields, rows), f"{SHEET_ML}.pivotTable+xml")
    link = parts.link(cache, f"{OFFICE}/pivotCacheRecords", records)
    parts.swap(cache, "KEPT", link)
    parts.link(pivot, f"{OFFICE}/pivotCacheDefinition", cache)
    parts.link(sheet_of(parts, title), f"{OFFICE}/pivotTable", pivot)
    book = "xl/workbook.xml"
    link = parts.link(book, f"{OFFICE}/pivotCacheDefinition", cache)
    held = f'<pivotCaches><pivotCache cacheId="7" r:id="{link}"/></pivotCaches>'
    after = re.findall(r"<calcPr[^>]*/>", parts.text(book))[-1]
    parts.swap(book, after, after + held)
    return cache, records, pivot


def _records(rows: dict[str, float]) -> str:
    lines = "".join(f'<r><x v="{n}"/><n v="{v}"/></r>' for n, v in enumerate(rows.values()))
    root = f'<pivotCacheRecords xmlns="{MAIN}" count="{len(rows)}">'
    return f"{HEAD}{root}{lines}</pivotCacheRecords>"


def _definition(source: str, fields: tuple[str, str], rows: dict[str, float]) -> str:
    items = "".join(f'<s v="{key}"/>' for key in rows)
    numbers = f'minValue="{min(rows.values())}" maxValue="{max(rows.values())}"'
    return (
        f'{HEAD}<pivotCacheDefinition xmlns="{MAIN}" xmlns:r="{OFFICE}" r:id="KEPT" '
        f'refreshedVersion="6" recordCount="{len(rows)}"><cacheSource type="worksheet">'
        f"<worksheetSource {source}/></cacheSource>"
        f'<cacheFields count="2"><cacheField name="{fields[0]}" numFmtId="0">'
        f'<sharedItems count="{len(rows)}">{items}</sharedItems></cacheField>'
        f'<cacheField name="{fields[1]}" numFmtId="0"><sharedItems containsSemiMixedTypes="0" '
        f'containsString="0" containsNumber="1" {numbers}/></cacheField></cacheFields>'
        "</pivotCacheDefinition>"
    )


def _pivot(fields: tuple[str, str], rows: dict[str, float]) -> str:
    items = "".join(f'<item x="{n}"/>' for n in range(len(rows)))
    lines = "".join(f'<i><x v="{n}"/></i>' for n in range(len(rows)))
    return (
        f'{HEAD}<pivotTableDefinition xmlns="{MAIN}" name="Own pivot" cacheId="7" '
        'dataCaption="Values" updatedVersion="6" createdVersion="6" outline="1">'
        f'<location ref="A3:B{4 + len(rows)}" firstHeaderRow="1" firstDataRow="1" '
        'firstDataCol="1"/><pivotFields count="2"><pivotField axis="axisRow" showAll="0">'
        f'<items count="{len(rows) + 1}">{items}<item t="default"/></items></pivotField>'
        '<pivotField dataField="1" showAll="0"/></pivotFields><rowFields count="1">'
        f'<field x="0"/></rowFields><rowItems count="{len(rows) + 1}">{lines}'
        '<i t="grand"><x/></i></rowItems><colItems count="1"><i/></colItems>'
        f'<dataFields count="1"><dataField name="Sum of {fields[1]}" fld="1" baseField="0" '
        'baseItem="0"/></dataFields></pivotTableDefinition>'
    )


def add_threaded_comment(parts: Parts, title: str, cell: str, text: str) -> tuple[str, ...]:
    """A threaded comment beside the legacy note that stands for it in older programs."""
    threads, people = "xl/threadedComments/threadedComment1.xml", "xl/persons/person.xml"
    space = f"{MICROSOFT}/spreadsheetml/2018/threadedcomments"
    mark = "{7A82DA9E-20F6-46BD-BF44-1A475728DA1A}"
    parts.add(
        threads,
        f'{HEAD}<ThreadedComments xmlns="{space}"><threadedComment ref="{cell}" '
        f'dT="2026-10-20T09:00:00.00" personId="{PERSON}" id="{mark}"><text>{text}</text>'
        "</threadedComment></ThreadedComments>",
        "application/vnd.ms-excel.threadedcomments+xml",
    )
    parts.add(
        people,
        f'{HEAD}<personList xmlns="{space}"><person displayName="HEAD" id="{PERSON}" '
        'userId="HEAD" providerId="None"/></personList>',
        "application/vnd.ms-excel.person+xml",
    )
    sheet = sheet_of(parts, title)
    parts.link(sheet, f"{MICROSOFT}/2017/10/relationships/threadedComment", threads)
    parts.link("xl/workbook.xml", f"{MICROSOFT}/2017/10/relationships/person", people)
    return threads, people, *add_note(parts, title, cell, f"tc={mark} {text}")


def add_note(parts: Parts, title: str, cell: str, text: str) -> tuple[str, ...]:
    """A legacy note among those that the tab has."""
    sheet = sheet_of(parts, title)
    folder, _, base = sheet.rpartition("/")
    links = parts.text(f"{folder}/_rels/{base}.rels")
    target = re.findall(r'Target="[^"]*?(comments\d+\.xml)"', links)[0]
    part = next(name for name in parts.by_name if name.endswith(target))
    note = f'<comment ref="{cell}" authorId="0"><text><t>{text}</t></text></comment>'
    parts.swap(part, "</commentList>", f"{note}</commentList>")
    return (part,)


def add_x14_rules(parts: Parts, title: str, area: str, source: str) -> None:
    """An x14 colour rule and an x14 list validation; both may read other tabs."""
    sheet = sheet_of(parts, title)
    rule = (
        '<x14:conditionalFormattings><x14:conditionalFormatting><x14:cfRule type="expression" '
        'priority="900" id="{5B6C7D8E-0000-4000-8000-00000000000A}">'
        f"<xm:f>COUNTIF({source},1)&gt;5</xm:f><x14:dxf><fill><patternFill>"
        '<bgColor rgb="FFABCDEF"/></patternFill></fill></x14:dxf></x14:cfRule>'
        f"<xm:sqref>{area}</xm:sqref></x14:conditionalFormatting></x14:conditionalFormattings>"
    )
    parts.extend(sheet, "{78C0D931-6437-407d-A8EE-F0AAD7539E65}", rule)
    check = (
        '<x14:dataValidations count="1"><x14:dataValidation type="list" allowBlank="1">'
        f"<x14:formula1><xm:f>{source}</xm:f></x14:formula1><xm:sqref>{area}</xm:sqref>"
        "</x14:dataValidation></x14:dataValidations>"
    )
    parts.extend(sheet, "{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}", check)


def add_sparkline(parts: Parts, title: str, cell: str, source: str) -> None:
    """A sparkline of a person, in the form of Excel 2010."""
    inner = (
        "<x14:sparklineGroups><x14:sparklineGroup><x14:sparklines><x14:sparkline>"
        f"<xm:f>{source}</xm:f><xm:sqref>{cell}</xm:sqref></x14:sparkline></x14:sparklines>"
        "</x14:sparklineGroup></x14:sparklineGroups>"
    )
    parts.extend(sheet_of(parts, title), "{05C60535-1F16-4fd2-B633-F4F36F0B64E0}", inner)
