' Made by `python -m addin.build` from kpi/functions.py; do not edit.
Option VBASupport 1

Private oHost As Object

' Points of one item. actual, due, method, [p1], [p2], [p3], [p4], [cap], [floor], [table]
Function KPI_SCORE(ParamArray aGiven())
  KPI_SCORE = Answered("SCORE", aGiven)
End Function

' How far the value reaches what is due. actual, due, better, [method]
Function KPI_ATTAIN(ParamArray aGiven())
  KPI_ATTAIN = Answered("ATTAIN", aGiven)
End Function

' OK, warn, breach, no data or stale. actual, due, better, [warn], [breach], [bound], [basis], [state], [language], [warn_low], [breach_low]
Function KPI_STATUS(ParamArray aGiven())
  KPI_STATUS = Answered("STATUS", aGiven)
End Function

' Total of a card: weights of known items; withheld when too little is covered. scores, weights, [states], [missing], [least], [range1], [value1], [range2], [value2], [range3], [value3], [part]
Function KPI_TOTAL(ParamArray aGiven())
  KPI_TOTAL = Answered("TOTAL", aGiven)
End Function

' Grade of a total; a veto gives the lowest. total, [vetoes], [grades]
Function KPI_GRADE(ParamArray aGiven())
  KPI_GRADE = Answered("GRADE", aGiven)
End Function

' What is due by now: target times its due share, or by the days that are over. target, [share], [start], [end], [covered]
Function KPI_DUE(ParamArray aGiven())
  KPI_DUE = Answered("DUE", aGiven)
End Function

' A week's part of a month's target; the weeks add up to the month. target, month, week, [decimals], [factors], [week_start]
Function KPI_TARGET(ParamArray aGiven())
  KPI_TARGET = Answered("TARGET", aGiven)
End Function

' An amount at fixed rates, in US dollars per unit of a currency. amount, given, wanted, rates
Function KPI_FX(ParamArray aGiven())
  KPI_FX = Answered("FX", aGiven)
End Function

' Bonus by rule, attendance, cap and veto; rounded once, at the end. method, total, [coefficient], [base], [amount], [goal], [p1], [p2], [p3], [p4], [ladder], [attendance], [cap], [vetoes], [currency], [team], [rules], [rule]
Function KPI_BONUS(ParamArray aGiven())
  KPI_BONUS = Answered("BONUS", aGiven)
End Function

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
      If nRows > 1000 Then
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
  If nRows > 0 And oAddress.EndRow - oAddress.StartRow + 1 > 1000 _
      And oAddress.EndRow - oAddress.StartRow + 1 > nRows Then
    nRight = oAddress.EndColumn - oAddress.StartColumn
    oCells = oCells.getCellRangeByPosition(0, 0, nRight, nRows - 1)
  End If
  CellsOf = oCells.getDataArray()
End Function

Private Function Host()
  Dim oFactory
  oFactory = createUnoService("com.sun.star.script.provider.MasterScriptProviderFactory")
  Host = oFactory.createScriptProvider("").getScript("vnd.sun.star.script:kpi_host.py$answer?language=Python&location=user")
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
