/** Rows as planes of a picture, and back. */
import type { Preprocessing } from '../model/preprocessing.ts';
import { imageSize } from '../model/rows.ts';
import type { GraphBuilder } from '../onnx/build.ts';
import type { Value } from '../onnx/graph.ts';

type Form = Pick<Preprocessing, 'layout' | 'shape'>;

/** Does a row say where a pixel's neighbours are? Colours of flat rows may stand in any order. */
export function hasPlanes(form: Form): boolean {
  const { channels, height } = imageSize(form);
  return height > 1 && (form.shape.length > 1 || channels === 1);
}

const isLast = ({ layout, shape }: Form): boolean => layout === 'NHWC' && shape.length === 3;

/** A row [1, size] as [1, C, H, W]. */
export function asPicture(g: GraphBuilder, row: Value, form: Form): Value {
  const { channels, height, width } = imageSize(form);
  if (!isLast(form)) return g.reshape(row, [1, channels, height, width]);
  return g.transpose(g.reshape(row, [1, height, width, channels]), [0, 3, 1, 2]);
}

/** [1, C, H, W] as a row [1, size]. */
export function asRow(g: GraphBuilder, picture: Value, form: Form): Value {
  const size = picture.shape.reduce((product, dim) => product * dim, 1);
  return g.reshape(isLast(form) ? g.transpose(picture, [0, 2, 3, 1]) : picture, [1, size]);
}
