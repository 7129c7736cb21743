/** How thorough an audit is: which attacks run with which parameters, on how many examples. */
import type { Modality } from '../data/dataset.ts';
import type { Metric } from '../threat/metric.ts';
import type { Knowledge } from '../threat/threat-model.ts';

export const PRESETS = ['quick', 'standard', 'thorough'] as const;
export type Preset = (typeof PRESETS)[number];

export interface PlannedAttack {
  readonly id: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** At most this many examples (the first of those audited); all when absent. */
  readonly limit?: number;
  /** Only where a row is at most this long: query attacks on large inputs cost hours. */
  readonly maxSize?: number;
}

export interface Plan {
  /** Examples, unless the user says how many. */
  readonly n: number;
  /** The same where only queries are possible, which cost far more per example, and the questions that each may then take. */
  readonly queried: { readonly n: number; readonly maxQueries: number };
  readonly attacks: readonly PlannedAttack[];
  /** Attacks on text, which only asks for scores; examples are as many as where only queries are possible. */
  readonly text: readonly PlannedAttack[];
  /** Points of the robust-accuracy curve, as multiples of epsilon. */
  readonly curve: readonly number[];
  readonly curveSteps: number;
  /** How the attacks themselves are examined: gradients on so many examples, further attacks on so many, with so many questions for each where scores are asked for. */
  readonly evidence: {
    readonly probes: number;
    readonly n: number;
    readonly maxQueries: number;
    /** Where a row is at most this long, scores are asked about everything that withstood, with so many questions each. */
    readonly whole?: { readonly maxSize: number; readonly maxQueries: number };
  };
}

const NOISE: PlannedAttack = { id: 'uniform-noise', params: { repeats: 1 } };
const EDITS: PlannedAttack = { id: 'random-edits', params: { repeats: 1 } };
const FGSM: PlannedAttack = { id: 'fgsm', params: {} };

/** Cheap attacks first; every attack runs on all examples that are classified correctly, so that its own figure stands for itself. */
export const PLANS: Readonly<Record<Preset, Plan>> = {
  quick: {
    n: 200,
    queried: { n: 50, maxQueries: 1000 },
    attacks: [NOISE, FGSM, { id: 'pgd', params: { steps: 20 } }, { id: 'pgd', params: { steps: 20, loss: 'margin' } }],
    text: [EDITS, { id: 'charmer', params: { positions: 1 } }],
    curve: [0.25, 0.5, 1, 1.5],
    curveSteps: 10,
    evidence: { probes: 50, n: 20, maxQueries: 500 },
  },
  standard: {
    n: 500,
    queried: { n: 100, maxQueries: 4000 },
    attacks: [
      NOISE,
      { id: 'gaussian-noise', params: { repeats: 1 } },
      FGSM,
      { id: 'pgd', params: { restarts: 5 } },
      { id: 'pgd', params: { loss: 'margin', restarts: 2 } },
      { id: 'hop-skip-jump', params: { maxQueries: 5000 }, limit: 20, maxSize: 4096 },
    ],
    text: [EDITS, { id: 'charmer', params: { positions: 5 } }],
    curve: [0.125, 0.25, 0.375, 0.5, 0.75, 1, 1.25, 1.5],
    curveSteps: 20,
    evidence: { probes: 100, n: 50, maxQueries: 1000, whole: { maxSize: 4096, maxQueries: 2000 } },
  },
  thorough: {
    n: 1000,
    queried: { n: 500, maxQueries: 10000 },
    attacks: [
      NOISE,
      { id: 'uniform-noise', params: { repeats: 100 } },
      { id: 'gaussian-noise', params: { repeats: 100 } },
      FGSM,
      { id: 'pgd', params: { steps: 100, restarts: 5 } },
      { id: 'pgd', params: { steps: 100, restarts: 5, loss: 'margin' } },
      { id: 'auto', params: {}, maxSize: 4096 },
      { id: 'hop-skip-jump', params: { maxQueries: 10000 }, limit: 50, maxSize: 4096 },
    ],
    text: [EDITS, { id: 'random-edits', params: { repeats: 100 } }, { id: 'charmer', params: { positions: 20 } }],
    curve: [0.0625, 0.125, 0.1875, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1, 1.125, 1.25, 1.5, 2],
    curveSteps: 40,
    evidence: { probes: 200, n: 200, maxQueries: 5000, whole: { maxSize: 4096, maxQueries: 5000 } },
  },
};

