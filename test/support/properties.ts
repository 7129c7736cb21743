/** Published instances of the verification competition: models, properties, and the verdict that all sound tools agree on. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readInstances } from '../../src/certify/property/instances.ts';
import type { Property } from '../../src/certify/property/property.ts';
import { readVnnlib } from '../../src/certify/property/vnnlib.ts';
import { asked, checkWitness } from '../../src/certify/property/witness.ts';
import { readModel } from '../../src/onnx/read.ts';
import { keyedRng } from '../../src/rng/rng.ts';
import { ortNode } from '../../src/runtime/ort-node.ts';
import { fixture } from './fixture-models.ts';

export const FOLDERS = ['acasxu', 'cifar10_resnet', 'eran', 'mnistfc', 'oval21', 'verivital'] as const;
const ROOT = fixture('certify/vnncomp2021');
export const absent = !existsSync(ROOT);

export interface Published {
  readonly onnx: string;
  readonly vnnlib: string;
  readonly expected: 'sat' | 'unsat' | null;
}

/** The instances of a folder, whole paths. */
export function instancesOf(folder: string): Published[] {
  const verdicts = JSON.parse(readFileSync(join(ROOT, 'expected.json'), 'utf8')) as Record<string, Published[]>;
  const name = join(ROOT, folder, `${folder}_instances.csv`);
  return readInstances(readFileSync(name, 'utf8'), name).map(({ onnx, vnnlib }) => {
    const known = verdicts[folder]?.find((one) => one.onnx === onnx && one.vnnlib === vnnlib);
    const path = join(ROOT, folder, vnnlib);
    return { onnx: join(ROOT, folder, onnx), vnnlib: existsSync(path) ? path : `${path}.gz`, expected: known?.expected ?? null };
  });
}

export const propertyOf = ({ vnnlib }: Published): Property => readVnnlib(readFileSync(vnnlib));

/** How many of `count` random points of each case are counterexamples, by the untouched model. */
export async function counterexamples(instance: Published, count: number): Promise<number> {
  const property = propertyOf(instance);
  const bytes = readFileSync(instance.onnx);
  const session = await ortNode.loadModel(bytes);
  const ask = asked(session, readModel(bytes), property);
  const rng = keyedRng(1, 'points', instance.onnx.length);
  let found = 0;
  for (const { box } of property.cases) {
    for (let i = 0; i < count; i++) {
      const point = box.lower.map((low, k) => low + ((box.upper[k] as number) - low) * rng.uniform());
      if ((await checkWitness(ask, property, point)).violates) found++;
    }
  }
  await session.release();
  return found;
}
