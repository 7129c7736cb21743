/** The order in which a person lists files: `img2` before `img10`; the same on every machine, whatever its locale. */

/** Compares strings with runs of digits as numbers; ties (`01`, `1`) fall back to code points. For Array.prototype.sort. */
export function naturalOrder(a: string, b: string): number {
  const left = a.match(/\d+|\D+/g) ?? [];
  const right = b.match(/\d+|\D+/g) ?? [];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const order = compareParts(left[i] as string, right[i] as string);
    if (order !== 0) return order;
  }
  return left.length - right.length || codePointOrder(a, b);
}

function compareParts(a: string, b: string): number {
  if (!/^\d/.test(a) || !/^\d/.test(b)) return codePointOrder(a, b);
  // As strings without leading zeros: runs of digits may be longer than a double can hold.
  const x = a.replace(/^0+/, '');
  const y = b.replace(/^0+/, '');
  return x.length - y.length || codePointOrder(x, y);
}

/** Plain order of UTF-16 code units: what `sorted()` in Python, and so most training frameworks, use for ASCII names. */
export function codePointOrder(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
