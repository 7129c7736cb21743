/** One step of FAB (Croce & Hein, arXiv:1907.02044, algorithm 1) as its reference in AutoAttack takes it, with all its bookkeeping in the graph. */
import type { GradientBuilder } from '../../model/target.ts';
import type { Value } from '../../onnx/graph.ts';
import { oneHot } from '../../task/classification.ts';
import { clipTo, type Norm, normOf, perRow } from '../../threat/ball.ts';
import { type Hyperplane, ontoHyperplane } from '../../threat/hyperplane.ts';
import type { Fooled } from '../iterate.ts';
import type { Finished } from '../schedule.ts';
import { nearestBorder } from './nearest-border.ts';
import { finite } from './pgd.ts';

/** No distance is beyond it. */
const FAR = 3e38;

export interface FabSettings {
  readonly epsilon: number;
  /** Most that a step is drawn towards the original. */
  readonly alpha: number;
  /** How far beyond the border a step goes: 1 ends on it. */
  readonly overshoot: number;
  /** Share of the way from the original that is kept once the model is fooled. */
  readonly backward: number;
}

/** The state of a row before its first step; the nearest point of an earlier row of the same example is kept. */
export function fabFields(
  x0: Float32Array,
  start: Float32Array,
  settings: FabSettings,
  before: Finished | undefined,
): Record<string, Float32Array | number> {
  return { x: before?.x ?? x0, x0, at: start, nearest: before?.scalars.nearest ?? FAR, ...settings };
}

/** Is the example broken within epsilon? Otherwise its further rows are worth their price. */
export const isWithin =
  (epsilon: number): Fooled =>
  (sample, label, { scalars }) =>
    label !== sample.label && (scalars.nearest as number) <= epsilon;

/** Where the border is that a step makes for: the linearised decision boundary at a point. */
export type Border = (b: GradientBuilder, at: Value, label: Value) => Hyperplane;

/** Towards one class, the field `goal`: z_goal − z_label is linearised (FAB-T). */
export const aimedBorder: Border = (b, at, label) => {
  const { g } = b;
  const logits = b.logits(at);
  const score = (of: Value): Value => g.sum(g.mul(logits, oneHot(g, of, logits)), [1]);
  const offset = g.sub(score(b.row('goal', 'label')), score(label));
  return { normal: finite(g, b.grad(offset, at)), offset };
};

/** Towards the class whose linearised border is nearest in this norm: a gradient for each class but the label's. */
export const anyBorder =
  (norm: Norm, classes: number): Border =>
  (b, x, label) =>
    nearestBorder(b, norm, { x, label, others: classes - 1 });

/**
 * x ← (1 − α)(x + η·d(x)) + α(x₀ + η·d(x₀)), d being the way onto the linearised border, α = min(‖d(x)‖/(‖d(x)‖ + ‖d(x₀)‖), α_max) (equation 8);
 * where that fools the model, x ← x₀ + β(x − x₀). `stops` ends a row within epsilon.
 */
export function fabStep(norm: Norm, border: Border, stops: boolean): (b: GradientBuilder) => Record<string, Value> {
  return (b) => {
    const { g } = b;
    const scalar = (name: string): Value => b.row(name, 'scalar');
    const [x, x0, at, label] = [b.row('x', 'input'), b.row('x0', 'input'), b.row('at', 'input'), b.row('label', 'label')];
    const wide = (value: Value): Value => perRow(g, value, at);
    const { normal, offset } = border(b, at, label);
    const axes = at.shape.slice(1).map((_, i) => i + 1);
    const fromOriginal = g.add(offset, g.sum(g.mul(normal, g.sub(x0, at)), axes));
    const [near, far] = [
      ontoHyperplane(g, norm, at, { normal, offset }, b.range),
      ontoHyperplane(g, norm, x0, { normal, offset: fromOriginal }, b.range),
    ];
    const [first, second] = [near, far].map((way) => g.max(normOf(g, norm, way), g.scalar(1e-8))) as [Value, Value];
    const alpha = wide(g.min(g.div(first, g.add(first, second)), scalar('alpha')));
    const beyond = (from: Value, way: Value): Value => g.add(from, g.mul(wide(scalar('overshoot')), way));
    const moved = clipTo(g, g.add(g.mul(g.sub(g.scalar(1), alpha), beyond(at, near)), g.mul(alpha, beyond(x0, far))), b.range);
    const fools = b.misses(moved, label);
    // The point that the step starts from has been put to the model as well: it may be nearer than any that a step led to.
    const kept = nearer(b, { point: x, distance: scalar('nearest') }, norm, at, b.misses(at, label));
    const best = nearer(b, kept, norm, moved, fools);
    const back = g.add(x0, g.mul(wide(scalar('backward')), g.sub(moved, x0)));
    return {
      x: best.point,
      at: g.where(wide(fools), back, moved),
      nearest: best.distance,
      slope: normOf(g, 'linf', normal),
      ...(stops && { success: g.not(g.greater(scalar('nearest'), scalar('epsilon'))) }),
    };
  };
}

interface Nearest {
  readonly point: Value;
  readonly distance: Value;
}

function nearer(b: GradientBuilder, best: Nearest, norm: Norm, point: Value, fools: Value): Nearest {
  const { g } = b;
  const distance = normOf(g, norm, g.sub(point, b.row('x0', 'input')));
  const isNearer = g.and(fools, g.less(distance, best.distance));
  return { point: g.where(perRow(g, isNearer, point), point, best.point), distance: g.where(isNearer, distance, best.distance) };
}
