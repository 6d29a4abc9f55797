"""The VBA of the add-in file: buttons, sheet functions and their help, in ASCII only.

All of it goes through the xlwings add-in that is installed beside it (`xlwings addin install`), its
free part: `RunPython` for the buttons, on Windows and Mac; its Python server for the functions, on
Windows alone. Neither is called by a reference, so a computer without xlwings says so in a sentence
instead of failing to compile. Chinese is written as code points.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from addin.udf_text import CATEGORY, MOST_HELP, name_of
from kpi.functions import FUNCTIONS, SheetFunction

BUTTONS = ("Refresh", "Check", "Explain", "Help")
MODULE = "addin.udfs"
TALL = 1000  # rows from which on a range is read no further than its tab is used

WORKBOOK = """Private Sub Workbook_Open()
    KpiWizard.DescribeFunctions
End Sub
"""

RIBBON = """Option Explicit
' The buttons of the KPI tab. xlwings runs the Python that they name.

{buttons}
Private Sub Press(what As String)
    On Error GoTo Failed
    Dim command As String
    command = "import sync_service.live as live; live." & what & "()"
    Application.Run "xlwings.xlam!RunPython", command
    Exit Sub
Failed:
    MsgBox "LinkStar KPI needs the free xlwings add-in. Run:  xlwings addin install" _
        & vbCrLf & Err.Description, vbExclamation, "LinkStar KPI"
End Sub

' The sentence behind an error of a KPI function in the selected cell, if there is one.
Private Function Told() As Boolean
    Dim sentence As String
    On Error GoTo Untold
    sentence = KpiFunctions.SentenceOf(ActiveCell)
    If sentence = "" Then Exit Function
    CreateObject("WScript.Shell").Popup sentence, 0, "LinkStar KPI", 64
    Told = True
Untold:
End Function
"""
BUTTON = """Public Sub Kpi{name}(control As IRibbonControl)
    {guard}Press "{method}"
End Sub
"""

FUNCTION_HEAD = """Option Explicit
' The KPI functions: each asks Python for its answer. A text that begins with #N/A or #VALUE! is an
' error with its sentence; the cell shows the error, the Explain button the sentence.

Private Python As Object
Private Sentences As Object

"""
FUNCTION_TAIL = """
Private Function Asked(fname As String, given As Variant) As Variant
    #If Mac Then
        Asked = CVErr(2029)
    #Else
        Dim answer As Variant, book As Object, asker As Object
        On Error GoTo Failed
        Set book = ActiveWorkbook
        If TypeName(Application.Caller) = "Range" Then
            Set asker = Application.Caller
            Set book = asker.Worksheet.Parent
        End If
        Clip given
        If Python Is Nothing Then Set Python = Application.Run("xlwings.xlam!XLPy")
        answer = Python.CallUDF("{module}", fname, given, book, asker)
        Asked = AsCells(answer, asker)
        Exit Function
Failed:
        Set Python = Nothing
        Asked = AsCell("#N/A xlwings: " & Err.Description, asker, 0, 0)
    #End If
End Function

' Whole columns are read as far as their tab is used.
Private Sub Clip(given As Variant)
    Dim n As Long, area As Object, rows As Long
    For n = LBound(given) To UBound(given)
        If TypeName(given(n)) = "Range" Then
            Set area = given(n)
            If area.Rows.Count > {tall} Then
                rows = area.Worksheet.UsedRange.Row + area.Worksheet.UsedRange.Rows.Count - area.Row
                If rows < 1 Then rows = 1
                If rows < area.Rows.Count Then Set given(n) = area.Resize(rows)
            End If
        End If
    Next
End Sub

Private Function AsCells(answer As Variant, asker As Object) As Variant
    Dim row As Long, column As Long, wide As Long
    If Not IsArray(answer) Then
        AsCells = AsCell(answer, asker, 0, 0)
        Exit Function
    End If
    wide = -1
    On Error Resume Next
    wide = UBound(answer, 2)
    On Error GoTo 0
    For row = LBound(answer) To UBound(answer)
        If wide < 0 Then
            answer(row) = AsCell(answer(row), asker, 0, row - LBound(answer))
        Else
            For column = LBound(answer, 2) To wide
                answer(row, column) = AsCell(answer(row, column), asker, _
                    row - LBound(answer), column - LBound(answer, 2))
            Next
        End If
    Next
    AsCells = answer
End Function

