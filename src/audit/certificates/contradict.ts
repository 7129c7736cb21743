/** Cross-examines a certificate on the untouched model: corners and random points of the set, and a short attack within it. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AttackSample } from '../../attacks/attack.ts';
import { attackOf } from '../../attacks/registry.ts';
import { brought, pointsInside } from '../../certify/claims/inside.ts';
import type { Ball } from '../../certify/claims/sample.ts';
import type { Verdict } from '../../certify/search/escalate.ts';
import { writeNpz } from '../../data/npy-write.ts';
import { asRows } from '../../model/feasible.ts';
import { rangeOf } from '../../model/preprocessing.ts';
import { keyedRng } from '../../rng/rng.ts';
import { version as ortVersion } from '../../runtime/ort-version.ts';
import type { Opened } from '../work.ts';
import type { CertifyOrder, Contradiction } from './order.ts';

/** Corners, and as many points inside. */
const POINTS = 32;
const STEPS = 20;

export interface Certified {
  readonly sample: AttackSample;
  readonly epsilon: number;
  readonly verdict: Verdict;
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
  if (target.unsupported.length === 0) {
    const attack = { params: { steps: STEPS, loss: 'margin' }, norm: order.norm, epsilon, seed: order.subject.seed };
    const proposals = await attackOf('pgd').run({ ...attack, target, batch: 1, onStep }, [sample]);
    for (const { candidate } of proposals)
      if (candidate)
        points.push(
          brought(
            sample.x,
            candidate.map((value, i) => value - (sample.x[i] as number)),
            ball,
          ),
        );
  }
  const pairs = await asRows(
    target,
    points.map((candidate) => ({ original: sample.x, candidate })),
    order.norm,
    epsilon,
  );
  const rows = pairs.map(({ candidate }) => candidate);
  const decisions = await target.judge.decide(rows);
  const at = decisions.findIndex(({ label }) => label !== sample.label);
  if (at < 0) return undefined;
  const answered = decisions[at]?.label as number;
  return { epsilon, answered, file: await saved(order, certified, { x: rows[at] as Float32Array, answered }) };
}

async function saved(
  order: CertifyOrder,
  { sample, epsilon, verdict }: Certified,
  point: { x: Float32Array; answered: number },
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
  await writeFile(`${path}.npz`, writeNpz({ input: row(sample.x), point: row(point.x) }));
  const { subject, model, norm } = order;
  const told = {
    model: { ...model, path: subject.model },
    set: { norm, epsilon, range: rangeOf(subject.preprocessing) ?? null, preprocessing: subject.preprocessing },
    example: { index: sample.index, label: sample.label },
    answered: point.answered,
    certificate: {
      ...verdict,
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
