"""Who may open a spreadsheet: rights given and taken by name, and what drifted from them.

Rights are Drive's. What we gave is kept in the control database; whatever else is found there (a
link for everybody, a person that an editor let in, a right that grew) is drift, and is listed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sync_service import audit, control
from sync_service.control import Control
from sync_service.google.client import SheetsClient
from sync_service.house import House
from sync_service.told import ToldError

SHARES = "google_shares"  # setting: spreadsheet -> Share as JSON
FIELDS = "nextPageToken,permissions(id,type,emailAddress,domain,role,deleted)"
ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
Role = Literal["reader", "commenter", "writer"]
Json = dict[str, Any]
Drifting = Literal["more", "fewer", "other", "link", "domain", "unguarded", "editors", "opened"]


@dataclass(frozen=True, slots=True)
class Drift:
    """One right that is not as it was given."""

    kind: Drifting
    who: str  # address, domain, or "anyone"
    role: str  # as found; empty where it is gone
    wanted: str  # as given; empty where it was never given


def shares(store: Control) -> dict[str, Json]:
    """Every spreadsheet that was shared from here: whose slice it is, and who has which right."""
    found = control.setting(store, SHARES, {})
    return dict(found) if isinstance(found, Mapping) else {}


def given(store: Control, sheet: str) -> dict[str, str]:
    """Address -> right, as given from here."""
    return dict(shares(store).get(sheet, {}).get("accounts", {}))


def remember(store: Control, sheet: str, **more: object) -> None:
    """Keep what is known of a shared spreadsheet."""
    every = shares(store)
    every[sheet] = {**every.get(sheet, {}), **more}
    control.set_setting(store, SHARES, every)


def grant(house: House, client: SheetsClient, sheet: str, address: str, role: Role) -> None:
    """Give a named account a right; one that has another right gets this one instead.

    Raises:
        ToldError: It is no address, or Google refused.
    """
    account = address.strip().casefold()
    if not ADDRESS.fullmatch(account):
        raise ToldError(
            f"{address!r} is no e-mail address. Name one Google account.",
            f"{address!r} 不是邮箱地址。请填写一个 Google 账号。",
        )
    there = {
        one["emailAddress"].casefold(): one for one in permissions(client, sheet) if _named(one)
    }
    if account in there:
        if there[account]["role"] != role:
            path = f"/{sheet}/permissions/{there[account]['id']}"
            client.drive("patch", path, json={"role": role})
    else:
        body = {"type": "user", "role": role, "emailAddress": account}
        quiet = {"sendNotificationEmail": "false"}
        client.drive("post", f"/{sheet}/permissions", params=quiet, json=body)
    remember(house.store, sheet, accounts={**given(house.store, sheet), account: role})
    _note(house, sheet, "google_granted", f"{account} {role}")


def revoke(house: House, client: SheetsClient, sheet: str, address: str) -> bool:
    """Take a named account's right; whether it had one."""
    account = address.strip().casefold()
    found = [
        one
        for one in permissions(client, sheet)
        if _named(one) and one["emailAddress"].casefold() == account and one["role"] != "owner"
    ]
    for one in found:
        client.drive("delete", f"/{sheet}/permissions/{one['id']}")
    kept = {who: role for who, role in given(house.store, sheet).items() if who != account}
    remember(house.store, sheet, accounts=kept)
    _note(house, sheet, "google_revoked", account)
    return bool(found)


def permissions(client: SheetsClient, sheet: str) -> list[Json]:
    """Every right that Drive knows of a spreadsheet."""
    found: list[Json] = []
    page = ""
    while True:
        params = {"fields": FIELDS, "pageSize": 100, **({"pageToken": page} if page else {})}
        answer = client.drive("get", f"/{sheet}/permissions", params=params)
        found += [one for one in answer.get("permissions", ()) if not one.get("deleted")]
        page = answer.get("nextPageToken", "")
        if not page:
            return found


def drift(client: SheetsClient, store: Control, sheet: str) -> list[Drift]:
    """What is not as it was given; the owner and our own account are as they should be."""
    wanted = given(store, sheet)
    ours = client.account.address.casefold()
    there = permissions(client, sheet)
    found = list(_strangers(there, wanted, ours))
    known = {one["emailAddress"].casefold() for one in there if _named(one)}
    found += [Drift("fewer", who, "", role) for who, role in wanted.items() if who not in known]
    return sorted(found, key=lambda one: (one.kind, one.who))


def _strangers(there: list[Json], wanted: Mapping[str, str], ours: str) -> Iterator[Drift]:
    for one in there:
        role = one.get("role", "")
        if one.get("type") == "anyone":
            yield Drift("link", "anyone", role, "")
        elif one.get("type") == "domain":
            yield Drift("domain", one.get("domain", ""), role, "")
        elif role != "owner" and (who := one.get("emailAddress", "").casefold()) != ours:
            if who not in wanted:
                yield Drift("more", who, role, "")
            elif wanted[who] != role:
                yield Drift("other", who, role, wanted[who])


def _named(one: Json) -> bool:
    return one.get("type") in ("user", "group") and bool(one.get("emailAddress"))


def _note(house: House, sheet: str, action: str, said: str) -> None:
    with house.store.begin() as connection:
        audit.record(
            connection,
            at=house.clock.now(),
            actor="cli",
            action=action,
            about=f"google:{sheet}",
            after=said,
        )
