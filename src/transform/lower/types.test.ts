/** Element types outside the core are refused with a reason, before a runtime is asked to load them. */
import { expect, it } from 'vitest';
import { modelOf } from '../../../test/support/expect-lowering.ts';
import { int } from '../../onnx/graph.ts';
import { evaluator } from '../../runtime/evaluate.ts';
import { ortNode } from '../../runtime/ort-node.ts';
import { specialise } from '../specialise.ts';

it.each([
  ['float8e4m3fn', 17],
  ['int4', 22],
])('%s', async (type, code) => {
  const model = modelOf({ op: 'Cast', opset: 21, inputs: [[2, 3]], attributes: { to: int(code) } });
  await expect(specialise(model, { x0: [2, 3] }, evaluator(ortNode))).rejects.toMatchObject({
    code: 'E_MODEL_UNSUPPORTED',
    message: expect.stringContaining(type),
  });
});
