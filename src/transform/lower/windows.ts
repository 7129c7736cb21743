/** Lowerings of MaxPool's indices, MaxUnpool, Col2Im and CenterCropPad: sliding windows seen as tables of places. */
import type { GraphBuilder } from '../../onnx/build.ts';
import { int, intOf, intsOf, type Value } from '../../onnx/graph.ts';
import { int64s, sizeOf } from '../../onnx/tensor.ts';
import { addedUp } from '../../ops/add-up.ts';
import { im2col, windowIndices } from '../../ops/im2col.ts';
import { axisOf, shapeError, slide, type Window, windowOf } from '../../ops/shapes.ts';
import type { Lowering } from './context.ts';
import { sizeWithin } from './limits.ts';

/** For each kernel position and output position the place in the unpadded input (row-major, or column-major), 0 where it is padding. */
function placesOf(spatial: readonly number[], window: Window, columnMajor: boolean): number[] {
  const out = slide(spatial, window);
  const begin = window.pads.slice(0, spatial.length);
  // In a frame so wide that no window leaves it.
  const frame = spatial.map((size, i) => size + (begin[i] as number) + (window.kernel[i] as number) * (window.dilations[i] as number));
  return windowIndices(frame, out, window).map((flat) => {
    const at = frame.map((_, i) => (Math.floor(flat / sizeOf(frame.slice(i + 1))) % (frame[i] as number)) - (begin[i] as number));
    if (at.some((position, i) => position < 0 || position >= (spatial[i] as number))) return 0;
    const axes = [...spatial.keys()];
    return (columnMajor ? axes.reverse() : axes).reduce((sum, i) => sum * (spatial[i] as number) + (at[i] as number), 0);
  });
}

/** Where in the whole tensor the largest element of each window stands (its first, among equals): int64 [N, C, …out]. */
export function maxIndices(g: GraphBuilder, x: Value, window: Window, columnMajor: boolean): Value {
  const [batch, channels, ...spatial] = x.shape as [number, number, ...number[]];
  const out = slide(spatial, window);
  const [kernel, positions] = [sizeOf(window.kernel), sizeOf(out)];
  const columns = im2col(g, x, window, g.scalar(Number.NEGATIVE_INFINITY, x));
  const best = g.node('ArgMax', [columns], { axis: int(2), keepdims: int(0) });
  const table = g.constant(int64s(placesOf(spatial, window, columnMajor), [kernel * positions]));
  const entry = g.add(g.mul(best, g.scalar(positions, best)), g.ints([...Array(positions).keys()]));
  const within = g.node('Gather', [table, entry], { axis: int(0) });
  const planes = Array.from({ length: batch * channels }, (_, i) => i * sizeOf(spatial));
  return g.reshape(g.add(within, g.constant(int64s(planes, [batch, channels, 1]))), [batch, channels, ...out]);
}

/** MaxUnpool: values back at the places that MaxPool's second output names, zeros elsewhere. */
export const maxUnpool: Lowering = async ({ g, node, input, numbers }) => {
  const [x, places] = [input(0), input(1)];
  const spatial = x.shape.slice(2);
  const window = windowOf(node, spatial, intsOf(node, 'kernel_shape', []));
  const inferred = spatial.map((size, i) => {
    const cut = (window.pads[i] as number) + (window.pads[i + spatial.length] as number);
    return (size - 1) * (window.strides[i] as number) - cut + (window.kernel[i] as number);
  });
  // Places count in the output that is asked for, as in ONNX Runtime (and PyTorch); the operator's text has an example that counts in the inferred one.
  const shape = (await numbers(2)) ?? [...x.shape.slice(0, 2), ...inferred];
  const count = sizeOf(x.shape);
  const rows = [g.zeros([sizeOf(shape), 1], x.type), g.reshape(g.cast(places, 'int64'), [count, 1]), g.reshape(x, [count, 1])];
  return [g.reshape(g.node('ScatterND', rows), shape)];
};

/** Col2Im: windows [N, C·kernel, positions] added up where they came from. */
export const col2Im: Lowering = async ({ g, node, input, numbers }) => {
  const x = input(0);
  const spatial = (await numbers(1)) ?? shapeError(node, 'the size of the image is missing');
  const kernel = (await numbers(2)) ?? shapeError(node, 'the size of the block is missing');
  const window = windowOf(node, spatial, kernel);
  const out = slide(spatial, window);
  sizeWithin(node, sizeOf(spatial), 1);
  sizeWithin(node, sizeOf(kernel) * sizeOf(out), 1);
  const n = spatial.length;
  const padded = spatial.map((size, i) => size + (window.pads[i] as number) + (window.pads[i + n] as number));
  const [batch, rows] = x.shape as [number, number];
  const channels = rows / sizeOf(kernel);
  const pieces = g.reshape(x, [batch * channels, sizeOf(kernel) * sizeOf(out), 1]);
  const image = addedUp(g, pieces, windowIndices(padded, out, window), sizeOf(padded));
  const cut = [0, 0, ...window.pads.slice(0, n), 0, 0, ...window.pads.slice(n)].map((pad) => -pad);
  return [g.pad(g.reshape(image, [batch, channels, ...padded]), cut)];
};

/** CenterCropPad: the middle of each named axis, or zeros around it. */
export const centerCropPad: Lowering = async ({ g, node, input, numbers }) => {
  const x = input(0);
  const rank = x.shape.length;
  const sizes = (await numbers(1)) ?? [];
  const axes = intsOf(node, 'axes', [...x.shape.keys()]).map((axis) => axisOf(node, axis, rank));
  const pads = Array<number>(2 * rank).fill(0);
  for (const [i, axis] of axes.entries()) {
    const more = (sizes[i] as number) - (x.shape[axis] as number);
    pads[axis] = more < 0 ? -Math.floor(-more / 2) : Math.floor(more / 2);
    pads[axis + rank] = more - (pads[axis] as number);
  }
  return [g.pad(x, pads)];
};

/** SpaceToDepth; blocks before channels, or (`CRD`, operator set 27) behind them. */
export const spaceToDepth: Lowering = ({ g, node, input }) => {
  const block = intOf(node, 'blocksize', 1);
  const [n, c, h, w] = input(0).shape as [number, number, number, number];
  const parts = g.reshape(input(0), [n, c, h / block, block, w / block, block]);
  const order = node.attributes.mode?.value === 'CRD' ? [0, 1, 3, 5, 2, 4] : [0, 3, 5, 1, 2, 4];
  return [g.reshape(g.transpose(parts, order), [n, c * block * block, h / block, w / block])];
};
