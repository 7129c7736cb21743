/** One step of Auto-PGD in L1 (Croce & Hein, arXiv:2103.01208, algorithm 1 and section 3) with all its bookkeeping in the graph: sparse steps, as sparse as the best point so far asks for, in balls that shrink to epsilon. */
import * as z from 'zod';
import type { GradientBuilder } from '../../model/target.ts';
import type { Value } from '../../onnx/graph.ts';
import { normOf, perRow, type Range } from '../../threat/ball.ts';
import { ontoL1InRange } from '../../threat/l1-in-range.ts';
import type { AttackSample } from '../attack.ts';
import { largestShare } from '../largest-share.ts';
import { projectedStart } from '../random-start.ts';
import type { Climbed } from './apgd-step.ts';
import { finite } from './pgd.ts';

/** A ball of so many times epsilon, and how many steps are taken in it. */
export interface Phase {
  readonly radius: number;
  readonly steps: number;
}

/** Share of a phase's steps after which it looks back (section 3.2 and the reference). */
const PERIOD = 0.04;
/** A point with fewer changed elements than this share of those at the last look begins anew with the longest step. */
const SPARSER = 0.95;
/** A step moves this part of the elements that the best point has changed; where it became no sparser, steps are so many times shorter, down to a tenth of the radius. */
const [FEWER, SHORTER, LEAST] = [1.5, 1.5, 0.1];
/** Share of the elements that steps move before the first look, where no larger ball was before. */
const FIRST = 0.2;
/** No loss is beyond it. */
const FAR = 3e38;

/** Section 3.3: three tenths of the steps each in balls of three and two times epsilon, the rest in that of epsilon. */
export function phasesOf(steps: number, largerFirst: boolean): Phase[] {
  const part = Math.ceil(0.3 * steps);
  if (!largerFirst || steps <= 2 * part) return [{ radius: 1, steps }];
  return [
    { radius: 3, steps: part },
    { radius: 2, steps: part },
    { radius: 1, steps: steps - 2 * part },
  ];
}

/** Each phase looks at the point that it starts from as well. */
export const lookedAt = (phases: readonly Phase[]): number => phases.reduce((sum, { steps }) => sum + steps + 1, 0);

/** A row that the step says is broken is in the last phase; it begins that one again where the untouched model says otherwise. */
export const inLastPhase = (phases: readonly Phase[], epsilon: number): Record<string, number> => ({
  phase: phases.length - 1,
  stepSize: epsilon,
});

export const largerFirstParam = z.boolean().default(true).describe('in l1, take the first steps in balls of three and two times epsilon');

export interface L1Start {
  readonly range: Range | undefined;
  readonly epsilon: number;
  readonly phases: readonly Phase[];
  /** What the random numbers are for. */
  readonly key: readonly [seed: number, ...what: (string | number)[]];
}

/** The state of a row before its first step; `label` and what the loss asks for come beside it. */
export function apgdL1Fields({ x }: AttackSample, { range, epsilon, phases, key }: L1Start): Record<string, Float32Array | number> {
  const radius = (phases[0] as Phase).radius * epsilon;
  const start = projectedStart(key, { x0: x, epsilon: radius, range });
  return {
    x0: x,
    x: start,
    best: start,
    bestSlope: new Float32Array(x.length),
    bestLoss: -FAR,
    epsilon,
    phase: 0,
    taken: 0,
    since: 0,
    stepSize: radius,
    spread: x.length,
    moved: FIRST * x.length,
  };
}

export function apgdL1Step(phases: readonly Phase[], loss: Climbed): (b: GradientBuilder) => Record<string, Value> {
  return (b) => {
    const { g } = b;
    const [x, x0, label] = [b.row('x', 'input'), b.row('x0', 'input'), b.row('label', 'label')];
    const wide = (value: Value): Value => perRow(g, value, x);
    const value = loss(b, x, label);
    const raw = b.grad(value, x);
    const slope = finite(g, raw);
    const best = bestOf(b, { x, value, slope });
    const place = placed(b, phases);
    const look = lookBack(b, place, best.best, phases.length > 1);
    const from = g.where(wide(look.returns), best.best, x);
    const along = g.where(wide(look.returns), best.bestSlope, slope);
    const signs = g.mul(g.sign(along), largestShare(g, along, look.state.moved));
    const step = g.div(signs, g.max(wide(normOf(g, 'l1', signs)), g.scalar(1, x)));
    const stepped = g.add(from, g.mul(wide(look.state.stepSize), step));
    // The next phase begins with the best point of this one.
    const next = g.where(wide(place.ends), best.best, stepped);
    const anew = (fresh: Value, going: Value): Value => g.where(place.ends, fresh, going);
    return {
      best: best.best,
      bestSlope: best.bestSlope,
      bestLoss: anew(g.scalar(-FAR), best.bestLoss),
      ...look.state,
      stepSize: anew(place.nextRadius, look.state.stepSize),
      since: anew(g.scalar(0), look.state.since),
      phase: g.add(b.row('phase', 'scalar'), g.cast(place.ends, 'float32')),
      taken: anew(g.scalar(0), g.add(b.row('taken', 'scalar'), g.scalar(1))),
      x: ontoL1InRange(g, next, x0, anew(place.nextRadius, place.radius), b.range),
      success: g.and(place.isLast, b.misses(x, label)),
      slope: normOf(g, 'linf', raw),
    };
  };
}

