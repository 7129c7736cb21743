/** What a caller may ask of an audit, and how it becomes the options that the audit runs with. */
import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { GateRules } from '../audit/gates/gate-rules.ts';
import type { AuditOptions } from '../audit/options.ts';
import { GibbonError } from '../base/errors.ts';
import type { DataSpec } from '../data/dataset.ts';
import type { GradientSettings } from '../model/gradient-settings.ts';
import type { PreprocessingFlags } from '../model/guess.ts';
import { isAddress } from '../model/remote/endpoint.ts';
import { parseEpsilon } from '../threat/epsilon.ts';
import type { NumericMetric } from '../threat/metric.ts';
import { type ThreatInput, type ThreatModel, threatInput } from '../threat/threat-model.ts';
import { threatOf } from '../threat/threat-presets.ts';
import { withHashes } from './gradients.ts';
import { type RemoteRequest, remoteOptions } from './remote.ts';
import { misfit } from './schema-error.ts';

/** The data, the budget and the input's form: what `gibbon audit` and `gibbon attack` share. Whatever is absent has the command line's default. */
export interface AuditRequest extends Partial<Omit<DataSpec, 'path' | 'table' | 'arrays' | 'as'>> {
  /** Labelled data: a folder by class, an array file, a table, … (docs/data.md). Absent only with no model: then the shipped pair is audited. */
  readonly data?: string | undefined;
  /** Audit this many examples, stratified by class and seeded. */
  readonly n?: number | undefined;
  /** Audit the first so many in file order instead. */
  readonly first?: number | undefined;
  /** Largest perturbation, in input units before normalisation: 0.3 or '8/255'. */
  readonly epsilon?: string | number | undefined;
  readonly norm?: NumericMetric | undefined;
  /** Who attacks: a preset's name, or what differs from it or from the strongest attacker, who is assumed when absent (docs/threat-model.md). */
  readonly threat?: ThreatInput | undefined;
  /** Seed of everything random; 0. */
  readonly seed?: number | undefined;
  /** How the model wants its input, where that should not be guessed from the labels. */
  readonly preprocessing?: PreprocessingFlags | undefined;
  /** How gradients are taken where models hide them: draws of random layers, stand-ins, or none (docs/masked-gradients.md). */
  readonly gradients?: GradientSettings | undefined;
  /** Rows per graph run. */
  readonly batch?: number | undefined;
  /** Ids of checks or categories to run (all when absent), to leave out, and parameters by check id. */
  readonly checks?: AuditOptions['checks'];
  /** Attributes whose groups are compared: columns of the table (`age>=25` cuts a number in two), or a file with one group per example. */
  readonly groups?: AuditOptions['groups'];
  /** Examples that the model was trained on, and others of the same kind that it was not: for membership inference. */
  readonly members?: DataSpec | undefined;
  readonly nonMembers?: DataSpec | undefined;
  /** ONNX file of a second model for the same task, whose adversarial examples may carry over. */
  readonly surrogate?: string | undefined;
  /** SHA-256 that the model file was sealed with. */
  readonly seal?: string | undefined;
  /** Models behind addresses (docs/remote.md): what is sent, where the answer stands, and how they are asked. */
  readonly remote?: RemoteRequest | undefined;
  /** What a check may spend at most. */
  readonly budgets?: AuditOptions['budgets'];
  /** Rules that the result must keep, by name: `{ 'evasion.robustAccuracy': ['error', { min: 0.4 }] }` (docs/gates.md). */
  readonly gates?: GateRules | undefined;
  /** result.json of an earlier audit: by itself it brings the rule that no loss of accuracy may be shown. */
  readonly baseline?: string | undefined;
}

/** The model and data that ship with the package. */
const shipped = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const DEMO = {
  models: [
    { path: shipped('../../models/mnist-natural.onnx'), name: 'mnist-natural' },
    { path: shipped('../../models/mnist-adversarial.onnx'), name: 'mnist-adversarial' },
  ],
  data: { path: shipped('../demo/mnist-t10k-images-idx3-ubyte'), labels: shipped('../demo/mnist-t10k-labels-idx1-ubyte') },
  dataName: 'MNIST, first 1 000 test images (shipped with Gibbon)',
};

/** What the shipped pair was trained with: nothing to guess. */
const DEMO_SCALE: PreprocessingFlags = { mean: [0], std: [1] };

export type Resolved = Omit<AuditOptions, 'preset' | 'folder' | 'only' | 'threads' | 'journal' | 'build'>;

