/** DepthToSpace in both modes. */

import type { Value } from '../onnx/graph.ts';
import { intOf, stringOf } from '../onnx/graph.ts';
import { linear } from './families.ts';
import { typeOf } from './shapes.ts';

/** The transpose is its inverse, written with Reshape and Transpose. */
export const depthToSpace = linear({
  type: 'DepthToSpace',
  family: 'structural',
  infer: (context) => {
    const x = typeOf(context, 0);
    const block = intOf(context.node, 'blocksize', 1);
    const [batch, channels, height, width] = x.shape as [number, number, number, number];
    return [{ type: x.type, shape: [batch, channels / block ** 2, height * block, width * block] }];
  },
  transpose: [
    ({ g, node, inputs, lead }, ct) => {
      const x = inputs[0] as Value;
      const block = intOf(node, 'blocksize', 1);
      const [, channels, height, width] = x.shape as [number, number, number, number];
      const crd = stringOf(node, 'mode', 'DCR') === 'CRD';
      return g.folded(ct, lead, (rows) => {
        const parts = g.reshape(rows, [rows.shape[0] as number, channels / block ** 2, height, block, width, block]);
        const perm = crd ? [0, 1, 3, 5, 2, 4] : [0, 3, 5, 1, 2, 4];
        return g.reshape(g.transpose(parts, perm), [rows.shape[0] as number, channels, height, width]);
      });
    },
  ],
});
