/** Cuts examples into groups by one attribute, and by several at once: subgroups can be treated worse than either of their attributes shows (Kearns et al., arXiv:1711.05144). */

/** The group of each example by its position, null where it is not known. */
export interface Attributed {
  readonly attribute: string;
  readonly of: readonly (string | null)[];
}

export interface Members {
  readonly name: string;
  /** Positions of its examples, in the order given. */
  readonly members: readonly number[];
}

export interface Partition {
  readonly attribute: string;
  /** How many attributes are crossed. */
  readonly depth: number;
  /** The largest first. */
  readonly groups: readonly Members[];
}

const CROSS = ' × ';

/** The groups of one attribute among these examples. */
function partition({ attribute, of }: Attributed, depth: number, examples: readonly number[]): Partition {
  const groups = new Map<string, number[]>();
  for (const at of examples) {
    const name = of[at];
    if (name === null || name === undefined) continue;
    const own = groups.get(name);
    if (own) own.push(at);
    else groups.set(name, [at]);
  }
  const sorted = [...groups].sort((a, b) => b[1].length - a[1].length || (a[0] < b[0] ? -1 : 1));
  return { attribute, depth, groups: sorted.map(([name, members]) => ({ name, members })) };
}

function crossed(all: readonly Attributed[]): Attributed {
  const of = (all[0] as Attributed).of.map((_, i) => {
    const names = all.map((one) => one.of[i] ?? null);
    return names.includes(null) ? null : names.join(CROSS);
  });
  return { attribute: all.map(({ attribute }) => attribute).join(CROSS), of };
}

/** All choices of `count` of the items, in order. */
function choices<T>(items: readonly T[], count: number): T[][] {
  if (count === 0) return [[]];
  return items.flatMap((item, i) => choices(items.slice(i + 1), count - 1).map((rest) => [item, ...rest]));
}

/** Each attribute alone, then each two of them crossed, up to `depth` at a time. */
export function partitions(attributes: readonly Attributed[], examples: readonly number[], depth: number): Partition[] {
  return Array.from({ length: Math.min(depth, attributes.length) }, (_, i) => i + 1).flatMap((count) =>
    choices(attributes, count).map((chosen) => partition(crossed(chosen), count, examples)),
  );
}
