/** Decides one property of one model file (certify/property/decide.ts). */
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { GibbonError } from '../../base/errors.ts';
import { decideProperty } from '../../certify/property/decide.ts';
import { readVnnlib } from '../../certify/property/vnnlib.ts';
import { readModelBytes } from '../../data/model-bytes.ts';
import { readModel } from '../../onnx/read.ts';
import { defineSingleTask } from '../task.ts';

export interface PropertyOrder {
  readonly model: string;
  readonly property: string;
  /** Seconds. */
  readonly budget: number;
  readonly seed: number;
}

export interface PropertyReply {
  readonly status: 'sat' | 'unsat' | 'unknown' | 'timeout';
  /** The counterexample as the model was given it, and its answer: all inputs and outputs flattened. */
  readonly inputs?: readonly number[];
  readonly outputs?: readonly number[];
  readonly by: string;
  readonly seconds: number;
}

/** Unpacked models of more than this are refused. */
const MOST_BYTES = 2 ** 31;

export const propertyTask = defineSingleTask<PropertyOrder, PropertyReply>({
  kind: 'property',
  isFresh: true,
  run: async ({ model, property, budget, seed }, { runtime, alive }) => {
    const file = found(model);
    const isPacked = file.endsWith('.gz');
    const { bytes, beside } = isPacked ? { bytes: unpacked(file), beside: undefined } : await readModelBytes(file);
    const original = await runtime.loadModel(isPacked ? bytes : file);
    try {
      const settings = { budget, seed, alive };
      const { result, by, seconds } = await decideProperty(
        readModel(bytes, beside),
        original,
        readVnnlib(readFileSync(found(property))),
        runtime,
        settings,
      );
      const witness = result.status === 'sat' ? { inputs: Array.from(result.inputs), outputs: Array.from(result.outputs) } : {};
      return { status: result.status, ...witness, by, seconds };
    } finally {
      await original.release();
    }
  },
});

/** The file, or the packed one beside it. @throws GibbonError E_FILE_NOT_FOUND */
function found(path: string): string {
  for (const candidate of [path, `${path}.gz`]) if (existsSync(candidate)) return candidate;
  throw new GibbonError('E_FILE_NOT_FOUND', `there is no file ${path}`);
}

function unpacked(path: string): Uint8Array {
  try {
    return gunzipSync(readFileSync(path), { maxOutputLength: MOST_BYTES });
  } catch (cause) {
    throw new GibbonError('E_MODEL_UNREADABLE', `${path} cannot be unpacked: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}
