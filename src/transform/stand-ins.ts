/**
 * Backward pass differentiable approximation (BPDA, Athalye et al., arXiv:1802.00420, section 4): forwards a value is what the model computes, backwards it
 * counts as a differentiable stand-in for it. y = detached(y) + (s − detached(s)), where what is detached has no gradient.
 */
import { GibbonError } from '../base/errors.ts';
import type { GraphBuilder } from '../onnx/build.ts';
import type { Graph, Node, Value } from '../onnx/graph.ts';
import { isFloat } from '../onnx/tensor.ts';
import type { Evaluate } from './evaluate.ts';
import type { Given } from './lower/context.ts';
import { isSequence } from './lower/context.ts';
import { isStraightThrough } from './lower/straight-through.ts';

export interface StandIn {
  /** Names of values in the model's file: `to` counts as a function of `from`. */
  readonly from: string;
  readonly to: string;
  /** That function, with one input and one output; the identity when absent. */
  readonly graph?: Graph | undefined;
}

/** How gradients are taken where they are zero or misleading. */
export interface GradientChoice {
  /** No stand-in for anything: rounding has the derivative that it has, which is zero. */
  readonly exact?: boolean | undefined;
  /** Comparisons and casts to integers that become numbers again count as the difference, or the number, that they cut off; false forbids it to whoever decides. */
  readonly thresholds?: boolean | undefined;
  readonly standIns?: readonly StandIn[] | undefined;
}

/** Identity without a gradient: at inference Dropout is one, and the runtime leaves it out. */
export const detached = (g: GraphBuilder, x: Value): Value => g.node('Dropout', [x]);

/** y + (s − s), of which only the s in front has a gradient: exactly y wherever s is finite, and y without a stand-in where it is not. */
function countedAs(g: GraphBuilder, y: Value, standIn: Value): Value {
  const isUsable = g.less(g.abs(standIn), g.scalar(Number.POSITIVE_INFINITY, standIn));
  const s = g.where(isUsable, standIn, g.scalar(0, standIn));
  return g.add(detached(g, y), g.sub(s, detached(g, s)));
}

export interface Standing {
  readonly g: GraphBuilder;
  readonly choice: GradientChoice;
  readonly evaluate: Evaluate;
  /** The value of that name so far. */
  known(name: string): Given | undefined;
  /** A graph of one input, lowered for a value and put behind it. */
  behind(graph: Graph, x: Value): Promise<Value>;
}

/** What the value `name`, an output of `node`, is for all that comes after it. @throws GibbonError E_USAGE where a stand-in of the user's does not fit */
export async function stoodIn({ g, choice, known, behind }: Standing, node: Node, name: string, value: Given): Promise<Given> {
  const own = choice.exact ? undefined : choice.standIns?.find(({ to }) => to === name);
  if (isSequence(value) || !isFloat(value.type) || g.isFixed(value)) {
    if (own) misfit(own, `${own.to} is no tensor of floats that depends on the input`);
    return value;
  }
  if (own) {
    const from = known(own.from);
    if (!from || isSequence(from)) misfit(own, `${own.from} is no value that stands before ${own.to}`);
    return countedAs(g, value, fitting(own, value, own.graph ? await behind(own.graph, from) : from));
  }
  if (choice.exact) return isStraightThrough(node) ? detached(g, value) : value;
  const smooth = choice.thresholds ? uncut(g, node, value) : undefined;
  return smooth ? countedAs(g, value, smooth) : value;
}

function fitting(own: StandIn, value: Value, standIn: Value): Value {
  if (standIn.type === value.type && standIn.shape.join() === value.shape.join()) return standIn;
  const text = ({ type, shape }: Value): string => `${type} [${shape.join(', ')}]`;
  return misfit(own, `it gives ${text(standIn)}, and ${own.to} is ${text(value)}`);
}

function misfit({ from, to }: StandIn, why: string): never {
  throw new GibbonError('E_USAGE', `the stand-in ${from}=${to} does not fit: ${why}`, {
    hint: 'Name two values of the model as a viewer shows them, and give an ONNX file of one input and one output where shapes differ.',
  });
}

/** What a cast to numbers, or a choice between two constants, would be without the cut before it. */
function uncut(g: GraphBuilder, { op, domain }: Node, value: Value): Value | undefined {
  if (domain !== '') return undefined;
  const made = g.producer(value);
  if ((op === 'Cast' || op === 'CastLike') && made?.op === 'Cast') {
    const smooth = beforeCut(g, g.value(made.inputs[0] as string));
    return smooth && g.cast(smooth, value.type);
  }
  if (op !== 'Where' || made?.op !== 'Where') return undefined;
  const [condition, high, low] = made.inputs.map((name) => g.value(name)) as [Value, Value, Value];
  const smooth = beforeCut(g, condition);
  if (!smooth || !g.isFixed(high) || !g.isFixed(low)) return undefined;
  return g.mul(g.sub(high, low), g.cast(smooth, value.type));
}

/** Greater(a, b) comes of a − b, an integer of the float that it was cast from. */
function beforeCut(g: GraphBuilder, x: Value): Value | undefined {
  const node = g.producer(x);
  const inputs = node?.inputs.map((name) => g.value(name)) ?? [];
  const [a, b] = inputs;
  if (!node || !a) return undefined;
  if (node.op === 'Cast') return isFloat(a.type) ? a : beforeCut(g, a);
  if (node.op === 'Not') {
    const smooth = beforeCut(g, a);
    return smooth && g.neg(smooth);
  }
  if (!b || !isFloat(a.type)) return undefined;
  if (node.op === 'Greater' || node.op === 'GreaterOrEqual') return g.sub(a, b);
  return node.op === 'Less' || node.op === 'LessOrEqual' ? g.sub(b, a) : undefined;
}

/** Operators of a file that cut: what a choice of `thresholds` replaces. */
export const CUTS: ReadonlySet<string> = new Set(['Cast', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual']);

/** Does anything in a lowered graph count as something else? */
export const isStoodIn = ({ nodes }: Pick<Graph, 'nodes'>): boolean => nodes.some(({ op }) => op === 'Dropout');
