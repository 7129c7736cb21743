/** Writes a certificate of trees into the run's folder, and searches again for what one claims. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AttackSample } from '../../attacks/attack.ts';
import { base64, floats } from '../../certify/claims/certificate.ts';
import { claimed } from '../../certify/trees/claimed.ts';
import { minimalRadius } from '../../certify/trees/radius.ts';
import { rowForest } from '../../certify/trees/row-forest.ts';
import type { TreeCertificate } from '../../certify/trees/tree-certificate.ts';
import { createJudge } from '../../model/judge.ts';
import type { ModelFile } from '../../model/model-file.ts';
import type { Preprocessing } from '../../model/preprocessing.ts';
import { version } from '../../runtime/ort-version.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import type { CertifyOrder } from './order.ts';

export async function treesKept(
  { folder, model, subject, norm }: CertifyOrder,
  { index, x, label }: AttackSample,
  { epsilon, explored }: { readonly epsilon: number; readonly explored: number },
): Promise<void> {
  if (folder === undefined) return;
  const certificate: TreeCertificate = {
    kind: 'gibbon certificate of trees',
    version: 1,
    model: model.sha256,
    runtime: `onnxruntime-node ${version}, cpu`,
    about: { preprocessing: subject.preprocessing, example: index, x: base64(x), label, epsilon },
    norm,
    explored,
  };
  const path = join(folder, 'certificates');
  await mkdir(path, { recursive: true });
  await writeFile(join(path, `${model.name}-${index}.cert.json`), `${JSON.stringify(certificate)}\n`);
}

/** Choices of leaves beyond which nobody waits for a search again. */
const MOST = 10_000_000;

/** Why the certificate does not hold; empty where it does. */
export async function treesRechecked(model: ModelFile, { about, norm, explored }: TreeCertificate, runtime: Runtime): Promise<string[]> {
  const preprocessing = about.preprocessing as Preprocessing;
  const row = floats(about.x);
  if (!row.every(Number.isFinite)) return ['its row holds what is no number'];
  const judge = await createJudge(model, preprocessing, runtime);
  const trees = await rowForest(model, preprocessing, runtime);
  try {
    const decide = async (one: Float32Array): Promise<number> => (await judge.decide([one]))[0]?.label as number;
    if (row.length !== trees.units.length) return ['its row is no row of the model'];
    if ((await decide(row)) !== about.label) return [`the model does not answer class ${about.label} there`];
    const settings = { decide, norm, units: trees.units, reach: about.epsilon, most: Math.min(2 * explored + 100, MOST) };
    const found = await minimalRadius(await trees.at(row), row, about.label, settings);
    return claimed(found, { norm, size: row.length }) >= about.epsilon ? [] : [reasons[found.by]];
  } finally {
    await trees.release();
    await judge.release();
  }
}

const reasons = {
  witness: 'a nearer row is given another class',
  rounding: 'nearer rows have scores so close that the order of their sums decides',
  open: 'the search did not come to its end',
  nothing: 'nothing was found',
} as const;
