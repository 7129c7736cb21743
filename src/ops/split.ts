/** Split: consecutive pieces of constant (or equal) sizes along an axis, all at once, so that their cotangents are joined rather than padded and added. */
import { int, intOf, type Value } from '../onnx/graph.ts';
import { ends } from './intervals.ts';
import type { OpRule } from './rule.ts';
import { axisOf, constantNumbers, shapeError, typeOf } from './shapes.ts';

/** The gradient joins the cotangents of the pieces; zeros stand for pieces that the loss does not depend on. */
export const split: OpRule = {
  type: 'Split',
  family: 'structural',
  differentiable: 'exact',
  interval: ends,
  affine: () => true,
  infer: (context) => {
    const { node } = context;
    const x = typeOf(context, 0);
    const axis = axisOf(node, intOf(node, 'axis', 0), x.shape.length);
    const even = node.outputs.map(() => (x.shape[axis] as number) / node.outputs.length);
    const sizes = context.inputs[1] ? constantNumbers(context, 1, 'sizes') : even;
    const total = sizes.reduce((sum, size) => sum + size, 0);
    if (total !== x.shape[axis] || sizes.length !== node.outputs.length || !sizes.every(Number.isInteger))
      shapeError(node, `[${x.shape}] does not split into ${node.outputs.length} pieces of sizes ${sizes}`);
    return sizes.map((size) => ({ type: x.type, shape: x.shape.map((dim, i) => (i === axis ? size : dim)) }));
  },
  gradient: ({ g, node, inputs, outputs, cotangents, lead }) => {
    const x = inputs[0] as Value;
    const axis = axisOf(node, intOf(node, 'axis', 0), x.shape.length);
    const front = (cotangents.find((ct) => ct !== undefined) as Value).shape.slice(0, lead);
    const pieces = outputs.map((piece, i) => cotangents[i] ?? g.zeros([...front, ...piece.shape], x.type));
    return [g.node('Concat', pieces, { axis: int(lead + axis) })];
  },
};
