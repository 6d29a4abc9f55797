"""The one table of what can be wrong in a workbook: what happened and the mend, zh and en."""

from __future__ import annotations

from dataclasses import dataclass

from kpi.errors import Level, Place, Problem


@dataclass(frozen=True, slots=True)
class Message:
    """One kind of problem; texts have {named} places."""

    zh: str
    en: str
    mend_zh: str
    mend_en: str
    level: Level = Level.ERROR


MESSAGES: dict[str, Message] = {
    "empty": Message("这一格是空的。", "This cell is empty.", "请填写。", "Fill it in."),
    "not_a_number": Message(
        "“{shown}”不是数字。",
        '"{shown}" is not a number.',
        "请输入数字，例如 0.12 或 12%。",
        "Write a number, for example 0.12 or 12%.",
    ),
    "not_a_date": Message(
        "“{shown}”不是日期。",
        '"{shown}" is not a date.',
        "请写成 2026-10-21。",
        "Write it as 2026-10-21.",
    ),
    "unknown_word": Message(
        "“{shown}”不在下拉词表里。",
        '"{shown}" is not in the list of this column.',
        "请从下拉列表中选择。",
        "Choose from the dropdown.",
    ),
    "unknown_kpi": Message(
        "没有名为“{shown}”的指标。",
        'There is no KPI named "{shown}".',
        "最接近的是“{near}”。",
        'The nearest name is "{near}".',
    ),
    "unknown_code": Message(
        "没有“{shown}”。",
        'There is no "{shown}".',
        "请从下拉列表中选择，或先在其表中加一行。",
        "Choose from the dropdown, or add it to its own table first.",
    ),
    "unknown_zone": Message(
        "没有时区“{shown}”。",
        'There is no time zone "{shown}".',
        "例如 Asia/Shanghai 或 Europe/Berlin。",
        "For example Asia/Shanghai or Europe/Berlin.",
    ),
    "unknown_currency": Message(
        "没有币种“{shown}”。",
        'There is no currency "{shown}".',
        "请写三个字母的代码，例如 USD、EUR、CNY。",
        "Write a code of three letters, for example USD, EUR, CNY.",
    ),
    "duplicate_key": Message(
        "与 {first} 的键重复，本行未采用。",
        "This row has the same key as {first} and is not used.",
        "请删除或改写其中一行。",
        "Delete or change one of the two rows.",
    ),
    "negative_weight": Message(
        "权重不能为负。",
        "A weight cannot be negative.",
        "请写 0 到 40 之间的数。",
        "Write a number between 0 and 40.",
    ),
    "weight_sum": Message(
        "{role} {region} 的权重合计是 {total:g}，应为 100。",
        "The weights of {role} {region} add up to {total:g}, not 100.",
        "还差 {rest:g}，请在本卡各行中分配。",
        "Distribute the remaining {rest:g} over the lines of this card.",
    ),
    "no_substitute": Message(
        "{metric} 的缺数策略“用替代值”没有可用的值，缺数时按“不计并折算”处理。",
        "{metric} has no value to substitute, so a missing value is excluded.",
        "请在缺数一列改选别的策略。",
        "Choose another policy in the column Missing policy.",
        Level.WARNING,
    ),
    "zero_unconfirmed": Message(
        "{metric} 缺数时按零计，但本行未确认，暂按“不计并折算”处理。",
        "{metric} counts a missing value as zero, but the line is not confirmed: it is excluded.",
        "同意按零计，请在确认一列选是；否则改选别的策略。",
        "Write yes in the column Confirmed if zero is agreed, or choose another policy.",
        Level.WARNING,
    ),
    "target_without_owner": Message(
        "{scope} 的 {metric} 没有负责人。",
        "{metric} of {scope} has no owner.",
        "请在负责人一列选择一个人。",
        "Choose one person in the column Owner.",
    ),
    "unknown_scope": Message(
        "没有范围“{scope}”。",
        'There is no scope "{scope}".',
        "请写区域、店铺、站点、品类、岗位或人员的代码。",
        "Write the code of a region, shop, market, category, role or person.",
    ),
    "unknown_owner": Message(
        "店铺 {shop} 的负责人“{owner}”不在人员表里。",
        'Owner "{owner}" of shop {shop} is not in People.',
        "请在人员表里加一行，或改负责人。",
        "Add a line to People, or change the owner.",
        Level.WARNING,
    ),
    "number_wrong": Message(
        "“{number}”不是有效的号码：{why}。",
        '"{number}" is not a valid number: {why_en}.',
        "请对照证书更正；更正前该注册不算有效。",
        "Correct it from the certificate; until then the registration is not valid.",
    ),
    "done_without_day": Message(
        "任务 {number} 已完成，但没有交付日，到期后不算按时。",
        "Task {number} is done but has no day of delivery: it will not count as in time.",
        "请在交付日一列填写完成的日期。",
        "Write the day it was done in the column Delivered.",
        Level.WARNING,
    ),
    "done_without_number": Message(
        "任务 {number} 已完成，但没有注册号或证书号，不算有效。",
        "Task {number} is done but has no registration number, so it is not valid.",
        "请填写注册号/证书号与有效至。",
        "Write the number and the day it is valid to.",
        Level.WARNING,
    ),
    "done_without_outcome": Message(
        "任务 {number} 已完成，但没有结论，不算通过。",
        "Task {number} is done but was not judged, so it does not count as passed.",
        "请由复核人在结论一列选通过或不通过。",
        "The reviewer chooses passed or failed in the column Outcome.",
        Level.WARNING,
    ),
    "task_incomplete": Message(
        "合规任务 {number} 缺少{lacks}。",
        "Compliance task {number} lacks {lacks_en}.",
        "请补全国家、负责人与到期日。",
        "Fill in the country, the owner and the due day.",
        Level.WARNING,
    ),
    "finding_without_day": Message(
        "问题 {number} 没有起始日，无法计算关闭天数。",
        "Finding {number} has no opening day, so its days cannot be counted.",
        "请在起始日一列填写发现的日期。",
        "Write the day it was found in the column Opened.",
        Level.WARNING,
    ),
    "renewal_proposed": Message(
        "{number} 有效至 {day}，还没有续办任务。",
        "{number} is valid to {day} and has no renewal task.",
        "运行 tasks 命令并加 --propose，或手工新建 {renewal}。",
        "Run the command tasks with --propose, or add {renewal} by hand.",
        Level.NOTE,
    ),
    "table_missing": Message(
        "找不到表 {table}。",
        "Table {table} is not in the workbook.",
        "请从模板恢复该页；其余各页照常刷新。",
        "Restore the tab from the template; the other tabs are refreshed as usual.",
    ),
    "column_missing": Message(
        "表 {table} 缺少列“{column}”。",
        'Table {table} has no column "{column}".',
        "请恢复表头文字，中文或英文均可。",
        "Restore the header text, in Chinese or English.",
    ),
    "typed_over": Message(
        "{table} 的服务列被改写：服务值 {ours}，现值 {theirs}。",
        "A service cell of {table} was typed over: service {ours}, now {theirs}.",
        "得分仍按服务值计算；清空此格即恢复服务值。",
        "The score keeps using the service's value; empty the cell to get it back.",
        Level.WARNING,
    ),
    "no_target": Message(
        "{person} {region} 的 {metric} 没有目标，本项不计分。",
        "{metric} of {person} {region} has no target, so the item is not scored.",
        "请在目标页为其店铺或区域填写目标。",
        "Write a target for the shops or the region on the tab Targets.",
        Level.WARNING,
    ),
}


def problem(code: str, place: Place, **values: object) -> Problem:
    """A Problem of a kind, its {named} places filled."""
    message = MESSAGES[code]
    return Problem(
        code,
        message.level,
        place,
        {"zh": message.zh.format(**values), "en": message.en.format(**values)},
        {"zh": message.mend_zh.format(**values), "en": message.mend_en.format(**values)},
    )
