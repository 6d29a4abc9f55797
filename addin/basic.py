"""The sheet functions as a Basic module, for a document or for LibreOffice's own macros.

The module gives Calc the names; each call goes to `answer` of `addin/libreoffice/kpi_host.py`
through LibreOffice's script provider. Ranges come as objects (`Option VBASupport`), because Calc
does not call a function at all when a plain range holds an error, and unknown values are errors.
"""

from __future__ import annotations

from kpi.functions import LOCAL, SheetFunction

IN_PROFILE = "kpi_host.py$answer?language=Python&location=user"
IN_EXTENSION = (
    "LinkStarKPI.oxt|python|kpi_host.py$answer?language=Python&location=user:uno_packages"
)

HEAD = """' Made by `python -m addin.build` from kpi/functions.py; do not edit.
Option VBASupport 1

Private oHost As Object

"""
TAIL = """
Private Function Answered(sCode, aGiven)
  Dim n, nRows
  Dim aCells()
  If UBound(aGiven) >= 0 Then ReDim aCells(UBound(aGiven))
  nRows = RowsWorth(aGiven)
  For n = 0 To UBound(aGiven)
    If TypeName(aGiven(n)) = "Range" Then
      aCells(n) = CellsOf(aGiven(n), nRows)
    Else
      aCells(n) = aGiven(n)
    End If
  Next
  If oHost Is Nothing Then oHost = Host()
  Answered = AsCells(oHost.invoke(Array(sCode, aCells), Array(), Array()))
End Function

' Tall columns are read as far as their tabs are used; 0 where they differ in height.
Private Function RowsWorth(aGiven)
  Dim n, nTall, nRows, nUsed, oAddress, oCursor
  For n = 0 To UBound(aGiven)
    If TypeName(aGiven(n)) = "Range" Then
      oAddress = aGiven(n).CellRange.RangeAddress
      nRows = oAddress.EndRow - oAddress.StartRow + 1
      If nRows > {tall} Then
        If nTall = 0 Then nTall = nRows
        If nTall <> nRows Then Exit Function
        oCursor = aGiven(n).CellRange.Spreadsheet.createCursor()
        oCursor.gotoEndOfUsedArea(False)
        nRows = oCursor.RangeAddress.EndRow - oAddress.StartRow + 1
        If nRows > nUsed Then nUsed = nRows
      End If
    End If
  Next
  If nTall > 0 Then RowsWorth = IIf(nUsed < 1, 1, nUsed)
End Function

' In a function of its own: where it stands beside a plain value, that value is lost.
Private Function CellsOf(oRange, nRows)
  Dim oCells, oAddress, nRight
  oCells = oRange.CellRange
  oAddress = oCells.RangeAddress
  If nRows > 0 And oAddress.EndRow - oAddress.StartRow + 1 > {tall} _
      And oAddress.EndRow - oAddress.StartRow + 1 > nRows Then
    nRight = oAddress.EndColumn - oAddress.StartColumn
    oCells = oCells.getCellRangeByPosition(0, 0, nRight, nRows - 1)
  End If
  CellsOf = oCells.getDataArray()
End Function

Private Function Host()
  Dim oFactory
  oFactory = createUnoService("com.sun.star.script.provider.MasterScriptProviderFactory")
  Host = oFactory.createScriptProvider("").getScript("vnd.sun.star.script:{place}")
End Function

Private Function AsCells(aRows)
  Dim nRow, nColumn
  If UBound(aRows) = 0 And UBound(aRows(0)) = 0 Then
    AsCells = aRows(0)(0)
    Exit Function
  End If
  Dim aMade()
  ReDim aMade(UBound(aRows), UBound(aRows(0)))
  For nRow = 0 To UBound(aRows)
    For nColumn = 0 To UBound(aRows(0))
      aMade(nRow, nColumn) = aRows(nRow)(nColumn)
    Next
  Next
  AsCells = aMade
End Function
"""
TALL = 1000  # rows from which on a range is read no further than its tab is used


def basic(place: str = IN_PROFILE) -> str:
    """The module; `place` is where the script provider finds the Python half."""
    return (
        HEAD
        + "\n".join(map(_function, LOCAL))
        + TAIL.replace("{place}", place).replace("{tall}", str(TALL))
    )


def _function(one: SheetFunction) -> str:
    names = ", ".join(f"[{a.name}]" if a.optional else a.name for a in one.arguments)
    return (
        f"' {one.help['en']} {names}\n"
        f"Function {one.name}(ParamArray aGiven())\n"
        f'  {one.name} = Answered("{one.code}", aGiven)\n'
        "End Function\n"
    )