/** From a request to options. Without a model the shipped pair is audited. @throws GibbonError E_USAGE, E_FILE_NOT_FOUND */
export function resolved(models: readonly string[], request: AuditRequest): Resolved {
  const { data: path, n, first, seed = 0, batch, ...rest } = request;
  const { norm, epsilon, preprocessing } = capabilityOf(request);
  assertBudget(epsilon);
  const { checks, groups, members, nonMembers, surrogate, seal } = request;
  const { remote, budgets } = remoteOptions(models, request);
  assertThere([...(request.gradients?.standIns ?? []).map(({ file }) => file), surrogate, members?.path, nonMembers?.path, groups?.file]);
  const gradients = request.gradients && withHashes(request.gradients);
  const extra = { checks, gradients, groups, members, nonMembers, surrogate, seal, budgets, remote };
  const common = { flags: preprocessing, n, first, epsilon, norm, seed, batch, threat: threatFor(request.threat), ...extra };
  if (models.length === 0) {
    if (path !== undefined)
      throw new GibbonError('E_USAGE', 'data is given, but no model', { hint: 'gibbon audit model.onnx --data ./images' });
    return { ...DEMO, ...common, flags: { ...DEMO_SCALE, ...preprocessing } };
  }
  if (path === undefined) {
    throw new GibbonError('E_USAGE', 'which data? An audit needs labelled examples', {
      hint: 'Add --data with a folder of images by class, a table, texts, an IDX, CIFAR, NPY or NPZ file. See `gibbon audit --help`.',
    });
  }
  assertThere(
    models.filter((model) => !isAddress(model)),
    'Give the path of an .onnx file or of a Hugging Face folder.',
  );
  return { ...common, models: models.map((model, i) => ({ path: model, name: nameOf(models, model, i) })), data: dataSpec(path, rest) };
}

/** @throws GibbonError E_USAGE naming what is wrong */
function threatFor(given: ThreatInput | undefined): ThreatModel {
  if (given === undefined) return threatOf(undefined);
  const checked = threatInput.safeParse(given);
  if (checked.success) return threatOf(checked.data);
  const { message, hint } = misfit(checked.error, threatInput, given);
  throw new GibbonError('E_USAGE', `the threat model: ${message}`, {
    hint: hint ?? 'docs/threat-model.md shows what it may say.',
    cause: checked.error,
  });
}

/** Norm, epsilon and columns that stay: what the request says itself, else what its threat model says of the attacker. */
function capabilityOf({ threat, norm, epsilon, preprocessing = {} }: AuditRequest) {
  const said = typeof threat === 'object' ? (threat.capability ?? {}) : {};
  const own = norm ?? said.norm ?? 'linf';
  // A size in another norm means nothing in this one.
  const size = epsilon ?? (said.norm === undefined || said.norm === own ? said.epsilon : undefined);
  const immutable = preprocessing.immutable ?? said.immutable;
  return {
    norm: own,
    epsilon: size === undefined ? undefined : String(size),
    preprocessing: immutable === undefined ? preprocessing : { ...preprocessing, immutable },
  };
}

/** @throws GibbonError E_FILE_NOT_FOUND */
function assertThere(
  paths: readonly (string | undefined)[],
  hint = 'Check the path; it is relative to the folder where the command runs.',
): void {
  for (const path of paths) {
    if (path === undefined || existsSync(path)) continue;
    throw new GibbonError('E_FILE_NOT_FOUND', `there is no file ${path}`, { hint });
  }
}

function assertBudget(epsilon: string | undefined): void {
  if (epsilon === undefined || parseEpsilon(epsilon).value !== 0) return;
  throw new GibbonError('E_USAGE', 'epsilon 0 leaves an attacker nothing to change', {
    hint: 'Give a budget above 0: --epsilon 0.3 or --epsilon 8/255. Without --epsilon the usual one for this kind of data is taken.',
  });
}

function dataSpec(path: string, { labels, classes, textColumn, labelColumn }: Partial<DataSpec>): DataSpec {
  return {
    path,
    ...(labels === undefined ? {} : { labels }),
    ...(classes === undefined ? {} : { classes }),
    ...(textColumn === undefined ? {} : { textColumn }),
    ...(labelColumn === undefined ? {} : { labelColumn }),
  };
}

/** Names of files without their extension, or of folders, numbered where two are alike. */
function nameOf(models: readonly string[], path: string, at: number): string {
  const plain = (one: string): string => (isAddress(one) ? addressName(one) : basename(resolve(one)).replace(/\.(onnx|ort|pb)$/i, ''));
  return models.some((other, i) => i !== at && plain(other) === plain(path)) ? `${plain(path)}-${at + 1}` : plain(path);
}

/** Host and path of an address, as a name of files. */
function addressName(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`.replaceAll(/[^\w.]+/g, '-').replaceAll(/^[-.]+|[-.]+$/g, '');
}
