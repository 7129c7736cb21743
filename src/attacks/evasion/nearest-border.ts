/** The border of another class that is nearest where the model is made linear: a gradient for each class that is looked at, in one pass. */
import type { GradientBuilder } from '../../model/target.ts';
import { int, type Value } from '../../onnx/graph.ts';
import { oneHot } from '../../task/classification.ts';
import { dualNormOf, type Norm } from '../../threat/ball.ts';
import type { Hyperplane } from '../../threat/hyperplane.ts';
import { finite } from './pgd.ts';

/** No distance is beyond it; sums and products with it stay finite. */
const FAR = 1e30;
/** Just above the smallest normal float32. */
const SMALLEST = 2e-38;

interface Place {
  readonly x: Value;
  readonly label: Value;
  /** How many classes beside the label are looked at. */
  readonly others: number;
}

interface Nearest extends Hyperplane {
  /** How far it is, in the ball's norm: [B]. */
  readonly distance: Value;
  /** The largest element of all gradients: [B]. */
  readonly slope: Value;
}

/**
 * The border with the class k of the least |f_k| / ‖∇f_k‖, f_k = z_k − z_label (DeepFool, arXiv:1511.04599, equations 8 and 10; FAB, arXiv:1907.02044,
 * equation 4), among those with the highest scores.
 */
export function nearestBorder(b: GradientBuilder, norm: Norm, { x, label, others }: Place): Nearest {
  const { g, batch } = b;
  const logits = b.logits(x);
  const own = oneHot(g, label, logits);
  const rest = g.sub(logits, g.mul(own, g.scalar(1e30, logits)));
  const [scores, classes] = g.nodes1('TopK', [rest, g.ints([others])], {}, 2).map((top) => g.transpose(top, [1, 0])) as [Value, Value];
  const gap = g.sub(scores, g.sum(g.mul(logits, own), [1]));
  const raw = b.jacobian(g.sub(oneHots(g, classes, logits), own), x);
  const normals = finite(g, raw);
  const sizes = g.reshape(dualNormOf(g, norm, g.reshape(normals, [others * batch, ...x.shape.slice(1)])), [others, batch]);
  const apart = g.div(g.abs(gap), g.max(sizes, g.scalar(SMALLEST)));
  const distances = g.min(g.where(g.greater(sizes, g.scalar(0)), apart, g.scalar(FAR)), g.scalar(FAR));
  const nearest = g.node('ArgMax', [g.neg(distances)], { axis: int(0), keepdims: int(1) });
  const chosen = g.equal(g.reshape(g.ints([...Array(others).keys()]), [others, 1]), nearest);
  const only = (values: Value): Value =>
    g.sum(g.where(g.reshape(chosen, [others, batch, ...values.shape.slice(2).map(() => 1)]), values, g.scalar(0)), [0]);
  const axes = raw.shape.flatMap((_, i) => (i === 1 ? [] : [i]));
  return { distance: only(distances), normal: only(normals), offset: only(gap), slope: g.reduceMax(g.abs(raw), axes) };
}

/** One-hot rows [K, B, C] of classes [K, B]. */
function oneHots(g: GradientBuilder['g'], classes: Value, like: Value): Value {
  const [count, batch] = classes.shape as [number, number];
  return g.reshape(oneHot(g, g.reshape(classes, [count * batch]), like), [count, ...like.shape]);
}
