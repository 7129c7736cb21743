/** Transpose: permutes axes. */
import { intsOf } from '../onnx/graph.ts';
import { linear } from './families.ts';
import { typeOf } from './shapes.ts';

const reversed = (rank: number): number[] => Array.from({ length: rank }, (_, i) => rank - 1 - i);

/** The transpose is the inverse permutation. */
export const transpose = linear({
  type: 'Transpose',
  family: 'structural',
  infer: (context) => {
    const x = typeOf(context, 0);
    const perm = intsOf(context.node, 'perm', reversed(x.shape.length));
    return [{ type: x.type, shape: perm.map((axis) => x.shape[axis] as number) }];
  },
  transpose: [
    ({ g, node, lead }, ct) => {
      const perm = intsOf(node, 'perm', reversed(ct.shape.length - lead));
      const inverse = perm.map((_, axis) => lead + perm.indexOf(axis));
      return g.transpose(ct, [...Array(lead).keys(), ...inverse]);
    },
  ],
});
