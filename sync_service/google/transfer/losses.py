"""What is not in common, as sentences: counted from what a reader or writer dropped."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kpi.model import Texts
from sync_service.google.transfer.model import Loss

SHOWN = 3  # places named beside a count

TEXTS: dict[str, tuple[str, str]] = {  # kind -> zh, en
    "banding": ("交替颜色", "alternating colours"),
    "chart": ("另一边没有的图表类型", "charts of a kind that the other side has not"),
    "chart_look": ("图表的坐标轴格式、线型与间距", "axis formats, dashes and gaps of charts"),
    "chart_tab": ("独立图表工作表", "tabs that are one chart"),
    "check": ("另一边不支持的数据验证", "data validations that the other side cannot hold"),
    "check_title": ("数据验证的提示标题", "titles of validation messages"),
    "control": ("表单控件", "form controls"),
    "custom": ("自定义 XML 数据", "custom XML data"),
    "data_bar": ("数据条", "data bars"),
    "data_table": ("模拟运算表", "what-if data tables"),
    "embedded": ("嵌入的对象", "embedded objects"),
    "external": ("指向其他文件的链接", "links to other files"),
    "filter": ("同一工作表的第二个筛选", "further filters of a tab"),
    "filter_view": ("筛选视图", "filter views"),
    "formula": (
        "另一边没有的公式（保留数值）",
        "formulas that the other side has not (values kept)",
    ),
    "frozen": ("穿过合并单元格的冻结", "frozen panes that cut merged cells"),
    "growing_name": (
        "按公式伸缩的名称（取整个范围）",
        "names that grow by formula (whole range kept)",
    ),
    "icons": ("图标集", "icon sets"),
    "image": ("图片", "pictures"),
    "link": ("无法保留的链接", "links of another kind"),
    "long_text": ("过长的文字（已截断）", "texts that are too long (cut)"),
    "macro": ("宏", "macros"),
    "name": ("名称（已写入公式）", "names (their meaning stands in the formulas)"),
    "number": ("数字格式中的地区代码", "language marks in number formats"),
    "password": ("保护密码", "passwords of protections"),
    "pattern": ("图案填充（取混合色）", "hatched fills (their mixed colour kept)"),
    "phonetic": ("拼音标注", "phonetic marks"),
    "pivot": ("数据透视表", "pivot tables"),
    "print": ("打印设置", "print set-up"),
    "protected_range": ("受保护的范围", "protected ranges"),
    "query": ("外部数据查询", "queries of outside data"),
    "right_to_left": ("从右到左的版面", "right-to-left layout"),
    "rule": ("另一边不支持的条件格式", "conditional formats that the other side cannot hold"),
    "rule_border": ("条件格式中的边框", "borders in conditional formats"),
    "rule_number": ("条件格式中的数字格式", "number formats in conditional formats"),
    "scenario": ("方案", "scenarios"),
    "series_name": ("不在数据上方的系列名", "series names that do not stand above their values"),
    "shape": ("形状与文本框", "shapes and text boxes"),
    "shrink": ("缩小字体填充", "shrink to fit"),
    "signature": ("数字签名", "digital signatures"),
    "slicer": ("切片器", "slicers"),
    "spark": ("数据不在本簿的迷你图", "sparklines over what is not in the workbook"),
    "table": ("无法建立的表", "tables that cannot be made"),
    "threaded": ("讨论批注", "threaded comments"),
    "timeline": ("日程表", "timelines"),
    "title": ("改名的工作表", "tabs that are called otherwise"),
    "under_spark": ("迷你图下的内容", "what stood under a sparkline"),
    "views": ("自定义视图", "custom views"),
    "wide_array": ("占多格的数组公式", "array formulas over several cells"),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One kind of thing that is in the source and not in the target."""

    kind: str
    count: int
    places: tuple[str, ...]  # the first ones
    texts: Texts

    def line(self, language: str) -> str:
        """The sentence, with the first places."""
        said = self.texts["zh" if language == "zh" else "en"]
        more = "、" if language == "zh" else ", "
        rest = " …" if self.count > len(self.places) and self.places else ""
        where = f"：{more.join(self.places)}{rest}" if language == "zh" else ""
        if language != "zh" and self.places:
            where = f": {more.join(self.places)}{rest}"
        return f"{said} ×{self.count}{where if self.places else ''}"


def differences(losses: Iterable[Loss]) -> tuple[Difference, ...]:
    """Each kind once, the most frequent first."""
    kinds: dict[str, list[Loss]] = {}
    for one in losses:
        kinds.setdefault(one.kind, []).append(one)
    made = []
    for kind, found in kinds.items():
        zh, en = TEXTS[kind]
        places = tuple(dict.fromkeys(place for place in map(_place, found) if place))
        made.append(Difference(kind, len(found), places[:SHOWN], {"zh": zh, "en": en}))
    return tuple(sorted(made, key=lambda one: (-one.count, one.kind)))


def _place(one: Loss) -> str:
    where = "!".join(part for part in (one.sheet, one.where) if part)
    return f"{where} ({one.why})" if one.why and where else where or one.why
