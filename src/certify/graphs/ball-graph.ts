/** Balls that rectified values lie in while the inputs lie in one (`layer-balls.ts`), as a graph. */
import type { Node, StaticGraph, Value } from '../../onnx/graph.ts';
import { sizeOf } from '../../onnx/tensor.ts';
import { newGraph, ruleOf } from '../../ops/table.ts';
import { type LayerBall, layerBalls } from '../../transform/bounds/layer-balls.ts';
import { isExact } from '../../transform/bounds/rounding.ts';
import { hasOffset, isAffine, scopeOf } from '../../transform/bounds/scope.ts';
import type { Rows } from './bound-graphs.ts';
import type { Cut } from './cuts.ts';
import type { Norms } from './operator-norms.ts';

/** Rectified cuts that only rectifiers and affine nodes lie before. */
export function balledOf(net: StaticGraph, cuts: readonly Cut[]): ReadonlySet<string> {
  const scope = scopeOf(newGraph(), net);
  const within = new Set(net.inputs.map(({ name }) => name));
  for (const node of scope.nodes) {
    if (node.op !== 'Relu' && !isAffine(scope, node, ruleOf(node.op))) continue;
    if (node.inputs.every((name) => !scope.varies(name) || within.has(name))) for (const name of node.outputs) within.add(name);
  }
  const inputs = new Set(net.inputs.map(({ name }) => name));
  return new Set(cuts.filter(({ name, ops }) => ops.includes('Relu') && within.has(name) && !inputs.has(name)).map(({ name }) => name));
}

export interface BallRows extends Pick<Rows, 'batch' | 'arithmetic'> {
  readonly balled: ReadonlySet<string>;
  /** Of the network for one row. */
  readonly norms: Norms;
}

/**
 * Inputs: the centre `c:x` of each network input x, `radius` [B] and δ of the affine nodes. Outputs for each cut c: `z:c`, what the network makes of the
 * centre, and `r:c` [B].
 */
export function ballGraph(net: StaticGraph, { balled, norms, batch, arithmetic }: BallRows): StaticGraph {
  const g = newGraph();
  const centres = new Map(net.inputs.map(({ name, type, shape }) => [name, g.input(`c:${name}`, type, shape)]));
  const radius = g.input('radius', 'float32', [batch]);
  const scope = scopeOf(g, net);
  const norm = (node: Node, index: number): Value | undefined => {
    const found = norms(node, index);
    return found === undefined ? undefined : g.scalar(found);
  };
  const errors = new Map<string, Value>();
  for (const node of arithmetic === 'real' ? [] : scope.nodes) {
    const name = node.outputs[0] as string;
    if (!isAffine(scope, node, ruleOf(node.op)) || (isExact(node) && !hasOffset(scope, node))) continue;
    errors.set(name, g.input(`e:${name}`, 'float32', [sizeOf(scope.typed(name).shape) / batch, 1]));
  }
  const inputs = new Map([...centres].map(([name, centre]): [string, LayerBall] => [name, { centre, radius }]));
  const balls = layerBalls(scope, { inputs, values: g.inline(net, centres), errors, norm });
  const outputs: Record<string, Value> = {};
  for (const name of balled) {
    const ball = balls.get(name) as LayerBall;
    Object.assign(outputs, { [`z:${name}`]: ball.centre, [`r:${name}`]: ball.radius });
  }
  return g.finish(outputs, 'balls');
}
