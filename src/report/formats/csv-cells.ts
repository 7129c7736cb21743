/** Cells and rows of CSV (RFC 4180). */

/** A cell; spreadsheets would run what begins like a formula. */
export function csvCell(value: string | number | boolean | null): string {
  if (value === null) return '';
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Rows under their heads, each line ended as the standard wants it. */
export function csvOf(heads: readonly string[], rows: readonly (readonly (string | number | boolean | null)[])[]): string {
  return `${[heads, ...rows].map((row) => row.map(csvCell).join(',')).join('\r\n')}\r\n`;
}
