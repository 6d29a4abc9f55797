"""How wide a column must be, in characters: for its values, and for its header on two lines."""

from __future__ import annotations

from math import ceil

from sheet_templates.layout import Column, Language, TableLayout

KIND_WIDTH = {
    "text": 12.0,
    "money": 12.0,
    "count": 8.0,
    "ratio": 9.0,
    "points": 8.5,
    "days": 9.0,
    "number": 11.0,
    "date": 11.5,
    "time": 16.5,
    "flag": 8.0,
    "link": 9.0,
    "spark": 15.0,
    "choice": 11.0,
}
WIDTH = {
    "tblTeam.person": 10.0,
    "tblTeam.manager": 10.0,
    "tblTeam.grade": 8.0,
    "tblTeam.state": 9.0,
    "tblTeam.us_share": 8.5,
    "tblTeam.comment": 26.0,
    "tblTeam.role": 13.0,
    "tblBreach.metric": 18.0,
    "tblBreach.bound": 24.0,
    "tblBreach.cause": 44.0,
    "tblBreach.action": 26.0,
    "tblTask.what": 40.0,
    "tblTask.comment": 22.0,
    "tblTask.evidence": 20.0,
    "tblTask.about": 16.0,
    "tblReview.topic": 22.0,
    "tblReview.decision": 34.0,
    "tblReview.expected": 24.0,
    "tblReview.result": 22.0,
    "tblTarget.year": 7.0,
    "tblTarget.metric": 25.5,
    "tblTarget.region": 8.0,
    "tblTarget.pending": 22.0,
    "tblTarget.check": 26.0,
    "tblTarget.breakdown": 24.0,
    "tblTarget.note": 18.0,
    "tblTarget.year_total": 13.0,
    "tblWeight.metric": 25.0,
    "tblWeight.method": 16.0,
    "tblWeight.role": 16.0,
    "tblWeight.region": 8.0,
    "tblWeight.on": 7.0,
    "tblWeight.pending": 24.0,
    "tblPeople.name": 20.0,
    "tblPeople.contact": 26.0,
    "tblProduct.sku": 20.0,
    "tblProduct.name": 34.0,
    "tblProduct.category": 16.0,
    "tblSetting.setting": 26.0,
    "tblSetting.value": 22.0,
    "tblSetting.meaning": 54.0,
    "tblReconcile.days": 24.0,
    "tblKpi.metric": 22.0,
    "tblKpi.name": 24.0,
    "tblKpi.formula": 20.0,
    "tblKpi.numerator": 32.0,
    "tblKpi.denominator": 20.0,
    "tblKpi.includes": 46.0,
    "tblKpi.source": 36.0,
    "tblKpi.switches": 18.0,
    "tblKpi.check": 16.0,
    "tblRule.rule": 42.0,
    "tblRule.metric": 20.0,
    "tblRule.scope": 14.0,
    "tblRule.against": 12.0,
    "tblRule.receivers": 18.0,
    "tblRule.quiet_days": 18.0,
    "tblInput.measure": 24.0,
    "tblInput.evidence": 26.0,
    "tblInput.used": 22.0,
    "tblPoint.reason": 34.0,
    "tblPoint.evidence": 24.0,
    "tblScore.item": 36.0,
    "tblScore.metric": 25.0,
    "tblScore.data_state": 11.0,
    "tblScore.method": 16.0,
    "tblScore.source": 26.0,
    "tblScore.facts": 16.0,
    "tblScore.meaning": 34.0,
    "tblScore.card_key": 26.0,
    "tblActual.metric": 22.0,
    "tblActual.source": 30.0,
    "tblActual.facts": 18.0,
    "tblLog.where": 30.0,
    "tblLog.what": 90.0,
    "tblLog.mend": 90.0,
    "tblContract.metric": 25.0,
    "tblContract.source": 34.0,
    "tblContract.reward": 30.0,
    "tblContract.deduction": 30.0,
    "tblBreach.no": 30.0,
    "tblMeaning.region": 8.0,
    "tblMeaning.metric": 25.0,
    "tblMeaning.method": 18.0,
    "tblMeaning.numerator": 30.0,
    "tblMeaning.denominator": 20.0,
    "tblMeaning.includes": 42.0,
    "tblMeaning.source": 30.0,
    "tblDispute.item": 34.0,
    "tblDispute.reason": 40.0,
    "tblDispute.evidence": 26.0,
    "tblTalk.good": 28.0,
    "tblTalk.better": 28.0,
    "tblTalk.agreed": 28.0,
    "tblTalk.support": 22.0,
    "tblTalk.reply": 28.0,
    "tblLogic.area": 18.0,
    "tblLogic.owner": 17.0,
    "tblLogic.action": 38.0,
    "tblLogic.success": 36.0,
    "tblLogic.measured": 30.0,
    "tblDuty.role": 17.0,
    "tblDuty.reports": 17.0,
    "tblDuty.purpose": 36.0,
    "tblDuty.duties": 44.0,
    "tblDuty.decides": 34.0,
    "tblFeedback.about": 20.0,
    "tblFeedback.what": 40.0,
    "tblFeedback.wish": 32.0,
    "tblFeedback.why": 26.0,
    "tblAdjust.reason": 32.0,
    "tblAdjust.change": 36.0,
    "tblAdjust.expected": 28.0,
    "tblAdjust.result": 28.0,
    "tblKpiReview.metric": 27.0,
    "tblKpiReview.items": 10.0,
    "tblKpiReview.at_cap": 10.0,
    "tblAdoption.days": 10.5,
    "tblKpiReview.finding": 40.0,
    "tblKpiReview.note": 30.0,
    "tblAdoption.team": 20.0,
    "tblAdoption.level": 14.0,
    "tblRegion.metric": 25.0,
    "tblDaily.scope": 8.0,
    "tblDaily.metric": 25.0,
    "tblDaily.status": 10.5,
    "tblWeekly.scope": 8.0,
    "tblWeekly.metric": 25.0,
    "tblWeekly.status": 10.5,
    "tblMonthly.scope": 8.0,
    "tblMonthly.metric": 25.0,
    "tblMonthly.status": 10.5,
    "tblRegion.status": 10.5,
    "tblShop.status": 10.5,
    "tblShop.connection": 17.0,
    "tblTarget.owner": 9.5,
    "tblTarget.basis": 9.5,
    "tblTarget.scope": 10.0,
    "tblTarget.version": 9.0,
    "tblKpi.on": 7.0,
    "tblKpi.us": 6.0,
    "tblKpi.eu": 6.0,
    "tblKpi.unit": 9.0,
    "tblKpi.version": 10.0,
    "tblScore.month": 9.0,
    "tblScore.person": 9.5,
    "tblScore.region": 8.0,
    "tblOkr.objective": 24.0,
    "tblOkr.metric": 22.0,
    "tblOkr.below": 18.0,
    "tblOkr.serves": 10.0,
    "tblOkr.no": 9.0,
    "tblShop.next_pull": 12.5,
}
PAY_WIDTH = {  # of the payout book
    "tblPay.month": 10.0,
    "tblPay.person": 10.0,
    "tblPay.grade": 8.0,
    "tblPay.state": 10.0,
    "tblPay.rule": 14.0,
    "tblPay.method": 18.0,
    "tblPay.currency": 8.0,
    "tblPay.why": 22.0,
    "tblPay.true_up_of": 28.0,
    "tblPayRule.rule": 14.0,
    "tblPayRule.method": 22.0,
    "tblPayRule.note": 46.0,
    "tblPaySlice.slice_of": 14.0,
    "tblReward.reward": 18.0,
    "tblReward.condition": 34.0,
    "tblReward.grade": 10.0,
    "tblApplied.reward": 18.0,
    "tblApplied.evidence": 26.0,
}
LETTER: dict[Language, float] = {"zh": 1.0, "en": 0.92}  # a letter of the font, by a digit of it
FILTER_BUTTON = 2.5  # characters that the arrow of a header covers


