/** Slice with constant starts, ends, axes and steps. */
import type { Node, Value } from '../onnx/graph.ts';
import { floats, numbers, type Tensor } from '../onnx/tensor.ts';
import { linear } from './families.ts';
import type { GradientContext } from './rule.ts';
import { axisOf, constantNumbers, listOf, typeOf } from './shapes.ts';
import { upsampled } from './upsample.ts';

interface Cut {
  readonly axis: number;
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

/** The cuts that a Slice makes, resolved against the input's shape. */
function cutsOf(node: Node, shape: readonly number[], inputs: readonly (readonly number[] | undefined)[]): Cut[] {
  const [starts = [], ends = [], axes = starts.map((_, i) => i), steps = starts.map(() => 1)] = inputs;
  return starts.map((from, i) => {
    const axis = axisOf(node, axes[i] as number, shape.length);
    const size = shape[axis] as number;
    const step = steps[i] as number;
    // Clamped as ONNX says: a start to [0, size], or [0, size − 1] going backwards; an end to [0, size], or [−1, size − 1].
    const clamped = (index: number, low: number, high: number): number => Math.min(Math.max(index < 0 ? index + size : index, low), high);
    const [start, end] =
      step > 0
        ? [clamped(from, 0, size), clamped(ends[i] as number, 0, size)]
        : [clamped(from, 0, size - 1), clamped(ends[i] as number, -1, size - 1)];
    return { axis, start, step, count: Math.max(0, Math.ceil((end - start) / step)) };
  });
}

/** The transpose puts the pieces back where they came from, zeros elsewhere. */
export const slice = linear({
  type: 'Slice',
  family: 'structural',
  infer: (context) => {
    const x = typeOf(context, 0);
    const inputs = [1, 2, 3, 4].map((i) => (context.inputs[i] ? constantNumbers(context, i, 'bounds') : undefined));
    const shape = [...x.shape];
    for (const { axis, count } of cutsOf(context.node, x.shape, inputs)) shape[axis] = count;
    return [{ type: x.type, shape }];
  },
  transpose: [
    ({ g, node, inputs, lead }, ct) => {
      const shape = inputs[0]?.shape ?? [];
      const cuts = cutsOf(
        node,
        shape,
        [1, 2, 3, 4].map((i) => (inputs[i] ? numbers(g.tensor(inputs[i]) as Tensor) : undefined)),
      );
      if (cuts.some(({ count }) => count === 0)) return g.zeros([...ct.shape.slice(0, lead), ...shape], ct.type);
      let value = ct;
      // Backwards: reverse first, then it is a slice with a positive step.
      for (const { axis, step, count } of cuts) if (step < 0) value = g.slice(value, lead + axis, count - 1, -(count + 1), -1);
      value = spread(g, value, cuts, lead);
      const pads = value.shape.flatMap(() => [0, 0]);
      for (const { axis, start, step, count } of cuts) {
        const first = step < 0 ? start + (count - 1) * step : start;
        pads[lead + axis] = first;
        // What hangs over the end is zeros, and is cut.
        pads[lead + axis + value.shape.length] = (shape[axis] as number) - first - (value.shape[lead + axis] as number);
      }
      return g.pad(value, pads);
    },
  ],
});

type Graph = GradientContext['g'];

/** Puts |step| − 1 zeros behind each element along every cut axis. */
function spread(g: Graph, x: Value, cuts: readonly Cut[], lead: number): Value {
  const strided = cuts.filter(({ step }) => Math.abs(step) > 1);
  const factors = [2, 3].map((axis) => Math.abs(strided.find((cut) => cut.axis === axis)?.step ?? 1));
  const images = x.shape.length - lead === 4 && strided.every(({ axis }) => axis >= 2);
  if (strided.length > 0 && images) return g.mul(upsampled(g, x, factors, lead), g.constant(corners(x, factors)));
  return strided.reduce((value, { axis, step }) => spreadAxis(g, value, lead + axis, Math.abs(step)), x);
}

/** 1 at the first element of every block of factors, 0 elsewhere: [1, 1, H, W]. Far cheaper than padding an inner axis. */
function corners(x: Value, factors: readonly number[]): Tensor {
  const [fh, fw] = factors as [number, number];
  const [h, w] = x.shape.slice(-2) as [number, number];
  const values = listOf(h * fh * w * fw, (i) => (Math.floor(i / (w * fw)) % fh === 0 && (i % (w * fw)) % fw === 0 ? 1 : 0));
  return floats(values, [1, 1, h * fh, w * fw], x.type);
}

function spreadAxis(g: Graph, x: Value, axis: number, stride: number): Value {
  const shape = [...x.shape.slice(0, axis + 1), 1, ...x.shape.slice(axis + 1)];
  const pads = shape.flatMap(() => [0, 0]);
  pads[shape.length + axis + 1] = stride - 1;
  const wide = g.pad(g.reshape(x, shape), pads);
  return g.reshape(wide, [...x.shape.slice(0, axis), (x.shape[axis] as number) * stride, ...x.shape.slice(axis + 1)]);
}
