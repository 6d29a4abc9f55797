"""The masks of update requests: each must name fields that its object has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sync_service.sandbox.google.discovery import Description
from sync_service.sandbox.google.errors import bad
from sync_service.sandbox.google.masks import parse

Json = dict[str, Any]

MISSING = "At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)"
OBJECTS: Mapping[str, str] = {  # request to the schema that its mask speaks of
    "appendCells": "CellData",
    "repeatCell": "CellData",
    "updateBanding": "BandedRange",
    "updateCells": "CellData",
    "updateDeveloperMetadata": "DeveloperMetadata",
    "updateDimensionGroup": "DimensionGroup",
    "updateDimensionProperties": "DimensionProperties",
    "updateEmbeddedObjectBorder": "EmbeddedObjectBorder",
    "updateFilterView": "FilterView",
    "updateNamedRange": "NamedRange",
    "updateProtectedRange": "ProtectedRange",
    "updateSheetProperties": "SheetProperties",
    "updateSlicerSpec": "SlicerSpec",
    "updateSpreadsheetProperties": "SpreadsheetProperties",
    "updateTable": "Table",
}


def check(description: Description, body: Json) -> None:
    """Refuse a batchUpdate with a mask that is missing or names what is not there.

    Raises:
        Refusal: 400 with the request's place.
    """
    for place, request in enumerate(body.get("requests", [])):
        for kind, asked in request.items():
            schema = OBJECTS.get(kind)
            if schema is None:
                continue
            text = asked.get("fields", "")
            if not text:
                raise bad(f"Invalid requests[{place}].{kind}: {MISSING}")
            wrong = description.check_mask(schema, parse(text))
            if wrong:
                raise bad(f"Invalid requests[{place}].{kind}: Invalid field: {wrong}")
