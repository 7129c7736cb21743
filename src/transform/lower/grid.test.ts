/** GridSample's gradient with respect to the places, against central differences of the original; its answers stand in the table of lowerings. */
import { describe, it } from 'vitest';
import { expectPath } from '../../../test/support/expect-path.ts';
import { signed } from '../../../test/support/lowerings/tensors.ts';
import { type Graph, int, str } from '../../onnx/graph.ts';

/** Places x0 in a constant image of 4 × 5, none within 1/64 of a pixel, an edge or a reflection. */
const sampled = (padding: string, corners: number): Graph => ({
  name: 'sampled',
  opsets: new Map([['', 16]]),
  inputs: [{ name: 'x0', type: 'float32', shape: [1, 2, 3, 2] }],
  outputs: [{ name: 'y', type: 'float32', shape: null }],
  nodes: [
    {
      op: 'GridSample',
      domain: '',
      name: 'sample',
      inputs: ['image', 'x0'],
      outputs: ['y'],
      attributes: { mode: str('bilinear'), padding_mode: str(padding), align_corners: int(corners) },
    },
  ],
  constants: new Map([['image', signed([1, 2, 4, 5])]]),
});
const PLACES = [-1.31, -0.77, -0.13, 0.21, 0.37, 0.89, 1.43, 1.21, -0.61, 1.77, 0.09, -1.49];

describe.each(['zeros', 'border', 'reflection'])('GridSample padded by %s', (padding) => {
  it.each([0, 1])('follows the places (corners aligned: %d)', (corners) => expectPath(sampled(padding, corners), [1, 2, 3, 2], [PLACES]));
});
