/** By how much a step's point must be across the border for the untouched model, which adds up in another order than the step, to see it there as well. */
import type { ScoreBuilder } from '../model/target.ts';
import type { Value } from '../onnx/graph.ts';
import { normOf } from '../threat/ball.ts';

/** Share of the largest score: rounding decides what is nearer to the border. */
const CLEAR = 2 ** -20;

/** The least margin with which x fools the model clearly, per row: [B]. A margin that is NaN is no greater than it. */
export function clearance({ g, logits }: Pick<ScoreBuilder, 'g' | 'logits'>, x: Value): Value {
  return g.mul(normOf(g, 'linf', logits(x)), g.scalar(CLEAR));
}
