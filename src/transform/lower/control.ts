/** Lowerings of control flow. A condition that constants decide picks its branch; one that the data decides keeps both. */
import { GibbonError } from '../../base/errors.ts';
import { type Graph, intOf, intsOf, type Node, type Port, type Value } from '../../onnx/graph.ts';
import { isFloat, sizeOf } from '../../onnx/tensor.ts';
import { axisOf, shapeError } from '../../ops/shapes.ts';
import { chosen } from './choose.ts';
import { type Given, isSequence, type LowerContext, type Lowering } from './context.ts';
import { refuseMixing } from './refuse.ts';

/** At most so many nodes may come out of unrolling one loop. */
const UNROLLED = 20_000;
const COMPUTED = 512;

function bodyOf(node: Node, name: string): Graph {
  const attribute = node.attributes[name];
  return attribute?.kind === 'graph' ? attribute.value : shapeError(node, `its ${name} is missing`);
}

function refuse({ op, name }: Node, reason: string): never {
  throw new GibbonError('E_MODEL_UNSUPPORTED', `${op} ${name}: ${reason}`, {
    hint: 'Gibbon keeps every path that the data may take; what it cannot keep it does not guess. Attacks that need no gradients still work.',
  });
}

/**
 * If. Where the data decides, both branches are computed and the condition selects. What a branch reads from outside is replaced by ones where
 * the other branch is taken: a derivative that is infinite there (a square root at 0) does not spoil the gradient.
 */
export const branch: Lowering = async (context) => {
  const { g, node, input, known, body } = context;
  const [yes, no] = [bodyOf(node, 'then_branch'), bodyOf(node, 'else_branch')];
  const fixed = await known(input(0));
  if (fixed) return body(fixed[0] ? yes : no, []);
  const condition = conditionOf(context);
  const guarded =
    (taken: Value) =>
    (value: Value): Value =>
      isFloat(value.type) && !g.isFixed(value) && fits(taken, value)
        ? chosen(g, aligned(context, taken, value), value, g.scalar(1, value))
        : value;
  const thens = await body(yes, [], guarded(condition));
  const elses = await body(no, [], guarded(g.not(condition)));
  return node.outputs.map((name, i) => {
    const [a, b] = [thens[i], elses[i]];
    if (!a || !b) shapeError(node, `a branch has no output for ${name}`);
    if (isSequence(a) || isSequence(b)) return refuse(node, 'the data decides between branches that return sequences');
    if (a.type !== b.type || a.shape.join() !== b.shape.join())
      refuse(node, `the data decides between branches that return [${a.shape}] and [${b.shape}]`);
    if (!fits(condition, a)) refuse(node, 'its condition is one for each row, its branches return something for the whole batch');
    return chosen(g, aligned(context, condition, a), a, b);
  });
};

/** The condition as a scalar, or as [rows] where a model for one row is being rebatched and every row decides for itself. */
function conditionOf({ g, node, input, rebatched = 1 }: LowerContext): Value {
  const condition = input(0);
  const size = sizeOf(condition.shape);
  if (size === 1 && rebatched === 1) return g.reshape(condition, []);
  if (size === rebatched) return g.reshape(condition, [rebatched]);
  return refuseMixing(node);
}

/** Can a condition for each row select within this value? A scalar one always can. */
const fits = (condition: Value, value: Value): boolean => condition.shape.length === 0 || condition.shape[0] === value.shape[0];

const aligned = ({ g }: LowerContext, condition: Value, value: Value): Value =>
  condition.shape.length === 0 ? condition : g.reshape(condition, [condition.shape[0] as number, ...value.shape.slice(1).map(() => 1)]);

