/** Attention in the forms that ONNX Runtime does not run as they are, against the same with an explicit mask; and what is refused. */
import { describe, expect, it } from 'vitest';
import { expectSame, type Given, graphOf, type Lowered, modelOf } from '../../../test/support/expect-lowering.ts';
import { signed } from '../../../test/support/lowerings/tensors.ts';
import { type Attributes, int } from '../../onnx/graph.ts';
import { bools, int64s } from '../../onnx/tensor.ts';
import { evaluator } from '../../runtime/evaluate.ts';
import { ortNode } from '../../runtime/ort-node.ts';
import { specialise } from '../specialise.ts';

const QUERIES = 4;
const PAST = 3;
const [q, k, v] = [
  [2, 2, QUERIES, 6],
  [2, 2, 5, 6],
  [2, 2, 5, 7],
];
const past = [
  [2, 2, PAST, 6],
  [2, 2, PAST, 7],
];

const mask = (keys: number, seen: (query: number, key: number) => boolean): ReturnType<typeof bools> =>
  bools(
    Array.from({ length: QUERIES * keys }, (_, i) => seen(Math.floor(i / keys), i % keys)),
    [QUERIES, keys],
  );

const attention = (opset: number, inputs: readonly Given[], attributes: Attributes = {}): Lowered => ({
  op: 'Attention',
  opset,
  inputs,
  attributes,
  outputs: inputs.length > 4 && inputs[4] !== undefined ? 3 : 1,
});

describe('Attention windows', () => {
  it.each([
    { left: 2, right: 1, isCausal: 0, before: 0 },
    { left: 1, right: -1, isCausal: 0, before: 0 },
    { left: -1, right: 2, isCausal: 0, before: PAST },
    { left: 2, right: 3, isCausal: 1, before: 0 },
    { left: 0, right: -1, isCausal: 1, before: PAST },
  ])('are masks: %o', async ({ left, right, isCausal, before }) => {
    const seen = (query: number, key: number): boolean => {
      const position = query + before;
      if (isCausal === 1 && key > position) return false;
      return (left < 0 || key >= position - left) && (right < 0 || key <= position + right);
    };
    const tail: Given[] = before > 0 ? past : [];
    const windowed = attention(25, [q, k, v, undefined, ...tail], {
      is_causal: int(isCausal),
      left_window_size: int(left),
      right_window_size: int(right),
    });
    const explicit = attention(24, [q, k, v, mask(5 + before, seen), ...tail]);
    await expectSame(modelOf(windowed), windowed.inputs, modelOf(explicit));
  });
});

describe('an attention mask shorter than the keys', () => {
  it('hides the keys behind its end', async () => {
    const lengths = int64s([3, 3]);
    const short = attention(24, [q, k, v, mask(3, (query, key) => query + key !== 3), undefined, undefined, lengths]);
    const whole = attention(24, [q, k, v, mask(5, (query, key) => key < 3 && query + key !== 3)]);
    await expectSame(modelOf(short), short.inputs, modelOf(whole));
  });
});

describe('fused attention', () => {
  it.each([
    ['MultiHeadAttention', [[2, 3, 2, 3, 4]], 'packed'],
    ['Attention', [[2, 3, 8], signed([8, 24]), signed([24]), { fed: int64s(Array(8).fill(1), [2, 1, 2, 2]) }], 'mask'],
    ['Attention', [[1, 3, 8], signed([8, 24]), signed([24]), { fed: int64s([2, 0, 3, 0, 3]) }], 'mask'],
  ] as [string, Given[], string][])('%s is refused in a form that is not read, with what to do', async (op, inputs, what) => {
    const model = modelOf({ op, domain: 'com.microsoft', opset: 1, inputs, attributes: { num_heads: int(2) } });
    const shapes = Object.fromEntries(model.inputs.map(({ name, shape }) => [name, shape as number[]]));
    await expect(specialise(model, shapes, evaluator(ortNode))).rejects.toMatchObject({
      code: 'E_MODEL_UNSUPPORTED',
      message: expect.stringContaining(what),
      hint: expect.stringContaining('Export'),
    });
  });
  it('without heads named is refused', async () => {
    const model = modelOf(
      attention(23, [
        [2, 3, 8],
        [2, 3, 8],
        [2, 3, 8],
      ]),
    );
    const shapes = { x0: [2, 3, 8], x1: [2, 3, 8], x2: [2, 3, 8] };
    await expect(specialise(model, shapes, evaluator(ortNode))).rejects.toMatchObject({ code: 'E_MODEL_SHAPE' });
  });
});

describe('a remainder of floats with the sign of the divisor', () => {
  it('is the dividend less the floored quotient times the divisor', async () => {
    const inputs: Given[] = [[2, 3, 4], signed([4])];
    const nodes = (op: string, from: readonly string[], to: string) => ({
      op,
      domain: '',
      name: to,
      inputs: from,
      outputs: [to],
      attributes: {},
    });
    const steps = [
      nodes('Div', ['x0', 'x1'], 'd'),
      nodes('Floor', ['d'], 'f'),
      nodes('Mul', ['f', 'x1'], 'm'),
      nodes('Sub', ['x0', 'm'], 'y0'),
    ];
    const reference = graphOf(13, steps, inputs, [{ name: 'y0', type: 'float32', shape: null }]);
    await expectSame(modelOf({ op: 'Mod', opset: 13, inputs }), inputs, reference);
  });
});
