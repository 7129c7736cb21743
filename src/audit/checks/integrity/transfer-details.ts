/** The evidence of the check `transfer`: sources side by side, the matrix of sources and targets, accuracy by size, and a few pictures. */
import type { Proportion } from '../../../stats/proportion.ts';
import type { Budget } from '../../../threat/epsilon.ts';
import type { Metric } from '../../../threat/metric.ts';
import type { Detail, DetailOf } from '../../details.ts';
import type { AttackOrder } from '../../subject.ts';
import type { SingleTask } from '../../task.ts';
import { type TransferPicture, type TransferPictureOrder, transferPictures } from '../../tasks/transfer-pictures.ts';
import type { Carried, Figures } from './transfer-figures.ts';
import type { Told } from './transfer-findings.ts';

export interface Drawn {
  /** Parts of the perturbation's size, where smaller ones were looked at. */
  readonly factors: readonly number[];
  readonly epsilon: Budget;
  readonly norm: Metric;
}

export function transferDetails(told: Told, drawn: Drawn): Detail[] {
  return [sourcesOf(told), ...matrixOf(told), ...curveOf(told.figures, drawn)];
}

function sourcesOf({ figures, absent }: Told): DetailOf<'table'> {
  const { sources, noise, whiteBox, strongest } = figures;
  const interval = ({ value, low, high }: Proportion): number[] => [value, low, high];
  const saved = (of: Proportion | undefined): number | null => of?.value ?? null;
  const rows: DetailOf<'table'>['rows'] = [
    ...sources.map(({ source, accuracy, rate, saved: picture }) => [
      source.name,
      source.origin,
      accuracy?.value ?? null,
      ...interval(rate),
      saved(picture),
    ]),
    ['random noise', 'uniform, of the same size', null, ...interval(noise), null],
    ...(whiteBox ? [['white box', 'all attacks with its own gradients', null, ...interval(whiteBox.rate), null]] : []),
    ...absent.map(({ name, reason }) => [name, `not used: ${reason}`, null, null, null, null, null]),
  ];
  const shares = ['Right itself', 'Fools the audited model', '95 % from', 'to', 'Saved in 8 bits'].map((name) => ({ name, unit: 'share' }));
  return {
    kind: 'table',
    title: 'What carries over, by source',
    columns: [{ name: 'Source' }, { name: 'Where it comes from' }, ...shares],
    rows,
    worst: sources.indexOf(strongest),
  };
}

/** Shares of what each target classifies correctly by itself. */
function matrixOf({ figures: { sources }, model }: Told): DetailOf<'heat-map'>[] {
  if (sources.length < 2) return [];
  const targets = sources.filter(({ source }) => source.kind !== 'ensemble').map(({ source }) => source.name);
  return [
    {
      kind: 'heat-map',
      title: 'Share fooled, by source (row) and target (column)',
      rows: sources.map(({ source }) => source.name),
      columns: [model, ...targets],
      values: sources.map(({ rate, others }) => [rate.value, ...others.map(({ value, n }) => (n === 0 ? null : value))]),
      unit: 'share',
      better: 'lower',
    },
  ];
}

function curveOf({ sources, strongest }: Figures, { factors, epsilon, norm }: Drawn): DetailOf<'curve'>[] {
  if (strongest.scaled.length === 0) return [];
  const at = (factor: number, { value, low, high }: Proportion) => ({ x: factor * epsilon.value, y: value, low, high });
  return [
    {
      kind: 'curve',
      title: 'Share fooled by the same perturbations, made smaller',
      x: { label: `size (${norm})` },
      y: { label: 'Fooled', unit: 'share' },
      lines: sources.map(({ source, scaled, rate }) => ({
        name: source.name,
        points: [{ x: 0, y: 0 }, ...factors.map((factor, i) => at(factor, scaled[i] as Proportion)), at(1, rate)],
      })),
    },
  ];
}

/** Pictures that are shown. */
const SHOWN = 3;

interface Drawing {
  readonly names: readonly string[] | null;
  readonly labels: readonly number[];
  draw(items: AttackOrder['items'], task: SingleTask<TransferPictureOrder, TransferPicture[]>): Promise<readonly TransferPicture[]>;
}

/** The surest mistakes that survive an 8-bit file, one for each right class first. */
export async function picturesOf({ replies, source }: Carried, { names, labels, draw }: Drawing): Promise<DetailOf<'images'>[]> {
  const fooled = [...replies.values()]
    .filter(({ broken8bit }) => broken8bit)
    .sort((a, b) => b.confidence - a.confidence || a.index - b.index);
  const label = (index: number): number => labels[index] as number;
  const first = fooled.filter(({ index }, i) => fooled.findIndex((other) => label(other.index) === label(index)) === i);
  const picked = [...new Set([...first, ...fooled])].slice(0, SHOWN);
  if (picked.length === 0) return [];
  const drawn = await draw(
    picked.map(({ index }) => ({ index, label: label(index) })),
    transferPictures,
  );
  const name = (one: number): string => names?.[one] ?? String(one);
  const items = drawn.flatMap(({ index, original, adversarial }) => {
    const [right, wrong] = [name(label(index)), name(replies.get(index)?.label ?? -1)];
    return [
      { caption: `${right}, as it is`, source: original, alt: `Example ${index}, ${right}` },
      { caption: `called ${wrong}`, source: adversarial, alt: `Example ${index} as changed on ${source.name}, called ${wrong}` },
    ];
  });
  return [{ kind: 'images', title: `Made on ${source.name}, shown to the audited model once`, items }];
}
