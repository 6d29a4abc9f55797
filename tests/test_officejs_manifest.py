"""The manifest and the metadata of the Excel add-in, held to Excel's rules."""

from __future__ import annotations

import json
import re
import shutil
import struct
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from lxml import etree

from addin.build import DRAWN, MADE
from addin.icons import SIZES
from addin.manifest import BASE, BUTTONS, FILES, manifest
from kpi.errors import KpiError
from kpi.functions import BY_CODE, FUNCTIONS, NAMESPACE, function
from sync_service.settings import from_environment
from tests.paths import ROOT

OFFICE = "http://schemas.microsoft.com/office"
NS = {
    "o": f"{OFFICE}/appforoffice/1.1",
    "v": f"{OFFICE}/taskpaneappversionoverrides",
    "bt": f"{OFFICE}/officeappbasictypes/1.0",
}
XSI = "{http://www.w3.org/2001/XMLSchema-instance}type"
OFFICIAL = (
    "office-addin-manifest@3.0.0",
    "custom-functions-metadata@2.2.3",
    "typescript@5.9",
    "@types/office-js@1.0.612",
)
MACROS = {"RUN", "ECHO", "ACTIVATE", "ALERT", "CALL", "ERROR", "RETURN", "GOTO", "HALT", "STEP"}


def parsed(text: str) -> etree._Element:
    return etree.fromstring(text.encode("utf-8"))


def faults(text: str) -> list[str]:
    """Every rule of Excel that a manifest breaks."""
    root = parsed(text)
    return [*_names(root), *_texts(root), *_head(root)]


def _names(root: etree._Element) -> list[str]:
    """Ids are unique, every `resid` leads to one."""
    ids = Counter(str(one.get("id")) for one in root.iter() if one.get("id"))
    found = [f"id {one} twice" for one, count in ids.items() if count > 1]
    known = {one.get("id") for one in root.findall(".//v:Resources/bt:*/*", NS)}
    wanted = [str(one.get("resid")) for one in root.iter() if one.get("resid")]
    found += [f"resid {one} leads nowhere" for one in wanted if one not in known]
    found += [f"resid {one} is too long" for one in wanted if len(one) > 32]
    icons = [[image.get("size") for image in one] for one in root.findall(".//v:Icon", NS)]
    return found + ["an icon lacks a size" for one in icons if one != ["16", "32", "80"]]


def _texts(root: etree._Element) -> list[str]:
    """Lengths, https, and no translation without its English default."""
    said = [one.get(name, "") for one in root.iter() for name in ("DefaultValue", "Value")]
    found = [
        f"{one} is no https"
        for one in said
        if re.match(r"\w+://", one) and not one.startswith("https://")
    ]
    for group, most in (("ShortStrings", 125), ("LongStrings", 250)):
        for one in root.findall(f".//bt:{group}//*", NS):
            text = one.get("DefaultValue") or one.get("Value") or ""
            if not 0 < len(text) <= most:
                found.append(f"{group}: {len(text)} characters")
    for one in root.iter(f"{{{NS['bt']}}}Override", f"{{{NS['o']}}}Override"):
        parent = one.getparent()
        if parent is None or not parent.get("DefaultValue"):
            found.append("a translation without its default")
    return found


def _head(root: etree._Element) -> list[str]:
    """The name, the number and the version."""
    name = root.find("o:DisplayName", NS)
    number = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    rules = {
        "DisplayName": name is not None and 0 < len(name.get("DefaultValue", "")) <= 125,
        "the version has not four parts": re.fullmatch(
            r"\d+(\.\d+){3}", root.findtext("o:Version", "", NS)
        ),
        "Id": re.fullmatch(number, root.findtext("o:Id", "", NS)),
    }
    return [said for said, kept in rules.items() if not kept]


def test_the_manifest_breaks_no_rule() -> None:
    assert faults(manifest()) == []
    assert faults(manifest("https://kpi.example.com")) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (' id="kpi.16"', ' id="kpi.17"', "resid kpi.16 leads nowhere"),
        (' id="kpi.16"', ' id="kpi.32"', "id kpi.32 twice"),
        ("<Version>1.0.0.0", "<Version>1.0.0", "the version has not four parts"),
        ('DefaultValue="Refresh"', f'DefaultValue="{"x" * 126}"', "ShortStrings: 126"),
        ("https://localhost:8765/addin/icons/kpi-16", "http://localhost/kpi-16", "is no https"),
        ('<bt:Image size="80" resid="help.80"/>', "", "an icon lacks a size"),
    ],
)
def test_each_rule_can_be_broken(old: str, new: str, said: str) -> None:
    assert old in manifest()
    assert any(said in one for one in faults(manifest().replace(old, new)))


