"""What the columns of the sandbox's own tables mean, as a manager would have written it down."""

from __future__ import annotations

MAPPINGS = {
    "reviews": """\
[columns]
date = "日期"
shop_column = "店铺"

[measures]
"评价数" = "reviews_total"
"差评数" = "reviews_negative"
"三星评价数" = "reviews_three_star"
""",
    "own-stores": """\
[columns]
date = "日期"
shop_column = "店铺"

[measures]
"广告费" = "ad_spend"
"广告销售额" = "ad_sales"
"广告订单数" = "ad_orders"
"点击" = "ad_clicks"
"曝光" = "ad_impressions"
"仓配费" = "fulfilment_fees"
"仓储费" = "storage_fees"
"退货处理费" = "return_costs"
"有效访问" = "engaged_visits"
"加购访问" = "cart_visits"
"进入结账" = "checkout_visits"
"完成结账" = "checkout_done"
"老客订单" = "returning_orders"
""",
}
