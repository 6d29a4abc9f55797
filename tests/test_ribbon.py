"""The ribbon add-in for desktop Excel, opened part by part; LibreOffice reads its modules too."""

from __future__ import annotations

import random
import re
import struct
import zipfile
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree as ET

import pytest

from addin.compound_file import compound_file
from addin.ribbon import FILE, PROJECT, conf, ribbon
from addin.udf_text import name_of
from addin.vba_project import CHUNK, compressed, hidden
from addin.vba_text import BUTTONS
from kpi.functions import FUNCTIONS
from sync_service import live
from tests.libreoffice import Office
from tests.vba_reader import Compound, decompressed, plain_of, records

OFFICE = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
UI = "{http://schemas.microsoft.com/office/2009/07/customui}"
KNOWN = {  # of the ribbon's schema, what may stand here
    "customUI": set(),
    "ribbon": set(),
    "tabs": set(),
    "tab": {"id", "label"},
    "group": {"id", "label"},
    "button": {"id", "label", "screentip", "supertip", "size", "image", "onAction"},
}
RESERVED = (
    "and as boolean byref byte byval call case const currency date decimal declare dim do double "
    "each else end enum erase error event exit false for friend function get global gosub goto if "
    "implements in integer is let like long loop lset me mod new next not nothing null on open "
    "option optional or paramarray preserve print private property public put redim rem resume "
    "return rset select set shared single static step stop string sub then to true type typeof "
    "until variant wend while with write xor"
)


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    path = ribbon(tmp_path_factory.mktemp("xlam") / FILE)
    with zipfile.ZipFile(path) as file:
        assert file.testzip() is None
        assert file.namelist()[0] == "[Content_Types].xml"
        return {name: file.read(name) for name in file.namelist()}


@pytest.fixture(scope="module")
def project(parts: dict[str, bytes]) -> dict[str, bytes]:
    return Compound(parts["xl/vbaProject.bin"]).streams


def source(project: dict[str, bytes], module: str) -> str:
    return decompressed(project[f"VBA/{module}"]).decode("ascii")


def test_two_builds_are_the_same_bytes(tmp_path: Path) -> None:
    assert ribbon(tmp_path / "a.xlam").read_bytes() == ribbon(tmp_path / "b.xlam").read_bytes()


def test_every_part_is_well_formed_typed_and_reached(parts: dict[str, bytes]) -> None:
    for name, data in parts.items():
        if name.endswith((".xml", ".rels")):
            ET.fromstring(data)  # noqa: S314 - our own bytes
    types = ET.fromstring(parts["[Content_Types].xml"])  # noqa: S314 - the same
    defaults = {one.get("Extension") for one in types if one.tag.endswith("Default")}
    named = {str(one.get("PartName")).lstrip("/") for one in types if one.tag.endswith("Override")}
    assert named <= set(parts)
    for name in parts:
        assert name in named or name.rpartition(".")[2] in defaults, name
    reached = {"[Content_Types].xml"}
    for name, data in parts.items():
        if name.endswith(".rels"):
            reached.add(name)
            folder = PurePosixPath(name).parent.parent
            for one in ET.fromstring(data).iter(OFFICE):  # noqa: S314 - the same
                reached.add(str(folder / str(one.get("Target"))))
    assert reached == set(parts)
    assert b"addin.macroEnabled.main+xml" in parts["[Content_Types].xml"]


