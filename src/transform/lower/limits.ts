/** Sizes that a file names are looked at before anything is made of them. */
import type { Node } from '../../onnx/graph.ts';
import { shapeError } from '../../ops/shapes.ts';

/** Longer axes and lists are not those of pictures, sounds or tables. */
const LONGEST = 2 ** 22;

/** The size itself. @throws GibbonError E_MODEL_SHAPE unless it is a whole number from `least` to four million */
export function sizeWithin(node: Node, size: number | undefined, least = 0): number {
  return size !== undefined && Number.isInteger(size) && size >= least && size <= LONGEST
    ? size
    : shapeError(node, `${size} is no size that it can have`);
}
