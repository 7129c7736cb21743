/** One step of Auto-PGD (Croce & Hein, arXiv:2003.01690, algorithm 1) with all its bookkeeping in the graph, so that every row of a batch is at its own place of the schedule. */
import { GibbonError } from '../../base/errors.ts';
import type { GradientBuilder } from '../../model/target.ts';
import type { Value } from '../../onnx/graph.ts';
import { type Norm, perRow, project, steepest } from '../../threat/ball.ts';
import { finite } from './pgd.ts';

/** @throws GibbonError E_NOT_APPLICABLE for L1, whose steps are another algorithm: apgd-l1-step.ts */
export function apgdNorm(norm: Norm): 'linf' | 'l2' {
  if (norm !== 'l1') return norm;
  throw new GibbonError('E_NOT_APPLICABLE', 'these steps know no L1 ball', {
    hint: 'Use apgd, which has steps of its own for it, or --norm linf or l2.',
  });
}

/** Section 3.3 and the reference: checkpoints at 22 % of the steps, then ever 3 points closer, at least 6 % apart. */
const [FIRST, CLOSER, LEAST] = [0.22, 0.03, 0.06];
/** Share of the old move that is kept (equation 3). */
const MOMENTUM = 0.75;
/** No loss is beyond it. */
const FAR = 3e38;

export interface Schedule {
  readonly epsilon: number;
  readonly steps: number;
  /** A period in which no more than this share of the steps raised the loss ends with half the step size. */
  readonly rho: number;
}

/** The state of a row before its first step; `label` and what the loss asks for come beside it. */
export function apgdFields(
  x0: Float32Array,
  start: Float32Array,
  { epsilon, steps, rho }: Schedule,
): Record<string, Float32Array | number> {
  const share = (part: number): number => Math.max(1, Math.floor(part * steps));
  return {
    x0,
    x: start,
    prev: start,
    best: start,
    bestSlope: new Float32Array(x0.length),
    bestLoss: -FAR,
    lastLoss: FAR,
    bestAtCheck: -FAR,
    climbs: 0,
    since: -1,
    period: share(FIRST),
    closer: share(CLOSER),
    least: share(LEAST),
    // It counts as halved before the first checkpoint, which therefore looks at the climbs alone.
    halved: 1,
    stepSize: 2 * epsilon,
    epsilon,
    rho,
  };
}

/** What steps climb: a loss for each row, [B]. */
export type Climbed = (b: GradientBuilder, x: Value, label: Value) => Value;

/** What a point of the ball is brought to before the model sees it. */
export type Rules = (b: GradientBuilder, point: Value, x0: Value, epsilon: Value) => Value;

/**
 * With `rules` the steps walk on in the field `at`, whose point as the rules have it is `x`: loss and gradient are taken there, and the gradient goes
 * through the rules as if they changed nothing.
 */
export function apgdStep(norm: 'linf' | 'l2', loss: Climbed, rules?: Rules): (b: GradientBuilder) => Record<string, Value> {
  return (b) => {
    const { g } = b;
    const scalar = (name: string): Value => b.row(name, 'scalar');
    const [x, x0, prev] = [b.row('x', 'input'), b.row('x0', 'input'), b.row('prev', 'input')];
    const at = rules ? b.row('at', 'input') : x;
    const [label, epsilon] = [b.row('label', 'label'), scalar('epsilon')];
    const value = loss(b, x, label);
    const raw = b.grad(value, x);
    // Before its first point a row counts from −1.
    const since = scalar('since');
    const isFirst = g.less(since, zero(b));
    const seen = bestOf(b, { x: at, value, slope: finite(g, raw) });
    const check = checkpoint(b, { value, bestLoss: seen.state.bestLoss, since, isFirst });
    // Where the step size is halved, the row goes back to its best point.
    const wide = (flag: Value): Value => perRow(g, flag, x);
    const from = g.where(wide(check.halves), seen.state.best, at);
    const along = g.where(wide(check.halves), seen.state.bestSlope, seen.slope);
    const onto = (to: Value): Value => project(g, norm, to, x0, epsilon, b.range);
    const z = onto(g.add(from, g.mul(perRow(g, check.state.stepSize, x), steepest(g, norm, along))));
    const share = perRow(g, g.where(isFirst, g.scalar(1), g.scalar(MOMENTUM)), x);
    const moved = g.add(g.mul(share, g.sub(z, from)), g.mul(g.sub(g.scalar(1, share), share), g.sub(from, prev)));
    const axes = x.shape.slice(1).map((_, i) => i + 1);
    const next = onto(g.add(from, moved));
    return {
      ...seen.state,
      ...check.state,
      ...(rules ? { at: next, x: rules(b, next, x0, epsilon) } : { x: next }),
      prev: from,
      success: b.misses(x, label),
      slope: g.reduceMax(g.abs(raw), axes),
    };
  };
}

const zero = ({ g, batch }: GradientBuilder): Value => g.expand(g.scalar(0), [batch]);

interface Point {
  readonly x: Value;
  readonly value: Value;
  readonly slope: Value;
}

/** The best point so far, with its loss and gradient (x_max and f_max of the algorithm). */
function bestOf(b: GradientBuilder, { x, value, slope }: Point) {
  const { g } = b;
  const [best, bestSlope, bestLoss] = [b.row('best', 'input'), b.row('bestSlope', 'input'), b.row('bestLoss', 'scalar')];
  const rose = perRow(g, g.greater(value, bestLoss), x);
  return {
    slope,
    state: {
      best: g.where(rose, x, best),
      bestSlope: g.where(rose, slope, bestSlope),
      // A loss that is no number is no loss.
      bestLoss: g.where(g.greater(value, bestLoss), value, bestLoss),
    },
  };
}

interface Found {
  readonly value: Value;
  readonly bestLoss: Value;
  readonly since: Value;
  readonly isFirst: Value;
}

/** Conditions 1 and 2 of section 3.2 at the end of a period, and the next period. */
function checkpoint(b: GradientBuilder, { value, bestLoss, since: before, isFirst }: Found) {
  const { g } = b;
  const scalar = (name: string): Value => b.row(name, 'scalar');
  const [period, halved, atCheck, stepSize] = [scalar('period'), scalar('halved'), scalar('bestAtCheck'), scalar('stepSize')];
  const one = g.scalar(1);
  const number = (flag: Value): Value => g.cast(flag, 'float32');
  const climbs = g.add(scalar('climbs'), number(g.greater(value, scalar('lastLoss'))));
  const since = g.add(before, one);
  const isCheck = g.greater(since, g.sub(period, g.scalar(0.5)));
  const few = g.not(g.greater(climbs, g.mul(scalar('rho'), period)));
  const stuck = g.and(g.not(g.greater(bestLoss, atCheck)), g.less(halved, g.scalar(0.5)));
  const halves = g.and(isCheck, g.greater(g.add(number(few), number(stuck)), g.scalar(0.5)));
  const next = g.max(g.sub(period, scalar('closer')), scalar('least'));
  const isMark = g.greater(g.add(number(isCheck), number(isFirst)), g.scalar(0.5));
  return {
    halves,
    state: {
      climbs: g.where(isCheck, zero(b), climbs),
      since: g.where(isCheck, zero(b), since),
      period: g.where(isCheck, next, period),
      halved: g.where(isCheck, number(halves), halved),
      bestAtCheck: g.where(isMark, bestLoss, atCheck),
      stepSize: g.where(halves, g.mul(stepSize, g.scalar(0.5)), stepSize),
      lastLoss: value,
    },
  };
}
