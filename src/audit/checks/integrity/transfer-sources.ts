/** Which other models stand in for the audited one: those given, those audited beside it, and a small one that is trained for it; and why one does not. */
import { basename } from 'node:path';
import { GibbonError, toGibbonError } from '../../../base/errors.ts';
import type { DataSpec } from '../../../data/dataset.ts';
import { openDataset } from '../../../data/open.ts';
import { bridgeBetween } from '../../../model/bridge.ts';
import { isAddress } from '../../../model/remote/endpoint.ts';
import { sizeOf } from '../../../onnx/tensor.ts';
import type { AuditOptions } from '../../options.ts';
import type { Preset } from '../../presets.ts';
import { classesBetween } from '../../same-classes.ts';
import type { FileSurrogate, SurrogateSpec } from '../../surrogates.ts';
import { lookAtSurrogate } from '../../tasks/look-at-surrogate.ts';
import { type Trained, type Training, trainSurrogate } from '../../tasks/train-surrogate.ts';
import type { CheckContext } from '../check.ts';

export interface Source {
  readonly name: string;
  /** Where it comes from, for people. */
  readonly origin: string;
  /** One network, or several together. */
  readonly specs: readonly SurrogateSpec[];
  readonly kind: 'trained' | 'file' | 'ensemble';
}

export interface Sources {
  readonly found: readonly Source[];
  /** What could not stand in, and why. */
  readonly absent: readonly { readonly name: string; readonly reason: string }[];
}

export interface TransferParams {
  readonly trained: boolean;
  readonly data?: string | undefined;
  readonly labels?: string | undefined;
  readonly steps: number;
}

export type Context = CheckContext<TransferParams>;

/** Models beside the audited one that are looked at. */
const MOST_OTHERS = 4;

/** @throws what ends the check: its budget, an abort */
export async function gatherSources(context: Context): Promise<Sources> {
  const found: Source[] = [];
  const absent: { name: string; reason: string }[] = [];
  const attempt = async (name: string, work: () => Promise<Source>): Promise<void> => {
    try {
      found.push(await work());
    } catch (thrown) {
      absent.push({ name, reason: reasonOf(thrown) });
    }
  };
  for (const { name, path, flags, origin } of others(context)) {
    await attempt(name, async () => ({ name, origin, kind: 'file', specs: [await lookAt(context, { name, path, flags })] }));
  }
  if (context.params.trained) await attempt(TRAINED, () => trained(context));
  const singles = found.flatMap(({ specs }) => specs);
  if (singles.length > 1)
    found.push({ name: 'ensemble', origin: `${listed(found.map(({ name }) => name))} together`, kind: 'ensemble', specs: singles });
  return { found, absent };
}

/** "a, b and c". */
const listed = (names: readonly string[]): string => [names.slice(0, -1).join(', '), ...names.slice(-1)].join(' and ');

/** Why a source cannot be used. @throws GibbonError E_ABORTED, E_BUDGET, and bugs: these are no reasons */
export function reasonOf(thrown: unknown): string {
  const error = toGibbonError(thrown);
  if (error.code === 'E_ABORTED' || error.code === 'E_BUDGET' || error.code === 'E_INTERNAL') throw error;
  return error.message;
}

interface Other {
  readonly name: string;
  readonly path: string;
  readonly flags: AuditOptions['flags'];
}

/** The user's flags say how the models that are audited together want their input; of a surrogate the labels decide. */
function others({ options, model }: Context): (Other & { origin: string })[] {
  const { models, surrogate, flags } = options;
  const beside = models.filter(({ path }) => path !== model.path && !isAddress(path)).slice(0, MOST_OTHERS);
  const { immutable, relations } = flags;
  return [
    ...(surrogate === undefined
      ? []
      : [
          {
            name: 'surrogate',
            path: surrogate,
            flags: { ...(immutable && { immutable }), ...(relations && { relations }) },
            origin: `${basename(surrogate)}, given as a second model`,
          },
        ]),
    ...beside.map(({ name, path }) => ({ name, path, flags, origin: 'audited beside it' })),
  ];
}

