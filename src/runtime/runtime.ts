/** What Gibbon needs of a runtime, whichever machine or browser it runs in. */
import type { Graph } from '../onnx/graph.ts';
import type { ElementType } from '../onnx/tensor.ts';

export type TypedArray =
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array;

/** Numbers on their way into or out of a session. */
export interface HostTensor {
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly data: TypedArray;
}

/** Strings on their way into a session. */
export interface StringTensor {
  readonly type: 'string';
  readonly shape: readonly number[];
  readonly data: readonly string[];
}

export type Feeds = Readonly<Record<string, HostTensor | StringTensor>>;

/** A loaded graph. Runs are synchronous inside, so a hang can only be ended from outside the process. */
export interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: Feeds, outputs?: readonly string[]): Promise<Record<string, HostTensor>>;
  release(): Promise<void>;
}

export interface SessionOptions {
  /** Threads inside one operator; 1 unless there is a single worker. */
  readonly threads?: number;
  /** `all` unless the untouched model's own order of operations matters. */
  readonly optimisation?: 'disabled' | 'basic' | 'extended' | 'all';
  /** false keeps weights as they are, mapped from their file and shared, where a session would hold a rearranged copy of its own; a little slower. */
  readonly prepack?: boolean;
  /** Refusals are expected: the runtime does not print them. */
  readonly quiet?: boolean;
  /** Prefix of a profile file to write. */
  readonly profile?: string;
}

export interface Runtime {
  readonly name: string;
  readonly version: string;
  readonly provider: string;
  /** Loads one of Gibbon's graphs. */
  load(graph: Graph, options?: SessionOptions): Promise<Session>;
  /** Loads a model file exactly as it is. */
  loadModel(model: Uint8Array | string, options?: SessionOptions): Promise<Session>;
}