def test_one_address_serves_pane_functions_and_commands() -> None:
    root = parsed(manifest())
    page = "Taskpane.Url"
    for place in ("v:Page/v:SourceLocation", "v:FunctionFile", "v:Runtime"):
        [one] = root.findall(f".//{place}", NS)
        assert one.get("resid") == page
    assert [one.get("lifetime") for one in root.findall(".//v:Runtime", NS)] == ["long"]
    [namespace] = root.findall(".//bt:String[@id='Namespace']", NS)
    assert namespace.get("DefaultValue") == NAMESPACE
    assert root.get(XSI) == "TaskPaneApp"
    actions = [one.text for one in root.findall(".//v:FunctionName", NS)]
    assert actions == [action for action, _ in BUTTONS]


ORDERS = {  # the schema takes children in this order only
    "OfficeApp": "Id Version ProviderName DefaultLocale DisplayName Description IconUrl "
    "HighResolutionIconUrl SupportUrl AppDomains Hosts Requirements DefaultSettings Permissions "
    "VersionOverrides",
    "VersionOverrides": "Hosts Resources",
    "DesktopFormFactor": "GetStarted FunctionFile ExtensionPoint",
    "CustomTab": "Group Label",
    "Group": "Label Icon Control Control Control Control",
    "Control": "Label Supertip Icon Action",
    "GetStarted": "Title Description LearnMoreUrl",
    "Resources": "Images Urls ShortStrings LongStrings",
}


@pytest.mark.parametrize("parent", sorted(ORDERS))
def test_children_stand_in_the_order_of_the_schema(parent: str) -> None:
    found = [one for one in parsed(manifest()).iter() if etree.QName(one).localname == parent]
    assert found
    for one in found:
        assert " ".join(etree.QName(child).localname for child in one) == ORDERS[parent]


def test_every_button_has_its_command() -> None:
    commands = (ROOT / "addin/officejs/commands.js").read_text(encoding="utf-8")
    for action, _ in BUTTONS:
        assert f'associate("{action}"' in commands


def test_the_base_is_that_of_the_service() -> None:
    assert f"https://localhost:{from_environment({}).port}" == BASE
    for bad in ("http://localhost:8765", "https://", "https://kpi.example.com/folder", "localhost"):
        with pytest.raises(KpiError, match="no https address"):
            manifest(bad)


def test_every_file_that_it_names_is_there() -> None:
    for one in re.findall(rf'"{BASE}/addin/([^"]+)"', manifest()):
        folder = "" if one.startswith(("generated/", "icons/")) else "officejs/"
        folder = "generated/" if one.startswith("icons/") else folder
        assert (ROOT / "addin" / f"{folder}{one}").is_file(), one
    assert {en for en, _ in FILES.values()} == {
        "pane.html",
        "generated/functions.js",
        "generated/functions.en.json",
    }


@pytest.mark.parametrize("place", sorted(DRAWN))
def test_the_icons_are_what_is_drawn(place: str) -> None:
    data = (ROOT / place).read_bytes()
    assert data == DRAWN[place](), "run: python -m addin.build"
    size = int(place.rpartition("-")[2].removesuffix(".png"))
    assert struct.unpack(">II", data[16:24]) == (size, size)
    assert size in SIZES


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_metadata_describe_every_function(language: str) -> None:
    told = json.loads(MADE[f"addin/generated/functions.{language}.json"]())
    assert told["allowErrorForDataTypeAny"] is True
    assert [one["id"] for one in told["functions"]] == [one.office_code for one in FUNCTIONS]
    for one, function_ in zip(told["functions"], FUNCTIONS, strict=True):
        assert re.fullmatch(r"[A-Z][A-Z0-9_.]{2,127}", one["id"])
        assert not re.fullmatch(r"[A-Z]{1,3}[0-9]+|R\d*C\d*", one["id"]), "a cell's address"
        assert one["id"] not in MACROS
        assert one["name"] == one["id"]
        assert function_.help[language] in one["description"]  # type: ignore[index]
        assert ("supportSync" in one["options"]) != function_.service
        assert ("cancelable" in one["options"]) == function_.service
        assert "volatile" not in one["options"]
        assert [p["name"] for p in one["parameters"]] == [a.name for a in function_.arguments]
        assert {p["dimensionality"] for p in one["parameters"]} == {"matrix"}
        assert all(p["description"] for p in one["parameters"])


