/** Natural degradation of any kind of data: units with severities, known by name in every process, and what applies them. */
import { codePointsOf, textOf } from '../../base/code-points.ts';
import { GibbonError } from '../../base/errors.ts';
import type { PortsEncoding } from '../../model/ports-encoding.ts';
import type { Preprocessing } from '../../model/preprocessing.ts';
import { keyedRng } from '../../rng/rng.ts';
import { RECORDINGS } from './audio/registry.ts';
import { createCorruptor, frameFor, type IndexedRow, type Setting } from './corrupt.ts';
import type { Corruption } from './corruption.ts';
import { CORRUPTIONS } from './corruptions/registry.ts';
import { MICROPHONE } from './microphone/registry.ts';
import { POLLUTIONS } from './pollutions/registry.ts';
import { TABLE_CORRUPTIONS } from './tables/registry.ts';
import type { TableCorruption, TableFacts } from './tables/table-corruption.ts';
import { TEXT_CORRUPTIONS } from './text/registry.ts';
import type { TextCorruption } from './text/text-corruption.ts';

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
  /** The share that each severity strikes, where severities are such shares. */
  readonly amounts?: readonly number[];
}

export interface Degrader {
  /** The degraded rows, in the same order; each depends on the seed, the kind, its index, the unit and the severity only. */
  degrade(id: string, severity: number, rows: readonly IndexedRow[]): Promise<Float32Array[]>;
  release(): Promise<void>;
}

/** Units whose corruption is a graph. */
function graphUnits(kind: DegradationKind, { modality }: Preprocessing): readonly Corruption[] {
  if (kind === 'pollutions') return modality === 'image' ? POLLUTIONS : modality === 'waveform' ? MICROPHONE : [];
  return modality === 'image' ? CORRUPTIONS : modality === 'waveform' ? RECORDINGS : [];
}

const factsOf = ({ id, name, family, severities }: TextCorruption | TableCorruption): DegradationFacts => ({
  id,
  name,
  family,
  isExtra: false,
  severities,
});

/** The units that suit this data; empty where there are none. */
export function degradationsOf(kind: DegradationKind, preprocessing: Preprocessing): DegradationFacts[] {
  const { modality, encoding } = preprocessing;
  if (modality === 'text') return kind === 'corruptions' ? TEXT_CORRUPTIONS.map(factsOf) : [];
  if (encoding?.kind === 'ports')
    return kind === 'corruptions' ? TABLE_CORRUPTIONS.filter((unit) => unit.suits({ encoding })).map(factsOf) : [];
  const units = graphUnits(kind, preprocessing);
  if (units.length === 0) return [];
  const frame = frameFor(preprocessing, 1);
  return units
    .filter((unit) => unit.unsuited(frame) === undefined)
    .map((unit) => ({
      id: unit.id,
      name: unit.name,
      family: unit.family,
      isExtra: unit.isExtra === true,
      severities: Array.from({ length: unit.severities }, (_, i) => unit.describe(frame, i + 1)),
      ...(unit.amounts && { amounts: unit.amounts }),
    }));
}

export interface DegraderSetting extends Omit<Setting, 'purpose'> {
  readonly kind: DegradationKind;
  /** Tables: what a missing field is filled with, and what a stale one shows. */
  readonly table?: Pick<TableFacts, 'usual' | 'stale'> | undefined;
}

/** @throws GibbonError E_INTERNAL for a unit that does not exist */
export function createDegrader(setting: DegraderSetting): Degrader {
  const { modality, encoding } = setting.preprocessing;
  if (modality === 'text') return textDegrader(setting);
  if (encoding?.kind === 'ports') return tableDegrader(setting, encoding);
  const corruptor = createCorruptor({ ...setting, purpose: setting.kind });
  const units = graphUnits(setting.kind, setting.preprocessing);
  return {
    degrade: (id, severity, rows) => corruptor.corrupt(unitOf(units, id), severity, rows),
    release: () => corruptor.release(),
  };
}

function unitOf<T extends { readonly id: string }>(units: readonly T[], id: string): T {
  const unit = units.find((one) => one.id === id);
  if (!unit) throw new GibbonError('E_INTERNAL', `there is no degradation ${id}`);
  return unit;
}

/** Texts may grow longer than the rows they come from: whoever asks the model reads them to their end. */
function textDegrader({ kind, seed }: DegraderSetting): Degrader {
  return {
    degrade: async (id, severity, rows) => {
      const unit = unitOf(TEXT_CORRUPTIONS, id);
      return rows.map(({ index, row }) => codePointsOf(unit.apply(textOf(row), severity, keyedRng(seed, kind, index, id, severity))));
    },
    release: async () => {},
  };
}

function tableDegrader({ kind, seed, table }: DegraderSetting, encoding: PortsEncoding): Degrader {
  if (!table) throw new GibbonError('E_INTERNAL', 'rows of a table are degraded by what is usual in it');
  const facts: TableFacts = { encoding, seed, ...table };
  return {
    degrade: async (id, severity, rows) => {
      const unit = unitOf(TABLE_CORRUPTIONS, id);
      return rows.map(({ index, row }) => unit.apply(row, severity, facts, keyedRng(seed, kind, index, id, severity)));
    },
    release: async () => {},
  };
}
