/** Untrusted text made safe for a terminal: nothing in it can move the cursor, change colours or reverse the line. */

/** The text without control characters, escape sequences and marks that reorder text. */
export function plain(text: string): string {
  return text
    .replace(/\p{Cc}|[\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
}

/** The text cut to `width` characters, with an ellipsis where something was cut. */
export function cut(text: string, width: number): string {
  const characters = [...text];
  return characters.length <= width ? text : `${characters.slice(0, Math.max(0, width - 1)).join('')}…`;
}

/** The text filled with blanks to `width` characters, on the right or, for numbers, on the left. */
export function pad(text: string, width: number, side: 'left' | 'right' = 'right'): string {
  const blanks = ' '.repeat(Math.max(0, width - [...text].length));
  return side === 'left' ? blanks + text : text + blanks;
}

/** The text broken into lines of at most `width` characters, at blanks where there are any, but not between a number and its percent sign. */
export function wrap(text: string, width: number): string[] {
  return wrapped(text.replace(/(\d) %/g, '$1\u00a0%'), width).map((line) => line.replaceAll('\u00a0', ' '));
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if ([...longer].length <= width) line = longer;
    else {
      if (line !== '') lines.push(line);
      line = cut(word, width);
    }
  }
  return line === '' ? lines : [...lines, line];
}