def test_a_code_of_two_letters_is_longer_in_excel() -> None:
    one = BY_CODE["FX"]
    assert (one.name, one.office_name, one.saved_name) == (
        "KPI_FX",
        "KPI.EXCHANGE",
        "_xldudf_KPI_EXCHANGE",
    )
    assert function("KPI.EXCHANGE") is function("_xldudf_KPI_EXCHANGE") is one


def source() -> str:
    """The functions as a programmer would write them for Microsoft's own tool."""
    lines = []
    for one in FUNCTIONS:
        docs = [f" * {one.help['en']}", f" * @customfunction {one.office_code} {one.office_code}"]
        docs += [
            f" * @param {{any[][]}} {'[' + a.name + ']' if a.optional else a.name} {a.en}"
            for a in one.arguments
        ]
        names = [f"{a.name}{'?' if a.optional else ''}: any[][]" for a in one.arguments]
        if one.service:
            docs.append(" * @param {CustomFunctions.CancelableInvocation} invocation The call")
            names.append("invocation: CustomFunctions.CancelableInvocation")
        else:
            docs.append(" * @supportSync")
        docs.append(" * @returns {any[][]} The answer")
        lines += [
            "/**",
            *docs,
            " */",
            f"export function f{one.code}({', '.join(names)}): any[][] {{ return []; }}",
        ]
    return "\n".join(lines)


TYPES = """
declare const KPI_FUNCTIONS: any;
declare const KPI_LAYOUT: any;
declare namespace CustomFunctions {
  function associate(id: string, run: Function): void;
  const ErrorCode: any;
  class Error { constructor(code: any, message?: string); code: any; message: any; }
}
"""


@pytest.fixture(scope="module")
def npm_tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with Microsoft's tools."""
    folder = tmp_path_factory.mktemp("npm")
    npm = shutil.which("npm")
    assert npm, "npm is not installed; run: apt-get install -y npm"
    subprocess.run([npm, "init", "-y"], cwd=folder, check=True, capture_output=True)
    install = [npm, "install", "--ignore-scripts", *OFFICIAL]
    subprocess.run(install, cwd=folder, check=True, capture_output=True)
    return folder


@pytest.mark.prove
def test_the_pane_uses_office_as_its_types_say(npm_tools: Path) -> None:
    """TypeScript reads the pane's own files against Microsoft's description of Excel."""
    options = {
        "allowJs": True, "checkJs": True, "noEmit": True, "target": "es2022", "module": "es2022",
        "moduleResolution": "bundler", "lib": ["es2023", "dom", "dom.iterable"],
        "types": ["office-js"], "typeRoots": ["./node_modules/@types"],
    }  # fmt: skip
    (npm_tools / "globals.d.ts").write_text(TYPES, encoding="utf-8")
    files = ["globals.d.ts", str(ROOT / "addin/officejs/pane.js")]
    project = {"compilerOptions": options, "files": files}
    (npm_tools / "tsconfig.json").write_text(json.dumps(project), encoding="utf-8")
    tsc = npm_tools / "node_modules/.bin/tsc"
    done = subprocess.run(
        [tsc, "-p", npm_tools], capture_output=True, text=True, check=False, cwd=npm_tools
    )
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.prove
def test_microsofts_own_tools_agree(npm_tools: Path) -> None:
    """`office-addin-manifest info`, and the metadata that custom-functions-metadata generates."""
    tmp_path = npm_tools
    place = ROOT / "addin/generated/manifest.xml"
    tool = tmp_path / "node_modules/.bin/office-addin-manifest"
    said = subprocess.run([tool, "info", place], check=True, capture_output=True, text=True)
    assert "Name: LinkStar KPI Sheets" in said.stdout
    (tmp_path / "functions.ts").write_text(source(), encoding="utf-8")
    tool = tmp_path / "node_modules/.bin/custom-functions-metadata"
    out = tmp_path / "made.json"
    subprocess.run(
        [tool, "generate", tmp_path / "functions.ts", out], check=True, capture_output=True
    )
    made = json.loads(out.read_text(encoding="utf-8"))["functions"]
    ours = json.loads(MADE["addin/generated/functions.en.json"]())["functions"]
    assert [shape(one) for one in made] == [shape(one) for one in ours]


def shape(one: dict[str, object]) -> object:
    """What Excel binds by: id, name, parameters, result, options."""
    parameters = one["parameters"]
    assert isinstance(parameters, list)
    names = ("name", "type", "dimensionality")
    told = [[*(p[name] for name in names), bool(p.get("optional"))] for p in parameters]
    result = one["result"]
    assert isinstance(result, dict)
    return one["id"], one["name"], told, {"type": "any", **result}, one["options"]
