/** Jacobian-based saliency map attack (Papernot et al., arXiv:1511.07528, algorithms 1 to 3 with equation 10) with the defaults of CleverHans' SaliencyMapMethod. */
import * as z from 'zod';
import type { GradientBuilder } from '../../model/target.ts';
import type { GraphBuilder } from '../../onnx/build.ts';
import { int, type Value } from '../../onnx/graph.ts';
import { sizeOf } from '../../onnx/tensor.ts';
import { oneHot } from '../../task/classification.ts';
import { clipTo, movedOnly, perRow } from '../../threat/ball.ts';
import { type AttackSample, defineAttack } from '../attack.ts';
import { iterate } from '../iterate.ts';
import { rankedOthers, targetOf, targetParam, withGoals } from '../targets.ts';
import { finite } from './pgd.ts';

/** Numbers that the pairs of a run may take. */
const PAIRS = 2 ** 22;
/** Elements from which pairs are made: those of a small picture all, of longer rows so many by each of three rankings. */
const [ALL, RANKED] = [1024, 256];
/** Less than any sum of two slopes makes good. */
const NEVER = -1e30;
/** Just above the smallest normal float32. */
const SMALLEST = 2e-38;

export const jsma = defineAttack({
  id: 'jsma',
  name: 'Saliency map (JSMA)',
  paper: 'arXiv:1511.07528',
  summary: 'Changes the pair of elements that moves the model most towards a class and away from all others, pair after pair.',
  knowledge: 'gradients',
  norms: ['l0'],
  aim: 'budget',
  params: z.object({
    theta: z.number().min(-1).max(1).default(1).describe('what is added to an element, in input units; below 0 it is taken away'),
    gamma: z.number().positive().max(1).default(1).describe('largest share of the elements that may change; epsilon holds as well'),
    goals: z
      .int()
      .min(1)
      .default(9)
      .describe('wrong classes that are tried in turn where none is aimed at, those with the highest scores first'),
    target: targetParam,
  }),
  // That depends on epsilon and on the length of a row.
  most: () => ({ queries: Number.POSITIVE_INFINITY, gradients: Number.POSITIVE_INFINITY }),
  run: async (context, samples) => {
    const { target, params, epsilon } = context;
    const { theta, gamma } = params;
    const pairs = Math.max(1, Math.floor(Math.min(epsilon, gamma * target.size) / 2));
    const goals = await targetOf(params.target, target, samples);
    const ranked = goals ? undefined : await rankedOthers(target, samples);
    const fields = ({ index, x, label }: AttackSample, run: number): Record<string, Float32Array | number> => ({
      x,
      x0: x,
      label,
      goal: goals?.get(index) ?? (ranked?.get(index)?.[run] as number),
      theta,
    });
    const candidates = target.size <= ALL ? target.size : Math.min(target.size, 3 * RANKED);
    const batch = Math.max(1, Math.min(context.batch, Math.floor(PAIRS / candidates ** 2)));
    const fooled = goals ? ({ index }: AttackSample, label: number) => label === goals.get(index) : undefined;
    return withGoals(
      await iterate(
        { ...context, batch },
        {
          id: `jsma ${goals ? 'targeted' : 'untargeted'}`,
          // One run more than there are pairs: it looks at the point that the last pair leads to.
          steps: pairs + 1,
          restarts: goals ? 1 : Math.min(params.goals, target.task.classes - 1),
          fields,
          define: jsmaStep(goals !== undefined),
        },
        samples,
        fooled,
      ),
      goals,
    );
  },
});

