/**
 * One step of raising lower bounds, as a graph: the bound for the present slopes and multipliers, its gradient, and Adam's next ones.
 * α-CROWN (Xu et al., arXiv:2011.13824) climbs in the free slopes α of rectifiers; β-CROWN (Wang et al., arXiv:2103.06624) also in the multipliers β of
 * split constraints s·z ≥ 0, by which min A·z ≥ min (A − β·s)·z, β ≥ 0. Of curves it moves the points where tangents touch (`above:` where those of the planes
 * above do). Any choice in [0, 1] and β ≥ 0 give a sound bound, so every step's counts.
 */
import type { GraphBuilder } from '../../onnx/build.ts';
import type { Node, StaticGraph, Value } from '../../onnx/graph.ts';
import type { Interval, RelaxContext } from '../../ops/rule.ts';
import { newGraph } from '../../ops/table.ts';
import { type LinearContext, perRow } from '../../transform/bounds/backward.ts';
import { gradient } from '../../transform/gradient.ts';
import { bounded, environment, type Graph, nameOf, type Rows, seeded, type Wanted } from './bound-graphs.ts';
import { choicesOf, chooserOf } from './cuts.ts';

/** Adam's constants (arXiv:1412.6980), as everywhere. */
const [BETA1, BETA2, TINY] = [0.9, 0.999, 1e-8];

export interface Ascent extends Rows {
  /** With split constraints and their multipliers? Of an output only. */
  readonly splits: boolean;
  /** false: only the bound for the slopes and multipliers that come in. */
  readonly climbs: boolean;
}

/**
 * Inputs beside those of a bound: for each climbed cut c the slopes `a:c` [S, B, …] with Adam's moments `am:c`, `av:c`; with splits the signs `s:c` [B, …]
 * (0 where a neuron is not split) and the multipliers `b:c`, `bm:c`, `bv:c` [S, B, …]; `rate` and `rate2`, the step sizes of both, and `decay1`, `decay2`,
 * 1 − β₁ᵗ and 1 − β₂ᵗ. Where rows see windows (`view.ts`), slopes are those of the windows: [S, B, C, …size]. Outputs: `lower`, `error` [S, B] of the values that came in, and the next values under `A:c`, `AM:c`, `AV:c`, `B:c`, `BM:c`, `BV:c`. With splits also
 * `score:c` [B, …], how much of the bound each open neuron's relaxation may cost.
 */
export function ascentGraph(whole: StaticGraph, wanted: Wanted, ascent: Ascent): StaticGraph {
  const g = newGraph();
  const part = seeded(g, whole, wanted, ascent);
  const { net, seed } = part;
  const space = environment(g, part, ascent);
  const slopes = new Map<string, Value>();
  const curves = curveChoices(g, part, ascent, space);
  const multipliers = new Map<string, Value>();
  const signs = new Map<string, Value>();
  const behind = new Map(
    net.nodes.filter(({ op }) => op === 'Relu').map(({ inputs, outputs }) => [outputs[0] as string, inputs[0] as string]),
  );
  for (const [rectified, name] of behind) {
    if (!ascent.cuts.some((cut) => cut.name === name)) continue;
    const { shape } = space.scope.typed(name);
    const window = part.view?.network.places.get(rectified)?.size;
    const own = window ? [ascent.rows, ...shape.slice(0, 2), ...window] : [ascent.rows, ...shape];
    slopes.set(name, g.input(`a:${name}`, 'float32', own));
    if (!ascent.splits) continue;
    signs.set(name, g.input(`s:${name}`, 'float32', shape));
    multipliers.set(name, g.input(`b:${name}`, 'float32', [ascent.rows, ...shape]));
  }
  const scores: Record<string, Value> = {};
  const context: Pick<LinearContext, 'choice' | 'adjusted'> = {
    choice: (node: Node) => curves.get(node) ?? { lower: slopes.get(node.inputs[0] as string) },
    adjusted: (name, a) => {
      const cut = behind.get(name);
      const slope = slopes.get(cut ?? '');
      if (ascent.splits && cut !== undefined && slope) scores[`score:${cut}`] = cost(g, a, slope, space.intervals.get(cut) as Interval);
      const [beta, sign] = [multipliers.get(name), signs.get(name)];
      return beta && sign ? g.sub(a, g.mul(beta, sign)) : a;
    },
  };
  const { lower, error } = bounded(g, space, seed, context);
  const outputs: Record<string, Value> = { lower, error, ...scores };
  if (!ascent.climbs) return g.finish(outputs, `bounds of ${nameOf(wanted)}`);
  const one = perRow(g, seed, ascent.batch, 1);
  const bent = [...curves.values()].flatMap(({ lower: below, upper: above }) => [below, above].filter((value) => value !== undefined));
  const free = [...slopes.values(), ...bent, ...multipliers.values()];
  const slopesUp = gradient(g, [{ value: lower, cotangent: one }], free);
  for (const [i, value] of free.entries()) Object.assign(outputs, stepped(g, value, slopesUp[i]));
  return g.finish(outputs, `ascent of ${nameOf(wanted)}`);
}

