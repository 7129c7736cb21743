/** Lowerings of losses: a model that was exported with its training loss has a gradient through it. */
import { int, intOf, stringOf, type Value } from '../../onnx/graph.ts';
import type { LowerContext, Lowering } from './context.ts';

/** −w[t]·logp[n, t, …] for each target t, summed or averaged by weight; targets equal to `ignore_index` count for nothing. */
function likelihoodLoss({ g, node, inputs, input }: LowerContext, logp: Value): Value {
  const target = input(1);
  const [batch, classes, ...spatial] = logp.shape as [number, number, ...number[]];
  const labels = g.reshape(target, [batch, 1, ...spatial]);
  const ids = g.cast(g.reshape(g.ints([...Array(classes).keys()]), [classes, ...spatial.map(() => 1)]), target.type);
  const hit = g.equal(labels, ids);
  const zero = g.scalar(0, logp);
  const weights = inputs[2] ? g.reshape(inputs[2], [classes, ...spatial.map(() => 1)]) : g.scalar(1, logp);
  const ignored = node.attributes.ignore_index && g.equal(labels, g.cast(g.ints([intOf(node, 'ignore_index', 0)]), target.type));
  const chosen = ignored ? g.and(hit, g.not(ignored)) : hit;
  const weight = g.where(chosen, g.expand(weights, logp.shape), zero);
  // A class of probability 0 has an infinite logarithm, which times 0 is no number.
  const losses = g.neg(g.sum(g.mul(weight, g.where(chosen, logp, zero)), [1]));
  const reduction = stringOf(node, 'reduction', 'mean');
  if (reduction === 'none') return losses;
  const total = g.sum(losses, [...losses.shape.keys()]);
  return reduction === 'sum' ? total : g.div(total, g.sum(weight, [...weight.shape.keys()]));
}

/** NegativeLogLikelihoodLoss: its input holds logarithms of probabilities. */
export const negativeLogLikelihoodLoss: Lowering = (context) => [likelihoodLoss(context, context.input(0))];

/** SoftmaxCrossEntropyLoss: the loss, and the logarithms of the softmax. */
export const softmaxCrossEntropyLoss: Lowering = (context) => {
  const logp = context.g.node('LogSoftmax', [context.input(0)], { axis: int(1) });
  return [likelihoodLoss(context, logp), logp];
};
