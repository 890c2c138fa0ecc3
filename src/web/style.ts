/** A table as one card per row, each cell under the name of its column. */
function cards(table: string): string {
  const named = `${table} td[data-label]:nth-child(n + 3)`;
  return `
  ${table}, ${table} tbody, ${table} tr, ${table} td { display: block; } ${table} thead { display: none; }
  ${table} tr { border-left: 4px solid var(--state, var(--line)); background: var(--tint); padding: 6px 10px; margin-bottom: 8px; }
  ${table} td { border: 0; padding: 1px 0; background: none; }
  ${table} td:empty, ${table} td:has(> .value:empty), ${table} td:has(> .nought) { display: none; }
  ${named}::before { content: attr(data-label) ': '; color: var(--quiet); }
  :lang(zh) ${named}::before { content: attr(data-label) '：'; }
  ${named} small { display: inline; margin-left: 6px; }`;
}

/** The style sheet of the status page. Colour is never the only sign: every dot stands beside its word. */
export const STYLE = `
:root { --critical: #b3261e; --warning: #a85d00; --blind: #4a5a6a; --waiting: #6b7785; --fine: #2e7d32; --line: #e4e7eb; --quiet: #5f6c7b; }
*, ::before { box-sizing: border-box; }
body { margin: 0; font: 14px/1.4 'Helvetica Neue', Arial, 'Noto Sans CJK SC', 'Noto Sans SC', 'Microsoft YaHei', sans-serif; color: #1f2933; background: #f3f4f6; }
header { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: baseline; gap: 4px 16px; padding: 14px 24px; background: #102a43; color: #fff; }
h1 { margin: 0; font-size: 20px; overflow-wrap: anywhere; } h1 span { font-weight: normal; font-size: 14px; color: #b8c9da; margin-left: 6px; white-space: nowrap; }
header p { display: flex; flex-wrap: wrap; gap: 0 16px; margin: 0; font-variant-numeric: tabular-nums; } header a { color: #9fd3ff; }
.no-answer { display: none; margin: 0; padding: 12px 24px; background: var(--critical); color: #fff; font-size: 16px; font-weight: 600; }
.lost .no-answer { display: block; } .lost main, .lost .counts { opacity: .45; filter: grayscale(1); }
.counts { display: flex; flex-wrap: wrap; gap: 12px; list-style: none; margin: 0; padding: 16px 24px 0; }
.counts li { flex: 1; min-width: 120px; border-radius: 4px; padding: 8px 14px; background: var(--state); color: #fff; white-space: nowrap; }
.counts b { font-size: 24px; line-height: 1.2; margin-right: 4px; }
.counts .fine { background: #fff; color: var(--fine); } .counts .none { background: #fff; color: var(--quiet); }
.critical { --state: var(--critical); --tint: #fdf1f0; } .warning { --state: var(--warning); --tint: #fff8ec; }
.blind { --state: var(--blind); --tint: #eaeef2; } .waiting { --state: var(--waiting); --tint: #f8f9fa; } .fine { --state: var(--fine); --tint: #fff; }
main { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: 16px; padding: 16px 24px 32px; align-items: start; }
section { background: #fff; border-radius: 4px; padding: 12px 16px 16px; min-width: 0; } .customers, .events, .counts-today, .acquisition, .brokers { grid-column: 1 / -1; }
h2 { font-size: 15px; margin: 4px 0 8px; } h2 span { color: var(--quiet); font-weight: normal; margin-left: 2px; } * + h2 { margin-top: 20px; }
table { border-collapse: collapse; width: 100%; font-size: 13px; }
th { text-align: left; font-weight: 600; color: var(--quiet); padding: 4px 8px; border-bottom: 2px solid var(--line); white-space: nowrap; }
td { padding: 6px 8px; border-bottom: 1px solid var(--line); vertical-align: top; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; background: var(--tint); }
td b { font-weight: 600; } td small { display: block; font-size: 12px; color: var(--quiet); }
.badge { display: inline-block; white-space: nowrap; font-weight: 600; color: var(--state); }
.badge::before { content: ''; display: inline-block; width: 10px; height: 10px; border-radius: 50%; margin-right: 6px; background: var(--state); }
.badge.blind::before, .badge.waiting::before { background: none; border: 2px solid var(--state); }
.stale .value, .stale .value small { color: #6f7b88; font-style: italic; } .stale:not(.fine) td:nth-child(6) b { color: var(--critical); }
.none, .empty { color: var(--quiet); } .empty { margin: 4px 8px; }
.mail-state { white-space: nowrap; } .given-up .mail-state { color: var(--critical); font-weight: 600; } .queued .mail-state { color: var(--warning); font-weight: 600; }
.doubt { display: inline-block; color: var(--warning); font-weight: 600; } .doubt::before { content: '⚠\\FE0E'; display: inline-block; margin-right: 4px; } .late { color: var(--warning); } .nought { color: var(--quiet); } td div + div { margin-top: 4px; } tr:has(:target) { outline: 2px solid var(--warning); }
.mail a { color: #0b5394; } .value { white-space: nowrap; }
.alert-table, .mail-table { table-layout: fixed; }
.alert-table th:nth-child(1) { width: 84px; } .alert-table th:nth-child(2) { width: 20%; } .alert-table th:nth-child(4) { width: 160px; } .alert-table th:nth-child(5) { width: 23%; }
.acquisition-table th:nth-child(2), .acquisition-table th:nth-child(8) { width: 22%; } .acquisition-table th:nth-child(3), .acquisition-table th:nth-child(7) { width: 16%; }
.mail-table th:nth-child(1) { width: 92px; } .mail-table th:nth-child(2) { width: 20%; } .mail-table th:nth-child(4) { width: 84px; }
@media (min-width: 1151px) { .counts-table td:nth-child(n + 4), .acquisition-table td:nth-child(n + 4):nth-child(-n + 6) { white-space: nowrap; } }
@media (max-width: 1150px) { main { grid-template-columns: minmax(0, 1fr); }
${cards('.counts-table')}
${cards('.acquisition-table')}
}
@media (max-width: 760px) {
  header, .counts, main, .no-answer { padding-left: 12px; padding-right: 12px; } .counts { gap: 6px; } .counts li { min-width: 92px; padding: 6px 10px; }
  main { gap: 10px; padding-top: 10px; } section { padding: 10px 12px; }
${cards('table')}
}
`;
