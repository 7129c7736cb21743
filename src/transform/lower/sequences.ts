/** Lowerings of sequences and optionals: as lists of tensors that are taken apart again before anything is computed. */
import { intOf, type Value } from '../../onnx/graph.ts';
import { int64s } from '../../onnx/tensor.ts';
import { axisOf, listOf, shapeError } from '../../ops/shapes.ts';
import type { LowerContext, Lowering } from './context.ts';
import { refuseRagged } from './refuse.ts';

/** The position at input `index`, from the front; `fallback` where it is absent. */
async function positionOf(
  { node, inputs, known }: LowerContext,
  index: number,
  { size, fallback }: { size: number; fallback: number },
): Promise<number> {
  const value = inputs[index];
  if (!value) return fallback;
  const [at] = (await known(value)) ?? refuseRagged(node);
  return (at as number) < 0 ? (at as number) + size : (at as number);
}

export const sequenceEmpty: Lowering = () => [{ items: [] }];

export const sequenceConstruct: Lowering = ({ inputs }) => [{ items: inputs.filter((value) => value !== undefined) }];

export const sequenceAt: Lowering = async (context) => {
  const items = context.sequence(0);
  const at = await positionOf(context, 1, { size: items.length, fallback: 0 });
  return [items[at] ?? shapeError(context.node, `there is no element ${at} of ${items.length}`)];
};

export const sequenceInsert: Lowering = async (context) => {
  const items = context.sequence(0);
  const at = await positionOf(context, 2, { size: items.length, fallback: items.length });
  return [{ items: [...items.slice(0, at), context.input(1), ...items.slice(at)] }];
};

export const sequenceErase: Lowering = async (context) => {
  const items = context.sequence(0);
  const at = await positionOf(context, 1, { size: items.length, fallback: items.length - 1 });
  return [{ items: items.filter((_, i) => i !== at) }];
};

export const sequenceLength: Lowering = ({ g, sequence }) => [g.constant(int64s([sequence(0).length], []))];

export const concatFromSequence: Lowering = ({ g, node, sequence }) => {
  const items = sequence(0);
  const stacks = intOf(node, 'new_axis', 0) === 1;
  const rank = (items[0]?.shape.length ?? 0) + (stacks ? 1 : 0);
  const axis = axisOf(node, intOf(node, 'axis', 0), rank);
  const one = ({ shape }: Value): number[] => [...shape.slice(0, axis), 1, ...shape.slice(axis)];
  return [
    g.concat(
      items.map((item) => (stacks ? g.reshape(item, one(item)) : item)),
      axis,
    ),
  ];
};

/** Parts of one, of the same size, or of the sizes given. */
export const splitToSequence: Lowering = async ({ g, node, input, inputs, known }) => {
  const x = input(0);
  const axis = axisOf(node, intOf(node, 'axis', 0), x.shape.length);
  const total = x.shape[axis] as number;
  const listed = inputs[1] ? ((await known(inputs[1])) ?? refuseRagged(node)) : [1];
  const size = listed[0] as number;
  const isEven = !inputs[1] || inputs[1].shape.length === 0;
  const sizes = isEven ? listOf(Math.ceil(total / size), (i) => Math.min(size, total - i * size)) : listed;
  const dropsAxis = !inputs[1] && intOf(node, 'keepdims', 1) === 0;
  let start = 0;
  const items = sizes.map((length) => {
    start += length;
    const part = g.slice(x, axis, start - length, start);
    return dropsAxis
      ? g.reshape(
          part,
          part.shape.filter((_, i) => i !== axis),
        )
      : part;
  });
  return [{ items }];
};

/** An optional that holds something is that thing. */
export const optional: Lowering = ({ node, given }) => [given(0) ?? shapeError(node, 'it holds nothing')];

export const optionalHasElement: Lowering = ({ g, given }) => [g.bool(given(0) !== undefined)];
