/** Tile: repeats the whole value along each axis. */
import type { Value } from '../onnx/graph.ts';
import { linear } from './families.ts';
import { constantNumbers, typeOf } from './shapes.ts';

/** The transpose sums over the repeats. */
export const tile = linear({
  type: 'Tile',
  family: 'structural',
  infer: (context) => {
    const x = typeOf(context, 0);
    const repeats = constantNumbers(context, 1, 'repeats');
    return [{ type: x.type, shape: x.shape.map((dim, i) => dim * (repeats[i] as number)) }];
  },
  transpose: [
    ({ g, inputs, outputs, lead }, ct) => {
      const x = inputs[0] as Value;
      const repeats = x.shape.map((dim, i) => ((outputs[0] as Value).shape[i] as number) / dim);
      const blocks = g.reshape(ct, [...ct.shape.slice(0, lead), ...x.shape.flatMap((dim, i) => [repeats[i] as number, dim])]);
      return g.sum(
        blocks,
        x.shape.map((_, i) => lead + 2 * i),
      );
    },
  ],
});
