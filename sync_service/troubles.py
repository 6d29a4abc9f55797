"""What an outside system can do to us: typed troubles, each with its sentence in zh and en.

Trouble
 +- Retryable        reset, time-out, cut body, 5xx: the client tried, and gave up inside its limits
 +- RateLimited      429 or the platform's own word for it; never counts as a failed attempt
 +- Parked           the wait is longer than a worker may hold; the scheduler asks again at `until`
 +- TokenExpired     401: refreshed once and repeated once by the kernel, then AuthRevoked
 +- AuthRevoked      the shop has to be authorised again; only its account stops
 |   +- Forbidden    403: a role or scope is missing
 +- ContractBroken   an answer that is not what the platform promised: this stream stops
 +- BadRequest       400, 422, ...: our request is wrong; never repeated
 |   +- NotFound     404, 410
 +- ReportFailed     the platform gave up on building a report
 +- Refused          our own rule forbids the call: host, scheme, redirect
 +- DiskFull
 +- Conflict         somebody else holds the lease or moved the cursor
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from kpi.errors import Level, Place, Problem
from kpi.model import Language

Sentence = dict[Language, str]


class Trouble(Exception):  # noqa: N818 - a trouble is carried and shown, it is no programming error
    """One thing that went wrong outside; `detail` is what the platform or the system said."""

    code: ClassVar[str] = "trouble"
    level: ClassVar[Level] = Level.ERROR
    what: ClassVar[Sentence] = {"en": "The platform failed: {detail}.", "zh": "平台出错:{detail}。"}
    mend: ClassVar[Sentence] = {"en": "Try again later.", "zh": "请稍后再试。"}

    def __init__(self, detail: str, *, request_id: str = "") -> None:
        """Keep what was said; the sentence belongs to the class."""
        super().__init__(detail)
        self.detail = detail
        self.request_id = request_id  # of the platform, for its support

    def problem(self, place: Place) -> Problem:
        """The trouble as a value that is shown beside the results."""
        asked = f" [{self.request_id}]" if self.request_id else ""
        return Problem(
            code=self.code,
            level=self.level,
            place=place,
            what={
                at: text.replace("{detail}", self.detail + asked) for at, text in self.what.items()
            },
            mend=dict(self.mend),
        )


class Retryable(Trouble):
    """The network or the platform failed, in a way that usually passes."""

    code = "platform_unreachable"
    what: ClassVar[Sentence] = {
        "en": "The platform could not be read completely: {detail}.",
        "zh": "平台数据未能完整读取:{detail}。",
    }
    mend: ClassVar[Sentence] = {
        "en": "Nothing partial was stored; the next sync asks again.",
        "zh": "未保存任何不完整的数据;下次同步会重新获取。",
    }


class RateLimited(Trouble):
    """The platform asks us to wait; `retry_after` in seconds, None when it does not say."""

    code = "rate_limited"
    level = Level.WARNING
    what: ClassVar[Sentence] = {
        "en": "The platform limits our calls: {detail}.",
        "zh": "平台限制了调用频率:{detail}。",
    }
    mend: ClassVar[Sentence] = {
        "en": "The sync goes on by itself when the wait is over.",
        "zh": "等待结束后会自动继续同步。",
    }

    def __init__(
        self, detail: str, *, retry_after: float | None = None, request_id: str = ""
    ) -> None:
        """Keep the wait that the platform asks for, in seconds."""
        super().__init__(detail, request_id=request_id)
        self.retry_after = retry_after


class Parked(Trouble):
    """The wait is too long for a worker; the job sleeps in the schedule until `until` (UTC)."""

    code = "parked"
    level = Level.WARNING
    what: ClassVar[Sentence] = {
        "en": "The job waits for the platform: {detail}.",
        "zh": "任务正在等待平台:{detail}。",
    }
    mend: ClassVar[Sentence] = RateLimited.mend

    def __init__(self, detail: str, *, until: datetime) -> None:
        """Keep the instant from which the job may go on."""
        super().__init__(detail)
        self.until = until


class TokenExpired(Trouble):
    """The access token is no longer taken; the kernel gets a new one and repeats once."""

    code = "token_expired"


class AuthRevoked(Trouble):
    """The authorisation is gone; asking again would only make it worse."""

    code = "needs_authorisation"
    what: ClassVar[Sentence] = {
        "en": "The platform no longer accepts our authorisation: {detail}.",
        "zh": "平台不再接受授权:{detail}。",
    }
    mend: ClassVar[Sentence] = {
        "en": "Authorise this account again with `python -m sync_service connect`.",
        "zh": "请用 `python -m sync_service connect` 重新授权该账号。",
    }


class Forbidden(AuthRevoked):
    """A role or scope is missing."""

    code = "missing_permission"
    what: ClassVar[Sentence] = {
        "en": "The platform refuses this call: {detail}.",
        "zh": "平台拒绝了这次调用:{detail}。",
    }
    mend: ClassVar[Sentence] = {
        "en": "Give the app the missing role or scope, then authorise the account again.",
        "zh": "请为应用补充缺少的角色或权限,然后重新授权该账号。",
    }


class ContractBroken(Trouble):
    """The answer is not what the platform promised; nothing of it may become a fact."""

    code = "contract_broken"
    what: ClassVar[Sentence] = {
        "en": "The platform's answer cannot be understood: {detail}.",
        "zh": "无法理解平台返回的内容:{detail}。",
    }
    mend: ClassVar[Sentence] = {
        "en": "This stream stops and keeps its last good figures; send this line to support.",
        "zh": "该数据流已停止并保留上次正确的数据;请把这一行发给技术支持。",
    }


class BadRequest(Trouble):
    """The platform says that our request is wrong; the same request would fail again."""

    code = "bad_request"
    what: ClassVar[Sentence] = {
        "en": "The platform rejects our request: {detail}.",
        "zh": "平台拒绝了我们的请求:{detail}。",
    }
    mend: ClassVar[Sentence] = ContractBroken.mend


class NotFound(BadRequest):
    """What we asked for is not there (any more)."""

    code = "not_found"
    what: ClassVar[Sentence] = {
        "en": "The platform does not know what we ask for: {detail}.",
        "zh": "平台上找不到请求的内容:{detail}。",
    }


class LinkExpired(Trouble):
    """A call without authorisation was refused: its signed link has lived too long."""

    code = "link_expired"
    what: ClassVar[Sentence] = {
        "en": "The download link is no longer valid: {detail}.",
        "zh": "下载链接已失效:{detail}。",
    }
    mend: ClassVar[Sentence] = Retryable.mend


class ReportFailed(Trouble):
    """The platform could not build a report."""

    code = "report_failed"
    what: ClassVar[Sentence] = {
        "en": "The platform could not build the report: {detail}.",
        "zh": "平台未能生成报告:{detail}。",
    }
    mend: ClassVar[Sentence] = {
        "en": "It is asked for once more at the next sync.",
        "zh": "下次同步会再请求一次。",
    }


class Refused(Trouble):
    """Our own rule forbids the call: unknown host, no https, a redirect."""

    code = "call_refused"
    what: ClassVar[Sentence] = {
        "en": "The call was not made: {detail}.",
        "zh": "该调用未执行:{detail}。",
    }
    mend: ClassVar[Sentence] = {
        "en": "Check the account's address; only the platform's own hosts are allowed.",
        "zh": "请检查账号的地址;只允许访问平台自己的主机。",
    }


class DiskFull(Trouble):
    """No room left where the data lives."""

    code = "disk_full"
    what: ClassVar[Sentence] = {
        "en": "The disk is full: {detail}.",
        "zh": "磁盘已满:{detail}。",
    }
    mend: ClassVar[Sentence] = {
        "en": "Free some space; nothing was changed, the next sync goes on.",
        "zh": "请清理磁盘空间;数据没有变化,下次同步会继续。",
    }


class Misconfigured(Trouble):
    """Something on our side cannot be used: a setting, an account, the data folder."""

    code = "misconfigured"
    what: ClassVar[Sentence] = {"en": "{detail}", "zh": "本机配置有问题:{detail}"}
    mend: ClassVar[Sentence] = {
        "en": "The other shops went on; mend this and sync again.",
        "zh": "其他店铺不受影响;请修正后再次同步。",
    }


class Conflict(Trouble):
    """Another worker holds the lease of this work."""

    code = "conflict"
    level = Level.NOTE
    what: ClassVar[Sentence] = {
        "en": "Another process is doing this already: {detail}.",
        "zh": "另一个进程正在执行此任务:{detail}。",
    }
    mend: ClassVar[Sentence] = {
        "en": "Nothing to do; its result will be here soon.",
        "zh": "无需处理;结果很快就会出现。",
    }
