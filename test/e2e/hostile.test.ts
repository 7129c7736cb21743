/** Models that hang, crash or eat memory: the audit ends in bounded time with a clear error, keeps what is finished, and leaves no process behind. */
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ATTACKS_ONLY, childrenOf, DEMO, type Ended, gibbon, lives, resultIn, runFolder, scratch } from '../support/cli.ts';
import { ambushing, evasive, greedy, hoarding, looping, slowToLoad, spinning } from '../support/hostile.ts';

let dir: string;
beforeAll(() => {
  dir = scratch();
});

const STALL = { GIBBON_STALL_SECONDS: '2' };
const args = (...models: string[]): string[] => [
  'audit',
  ...models,
  '--data',
  DEMO.images,
  '--n',
  '20',
  '--preset',
  'quick',
  '--workers',
  '1',
  ...ATTACKS_ONLY,
];

/** Runs, and notes every worker that there ever was. */
async function watched(argv: readonly string[], env: Record<string, string> = STALL): Promise<Ended & { workers: readonly number[] }> {
  const workers = new Set<number>();
  let timer: NodeJS.Timeout | undefined;
  const ended = await gibbon(argv, {
    env,
    during: (pid) => {
      timer = setInterval(() => {
        for (const child of childrenOf(pid)) workers.add(child);
      }, 20);
    },
  });
  clearInterval(timer);
  return { ...ended, workers: [...workers] };
}

function over({ workers, seconds, stderr }: Ended & { workers: readonly number[] }, most: number): void {
  expect(workers.filter(lives), 'workers left').toEqual([]);
  expect(seconds, stderr).toBeLessThan(most);
  expect(stderr).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
}

describe('a model that never ends a run', () => {
  it('is given up with what hung', async () => {
    const ended = await watched(args(spinning(join(dir, 'spinning.onnx'))));
    over(ended, 40);
    expect(ended.code).toBe(70);
    expect(ended.stderr).toContain('[E_WORKER_HUNG]');
    expect(ended.stderr).toContain('no progress for 2 s');
    expect(ended.stdout).toBe('');
    expect(ended.workers.length).toBeGreaterThanOrEqual(2);
  });

  it('does not take the reports of other models with it', async () => {
    const ended = await watched(args(DEMO.natural, spinning(join(dir, 'second.onnx')), DEMO.adversarial));
    over(ended, 60);
    expect(ended.code).toBe(70);
    expect(resultIn(runFolder(ended.cwd)).models.map(({ name }) => name)).toEqual(['mnist-natural', 'mnist-adversarial']);
    expect(ended.stdout).toContain('report.html');
    expect(ended.stderr).toContain('second');
  });

  it('hangs only under attack', async () => {
    const ended = await watched([...args(ambushing(join(dir, 'ambushing.onnx'))), '--mean', '0', '--std', '1']);
    over(ended, 60);
    expect(ended.code).toBe(70);
    expect(ended.stderr).toContain('[E_WORKER_HUNG]');
    expect(ended.stderr).toContain('Uniform noise');
  });
});

describe('a model that hangs only under attack', () => {
  const alone = (...more: string[]): string[] => [
    ...['audit', ambushing(join(dir, 'ambush.onnx')), '--data', DEMO.images, '--n', '20', '--preset', 'quick', '--workers', '1'],
    ...['--mean', '0', '--std', '1', '--only', 'evasion,noise-baseline,output-exposure,group-performance', ...more],
  ];

  it('keeps the figures of the checks that do not attack it', async () => {
    const ended = await watched(alone());
    over(ended, 60);
    expect(ended.code).toBe(70);
    const { models, checks } = resultIn(runFolder(ended.cwd));
    expect(Object.fromEntries(checks.map(({ id, status }) => [id, status]))).toEqual({
      evasion: 'error',
      'noise-baseline': 'error',
      'output-exposure': 'pass',
      'group-performance': 'not-applicable',
    });
    expect(models[0]?.summary).toMatchObject({ verdict: 'undecided', robustAccuracy: { n: 0 }, cleanAccuracy: { n: 20 } });
    expect(models[0]?.summary.headline).toMatch(/^Undecided: the attacks failed; clean accuracy is \d+ % of 20 examples\.$/);
  });

  it('fails by its gates where the figures that there are do not keep them', async () => {
    const ended = await watched(alone('--gate', 'output-exposure.labelBits<=0.1'));
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('[E_WORKER_HUNG]');
  });
});

