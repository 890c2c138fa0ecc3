export interface Column {
  readonly head: string;
  readonly isRight?: boolean;
}

/** Lines of columns as wide as their longest text, two spaces apart; columns without any text are left out. */
export function tableLines(columns: readonly Column[], rows: readonly (readonly string[])[]): readonly string[] {
  const used = columns.map((_, index) => rows.some((row) => (row[index] ?? '') !== ''));
  const lines = [columns.map(({ head }) => head), ...rows];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => line[index]?.length ?? 0)));
  return lines.map((line) =>
    columns
      .flatMap(({ isRight = false }, index) => {
        if (!used[index]) return [];
        const text = line[index] ?? '';
        const width = widths[index] ?? 0;
        return [isRight ? text.padStart(width) : text.padEnd(width)];
      })
      .join('  ')
      .trimEnd(),
  );
}
