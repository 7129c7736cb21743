/** Difference-of-logits-ratio losses (Croce & Hein, arXiv:2003.01690, section 4.1): like the margin, but blind to the scale of the logits, which a confident model would hide its gradient behind. */
import { GibbonError } from '../base/errors.ts';
import type { GraphBuilder } from '../onnx/build.ts';
import type { Value } from '../onnx/graph.ts';
import { margin, oneHot } from './classification.ts';

const TINY = 1e-12;

/** −(z_y − max_{i≠y} z_i)/(z_π1 − z_π3), per row: [B] (equation 6); above 0 where y does not win. Needs three classes. */
export function dlr(g: GraphBuilder, logits: Value, labels: Value): Value {
  const top = largest(g, logits, 3);
  return ratio(g, margin(g, logits, labels), g.sub(at(g, top, 0), at(g, top, 2)));
}

/** −(z_y − z_t)/(z_π1 − (z_π3 + z_π4)/2), per row: [B] (equation 7); it drives towards the class t. Needs four classes. */
export function targetedDlr(g: GraphBuilder, logits: Value, labels: Value, goals: Value): Value {
  const score = (of: Value): Value => g.sum(g.mul(logits, oneHot(g, of, logits)), [1]);
  const top = largest(g, logits, 4);
  const low = g.mul(g.add(at(g, top, 2), at(g, top, 3)), g.scalar(0.5, logits));
  return ratio(g, g.sub(score(goals), score(labels)), g.sub(at(g, top, 0), low));
}

/** @throws GibbonError E_NOT_APPLICABLE where there are too few classes for the loss to be defined */
export function assertClasses(what: string, classes: number, least: number): void {
  if (classes >= least) return;
  throw new GibbonError('E_NOT_APPLICABLE', `${what} needs ${least} classes, the model has ${classes}`, {
    hint: 'Use the cross-entropy: --loss cross-entropy of apgd.',
  });
}

/** The k largest logits of each row, falling: [B, k]. */
function largest(g: GraphBuilder, logits: Value, k: number): Value {
  return g.nodes1('TopK', [logits, g.ints([k])], {}, 2)[0] as Value;
}

const at = (g: GraphBuilder, sorted: Value, i: number): Value => g.sum(g.slice(sorted, 1, i, i + 1), [1]);
const ratio = (g: GraphBuilder, over: Value, under: Value): Value => g.div(over, g.add(under, g.scalar(TINY, under)));