def cells(text: str) -> float:
    """How many character cells a text takes: a Chinese character takes two."""
    return sum(2.0 if ord(letter) > 0x2E7F else 1.0 for letter in text)  # noqa: PLR2004  # CJK


def width(table: TableLayout, column: Column, language: Language) -> float:
    """A column wide enough for its values and for its header on two lines."""
    kind = column.kind.partition(":")[0]
    wanted = (WIDTH | PAY_WIDTH).get(f"{table.name}.{column.code}", KIND_WIDTH[kind])
    header = column.header(language)
    needed = (
        _two_lines(header) if language == "en" else max(min(cells(header), 8), cells(header) / 2)
    )
    return max(wanted, needed + FILTER_BUTTON + 2)


def _two_lines(header: str) -> float:
    """The longer of a header's two lines, broken where that is shortest; one word stays whole."""
    words = header.split(" ")
    parts = [(" ".join(words[:n]), " ".join(words[n:])) for n in range(1, len(words) + 1)]
    return min(max(cells(first), cells(second)) for first, second in parts)


def lines(table: TableLayout, column: Column, language: Language, text: str) -> int:
    """On how many lines a wrapped text stands; words break early, so it counts a little more."""
    room = width(table, column, language) - 2
    return max(1, ceil(cells(text) * LETTER[language] * 1.08 / room))
