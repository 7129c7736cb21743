/** Questions of many examples in one batch, whatever becomes of their neighbours. */
import { describe, expect, it } from 'vitest';
import { together } from './together.ts';

/** Decides a row by its first value; records how many rows each run had. */
function judge() {
  const runs: number[] = [];
  return {
    runs,
    decide: async (rows: readonly Float32Array[]) => {
      runs.push(rows.length);
      return rows.map((row) => ({ label: row[0] as number, confidence: 1 }));
    },
  };
}

describe('together', () => {
  it('asks what all wait for at once, and answers each its own', async () => {
    const model = judge();
    // Item n asks n questions of two rows, so that lanes end at different times and are refilled.
    const results = await together({ judge: model, width: 3 }, [1, 2, 3, 4], async (n, ask) => {
      const labels: number[] = [];
      for (let i = 0; i < n; i++) labels.push(...(await ask([Float32Array.of(n), Float32Array.of(i)])).map(({ label }) => label));
      return labels;
    });
    expect(results).toEqual([
      [1, 0],
      [2, 0, 2, 1],
      [3, 0, 3, 1, 3, 2],
      [4, 0, 4, 1, 4, 2, 4, 3],
    ]);
    expect(model.runs[0]).toBe(6);
    expect(model.runs.reduce((a, b) => a + b, 0)).toBe(20);
  });

  it('does nothing for nobody, and lets those be who ask nothing', async () => {
    expect(await together({ judge: judge(), width: 3 }, [], async () => 1)).toEqual([]);
    expect(await together({ judge: judge(), width: 8 }, [1, 2], async (n) => n)).toEqual([1, 2]);
  });

  it('passes on the first error after all have come to a stop', async () => {
    const model = judge();
    let ended = 0;
    const run = together({ judge: model, width: 2 }, [0, 1, 2, 3], async (n, ask) => {
      try {
        await ask([Float32Array.of(n)]);
        if (n === 1) throw new Error('one is broken');
        for (;;) await ask([Float32Array.of(n)]);
      } finally {
        ended++;
      }
    });
    await expect(run).rejects.toThrow('one is broken');
    expect(ended).toBe(2);
  });

  it('stops on request', async () => {
    const stop = new AbortController();
    const run = together({ judge: judge(), width: 2, signal: stop.signal }, [0, 1], async (n, ask) => {
      await ask([Float32Array.of(n)]);
      stop.abort();
      await ask([Float32Array.of(n)]);
    });
    await expect(run).rejects.toMatchObject({ code: 'E_ABORTED' });
  });
});
