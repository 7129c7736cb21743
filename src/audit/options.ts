/** What the user asked for, resolved. */
import type { DataSpec } from '../data/dataset.ts';
import type { GroupSpec } from '../data/groups.ts';
import type { GradientSettings } from '../model/gradient-settings.ts';
import type { PreprocessingFlags } from '../model/guess.ts';
import type { EndpointRequest, Manner } from '../model/remote/endpoint.ts';
import type { Metric } from '../threat/metric.ts';
import type { ThreatModel } from '../threat/threat-model.ts';
import type { Journal } from './ports.ts';
import type { Preset } from './presets.ts';

export interface CheckChoice {
  readonly only?: readonly string[] | undefined;
  readonly skip?: readonly string[] | undefined;
  /** Parameters by check id. */
  readonly params?: Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined;
}

/** `total`: questions to an endpoint in all, for whatever they are asked. */
export interface Budgets {
  readonly seconds?: number;
  readonly queries?: number;
  readonly gradients?: number;
  readonly total?: number;
}

export interface RemoteOptions {
  readonly given: EndpointRequest;
  readonly manner: Omit<Manner, 'folder'>;
  /** Folder that keeps the counts of what was asked. */
  readonly folder?: string | undefined;
}

export interface AuditOptions {
  readonly models: readonly { readonly path: string; readonly name: string }[];
  readonly data: DataSpec;
  /** How the data is named in the report, where not by its path. */
  readonly dataName?: string | undefined;
  readonly flags: PreprocessingFlags;
  /** How gradients are taken where models hide them. */
  readonly gradients?: GradientSettings | undefined;
  readonly n?: number | undefined;
  readonly first?: number | undefined;
  /** As the user wrote it, e.g. "8/255"; the modality's default when absent. */
  readonly epsilon?: string | undefined;
  /** Who attacks; the strongest attacker when absent. */
  readonly threat?: ThreatModel | undefined;
  /** Numbers only; text is always measured in edits. */
  readonly norm: Metric;
  readonly seed: number;
  readonly preset: Preset;
  /** The run's own folder. */
  readonly folder?: string | undefined;
  /** One attack with its own parameters in place of the preset's plan. */
  readonly only?: { readonly id: string; readonly params: Readonly<Record<string, unknown>> } | undefined;
  /** Ids of checks or categories to run (all when absent), and to leave out. */
  readonly checks?: CheckChoice | undefined;
  /** Who belongs together: columns of the table (`age>=25` cuts a number in two), or a file with one group per example. */
  readonly groups?: GroupSpec | undefined;
  /** Examples that the model was trained on, and others of the same kind that it was not (the audited data when absent). */
  readonly members?: DataSpec | undefined;
  readonly nonMembers?: DataSpec | undefined;
  /** A second model for the same task, whose adversarial examples may carry over. */
  readonly surrogate?: string | undefined;
  /** What each check may spend at most. Seconds depend on the machine: results then do, too. */
  readonly budgets?: Budgets | undefined;
  /** Models behind addresses: what is sent, and how they are asked. */
  readonly remote?: RemoteOptions | undefined;
  /** SHA-256 that the model file was sealed with. */
  readonly seal?: string | undefined;
  readonly batch?: number | undefined;
  readonly threads: number;
  /** Keeps what is finished, and knows what was finished before. */
  readonly journal?: Journal | undefined;
  /** What else results depend on: versions of Gibbon and of the runtime. */
  readonly build?: string | undefined;
}
