import { describe, expect, it } from 'vitest';
import { readInstances } from './instances.ts';
import { resultText } from './result-text.ts';

describe('instance lists', () => {
  it('have a model, a property and seconds in each line', () => {
    expect(readInstances('net.onnx,./p/prop_1.vnnlib,116\r\n\nnet.onnx, p2.vnnlib ,300.0\n', 'instances.csv')).toEqual([
      { onnx: 'net.onnx', vnnlib: './p/prop_1.vnnlib', timeout: 116 },
      { onnx: 'net.onnx', vnnlib: 'p2.vnnlib', timeout: 300 },
    ]);
  });

  it.each(['net.onnx,p.vnnlib', 'net.onnx,p.vnnlib,0', 'net.onnx,p.vnnlib,soon', ',p.vnnlib,5', 'a,b,3,4', 'a,b,'])('refuse %s', (line) => {
    expect(() => readInstances(`net.onnx,p.vnnlib,1\n${line}`, 'list.csv')).toThrow(
      expect.objectContaining({ code: 'E_DATA_UNREADABLE', message: expect.stringContaining('list.csv is no list of instances: entry 2') }),
    );
  });

  it('refuse emptiness', () => {
    expect(() => readInstances('\n', 'list.csv')).toThrow(expect.objectContaining({ code: 'E_DATA_EMPTY' }));
  });
});

describe('results', () => {
  it('are a word, and a witness behind sat', () => {
    expect((['unsat', 'unknown', 'timeout'] as const).map((status) => resultText({ status }))).toEqual([
      'unsat\n',
      'unknown\n',
      'timeout\n',
    ]);
    const inputs = Float32Array.of(0.1, -0, 1e-30);
    const text = resultText({ status: 'sat', inputs, outputs: [3] });
    expect(text).toMatch(/^sat\n\(\(X_0 \S+\)\n \(X_1 -0\.0\)\n \(X_2 \S+\)\n \(Y_0 3\)\)\n$/);
    expect(Float32Array.from(text.matchAll(/X_\d+ (\S+)\)/g), ([, digits]) => Number(digits))).toEqual(inputs);
  });
});
