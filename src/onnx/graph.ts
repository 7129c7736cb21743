/** The typed graph that every transform reads and returns: nodes in topological order over named values. */
import type { ElementType, Tensor } from './tensor.ts';

/** A type with static dimensions. */
export interface ValueType {
  readonly type: ElementType;
  readonly shape: readonly number[];
}

/** A named value of a graph with static shapes. */
export interface Value extends ValueType {
  readonly name: string;
}

/** An input or output as the file declares it: a dimension is a number, a symbol, or unknown (null); shape null when the rank is unknown. */
export interface Port {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly (number | string | null)[] | null;
  /** What the file declares, where that is not a dense tensor ("nothing": no type at all); `type` and `shape` then say nothing. */
  readonly declared?: 'sequence' | 'map' | 'optional' | 'sparse tensor' | 'opaque' | 'nothing';
  readonly kept?: Kept;
}

/**
 * What the file says of a model, graph, node, port or attribute that Gibbon has no use for (documentation, metadata, training information, fields of
 * newer formats), as the protobuf bytes of the message that it stood in: a rewrite keeps it.
 */
export type Kept = Uint8Array;

export type Attribute = AttributeValue & { readonly kept?: Kept };

type AttributeValue =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  | { readonly kind: 'tensor'; readonly value: Tensor }
  | { readonly kind: 'graph'; readonly value: Graph }
  | { readonly kind: 'tensors'; readonly value: readonly Tensor[] }
  | { readonly kind: 'graphs'; readonly value: readonly Graph[] }
  /** Sparse tensors, types, strings that are not text: the whole attribute as protobuf. */
  | { readonly kind: 'other'; readonly value: Uint8Array };

export type Attributes = Readonly<Record<string, Attribute>>;

export interface Node {
  readonly op: string;
  /** '' is the ONNX domain. */
  readonly domain: string;
  readonly name: string;
  /** '' where an optional input is absent. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
  readonly kept?: Kept;
  /** Of a core node: the operator and name of the file's node that it stands for. */
  readonly origin?: string | undefined;
}

/** A model or a graph made from it. Constants are shared blobs: two graphs of one model hold the same `Tensor` objects. */
export interface Graph {
  readonly name: string;
  /** Version of each operator set by domain. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly nodes: readonly Node[];
  readonly constants: ReadonlyMap<string, Tensor>;
  readonly kept?: Kept;
  /** Of the whole file, where this is a model's outermost graph. */
  readonly keptOfModel?: Kept;
}

/** A graph whose every value has a known element type and static dimensions. */
export interface StaticGraph extends Graph {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly types: ReadonlyMap<string, ValueType>;
}

export const int = (value: number): Attribute => ({ kind: 'int', value });
export const float = (value: number): Attribute => ({ kind: 'float', value });
export const ints = (value: readonly number[]): Attribute => ({ kind: 'ints', value });
export const str = (value: string): Attribute => ({ kind: 'string', value });

/** The int attribute `name`, or `fallback` where the node lacks it. */
export function intOf(node: Node, name: string, fallback: number): number {
  const attribute = node.attributes[name];
  return attribute?.kind === 'int' || attribute?.kind === 'float' ? attribute.value : fallback;
}

export function floatOf(node: Node, name: string, fallback: number): number {
  return intOf(node, name, fallback);
}

export function intsOf(node: Node, name: string): readonly number[] | undefined;
export function intsOf(node: Node, name: string, fallback: readonly number[]): readonly number[];
export function intsOf(node: Node, name: string, fallback?: readonly number[]): readonly number[] | undefined {
  const attribute = node.attributes[name];
  return attribute?.kind === 'ints' ? attribute.value : fallback;
}

export function stringOf(node: Node, name: string, fallback: string): string {
  const attribute = node.attributes[name];
  return attribute?.kind === 'string' ? attribute.value : fallback;
}

export function tensorOf(node: Node, name: string): Tensor | undefined {
  const attribute = node.attributes[name];
  return attribute?.kind === 'tensor' ? attribute.value : undefined;
}
