/** Instances of VNN-COMP 2021 in the fixtures, and what Gibbon says of them. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type Decided, decideProperty } from '../../src/certify/property/decide.ts';
import { readVnnlib } from '../../src/certify/property/vnnlib.ts';
import { readModel } from '../../src/onnx/read.ts';
import { ortNode } from '../../src/runtime/ort-node.ts';
import { CERTIFY } from './bounds.ts';

const ROOT = join(CERTIFY, 'vnncomp2021');

export interface KnownInstance {
  readonly onnx: string;
  readonly vnnlib: string;
  /** The consensus of the competition's tools; null where there is none. */
  readonly expected: 'sat' | 'unsat' | null;
}

export const instancesOf = (set: string): readonly KnownInstance[] =>
  (JSON.parse(readFileSync(join(ROOT, 'expected.json'), 'utf8')) as Record<string, KnownInstance[]>)[set] ?? [];

const read = (path: string): Buffer => (existsSync(path) ? readFileSync(path) : gunzipSync(readFileSync(`${path}.gz`)));

/** Decides an instance within so many seconds. */
export async function decided(set: string, { onnx, vnnlib }: KnownInstance, budget: number): Promise<Decided> {
  const bytes = read(join(ROOT, set, onnx));
  const original = await ortNode.loadModel(bytes);
  try {
    return await decideProperty(readModel(bytes), original, readVnnlib(read(join(ROOT, set, vnnlib))), ortNode, { budget });
  } finally {
    await original.release();
  }
}
