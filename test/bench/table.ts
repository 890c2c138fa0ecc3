/** '1.27': so many times the baseline. */
export function ratio(value: number, baseline: number): string {
  return (value / baseline).toFixed(2);
}

/** Columns as wide as their widest cell, numbers to the right. */
export function printTable(heads: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const lines = [heads, ...rows].map((cells) =>
    cells.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('  '),
  );
  process.stdout.write(`${lines.join('\n')}\n\n`);
}
