/** What a check is: metadata, what it needs, and a function from shared artifacts to an outcome. It returns data; words with numbers are filled in later. */
import type * as z from 'zod';
import type { Modality } from '../../data/dataset.ts';
import type { RanEvasion } from '../artifacts.ts';
import type { Attackers } from '../attackers.ts';
import type { Certificates } from '../certificates/result.ts';
import type { Broken } from '../certificates/witness.ts';
import type { CheckResult } from '../check-result.ts';
import type { Detail } from '../details.ts';
import type { Scrutiny } from '../evidence/scrutiny.ts';
import type { Category, Finding } from '../finding.ts';
import type { Metric } from '../metric.ts';
import type { Reporter } from '../ports.ts';
import type { Sides } from '../sides.ts';
import type { CleanReply } from '../subject.ts';
import type { RowItem, RowReply, RowTask, SingleTask } from '../task.ts';
import type { CheckFacts } from './facts.ts';
import type { Need } from './needs.ts';

/** What several checks want, computed when the first of them asks, and once. */
export interface Artifacts {
  /** The untouched model's answers on the chosen examples. */
  clean(): Promise<readonly CleanReply[]>;
  /** The attacks that the threat model allows, on every chosen example that is classified correctly, with the curve over epsilon. */
  evasion(): Promise<RanEvasion>;
  /** What gradients are worth on a sample of the examples, and whether attacks that use them converge. */
  scrutiny(): Promise<Scrutiny>;
  /** Training examples and others, opened like the audited data; only where `members` are given (a check that needs them says so). */
  sides(): Promise<Sides>;
}

export interface CheckContext<P = Record<string, unknown>> extends CheckFacts {
  readonly params: P;
  readonly artifacts: Artifacts;
  readonly reporter: Reporter;
  /** Results of the checks that ran before this one on the same model. */
  readonly earlier?: readonly CheckResult[];
  /** Work on rows (examples), spread over the workers; each row's reply is kept in the run's journal and asked for once only. */
  rows<C, I extends RowItem, R extends RowReply>(task: RowTask<C, I, R>, common: C, items: readonly I[]): Promise<ReadonlyMap<number, R>>;
  /** One piece of work in one worker, journalled as a whole. */
  once<P2, R>(task: SingleTask<P2, R>, payload: P2): Promise<R>;
}

/** A finding before its words are filled in: `{name}` in title, text and meaning stands for that metric, `{name~}` for it with its interval and n. */
export type FindingDraft = Omit<Finding, 'category' | 'check' | 'tags'> & { readonly category?: Category };

export interface Outcome {
  readonly metrics?: Readonly<Record<string, Metric>>;
  readonly findings?: readonly FindingDraft[];
  readonly details?: readonly Detail[];
  /** What it proves about the model: it stands with the model in the result. */
  readonly certificates?: Certificates;
  /** What it broke itself, where the attacks of the audit are not asked. */
  readonly broken?: Broken;
  /** It ran, and cannot tell: why. */
  readonly undecided?: string;
  /** It turned out while running that it has nothing to say: why. */
  readonly notApplicable?: string;
}

export interface Check {
  /** Its file's name. */
  readonly id: string;
  readonly category: Category;
  /** As it passed, e.g. "Small perturbations rarely change its decision". */
  readonly title: string;
  /** As it failed or warned. */
  readonly failureTitle: string;
  /** Why anybody should care, in one or two sentences. */
  readonly why: string;
  /** Ids of standards, e.g. "NIST:NISTAML.022" (audit/standards.ts names them). */
  readonly tags: readonly string[];
  /** Names that its figures can have, so that a gate on any other is refused before the work; `*` stands for what data or parameters name (`tpr@fpr=0.01`, `accuracyGap.*`). */
  readonly figures: readonly string[];
  readonly needs: readonly Need[];
  /** Whose work it looks at: a threat model without such an attacker leaves it out. Always of interest when absent: what happens without any attacker. */
  readonly attackers?: Attackers;
  /** Kinds of data that it suits; all when absent. */
  readonly modalities?: readonly Modality[];
  /** Long work: left out of the quick preset, unless it is asked for by name. */
  readonly isSlow?: boolean;
  /** Its metrics and details are timings of this machine: they get a block of their own, and its findings' words hold no numbers. */
  readonly isTimed?: boolean;
  readonly params: z.ZodObject;
  /** Does it look at what the attacks found, with these parameters, so that they run for it? It does not when absent. */
  attacks?(facts: CheckFacts, params: Readonly<Record<string, unknown>>): boolean;
  /** Why it has nothing to say about this subject, where that is known before it runs. */
  applies?(facts: CheckFacts): string | undefined;
  run(context: CheckContext): Promise<Outcome>;
}

type Spec<S extends z.ZodObject> = Omit<Check, 'params' | 'attacks' | 'run'> & {
  readonly params: S;
  attacks?(facts: CheckFacts, params: z.infer<S>): boolean;
  run(context: CheckContext<z.infer<S>>): Promise<Outcome>;
};

/** Declares a check; its parameters arrive parsed and typed. @throws what `run` throws: the runner makes an error result of it */
export function defineCheck<S extends z.ZodObject>(spec: Spec<S>): Check {
  const { attacks, ...rest } = spec;
  const read = (given: Readonly<Record<string, unknown>>): z.infer<S> => spec.params.parse(given) as z.infer<S>;
  return {
    ...rest,
    ...(attacks && { attacks: (facts: CheckFacts, params) => attacks(facts, read(params)) }),
    run: (context) => spec.run({ ...context, params: read(context.params) }),
  };
}