async function lookAt(context: Context, { name, path, flags }: Other): Promise<FileSurrogate> {
  const { once, subject, prepared, reporter, model } = context;
  reporter.phase(`${model.name}: looking at ${name}`, 1);
  // Stand-ins name values of the audited model.
  const { preprocessing: _, remote: __, gradients: ___, ...rest } = subject;
  const unread = { ...rest, model: path, flags };
  const look = await once(lookAtSurrogate, { subject: unread });
  if (look.contents === (prepared.contents ?? prepared.sha256)) throw notApplicable('it is the audited model itself');
  const bridge = bridgeBetween(subject.preprocessing, look.preprocessing);
  if ('reason' in bridge) throw notApplicable(bridge.reason);
  const { classes, classNames } = prepared.data;
  const same = classesBetween({ labels: prepared.labels, classes, classNames }, look);
  if ('reason' in same) throw notApplicable(same.reason);
  if (look.unsupported.length > 0) throw notApplicable(`it gives no gradients: ${look.unsupported.join(', ')}`);
  const [layer] = look.random ?? [];
  if (layer !== undefined) throw notApplicable(`it answers at random (${layer}): export it for inference`);
  return { kind: 'file', name, subject: { ...unread, contents: look.contents, preprocessing: look.preprocessing }, classes: same.classes };
}

const notApplicable = (reason: string): GibbonError => new GibbonError('E_NOT_APPLICABLE', reason);

export const TRAINED = 'trained';

/** Multiply-adds of the training, gradients included: some two, eight and thirty seconds of one core. */
const BUDGETS: Readonly<Record<Preset, number>> = { quick: 1.5e10, standard: 7e10, thorough: 3e11 };
/** Fewer examples than this, or than so many for each class, teach a network next to nothing. */
const LEAST = 100;
const LEAST_PER_CLASS = 5;
/** The surrogate's own adversary, in parts of epsilon. */
const INNER_EPSILON = 2 / 3;

/** Models of one run share what they may share: same data, same examples, same form of the input. */
const shared = new WeakMap<AuditOptions, Map<string, Trained>>();

async function trained(context: Context): Promise<Source> {
  const { options, prepared, subject, once, reporter, model } = context;
  const { classes, classNames } = prepared.data;
  const examples = await examplesFor(context);
  reporter.phase(`${model.name}: training a surrogate`, 1);
  const order: Training = {
    subject: { ...subject, ...examples.contents },
    from: examples.from,
    rest: examples.rest,
    classes,
    classNames,
    budget: BUDGETS[options.preset],
    adversary: adversaryFor(context),
  };
  const known = shared.get(options) ?? new Map<string, Trained>();
  shared.set(options, known);
  const { model: _, contents: __, ...form } = order.subject;
  const key = JSON.stringify({ ...order, subject: form });
  const made = known.get(key) ?? (await once(trainSurrogate, order));
  known.set(key, made);
  const { plan, weights, sha256, n, of } = made;
  const origin = `trained here on ${n}${n < of ? ` of ${of}` : ''} ${examples.origin}, without a question to any model`;
  return { name: TRAINED, origin, kind: 'trained', specs: [{ kind: 'trained', name: TRAINED, plan, weights, sha256 }] };
}

interface Examples {
  readonly from: Training['from'];
  readonly rest: Training['rest'];
  readonly origin: string;
  readonly contents: { readonly contents?: string };
}

/** @throws GibbonError E_NOT_APPLICABLE where there is too little */
async function examplesFor({ options, params, prepared, chosen, subject }: Context): Promise<Examples> {
  const least = Math.max(LEAST, LEAST_PER_CLASS * prepared.data.classes);
  const taken = new Set(chosen);
  const rest = prepared.labels.flatMap((label, index) => (taken.has(index) ? [] : [{ index, label }]));
  const given: DataSpec | undefined =
    params.data === undefined ? undefined : { path: params.data, ...(params.labels !== undefined && { labels: params.labels }) };
  const data = given ?? (rest.length < least ? options.members : undefined);
  if (data) {
    const { path: _, labels: __, ...how } = subject.data;
    const spec: DataSpec = { ...how, ...data };
    const from = { data: spec, sha256: await (await openDataset(spec)).hash() };
    return { from, rest: [], origin: given ? 'other examples that were given' : 'training examples that were given', contents: {} };
  }
  if (rest.length >= least) return { from: undefined, rest, origin: 'examples of the data that are not audited', contents: {} };
  throw notApplicable(
    `${rest.length} examples of the data are not audited, and a surrogate needs at least ${least}: audit fewer (--n), or give others (--set transfer.data=PATH, --members)`,
  );
}

/** A little robustness makes a surrogate's examples carry over; where values have no range there is none to train with. */
function adversaryFor({ options, epsilon, subject }: Context): Training['adversary'] {
  const { modality, shape } = subject.preprocessing;
  const range = ({ image: [0, 1], waveform: [-1, 1] } as const)[modality as 'image' | 'waveform'];
  if (!range) return null;
  const power = { linf: 0, l2: 1 / 2, l1: 1, l0: 0, edits: 0 }[options.norm];
  // The Linf ball that reaches as far as the ball's own longest diagonal.
  return { epsilon: (INNER_EPSILON * epsilon.value) / sizeOf(shape) ** power, range };
}
