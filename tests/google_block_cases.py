"""Cases of batchUpdate requests that move and go through blocks of cells."""

from __future__ import annotations

from tests.google_support import Bench, box

GRID = [["b", 2], ["a", 1], ["b", 2]]


def pastes(one: Bench) -> bool:
    one.put("A1", [[1, "=A1*2"]])
    asked = {"source": box("A1:B1"), "destination": box("A3:B4"), "pasteType": "PASTE_NORMAL"}
    one.batch({"copyPaste": asked})
    assert one.formulas("A3:B4") == [[1, "=A3*2"], [1, "=A4*2"]]
    turned = asked | {"destination": box("D1:D1"), "pasteOrientation": "TRANSPOSE"}
    one.batch({"copyPaste": turned | {"pasteType": "PASTE_VALUES"}})
    assert one.formulas("D1:D2") == [[1], [0]]
    one.put("F9", [["=A1+SUM(A1:B1)"]])
    one.batch({"cutPaste": {"source": box("A1:B1"), "destination": {"rowIndex": 9}}})
    return one.formulas("F9") == [["=A10+SUM(A10:B10)"]] and one.formulas("A10:B10") == [
        [1, "=A10*2"]
    ]


def ranges(one: Bench) -> bool:
    one.put("A1", [["a", "b"], ["c", "d"], ["=A2", "e"]])
    one.batch({"insertRange": {"range": box("A2:A2"), "shiftDimension": "ROWS"}})
    assert one.formulas("A1:B4") == [["a", "b"], ["", "d"], ["c", "e"], ["=A3"]]
    one.batch({"deleteRange": {"range": box("A1:A2"), "shiftDimension": "ROWS"}})
    return one.formulas("A1:B3") == [["c", "b"], ["=A1", "d"], ["", "e"]]


def fills(one: Bench) -> bool:
    one.put("A1", [[1, "x", "=A1"], [3, "y", "=A2"]])
    spread = {"source": box("A1:C2"), "dimension": "ROWS", "fillLength": 2}
    one.batch({"autoFill": {"sourceAndDestination": spread}})
    return one.formulas("A3:C4") == [[5, "x", "=A3"], [7, "y", "=A4"]]


def orders(one: Bench) -> bool:
    one.put("A1", GRID)
    one.batch({"sortRange": {"range": box("A1:B3"), "sortSpecs": [{"dimensionIndex": 0}]}})
    assert one.get("A1:B3") == [["a", "1"], ["b", "2"], ["b", "2"]]
    [done, _] = one.batch(
        {"deleteDuplicates": {"range": box("A1:B3")}}, {"randomizeRange": {"range": box("A1:B3")}}
    )
    assert done["deleteDuplicates"]["duplicatesRemovedCount"] == 1
    return sorted(row for row in one.get("A1:B3") if row) == [["a", "1"], ["b", "2"]]


def words(one: Bench) -> bool:
    one.put("A1", [["  red  lamp "], ["2"], ["a;b"]], "RAW")
    asked = {"find": "LAMP", "replacement": "mat", "range": box("A1:A3")}
    [trimmed, _, found] = one.batch(
        {"trimWhitespace": {"range": box("A1:A3")}},
        {"textToColumns": {"source": box("A3:A3"), "delimiterType": "SEMICOLON"}},
        {"findReplace": asked},
    )
    assert trimmed["trimWhitespace"]["cellsChangedCount"] == 1
    assert found["findReplace"] == {
        "valuesChanged": 1, "rowsChanged": 1, "sheetsChanged": 1, "occurrencesChanged": 1
    }  # fmt: skip
    data = {"coordinate": {"rowIndex": 4}, "data": "1,x\n2,y", "delimiter": ","}
    one.batch({"pasteData": data})
    return one.get("A1:B6", "UNFORMATTED_VALUE") == [
        ["red mat"], ["2"], ["a", "b"], [], [1, "x"], [2, "y"]
    ]  # fmt: skip
