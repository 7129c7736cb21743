/** What is to be proved of one example: that no point of a set around it, within what the data can be, is given another class. */
import type { Head } from '../../task/logits.ts';
import { boundAt, type Norm, type Range } from '../../threat/ball.ts';
import type { Domain } from '../bounds/domain.ts';
import { type Goal, robustness } from '../bounds/goal.ts';
import { INPUT } from '../graphs/model-network.ts';
import type { InputSlack } from './input-slack.ts';

export interface Ball {
  readonly norm: Norm;
  /** In the units of the row. */
  readonly epsilon: number;
  /** Points outside of it are no data; a row's elements that may not move stay. */
  readonly range: Range | undefined;
}

export interface BallOfRows extends Ball {
  /** What lies between rows and the inputs that are made of them; nothing where the model takes them as they are. */
  readonly slack?: InputSlack | undefined;
}

/** The ball around a row as a set for bounds: never smaller than it is over the real numbers. */
export function domainAround(x: Float32Array, { norm, epsilon, range, slack }: BallOfRows): Domain {
  const [low, high, movable] = range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const reach = (i: number): number => (movable?.[i] === false ? 0 : epsilon);
  // The slack grows with the element: that of the ball's far end holds for all of it.
  const beside = x.map((value, i) => (slack ? above(slack(Math.abs(value) + reach(i), i)) : 0));
  const wider = (value: number, i: number, sign: 1 | -1): number => {
    const end =
      reach(i) === 0 ? value : sign > 0 ? Math.min(boundAt(high, i), value + epsilon) : Math.max(boundAt(low, i), value - epsilon);
    const wide = end + sign * (beside[i] as number);
    return sign > 0 ? Math.max(value, above(wide)) : Math.min(value, below(wide));
  };
  const lower = x.map((value, i) => wider(value, i, -1));
  const upper = x.map((value, i) => wider(value, i, 1));
  const box = { batch: 1, norm: 'box', lower: new Map([[INPUT, lower]]), upper: new Map([[INPUT, upper]]) } as const;
  if (norm === 'linf') return box;
  return { ...box, norm, ball: { centre: new Map([[INPUT, x]]), radius: Float32Array.of(above(epsilon + lengthOf(beside, norm))) } };
}

const lengthOf = (values: Float32Array, norm: 'l1' | 'l2'): number =>
  norm === 'l1' ? values.reduce((sum, value) => sum + value, 0) : Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));

const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

/** The largest float32 that is not above the value. */
function below(value: number): number {
  float[0] = value;
  if ((float[0] as number) <= value) return float[0] as number;
  return stepped(-1);
}

/** The smallest float32 that is not below the value. */
function above(value: number): number {
  float[0] = value;
  if ((float[0] as number) >= value) return float[0] as number;
  return stepped(1);
}

/** The neighbour of what `float` holds, up or down. */
function stepped(by: 1 | -1): number {
  const value = float[0] as number;
  if (value === 0) return by * 2 ** -149;
  bits[0] = (bits[0] as number) + (value > 0 ? by : -by);
  return float[0] as number;
}

/**
 * That the class wins against each other one. A single score is class 1 where it is positive.
 * @param head what the file gives: behind a softmax or sigmoid the scores must differ by more than its float32 output can blur
 */
export function winsGoals(label: number, outputs: number, head: Pick<Head, 'output' | 'logits'>): Goal[] {
  const least = head.logits === head.output ? 0 : BLUR;
  if (outputs > 1) return robustness(label, outputs).map((goal) => ({ ...goal, offsets: goal.offsets.map(() => least) }));
  const sign = label === 1 ? 1 : -1;
  // The sigmoid of a positive score below a double's resolution is one half, and so class 0.
  return [
    { rows: Float32Array.of(sign), offsets: Float32Array.of(Math.max(least, sign > 0 ? SMALLEST_SCORE : 0)), name: String(1 - label) },
  ];
}

/** Scores this far apart have float32 probabilities that differ in the same order: exp is off by a few units of 2⁻²⁴ there. */
const BLUR = 1e-5;
const SMALLEST_SCORE = 1e-12;