def test_the_tab_holds_four_buttons_with_pictures_and_their_procedures(
    parts: dict[str, bytes], project: dict[str, bytes]
) -> None:
    tree = ET.fromstring(parts["customUI/customUI14.xml"])  # noqa: S314 - the same
    for element in tree.iter():
        name = element.tag.removeprefix(UI)
        assert set(element.attrib) <= KNOWN[name], name
    ids = [one.get("id") for one in tree.iter() if one.get("id")]
    assert len(ids) == len(set(ids))
    pictures = {
        one.get("Id"): f"customUI/{one.get('Target')}"
        for one in ET.fromstring(parts["customUI/_rels/customUI14.xml.rels"])  # noqa: S314 - the same
    }
    buttons = list(tree.iter(f"{UI}button"))
    assert [one.get("id") for one in buttons] == [f"kpi{name}" for name in BUTTONS]
    ribbon_text = source(project, "KpiRibbon")
    for one in buttons:
        label, tip = str(one.get("label")), str(one.get("supertip"))
        assert re.search("[一-鿿].* [A-Z]", label), "Chinese and English"
        assert len(label) <= 1024
        assert len(tip) <= 1024
        assert parts[pictures[one.get("image")]].startswith(b"\x89PNG")
        module, _, procedure = str(one.get("onAction")).partition(".")
        assert module == "KpiRibbon"
        assert f"Public Sub {procedure}(control As IRibbonControl)" in ribbon_text


def test_each_button_runs_a_function_of_the_service(project: dict[str, bytes]) -> None:
    text = source(project, "KpiRibbon")
    assert re.findall('Press "([a-z]+)"', text) == [name.casefold() for name in BUTTONS]
    assert '"import sync_service.live as live; live." & what & "()"' in text
    for name in BUTTONS:
        assert callable(getattr(live, name.casefold()))


def test_the_project_names_its_modules_alike_everywhere(project: dict[str, bytes]) -> None:
    told = records(decompressed(project["VBA/dir"]))
    names = [data.decode() for number, data in told if number == 0x19]
    assert names == list(PROJECT.modules)
    assert [data.decode() for number, data in told if number == 0x1A] == names
    assert [data.decode("utf-16-le") for number, data in told if number == 0x32] == names
    assert [data for number, data in told if number == 0x0F] == [struct.pack("<H", len(names))]
    assert [number for number, _ in told if number in (0x21, 0x22)] == [0x22, 0x22, *[0x21] * 3]
    assert set(project) == {
        *("PROJECT", "PROJECTwm", "VBA/dir", "VBA/_VBA_PROJECT"),
        *(f"VBA/{name}" for name in names),
    }
    assert project["VBA/_VBA_PROJECT"] == bytes.fromhex("cc61ffff000100"), "no compiled code"
    text = project["PROJECT"].decode("ascii")
    for name in names:
        assert f"{name}/&H00000000" in text or f"Module={name}\r\n" in text
        assert source(project, name).startswith(f'Attribute VB_Name = "{name}"\r\n')
    said = dict(re.findall('^(CMG|DPB|GC|ID)="(.*)"', text, re.MULTILINE))
    identity = said.pop("ID")
    plain = {name: plain_of(value, identity) for name, value in said.items()}
    assert plain == {"CMG": bytes(4), "DPB": bytes(1), "GC": b"\xff"}, "open, and visible"


def test_every_function_of_the_list_is_a_function_of_the_add_in(project: dict[str, bytes]) -> None:
    text = source(project, "KpiFunctions")
    for one in FUNCTIONS:
        names = ", ".join(map(name_of, one.arguments))
        assert f'{one.name} = Asked("{one.name}", Array({names}))' in text
        [declared] = re.findall(rf"Public Function {one.name}\((.*)\) As Variant", text)
        assert declared.replace("Optional ", "") == names
        assert declared.count("Optional") == sum(a.optional for a in one.arguments)
        assert not {name_of(a).casefold() for a in one.arguments} & set(RESERVED.split())


def test_the_wizard_says_the_help_of_the_list_in_both_languages(project: dict[str, bytes]) -> None:
    text = source(project, "KpiWizard")
    said = {bytes.fromhex(code).decode("utf-16-be") for code in re.findall('"~([0-9A-F]+)"', text)}
    for one in FUNCTIONS:
        assert f"{one.help['zh']}结果：{one.gives['zh']}。" in said
        for argument in one.arguments:
            assert argument.zh in said
            assert f'"{argument.en}"' in text


