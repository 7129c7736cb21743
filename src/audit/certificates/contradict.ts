/**
 * Cross-examines a certificate on the untouched model: corners and random points of the set, and a short attack within it. What was proved of the layers on the
 * way and of the margins is held against their values at the same points.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AttackSample } from '../../attacks/attack.ts';
import { attackOf } from '../../attacks/registry.ts';
import { brought, farthest, isWithin, pointsInside } from '../../certify/claims/inside.ts';
import type { Ball } from '../../certify/claims/sample.ts';
import type { Escaped } from '../../certify/claims/watch.ts';
import { writeNpz } from '../../data/npy-write.ts';
import { asRows } from '../../model/feasible.ts';
import { rangeOf } from '../../model/preprocessing.ts';
import { keyedRng } from '../../rng/rng.ts';
import { version as ortVersion } from '../../runtime/ort-version.ts';
import { scoreAttack } from '../presets.ts';
import type { Opened } from '../work.ts';
import type { CertifyOrder, Contradiction } from './order.ts';

/** Corners, and as many points inside. */
const POINTS = 32;
const STEPS = 20;
const QUERIES = 200;

export interface Certified {
  readonly sample: AttackSample;
  readonly epsilon: number;
  /** What proves it, as it is told where it is contradicted. */
  readonly certificate: object;
  /** What was proved on the way; left out where nothing but the answer was. */
  readonly onTheWay?: OnTheWay;
}

/** Bounds of layers and margins. */
export interface OnTheWay {
  /** The first value that leaves them at some points. */
  escaped(points: readonly Float32Array[]): Promise<Escaped | undefined>;
  /** Slopes at some points, along which values come nearest to that. */
  slopes(points: readonly Float32Array[]): Promise<readonly Float32Array[]>;
}

/** What contradicts the certificate, saved in the run's folder; undefined where nothing does. */
export async function contradicted(
  { target }: Opened,
  order: CertifyOrder,
  certified: Certified,
  onStep: () => void,
): Promise<Contradiction | undefined> {
  const { sample, epsilon } = certified;
  const ball: Ball = { norm: order.norm, epsilon, range: rangeOf(target.preprocessing) };
  const rng = keyedRng(order.subject.seed, 'certificate', sample.index);
  const points = pointsInside(sample.x, ball, { rng, count: POINTS });
  for (const slope of (await certified.onTheWay?.slopes(points.slice(0, POINTS))) ?? []) points.push(farthest(sample.x, slope, ball));
  for (const candidate of await attackedWithin(target, order, certified, onStep)) {
    const step = candidate.map((value, i) => value - (sample.x[i] as number));
    points.push(brought(sample.x, step, ball));
  }
  const pairs = await asRows(
    target,
    points.map((candidate) => ({ original: sample.x, candidate })),
    order.norm,
    epsilon,
  );
  // What a table's rules have moved out of the ball by the last bits says nothing.
  const rows = pairs.map(({ candidate }) => candidate).filter((row) => isWithin(sample.x, row, ball));
  const decisions = await target.judge.decide(rows);
  const at = decisions.findIndex(({ label }) => label !== sample.label);
  if (at >= 0) {
    const answered = decisions[at]?.label as number;
    return { epsilon, answered, file: await saved(order, certified, { x: rows[at] as Float32Array, answered }) };
  }
  const outside = await certified.onTheWay?.escaped(rows);
  if (!outside) return undefined;
  const { point: x, ...told } = outside;
  return { epsilon, escaped: told, file: await saved(order, certified, { x, escaped: told }) };
}

/** Where a short attack ends: along gradients or, where there are none, by scores. */
async function attackedWithin(
  target: Opened['target'],
  { norm, subject: { seed } }: CertifyOrder,
  { sample, epsilon }: Certified,
  onStep: () => void,
): Promise<Float32Array[]> {
  const isSteep = target.unsupported.length === 0;
  const { modality, shape } = target.preprocessing;
  const byScores = shape.length > 2 ? scoreAttack({ modality, norm }) : 'cube';
  const id = isSteep ? 'pgd' : byScores;
  const params = isSteep ? { steps: STEPS, loss: 'margin' } : { maxQueries: QUERIES };
  const proposals = await attackOf(id).run({ params, norm, epsilon, seed, target, batch: 1, onStep }, [sample]);
  return proposals.flatMap(({ candidate }) => (candidate ? [candidate] : []));
}

async function saved(
  order: CertifyOrder,
  { sample, epsilon, certificate }: Certified,
  { x, ...what }: { x: Float32Array } & Pick<Contradiction, 'answered' | 'escaped'>,
): Promise<string | null> {
  if (order.folder === undefined) return null;
  const folder = join(order.folder, 'contradictions');
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${order.model.name}-${sample.index}`);
  const { shape } = order.subject.preprocessing;
  const row = (data: Float32Array): { data: Float32Array; shape: number[]; dtype: 'float32' } => ({
    data,
    shape: [...shape],
    dtype: 'float32',
  });
  await writeFile(`${path}.npz`, writeNpz({ input: row(sample.x), point: row(x) }));
  const { subject, model, norm } = order;
  const told = {
    model: { ...model, path: subject.model },
    set: { norm, epsilon, range: rangeOf(subject.preprocessing) ?? null, preprocessing: subject.preprocessing },
    example: { index: sample.index, label: sample.label },
    ...what,
    certificate: {
      ...certificate,
      runtime: 'onnxruntime-node',
      version: ortVersion,
      provider: 'cpu',
      optimisation: 'all',
      arithmetic: 'float32',
    },
  };
  await writeFile(`${path}.json`, `${JSON.stringify(told, null, 1)}\n`);
  return `${path}.json`;
}
