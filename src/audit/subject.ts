/** What is audited, as plain JSON that any process can open again: a model file, its data, and how the one becomes the input of the other. */
import type { Stage, Transform } from '../attacks/attack.ts';
import type { DataSpec, Modality } from '../data/dataset.ts';
import type { Grouping } from '../data/group-expression.ts';
import type { GroupSpec } from '../data/groups.ts';
import type { TableSpec } from '../data/table.ts';
import type { GradientSettings } from '../model/gradient-settings.ts';
import type { PreprocessingFlags } from '../model/guess.ts';
import type { Preprocessing } from '../model/preprocessing.ts';
import type { Endpoint, EndpointRequest, Manner } from '../model/remote/endpoint.ts';
import { DRAWS } from '../model/target.ts';
import type { Tried } from '../model/unclear.ts';
import type { Metric } from '../threat/metric.ts';
import type { PortText } from './port-text.ts';
import type { ExampleImages } from './result.ts';

/** A model behind an address. */
export interface RemoteSpec {
  /** What the user says of it. */
  readonly given: EndpointRequest;
  /** How it is asked: of no concern to what it answers. */
  readonly manner: Manner;
  /** What the first look settled. */
  readonly endpoint?: Endpoint | undefined;
}

export interface SubjectSpec {
  /** A file, a folder, or an address. */
  readonly model: string;
  /** Where it is an address. */
  readonly remote?: RemoteSpec | undefined;
  readonly data: DataSpec;
  readonly flags: PreprocessingFlags;
  /** How gradients are taken where the model hides them. */
  readonly gradients?: GradientSettings | undefined;
  /** Threads inside one operator. */
  readonly threads: number;
  readonly seed: number;
}

/** What the first look is asked for. Groups are no part of a subject: what workers compute of it does not depend on them. */
export interface LookOrder extends SubjectSpec {
  readonly groups?: GroupSpec | undefined;
}

/** What a first look at the subject found. */
export interface Prepared {
  readonly sha256: string;
  /** The same over the weight files beside the model, too: what results depend on. Equal where there are none. */
  readonly contents?: string;
  readonly bytes: number;
  readonly parameters: number;
  readonly input: PortText;
  readonly output: PortText;
  readonly preprocessing: Preprocessing;
  readonly source: 'flags' | 'model' | 'guessed' | 'default';
  readonly tried: readonly Tried[];
  /** Other readings of the input that fit the labels as well. */
  readonly rivals: readonly string[];
  /** Operators without gradients; empty when gradient attacks apply. */
  readonly unsupported: readonly string[];
  /** Operators whose gradient is replaced, e.g. "Round (straight-through)". */
  readonly masked: readonly string[];
  /** Nodes whose output is random in every run, e.g. "RandomNormalLike noise/add". */
  readonly random?: readonly string[];
  readonly data: {
    readonly sha256: string;
    readonly modality: Modality;
    readonly length: number;
    readonly classes: number;
    readonly classNames: readonly string[] | null;
    /** How labels were matched with outputs, and what was ignored. */
    readonly notes: readonly string[];
  };
  /** The right class of every sample of the data set. */
  readonly labels: readonly number[];
  /** Groups that the examples belong to, by attribute: `of[index]` names the group of an example, null where it is unknown. */
  readonly groups?: readonly Grouping[];
  /** What the model answered on some of them, under this preprocessing. */
  readonly answers: readonly CleanReply[];
  /** Tables: what each column is. */
  readonly table?: TableSpec;
  /** Several inputs: the arrays that fill them. */
  readonly arrays?: readonly string[];
  /** How the endpoint is asked, where the model is behind one. */
  readonly endpoint?: Endpoint;
}

/** A prepared subject: enough for any worker to attack it. */
export interface Subject extends SubjectSpec {
  readonly preprocessing: Preprocessing;
  /** Hashes of model and data where these are others than the audited ones: the journal knows results by them. */
  readonly contents?: string;
}

