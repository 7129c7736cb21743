/** Natural degradation of any kind of data: units with severities, known by name in every process, and what applies them. */
import { GibbonError } from '../../base/errors.ts';
import type { Preprocessing } from '../../model/preprocessing.ts';
import { imageSize } from '../../model/rows.ts';
import { createCorruptor, type IndexedRow, type Setting } from './corrupt.ts';
import type { Corruption } from './corruption.ts';
import { CORRUPTIONS } from './corruptions/registry.ts';
import { frameOf } from './frame.ts';

/** `corruptions`: what happens to data on its way; `pollutions`: what lies on the sensor. */
export type DegradationKind = 'corruptions' | 'pollutions';

/** What is known of a unit without running it. */
export interface DegradationFacts {
  readonly id: string;
  readonly name: string;
  readonly family: string;
  readonly isExtra: boolean;
  /** Severities 1, 2, …, in words. */
  readonly severities: readonly string[];
}

export interface Degrader {
  /** The degraded rows, in the same order; each depends on the seed, the kind, its index, the unit and the severity only. */
  degrade(id: string, severity: number, rows: readonly IndexedRow[]): Promise<Float32Array[]>;
  release(): Promise<void>;
}

/** The units that suit this data; empty where there are none. */
export function degradationsOf(kind: DegradationKind, preprocessing: Preprocessing): DegradationFacts[] {
  if (preprocessing.modality !== 'image') return [];
  const frame = frameOf(imageSize(preprocessing), 1);
  return pictureUnits(kind)
    .filter((unit) => unit.unsuited(frame) === undefined)
    .map((unit) => ({
      id: unit.id,
      name: unit.name,
      family: unit.family,
      isExtra: unit.isExtra === true,
      severities: Array.from({ length: unit.severities }, (_, i) => unit.describe(frame, i + 1)),
    }));
}

export interface DegraderSetting extends Omit<Setting, 'purpose'> {
  readonly kind: DegradationKind;
}

/** @throws GibbonError E_INTERNAL for a unit that does not exist */
export function createDegrader({ kind, ...setting }: DegraderSetting): Degrader {
  const corruptor = createCorruptor({ ...setting, purpose: kind });
  const units = new Map(pictureUnits(kind).map((unit) => [unit.id, unit]));
  return {
    degrade: (id, severity, rows) => {
      const unit = units.get(id);
      if (!unit) throw new GibbonError('E_INTERNAL', `there is no degradation ${id}`);
      return corruptor.corrupt(unit, severity, rows);
    },
    release: () => corruptor.release(),
  };
}

const pictureUnits = (kind: DegradationKind): readonly Corruption[] => (kind === 'corruptions' ? CORRUPTIONS : []);