interface Point {
  readonly x: Value;
  readonly value: Value;
  readonly slope: Value;
}

/** The best point of the phase so far, with its gradient and loss; a loss that is no number is none. */
function bestOf(b: GradientBuilder, { x, value, slope }: Point): { best: Value; bestSlope: Value; bestLoss: Value } {
  const { g } = b;
  const [best, bestSlope, bestLoss] = [b.row('best', 'input'), b.row('bestSlope', 'input'), b.row('bestLoss', 'scalar')];
  const rose = g.greater(value, bestLoss);
  const wide = perRow(g, rose, x);
  return { best: g.where(wide, x, best), bestSlope: g.where(wide, slope, bestSlope), bestLoss: g.where(rose, value, bestLoss) };
}

interface Place {
  /** Is this the point that a phase starts from? */
  readonly isFirst: Value;
  /** Has the phase no step left? */
  readonly ends: Value;
  readonly isLast: Value;
  readonly radius: Value;
  /** The radius of the next phase. */
  readonly nextRadius: Value;
  /** Steps from one look back to the next. */
  readonly period: Value;
}

/** Where each row is in the schedule: all [B]. */
function placed(b: GradientBuilder, phases: readonly Phase[]): Place {
  const { g } = b;
  const [phase, taken, epsilon] = [b.row('phase', 'scalar'), b.row('taken', 'scalar'), b.row('epsilon', 'scalar')];
  const last = phases.length - 1;
  /** Of each row's own phase, or of one after it. */
  const own = (of: (phase: Phase) => number, ahead = 0): Value => {
    const at = (i: number): Value => g.scalar(of(phases[Math.min(i, last)] as Phase));
    return phases.reduce<Value>((value, _, i) => g.where(g.equal(phase, g.scalar(i)), at(i + ahead), value), at(last));
  };
  return {
    isFirst: g.equal(taken, g.scalar(0)),
    ends: g.not(
      g.less(
        taken,
        own(({ steps }) => steps),
      ),
    ),
    isLast: g.equal(phase, g.scalar(last)),
    radius: g.mul(
      epsilon,
      own(({ radius }) => radius),
    ),
    nextRadius: g.mul(
      epsilon,
      own(({ radius }) => radius, 1),
    ),
    period: own(({ steps }) => Math.max(1, Math.floor(PERIOD * steps))),
  };
}

/** At the end of a period: how sparse steps become, how long, and does the row go back to its best point? (Algorithm 1, lines 9 to 15.) */
function lookBack(b: GradientBuilder, { isFirst, radius, period }: Place, best: Value, isShrinking: boolean) {
  const { g } = b;
  const [since, spread, moved, stepSize] = ['since', 'spread', 'moved', 'stepSize'].map((name) => b.row(name, 'scalar')) as [
    Value,
    Value,
    Value,
    Value,
  ];
  const either = (one: Value, other: Value): Value => g.node('Or', [one, other]);
  const count = g.where(isFirst, since, g.add(since, g.scalar(1)));
  const isLook = g.and(g.not(isFirst), g.not(g.less(count, period)));
  const changed = normOf(g, 'l0', g.sub(best, b.row('x0', 'input')));
  const returns = g.and(isLook, g.less(changed, g.mul(spread, g.scalar(SPARSER))));
  const shorter = g.max(g.div(stepSize, g.scalar(SHORTER)), g.mul(radius, g.scalar(LEAST)));
  // A phase that begins at a point of its own takes its sparsity from that point.
  const isCounted = isShrinking ? either(isFirst, isLook) : isLook;
  return {
    returns,
    state: {
      since: g.where(isLook, g.mul(count, g.scalar(0)), count),
      spread: g.where(isCounted, changed, spread),
      moved: g.where(isCounted, g.div(changed, g.scalar(FEWER)), moved),
      stepSize: g.where(returns, radius, g.where(isLook, shorter, stepSize)),
    },
  };
}
