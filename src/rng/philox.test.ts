import { describe, expect, it } from 'vitest';
import { philox4x32 } from './philox.ts';

/** Known answers of Random123's `kat_vectors` for philox4x32-10: counter, key, result. */
const KNOWN: [string, string, string][] = [
  ['00000000 00000000 00000000 00000000', '00000000 00000000', '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
  ['ffffffff ffffffff ffffffff ffffffff', 'ffffffff ffffffff', '408f276d 41c83b0e a20bc7c6 6d5451fd'],
  ['243f6a88 85a308d3 13198a2e 03707344', 'a4093822 299f31d0', 'd16cfe09 94fdcceb 5001e420 24126ea1'],
];

const words = (text: string): number[] => text.split(' ').map((word) => Number.parseInt(word, 16));

/** The paper's definition in exact integers, as slow as it is plain. */
function reference(counter: number[], key: number[]): number[] {
  let [c0, c1, c2, c3] = counter.map(BigInt) as [bigint, bigint, bigint, bigint];
  let [k0, k1] = key.map(BigInt) as [bigint, bigint];
  const mask = 0xffffffffn;
  for (let round = 0; round < 10; round++) {
    const p0 = 0xd2511f53n * c0;
    const p1 = 0xcd9e8d57n * c2;
    [c0, c1, c2, c3] = [(p1 >> 32n) ^ c1 ^ k0, p1 & mask, (p0 >> 32n) ^ c3 ^ k1, p0 & mask];
    k0 = (k0 + 0x9e3779b9n) & mask;
    k1 = (k1 + 0xbb67ae85n) & mask;
  }
  return [c0, c1, c2, c3].map(Number);
}

describe('philox4x32', () => {
  it.each(KNOWN)('counter %s, key %s', (counter, key, expected) => {
    const out = new Uint32Array(4);
    const [c0, c1, c2, c3] = words(counter) as [number, number, number, number];
    const [k0, k1] = words(key) as [number, number];
    philox4x32(out, c0, c1, c2, c3, k0, k1);
    expect([...out]).toEqual(words(expected));
    expect(reference([c0, c1, c2, c3], [k0, k1])).toEqual(words(expected));
  });

  it('agrees with exact integer arithmetic along a chain of 500 blocks', () => {
    const out = new Uint32Array([1, 2, 3, 4]);
    for (let i = 0; i < 500; i++) {
      const before = [...out] as [number, number, number, number];
      philox4x32(out, ...before, before[1], before[3]);
      expect([...out]).toEqual(reference(before, [before[1], before[3]]));
    }
  });
});
