/** Whether two models know the same classes, and how one numbers those of the other. */

export interface Classes {
  /** The right class of every example of the same data, in the model's own numbers. */
  readonly labels: readonly number[];
  readonly classes: number;
  readonly classNames: readonly string[] | null;
}

/** For each class of `own` the number that `other` gives it, or why there is none. */
export function classesBetween(own: Classes, other: Classes): { readonly classes: readonly number[] } | { readonly reason: string } {
  if (own.classes !== other.classes) return { reason: `it knows ${other.classes} classes, the audited model ${own.classes}` };
  const found = new Map<number, number>();
  for (const [i, label] of own.labels.entries()) {
    const theirs = other.labels[i] as number;
    if ((found.get(label) ?? theirs) !== theirs) return { reason: 'its classes are not those of the audited model' };
    found.set(label, theirs);
  }
  // Classes without an example: by name, else by number.
  const named = (label: number): number => other.classNames?.indexOf(own.classNames?.[label] ?? '') ?? -1;
  const classes = Array.from({ length: own.classes }, (_, label) => found.get(label) ?? (named(label) >= 0 ? named(label) : label));
  if (new Set(classes).size < own.classes) return { reason: 'its classes are not those of the audited model' };
  return { classes };
}
