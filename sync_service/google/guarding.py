"""The protections of a shared spreadsheet: as they were made, and what drifted from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sync_service.google.client import SheetsClient
from sync_service.google.permissions import Drift, shares
from sync_service.house import House

FIELDS = (
    "sheets(properties(sheetId,title),"
    "protectedRanges(protectedRangeId,range,warningOnly,unprotectedRanges,editors(users)))"
)
Json = dict[str, Any]


def guarded(client: SheetsClient, sheet: str) -> list[Json]:
    """Every protection that binds: of whole tabs and of ranges, without those that only warn."""
    answer = client.get(sheet, FIELDS)
    return [
        {
            "id": one.get("protectedRangeId", 0),
            "tab": tab["properties"].get("title", ""),
            "open": len(one.get("unprotectedRanges", ())),
            "editors": sorted(one.get("editors", {}).get("users", ())),
        }
        for tab in answer.get("sheets", ())
        for one in tab.get("protectedRanges", ())
        if not one.get("warningOnly")
    ]


def strangers(house: House, client: SheetsClient, sheet: str) -> list[Drift]:
    """Protections that are gone or wider than they were made."""
    made: Sequence[Mapping[str, Any]] = shares(house.store).get(sheet, {}).get("guards", ())
    there = {one["id"]: one for one in guarded(client, sheet)}
    found = []
    for one in made:
        now = there.get(one["id"])
        if now is None:
            found.append(Drift("unguarded", one["tab"], "", "protected"))
        elif extra := sorted(set(now["editors"]) - set(one["editors"])):
            found.append(Drift("editors", f"{one['tab']}: {', '.join(extra)}", "editor", ""))
        elif now["open"] > one["open"]:
            found.append(Drift("opened", one["tab"], "open", "protected"))
    return found
