"""What the columns of any table mean: a small TOML file, kept by the table's headers and reused."""

from __future__ import annotations

import difflib
import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from kpi.catalog import shipped
from kpi.model import Measure
from sync_service.imports.dates import DateOrder
from sync_service.imports.numbers import DecimalSign
from sync_service.imports.reading import Grid, normal
from sync_service.imports.refusals import FileRefusedError

BESIDE = ".mapping.toml"
_DATES = ("日期", "date", "day", "统计日期", "时间", "datum")
_SHOPS = ("店铺", "店铺代码", "shop", "store", "shop code")
_SKUS = ("sku", "msku", "商品编码")
_CURRENCIES = ("币种", "currency")
_WORDS = {  # everyday headers beside the catalogue's own names
    "评价数": "reviews_total",
    "差评数": "reviews_negative",
    "三星评价数": "reviews_three_star",
    "广告费": "ad_spend",
    "广告花费": "ad_spend",
    "广告销售额": "ad_sales",
    "广告订单数": "ad_orders",
    "点击": "ad_clicks",
    "点击量": "ad_clicks",
    "曝光": "ad_impressions",
    "曝光量": "ad_impressions",
    "仓配费": "fulfilment_fees",
    "配送费": "fulfilment_fees",
    "仓储费": "storage_fees",
    "退货处理费": "return_costs",
    "销售额": "gross_sales",
    "销量": "units_ordered",
    "订单数": "orders_count",
    "访客数": "sessions",
}


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """What each column of a table means."""

    date: str  # header
    measures: Mapping[str, str]  # header -> measure code
    shop: str = ""  # fixed shop; empty: the column
    shop_column: str = ""
    sku_column: str = ""  # empty: figures of the whole shop
    currency: str = ""  # fixed; empty: the column, else the shop's
    currency_column: str = ""
    decimal: DecimalSign | None = None
    dates: DateOrder | None = None
    time_zone: str = ""  # of instants without one of their own; empty: the shop's days

    @property
    def variant(self) -> str:
        """A short hash of the whole mapping."""
        said = json.dumps([repr(self.measures), repr(self)], ensure_ascii=False)
        return hashlib.sha256(said.encode()).hexdigest()[:12]


def signature(grid: Grid) -> str:
    """What tables with the same headers have in common, in any order."""
    return hashlib.sha256("\n".join(sorted(grid.names)).encode()).hexdigest()[:16]


def measures() -> Mapping[str, Measure]:
    """The measures that a file may deliver."""
    return {code: one for code, one in shipped().measures.items() if one.derived is None}


def find_mapping(grid: Grid, beside: Path, folder: Path, given: Path | None) -> Path | None:
    """The mapping that was given, lies beside the file, or was kept for these headers."""
    places = [given] if given else [beside, folder / f"{signature(grid)}.toml"]
    return next((place for place in places if given or place.is_file()), None)


def read_mapping(path: Path, grid: Grid) -> ColumnMap:
    """Read and check a mapping against the headers that it is for."""
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise FileRefusedError(
            f"Mapping {path.name} cannot be read: {error}. Correct it and retry.",
            f"映射文件 {path.name} 无法读取：{error}。请更正后重试。",
        ) from error
    columns, listed = told.get("columns", {}), told.get("measures", {})
    if not isinstance(columns, dict) or not isinstance(listed, dict) or not listed:
        _refuse(path, "it has no [measures]", "缺少 [measures]")
    known = {name for name in ColumnMap.__slots__ if name != "measures"}
    strange = [name for name in columns if name not in known]
    if strange:
        _refuse(path, f"[columns] {strange[0]} is unknown", f"[columns] {strange[0]} 未知")
    texts = {str(name): str(value) for name, value in columns.items()}
    made = ColumnMap(
        date=texts.get("date", ""),
        measures={str(header): str(code) for header, code in listed.items()},
        shop=texts.get("shop", ""),
        shop_column=texts.get("shop_column", ""),
        sku_column=texts.get("sku_column", ""),
        currency=texts.get("currency", "").upper(),
        currency_column=texts.get("currency_column", ""),
        decimal=cast("DecimalSign | None", _one_of(path, texts, "decimal", (".", ","))),
        dates=cast("DateOrder | None", _one_of(path, texts, "dates", ("dmy", "mdy"))),
        time_zone=texts.get("time_zone", ""),
    )
    _check(path, made, grid)
    return made


def _one_of(path: Path, texts: Mapping[str, str], name: str, words: tuple[str, ...]) -> str | None:
    text = texts.get(name, "")
    if text and text not in words:
        either = " / ".join(words)
        _refuse(path, f"{name} = {text!r} must be {either}", f"{name} 应为 {either}")
    return text or None


def _check(path: Path, made: ColumnMap, grid: Grid) -> None:
    """Every header must be there, every measure known."""
    wanted = (made.date, made.shop_column, made.sku_column, made.currency_column, *made.measures)
    for header in wanted:
        if header and normal(header) not in grid.names:
            found = ", ".join(grid.headers)
            _refuse(
                path, f"the file has no column {header!r} (it has {found})", f"文件没有列“{header}”"
            )
    if not made.date:
        _refuse(path, "it names no date column", "未指定日期列")
    if not made.shop and not made.shop_column:
        _refuse(path, "it names no shop and no shop column", "未指定店铺或店铺列")
    for code in made.measures.values():
        if code not in measures():
            near = ", ".join(difflib.get_close_matches(code, measures(), 3)) or "measures.toml"
            _refuse(
                path, f"{code!r} is no measure (see {near})", f"“{code}”不是指标（参见 {near}）"
            )


def _refuse(path: Path, en: str, zh: str) -> None:
    raise FileRefusedError(
        f"Mapping {path.name}: {en}. Correct it and retry.",
        f"映射文件 {path.name}：{zh}。请更正后重试。",
    )


def suggested(header: str) -> str | None:
    """The measure that a header seems to name."""
    bare = normal(header)
    for code, one in measures().items():
        if bare in {code, *(normal(name) for name in one.names.values())}:
            return code
    return _WORDS.get(bare)


def draft(grid: Grid) -> str:
    """A mapping to edit: what the headers suggest, the others as comments."""
    names = dict(zip(grid.names, grid.headers, strict=True))

    def first(words: tuple[str, ...]) -> str:
        return next((names[word] for word in words if word in names), "")

    lines = [
        "# Which column is what; see kpi/measures.toml for the codes. / 各列的含义",
        "[columns]",
        f"date = {_quoted(first(_DATES))}",
        f"shop_column = {_quoted(first(_SHOPS))}",
        'shop = ""  # instead of a column: a fixed shop code / 固定店铺代码',
        f"sku_column = {_quoted(first(_SKUS))}",
        f"currency_column = {_quoted(first(_CURRENCIES))}",
        'currency = ""  # instead of a column; empty: the shop\'s own / 空为店铺币种',
        'decimal = ""  # "." or "," where the column does not decide / 小数符号',
        'dates = ""  # "dmy" or "mdy" where the column does not decide / 日期顺序',
        "",
        "[measures]",
    ]
    used = {first(words) for words in (_DATES, _SHOPS, _SKUS, _CURRENCIES)}
    for header in grid.headers:
        if header in used or not header:
            continue
        code = suggested(header)
        line = f"{_quoted(header)} = {_quoted(code or '')}"
        lines.append(line if code else f"# {line}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A TOML basic string; JSON's escapes are TOML's too."""
    return json.dumps(text, ensure_ascii=False)
