/** Splits comma- (or tab-) separated text into rows of fields (RFC 4180: quotes, doubled quotes, line breaks inside quotes). */

/** Rows of fields with the spaces around them removed; empty lines are skipped. A quote left open reaches to the end of the text. */
export function parseCsv(text: string, separator = ','): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let quoted = false;
  const endField = (): void => {
    row.push(field.trim());
    field = '';
  };
  const endRow = (): void => {
    endField();
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  };
  for (let i = 0; i < text.length; i++) {
    const char = text[i] as string;
    if (quoted && char === '"' && text[i + 1] === '"') field += text[i++];
    else if (char === '"' && (quoted || field.trim() === '')) quoted = !quoted;
    else if (quoted) field += char;
    else if (char === separator) endField();
    else if (char === '\n') endRow();
    else if (char !== '\r') field += char;
  }
  endRow();
  return rows;
}
