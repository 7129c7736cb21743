/**
 * The search for the constant c that weighs the model's error against the distance (Carlini & Wagner, arXiv:1608.04644, sections V and VI), as C&W and EAD
 * share it: rounds of steps, each with its own c, ten times larger until one fools the model and then by halving. Every row is at its own place.
 */
import * as z from 'zod';
import type { GradientBuilder } from '../model/target.ts';
import type { Value } from '../onnx/graph.ts';

/** No distance, loss or constant is beyond it. */
export const FAR = 3e38;
/** Checks of the loss in a round. */
const CHECKS = 10;
/** A round goes on as long as each check finds the lowest loss so far below this share of what it was at the check before. */
const PROGRESS = 0.9999;
/** From this many rounds on, the last one takes the smallest constant that has fooled the model once more. */
const MANY = 10;
const LARGEST = 1e10;

export const searchParams = z.object({
  searchSteps: z.int().min(1).default(9).describe('rounds, each with another constant that weighs success against distance'),
  steps: z.int().min(1).default(10_000).describe('most gradient steps in each round'),
  initialConst: z.number().positive().default(1e-3).describe('the first constant'),
  confidence: z
    .number()
    .min(0)
    .default(0)
    .describe('by how much the score of the wrong class must lead; more than 0 for examples that carry over to other models'),
  abortEarly: z.boolean().default(true).describe('end a round as soon as a tenth of its steps has brought no progress'),
});

export type ConstantSearch = Pick<z.infer<typeof searchParams>, 'searchSteps' | 'steps' | 'abortEarly'>;

/** The state of a row before its first step. */
export function searchFields(initialConst: number): Record<string, number> {
  return { constant: initialConst, lower: 0, upper: FAR, found: 0, step: 0, round: 0, lowest: FAR, checked: FAR };
}

type Fields = Pick<GradientBuilder, 'g' | 'row'>;

export interface Searched {
  /** Does the next step begin a new round? bool [B] */
  readonly isOver: Value;
  /** The state of the search; with `ended` after the last round. */
  readonly state: Record<string, Value>;
}

/** One step of the search: `fools` [B] says whether this step's point fools the model, `loss` [B] is what the round makes small. */
export function searchStep(b: Fields, { searchSteps, steps, abortEarly }: ConstantSearch, fools: Value, loss: Value): Searched {
  const { g } = b;
  const [step, round, checked] = ['step', 'round', 'checked'].map((name) => b.row(name, 'scalar')) as [Value, Value, Value];
  const lowest = g.min(b.row('lowest', 'scalar'), loss);
  const every = g.scalar(Math.ceil(steps / CHECKS));
  const isCheck = g.equal(step, g.mul(g.node('Floor', [g.div(step, every)]), every));
  const stalls = g.and(isCheck, g.not(g.less(lowest, g.mul(checked, g.scalar(PROGRESS)))));
  const isLast = g.equal(step, g.scalar(steps - 1));
  const isOver = abortEarly ? g.node('Or', [stalls, isLast]) : isLast;
  const found = g.max(b.row('found', 'scalar'), g.cast(fools, 'float32'));
  const one = g.scalar(1);
  const anew = (fresh: Value, next: Value): Value => g.where(isOver, fresh, next);
  return {
    isOver,
    state: {
      ...nextConstant(b, searchSteps, isOver, g.greater(found, g.scalar(0))),
      found: anew(g.scalar(0), found),
      step: anew(g.scalar(0), g.add(step, one)),
      round: anew(g.add(round, one), round),
      lowest: anew(g.scalar(FAR), lowest),
      checked: anew(g.scalar(FAR), g.where(isCheck, lowest, checked)),
      ended: g.and(isOver, g.equal(round, g.scalar(searchSteps - 1))),
    },
  };
}

/** Where a round is over: its constant becomes a bound, from above where it has fooled the model, and the next lies between the bounds or is ten times larger. */
function nextConstant(b: Fields, searchSteps: number, isOver: Value, found: Value): Record<string, Value> {
  const { g } = b;
  const [constant, before, above] = ['constant', 'lower', 'upper'].map((name) => b.row(name, 'scalar')) as [Value, Value, Value];
  const lower = g.where(g.and(isOver, g.not(found)), constant, before);
  const upper = g.where(g.and(isOver, found), constant, above);
  const between = g.mul(g.add(lower, g.min(upper, g.scalar(LARGEST))), g.scalar(0.5));
  const larger = g.mul(constant, g.scalar(10));
  const searched = g.where(g.less(upper, g.scalar(FAR)), between, larger);
  const beforeLast = g.equal(b.row('round', 'scalar'), g.scalar(searchSteps - 2));
  const next = searchSteps < MANY ? searched : g.where(beforeLast, g.min(upper, g.scalar(LARGEST)), searched);
  return { lower, upper, constant: g.where(isOver, next, constant) };
}
