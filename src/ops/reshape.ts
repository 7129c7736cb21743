/** Reshape; 0 and −1 in the target are resolved here, Gibbon's own graphs carry plain sizes. */
import { intOf } from '../onnx/graph.ts';
import { sizeOf } from '../onnx/tensor.ts';
import { linear } from './families.ts';
import { constantNumbers, shapeError, typeOf } from './shapes.ts';

export const reshape = linear({
  type: 'Reshape',
  family: 'structural',
  infer: (context) => {
    const x = typeOf(context, 0);
    const copies = intOf(context.node, 'allowzero', 0) === 0;
    const shape = constantNumbers(context, 1, 'dimensions').map((dim, i) => (dim === 0 && copies ? (x.shape[i] ?? 0) : dim));
    const known = sizeOf(shape.filter((dim) => dim !== -1));
    const resolved = shape.map((dim) => (dim === -1 ? sizeOf(x.shape) / known : dim));
    if (sizeOf(resolved) !== sizeOf(x.shape)) shapeError(context.node, `[${x.shape}] does not reshape to [${shape}]`);
    return [{ type: x.type, shape: resolved }];
  },
  transpose: [({ g, inputs, lead }, ct) => g.reshape(ct, [...ct.shape.slice(0, lead), ...(inputs[0]?.shape ?? [])])],
});
