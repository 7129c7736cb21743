/** Tensors that keep their bytes in files beside the model: where these lie, and reading them only when they are asked for. */
import { GibbonError } from '../base/errors.ts';
import type { TensorProto } from './generated/onnx_pb.js';
import { byteLengthOf, type Tensor } from './tensor.ts';

/** A file beside the model. */
export interface ExternalFile {
  readonly size: number;
  /** The folder on disk that the location is relative to, where there is one. */
  readonly folder?: string;
  /** Bytes `offset` to `offset + length`, which lie inside the file. */
  read(offset: number, length: number): Uint8Array;
}

/** Opens a file that the model keeps its weights in (`location` is relative to the model). @throws where it cannot be opened */
export type ExternalData = (location: string) => ExternalFile;

export const DAMAGED = 'The file is damaged or was cut short: fetch or export it again.';

/** Where a tensor's bytes stand on disk. */
export interface Place {
  readonly folder: string;
  readonly location: string;
  readonly offset: number;
}

/** By the tensor itself, since a changed copy of it stands nowhere. */
const PLACES = new WeakMap<Tensor, Place>();

/** The place of a tensor as it was read, from where the runtime can map it, once for all graphs and processes. */
export const placeOf = (tensor: Tensor): Place | undefined => PLACES.get(tensor);

/** A tensor whose bytes are read when they are first asked for, and then kept. */
export function later(tensor: Omit<Tensor, 'data'>, read: () => Uint8Array): Tensor {
  let data: Uint8Array | undefined;
  return {
    ...tensor,
    get data(): Uint8Array {
      data ??= read();
      return data;
    },
  };
}

/** @throws GibbonError E_MODEL_UNSUPPORTED for files that may not be opened, E_MODEL_UNREADABLE for those that do not fit */
export function outside(proto: TensorProto, tensor: Omit<Tensor, 'data'>, external?: ExternalData): Tensor {
  const entry = (key: string): string | undefined => proto.externalData.find((item) => item.key === key)?.value;
  const location = entry('location');
  if (!external || !location || !staysInside(location)) {
    throw new GibbonError(
      'E_MODEL_UNSUPPORTED',
      `tensor ${proto.name} keeps its data in ${location || 'an unnamed file'}, which cannot be opened`,
      {
        hint: 'Put the external data file beside the model; paths outside its folder are refused.',
      },
    );
  }
  const file = opened(proto, location, external);
  const offset = Number(entry('offset') ?? 0);
  const length = Number(entry('length') ?? file.size - offset);
  if (![offset, length].every((n) => Number.isSafeInteger(n) && n >= 0) || offset + length > file.size) {
    throw new GibbonError('E_MODEL_UNREADABLE', `tensor ${proto.name} lies outside its file ${location} (${file.size} bytes)`, {
      hint: DAMAGED,
    });
  }
  const expected = byteLengthOf(tensor);
  if (length !== expected) {
    throw new GibbonError('E_MODEL_UNREADABLE', `tensor ${proto.name} declares ${expected} bytes and has ${length} in ${location}`, {
      hint: DAMAGED,
    });
  }
  const made = later(tensor, () => attempt(proto, location, () => file.read(offset, length)));
  if (file.folder !== undefined) PLACES.set(made, { folder: file.folder, location, offset });
  return made;
}

/** A model from elsewhere must not name files outside its own folder, on any system. */
function staysInside(location: string): boolean {
  return !/^[\\/]|^[A-Za-z]:|\0/.test(location) && !location.split(/[\\/]/).includes('..');
}

function opened(proto: TensorProto, location: string, external: ExternalData): ExternalFile {
  return attempt(proto, location, () => external(location));
}

function attempt<T>(proto: TensorProto, location: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof GibbonError) throw cause;
    throw new GibbonError('E_MODEL_UNREADABLE', `tensor ${proto.name} keeps its data in ${location}, which cannot be read`, {
      hint: `Put ${location} beside the model: the model is not complete without it.`,
      cause,
    });
  }
}
