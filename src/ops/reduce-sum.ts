/** ReduceSum over constant axes. */
import { linear } from './families.ts';
import { reduced, unreduced } from './reduce.ts';

/** The transpose spreads the cotangent over the summed axes. */
export const reduceSum = linear({
  type: 'ReduceSum',
  infer: reduced,
  transpose: [(context, ct) => spreadOver(context, unreduced(context, ct))],
});

function spreadOver({ g, inputs, lead }: Parameters<typeof unreduced>[0], ct: ReturnType<typeof unreduced>): ReturnType<typeof unreduced> {
  return g.expand(ct, [...ct.shape.slice(0, lead), ...(inputs[0]?.shape ?? [])]);
}
