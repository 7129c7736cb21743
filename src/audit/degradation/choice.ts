/** What a check of degradation runs on: how many examples, which units, which severities, by preset and by the size of an example. */

import type { DegradationFacts } from '../../attacks/availability/degradation.ts';
import { GibbonError } from '../../base/errors.ts';
import { sizeOf } from '../../onnx/tensor.ts';
import type { CheckFacts } from '../checks/facts.ts';
import type { Preset } from '../presets.ts';
import type { Cell } from '../tasks/degraded.ts';

export interface Wanted {
  readonly examples?: number | undefined;
  readonly severities?: readonly number[] | undefined;
  readonly units?: readonly string[] | undefined;
}

export interface Defaults {
  readonly examples: Readonly<Record<Preset, number>>;
  readonly severities: (preset: Preset, facts: DegradationFacts) => readonly number[];
  readonly units: (preset: Preset, facts: DegradationFacts) => boolean;
}

export interface Choice {
  readonly indices: readonly number[];
  readonly units: readonly DegradationFacts[];
  readonly cells: readonly Cell[];
}

/** Numbers of an example from which on fewer are taken (recordings are cheaper than pictures of their size), and the fewest. */
const USUAL_SIZE = 3072;
const USUAL_SAMPLES = 16_000;
const FEWEST = 30;

/** @throws GibbonError E_USAGE for units and severities that do not exist */
export function chosenFor(
  { chosen, options, prepared }: CheckFacts,
  all: readonly DegradationFacts[],
  wanted: Wanted,
  defaults: Defaults,
): Choice {
  const { preset } = options;
  assertKnown(all, wanted);
  const units = all.filter((unit) => (wanted.units ? wanted.units.includes(unit.id) : defaults.units(preset, unit)));
  const cells = units.flatMap((unit) =>
    (wanted.severities ?? defaults.severities(preset, unit))
      .filter((severity) => severity <= unit.severities.length)
      .map((severity): Cell => ({ unit: unit.id, severity })),
  );
  const { modality, shape } = prepared.preprocessing;
  // A text costs what it holds, not the row that it is padded to.
  const usual = modality === 'text' ? sizeOf(shape) : modality === 'waveform' ? USUAL_SAMPLES : USUAL_SIZE;
  const share = Math.min(1, Math.sqrt(usual / sizeOf(shape)));
  const examples = wanted.examples ?? Math.max(FEWEST, Math.round(defaults.examples[preset] * share));
  return { indices: spread(chosen, examples), units, cells };
}

/** So many of them, evenly over their order: examples often stand in the order of their classes. */
function spread(chosen: readonly number[], count: number): number[] {
  if (count >= chosen.length) return [...chosen];
  return Array.from({ length: count }, (_, i) => chosen[Math.floor(((i + 0.5) * chosen.length) / count)] as number);
}

function assertKnown(all: readonly DegradationFacts[], { units = [], severities = [] }: Wanted): void {
  const unknown = units.find((id) => !all.some((unit) => unit.id === id));
  if (unknown !== undefined) {
    throw new GibbonError('E_USAGE', `there is no ${unknown} for this kind of data`, {
      hint: `There are ${all.map(({ id }) => id).join(', ')}.`,
    });
  }
  const most = Math.max(...all.map((unit) => unit.severities.length));
  const beyond = severities.find((severity) => severity > most);
  if (beyond !== undefined) throw new GibbonError('E_USAGE', `there is no severity ${beyond}`, { hint: `There are 1 to ${most}.` });
}