def test_lines_are_short_enough_for_vba_and_blocks_end(project: dict[str, bytes]) -> None:
    for name in PROJECT.modules:
        lines = source(project, name).split("\r\n")
        assert max(map(len, lines)) < 1023
        runs = "".join("_" if line.endswith(" _") else "." for line in lines).split(".")
        assert max(map(len, runs)) <= 24
        text = "\n".join(re.sub('\'.*| *"[^"]*"', "", line).strip() for line in lines)
        for kind in ("Sub", "Function", "If"):
            ends = len(re.findall(rf"^End {kind}$", text, re.MULTILINE))
            begins = rf"^(?:Public |Private )?{kind} .*{'Then$' if kind == 'If' else ''}"
            assert len(re.findall(begins, text, re.MULTILINE)) == ends, (name, kind)
        assert text.count("For ") == len(re.findall("^Next$", text, re.MULTILINE))


def test_nothing_of_xlwings_and_nothing_paid_is_in_the_file(parts: dict[str, bytes]) -> None:
    everything = b"".join(parts.values()) + b"".join(
        decompressed(data)
        for name, data in Compound(parts["xl/vbaProject.bin"]).streams.items()
        if name.startswith("VBA/") and name != "VBA/_VBA_PROJECT"
    )
    for word in (b"xlwings.pro", b"LICENSE", b"Zoomer", b"XLPyDLL", b"reports"):
        assert word not in everything


def test_libreoffice_reads_the_modules_and_compiles_them(tmp_path: Path, office: Office) -> None:
    """Another program's reader of VBA: all five modules, and one procedure of each of ours run."""
    calls = ["KpiFunctions.SentenceOf", "KpiRibbon.KpiHelp", "KpiWizard.DescribeFunctions"]
    found = office.modules(
        ribbon(tmp_path / FILE), PROJECT.name, [f"{PROJECT.name}.{one}" for one in calls]
    )
    assert found.keys() == PROJECT.modules.keys()
    for name, text in PROJECT.modules.items():
        wanted = [line for line in text.splitlines() if not line.startswith("Attribute ")]
        assert [line for line in found[name].splitlines() if line][2:] == [
            one for one in wanted if one
        ]


# --- the writer -----------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, 2, 3, 100, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 17])
def test_what_is_compressed_comes_back(size: int) -> None:
    chance = random.Random(size)
    words = b"".join(chance.choice((b"Function ", b"End ", b"KPI_", b"\r\n")) for _ in range(size))
    for data in (words[:size], b"a" * size):
        assert decompressed(compressed(data)) == data
    noise = chance.randbytes(size)  # does not get shorter: whole chunks stay as they are
    assert decompressed(compressed(noise))[:size] == noise
    if size == 3 * CHUNK + 17:
        assert len(compressed(words[:size])) < size / 2


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7, 8, 30])
@pytest.mark.parametrize("size", [0, 1, 63, 64, 65, 4095, 4096, 4097, 70_000])
def test_a_compound_file_gives_its_streams_back(count: int, size: int) -> None:
    streams = {
        f"{'VBA/' if n % 2 else ''}S{'x' * (n % 5)}{n}": bytes([n]) * size for n in range(count)
    }
    assert Compound(compound_file(streams)).streams == streams


def test_the_cipher_is_that_of_excel() -> None:
    """The values of a project that Excel saved, in the free quickstart file of xlwings."""
    identity = "{E2E0E410-BF04-4DC5-BDD2-D3FBBA8B7D37}"
    assert plain_of("A2A089308531853185", identity) == b"\0"
    assert plain_of("9D9FB6314A2D4B2D4BD2", identity) == b"\xff"
    assert plain_of(hidden(b"\0\0\0\0", identity, seed=0xA7), identity) == bytes(4)


def test_the_settings_name_python_and_the_folder() -> None:
    said = conf(Path("/venv/bin/python"), windows=True)
    assert said.startswith('"INTERPRETER_WIN","/venv/bin/python"\n"PYTHONPATH","')
    assert conf(Path("/p"), windows=False).startswith('"INTERPRETER_MAC"')
