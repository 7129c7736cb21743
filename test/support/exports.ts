/** The exported networks of test/assets/exports: their manifest, and what the exporting framework answers for kept inputs. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { inflateSync } from 'node:zlib';
import { type ElementType, view } from '../../src/onnx/tensor.ts';
import type { HostTensor, StringTensor } from '../../src/runtime/runtime.ts';

export const EXPORTS = resolve(import.meta.dirname, '../assets/exports');

/** A line of the manifest. */
export interface Export {
  readonly name: string;
  /** Relative to the folder of the exports. */
  readonly file: string;
  readonly expected: string;
  /** `type` is that of the elements, or "sequence" for the list of maps that ZipMap makes. */
  readonly outputs: readonly { readonly name: string; readonly type: string }[];
  /** The largest absolute difference that is allowed between the framework's floating-point outputs and ONNX Runtime's. */
  readonly tolerance: number;
}

/** An array as bench/export/assets.py packs it. */
interface Packed {
  readonly type: ElementType;
  readonly shape: readonly number[];
  /** Little-endian elements, zlib, base64. */
  readonly deflated?: string;
  readonly strings?: readonly string[];
}

interface Expected {
  readonly inputs: Readonly<Record<string, Packed>>;
  readonly framework: Readonly<Record<string, Packed>>;
}

type Unpacked = HostTensor | StringTensor;

function unpacked({ type, shape, deflated, strings }: Packed): Unpacked {
  if (deflated === undefined) return { type: 'string', shape, data: strings ?? [] };
  return { type, shape, data: view({ type, shape, data: Uint8Array.from(inflateSync(Buffer.from(deflated, 'base64'))) }) };
}

const each = (packed: Readonly<Record<string, Packed>>): Record<string, Unpacked> =>
  Object.fromEntries(Object.entries(packed).map(([name, value]) => [name, unpacked(value)]));

/** All exports, by name; none where the folder is absent. */
export function exported(): readonly Export[] {
  const path = join(EXPORTS, 'manifest.json');
  if (!existsSync(path)) return [];
  return (JSON.parse(readFileSync(path, 'utf8')) as { exports: readonly Export[] }).exports;
}

/** The kept inputs of an export, and the framework's outputs for them, by the names in the file. */
export function expectedOf({ expected }: Pick<Export, 'expected'>): Record<'inputs' | 'framework', Record<string, Unpacked>> {
  const { inputs, framework } = JSON.parse(readFileSync(join(EXPORTS, expected), 'utf8')) as Expected;
  return { inputs: each(inputs), framework: each(framework) };
}

/** The export that a path names, if it is one. */
export function exportAt(path: string): Export | undefined {
  if (!dirname(path).startsWith(EXPORTS)) return undefined;
  const file = relative(EXPORTS, path).split(sep).join('/');
  return exported().find((one) => one.file === file);
}
