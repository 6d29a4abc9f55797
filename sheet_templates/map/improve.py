"""Tables that make the system better: feedback, adjustments, the KPI set's own review, adoption."""

from __future__ import annotations

from sheet_templates.map.nouns import TableLayout, columns

FEEDBACK = TableLayout(  # what people say of a KPI or process, and which change came of it
    "tblFeedback",
    ("no",),
    columns("""
        no | 编号 | No | M | text
        day | 日期 | Date | M | date
        by | 提出人 | From | M | text
        about | 关于 | About | M | text
        what | 反馈内容 | Feedback | M | text
        wish | 希望怎么改 | Wanted change | M | text
        decision | 处理 | Decision | M | choice:feedback
        why | 处理理由 | Why | M | text
        owner | 负责人 | Owner | M | choice:person
        task_no | 变更任务 | Change request | S | text
        task_state | 任务状态 | State of it | S | text
        version | 生效版本 | In force with | S | text
    """),
)
ADJUST = TableLayout(  # the log of changes of strategy
    "tblAdjust",
    ("no",),
    columns("""
        no | 编号 | No | M | text
        day | 日期 | Date | M | date
        reason | 原因 | Reason | M | text
        change | 调整内容 | Change | M | text
        expected | 预期效果 | Expected effect | M | text
        by | 决定人 | Decided by | M | text
        feedback | 来自反馈 | From feedback | M | text
        version | 生效版本 | In force with | S | text
        published | 发布日 | Published | S | date
        result | 实际效果 | What came of it | M | text
    """),
)
KPI_REVIEW = TableLayout(  # each quarter: is the KPI set itself any good
    "tblKpiReview",
    ("metric",),
    columns("""
        metric | 指标 | KPI | S | text
        cards | 用在几张卡 | Cards | S | count
        weight | 平均权重 | Mean weight | S | points
        items | 计分次数 | Times due | S | count
        missing | 缺数占比 | Without data | S | ratio
        mean | 平均得分 | Mean score | S | points
        low* | 最低 | Lowest | S | points
        high* | 最高 | Highest | S | points
        spread | 离散度 | Spread | S | points
        at_cap | 顶格占比 | At the cap | S | ratio
        at_zero+ | 零分占比 | At zero | S | ratio
        correlation+ | 与其余相关 | Correlation with the rest | S | number
        disputes | 异议 | Disputes | S | count
        total_spread+ | 总分离散度 | Spread of totals | S | points
        without_spread+ | 去掉后离散度 | Spread without it | S | points
        without_moved+ | 去掉后名次变动 | Ranks moved without it | S | count
        without_shift*+ | 去掉后均分变化 | Mean shift without it | S | points
        without_lost*+ | 去掉后无总分 | Totals lost without it | S | count
        finding | 发现 | Finding | S | text
        proposal+ | 建议 | Proposal | S | text
        after_spread+ | 建议后离散度 | Spread after it | S | points
        after_moved+ | 建议后名次变动 | Ranks moved after it | S | count
        after_shift*+ | 建议后均分变化 | Mean shift after it | S | points
        keep | 处理 | Decision | M | choice:kpi_decision
        note | 说明 | Note | M | text
    """),
)
ADOPTION = TableLayout(  # is the system used, team by team
    "tblAdoption",
    ("team",),
    columns("""
        team | 团队 | Team | S | text
        people | 人数 | People | S | count
        refreshes | 刷新 | Refreshes | S | count
        days | 刷新天数 | Days refreshed | S | count
        notes | 批注 | Notes | S | count
        reviews | 复盘 | Reviews | S | count
        feedback | 反馈 | Feedback | S | count
        tasks | 任务 | Tasks | S | count
        updated | 已更新任务 | Tasks worked on | S | count
        level | 判断 | Verdict | S | text
        first_score+ | 首次得分用时（时） | Time to first score (h) | S | number
    """),
)
