/** The discrete Fourier transform as a constant matrix: products with it are transforms, and have gradients. */
import { GibbonError } from '../../base/errors.ts';
import type { GraphBuilder } from '../../onnx/build.ts';
import type { Value } from '../../onnx/graph.ts';
import { type ElementType, floats } from '../../onnx/tensor.ts';

/** A Fourier matrix may have this many elements (128 MB); a longer transform would be better off as an FFT, which ONNX's operators cannot write. */
const LARGEST = 2 ** 25;

/** One transform: `rows` of the signal are read, as `parts` (1 real, 2 complex) numbers each, into `columns` numbers of `made` parts each. */
export interface Fourier {
  readonly rows: number;
  readonly parts: number;
  readonly length: number;
  readonly columns: number;
  readonly isInverse: boolean;
  /** The rows are one side of a spectrum, and the signal is real: the other side is its mirror image. */
  readonly isMirrored?: boolean;
}

/** [rows·parts, columns·2]: e^∓2πi·nk/length, over length where inverse, real and imaginary parts side by side; real parts only where mirrored. @throws GibbonError E_MODEL_UNSUPPORTED for a matrix that is too large, named by `what` */
export function fourierMatrix(
  g: GraphBuilder,
  what: string,
  { rows, parts, length, columns, isInverse, isMirrored }: Fourier,
  type: ElementType,
): Value {
  if (rows * parts * columns * 2 > LARGEST) {
    throw new GibbonError('E_MODEL_UNSUPPORTED', `${what}: a transform of ${length} points is too large for a matrix`, {
      hint: 'Attacks that need no gradients still work on this model.',
    });
  }
  const made = isMirrored ? 1 : 2;
  const turn = ((isInverse ? 2 : -2) * Math.PI) / length;
  const width = columns * made;
  const matrix = new Float64Array(rows * parts * width);
  for (let n = 0; n < rows; n++) {
    const times = isMirrored && n > 0 && 2 * n !== length ? 2 : 1;
    const scale = isInverse ? times / length : 1;
    for (let k = 0; k < columns; k++) {
      const angle = turn * ((n * k) % length);
      const [re, im] = [scale * Math.cos(angle), scale * Math.sin(angle)];
      matrix.set([re, im].slice(0, made), n * parts * width + made * k);
      if (parts === 2) matrix.set([-im, re].slice(0, made), (n * 2 + 1) * width + made * k);
    }
  }
  return g.constant(floats(matrix, [rows * parts, width], type));
}
