"""Sums on the way from a platform's lines to facts: one row a (day, sku, part, currency)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from kpi.errors import Level, Place, Problem
from kpi.model import WHOLE_SHOP, Window
from sync_service.connectors.kernel import FactRow

NO_PRODUCT = "-"
"""The sku of money that belongs to no product, in a measure that is otherwise counted per SKU.

A measure of a stream has one grain, so such money cannot stand under `*`; totals of the shop hold
it, categories do not.
"""

Key = tuple[date, str, str, str]
Amount = Decimal | int


@dataclass(slots=True)
class Tally:
    """Adds measures of one window; what lies outside it is left out."""

    window: Window
    currency: str  # of amounts whose line names none
    sums: dict[Key, dict[str, Amount | None]] = field(default_factory=dict)

    def add(
        self,
        day: date,
        measure: str,
        amount: Amount,
        sku: str = WHOLE_SHOP,
        *,
        part: str = "",
        currency: str = "",
    ) -> None:
        """Add to one cell; an unknown cell stays unknown."""
        if not self.window.start <= day < self.window.end:
            return
        cells = self.sums.setdefault((day, sku, part, currency or self.currency), {})
        before = cells.get(measure, 0)
        cells[measure] = None if before is None else before + amount

    def forget(self, day: date, measure: str) -> None:
        """Mark a shop's measure as unknown on a day."""
        if self.window.start <= day < self.window.end:
            self.sums.setdefault((day, WHOLE_SHOP, "", self.currency), {})[measure] = None

    def rows(self) -> list[FactRow]:
        """The rows, oldest first; the order depends on nothing but the values."""
        return [
            FactRow(day=day, measures=cells, sku=sku, part=part, currency=currency)
            for (day, sku, part, currency), cells in sorted(self.sums.items(), key=_first)
        ]


def _first(item: tuple[Key, dict[str, Amount | None]]) -> Key:
    return item[0]


@dataclass(slots=True)
class Distinct:
    """Counts things once a day: orders of many lines, returns of one order."""

    seen: dict[date, set[str]] = field(default_factory=dict)

    def add(self, day: date, name: str) -> None:
        """Count `name` on `day`; a second time changes nothing."""
        self.seen.setdefault(day, set()).add(name)

    def into(self, tally: Tally, measure: str) -> None:
        """Hand the counts to the whole-shop rows of a tally."""
        for day, names in self.seen.items():
            tally.add(day, measure, len(names))


@dataclass(slots=True)
class Doubts:
    """Warnings of one fetch, each code once, with how often and the first place."""

    stream: str
    shop: str
    found: dict[str, tuple[int, str]] = field(default_factory=dict)  # by code: times, first

    def add(self, code: str, where: str) -> None:
        """Note one doubt; the first place is the one that is shown."""
        times, first = self.found.get(code, (0, where))
        self.found[code] = (times + 1, first)

    def problems(self) -> tuple[Problem, ...]:
        """One problem a code, in both languages."""
        return tuple(self._problem(code, *self.found[code]) for code in sorted(self.found))

    def _problem(self, code: str, times: int, first: str) -> Problem:
        kind, _, name = code.partition(":")
        what_en, what_zh, mend_en, mend_zh = DOUBTS[kind]
        said = {"name": name, "times": str(times), "first": first}
        return Problem(
            code=kind,
            level=Level.WARNING,
            place=Place(text=f"{self.stream}@{self.shop}"),
            what={"en": what_en.format(**said), "zh": what_zh.format(**said)},
            mend={"en": mend_en, "zh": mend_zh},
        )


DOUBTS: dict[str, tuple[str, str, str, str]] = {
    "unknown_column": (
        "The answer has a column that is not known here: {name}.",
        "返回数据中有未知的列:{name}。",
        "It is left out; tell support if it matters.",
        "该列未被采用;如有需要请告知技术支持。",
    ),
    "unknown_fee": (
        "Unknown fee {name}, {times} times, first {first}.",
        "未知费用 {name},共 {times} 次,首次 {first}。",
        "It is in no measure; tell support which kind of cost it is.",
        "该费用未计入任何指标;请告知技术支持它属于哪类费用。",
    ),
    "rate_contradicts_counts": (
        "The printed {name} does not follow from its counts on {times} days, first {first}.",
        "报表中的 {name} 与其计数不符,共 {times} 天,首次 {first}。",
        "The value from the counts is used.",
        "以按计数重算的值为准。",
    ),
    "part_above_whole": (
        "{name}: the part is above the whole on {times} days, first {first}.",
        "{name}:分子大于分母,共 {times} 天,首次 {first}。",
        "The counts are kept as printed; check them in the platform's back office.",
        "计数按原样保留;请在平台后台核对。",
    ),
    "traffic_late": (
        "Sales have come and traffic has not on {times} days, first {first}.",
        "有 {times} 天已有销售但流量数据尚未到达,首次 {first}。",
        "Traffic of these days is unknown until the platform delivers it.",
        "在平台补齐之前,这些天的流量视为未知。",
    ),
    "price_pending": (
        "{times} order lines have no price yet, first on {first}.",
        "有 {times} 个订单行尚无价格,首次 {first}。",
        "Their sales are added when the platform prints the price.",
        "平台给出价格后会自动计入。",
    ),
    "asin_without_sku": (
        "{times} ASINs have no SKU in the listings, first {first}.",
        "有 {times} 个 ASIN 在商品列表中找不到 SKU,首次 {first}。",
        "Their traffic stands under the ASIN; add the product to the product table.",
        "其流量暂记在 ASIN 名下;请把商品加入产品表。",
    ),
    "foreign_currency": (
        "{times} amounts are in {name}, not in the shop's currency, first {first}.",
        "有 {times} 笔金额为 {name},与店铺币种不同,首次 {first}。",
        "They are kept in their own currency and converted by the day's rate.",
        "按原币种保存,并以当日汇率换算。",
    ),
    "other_version": (
        "The platform answered with version {name} instead of the one that was asked for.",
        "平台返回的接口版本为 {name},与请求的版本不同。",
        "Figures may be incomplete; update this product.",
        "数据可能不完整;请更新本产品。",
    ),
    "other_zone": (
        "The store counts its days in {name}, the shop is set to {first}.",
        "网店按 {name} 时区计日,而店铺设置为 {first}。",
        "Correct the shop's time zone; days near midnight are counted on the wrong day.",
        "请更正店铺的时区;临近午夜的订单目前记在了错误的日期。",
    ),
    "parents_unknown": (
        "The listings do not say which lines are variants; each line counts as a new listing.",
        "商品列表未说明哪些行是变体;每一行都按新上架计数。",
        "Fill the column of the parent SKU in the product table.",
        "请在产品表中填写父 SKU 列。",
    ),
    "outside_marketplace": (
        "{times} order lines belong to another sales channel ({name}) and are left out.",
        "有 {times} 个订单行属于其他销售渠道({name}),未计入。",
        "Nothing to do when that channel is a shop of its own.",
        "如果该渠道另有店铺,则无需处理。",
    ),
}
