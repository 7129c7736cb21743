import { afterAll, describe, expect, it } from 'vitest';
import type { Graph } from '../../onnx/graph.ts';
import { floats } from '../../onnx/tensor.ts';
import { writeModel } from '../../onnx/write.ts';
import { newGraph } from '../../ops/table.ts';
import { ortNode } from '../../runtime/ort-node.ts';
import type { Session } from '../../runtime/runtime.ts';
import type { Property } from './property.ts';
import { asked, checkWitness } from './witness.ts';

const sessions: Session[] = [];
afterAll(() => Promise.all(sessions.map((session) => session.release())));

async function loaded(graph: Graph): Promise<Session> {
  const session = await ortNode.loadModel(writeModel(graph).bytes);
  sessions.push(session);
  return session;
}

/** y = 0.1·x, in float32. */
function tenth(): Graph {
  const g = newGraph();
  const x = g.input('x', 'float32', [1, 1]);
  return g.finish({ y: g.mul(x, g.scalar(0.1)) });
}

/** Two inputs, two outputs: the sum of `a`, and `b` + `a`'s first value. */
function several(): Graph {
  const g = newGraph();
  const [a, b] = [g.input('a', 'float32', [1, 3]), g.input('b', 'float32', [1, 2])];
  return g.finish({ sum: g.matmul(a, g.constant(floats([1, 1, 1], [3, 1]))), shifted: g.add(b, g.slice(a, 1, 0, 1)) });
}

const property = (lower: number[], upper: number[], output: { outputs: number; index: number; atLeast: number }): Property => ({
  inputs: lower.length,
  outputs: output.outputs,
  cases: [
    {
      box: { lower: Float64Array.from(lower), upper: Float64Array.from(upper) },
      violations: [[{ inputs: [], outputs: [{ index: output.index, weight: -1 }], bound: -output.atLeast, strict: false }]],
    },
  ],
});

describe('a witness', () => {
  it("is judged in the model's own float32 arithmetic, at its last bit", async () => {
    const graph = tenth();
    const ask = (one: Property) => loaded(graph).then((session) => asked(session, graph, one));
    const exact = Math.fround(Math.fround(0.1) * Math.fround(0.3));
    const at = property([0], [1], { outputs: 1, index: 0, atLeast: exact });
    expect(await checkWitness(await ask(at), at, [0.3])).toMatchObject({ violates: true, outputs: Float64Array.of(exact) });
    const above = property([0], [1], { outputs: 1, index: 0, atLeast: exact + exact * 2 ** -24 });
    expect((await checkWitness(await ask(above), above, [0.3])).violates).toBe(false);
  });

  it('lies in the box as float32 knows it, and says whether also as it is written', async () => {
    const graph = tenth();
    const session = await loaded(graph);
    // 0.1 is no float32, so no input is exactly there; 0.5 is one.
    const check = async (low: number, high: number, x: number) => {
      const one = property([low], [high], { outputs: 1, index: 0, atLeast: -1 });
      const { violates, insideExactly } = await checkWitness(asked(session, graph, one), one, [x]);
      return [violates, insideExactly];
    };
    expect(await check(0.1, 0.1, 0.1)).toEqual([true, false]);
    expect(await check(0.5, 0.5, 0.5)).toEqual([true, true]);
    expect(await check(0.1, 0.5, 0.5 + 2 ** -24)).toEqual([false, false]);
    expect(await check(0.1, 0.5, Number.NaN)).toEqual([false, false]);
  });

  it('covers all inputs and outputs of the model, flattened in their order', async () => {
    const graph = several();
    const one = property([1, 2, 3, 4, 5], [1, 2, 3, 4, 5], { outputs: 3, index: 2, atLeast: 6 });
    const ask = asked(await loaded(graph), graph, one);
    const witness = await checkWitness(ask, one, [1, 2, 3, 4, 5]);
    expect(witness).toMatchObject({ violates: true, insideExactly: true, outputs: Float64Array.of(6, 5, 6) });
  });

  it('refuses the property of another model', async () => {
    const graph = several();
    const session = await loaded(graph);
    const other = property([0], [1], { outputs: 3, index: 0, atLeast: 0 });
    expect(() => asked(session, graph, other)).toThrow(
      expect.objectContaining({ code: 'E_MODEL_SHAPE', message: expect.stringContaining('1 inputs, and the model has 5') }),
    );
    const outputs = property([1, 2, 3, 4, 5], [1, 2, 3, 4, 5], { outputs: 7, index: 2, atLeast: 6 });
    await expect(asked(session, graph, outputs)([1, 2, 3, 4, 5])).rejects.toMatchObject({ code: 'E_MODEL_SHAPE' });
  });
});
