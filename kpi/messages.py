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
    "strange_kpi": Message(
        "没有名为“{shown}”的指标，也没有相近的名称。",
        'There is no KPI named "{shown}", nor one with a name like it.',
        "请从下拉列表中选择，或在指标页加一行。",
        "Choose from the dropdown, or add a line to KPIs.",
    ),
    "unknown_measure": Message(
        "没有名为“{shown}”的量。",
        'There is no measure named "{shown}".',
        "最接近的是“{near}”。",
        'The nearest name is "{near}".',
    ),
    "strange_measure": Message(
        "没有名为“{shown}”的量，也没有相近的名称。",
        'There is no measure named "{shown}", nor one with a name like it.',
        "请写基础量的名称或代码，例如 overhead。",
        "Write the name or code of a measure, for example overhead.",
    ),
    "not_typed": Message(
        "“{shown}”由公式算出，不能录入。",
        '"{shown}" is worked out by a formula and cannot be typed.',
        "请录入它的基础量：{measures}。",
        "Type the measures that it stands on: {measures}.",
    ),
    "not_a_month": Message(
        "“{shown}”不是月份。",
        '"{shown}" is not a month.',
        "请写成 2026-10。",
        "Write it as 2026-10.",
    ),
    "no_month": Message(
        "没有写考核月份，暂按当月计算。",
        "No month is set, so the running month is reviewed.",
        "请写成 2026-10。",
        "Write it as 2026-10.",
    ),
    "too_large": Message(
        "“{shown}”大得不可能。",
        '"{shown}" is larger than any figure can be.',
        "请检查是否多打了数字。",
        "Look for digits that are too many.",
    ),
    "out_of_range": Message(
        "“{shown}”不在 {low:g} 到 {high:g} 之间。",
        '"{shown}" is not between {low:g} and {high:g}.',
        "请写 {low:g} 到 {high:g} 之间的数。",
        "Write a number from {low:g} to {high:g}.",
    ),
    "not_a_year": Message(
        "“{shown}”不是年份。",
        '"{shown}" is not a year.',
        "请写四位数，例如 2026。",
        "Write four digits, for example 2026.",
    ),
    "region_word": Message(
        "“{shown}”按 {region} 读取，但表内公式不认识它。",
        '"{shown}" is read as {region}, but the formulas of the sheet do not know it.',
        "请从下拉列表中选择 {region}。",
        "Choose {region} from the dropdown.",
    ),
    "dates_crossed": Message(
        "{end} 早于 {start}。",
        "{end} lies before {start}.",
        "请更正其中一个日期。",
        "Correct one of the two dates.",
    ),
    "negative_target": Message(
        "该指标不会为负，目标 {shown:g} 为负。",
        "The target {shown:g} is negative, which this KPI can never be.",
        "请写 0 或更大的数。",
        "Write 0 or more.",
    ),
    "not_a_fraction": Message(
        "{shown:g} 等于 {percent:g} %，这里应写小数。",
        "{shown:g} is {percent:g} %; a fraction is expected here.",
        "例如 0.35 或 35%。",
        "For example 0.35 or 35%.",
        Level.WARNING,
    ),
    "breach_above_warn": Message(
        "越高越好时，突破 {breach:g} 不能高于关注 {warn:g}。",
        "Higher is better, yet breach {breach:g} lies above warn {warn:g}.",
        "请对调两个界限，或更正方向。",
        "Exchange the two limits, or correct the direction.",
        Level.WARNING,
    ),
    "breach_below_warn": Message(
        "高于界限为差时，突破 {breach:g} 不能低于关注 {warn:g}。",
        "Beyond the limit is worse, yet breach {breach:g} lies below warn {warn:g}.",
        "请对调两个界限，或更正方向。",
        "Exchange the two limits, or correct the direction.",
        Level.WARNING,
    ),
    "cap_below_floor": Message(
        "封顶 {cap:g} 低于保底 {floor:g}。",
        "The cap {cap:g} lies below the floor {floor:g}.",
        "请写不低于保底的封顶。",
        "Write a cap from the floor up.",
    ),
    "unknown_person": Message(
        "“{shown}”不在人员表里。",
        '"{shown}" is not in People.',
        "请从下拉列表中选择，或在人员表里加一行。",
        "Choose from the dropdown, or add a line to People.",
        Level.WARNING,
    ),
    "manager_circle": Message(
        "上级关系成圈：{path}。",
        "The managers run in a circle: {path}.",
        "请让其中一人的上级在圈外，或留空。",
        "Give one of them a manager outside the circle, or none.",
        Level.WARNING,
    ),
    "breach_closed": Message(
        "{scope} {zh} {value}（{limit}），{since} 起，{closed} {state_zh}。",
        "{scope} {en} {value} ({limit}), from {since}, {state_en} {closed}.",
        "处理：{action}",
        "Done: {action}",
        Level.NOTE,
    ),
    "not_whole": Message(
        "“{shown}”不是整数。",
        "{shown} is no whole number.",
        "请写整数，例如 3。",
        "Write a whole number, for example 3.",
    ),
    "unread_quiet_day": Message(
        "静默日历里的“{word}”看不懂，这一项不起作用。",
        'Quiet days: "{word}" cannot be read and silences nothing.',
        "请写日期 2026-11-27、区间 12-24..12-26、周末，或活动名，如 黑五。",
        "Write a day 2026-11-27, a range 12-24..12-26, weekend, or an event such as Black Friday.",
        Level.WARNING,
    ),
    "undated_event": Message(
        "{year} 年“{zh}”的日期尚未公布，这一项当年不起作用。",
        "The days of {en} in {year} are not announced, so it silences nothing that year.",
        "公布后请直接写日期，例如 2027-06-22..2027-06-25。",
        "Once they are, write the days, for example 2027-06-22..2027-06-25.",
        Level.WARNING,
    ),
    "long_silence": Message(
        "静默至 {day} 超过 30 天，不静默。",
        "Silence until {day} is more than 30 days and silences nothing.",
        "请写 {last} 或更早的日期。",
        "Write {last} or an earlier day.",
        Level.WARNING,
    ),
    "unknown_rule_scope": Message(
        "没有范围“{scope}”，该规则不起作用。",
        'There is no scope "{scope}", so the rule watches nothing.',
        "请写 *（每个店铺），或区域、站点、平台、店铺、品类或人员的代码。",
        "Write * for each shop, or a region, market, platform, shop, category or person.",
        Level.WARNING,
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
    "bad_event": Message(
        "大促日期“{shown}”读不懂。",
        'The sales events "{shown}" cannot be read.',
        "例如 Prime 秋促 2026-10-06..2026-10-07 x1.8；多个用分号隔开，可在末尾写 US 或 EU。",
        "For example Big Deal Days 2026-10-06..2026-10-07 x1.8; several go apart by semicolons, "
        "US or EU may stand at the end.",
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
    "target_many_owners": Message(
        "{scope} 的 {metric} 有 {count} 个负责人：{shown}。",
        "{metric} of {scope} has {count} owners: {shown}.",
        "一个目标只由一个人负责；其他人写在备注，或各写一行自己的目标。",
        "One person answers for a target; name the others in the note, or give each a line.",
    ),
    "uplift_incomplete": Message(
        "提升型目标缺少{lacks}，暂按年度列计。",
        "This uplift target lacks {lacks_en}, so the year total counts as it is typed.",
        "请填基线、提升与提升单位，例如 0.12、2、pp。",
        "Fill in the baseline, the uplift and its unit, for example 0.12, 2 and pp.",
        Level.WARNING,
    ),
    "uplift_not_points": Message(
        "百分点只用于比率，本行的指标不是比率，暂按年度列计。",
        "Percentage points are for ratios and this KPI is none; the year total counts instead.",
        "请在提升单位一列改选 % 或数值。",
        "Choose % or the plain value in the column Uplift unit.",
        Level.WARNING,
    ),
    "uplift_small": Message(
        "提升 {shown:g} 即 {shown:g} {sign}，小得不像一个目标。",
        "An uplift of {shown:g} is {shown:g} {sign}, which is hardly a target.",
        "提升按单位写：要 {meant:g} {sign} 请写 {meant:g}。",
        "Write it in its unit: for {meant:g} {sign} write {meant:g}.",
        Level.WARNING,
    ),
    "uplift_typed": Message(
        "年度写了 {shown:,.15g}，但基线加提升是 {made:,.15g}；按后者计。",
        "The year total says {shown:,.15g}, baseline and uplift make {made:,.15g}; that counts.",
        "请清空年度，或更正基线与提升。",
        "Empty the year total, or correct the baseline and the uplift.",
        Level.WARNING,
    ),
    "history_lacking": Message(
        "{scope} 的 {metric} 没有去年各月的完整数据，年度无法按历史分到月。",
        "Last year's months of {metric} of {scope} are not all known: the year cannot follow them.",
        "请手工填各月，或改选季节、均分。",
        "Type the months, or choose the split by season or even.",
        Level.WARNING,
    ),
    "unknown_scope": Message(
        "没有范围“{scope}”。",
        'There is no scope "{scope}".',
        "请写区域、站点、平台、店铺、品类、部门、岗位、人员或产品阶段。",
        "Write a region, market, platform, shop, category, department, role, person or stage.",
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
    "guard_profit_if_sales": Message(
        "{role} {region} 考核销售额，却没有利润指标，会鼓励亏损冲量。",
        "{role} {region} scores sales without any profit KPI, which rewards sales at a loss.",
        "请加一个利润指标，或在复盘记录中写明豁免和原因。",
        "Add a profit KPI, or record an exemption with its reason on the tab Review.",
    ),
    "guard_item_max": Message(
        "{role} {region} 的 {metric} 占 {value:g} 分，单项最多 {limit:g}。",
        "{metric} of {role} {region} weighs {value:g} points; one item may weigh {limit:g}.",
        "请把多出的权重分给其他指标。",
        "Give what is above to other KPIs.",
    ),
    "guard_result_max": Message(
        "{role} {region} 的结果指标占 {value:g} 分，最多 {limit:g}。",
        "Results of {role} {region} weigh {value:g} points; the most is {limit:g}.",
        "请加过程指标，让人知道每天做什么。",
        "Add process KPIs, which say what to do each day.",
        Level.WARNING,
    ),
    "guard_process_min": Message(
        "{role} {region} 的过程指标只占 {value:g} 分，最少 {limit:g}。",
        "Process KPIs of {role} {region} weigh {value:g} points; the least is {limit:g}.",
        "请加过程指标，例如补货及时率或上新数量。",
        "Add some, such as replenishment on time or new listings.",
        Level.WARNING,
    ),
    "guard_eu_compliance_min": Message(
        "{role} EU 的合规指标占 {value:g} 分，最少 {limit:g}。",
        "Compliance of {role} EU weighs {value:g} points; the least is {limit:g}.",
        "请加合规指标，例如 VAT申报及时率或合规任务完成率。",
        "Add a compliance KPI, such as VAT filed on time or compliance tasks on time.",
        Level.WARNING,
    ),
    "guard_result_present": Message(
        "{role} {region} 只有过程指标，没有结果。",
        "{role} {region} holds process KPIs only and no result.",
        "请加一个结果指标，或在复盘记录中写明豁免。",
        "Add a result, or record an exemption on the tab Review.",
        Level.WARNING,
    ),
    "policy_target": Message(
        "{region} 不得考核 {metric}：{rule_zh}（{source}）。本行未采用。",
        "{metric} may not be a target in {region}: {rule_en} ({source}). The row is not used.",
        "请删除本行或关闭它。",
        "Delete the row, or switch it off.",
    ),
    "policy_collect": Message(
        "店铺 {shop} 不得收集{zh}：{rule_zh}（{source}）。本行未采用。",
        '"{en}" may not be collected for {shop}: {rule_en} ({source}). The row is not used.',
        "请删除本行。",
        "Delete the row.",
    ),
    "unknown_switch": Message(
        "没有口径开关“{shown}”，按内置口径计算。",
        'There is no switch "{shown}"; the shipped definition is used.',
        "可写：{zh}。",
        "Write one of: {en}.",
    ),
    "not_classes": Message(
        "“{shown}”不是分布比例，按默认 20/70/10。",
        '"{shown}" is no distribution, so 20/70/10 is used.',
        "请写合计 100 的百分比，例如 20/70/10。",
        "Write percents that add up to 100, for example 20/70/10.",
        Level.WARNING,
    ),
    "not_a_period": Message(
        "“{shown}”不是期间。",
        '"{shown}" is no period.',
        "请写 2026-10、2026-Q4 或 2026。",
        "Write 2026-10, 2026-Q4 or 2026.",
    ),
    "frozen_unread": Message(
        "{month} 已关账，但关账文件 {file} 找不到或已损坏，暂按现在的数据计算。",
        "{month} is closed, but its file {file} is gone or broken, so today's figures are used.",
        "请把关账文件放回原处，再生成一次。",
        "Put the frozen file back where it was and run payout again.",
    ),
    "okr_circle": Message(
        "目标“{objective}”绕一圈承接了自己。",
        'The objective "{objective}" serves itself over others.',
        "请改“承接”列，让最上层为空。",
        "Change the column Serves; the top objective leaves it empty.",
        Level.WARNING,
    ),
    "not_steps": Message(
        "“{shown}”不是新人阶梯，本人按全额目标计。",
        '"{shown}" is no list of steps, so the whole target counts.',
        "请按月写百分比，例如 0 25 50 75 100。",
        "Write percents by month, for example 0 25 50 75 100.",
        Level.WARNING,
    ),
    "owner_absent": Message(
        "{shop} 在 {month} 有些日子归 {person}，而其当时不在职，这些日子不计入任何人。",
        "{shop} belongs to {person} on days of {month} on which the person was not employed, so "
        "those days count for nobody.",
        "请在分工页为这些日子写接手人，或在店铺页改负责人。",
        "Write who took over on the tab Assignments, or change the owner on Shops.",
        Level.WARNING,
    ),
    "much_by_hand": Message(
        "{person} 的得分有 {share:.0f}% 来自手工录入。",
        "{share:.0f} % of the score of {person} was typed by hand.",
        "请尽量用平台数据代替，或在复盘中说明理由。",
        "Let platform data take its place, or say why in Review.",
        Level.WARNING,
    ),
    "no_target": Message(
        "{person} {region} 的 {metric} 没有目标，本项不计分。",
        "{metric} of {person} {region} has no target, so the item is not scored.",
        "请在目标页为其店铺或区域填写目标。",
        "Write a target for the shops or the region on the tab Targets.",
        Level.WARNING,
    ),
    "pending_change": Message(
        "{key} 有未发布的改动，不计分：{zh}。",
        "{key} has changes that are not published and score nothing: {en}.",
        "请运行 publish 发布，或改回原值。",
        "Run publish, or put the old value back.",
        Level.WARNING,
    ),
    "contract_elsewhere": Message(
        "本簿曾以 {name} 发布；用现在的文件名它是草稿，按表中现值计分。",
        "This workbook was published as {name}; under its present name it is a draft and scores "
        "what is typed.",
        "请改回原文件名，或重新发布。",
        "Give it its old name and place, or publish it again.",
    ),
    "contract_exception": Message(
        "版本 {version} 是锁定季度 {quarters} 内的例外：{reason}（{approver} 批准，{day}）。",
        "Version {version} is an exception inside the locked {quarters}: {reason} "
        "(allowed by {approver} on {day}).",
        "仅供查阅。",
        "For the record only.",
        Level.NOTE,
    ),
    "pay_rule": Message(
        "发放规则 {rule}：{why}",
        "Pay rule {rule}: {why}",
        "请改正该规则；在此之前用它的行没有金额。",
        "Correct the rule; until then its lines have no amount.",
    ),
    "no_such_rule": Message(
        "没有名为“{rule}”的规则。",
        'There is no rule "{rule}".',
        "请从下拉列表中选择。",
        "Choose from the dropdown.",
    ),
    "pay_not_final": Message(
        "{person} {month} 已批准，但得分仍为待定或试运行，未记为已发。",
        "{person} {month} is approved, but the score is not final; it is not recorded as paid.",
        "结算日后再运行一次 payout。",
        "Run payout again after the closing day.",
        Level.WARNING,
    ),
    "pay_unknown": Message(
        "{person} {month} 已批准，但应发未知，未记为已发。",
        "{person} {month} is approved, but its amount is unknown; it is not recorded as paid.",
        "请看该行的说明一列。",
        "See the column Why of its line.",
        Level.WARNING,
    ),
    "pay_differs": Message(
        "{person} {month}：批准的应发 {theirs} 与计算所得 {ours} 不同，未记为已发。",
        "{person} {month}: {theirs} was approved, the arithmetic gives {ours}; not recorded.",
        "请核对该行后再批准；被改写的公式请恢复。",
        "Check the line and approve it again; restore a formula that was typed over.",
    ),
    "pay_changed": Message(
        "{person} {month} 已发 {paid}，按今天的数据应为 {owed}，差额进入下期调整。",
        "{person} {month} was paid {paid} and would be {owed} today; the rest is trued up.",
        "无需改动过去的月份。",
        "Leave the past month as it is.",
        Level.NOTE,
    ),
    "other_currency": Message(
        "{person}：{month} 以 {currency} 发放，其差额 {rest} 未并入本期。",
        "{person}: {month} was paid in {currency}; its difference of {rest} is not in this period.",
        "请单独结清。",
        "Settle it by itself.",
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
