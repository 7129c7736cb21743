/** Shares drawn with block characters, for terminals. */

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
const LEVELS = '▁▂▃▄▅▆▇█';

/** A bar of `width` cells, exact to an eighth of a cell; whatever is not zero shows. */
export function bar(share: number, width: number): string {
  const clamped = Math.min(1, Math.max(0, share));
  const eighths = clamped > 0 ? Math.max(1, Math.round(clamped * width * 8)) : 0;
  return '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '');
}

/** One column per share. */
export function sparkline(shares: readonly number[]): string {
  return shares.map((share) => LEVELS[Math.min(7, Math.max(0, Math.round(share * 7)))] ?? ' ').join('');
}