/** The two elements of the best pair go by θ within the range; where no pair is left that helps, x stays. */
function jsmaStep(targeted: boolean): (b: GradientBuilder) => Record<string, Value> {
  return (b) => {
    const { g, batch, range } = b;
    const [x, x0, label, goal] = [b.row('x', 'input'), b.row('x0', 'input'), b.row('label', 'label'), b.row('goal', 'label')];
    const theta = b.row('theta', 'scalar');
    const size = sizeOf(x.shape.slice(1));
    const wanted = oneHot(g, goal, b.logits(x));
    const weights = g.concat(
      [wanted, g.sub(g.scalar(1), wanted)].map((one) => g.reshape(one, [1, ...wanted.shape])),
      0,
    );
    const raw = b.jacobian(weights, x);
    const slopes = g.mul(g.reshape(finite(g, raw), [2, batch, size]), g.reshape(g.sign(theta), [1, batch, 1]));
    const row = (at: number): Value => g.reshape(g.slice(slopes, 0, at, at + 1), [batch, size]);
    const moved = clipTo(g, g.add(x, perRow(g, theta, x)), range);
    const mayMove = g.greater(movedOnly(g, g.expand(g.scalar(1), x.shape), range), g.scalar(0));
    const isOpen = g.and(g.and(g.equal(x, x0), g.not(g.equal(moved, x))), mayMove);
    const open = g.reshape(isOpen, [batch, size]);
    const chosen = g.reshape(bestPair(g, { towards: row(0), away: g.neg(row(1)), open }), x.shape);
    return {
      x: g.where(chosen, moved, x),
      success: targeted ? g.not(b.misses(x, goal)) : b.misses(x, label),
      slope: g.reduceMax(
        g.abs(raw),
        raw.shape.flatMap((_, i) => (i === 1 ? [] : [i])),
      ),
    };
  };
}

interface Saliency {
  /** How fast each element raises the wanted class, and lowers the sum of all others: [B, size]. */
  readonly towards: Value;
  readonly away: Value;
  /** May it change, and has not yet? */
  readonly open: Value;
}

/** The pair of the largest (Σ towards)·(Σ away) among those in which both sums are positive (equation 10), as a mask [B, size]. */
function bestPair(g: GraphBuilder, { towards, away, open }: Saliency): Value {
  const [batch, size] = towards.shape as [number, number];
  // Factors do not change which pair is best, and products of small slopes would underflow.
  const scaled = (of: Value): Value =>
    g.where(open, g.div(of, g.max(g.reduceMax(g.abs(of), [1], true), g.scalar(SMALLEST))), g.scalar(NEVER));
  const [up, down] = [scaled(towards), scaled(away)];
  const at = size <= ALL ? g.expand(g.ints([...Array(size).keys()]), [batch, size]) : ranked(g, up, down);
  const count = at.shape[1] as number;
  const starts = g.reshape(g.ints(Array.from({ length: batch }, (_, i) => i * size)), [batch, 1]);
  const picked = (of: Value): Value => (count === size ? of : g.node('Gather', [g.reshape(of, [batch * size]), g.add(at, starts)]));
  const sums = (of: Value): Value => g.add(g.reshape(of, [batch, count, 1]), g.reshape(of, [batch, 1, count]));
  const [first, second] = [sums(picked(up)), sums(picked(down))];
  const apart = g.not(g.equal(g.reshape(at, [batch, count, 1]), g.reshape(at, [batch, 1, count])));
  const helps = g.and(g.and(g.greater(first, g.scalar(0)), g.greater(second, g.scalar(0))), apart);
  const score = g.reshape(g.where(helps, g.mul(first, second), g.scalar(-1)), [batch, count * count]);
  const best = g.node('ArgMax', [score], { axis: int(1), keepdims: int(1) });
  const exists = g.not(g.less(g.reduceMax(score, [1], true), g.scalar(0)));
  const divisor = g.ints([count]);
  const quotient = g.div(best, divisor);
  const member = (position: Value): Value => {
    const here = g.equal(g.ints([...Array(count).keys()]), position);
    return g.equal(g.ints([...Array(size).keys()]), g.sum(g.where(here, at, g.ints([0])), [1], true));
  };
  return g.and(g.node('Or', [member(quotient), member(g.sub(best, g.mul(quotient, divisor)))]), exists);
}

/** Of a long row the elements that are best by either slope, or by both together: [B, 3 × RANKED], some of them twice. */
function ranked(g: GraphBuilder, up: Value, down: Value): Value {
  const top = (of: Value): Value => g.nodes1('TopK', [of, g.ints([RANKED])], { axis: int(-1) }, 2)[1] as Value;
  return g.concat([up, down, g.add(up, down)].map(top), 1);
}
