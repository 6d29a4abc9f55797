// Every text of menu, sidebar and functions, Chinese and English side by side; {name} is filled in.
const TEXTS = {
  title: ["LinkStar KPI 表格", "LinkStar KPI Sheets"],
  menuRefresh: ["刷新本表格", "Refresh this spreadsheet"],
  menuCheck: ["核对", "Check"],
  menuExplain: ["解释选中的单元格", "Explain the selected cell"],
  menuRebuild: ["重建已删除的页…", "Rebuild deleted tabs…"],
  menuConnect: ["连接服务…", "Connect to the service…"],
  menuDaily: ["每日刷新…", "Daily refresh…"],
  menuHelp: ["帮助与版本", "Help and version"],

  connectTitle: ["连接服务", "Connect to the service"],
  connectAsk: [
    "请粘贴 `google connect` 给出的连接码。留空则断开。能编辑此脚本的人都能使用该密钥。",
    "Paste the code that `google connect` printed. Leave it empty to disconnect. Whoever may edit this script can use the key."],
  connectName: ["您的姓名或编号，他人同时刷新时会看到：", "Your name or code, shown to others who refresh:"],
  connected: ["已连接。现在可以用菜单 KPI > 刷新。", "Connected. KPI > Refresh works now."],
  disconnected: ["已断开。", "Disconnected."],
  codeWrong: ["这不是连接码。它以 https:// 开头，含一个 #。", "This is no connection code. It begins with https:// and holds a #."],
  unconnected: ["此表格尚未连接。请用菜单 KPI > 连接服务。", "This spreadsheet is not connected. Use KPI > Connect to the service."],

  dailyTitle: ["每日刷新", "Daily refresh"],
  dailyAsk: [
    "几点（0–23，表格时区）？留空则取消。更可靠的是服务自己的计划（google schedule）：它不依赖某个人的账号。现在：{now}",
    "At which hour (0–23, the spreadsheet's time zone)? Leave it empty to stop. The service's own schedule (google schedule) is the better way: it hangs on nobody's account. Now: {now}"],
  dailyOn: ["每天 {hour} 点左右刷新。", "Refreshed each day at about {hour}:00."],
  dailyOff: ["不再每日刷新。", "Not refreshed daily any more."],
  dailyWrong: ["“{text}”不是 0 到 23 的整点。", "“{text}” is no hour from 0 to 23."],
  none: ["无", "none"],

  rebuildAsk: [
    "服务会按随附的表格重建已删除的页；现有的页不动。继续吗？",
    "The service makes deleted tabs anew, as in the shipped book; tabs that are there stay as they are. Go on?"],
  help: [
    "脚本版本 {version}\n\n刷新：服务读取本表格的定义、目标与权重，取回实际值并计分，只写灰色表头的列。脚本自己从不写数据。\n核对：列出问题，不改动单元格。\n解释：选中一格，查看数值来自哪里、因何变动。\n函数：在单元格中输入 =KPI_ 即可选用；区域可一次算完整张表。",
    "Script version {version}\n\nRefresh: the service reads this book's definitions, targets and weights, brings actual values and scores them; only columns with a grey header are written. The script itself never writes data.\nCheck: lists what is wrong and changes no cell.\nExplain: select a cell to see where its value comes from and what moved it.\nFunctions: type =KPI_ in a cell; a range computes a whole table in one call."],

  refresh: ["刷新", "Refresh"],
  check: ["核对", "Check"],
  explain: ["解释选中的单元格", "Explain the selected cell"],
  refreshHelp: ["服务读取并写入本表格；关闭侧边栏也会继续。", "The service reads and writes this spreadsheet; it goes on when the sidebar is closed."],
  progress: ["进度", "Progress"],
  waiting: ["等待服务…", "Waiting for the service…"],
  reconnect: ["连接中断，正在重连（{n}）", "Connection lost, trying again ({n})"],
  written: ["完成：写入 {cells} 格。", "Done: {cells} cells written."],
  unchanged: ["没有新数据，表格未改动。", "Nothing new; the spreadsheet was not changed."],
  paused: ["写入已暂停，数值未更新。", "Writing is paused; values were not updated."],
  checked: ["核对完成，表格未改动。", "Checked; the spreadsheet was not changed."],
  rebuilt: ["已重建：{tabs}", "Made anew: {tabs}"],
  failed: ["处理失败，表格未改动。", "That failed; the spreadsheet was not changed."],
  problems: ["问题", "Problems"],
  problemsNone: ["没有问题。", "Nothing is wrong."],
  counts: ["{errors} 个错误 · {warnings} 个提醒", "{errors} errors · {warnings} warnings"],
  error: ["错误", "Error"],
  warning: ["提醒", "Warning"],
  goTo: ["转到 {where}", "Go to {where}"],
  noCell: ["找不到 {where}，可能已改名或删除。", "{where} is not there; it may have been renamed or deleted."],
  stale: ["过期的数据", "Stale sources"],
  staleNone: ["所有数据都是最新的。", "All sources are up to date."],
  staleLine: ["数据至 {last}", "complete until {last}"],
  away: ["{at} 起服务未回答函数，部分单元格显示上次的数值。", "Since {at} the service did not answer functions; some cells show their last known value."],
  value: ["数值", "Value"],
  formula: ["公式", "Formula"],
  sources: ["来源", "Sources"],
  contributions: ["变动贡献", "What moved it"],
  definition: ["定义版本 {version}", "Definition version {version}"],
  unknown: ["未知", "Unknown"],
  noneFound: ["没有。", "None."],
  version: ["脚本 {version}", "Script {version}"],

  offline: ["服务没有应答。请检查服务与其 https 地址。", "The service does not answer. Check that it runs and its https address."],
  unallowed: [
    "脚本尚未获准访问服务。请点一次菜单 KPI > 核对 并允许。",
    "The script has not been allowed to call the service. Choose KPI > Check once and allow it."],
  quota: ["今天的外部请求已用完（谷歌限额）。请用区域代替逐格调用。", "Today's external requests are used up (Google's quota). Give ranges instead of single cells."],
  serviceFailed: ["服务出错，原因见服务日志。", "Something went wrong in the service; its log says why."],
  tooMany: ["WHY 一次只回答一个指标。", "WHY answers one KPI at a time."],
  tooManyCells: ["一次最多 {most} 格；请把区域分成几段。", "At most {most} cells in one call; split the range."],
  missingArgument: ["缺少指标、范围或期间。", "KPI, scope or period is missing."],
  noAnswer: ["服务没有回答这一格。", "The service gave no answer for this cell."],
  sizes: ["各区域大小不一致。", "The ranges differ in size."],
  tooLong: [
    "{name}：计算 {seconds} 秒后停在第 {row} 行（共 {rows} 行）。请分成每段最多 {row} 行。",
    "{name}: stopped after {seconds} s at row {row} of {rows}. Split the range into parts of at most {row} rows."],
  everyCell: ["{text}（{n} 格均如此）", "{text} (all {n} cells)"],
};

/** zh or en, by the spreadsheet's own locale. */
const language = () => (/^zh/i.test(SpreadsheetApp.getActive().getSpreadsheetLocale() || "") ? "zh" : "en");
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
/** Both languages of a key, as the service gives its own sentences. */
const both = (key, values = {}) => ({ zh: fill(TEXTS[key][0], values), en: fill(TEXTS[key][1], values) });
const said = (texts) => texts[language()] ?? texts.en ?? "";
const t = (key, values) => said(both(key, values));
/** Every text in the language that is shown, for the sidebar. */
const texts = () => Object.fromEntries(Object.entries(TEXTS).map(([key, one]) => [key, one[language() === "zh" ? 0 : 1]]));
