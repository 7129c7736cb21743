/** Sliding windows as a matrix: what weight gradients, the float64 form of Conv and overlapping pools are made of. */
import type { GraphBuilder } from '../onnx/build.ts';
import type { Value } from '../onnx/graph.ts';
import { int } from '../onnx/graph.ts';
import { int64s, sizeOf } from '../onnx/tensor.ts';
import { slide, type Window } from './shapes.ts';

/**
 * The windows of x [B, C, …spatial] as [B, C, K, P]: K positions in the kernel, P positions of the output.
 * @param fill the value of the padding (0 unless given)
 */
export function im2col(g: GraphBuilder, x: Value, window: Window, fill?: Value): Value {
  const spatial = x.shape.slice(2);
  const out = slide(spatial, window);
  const { strides, dilations, kernel } = window;
  const begin = window.pads.slice(0, spatial.length);
  // In ceil mode the last window may need more padding than is declared.
  const end = spatial.map((size, i) => {
    const need = ((out[i] as number) - 1) * (strides[i] as number) + ((kernel[i] as number) - 1) * (dilations[i] as number) + 1;
    return Math.max(0, need - size - (begin[i] as number));
  });
  const padded = g.pad(x, [0, 0, ...begin, 0, 0, ...end], fill);
  const sizes = padded.shape.slice(2);
  const indices = windowIndices(sizes, out, window);
  const flat = g.reshape(padded, [...x.shape.slice(0, 2), sizeOf(sizes)]);
  return g.node('Gather', [flat, g.constant(int64s(indices, [sizeOf(kernel), sizeOf(out)]))], { axis: int(2) });
}

/** For each kernel position, for each output position: the flat index into the padded input. */
export function windowIndices(sizes: readonly number[], out: readonly number[], { kernel, strides, dilations }: Window): number[] {
  const indices: number[] = [];
  for (let k = 0; k < sizeOf(kernel); k++) {
    const at = unravel(k, kernel);
    for (let p = 0; p < sizeOf(out); p++) {
      const position = unravel(p, out);
      indices.push(
        sizes.reduce(
          (flat, size, i) => flat * size + (position[i] as number) * (strides[i] as number) + (at[i] as number) * (dilations[i] as number),
          0,
        ),
      );
    }
  }
  return indices;
}

function unravel(flat: number, shape: readonly number[]): number[] {
  const position = shape.map(() => 0);
  for (let i = shape.length - 1, rest = flat; i >= 0; i--) {
    position[i] = rest % (shape[i] as number);
    rest = Math.floor(rest / (shape[i] as number));
  }
  return position;
}