/** Loop, unrolled: the number of its rounds must follow from constants. */
export const loop: Lowering = async (context) => {
  const { g, node, inputs, given, known, body } = context;
  const round = bodyOf(node, 'body');
  const limit = inputs[0] ? await known(inputs[0]) : [Number.POSITIVE_INFINITY];
  if (!limit) refuse(node, 'its number of rounds depends on the data');
  let condition = inputs[1];
  let carried = node.inputs.slice(2).map((_, i) => given(i + 2) ?? shapeError(node, 'a value that it carries is missing'));
  const scanned: Value[][] = Array.from({ length: Math.max(0, node.outputs.length - carried.length) }, () => []);
  const [before, most] = [g.nodes.length, limit[0] as number];
  for (let i = 0; i < most; i++) {
    if (condition && !(await goesOn(context, condition, i))) break;
    if (g.nodes.length - before > UNROLLED || i >= UNROLLED) tooLong(node);
    const [next, ...values] = await body(round, [g.scalar(i, { type: 'int64' }), condition ?? g.bool(true), ...carried]);
    condition = tensor(node, next);
    carried = values.slice(0, carried.length);
    for (const [k, value] of values.slice(carried.length).entries()) scanned[k]?.push(tensor(node, value));
  }
  return [...carried, ...scanned.map((values, k) => stacked(context, values, round.outputs[1 + carried.length + k]))];
};

/** The values of one scan output, one under the other; without any, as empty as the body declares. */
function stacked({ g }: LowerContext, values: readonly Value[], port: Port | undefined): Value {
  if (values.length > 0) {
    return g.concat(
      values.map((value) => g.reshape(value, [1, ...value.shape])),
      0,
    );
  }
  const shape = (port?.shape ?? []).map((dim) => (typeof dim === 'number' ? dim : 0));
  return g.zeros([0, ...shape], port?.type ?? 'float32');
}

function tensor(node: Node, value: Given | undefined): Value {
  return value && !isSequence(value) ? value : refuse(node, 'its body returns a sequence where a tensor is expected');
}

function tooLong(node: Node): never {
  return refuse(node, `unrolling it would pass ${UNROLLED} nodes`);
}

/** Does the loop go on? Conditions that must be computed, each in a run of its own, are so at most `COMPUTED` times. */
async function goesOn({ g, node, known }: LowerContext, condition: Value, round: number): Promise<boolean> {
  if (!g.tensor(condition) && round > COMPUTED) return refuse(node, `it has not ended after ${COMPUTED} rounds`);
  const value = await known(condition);
  return value ? value[0] !== 0 : refuse(node, 'the data decides when it ends');
}

/** Scan (opset 9), unrolled over the static dimension that it scans. */
export const scan: Lowering = async (context) => {
  const { g, node, opset, inputs, body } = context;
  if (opset < 9) refuse(node, 'its form with a batch axis (opset 8) is not read');
  const count = intOf(node, 'num_scan_inputs', 1);
  const values = inputs.map((value) => value ?? shapeError(node, 'an input is missing'));
  let state: Given[] = values.slice(0, values.length - count);
  const scans = values.slice(values.length - count).map((value, i) => ({
    value,
    axis: axisOf(node, intsOf(node, 'scan_input_axes', [])[i] ?? 0, value.shape.length),
    isBackward: intsOf(node, 'scan_input_directions', [])[i] === 1,
  }));
  const rounds = scans[0]?.value.shape[scans[0].axis] ?? shapeError(node, 'it scans nothing');
  const round = bodyOf(node, 'body');
  if (rounds * Math.max(round.nodes.length, 1) > UNROLLED) tooLong(node);
  const made: Value[][] = Array.from({ length: node.outputs.length - state.length }, () => []);
  for (let i = 0; i < rounds; i++) {
    const slices = scans.map(({ value, axis, isBackward }) => at(context, value, axis, isBackward ? rounds - 1 - i : i));
    const results = await body(round, [...state, ...slices]);
    state = results.slice(0, state.length);
    for (const [k, value] of results.slice(state.length).entries()) made[k]?.push(tensor(node, value));
  }
  return [
    ...state,
    ...made.map((list, k) => {
      const axis = axisOf(node, intsOf(node, 'scan_output_axes', [])[k] ?? 0, (list[0]?.shape.length ?? 0) + 1);
      const ordered = intsOf(node, 'scan_output_directions', [])[k] === 1 ? [...list].reverse() : list;
      return g.concat(
        ordered.map((value) => g.reshape(value, [...value.shape.slice(0, axis), 1, ...value.shape.slice(axis)])),
        axis,
      );
    }),
  ];
};

/** Element `index` along `axis`, without that axis. */
function at({ g }: LowerContext, value: Value, axis: number, index: number): Value {
  return g.reshape(
    g.slice(value, axis, index, index + 1),
    value.shape.filter((_, i) => i !== axis),
  );
}
