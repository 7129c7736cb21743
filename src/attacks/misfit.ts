/** Which attack runs on which kind of data and in which norm, and why not on the others. */
import type { Modality } from '../data/dataset.ts';
import type { Metric } from '../threat/metric.ts';
import type { Attack } from './attack.ts';

export const KINDS: Readonly<Record<Modality, string>> = {
  image: 'images',
  waveform: 'sound',
  text: 'texts',
  table: 'tables',
  tensor: 'numbers',
};

/** Undefined where the attack fits; otherwise the reason, in words without a full stop. */
export function misfitOf(
  unit: Pick<Attack, 'norms' | 'modalities'>,
  { norm, modality }: { readonly norm: Metric; readonly modality: Modality },
): string | undefined {
  if (modality === 'text' && !unit.norms.includes('edits')) return 'changes numbers, and this data is text';
  if (modality !== 'text' && unit.norms.every((one) => one === 'edits')) return `changes text, and this data is ${KINDS[modality]}`;
  if (!unit.norms.includes(norm)) return `has no ${norm} form`;
  if (unit.modalities && !unit.modalities.includes(modality))
    return `suits ${unit.modalities.map((one) => KINDS[one]).join(', ')}, and this data is ${KINDS[modality]}`;
  return undefined;
}

/** Can the attack be told which class to reach? */
export const aims = ({ params }: Pick<Attack, 'params'>): boolean => 'target' in params.shape;
