/**
 * Balls in L2 that the values of a network lie in while its input lies in one: rectifiers take no two values farther apart, affine nodes by no more than
 * their norm (`lipschitz.ts`), and rounding adds its own length, once for the value and once for the centre.
 */
import type { Node, Value } from '../../onnx/graph.ts';
import { ruleOf } from '../../ops/table.ts';
import { UNIT } from './rounding.ts';
import { isAffine, type Scope } from './scope.ts';

/** Around `centre` [B, …], of so great a radius [B]. */
export interface LayerBall {
  readonly centre: Value;
  readonly radius: Value;
}

/** What rounding may take from one radius on its way to the next. */
const SLACK = 1 + 16 * UNIT;

export interface BallContext {
  /** Of the network's inputs. */
  readonly inputs: ReadonlyMap<string, LayerBall>;
  /** What the network makes of their centres. */
  readonly values: ReadonlyMap<string, Value>;
  /** δ of a node's output (`rounding.ts`), [n, 1]; none over the real numbers. */
  readonly errors: ReadonlyMap<string, Value>;
  /** ‖L‖₂ from above, a scalar, of an affine node as a function of one of its inputs; undefined where nobody asks for what it makes. */
  norm(node: Node, index: number): Value | undefined;
}

/** Balls of all values that have one: those that only rectifiers and affine nodes have made. */
export function layerBalls(scope: Scope, context: BallContext): Map<string, LayerBall> {
  const balls = new Map(context.inputs);
  for (const node of scope.nodes) {
    const radius = radiusBehind(scope, context, node, balls);
    if (radius) for (const name of node.outputs) balls.set(name, { centre: context.values.get(name) as Value, radius });
  }
  return balls;
}

function radiusBehind(scope: Scope, { errors, norm }: BallContext, node: Node, balls: ReadonlyMap<string, LayerBall>): Value | undefined {
  const { g } = scope;
  const isRelu = node.op === 'Relu';
  if (!isRelu && !isAffine(scope, node, ruleOf(node.op))) return undefined;
  const from = node.inputs.flatMap((name, i) => (scope.varies(name) ? [{ i, radius: balls.get(name)?.radius }] : []));
  if (isRelu) return from[0]?.radius;
  const moved = from.map(({ i, radius }) => {
    const most = radius && norm(node, i);
    return most && g.mul(radius, most);
  });
  if (!moved.every((radius) => radius !== undefined)) return undefined;
  const real = moved.reduce((a, b) => g.add(a, b));
  const error = errors.get(node.outputs[0] as string);
  return g.mul(error ? g.add(real, twiceTheLength(scope, error)) : real, g.scalar(SLACK, real));
}

/** 2·‖δ‖₂ ≤ 2·√n·max δ */
function twiceTheLength({ g }: Scope, error: Value): Value {
  const n = error.shape[0] as number;
  return g.mul(g.reduceMax(error, [0, 1]), g.scalar(2 * Math.sqrt(n) * SLACK, error));
}
