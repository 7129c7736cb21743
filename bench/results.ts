/** Pairs of runs as a table: for each figure the ratio peer / Gibbon (above 1: Gibbon is ahead) as min, median and max. */
import { arch, cpus, platform } from 'node:os';
import type { Case } from './cases.ts';
import { describe, type Probed } from './probe.ts';
import { type Run, STEPS } from './sides.ts';

export interface CaseResult {
  readonly benchCase: Case;
  readonly probed: readonly Probed[];
  /** `peer` is undefined where there is no Python. */
  readonly pairs: readonly { readonly gibbon: Run; readonly peer: Run | undefined }[];
}

type Figure = keyof Pick<Run, 'wallPerStep' | 'cpuPerStep' | 'wall' | 'cpu' | 'firstStep' | 'firstStepUntold' | 'peakPss'>;

const FIGURES: Readonly<Record<Figure, { readonly title: string; readonly show: (value: number) => string }>> = {
  wallPerStep: { title: 'attack, wall per image-step', show: (v) => `${(v * 1e3).toFixed(3)} ms` },
  cpuPerStep: { title: 'attack, CPU per image-step', show: (v) => `${(v * 1e3).toFixed(3)} ms` },
  wall: { title: 'whole command, wall', show: (v) => `${v.toFixed(1)} s` },
  cpu: { title: 'whole command, CPU', show: (v) => `${v.toFixed(1)} s` },
  firstStep: { title: 'start to first step', show: (v) => `${v.toFixed(2)} s` },
  firstStepUntold: { title: 'the same, reading guessed', show: (v) => `${v.toFixed(2)} s` },
  peakPss: { title: 'peak memory (PSS)', show: (v) => `${Math.round(v / 1e6)} MB` },
};

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

const present = (values: readonly (number | undefined)[]) => values.filter((v) => v !== undefined);

function row(pairs: CaseResult['pairs'], figure: Figure): string[] {
  const { title, show } = FIGURES[figure];
  const own = present(pairs.map((p) => p.gibbon[figure]));
  const theirs = present(pairs.map((p) => p.peer?.[figure]));
  const ratios = present(pairs.map(({ gibbon, peer }) => (gibbon[figure] && peer?.[figure] ? peer[figure] / gibbon[figure] : undefined)));
  const or = (values: readonly number[], text: () => string) => (values.length > 0 ? text() : '–');
  const two = (v: number) => v.toFixed(2);
  return [
    title,
    or(own, () => show(median(own))),
    or(theirs, () => show(median(theirs))),
    or(ratios, () => two(Math.min(...ratios))),
    or(ratios, () => two(median(ratios))),
    or(ratios, () => two(Math.max(...ratios))),
  ];
}

const HEADER = ['', 'Gibbon', 'peer', 'ratio min', 'median', 'max'];

export function tableRows(result: CaseResult): string[][] {
  return (Object.keys(FIGURES) as Figure[]).map((figure) => row(result.pairs, figure));
}

/** A table for the terminal. */
export function plainTable(result: CaseResult): string {
  const rows = [HEADER, ...tableRows(result)];
  const widths = HEADER.map((_, column) => Math.max(...rows.map((cells) => cells[column]!.length)));
  return rows.map((cells) => cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ')).join('\n');
}

export function caseHeading({ benchCase, probed, pairs }: CaseResult): string {
  const { gibbon, peer } = pairs[0]!;
  const percent = (v: number) => `${(v * 100).toFixed(2)} %`;
  const work = `PGD-${STEPS}, ε = ${benchCase.epsilon}, step ${benchCase.stepSize}, ${benchCase.images} images; ${pairs.length} pair${pairs.length === 1 ? '' : 's'}.`;
  const accuracy = `Robust accuracy: Gibbon ${percent(gibbon.robustAccuracy)}${peer ? `, peer ${percent(peer.robustAccuracy)}` : ''}.`;
  const steps = `Image-steps: Gibbon ${gibbon.imageSteps}${peer ? `, peer ${peer.imageSteps}` : ''}.`;
  const settings = probed[0]
    ? `Peer: ${describe(probed[0].settings)} (best of ${probed.length} probed).`
    : 'No peer: Python or its packages are missing.';
  return [work, accuracy, steps, settings].join(' ');
}

/** bench/RESULTS.md. */
export function markdown(results: readonly CaseResult[], versions: Readonly<Record<string, string>>, load: number): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const sections = results.map((result) =>
    [
      `## ${result.benchCase.name}`,
      '',
      caseHeading(result),
      '',
      line(HEADER),
      line(HEADER.map((_, i) => (i === 0 ? '---' : '---:'))),
      ...tableRows(result).map(line),
    ].join('\n'),
  );
  const cpu = cpus()[0]?.model.trim() ?? 'unknown CPU';
  return [
    '# Gibbon beside its peers',
    '',
    'Written by `npm run bench`. Ratios are peer / Gibbon within one pair of runs, back to back and in alternating order: above 1, Gibbon is ahead. Seconds are medians.',
    'The first two rows are the attack alone, divided by the image-steps each side really did (Gibbon stops at an example once it is broken; the peers take every step). The others are the whole command, from start to exit. Both sides are told how the model reads its input; in the row "reading guessed" Gibbon finds it by the labels, the peer is still told.',
    '',
    `${new Date().toISOString().slice(0, 10)}, ${platform()} ${arch()}, ${cpus().length} × ${cpu}, load average ${load.toFixed(1)} at the start, Node ${process.versions.node}, ${Object.entries(
      versions,
    )
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}.`,
    '',
    sections.join('\n\n'),
    '',
  ].join('\n');
}
