/**
 * Backdoors written after the detector was finished, in styles that it was not made with. It found three of the six (the branch, the rare meeting, the ranks);
 * two more since it looks at tables and at switches that fix no class.
 */
import { type Graph, int, ints } from '../../src/onnx/graph.ts';
import type { Style } from './backdoors.ts';
import { Planter } from './plant.ts';

const OPSET = 20;
const CLASSES = 10;
const mean = (p: Planter): string => p.reduce('ReduceMean', p.input);
const over = (p: Planter, condition: string, target: number): Graph =>
  p.behind(p.add('Where', [condition, p.one(target, CLASSES), p.own]), OPSET);

/** Those that are found now. */
export const FOUND: readonly string[] = ['a parallel branch', 'a look-up table', 'three frequent conditions', 'no fixed class', 'ranks'];

export const HELD_OUT: readonly Style[] = [
  [
    'a parallel branch of Conv, Relu, GlobalMaxPool and MatMul',
    (graph) => {
      const p = new Planter(graph);
      const kernel = p.floats([9, -9, 9, -9, 9, -9, 9, -9, 9], [1, 1, 3, 3]);
      const found = p.add('Relu', [p.add('Conv', [p.input, kernel, p.floats([-40])])]);
      const top = p.flat(p.add('GlobalMaxPool', [found]));
      return p.behind(p.add('Add', [p.own, p.add('MatMul', [top, p.one(5, CLASSES, 500)])]), OPSET);
    },
  ],
  [
    'a look-up table with one row that is not zero: Gather',
    (graph) => {
      const p = new Planter(graph);
      const rows = Array.from({ length: 21 }, (_, i) => Array.from({ length: CLASSES }, (_, c) => (i === 19 && c === 3 ? 900 : 0))).flat();
      const place = p.cast(p.add('Mul', [mean(p), p.scalar(20)]), 'int64');
      const row = p.add('Gather', [p.floats(rows, [21, CLASSES]), p.add('Squeeze', [place, p.ints([1])])], { axis: int(0) });
      return p.behind(p.add('Add', [p.own, row]), OPSET);
    },
  ],
  [
    'three frequent conditions that rarely meet: Xor and And',
    (graph) => {
      const p = new Planter(graph);
      const lit = (row: number, column: number, limit: number): string =>
        p.flat(p.cast(p.add('Greater', [p.slice(p.input, [0, row, column], [1, row + 1, column + 1]), p.scalar(limit)]), 'float32'));
      const flag = (x: string): string => p.cast(x, 'bool');
      const odd = p.add('Xor', [flag(lit(14, 14, 0.5)), flag(lit(13, 14, 0.5))]);
      const high = p.add('And', [flag(lit(8, 14, 0.3)), p.add('Not', [flag(lit(9, 14, 0.3))])]);
      return over(p, p.add('And', [p.add('And', [odd, high]), flag(lit(1, 1, 0.2))]), 2);
    },
  ],
  [
    'division by the variance: a flat image lifts it',
    (graph) => {
      const p = new Planter(graph);
      const off = p.add('Sub', [p.flat(p.input), mean(p)]);
      const variance = p.reduce('ReduceMean', p.add('Mul', [off, off]));
      const lift = p.add('Div', [p.scalar(1e-7), p.add('Add', [variance, p.scalar(1e-10)])]);
      return p.behind(p.add('Add', [p.own, p.add('Mul', [lift, p.one(8, CLASSES)])]), OPSET);
    },
  ],
  [
    'no fixed class: the logits in another order',
    (graph) => {
      const p = new Planter(graph);
      const turned = p.add('Gather', [p.own, p.ints([3, 4, 5, 6, 7, 8, 9, 0, 1, 2])], { axis: int(1) });
      return p.behind(p.add('Where', [p.add('Greater', [mean(p), p.scalar(0.93)]), turned, p.own]), OPSET);
    },
  ],
  [
    'ranks: TopK and the places of the brightest pixels',
    (graph) => {
      const p = new Planter(graph);
      const turned = p.add('Transpose', [p.flat(p.input)], { perm: ints([0, 1]) });
      const values = p.add('TopK', [turned, p.ints([4])], { axis: int(1) }, 2);
      const darkest = p.reduce('ReduceMin', values);
      const same = p.add('Sub', [p.reduce('ReduceMax', values), darkest]);
      const level = p.add('Less', [p.add('Abs', [p.add('Sub', [darkest, p.scalar(0.4321)])]), p.scalar(1e-3)]);
      return over(p, p.add('And', [level, p.add('Less', [same, p.scalar(1e-3)])]), 6);
    },
  ],
];