/** Variables of curves: where their tangents touch. Rows that see windows keep the usual points. */
function curveChoices(
  g: Graph,
  { net, view }: ReturnType<typeof seeded>,
  { rows, cuts }: Ascent,
  { scope }: ReturnType<typeof environment>,
): Map<Node, RelaxContext['choice']> {
  const made = new Map<Node, { lower?: Value; upper?: Value }>();
  if (view) return made;
  for (const node of net.nodes) {
    const [name] = node.inputs as [string];
    for (const { key, cut, plane } of choicesOf(cuts.filter((one) => one.name === name))) {
      if (node.op === 'Relu' || chooserOf(cut) !== node.op) continue;
      const variable = g.input(`a:${key}`, 'float32', [rows, ...scope.typed(name).shape]);
      made.set(node, { ...made.get(node), [plane]: variable });
    }
  }
  return made;
}

/**
 * What the relaxation of a rectifier with coefficients a [S, B, …] behind it may cost: the upper line's intercept −s·l where a < 0 (BaBSR, Bunel et al.,
 * arXiv:1909.06588), and where a > 0 the most that α·z can lie below at both ends; the largest over the rows.
 */
function cost(g: Graph, a: Value, slope: Value, { lower, upper }: Interval): Value {
  const zero = g.scalar(0);
  const [down, up] = [g.neg(g.min(lower, zero)), g.max(upper, zero)];
  const chord = g.div(g.mul(down, up), g.max(g.add(down, up), g.scalar(1e-30)));
  const positive = g.node('Relu', [a]);
  const below = g.min(g.mul(slope, down), g.mul(g.sub(g.scalar(1), slope), up));
  return g.reduceMax(g.add(g.mul(g.sub(positive, a), chord), g.mul(positive, below)), [0]);
}

/** Adam upwards, and back into [0, 1] or above 0. */
function stepped(g: Graph, value: Value, slope: Value | undefined): Record<string, Value> {
  const [kind, cut] = [value.name.slice(0, 1), value.name.slice(2)];
  const input = (name: string): Value => g.input(`${kind}${name}:${cut}`, 'float32', value.shape);
  const [m, v] = [input('m'), input('v')];
  const up = slope ?? g.mul(value, g.scalar(0));
  const mean = g.add(g.mul(m, g.scalar(BETA1)), g.mul(up, g.scalar(1 - BETA1)));
  const square = g.add(g.mul(v, g.scalar(BETA2)), g.mul(g.mul(up, up), g.scalar(1 - BETA2)));
  const rate = shared(g, kind === 'a' ? 'rate' : 'rate2');
  const step = g.div(g.div(mean, shared(g, 'decay1')), g.add(g.sqrt(g.div(square, shared(g, 'decay2'))), g.scalar(TINY)));
  const next = g.add(value, g.mul(step, rate));
  const name = kind.toUpperCase();
  return {
    [`${name}:${cut}`]: kind === 'a' ? g.clip(next, 0, 1) : g.node('Relu', [next]),
    [`${name}M:${cut}`]: mean,
    [`${name}V:${cut}`]: square,
  };
}

function shared(g: GraphBuilder, name: string): Value {
  return g.inputs.find((input) => input.name === name) ?? g.input(name, 'float32', []);
}
