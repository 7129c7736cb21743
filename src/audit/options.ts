/** What the user asked for, resolved. */
import type { DataSpec } from '../data/dataset.ts';
import type { PreprocessingFlags } from '../model/guess.ts';
import type { Metric } from '../threat/metric.ts';
import type { Preset } from './presets.ts';

export interface AuditOptions {
  readonly models: readonly { readonly path: string; readonly name: string }[];
  readonly data: DataSpec;
  /** How the data is named in the report, where not by its path. */
  readonly dataName?: string | undefined;
  readonly flags: PreprocessingFlags;
  readonly n?: number | undefined;
  readonly first?: number | undefined;
  /** As the user wrote it, e.g. "8/255"; the modality's default when absent. */
  readonly epsilon?: string | undefined;
  /** Numbers only; text is always measured in edits. */
  readonly norm: Metric;
  readonly seed: number;
  readonly preset: Preset;
  /** The run's own folder. */
  readonly folder?: string | undefined;
  /** One attack with its own parameters in place of the preset's plan. */
  readonly only?: { readonly id: string; readonly params: Readonly<Record<string, unknown>> } | undefined;
  readonly batch?: number | undefined;
  readonly threads: number;
}
