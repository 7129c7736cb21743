/** Reasons for operators without a lowering. */
import { describe, expect, it } from 'vitest';
import { reasonOf } from './reasons.ts';
import { loweredOperators, loweringOf } from './table.ts';

const split = (name: string): { op: string; domain: string } => {
  const at = name.lastIndexOf('.');
  return { op: name.slice(at + 1), domain: name.slice(0, Math.max(at, 0)) };
};

describe('an operator without a lowering', () => {
  it.each([
    ['Det', 'determinants'],
    ['NonMaxSuppression', 'depends on the data'],
    ['StringNormalizer', 'text'],
    ['ai.onnx.ml.TreeEnsembleClassifier', 'tree'],
    ['com.microsoft.GroupQueryAttention', 'one runtime only'],
    ['com.microsoft.nchwc.Conv', 'level of optimisation'],
    ['org.example.Blur', 'org.example are custom'],
    ['NoSuchOperator', 'no lowering yet'],
  ])('%s has its reason', (name, part) => {
    expect(loweringOf(split(name))).toBeUndefined();
    expect(reasonOf(split(name))).toContain(part);
  });

  it('alone has one: what is lowered is not excused', () => {
    const excused = loweredOperators().filter((name) => {
      const node = split(name);
      return reasonOf(node) !== reasonOf({ ...node, op: 'NoSuchOperator' });
    });
    expect(excused).toEqual([]);
  });
});
