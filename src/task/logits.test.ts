/** Of several outputs, the first that can hold scores is the classifier's. */
import { describe, expect, it } from 'vitest';
import type { Graph, Node, Port } from '../onnx/graph.ts';
import { headOf } from './logits.ts';

const node = (op: string, inputs: readonly string[], outputs: readonly string[], domain = ''): Node => ({
  op,
  domain,
  name: op,
  inputs,
  outputs,
  attributes: {},
});
const port = (name: string, type: Port['type'], shape: Port['shape'] = ['N', 2]): Port => ({ name, type, shape });

const model = (nodes: readonly Node[], outputs: readonly Port[]): Graph => ({
  name: 'm',
  opsets: new Map([['', 18]]),
  inputs: [port('x', 'float32')],
  outputs,
  nodes,
  constants: new Map(),
});

const classifier = node('LinearClassifier', ['x'], ['label', 'scores'], 'ai.onnx.ml');

describe('headOf', () => {
  it('passes over the labels that scikit-learn exports put first', () => {
    const graph = model([classifier], [port('label', 'int64', ['N']), port('scores', 'float32')]);
    expect(headOf(graph)).toEqual({ output: 'scores', kind: 'logits', logits: 'scores' });
  });

  it('sees a Softmax behind such labels', () => {
    const graph = model(
      [classifier, node('Softmax', ['scores'], ['probabilities'])],
      [port('label', 'int64', ['N']), port('probabilities', 'float32')],
    );
    expect(headOf(graph)).toEqual({ output: 'probabilities', kind: 'probabilities', logits: 'scores' });
  });

  it('takes floats of unknown shape where there is nothing else', () => {
    expect(headOf(model([classifier], [port('label', 'int64', ['N']), port('scores', 'float32', null)])).output).toBe('scores');
  });

  it('refuses labels alone, and says how to export', () => {
    expect(() => headOf(model([classifier], [port('label', 'int64', ['N'])]))).toThrow(
      expect.objectContaining({
        code: 'E_MODEL_UNSUPPORTED',
        message: expect.stringContaining('label (int64)'),
        hint: expect.stringContaining('zipmap'),
      }),
    );
  });

  it('takes the scores behind a map', () => {
    const zipped = model(
      [classifier, node('ZipMap', ['scores'], ['map'], 'ai.onnx.ml')],
      [port('label', 'int64', ['N']), port('map', 'float32', null)],
    );
    expect(headOf(zipped)).toEqual({ output: 'scores', kind: 'logits', logits: 'scores', isHidden: true });
  });
});
