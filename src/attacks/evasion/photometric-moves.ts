/** Changes of a whole picture as small graphs over one example, each with a strength from 0 (nothing) to 1. */
import { rangeOf } from '../../model/preprocessing.ts';
import { imageSize } from '../../model/rows.ts';
import type { Target } from '../../model/target.ts';
import type { GraphBuilder } from '../../onnx/build.ts';
import { int, type Value } from '../../onnx/graph.ts';
import { floats } from '../../onnx/tensor.ts';
import { clipTo } from '../../threat/ball.ts';
import { asPicture, asRow, hasPlanes } from '../planes.ts';
import { numberInput, rowGraph, rowsInput } from '../row-graph.ts';

export const KINDS = ['contrast', 'brighter', 'darker', 'negative', 'blur'] as const;
export type Kind = (typeof KINDS)[number];

export type Change = (x: Float32Array, strength: number) => Promise<Float32Array>;

/** Pictures are in [0, 1]. */
const GREY = 0.5;
/** A standard deviation, in pixels, that leaves a picture as it is. */
const NO_BLUR = 1e-2;

/** Compiles one kind of change for a target; undefined where its rows do not say where a pixel's neighbours are. */
export async function photometricChange(target: Target, kind: Kind): Promise<Change | undefined> {
  if (kind === 'blur' && !hasPlanes(target.preprocessing)) return undefined;
  const run = await rowGraph(target, `photometric ${kind}`, (g) => {
    const [x, t] = [rowsInput(g, 'x', 1, target), numberInput(g, 't')];
    return { made: clipTo(g, changed(g, kind, x, t, target), rangeOf(target.preprocessing)) };
  });
  return async (x, t) => (await run({ x, t })).made;
}

function changed(g: GraphBuilder, kind: Kind, x: Value, t: Value, target: Target): Value {
  const towards = (end: Value): Value => g.add(x, g.mul(t, g.sub(end, x)));
  switch (kind) {
    case 'contrast':
      return towards(g.scalar(GREY));
    case 'brighter':
      return g.add(x, t);
    case 'darker':
      return g.sub(x, t);
    case 'negative':
      return towards(g.sub(g.scalar(1), x));
    case 'blur':
      return blurred(g, x, t, target);
  }
}

/** Gaussian of standard deviation t² times the longer side: fine where it is weak. What falls outside the picture is left out of the mean. */
function blurred(g: GraphBuilder, x: Value, t: Value, { preprocessing }: Target): Value {
  const { height, width } = imageSize(preprocessing);
  const sigma = g.max(g.mul(g.mul(t, t), g.scalar(Math.max(height, width))), g.scalar(NO_BLUR));
  const across = g.matmul(asPicture(g, x, preprocessing), g.transposed(bells(g, width, sigma)));
  return asRow(g, g.matmul(bells(g, height, sigma), across), preprocessing);
}

/** The weights of each place's neighbours along a side, [size, size]; each row sums to 1. */
function bells(g: GraphBuilder, size: number, sigma: Value): Value {
  const squares = Float32Array.from({ length: size * size }, (_, i) => -(((i % size) - Math.floor(i / size)) ** 2) / 2);
  const exponents = g.div(g.constant(floats(squares, [size, size])), g.mul(sigma, sigma));
  return g.node('Softmax', [exponents], { axis: int(-1) });
}