Private Function AsCell(value As Variant, asker As Object, row As Long, column As Long) As Variant
    AsCell = value
    If VarType(value) = vbString Then
        If Left$(value, 5) = "#N/A " Then AsCell = CVErr(2042)
        If Left$(value, 8) = "#VALUE! " Then AsCell = CVErr(2015)
    End If
    If IsError(AsCell) And Not asker Is Nothing Then
        Remember asker.Cells(1, 1).Offset(row, column), CStr(value)
    End If
End Function

Private Sub Remember(cell As Object, sentence As String)
    If Sentences Is Nothing Then Set Sentences = CreateObject("Scripting.Dictionary")
    If Sentences.Count > 50000 Then Sentences.RemoveAll
    Sentences(cell.Address(External:=True)) = sentence
End Sub

Public Function SentenceOf(cell As Object) As String
    Dim at As String
    If Sentences Is Nothing Then Exit Function
    If Not IsError(cell.Value) Then Exit Function
    at = cell.Address(External:=True)
    If Sentences.Exists(at) Then SentenceOf = Sentences(at)
End Function
"""

HELP = """Option Explicit
' What the function wizard says, in the language of Excel.

Public Sub DescribeFunctions()
    #If Not Mac Then
        On Error Resume Next
        ThisWorkbook.IsAddin = False
        If (Application.LanguageSettings.LanguageID(2) And 1023) = 4 Then
            Chinese
        Else
            English
        End If
        ThisWorkbook.IsAddin = True
        ThisWorkbook.Saved = True
    #End If
End Sub

Private Sub Say(fname As String, text As String, ParamArray arguments() As Variant)
    Dim n As Long, said() As String
    ReDim said(UBound(arguments))
    For n = 0 To UBound(arguments)
        said(n) = Read(CStr(arguments(n)))
    Next
    Application.MacroOptions Macro:="'" & ThisWorkbook.Name & "'!" & fname, _
        Description:=Read(text), Category:="{category}", ArgumentDescriptions:=said
End Sub

' A text; after a tilde stand code points, four hexadecimal digits each.
Private Function Read(text As String) As String
    Dim n As Long
    If Left$(text, 1) <> "~" Then
        Read = text
        Exit Function
    End If
    For n = 2 To Len(text) Step 4
        Read = Read & ChrW(CLng("&H" & Mid$(text, n, 4)))
    Next
End Function

Private Sub Chinese()
{chinese}
End Sub

Private Sub English()
{english}
End Sub
"""


def modules() -> Mapping[str, str]:
    """Every module of the project by its name."""
    return {
        "ThisWorkbook": WORKBOOK,
        "Sheet1": "",
        "KpiRibbon": RIBBON.replace("{buttons}", "\n".join(map(_button, BUTTONS))),
        "KpiFunctions": FUNCTION_HEAD
        + "\n".join(map(_function, FUNCTIONS))
        + FUNCTION_TAIL.replace("{module}", MODULE).replace("{tall}", str(TALL)),
        "KpiWizard": HELP.replace("{category}", CATEGORY)
        .replace("{chinese}", _lines("zh"))
        .replace("{english}", _lines("en")),
    }


def _button(name: str) -> str:
    guard = "If Told() Then Exit Sub\n    " if name == "Explain" else ""
    return BUTTON.format(name=name, method=name.casefold(), guard=guard)


def _function(one: SheetFunction) -> str:
    names = list(map(name_of, one.arguments))
    declared = ", ".join(
        f"Optional {name}" if a.optional else name
        for name, a in zip(names, one.arguments, strict=True)
    )
    return (
        f"Public Function {one.name}({declared}) As Variant\n"
        f'Attribute {one.name}.VB_Description = "{_quoted(one.help["en"])}"\n'
        f'    {one.name} = Asked("{one.name}", Array({", ".join(names)}))\n'
        "End Function\n"
    )


def _lines(language: str) -> str:
    """One call a function, an argument a line."""
    return "\n".join(line for one in FUNCTIONS for line in _described(one, language))


def _described(one: SheetFunction, language: str) -> Iterator[str]:
    zh = language == "zh"
    about = (
        f"{one.help['zh']}结果：{one.gives['zh']}。"
        if zh
        else f"{one.help['en']} Gives {one.gives['en']}."
    )
    texts = [about, *(a.zh if zh else a.en for a in one.arguments)]
    written = [f'"{_code_points(text) if zh else _quoted(text)}"' for text in texts]
    yield f'    Say "{one.name}", {written[0]}, _'
    for n, text in enumerate(written[1:], 1):
        yield f"        {text}{', _' if n < len(written) - 1 else ''}"


def _quoted(text: str) -> str:
    return text[:MOST_HELP].replace('"', '""')


def _code_points(text: str) -> str:
    return "~" + "".join(f"{ord(one):04X}" for one in text[: MOST_HELP - 80])
