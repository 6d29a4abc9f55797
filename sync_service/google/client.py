"""The calls of Google Sheets and Drive that the product makes, with sentences for what fails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from sync_service.connectors.buckets import Buckets
from sync_service.google.accounts import READ_WRITE, Account, open_http
from sync_service.google.hosts import DRIVE, SHEETS
from sync_service.google.http import BoundedHTTP, NotAllowedError, UnsureError, body_of
from sync_service.house import House
from sync_service.told import BusyError, ToldError
from sync_service.troubles import AuthRevoked, Parked, RateLimited, Refused, Retryable, Trouble

Json = dict[str, Any]
BOOKS = f"{SHEETS}/v4/spreadsheets"
FILES = f"{DRIVE}/drive/v3/files"


class ProtectedError(ToldError):
    """Cells are protected, and our account is none of those who may edit them."""


PROTECTED = "protected cell or object"  # of Google's sentences
GONE = ("exceeds grid limits", "Unable to parse range")  # what was read is not there any more


@dataclass(frozen=True, slots=True)
class SheetsClient:
    """One account's access to Google Sheets; every failure is a ToldError."""

    http: BoundedHTTP
    account: Account

    def get(self, book: str, fields: str, ranges: Sequence[str] = ()) -> Json:
        """A spreadsheet, only the `fields` named."""
        params: Json = {"fields": fields}
        if ranges:
            params["ranges"] = list(ranges)
        return self.call("get", f"{BOOKS}/{quote(book)}", params=params)

    def create(self, body: Mapping[str, Any]) -> Json:
        """A new spreadsheet."""
        return self.call("post", BOOKS, json=body)

    def batch_update(
        self, book: str, requests: Sequence[Mapping[str, Any]], **more: object
    ) -> Json:
        """All requests or none; `more` is of the body, such as includeSpreadsheetInResponse."""
        body = {"requests": list(requests), **more}
        return self.call("post", f"{BOOKS}/{quote(book)}:batchUpdate", json=body)

    def write_values(self, book: str, data: Sequence[Mapping[str, Any]]) -> Json:
        """Typed values, never parsed, to the places that data filters give; they come back."""
        return self._write(book, data, "RAW")

    def write_formulas(self, book: str, data: Sequence[Mapping[str, Any]]) -> Json:
        """Our own formulas, as they are typed: nothing that came from outside may be among them."""
        return self._write(book, data, "USER_ENTERED")

    def _write(self, book: str, data: Sequence[Mapping[str, Any]], option: str) -> Json:
        body = {
            "valueInputOption": option,
            "data": list(data),
            "includeValuesInResponse": True,
            "responseValueRenderOption": "UNFORMATTED_VALUE",
            "responseDateTimeRenderOption": "SERIAL_NUMBER",
        }
        return self.call("post", f"{BOOKS}/{quote(book)}/values:batchUpdateByDataFilter", json=body)

    def drive(
        self,
        method: str,
        path: str,
        params: Mapping[str, Any] | None = None,
        json: Mapping[str, Any] | None = None,
    ) -> Json:
        """A call about files: `path` is what follows `/files`."""
        return self.call(method, f"{FILES}{path}", params=params, json=json)

    def call(
        self,
        method: str,
        url: str,
        params: Mapping[str, Any] | None = None,
        json: Mapping[str, Any] | None = None,
    ) -> Json:
        """Any call; an answer without a body is an empty mapping.

        Raises:
            ToldError: Google refused, or could not be reached within bounds.
        """
        with told(self.account):
            answer = self.http.request(method, url, params=dict(params or {}), json=json)
            return body_of(answer)


def open_client(house: House, scopes: Sequence[str] = READ_WRITE) -> SheetsClient:
    """The client of an installation.

    Raises:
        ToldError: No account is connected.
    """
    buckets = Buckets(house.store, house.clock)
    return SheetsClient(*open_http(house.secrets, house.settings, buckets, house.clock, scopes))


@contextmanager
def told(account: Account) -> Iterator[None]:
    """A trouble becomes the sentence that a person can act on."""
    try:
        yield
    except Refused as trouble:
        raise ToldError(
            f"The call to Google was sent on to another address ({trouble.detail}) and not "
            "followed: keys go to Google alone. Look for a network's sign-in page or a proxy in "
            "between, then try again.",
            f"对 Google 的调用被转向其他地址（{trouble.detail}），未予跟随：密钥只发给 Google。"
            "请检查是否有网络登录页或代理，然后重试。",
        ) from trouble
    except Trouble as trouble:
        if PROTECTED in trouble.detail:
            raise _protected(trouble.detail, account) from trouble
        if any(said in trouble.detail for said in GONE):
            raise _gone(trouble.detail) from trouble
        raise _sentence(trouble, account) from trouble


def _protected(said: str, account: Account) -> ProtectedError:
    who = account.address or "this account"
    return ProtectedError(
        f"Google refuses {who} ({said}). In Data > Protect sheets and ranges add {who} to the "
        "editors, then try again.",
        f"Google 拒绝了 {who}（{said}）。请在“数据 > 保护工作表和范围”中"
        f"将 {who} 加为编辑者后重试。",
    )


def _gone(said: str) -> BusyError:
    return BusyError(
        f"Somebody deleted rows, columns or a name while they were written ({said}). The old time "
        "stands; refresh again.",
        f"写入时有人删除了行、列或名称（{said}）。时间戳仍为旧值；请重新刷新。",
    )


def _sentence(trouble: Trouble, account: Account) -> ToldError:
    said, who = trouble.detail, account.address or "this account"
    if isinstance(trouble, NotAllowedError):
        return ToldError(
            f"Google refuses {who} ({said}). Share the spreadsheet with {who} as editor, "
            "and take it off the list of a protection.",
            f"Google 拒绝了 {who}（{said}）。请将表格以“编辑者”共享给 {who}，"
            "并检查受保护的范围是否允许它编辑。",
        )
    if isinstance(trouble, UnsureError):
        return BusyError(
            f"Google did not say whether it was done ({said}). Nothing was repeated; "
            "refresh again, it looks at what is there.",
            f"Google 未确认是否已完成（{said}）。未重复执行；请重新刷新，系统会先查看现状。",
        )
    if isinstance(trouble, AuthRevoked):
        return ToldError(
            f"Google no longer accepts our key ({said}). Make a new key and run "
            "`python -m sync_service google account KEY.json`.",
            f"Google 不再接受当前密钥（{said}）。请创建新密钥并运行 "
            "`python -m sync_service google account 密钥.json`。",
        )
    if isinstance(trouble, (RateLimited, Retryable, Parked)):
        return BusyError(
            f"Google cannot be reached now ({said}). The old values stand; try again in a minute.",
            f"暂时无法访问 Google（{said}）。表中仍为旧数值；请一分钟后重试。",
        )
    if said.startswith("404"):
        return ToldError(
            f"Google knows no such spreadsheet ({said}). Check the link, and share it with {who}.",
            f"Google 找不到该表格（{said}）。请检查链接，并将其共享给 {who}。",
        )
    return ToldError(
        f"Google refused the call ({said}). Report this sentence.",
        f"Google 拒绝了该调用（{said}）。请将此信息反馈给我们。",
    )
