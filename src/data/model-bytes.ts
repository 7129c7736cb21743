/** The bytes of a model file, its hash, and the weight files beside it. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { GibbonError } from '../base/errors.ts';

export interface ModelBytes {
  readonly bytes: Uint8Array;
  /** SHA-256 of the model file itself, in hexadecimal. */
  readonly sha256: string;
  /** The bytes of a file in the model's folder. */
  readonly beside: (location: string) => Uint8Array;
}

/** @throws GibbonError E_FILE_NOT_FOUND */
export async function readModelBytes(path: string): Promise<ModelBytes> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new GibbonError('E_FILE_NOT_FOUND', `cannot read the model ${path}`, { hint: 'Give the path of an .onnx file.', cause });
  });
  return {
    bytes,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    beside: (location) => readFileSync(join(dirname(path), location)),
  };
}
