/** Workers killed from outside in each phase of an audit: once, and nothing changes; always, and that part is missing, said so, and the rest is kept. */
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { resolved } from '../../src/api/request.ts';
import { type Audited, auditModel } from '../../src/audit/audit.ts';
import type { AuditOptions } from '../../src/audit/options.ts';
import type { Workers } from '../../src/audit/ports.ts';
import { GibbonError } from '../../src/base/errors.ts';
import { createPool } from '../../src/queue/pool.ts';
import { childrenOf, DEMO, lives, scratch } from '../support/cli.ts';

const ENTRY = new URL('../../dist/queue/worker.js', import.meta.url);

interface Victim {
  /** The kind of work, and which of its calls. */
  readonly kind: string;
  readonly call: number;
  /** How many workers that take it up are killed. */
  readonly times: number;
}

interface Shot {
  readonly audited: Audited | GibbonError;
  readonly killed: readonly number[];
  readonly workers: readonly number[];
}

/** Time for a worker to take a task up; every task here takes longer. */
const TAKE_UP_MS = 5;

/** Work on rows names what is done with them in its payload. */
const taskOf = (kind: string, payload: unknown): string => (kind === 'rows' ? (payload as { kind: string }).kind : kind);

async function shot(victim?: Victim): Promise<Shot> {
  const killed: number[] = [];
  const workers = new Set<number>();
  const pool = createPool({ entry: ENTRY, init: undefined, size: 1, stallSeconds: 60 });
  let calls = 0;
  const hunted: Workers = {
    size: 1,
    run: async (kind, payload, onProgress, onCheckpoint) => {
      const isVictim = victim !== undefined && taskOf(kind, payload) === victim.kind && calls++ === victim.call;
      const run = pool.run({ kind, payload }, onProgress, onCheckpoint);
      const timer = setInterval(() => {
        for (const pid of childrenOf(process.pid)) {
          if (!workers.has(pid)) workers.add(pid);
          else if (isVictim && killed.length < victim.times && !killed.includes(pid) && lives(pid)) killed.push(pid);
        }
        for (const pid of killed) if (lives(pid)) process.kill(pid, 'SIGKILL');
      }, TAKE_UP_MS);
      try {
        return (await run) as never;
      } finally {
        clearInterval(timer);
      }
    },
  };
  // With the input as given, the first look asks of few examples, and most are left for the clean accuracy.
  const request = {
    data: DEMO.images,
    n: 400,
    seed: 0,
    preprocessing: { mean: [0], std: [1] },
    checks: { only: ['evasion', 'noise-baseline'] },
  };
  const options: AuditOptions = { ...resolved([DEMO.natural], request), preset: 'quick', folder: join(scratch(), 'run'), threads: 1 };
  const [model] = options.models;
  const reporter = { phase: () => {}, advance: () => {}, note: () => {} };
  const audited = await auditModel(options, model as AuditOptions['models'][number], { workers: hunted, reporter }).catch(
    (thrown: unknown) => {
      if (thrown instanceof GibbonError) return thrown;
      throw thrown;
    },
  );
  await pool.close();
  expect([...workers].filter(lives), 'workers left').toEqual([]);
  return { audited, killed, workers: [...workers] };
}

const resultOf = ({ audited }: Shot): Audited['result'] => {
  if (audited instanceof GibbonError) throw audited;
  return audited.result;
};
/** All but what depends on the folder. */
const figures = (one: Shot) => {
  const { samples, summary, attacks, curve, findings, examples } = resultOf(one);
  return { samples, summary, attacks, curve, findings, examples };
};

let calm: Shot;
beforeAll(async () => {
  calm = await shot();
});

describe('kill -9 of a worker, once', () => {
  it.each([
    ['prepare', 0],
    ['clean', 0],
    ['attack', 0],
    ['attack', 2],
    ['pictures', 0],
  ])('in the phase %s (call %d) changes nothing', async (kind, call) => {
    const one = await shot({ kind, call, times: 1 });
    expect(one.killed).toHaveLength(1);
    expect(figures(one)).toEqual(figures(calm));
  });
});

describe('kill -9 of every worker', () => {
  it.each([['prepare'], ['clean']])('in the phase %s ends the audit of the model with what died', async (kind) => {
    const { audited, killed } = await shot({ kind, call: 0, times: 20 });
    expect(killed.length).toBeGreaterThanOrEqual(2);
    expect(audited).toMatchObject({ code: 'E_WORKER_DIED', message: expect.stringContaining('SIGKILL') });
  });

  it('in one attack leaves that attack out and keeps the others', async () => {
    const one = await shot({ kind: 'attack', call: 0, times: 20 });
    const [lost, ...kept] = resultOf(calm).attacks;
    const result = resultOf(one);
    expect(result.attacks).toEqual(kept);
    expect(result.findings).toContainEqual(expect.objectContaining({ id: 'incomplete', text: expect.stringContaining(lost?.name ?? '') }));
    expect(result.attacksCut?.[0]?.name).toBe(lost?.name);
    expect(one.audited).toMatchObject({ failure: { code: 'E_WORKER_DIED' } });
  });

  it('among the pictures keeps all figures', async () => {
    const one = await shot({ kind: 'pictures', call: 0, times: 20 });
    const { findings, examples, ...rest } = figures(one);
    const { findings: all, examples: drawn, ...same } = figures(calm);
    expect(rest).toEqual(same);
    expect(drawn.length).toBeGreaterThan(0);
    expect(examples).toEqual([]);
    expect(findings).toEqual([...all, expect.objectContaining({ id: 'no-pictures', text: expect.stringContaining('SIGKILL') })]);
    expect(one.audited).toMatchObject({ failure: { code: 'E_WORKER_DIED', message: expect.stringContaining('pictures') } });
  });
});
