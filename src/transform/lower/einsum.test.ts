/** Random equations against ONNX Runtime. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectLowering, modelOf } from '../../../test/support/expect-lowering.ts';
import { str } from '../../onnx/graph.ts';
import { evaluator } from '../../runtime/evaluate.ts';
import { ortNode } from '../../runtime/ort-node.ts';
import { specialise } from '../specialise.ts';

const SIZES: Readonly<Record<string, number>> = { a: 2, b: 3, c: 1, d: 4, e: 2 };

/** Up to three operands with labels of their own choice, and an output of some of their labels in any order. */
const equations = fc
  .array(fc.shuffledSubarray(Object.keys(SIZES), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 })
  .chain((terms) => {
    const all = [...new Set(terms.flat())];
    return fc.record({ terms: fc.constant(terms), output: fc.shuffledSubarray(all), written: fc.boolean() });
  });

describe('Einsum', () => {
  it('returns what ONNX Runtime returns for random equations', () =>
    fc.assert(
      fc.asyncProperty(equations, async ({ terms, output, written }) => {
        const left = terms.map((labels) => labels.join('')).join(',');
        const inputs = terms.map((labels) => labels.map((label) => SIZES[label] as number));
        const equation = written ? `${left}->${output.join('')}` : left;
        await expectLowering({ op: 'Einsum', opset: 12, inputs, attributes: { equation: str(equation) } });
      }),
      { numRuns: 60, seed: 20260301, endOnFailure: true },
    ));

  it.each([
    ['ab,bc->ac', 'for 2 operands'],
    ['abc->a', 'does not name'],
    ['ab->ac', 'returns c'],
    ['ab->aa', 'returns a'],
    ['aa->a', 'has the sizes 2 and 3'],
  ])('%s is refused for one operand [2, 3]', async (equation, message) => {
    const model = modelOf({ op: 'Einsum', opset: 12, inputs: [[2, 3]], attributes: { equation: str(equation) } });
    await expect(specialise(model, { x0: [2, 3] }, evaluator(ortNode))).rejects.toMatchObject({
      code: 'E_MODEL_SHAPE',
      message: expect.stringContaining(message),
    });
  });
});
