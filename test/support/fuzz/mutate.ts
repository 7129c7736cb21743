/** Damages model files, at random and reproducibly: bytes, protobuf fields of any depth, names, wiring, types, shapes and attributes. */
import { fromBinary, type Message, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from '../../../src/onnx/generated/onnx_pb.js';
import type { Rng } from '../../../src/rng/rng.ts';

const pick = <T>(rng: Rng, items: readonly T[]): T => items[rng.int(items.length)] as T;

const STRINGS = [
  '',
  'x',
  '__proto__',
  'constructor',
  'a\0b',
  '../../etc/passwd',
  '\ud800',
  'é'.repeat(2000),
  'ai.onnx',
  'com.microsoft',
  'ai.onnx.ml',
];
const OPERATORS = (
  'Add Relu Conv Gemm MatMul Reshape Transpose Concat Split Slice Gather Expand Tile Pad Range ConstantOfShape Resize MaxPool AveragePool ReduceSum ' +
  'Softmax LayerNormalization BatchNormalization Einsum LSTM GRU If Loop Scan Shape Size NonZero TopK OneHot Cast Constant Identity Clip Where ScatterND ' +
  'GatherND CumSum DepthToSpace SpaceToDepth Squeeze Unsqueeze Flatten QuantizeLinear DequantizeLinear ConvTranspose ArgMax Pow Div Trilu STFT DFT Attention'
).split(' ');
const BIGINTS = [
  0n,
  1n,
  -1n,
  2n,
  3n,
  7n,
  255n,
  -128n,
  2n ** 31n - 1n,
  2n ** 31n,
  -(2n ** 31n),
  2n ** 32n,
  2n ** 40n,
  2n ** 53n,
  2n ** 62n,
  2n ** 63n - 1n,
  -(2n ** 63n),
];
const NUMBERS = [
  0,
  1,
  -1,
  2,
  3,
  5,
  7,
  8,
  11,
  16,
  23,
  29,
  1000,
  2 ** 31 - 1,
  -(2 ** 31),
  0.5,
  1e-38,
  3e38,
  Number.NaN,
  Number.POSITIVE_INFINITY,
];

/** Fields of messages that hold integers of 32 bits: others would not be written. */
const whole = (value: number): number => (Number.isInteger(value) ? value : 0);

export type Mutation = 'bytes' | 'structure' | 'both';

/** A damaged copy. `others` are what is spliced in. */
export function mutated(
  rng: Rng,
  bytes: Uint8Array,
  others: readonly Uint8Array[],
): { readonly bytes: Uint8Array; readonly how: Mutation } {
  const how = pick<Mutation>(rng, ['bytes', 'structure', 'structure', 'structure', 'structure', 'both']);
  const built = how === 'bytes' ? bytes : (restructured(rng, bytes) ?? bytes);
  return { bytes: how === 'structure' ? built : damaged(rng, built, pick(rng, others)), how };
}

function damaged(rng: Rng, bytes: Uint8Array, other: Uint8Array): Uint8Array {
  let made: Uint8Array = Uint8Array.from(bytes);
  for (let times = 1 + rng.int(4); times > 0; times--) {
    const at = rng.int(made.length + 1);
    const length = rng.int(Math.min(64, made.length - at + 1));
    const [front, back] = [made.subarray(0, at), made.subarray(at)];
    switch (rng.int(7)) {
      case 0:
        made = joined(front);
        break;
      case 1:
        made = joined(front, back.subarray(length));
        break;
      case 2:
        made = joined(front, back.subarray(0, length), back);
        break;
      case 3: {
        const from = rng.int(other.length);
        made = joined(front, other.subarray(from, from + 1 + rng.int(200)), back);
        break;
      }
      case 4:
        made = joined(
          front,
          Uint8Array.from({ length: 1 + rng.int(8) }, () => pick(rng, [0, 0x7f, 0x80, 0xff, rng.int(256)])),
          back,
        );
        break;
      default:
        if (at < made.length) made[at] = pick(rng, [rng.int(256), (made[at] as number) ^ (1 << rng.int(8)), 0, 0xff]);
    }
  }
  return made;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const made = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    made.set(part, at);
    at += part.length;
  }
  return made;
}

type Tree = { [field: string]: unknown };
interface Place {
  readonly holder: Tree | unknown[];
  readonly key: string | number;
  /** The field that it stands in, also for elements of lists. */
  readonly field: string;
}