describe('a model that is a burden before it runs', () => {
  it('hangs while it is loaded', async () => {
    const ended = await watched(args(slowToLoad(join(dir, 'slow.onnx'))));
    over(ended, 40);
    expect(ended.code).toBe(70);
    expect(ended.stderr).toContain('[E_WORKER_HUNG]');
  });

  it('wants more memory than there is', async () => {
    const ended = await watched(args(greedy(join(dir, 'greedy.onnx'), 2 ** 40)));
    over(ended, 40);
    expect([2, 70]).toContain(ended.code);
    expect(ended.stderr.match(/^error /gm)).toHaveLength(1);
    expect(ended.stdout).toBe('');
  });

  it('takes more memory than it may, while it is loaded', async () => {
    const ended = await watched(args(greedy(join(dir, 'heavy.onnx'), 4e8)), { GIBBON_MEMORY_MIB: '1000' });
    over(ended, 40);
    expect(ended.code).toBe(70);
    expect(ended.stderr).toMatch(/\[E_WORKER_DIED\]/);
    expect(ended.stderr).toMatch(/used \d+ MB of memory, more than the 1000 MB allowed/);
  });

  it('takes more memory than it may in a run, and another model is audited all the same', async () => {
    const models = [hoarding(join(dir, 'hoarding.onnx'), 4e8), DEMO.natural];
    const ended = await watched([...args(...models), '--mean', '0', '--std', '1'], { GIBBON_MEMORY_MIB: '1000' });
    over(ended, 60);
    expect(ended.code).toBe(70);
    expect(ended.stderr).toMatch(/hoarding.*more than the 1000 MB allowed/);
    expect(resultIn(runFolder(ended.cwd)).models.map(({ name }) => name)).toEqual(['mnist-natural']);
  });

  it('is only looked at', async () => {
    const ended = await watched(['inspect', spinning(join(dir, 'inspected.onnx'))], {});
    over(ended, 20);
    expect(ended.code).toBe(0);
  });
});

it('a model that answers NaN off the 8-bit grid is broken by pictures on it', async () => {
  const ended = await watched(args(evasive(join(dir, 'evasive.onnx'))), {});
  over(ended, 40);
  expect(ended.code, ended.stderr).toBe(0);
  const [model] = resultIn(runFolder(ended.cwd)).models;
  // NaN itself is no success of the attacker; the candidates rounded to 8 bits inside the ball are.
  expect(model?.summary.verdict).toBe('broken');
  expect(model?.samples.every(({ adversarial }) => adversarial === null || adversarial.survives8bit === true)).toBe(true);
});

it('a model without gradients is questioned on every example, and noise alone never makes it robust', async () => {
  const evidence = args(looping(join(dir, 'looping.onnx'))).map((arg) => (arg === ATTACKS_ONLY[1] ? `${arg},gradient-masking` : arg));
  const ended = await watched(evidence, {});
  over(ended, 60);
  expect(ended.code, ended.stderr).toBe(0);
  const [model] = resultIn(runFolder(ended.cwd)).models;
  expect(model?.attacks.map(({ id, successRate }) => [id, successRate.n])).toContainEqual([
    'hop-skip-jump',
    model?.summary.cleanAccuracy.count,
  ]);
  expect(model?.findings.map(({ id }) => id)).toContain('no-gradients');
  expect(model?.summary.verdict).toBe('broken');
  const other = await gibbon([...args(looping(join(dir, 'looping-l1.onnx'))), '--norm', 'l1', '--n', '8']);
  expect(other.code, other.stderr).toBe(0);
  const [flat] = resultIn(runFolder(other.cwd)).models;
  expect(flat?.attacks.map(({ id, successRate }) => [id, successRate.n])).toContainEqual(['cube', flat?.summary.cleanAccuracy.count]);
});