/** The same plan for text. */
export function onText({ queried, text, ...plan }: Plan): Plan {
  return { ...plan, queried, text, n: Math.min(plan.n, queried.n), attacks: text };
}

export interface Queried {
  readonly modality: Modality;
  readonly norm: Metric;
}

/** The attack that asks for scores, by what it suits: squares of a picture, or any elements of a row. */
export function scoreAttack({ modality, norm }: Queried): 'square' | 'cube' {
  return modality === 'image' && norm !== 'l1' ? 'square' : 'cube';
}

/** Points of the curve where every one costs thousands of questions. */
const COARSE = [0.25, 0.5, 1, 1.5];

/** The same plan for whoever sees scores: what gradient attacks would have told has to be asked for, on every example. */
export function withScores(plan: Plan, knowledgeOf: (id: string) => string, kind: Queried): Plan {
  const { queried, attacks } = plan;
  const params = { maxQueries: queried.maxQueries };
  const left = attacks.filter(({ id }) => knowledgeOf(id) === 'nothing');
  const byLabels = { id: 'hop-skip-jump', params, limit: queried.n };
  return { ...asking(plan, kind), attacks: [...left, { id: scoreAttack(kind), params }, byLabels] };
}

/** The same plan for whoever sees decisions only. Its curve ends at epsilon: nothing is tried beyond. */
export function withLabels(plan: Plan, knowledgeOf: (id: string) => string, kind: Queried): Plan {
  const { queried, attacks, curve } = plan;
  const left = attacks.filter(({ id }) => knowledgeOf(id) === 'nothing');
  const byLabels = { id: 'hop-skip-jump', params: { maxQueries: queried.maxQueries } };
  return { ...asking(plan, kind), curve: curve.filter((factor) => factor <= 1), attacks: [...left, byLabels] };
}

/** The same plan for whoever sees nothing: random noise. */
export function withNothing(plan: Plan, knowledgeOf: (id: string) => string): Plan {
  return { ...plan, attacks: plan.attacks.filter(({ id }) => knowledgeOf(id) === 'nothing') };
}

/** Questions cost more than gradients: fewer examples, and fewer points of the curve. Models of tables answer so fast that all can be asked about. */
function asking({ n, queried, curve, ...plan }: Plan, { modality }: Queried): Plan {
  if (modality === 'table') return { ...plan, n, queried, curve };
  return { ...plan, n: Math.min(n, queried.n), queried, curve: curve.filter((factor) => COARSE.includes(factor)) };
}

/** The same plan for models with random layers: the version of the ensemble that its authors have for them. */
export function onRandomness({ attacks, ...plan }: Plan): Plan {
  return { ...plan, attacks: attacks.map((one) => (one.id === 'auto' ? { ...one, params: { ...one.params, variant: 'rand' } } : one)) };
}

/**
 * The same plan where few elements may change as far as they like: gradients lead to near examples, and of pictures scores tell which pixels. No curve:
 * there is nothing between one element and the next.
 */
export function onElements({ queried, ...plan }: Plan, knowledge: Knowledge): Plan {
  const generations = Math.max(1, Math.floor(queried.maxQueries / POPULATION) - 1);
  const byScores = { id: 'one-pixel', params: { population: POPULATION, generations }, limit: queried.n };
  const attacks: Readonly<Record<Knowledge, readonly PlannedAttack[]>> = {
    gradients: [{ id: 'fmn', params: {} }],
    scores: [byScores],
    labels: [],
    nothing: [],
  };
  return { ...plan, queried, attacks: attacks[knowledge], curve: [] };
}

/** Fewer candidates than by default, and so more generations. */
const POPULATION = 100;

/** The same plan for rows of a table: whole numbers mislead gradients, a search by scores keeps to them. */
export function onTables({ attacks, ...plan }: Plan): Plan {
  return { ...plan, attacks: [...attacks, { id: 'cube', params: { maxQueries: plan.queried.maxQueries } }] };
}
