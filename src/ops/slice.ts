/** Slice with constant starts, ends, axes and steps. */
import type { Node } from '../onnx/graph.ts';
import { numbers, type Tensor } from '../onnx/tensor.ts';
import { linear } from './families.ts';
import { axisOf, constantNumbers, typeOf } from './shapes.ts';

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
      let value = ct;
      for (const { axis, start, step, count } of cuts) {
        const at = lead + axis;
        const size = shape[axis] as number;
        if (count === 0) return g.zeros([...ct.shape.slice(0, lead), ...shape], ct.type);
        // Backwards: reverse first, then it is a slice with a positive step.
        if (step < 0) value = g.slice(value, at, count - 1, -(count + 1), -1);
        const stride = Math.abs(step);
        const first = step < 0 ? start + (count - 1) * step : start;
        value = spread(g, value, at, stride);
        const pads = value.shape.flatMap(() => [0, 0]);
        pads[at] = first;
        pads[at + value.shape.length] = size - first - (value.shape[at] as number);
        value = g.pad(value, pads);
      }
      return value;
    },
  ],
});

/** Puts `stride − 1` zeros between the elements along an axis. */
function spread(g: Parameters<typeof slice.gradient>[0]['g'], x: Parameters<typeof g.pad>[0], axis: number, stride: number): typeof x {
  if (stride === 1) return x;
  const count = x.shape[axis] as number;
  const shape = [...x.shape.slice(0, axis + 1), 1, ...x.shape.slice(axis + 1)];
  const pads = shape.flatMap(() => [0, 0]);
  pads[shape.length + axis + 1] = stride - 1;
  const wide = g.pad(g.reshape(x, shape), pads);
  const flat = g.reshape(wide, [...x.shape.slice(0, axis), count * stride, ...x.shape.slice(axis + 1)]);
  return g.slice(flat, axis, 0, (count - 1) * stride + 1);
}