/** Undefined where the change cannot be written. */
function restructured(rng: Rng, bytes: Uint8Array): Uint8Array | undefined {
  const model = fromBinary(ModelProtoSchema, bytes);
  const places: Place[] = [];
  collect(model, places);
  const small = places.filter(({ field }) => !/Data$/.test(field));
  const names = [
    ...new Set(
      small.flatMap(({ holder, key }) => {
        const own = (holder as Tree)[key];
        return typeof own === 'string' ? [own] : [];
      }),
    ),
  ];
  for (let times = 1 + rng.int(3); times > 0; times--) change(rng, chosen(rng, small), { places, names });
  try {
    return toBinary(ModelProtoSchema, model);
  } catch {
    return undefined;
  }
}

/** Names are left alone mostly: a value that nothing makes ends the reading of most models. */
function chosen(rng: Rng, places: readonly Place[]): Place {
  const place = pick(rng, places);
  return /^(input|output|name)$/.test(place.field) && rng.int(4) > 0 ? pick(rng, places) : place;
}

function collect(node: Tree | unknown[] | Message, places: Place[], field = ''): void {
  for (const [key, value] of Object.entries(node)) {
    if (key.startsWith('$') || key === 'case' || value === undefined) continue;
    const own = Array.isArray(node) ? field : key;
    places.push({ holder: node as Tree, key: Array.isArray(node) ? Number(key) : key, field: own });
    // Of long lists of numbers a few stand for all.
    const inner = Array.isArray(value) && typeof value[0] !== 'object' ? value.slice(0, 8) : value;
    if (typeof value === 'object' && value !== null && !(value instanceof Uint8Array)) {
      if (inner === value) collect(value as Tree, places, own);
      else for (const at of (inner as unknown[]).keys()) places.push({ holder: value as unknown[], key: at, field: own });
    }
  }
}

interface Pool {
  readonly places: readonly Place[];
  readonly names: readonly string[];
}

function change(rng: Rng, { holder, key, field }: Place, pool: Pool): void {
  const at = holder as Tree;
  const value = at[key];
  if (Array.isArray(value)) changeList(rng, value, field, pool);
  else if (typeof value === 'string') at[key] = newString(rng, field, pool);
  else if (typeof value === 'bigint') at[key] = rng.int(3) === 0 ? BigInt.asIntN(64, value + BigInt(rng.int(5) - 2)) : pick(rng, BIGINTS);
  else if (typeof value === 'number')
    at[key] = field === 'f' || field === 'floats' ? pick(rng, NUMBERS) : whole(pick(rng, [rng.int(30), ...NUMBERS]));
  else if (value instanceof Uint8Array)
    at[key] = pick(rng, [value.subarray(1), value.subarray(0, value.length >> 1), new Uint8Array(value.length), new Uint8Array()]);
  else if (Array.isArray(holder)) changeList(rng, holder, field, pool);
  else if (rng.int(2) === 0) at[key] = undefined;
  else at[key] = alike(rng, field, pool) ?? value;
}

function newString(rng: Rng, field: string, { names }: Pool): string {
  if (field === 'opType' && rng.int(4) > 0) return pick(rng, OPERATORS);
  return rng.int(4) === 0 ? pick(rng, STRINGS) : pick(rng, names);
}

/** Another value of a field of this name, from anywhere in the model. */
function alike(rng: Rng, field: string, { places }: Pool): unknown {
  const same = places.filter((place) => place.field === field);
  if (same.length === 0) return undefined;
  const { holder, key } = pick(rng, same);
  const found = (holder as Tree)[key];
  return Array.isArray(found) ? pick(rng, found.length > 0 ? found : [undefined]) : found;
}

function changeList(rng: Rng, list: unknown[], field: string, pool: Pool): void {
  const at = rng.int(list.length + 1);
  switch (rng.int(5)) {
    case 0:
      list.splice(at, 1 + rng.int(3));
      break;
    case 1:
      if (list.length > 0) list.splice(at, 0, list[rng.int(list.length)]);
      break;
    case 2: {
      const found = alike(rng, field, pool);
      if (found !== undefined && (list.length === 0 || typeof found === typeof list[0])) list.splice(at, 0, found);
      break;
    }
    case 3: {
      const other = rng.int(Math.max(1, list.length));
      if (at < list.length) [list[at], list[other]] = [list[other], list[at]];
      break;
    }
    default:
      if (typeof list[0] === 'bigint') list[rng.int(list.length)] = pick(rng, BIGINTS);
      else list.reverse();
  }
}
