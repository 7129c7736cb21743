/**
 * Linear bounds by backward substitution (CROWN, Zhang et al., arXiv:1811.00866, theorem 3.2; for any graph, Xu et al., arXiv:2002.12920):
 * A·v ≥ Σ A_in·x_in + d for every input of the set, A being pulled back through affine nodes by their transpose, and through others along the planes
 * that bound them.
 */
import type { GraphBuilder } from '../../onnx/build.ts';
import type { Node, Value } from '../../onnx/graph.ts';
import { sizeOf } from '../../onnx/tensor.ts';
import type { Interval, Plane, Relaxation, RelaxContext } from '../../ops/rule.ts';
import { ruleOf } from '../../ops/table.ts';
import { unbroadcast } from '../gradient.ts';
import { type Confined, offsetInBall } from './offset-in-ball.ts';
import { constantsOf, hasOffset, isAffine, type Scope } from './scope.ts';

export interface LinearSeed {
  /** Name of the value in the network. */
  readonly value: string;
  /** [S, …shape of the value]: S rows of coefficients. */
  readonly coefficients: Value;
}

export interface LinearContext {
  readonly scope: Scope;
  /** Rows of the network's batch. */
  readonly batch: number;
  /** Bounds of the values that enter nodes which are not affine. */
  readonly intervals: ReadonlyMap<string, Interval>;
  /** δ of `rounding.ts` by a node's first output, [n, 1]: of one row, the same for all; or [S, B, …], for rows that see different parts of a value. */
  readonly errors: ReadonlyMap<string, Value>;
  choice?(node: Node): RelaxContext['choice'];
  /** Planes of a node that is not affine, in place of its rule's over `intervals`. */
  relaxed?(node: Node): Relaxation;
  /** Where the values lie that enter a rectifier, where that is in a ball as well as in an interval. */
  confined?(node: Node): Confined | undefined;
  /** Changes the coefficients that reach a value, before they are passed on (split constraints of branch and bound). */
  adjusted?(name: string, coefficients: Value): Value;
}

export interface LinearBound {
  /** For each input of the network that is reached, [S, …shape]. */
  readonly coefficients: ReadonlyMap<string, Value>;
  /** d, [S, B] */
  readonly constant: Value;
  /** What rounding may take from the bound, [S, B]: not yet subtracted. */
  readonly error: Value;
}

/** Lower bounds of the rows `seeds`, added up, as functions of the network's inputs. */
export function linearBounds(context: LinearContext, seeds: readonly LinearSeed[]): LinearBound {
  const { scope } = context;
  const g = scope.g;
  const found = new Map<string, Value>();
  const sums: Sums = { constants: [], errors: [] };
  const accumulate = (name: string, value: Value): void => {
    const sum = found.get(name);
    found.set(name, sum ? g.add(sum, value) : value);
  };
  for (const { value, coefficients } of seeds) accumulate(value, coefficients);
  const inputs = new Set(scope.net.inputs.map(({ name }) => name));
  for (const node of [...scope.nodes].reverse()) {
    const outputs = node.outputs.map((name) => {
      const value = found.get(name);
      return value && (context.adjusted?.(name, value) ?? value);
    });
    if (outputs.every((output) => output === undefined)) continue;
    const pulled = pulledBack(context, node, outputs, sums);
    for (const [i, value] of pulled.entries()) if (value) accumulate(node.inputs[i] as string, value);
    for (const name of node.outputs) if (!inputs.has(name)) found.delete(name);
  }
  const zero = perRow(g, seeds[0] as LinearSeed, context.batch, 0);
  const total = (terms: readonly Value[]): Value => (terms.length === 0 ? zero : terms.reduce((a, b) => g.add(a, b)));
  return { coefficients: found, constant: total(sums.constants), error: total(sums.errors) };
}

/** The same number for each row: [S, B]. It is made of the seed, so that no constant of the graph depends on how many rows there are. */
export function perRow(g: GraphBuilder, { coefficients }: LinearSeed, batch: number, value: number): Value {
  const rows = coefficients.shape[0] as number;
  const n = sizeOf(coefficients.shape) / rows;
  const first = g.slice(g.reshape(coefficients, [rows, batch, n / batch]), 2, 0, 1);
  return g.add(g.reshape(g.mul(first, g.scalar(0, first)), [rows, batch]), g.scalar(value, first));
}

interface Sums {
  readonly constants: Value[];
  readonly errors: Value[];
}

/** Coefficients of the node's varying inputs; what is constant goes into the sums. */
function pulledBack(context: LinearContext, node: Node, outputs: readonly (Value | undefined)[], sums: Sums): (Value | undefined)[] {
  const { scope, batch } = context;
  const g = scope.g;
  const error = context.errors.get(node.outputs[0] as string);
  if (error && outputs[0]) sums.errors.push(dotError(g, outputs[0], error, batch));
  const rule = ruleOf(node.op);
  const inputs = node.inputs.map((name) => (name === '' ? undefined : (scope.constants.get(name) ?? scope.typed(name)))) as Value[];
  const unsummed = isAffine(scope, node, rule)
    ? throughAffine(context, node, { inputs, outputs }, sums)
    : throughPlanes(context, node, outputs[0] as Value, sums);
  return unsummed.map((value, i) =>
    value && scope.varies(node.inputs[i] as string) ? unbroadcast(g, value, inputs[i] as Value, 1) : undefined,
  );
}

