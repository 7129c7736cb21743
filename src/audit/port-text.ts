/** A port in plain JSON, as results and inspections show it. */
import type { Port } from '../onnx/graph.ts';

export interface PortText {
  readonly name: string;
  readonly type: string;
  /** A number, a symbol, or "?" for each dimension. */
  readonly shape: (number | string)[];
}

export function portText({ name, type, shape, declared }: Port): PortText {
  return { name, type: declared ?? type, shape: shape?.map((dim) => dim ?? '?') ?? [] };
}
