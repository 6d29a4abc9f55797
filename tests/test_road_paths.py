"""What targets and shops say when things are not as usual: one change to a computed month each."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from kpi.book import Book
from kpi.calendar import year_before
from kpi.model import Language
from sync_service.compute import Computed, StreamState
from sync_service.filling import attention, values
from sync_service.reconcile import reconcile
from sync_service.sandbox.world import SANDBOX_NOW
from sync_service.workbooks.port import BookContents
from tests.road_month import DE, LANGUAGES, again, with_book, without

# --- targets and last year ------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("times", "doubtful"),
    [pytest.param(1.0, False, id="as last year"), pytest.param(9.0, True, id="nine times as much")],
)
def test_a_target_stands_beside_last_year(
    seen: tuple[Computed, BookContents], language: Language, times: float, doubtful: bool
) -> None:
    done, contents = seen
    key = next(key for key in done.scopes if key[1] == DE)
    then = done.value("net_sales", key, year_before(done.month))
    assert then is not None
    assert then.value is not None
    goal = then.value * times

    def change(book: Book) -> Book:
        rows = [
            replace(row, months=(*row.months[:9], goal, *row.months[10:]))
            if (row.scope, row.metric) == (DE, "net_sales")
            else row
            for row in book.targets
        ]
        return replace(book, targets=tuple(rows))

    changed = again(with_book(done, change), language=language)
    rows = list(values.targets(changed, contents.tables["tblTarget"]))
    mine = next(row for row in rows if row["scope"] == DE and "net" in str(row["metric"]).lower())
    text = (
        f"去年同月 {then.value:,.2f} 的 {times:.1f} 倍"
        if language == "zh"
        else f"{times:.1f} times last year's {then.value:,.2f}"
    )
    assert mine["last_year"] == then.value
    assert mine["check"] == (f"▲ {text}" if doubtful else text)


def test_targets_of_another_year_or_an_unknown_kpi_are_left_alone(
    seen: tuple[Computed, BookContents],
) -> None:
    done, contents = seen
    table = contents.tables["tblTarget"]
    whole = len(list(values.targets(done, table)))

    def change(book: Book) -> Book:
        first, second, *rest = book.targets
        return replace(
            book, targets=(replace(first, year=2025), replace(second, metric="gone"), *rest)
        )

    assert len(list(values.targets(with_book(done, change), table))) == whole - 2


# --- shops ----------------------------------------------------------------------------------------

WELL = StreamState(SANDBOX_NOW, SANDBOX_NOW + timedelta(hours=6), "", stale=False)
LATE = replace(WELL, stale=True)
BAD = replace(WELL, error="refused")
CONNECTIONS = {
    "no stream at all": ({}, "○ 未连接", "○ Not connected"),
    "all well": ({"a": WELL, "b": WELL}, "● 正常", "● OK"),
    "one is late": ({"a": WELL, "b": LATE}, "◇ 1 个接口过期", "◇ 1 streams stale"),
    "one fails, another is late": ({"a": BAD, "b": LATE}, "■ 1 个接口出错", "■ 1 streams fail"),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("streams", "zh", "en"), CONNECTIONS.values(), ids=CONNECTIONS)
def test_a_shop_says_how_its_connection_is(
    seen: tuple[Computed, BookContents],
    language: Language,
    streams: dict[str, StreamState],
    zh: str,
    en: str,
) -> None:
    states = {(name, DE): state for name, state in streams.items()}
    done = again(seen[0], states=states, language=language)
    row = next(row for row in values.shops(done) if row["shop"] == DE)
    assert row["connection"] == (zh if language == "zh" else en)
    assert (row["next_pull"] is None) == (not streams)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_shop_without_any_data_is_a_line_of_today(
    seen: tuple[Computed, BookContents], language: Language
) -> None:
    """No leaf of the marketplace: no sales, nothing to reconcile, and nobody to ask again."""
    done = again(seen[0], leaves=without(seen[0].given.leaves, DE), states={}, language=language)
    lines = [row for row in attention.focus(done, ()) if row["scope"] == DE]
    said = "没有销售数据" if language == "zh" else "No sales data"
    step = "检查授权或导入文件" if language == "zh" else "Connect or import"
    assert [(row["level"], row["next_step"]) for row in lines if row["what"] == said] == [
        ("○", step)
    ]
    assert said in attention.service_note(done)
    compared = next(one for one in reconcile(done) if one.shop == DE)
    assert (compared.ours, compared.platform, compared.green, compared.ends) == (
        None, None, None, None,
    )  # fmt: skip
