/** What an attack is: metadata, parameters with one named reference's defaults, and a run over samples. Attacks only propose; the judge decides. */
import type * as z from 'zod';
import { GibbonError } from '../base/errors.ts';
import type { Modality } from '../data/dataset.ts';
import type { Cost, Target } from '../model/target.ts';
import type { Teacher } from '../model/teacher.ts';
import type { Norm } from '../threat/ball.ts';
import { isNumeric, type Metric, type NumericMetric } from '../threat/metric.ts';

/** One example under attack: its row before normalisation, and its true label. */
export interface AttackSample {
  /** Position in the data set; random numbers are keyed by it. */
  readonly index: number;
  readonly x: Float32Array;
  readonly label: number;
}

/** What one of several attacks that ran in turn spent on an example. */
export interface Stage {
  readonly attack: string;
  readonly queries: number;
  readonly gradients: number;
}

/** A transform of a whole input by the names of its parameters. */
export type Transform = Readonly<Record<string, number | string>>;

/** What an attack found for one example. */
export interface Proposal {
  readonly index: number;
  /** The candidate to judge; undefined where the attack has none (a decision-based attack that found no starting point). */
  readonly candidate: Float32Array | undefined;
  readonly queries: number;
  readonly gradients: number;
  /** Questions that were asked once for all examples, before any was attacked (`queries` leaves them out): each alone would have cost them, and all together cost no more. */
  readonly training?: number;
  /** Questions until the first point that fooled the model, where the attack asked on to make it a better one. */
  readonly firstSuccess?: number;
  /** The class that a targeted attack wanted; the judge then asks for it and no other. */
  readonly goal?: number;
  /** What an attack that transforms the whole input did to it: degrees and pixels, or the kind of change and its strength. */
  readonly transform?: Transform;
  /** The gradient at the first step, where one was taken. */
  readonly slope?: 'ok' | 'zero' | 'not-finite';
  /** An attack made of several: those that tried this example, in turn; only the last can have broken it. */
  readonly stages?: readonly Stage[];
}

/** The most that an example can cost, and what is asked once for all of them. */
export interface Most extends Cost {
  readonly training?: number;
}

export interface AttackContext<P, M extends Metric = Norm> {
  readonly target: Target;
  readonly params: P;
  readonly norm: M;
  /** Radius of the ball, in input units, or number of edits; a minimal-norm attack uses it only to stop early. */
  readonly epsilon: number;
  readonly seed: number;
  /** Rows per graph run. */
  readonly batch: number;
  readonly signal?: AbortSignal | undefined;
  /** Examples that a label-only attack may start or learn from; the same for every shard of an audit. The attacked ones when absent. */
  readonly starts?: readonly AttackSample[] | undefined;
  /** The network that the model may have been fine-tuned from. */
  readonly teacher?: Teacher | undefined;
  /** Called after every graph run: the worker is alive. */
  readonly onStep?: (() => void) | undefined;
  /** Called as work is done, with how many examples' worth (parts of one for one of several restarts): the sum ends at the number of examples. */
  readonly onProgress?: ((finished: number) => void) | undefined;
  /** Called with every finished example, so that a killed worker loses nothing. */
  readonly onProposal?: ((proposal: Proposal) => void) | undefined;
}

export interface Attack {
  readonly id: string;
  readonly name: string;
  /** arXiv number or citation. */
  readonly paper: string;
  readonly summary: string;
  /** What the attacker must know of the model. */
  readonly knowledge: 'gradients' | 'scores' | 'labels' | 'nothing';
  readonly norms: readonly Metric[];
  /** `budget`: the strongest point within epsilon; `minimal`: the nearest point that fools the model. */
  readonly aim: 'budget' | 'minimal';
  /** Kinds of data that it suits; all that its norms fit when absent. */
  readonly modalities?: readonly Modality[];
  /** Learns from examples that it asks the model about before it attacks any (`AttackContext.starts`). */
  readonly learns?: boolean;
  /** Works on a second network, which it needs (`AttackContext.teacher`). */
  readonly takesTeacher?: boolean;
  readonly params: z.ZodObject;
  /** The most that an example can cost on a model with so many classes, in this norm, where steps times restarts, or `maxQueries`, do not tell. */
  most?(params: Record<string, unknown>, classes: number, norm: Metric): Most;
  run(context: AttackContext<Record<string, unknown>, Metric>, samples: readonly AttackSample[]): Promise<Proposal[]>;
}

type Spec<S extends z.ZodObject, M extends Metric> = Omit<Attack, 'params' | 'norms' | 'most' | 'run'> & {
  readonly params: S;
  readonly norms: readonly M[];
  most?(params: z.infer<S>, classes: number, norm: Metric): Most;
  run(context: AttackContext<z.infer<S>, M>, samples: readonly AttackSample[]): Promise<Proposal[]>;
};

/** Declares an attack on numbers; its parameters arrive parsed and typed, and so does one of its norms. */
export function defineAttack<S extends z.ZodObject, const N extends NumericMetric>(spec: Spec<S, N>): Attack {
  return declared(spec, (metric) => {
    const own = spec.norms.find((one) => one === metric);
    if (own) return own;
    if (isNumeric(metric)) {
      throw new GibbonError('E_NOT_APPLICABLE', `${spec.name} has no ${metric} form`, { hint: `It knows ${spec.norms.join(', ')}.` });
    }
    throw new GibbonError('E_NOT_APPLICABLE', `${spec.name} changes numbers, not text`, {
      hint: '`gibbon list` shows which attacks know edits.',
    });
  });
}

/** Declares an attack on text. */
export function defineTextAttack<S extends z.ZodObject>(spec: Spec<S, 'edits'>): Attack {
  return declared(spec, (metric) => {
    if (metric === 'edits') return metric;
    throw new GibbonError('E_NOT_APPLICABLE', `${spec.name} changes text, not numbers`, {
      hint: '`gibbon list` shows which attacks know this norm.',
    });
  });
}

function declared<S extends z.ZodObject, M extends Metric>({ most, ...spec }: Spec<S, M>, narrow: (metric: Metric) => M): Attack {
  return {
    ...spec,
    ...(most && { most: (params, classes, norm) => most(spec.params.parse(params) as z.infer<S>, classes, norm) }),
    run: async (context, samples) =>
      spec.run({ ...context, norm: narrow(context.norm), params: spec.params.parse(context.params) as z.infer<S> }, samples),
  };
}