/** The subject of a prepared audit: data is opened again as what the first look found it to be. */
export function subjectOf(
  { gradients, ...spec }: SubjectSpec,
  { preprocessing, table, arrays, endpoint, random = [] }: Pick<Prepared, 'preprocessing' | 'table' | 'arrays' | 'endpoint' | 'random'>,
): Subject {
  const how = gradients && settled(gradients, random.length > 0);
  const as = preprocessing.modality === 'text' ? ({ as: 'text' } as const) : {};
  const remote = spec.remote && endpoint && { remote: { ...spec.remote, endpoint } };
  const data = { ...spec.data, ...as, ...(table && { table }), ...(arrays && { arrays }) };
  return { ...spec, ...(how && { gradients: how }), ...remote, data, preprocessing };
}

/** The settings that make a difference: draws, which the journal would tell apart, are nothing to a model that draws nothing. */
function settled({ draws, ...others }: GradientSettings, isRandom: boolean): GradientSettings | undefined {
  const settings = { ...others, ...(isRandom && draws !== undefined && draws !== DRAWS && { draws }) };
  return Object.values(settings).some((one) => one !== undefined) ? settings : undefined;
}

/** A network that the subject's may have been fine-tuned from. */
export interface TeacherSpec {
  readonly model: string;
  /** Hash of its file and of the weights beside it. */
  readonly contents: string;
}

/** One attack on one subject, as asked of a worker. */
export interface AttackOrder {
  readonly subject: Subject;
  readonly items: readonly { readonly index: number; readonly label: number }[];
  readonly attack: {
    readonly id: string;
    readonly params: Readonly<Record<string, unknown>>;
    readonly norm: Metric;
    readonly epsilon: number;
    /** Other random numbers than those of the audit's seed, for restarts beyond the plan's. */
    readonly seed?: number;
  };
  /** Examples that label-only attacks may start from: the same whatever the shard. */
  readonly starts: readonly { readonly index: number; readonly label: number }[];
  /** A second network, for attacks that take one. */
  readonly teacher?: TeacherSpec | undefined;
  /** Rows per graph run; chosen from the input size where absent. */
  readonly batch?: number | undefined;
  /** Path prefix of the files that keep the adversarial inputs (`<prefix>-<first index>.npz` with `index`, `label`, `x`), if any. */
  readonly save?: string | undefined;
}

/** What came of one example. */
export interface AttackReply {
  readonly index: number;
  /** Did the judge find it fooled, on float32? */
  readonly broken: boolean;
  readonly label: number;
  readonly confidence: number;
  readonly distances: {
    readonly l0: number;
    readonly l1: number;
    readonly l2: number;
    readonly linf: number;
    readonly ssim: number | null;
    readonly edits?: number;
    readonly editShare?: number;
  } | null;
  /** Still fooled after rounding to 8 bits inside the ball; null where the data is not images. */
  readonly broken8bit: boolean | null;
  readonly queries: number;
  readonly gradients: number;
  readonly transform?: Transform;
  /** Questions asked once for all examples, beside those of each. */
  readonly training?: number;
  readonly slope?: 'ok' | 'zero' | 'not-finite';
  /** Questions until the first point that fooled the model, where the attack asked on after it. */
  readonly firstSuccess?: number;
  /** An attack made of several: those that tried this example, in turn; only the last can have broken it. */
  readonly stages?: readonly Stage[];
}

export interface CleanReply {
  readonly index: number;
  readonly id: string;
  readonly label: number;
  readonly confidence: number;
}

export interface PictureOrder {
  readonly subject: Subject;
  readonly items: readonly { readonly index: number; readonly saved: readonly string[] }[];
  /** Where to write the adversarial PNGs; nowhere when absent. */
  readonly folder?: string | undefined;
  readonly norm: Metric;
  readonly epsilon: number;
}

export interface PictureReply {
  readonly index: number;
  readonly original: string | null;
  readonly difference: string | null;
  readonly adversarialImage: string | null;
  readonly amplification: number | null;
  readonly series: { original: number[][]; perturbation: number[][] } | null;
  readonly sound?: NonNullable<ExampleImages['sound']>;
  readonly text?: NonNullable<ExampleImages['text']>;
  readonly changes?: NonNullable<ExampleImages['changes']>;
}
