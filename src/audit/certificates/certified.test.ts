/** A wrong bound does not get past the untouched model: the certificate is contradicted, the case kept, and the run ends with exit code 70. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEMO } from '../../../test/support/cli.ts';
import type { AttackSample } from '../../attacks/attack.ts';
import { GibbonError } from '../../base/errors.ts';
import { escalate } from '../../certify/search/escalate.ts';
import { readModelFile } from '../../model/model-file.ts';
import { ortNode } from '../../runtime/ort-node.ts';
import type { Subject } from '../subject.ts';
import { certified, type Provable, provable } from '../tasks/certify.ts';
import { attackSamples, type Opened, opener } from '../work.ts';
import type { CertifyOrder } from './order.ts';
import { sampleOf, sharesOf } from './summarise.ts';
import { assertUncontradicted } from './uncontradicted.ts';

const folder = mkdtempSync(join(tmpdir(), 'gibbon-certified-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const preprocessing = {
  modality: 'image',
  layout: 'NCHW',
  channels: 'grayscale',
  shape: [1, 28, 28],
  mean: [0],
  std: [1],
  resize: 'stretch',
} as const;
const subject: Subject = { model: DEMO.natural, data: { path: DEMO.images }, flags: {}, threads: 1, seed: 0, preprocessing };
const order: CertifyOrder = {
  subject,
  model: { name: 'mnist-natural', sha256: 'abc' },
  norm: 'linf',
  epsilon: 0.3,
  method: 'crown',
  budget: 60,
  attacks: false,
  folder,
};

let opened: Opened;
let network: Provable;
let sample: AttackSample;
beforeAll(async () => {
  opened = await opener(ortNode)(subject);
  network = await provable(subject, ortNode);
  [sample] = (await attackSamples(opened, [{ index: 0, label: 7 }])) as [AttackSample];
});

const open = { upper: undefined, isBroken: false };
const settle = (over: Partial<CertifyOrder>, prover?: typeof escalate) =>
  certified({ opened, order: { ...order, ...over }, alive: () => {}, ...network, ...(prover && { prover }) }, sample, open);

describe('an example of the shipped model', () => {
  it('is certified within a small ball', async () => {
    const reply = await settle({ epsilon: 0.01 });
    expect(reply).toMatchObject({ status: 'certified', lower: 0.01, method: 'crown', obstacle: null });
    expect(reply.margin).toBeGreaterThan(0);
    expect(reply.contradiction).toBeUndefined();
  });

  it('is undecided in a large one, with what stands in the way and what would pass', async () => {
    const reply = await settle({ epsilon: 0.05 });
    expect(reply.status).toBe('undecided');
    expect(reply.obstacle?.unstable).toBeGreaterThan(0);
    expect(reply.obstacle?.target).not.toBe(7);
    // The layer is a node of the file, as a viewer shows it.
    const { graph } = await readModelFile(DEMO.natural);
    const rectifiers = graph.nodes.filter(({ op }) => op === 'Relu').map(({ op, name, outputs }) => `${op} ${name || outputs[0]}`);
    expect(rectifiers).toContain(reply.obstacle?.layer);
    expect(reply.lower).toBeGreaterThan(0.01);
    expect(reply.lower).toBeLessThan(0.05);
  });

  it('has no larger radius than the distance of what fools the model', async () => {
    const reply = await certified({ opened, order: { ...order, most: 1 }, alive: () => {}, ...network }, sample, {
      upper: 0.055,
      isBroken: true,
    });
    expect(reply.status).toBe('attacked');
    expect(reply.lower).toBeGreaterThan(0.01);
    expect(reply.lower).toBeLessThanOrEqual(0.055);
  });
});

describe('a prover that says yes to everything', () => {
  const yes: typeof escalate = async (_, __, goals) => ({
    isProved: true,
    method: 'crown',
    lower: 1,
    raw: 1,
    goals: goals.map(({ name }) => ({ name, lower: 1, raw: 1, method: 'crown' as const })),
    unstable: [],
    seconds: 0,
  });

  it('is contradicted by the untouched model, and the case kept', async () => {
    const { contradiction } = await settle({}, yes);
    expect(contradiction?.answered).not.toBe(7);
    const file = contradiction?.file ?? '';
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
      model: { name: 'mnist-natural', sha256: 'abc' },
      set: { norm: 'linf', epsilon: 0.3, range: [0, 1] },
      example: { index: 0, label: 7 },
      answered: contradiction?.answered,
      certificate: { method: 'crown', arithmetic: 'float32' },
    });
    expect(existsSync(file.replace(/json$/, 'npz'))).toBe(true);
  });

  it('is contradicted by the values of its layers, too, where the answer itself is right', async () => {
    const narrow: typeof escalate = async (...task) => {
      const verdict = await escalate(...task);
      const upper = new Map(verdict.bounds?.upper);
      const last = task[0].cuts[task[0].cuts.length - 1]?.name as string;
      // The last layer, at half of its width: some point of the set lies above that.
      const lower = verdict.bounds?.lower.get(last) as Float32Array;
      upper.set(
        last,
        (upper.get(last) as Float32Array).map((value, i) => (value + (lower[i] as number)) / 2),
      );
      return { ...verdict, bounds: { ...(verdict.bounds as NonNullable<typeof verdict.bounds>), upper } };
    };
    expect((await settle({ epsilon: 0.01 })).contradiction).toBeUndefined();
    const { contradiction } = await settle({ epsilon: 0.01 }, narrow);
    expect(contradiction?.answered).toBeUndefined();
    expect(contradiction?.escaped?.by).toBeGreaterThan(0);
    expect(JSON.parse(readFileSync(contradiction?.file ?? '', 'utf8'))).toMatchObject({ escaped: contradiction?.escaped });
    expect(() => assertUncontradicted([{ index: 0, ...(contradiction as NonNullable<typeof contradiction>) }])).toThrow(
      /outside of what is proved/,
    );
  });

  it('ends the run with exit code 70', () => {
    expect(() => assertUncontradicted([])).not.toThrow();
    const thrown = (() => {
      try {
        assertUncontradicted([{ index: 3, answered: 2, file: '/run/contradictions/m-3.json' }]);
      } catch (error) {
        return error;
      }
      return undefined;
    })();
    expect(thrown).toBeInstanceOf(GibbonError);
    expect(thrown).toMatchObject({
      code: 'E_CONTRADICTION',
      exitCode: 70,
      message: expect.stringContaining('/run/contradictions/m-3.json'),
    });
  });
});

it('shares, radii and the curve follow from the examples', () => {
  const reply = { index: 0, status: 'certified', lower: 0.2, upper: 0.5, method: 'crown', margin: 1, obstacle: null, seconds: 1 } as const;
  const samples = [
    sampleOf({ index: 0, isCorrect: true }, reply),
    sampleOf({ index: 1, isCorrect: true }, { ...reply, index: 1, status: 'attacked', lower: 0.04, upper: 0.08 }),
    sampleOf({ index: 2, isCorrect: false }, undefined),
  ];
  const { certified: share, attacked, undecided, radius, curve } = sharesOf(samples, [0, 0.1, 0.6]);
  expect([share.count, attacked.count, undecided.count, share.n]).toEqual([1, 1, 0, 3]);
  expect(radius).toMatchObject({ certified: { least: 0.04, mean: expect.closeTo(0.12, 9) }, attacked: { least: 0.08 }, n: 2, broken: 2 });
  expect(curve.map((point) => [point.certified.count, point.unbroken?.count])).toEqual([
    [2, 2],
    [1, 1],
    [0, 0],
  ]);
});
