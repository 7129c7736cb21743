/** What can be said of a model without any data. */

import { expectedScale } from '../model/expected-scale.ts';
import { readModelFile } from '../model/model-file.ts';
import { isCore, OPS } from '../ops/table.ts';
import { reasonOf } from '../transform/lower/reasons.ts';
import { qualifiedName } from '../transform/lower/table.ts';
import { unsupportedOperators } from '../transform/specialise.ts';
import { maskedOperators, portText } from './prepare.ts';

export interface Inspection {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly parameters: number;
  readonly opset: number;
  readonly input: ReturnType<typeof portText>;
  readonly output: ReturnType<typeof portText>;
  /** What the output is, and whether logits were found behind it. */
  readonly head: string;
  /** Normalisation found in the first nodes. */
  readonly scale: string;
  readonly operators: readonly {
    readonly op: string;
    readonly count: number;
    readonly gradient: 'gradient' | 'straight-through' | 'none' | 'missing';
    /** Why it is missing. */
    readonly reason?: string;
  }[];
  readonly missing: readonly string[];
  readonly masked: readonly string[];
}

export async function inspect(path: string): Promise<Inspection> {
  const model = await readModelFile(path);
  const missing = unsupportedOperators(model.graph);
  const counts = new Map<string, number>();
  const reasons = new Map<string, string>();
  for (const node of model.graph.nodes) {
    const name = qualifiedName(node);
    counts.set(name, (counts.get(name) ?? 0) + 1);
    if (missing.includes(name)) reasons.set(name, reasonOf(node));
  }
  const gradient = (op: string): Inspection['operators'][number]['gradient'] => {
    if (missing.includes(op)) return 'missing';
    if (!isCore(op) || OPS[op].differentiable === 'exact') return 'gradient';
    return OPS[op].differentiable === 'straight-through' ? 'straight-through' : 'none';
  };
  const { kind, logits, output } = model.head;
  return {
    path,
    sha256: model.sha256,
    bytes: model.bytes,
    parameters: model.parameters,
    opset: model.graph.opsets.get('') ?? 0,
    input: portText(model.input),
    output: portText(model.output),
    head: logits === output ? kind : `${kind}; logits recovered at ${logits}`,
    scale: expectedScale(model.graph),
    operators: [...counts]
      .map(([op, count]) => {
        const reason = reasons.get(op);
        return { op, count, gradient: gradient(op), ...(reason && { reason }) };
      })
      .sort((a, b) => b.count - a.count || a.op.localeCompare(b.op)),
    missing,
    masked: maskedOperators(model),
  };
}
