"""Tables of the payout book: finance and HR hold it, the team's book has none of them."""

from __future__ import annotations

from sheet_templates.map.nouns import TableLayout, columns

PAY = TableLayout(
    "tblPay",
    ("month", "person"),
    columns("""
        month | 月份 | Month | S | text
        person | 人员 | Person | S | text
        name | 姓名 | Name | S | text
        total | 总分 | Total | S | points
        grade | 等级 | Grade | S | text
        coefficient | 系数 | Coefficient | S | number
        vetoes | 否决项 | Vetoes | S | count
        forfeits* | 归零项 | Forfeits | S | count
        state | 状态 | State | S | text
        rule | 规则 | Rule | M | choice:pay_rule
        base | 奖金基数 | Bonus base | M | money
        attendance | 出勤折算 | Attendance | M | ratio
        amount* | 计提额 | Amount | M | money
        loss_in* | 上期亏损 | Loss carried in | S | money
        net* | 抵亏后计提额 | Amount after loss | F | money
        loss_out* | 结转亏损 | Loss carried on | F | money
        goal* | 计提目标 | Amount goal | M | money
        weight* | 团队权重 | Team weight | M | number
        method* | 方法 | Method | F | text
        p1* | 参数1 | p1 | F | number
        p2* | 参数2 | p2 | F | number
        p3* | 参数3 | p3 | F | number
        p4* | 参数4 | p4 | F | number
        team* | 团队分配 | Team part | S | money
        step1* | 中间值1 | Step 1 | F | number
        step2* | 中间值2 | Step 2 | F | number
        raw* | 未舍入 | Unrounded | F | number
        gross | 按规则 | By rule | F | money
        prorated | 出勤后 | After attendance | F | money
        cap | 封顶 | Cap | F | money
        earned | 本期应得 | Earned | F | money
        rewards | 奖惩 | Rewards | F | money
        true_up | 上期调整 | True-up | S | money
        payable | 应发 | Payable | F | money
        currency | 币种 | Currency | F | text
        why | 说明 | Why | F | text
        true_up_of | 调整来源 | True-up of | S | text
        confirmed | 本人确认 | Confirmed on | P | date
        approved_by | 批准 | Approved by | M | text
        paid | 已发 | Paid | S | money
        paid_on | 记录日 | Recorded on | S | date
        kpi_amount*+ | 指标计提额 | Amount by KPI | S | money
        kpi_goal*+ | 指标目标 | Goal by KPI | S | money
        typed+ | 手改 | Typed over | F | text
        amount_from+ | 计提额来源 | Amount from | S | text
        slip+ | 凭条版本 | Slip version | S | text
        said+ | 本人意见 | In their words | S | text
    """),
)

PAY_RULE = TableLayout(
    "tblPayRule",
    ("rule",),
    columns("""
        rule | 规则 | Rule | M | text
        method | 方法 | Method | M | choice:pay_method
        currency | 发放币种 | Pay currency | M | choice:currency
        p1 | 参数1 | p1 | M | number
        p2 | 参数2 | p2 | M | number
        p3 | 参数3 | p3 | M | number
        p4 | 参数4 | p4 | M | number
        cap | 封顶倍数 | Cap in bases | M | number
        veto_zero | 否决即为零 | Veto takes it | M | choice:yes_no
        carry_loss | 亏损结转 | Carry loss | M | choice:yes_no
        note | 备注 | Note | M | text
        on_kpi+ | 计提指标 | On KPI | M | choice:pay_kpi
        on_scope+ | 计提范围 | Of scope | M | text
    """),
)

PAY_SLICE = TableLayout(
    "tblPaySlice",
    ("slice_of", "start"),
    columns("""
        slice_of | 阶梯规则 | Ladder rule | M | choice:pay_rule
        start | 起（含） | From (incl.) | M | money
        end | 止（不含） | To (excl.) | M | money
        rate | 比例 | Rate | M | ratio
    """),
)

REWARD = TableLayout(
    "tblReward",
    ("reward",),
    columns("""
        reward | 奖惩项 | Reward | M | text
        condition | 条件 | Condition | M | text
        grade | 触发等级 | On grade | M | text
        effect | 效果 | Effect | M | choice:reward_effect
        value | 每次数值 | Value each | M | number
        cap | 每期封顶 | Cap a period | M | number
        approver | 批准人 | Approver | M | text
    """),
)

APPLIED = TableLayout(
    "tblApplied",
    ("no",),
    columns("""
        no | 序号 | No | M | count
        month | 期间 | Period | M | choice:period
        person | 人员 | Person | M | choice:pay_person
        reward | 奖惩项 | Reward | M | choice:reward
        times | 次数 | Times | M | number
        evidence | 证据 | Evidence | M | text
        approved_by | 批准人 | Approved by | M | text
        effect | 效果 | Effect | F | text
        raw | 封顶前 | Before cap | F | number
        counted | 计入 | Counted | F | number
        counts_in | 计入期间 | Counts in | F | text
    """),
)

CONFIRM = TableLayout(  # of a pay slip: what its person says of it; keys as the slip was made
    "tblConfirm",
    ("month", "person", "version"),
    columns("""
        month | 期间 | Period | S | text
        person | 人员 | Person | S | text
        version | 版本 | Version | S | text
        answer | 确认 | Confirm | P | choice:confirm
        name | 姓名 | Name | P | text
        day | 日期 | Date | P | date
        objection | 异议原因 | Objection | P | text
    """),
)
