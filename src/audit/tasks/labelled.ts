/** Rows with the labels that the order names. */
import type { AttackSample } from '../../attacks/attack.ts';
import type { Opened } from '../work.ts';

export async function labelled(
  rows: Opened['rows'],
  items: readonly { readonly index: number; readonly label: number }[],
): Promise<AttackSample[]> {
  const labels = new Map(items.map(({ index, label }) => [index, label]));
  const loaded = await rows(items.map(({ index }) => index));
  return loaded.map(({ sample, row }) => ({ index: sample.index, x: row, label: labels.get(sample.index) as number }));
}
