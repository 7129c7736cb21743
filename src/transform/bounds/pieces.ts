/** Piecewise linear functions of one value, or of two, as Relu. */
import type { GraphBuilder } from '../../onnx/build.ts';
import { floatOf, type Value } from '../../onnx/graph.ts';
import { isFloat, numbers } from '../../onnx/tensor.ts';
import type { Rewrite } from './rewriting.ts';

/** Bounds of a clip from here on do nothing. */
const LARGEST = 3.4028234663852886e38;

export const relu = (g: GraphBuilder, x: Value): Value => g.node('Relu', [x]);

/** max(a, b) = b + relu(a − b) */
export function larger(g: GraphBuilder, a: Value, b: Value): Value {
  return g.isFixed(a) ? larger(g, b, a) : g.add(b, relu(g, g.sub(a, b)));
}

/** min(a, b) = b − relu(b − a) */
export function smaller(g: GraphBuilder, a: Value, b: Value): Value {
  return g.isFixed(a) ? smaller(g, b, a) : g.sub(b, relu(g, g.sub(b, a)));
}

function clip(g: GraphBuilder, x: Value, low: Value | undefined, high: Value | undefined): Value {
  if (!low) return high ? smaller(g, x, high) : x;
  const above = isZero(g, low) ? relu(g, x) : larger(g, x, low);
  return high ? g.sub(above, relu(g, g.sub(x, high))) : above;
}

function isZero(g: GraphBuilder, value: Value): boolean {
  const tensor = g.tensor(value);
  return tensor !== undefined && numbers(tensor).every((number) => number === 0);
}

/** Undefined where the bound does nothing: there is no float32 beyond it. */
function effective(g: GraphBuilder, bound: Value | undefined, side: 1 | -1): Value | undefined {
  const tensor = bound && g.tensor(bound);
  return tensor && numbers(tensor).every((number) => side * number >= LARGEST) ? undefined : bound;
}

/** Clip = low + relu(x − low) − relu(x − high), Abs = 2·relu(x) − x, LeakyRelu = k·x + (1 − k)·relu(x) */
export const pieces: Readonly<Record<string, Rewrite>> = {
  Abs: ({ g, inputs }) => {
    const x = inputs[0] as Value;
    return g.sub(g.mul(relu(g, x), g.scalar(2, x)), x);
  },
  Clip: ({ g, inputs, varies }) => {
    const [x, low, high] = inputs as readonly [Value, Value | undefined, Value | undefined];
    if (varies(1) || varies(2)) return undefined;
    // Where the ends are crossed, the upper one counts.
    return clip(g, x, effective(g, low && high ? g.min(low, high) : low, -1), effective(g, high, 1));
  },
  LeakyRelu: ({ g, node, inputs }) => {
    const [x, slope] = [inputs[0] as Value, floatOf(node, 'alpha', 0.01)];
    return g.add(g.mul(x, g.scalar(slope, x)), g.mul(relu(g, x), g.scalar(1 - slope, x)));
  },
  HardSigmoid: ({ g, node, inputs }) => {
    const x = inputs[0] as Value;
    const ramp = g.add(g.mul(x, g.scalar(floatOf(node, 'alpha', 0.2), x)), g.scalar(floatOf(node, 'beta', 0.5), x));
    return clip(g, ramp, g.scalar(0, x), g.scalar(1, x));
  },
  Max: ({ g, inputs }) => larger(g, inputs[0] as Value, inputs[1] as Value),
  Min: ({ g, inputs }) => smaller(g, inputs[0] as Value, inputs[1] as Value),
  /** At inference the identity. */
  Dropout: ({ inputs }) => inputs[0],
  Cast: ({ inputs, output }) => (isFloat(output.type) && inputs[0]?.type === output.type ? inputs[0] : undefined),
};