function throughAffine(
  { scope, batch }: LinearContext,
  node: Node,
  { inputs, outputs }: { readonly inputs: readonly Value[]; readonly outputs: readonly (Value | undefined)[] },
  sums: Sums,
): readonly (Value | undefined)[] {
  const g = scope.g;
  if (hasOffset(scope, node)) {
    const zeros = node.inputs.map((name, i) => (scope.varies(name) ? g.zeros(scope.typed(name).shape, scope.typed(name).type) : inputs[i]));
    const offset = g.nodes1(node.op, zeros, node.attributes, node.outputs.length);
    for (const [i, output] of outputs.entries()) {
      if (output) sums.constants.push(dotShared(g, output, ofOneRow(g, offset[i] as Value, batch), batch));
    }
  }
  return ruleOf(node.op).gradient({
    g,
    node,
    inputs,
    outputs: node.outputs.map((name) => scope.typed(name)),
    cotangents: outputs,
    lead: 1,
    wants: (index) => scope.varies(node.inputs[index] ?? ''),
  });
}

/** A⁺·(lower plane) + A⁻·(upper plane) */
function throughPlanes(context: LinearContext, node: Node, a: Value, sums: Sums): (Value | undefined)[] {
  const { scope, batch } = context;
  const g = scope.g;
  const { lower, upper } =
    context.relaxed?.(node) ?? relaxation(scope, node, { intervals: context.intervals, choice: context.choice?.(node) ?? {} });
  const positive = g.node('Relu', [a]);
  const negative = g.sub(a, positive);
  const along = (part: Value, plane: Plane, i: number): Value[] => (plane.slopes[i] ? [g.mul(part, plane.slopes[i])] : []);
  const pulled = node.inputs.map((_, i) => {
    const terms = [...along(positive, lower, i), ...along(negative, upper, i)];
    return terms.length === 0 ? undefined : terms.reduce((x, y) => g.add(x, y));
  });
  const intercepts = [
    ...(lower.intercept ? [dot(g, positive, lower.intercept, batch)] : []),
    ...(upper.intercept ? [dot(g, negative, upper.intercept, batch)] : []),
  ];
  sums.constants.push(...lifted(context, node, { above: a, below: pulled[0] as Value }, intercepts, sums));
  return pulled;
}

/** The intercepts of the planes, or the offset over a ball where that is larger even without its rounding. */
function lifted(
  { scope: { g }, confined, batch, errors }: LinearContext,
  node: Node,
  { above, below }: { readonly above: Value; readonly below: Value },
  intercepts: readonly Value[],
  sums: Sums,
): readonly Value[] {
  const within = node.op === 'Relu' ? confined?.(node) : undefined;
  if (!within) return intercepts;
  const inBox = intercepts.reduce((x, y) => g.add(x, y));
  const { value, error } = offsetInBall(g, { above, below, within, batch });
  const isReal = errors.size === 0;
  const better = g.greater(isReal ? value : g.sub(value, error), inBox);
  if (!isReal) sums.errors.push(g.where(better, error, g.scalar(0, error)));
  return [g.where(better, value, inBox)];
}

/** The planes of a node's rule. */
export function relaxation(
  scope: Scope,
  node: Node,
  { intervals, choice }: Pick<LinearContext, 'intervals'> & Pick<RelaxContext, 'choice'>,
): Relaxation {
  const relax = ruleOf(node.op).relax as NonNullable<ReturnType<typeof ruleOf>['relax']>;
  const around = node.inputs.map((name) => intervals.get(name));
  return relax({ g: scope.g, node, constants: constantsOf(scope, node), intervals: around, choice });
}

/** Per row and batch row Σ a·t: [S, B] from a [S, B, …] and t [B, …] (or with S in front). */
export function dot(g: GraphBuilder, a: Value, t: Value, batch: number): Value {
  const rows = a.shape[0] as number;
  const n = sizeOf(a.shape) / rows / batch;
  if (batch === 1 && sizeOf(t.shape) === n) return g.matmul(g.reshape(a, [rows, n]), g.reshape(t, [n, 1]));
  return g.sum(g.reshape(g.mul(a, t), [rows, batch, n]), [2]);
}

/** The same with one t [n, 1] for all rows of the batch. */
function dotShared(g: GraphBuilder, a: Value, t: Value, batch: number): Value {
  const rows = a.shape[0] as number;
  const n = sizeOf(t.shape);
  return g.reshape(g.matmul(g.reshape(a, [rows * batch, n]), t), [rows, batch]);
}

/** Σ |a|·δ */
export function dotError(g: GraphBuilder, a: Value, error: Value, batch: number): Value {
  return error.shape.length === 2 ? dotShared(g, g.abs(a), error, batch) : dot(g, g.abs(a), error, batch);
}

/** A constant of the batch's shape, whose rows are alike, as [n, 1]. */
function ofOneRow(g: GraphBuilder, value: Value, batch: number): Value {
  const n = sizeOf(value.shape) / batch;
  return g.reshape(g.slice(g.reshape(value, [batch, n]), 0, 0, 1), [n, 1]);
}
