/** The configuration of a project, as `gibbon.config.ts` exports it. */

import type { GateRules } from '../audit/gates/gate-rules.ts';
import type { AuditOptions } from '../audit/options.ts';
import type { Preset } from '../audit/presets.ts';
import type { GradientSettings } from '../model/gradient-settings.ts';
import type { PreprocessingFlags } from '../model/guess.ts';
import type { NumericMetric } from '../threat/metric.ts';
import type { ThreatInput } from '../threat/threat-model.ts';
import type { RemoteRequest } from './remote.ts';

/** Labelled data, with what it does not say itself. */
export interface DataConfig {
  /** A folder by class, an array file, a table, … (docs/data.md). */
  readonly path: string;
  /** A separate file with the labels. */
  readonly labels?: string;
  /** A file with the class names in the model's output order. */
  readonly classes?: string;
  /** Tables of texts: the column with the texts. */
  readonly textColumn?: string;
  /** Tables: the column with the labels. */
  readonly labelColumn?: string;
}

/** Everything is optional; flags and `GIBBON_*` variables win over it. Paths are relative to the configuration file. */
export interface GibbonConfig {
  /** For editors: docs/config.schema.json. JSON only. */
  readonly $schema?: string;
  /** ONNX file, Hugging Face folder or address; several are compared side by side. */
  readonly model?: string | readonly string[];
  /** Labelled examples. */
  readonly data?: string | DataConfig;
  /** Who attacks: a preset's name, or what differs from a preset or from the strongest attacker (docs/threat-model.md). */
  readonly threat?: ThreatInput;
  /** By id of a check or name of a category: `false` leaves it out; an object holds a check's parameters. */
  readonly checks?: Readonly<Record<string, boolean | Readonly<Record<string, unknown>>>>;
  /** Run these checks or categories only. */
  readonly only?: readonly string[];
  /** Leave these checks or categories out. */
  readonly skip?: readonly string[];
  /** Rules that the result must keep: `{ 'evasion.robustAccuracy': ['error', { min: 0.4 }] }` (docs/gates.md). */
  readonly gates?: GateRules;
  /** The result.json of an earlier audit, which this one is held against. */
  readonly baseline?: string;
  /** Groups to compare: columns of the table (`age>=25` cuts a number in two), or a file with one group per example. */
  readonly groups?: readonly string[] | { readonly columns?: readonly string[]; readonly file?: string };
  /** Examples that the model was trained on, for membership inference. */
  readonly members?: string | DataConfig;
  /** Examples of the same kind that it was not trained on; the audited data when absent. */
  readonly nonMembers?: string | DataConfig;
  /** A second model for the same task, whose adversarial examples may carry over. */
  readonly surrogate?: string;
  /** SHA-256 that the model file was sealed with. */
  readonly seal?: string;
  /** Models behind addresses: what is sent, and how they are asked (docs/remote.md). */
  readonly remote?: RemoteRequest;
  /** What each check may spend at most. Seconds depend on the machine: results then do, too. */
  readonly budgets?: AuditOptions['budgets'];
  /** How thorough: quick, standard or thorough. */
  readonly preset?: Preset;
  /** Seed of everything random; 0. */
  readonly seed?: number;
  /** Audit this many examples, stratified by class and seeded. */
  readonly n?: number;
  /** Audit the first so many in file order instead. */
  readonly first?: number;
  /** Largest perturbation, in input units before normalisation: 0.3 or '8/255'. */
  readonly epsilon?: number | string;
  /** How its size is measured. */
  readonly norm?: NumericMetric;
  /** How the model wants its input, where that should not be guessed from the labels. */
  readonly preprocessing?: PreprocessingFlags;
  /** How gradients are taken where the model hides them: draws of random layers, stand-ins, or none (docs/masked-gradients.md). */
  readonly gradients?: GradientSettings;
  /** Rows per graph run. */
  readonly batch?: number;
  /** Worker processes; one per CPU. */
  readonly workers?: number;
  /** The run's own folder: report, result, journal, adversarial inputs. */
  readonly run?: string;
  /** Files to write the result to; their endings say in which form. */
  readonly output?: string | readonly string[];
  /** File for the result as JSON. */
  readonly json?: string;
  /** The verdict only. */
  readonly quiet?: boolean;
}

/** Types for `gibbon.config.ts`: returns the configuration as it is. */
export function defineConfig(config: GibbonConfig): GibbonConfig {
  return config;
}
