/** Gradients of the operators that move, cut, join and repeat elements. */
import * as fc from 'fast-check';
import { describe, it } from 'vitest';
import { type Case, expectGradient, expectGradients } from '../../test/support/expect-gradient.ts';
import { int, ints, str, type Value } from '../onnx/graph.ts';
import { floats, int64s, sizeOf } from '../onnx/tensor.ts';

const shapeOf = (min: number, max: number, dim = 4): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min: 1, max: dim }), { minLength: min, maxLength: max });
const each = <T>(dims: readonly number[], of: (dim: number) => fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
  fc.tuple(...dims.map(of)) as fc.Arbitrary<T[]>;
const permutation = (rank: number): fc.Arbitrary<number[]> =>
  fc.shuffledSubarray([...Array(rank).keys()], { minLength: rank, maxLength: rank });
/** An axis of a shape, from the front or the back. */
const axisOf = (rank: number): fc.Arbitrary<number> => fc.integer({ min: -rank, max: rank - 1 });

const passes = (name: string, cases: fc.Arbitrary<Case>, runs?: number): void => {
  describe(name, () => {
    it('has the gradient that central differences give', () => expectGradients(cases, runs));
  });
};

passes(
  'Concat',
  shapeOf(1, 4).chain((dims) =>
    fc.tuple(axisOf(dims.length), fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 })).map(([axis, sizes]) => ({
      op: 'Concat',
      attributes: { axis: int(axis) },
      shapes: sizes.map((size) => dims.with(axis, size)),
    })),
  ),
);

passes(
  'CumSum',
  shapeOf(1, 3).chain((dims) =>
    fc.tuple(axisOf(dims.length), fc.boolean(), fc.boolean()).map(([axis, reverse, exclusive]) => ({
      op: 'CumSum',
      attributes: { reverse: int(Number(reverse)), exclusive: int(Number(exclusive)) },
      shapes: [dims],
      constants: [int64s([axis], [])],
    })),
  ),
  12,
);

passes(
  'DepthToSpace',
  fc
    .tuple(
      fc.constantFrom(1, 2, 3),
      fc.integer({ min: 1, max: 2 }),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 2 }),
      fc.constantFrom('DCR', 'CRD'),
    )
    .map(([block, c, h, w, mode]) => ({
      op: 'DepthToSpace',
      attributes: { blocksize: int(block), mode: str(mode) },
      shapes: [[2, c * block * block, h, w]],
    })),
);

passes(
  'Expand',
  shapeOf(0, 3).chain((dims) =>
    fc
      .tuple(
        each(dims, () => fc.boolean()),
        shapeOf(0, 2, 3),
      )
      .map(([ones, front]) => ({
        op: 'Expand',
        shapes: [dims.map((dim, i) => (ones[i] ? 1 : dim))],
        constants: [int64s([...front, ...dims])],
      })),
  ),
);

passes(
  'Gather',
  shapeOf(1, 3).chain((dims) =>
    axisOf(dims.length).chain((axis) =>
      shapeOf(0, 2, 3).chain((at) => {
        const size = dims.at(axis) as number;
        const index = fc.integer({ min: -size, max: size - 1 });
        return fc
          .array(index, { minLength: sizeOf(at), maxLength: sizeOf(at) })
          .map((indices) => ({ op: 'Gather', attributes: { axis: int(axis) }, shapes: [dims], constants: [int64s(indices, at)] }));
      }),
    ),
  ),
  15,
);

passes(
  'Gather at places that the data tells',
  shapeOf(1, 3).chain((dims) =>
    axisOf(dims.length).chain((axis) =>
      fc.array(fc.nat((dims.at(axis) as number) - 1), { minLength: 1, maxLength: 5 }).map((indices) => ({
        op: 'Gather',
        shapes: [dims],
        // A sum with a fed value's zero multiple, so that the indices are no constant.
        build: (g, [x]) =>
          g.node(
            'Gather',
            [
              x,
              g.add(
                g.constant(int64s(indices)),
                g.cast(g.node('Reshape', [g.mul(g.sum(x as never, [...dims.keys()]), g.scalar(0, x)), g.ints([1])]), 'int64'),
              ),
            ],
            { axis: int(axis) },
          ),
      })),
    ),
  ),
);

passes(
  'Gather of one element very often',
  fc
    .integer({ min: 20, max: 40 })
    .map((count) => ({ op: 'Gather', shapes: [[30]], constants: [int64s([...Array<number>(count).fill(3), -1])] })),
  3,
);

/** Pads from −2 to 2, cropping no more than there is. */
passes(
  'Pad',
  shapeOf(1, 3).chain((dims) =>
    fc
      .tuple(
        each(dims, (dim) => fc.integer({ min: -Math.floor((dim - 1) / 2), max: 2 })),
        each(dims, (dim) => fc.integer({ min: -Math.floor((dim - 1) / 2), max: 2 })),
        fc.boolean(),
      )
      .map(([begin, end, value]) => ({
        op: 'Pad',
        shapes: [dims],
        constants: [int64s([...begin, ...end]), ...(value ? [floats([1.5], [])] : [])],
      })),
  ),
  15,
);

passes(
  'Reshape',
  shapeOf(0, 4).chain((dims) =>
    permutation(dims.length).map((perm) => ({
      op: 'Reshape',
      shapes: [dims],
      constants: [int64s(perm.map((axis) => dims[axis] as number))],
    })),
  ),
);

passes(
  'Resize by whole factors',
  fc.tuple(shapeOf(3, 4, 3), fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 2, maxLength: 2 })).map(([dims, factors]) => ({
    op: 'Resize',
    attributes: { mode: str('nearest'), coordinate_transformation_mode: str('asymmetric'), nearest_mode: str('floor') },
    shapes: [dims],
    build: (g, [x]) =>
      g.node('Resize', [x, undefined, g.constant(floats([1, 1, ...factors.slice(4 - dims.length)], [dims.length]))], {
        mode: str('nearest'),
        coordinate_transformation_mode: str('asymmetric'),
        nearest_mode: str('floor'),
      }),
  })),
);

passes(
  'ScatterND',
  fc.tuple(fc.integer({ min: 2, max: 5 }), shapeOf(0, 2, 3), fc.boolean()).chain(([size, rest, add]) =>
    (add ? fc.array(fc.nat(size - 1), { minLength: 1, maxLength: 6 }) : fc.shuffledSubarray([...Array(size).keys()], { minLength: 1 })).map(
      (indices) => ({
        op: 'ScatterND',
        shapes: [
          [size, ...rest],
          [indices.length, ...rest],
        ],
        constants: [int64s(indices, [indices.length, 1])],
        build: (g, [data, updates], [at]) => g.node('ScatterND', [data, at, updates], add ? { reduction: str('add') } : {}),
      }),
    ),
  ),
);

/** Any start, end and step, also outside the axis and backwards; at least one element stays. */
const cut = (dim: number): fc.Arbitrary<[number, number, number]> =>
  fc
    .tuple(fc.integer({ min: -dim - 2, max: dim + 2 }), fc.integer({ min: -dim - 3, max: dim + 3 }), fc.constantFrom(1, 2, 3, -1, -2))
    .filter(([start, end, step]) => kept(dim, start, end, step) > 0);

/** Elements that a Slice keeps, by the ONNX text: starts are clamped to [0, dim], or [0, dim − 1] backwards; ends to [0, dim], or [−1, dim − 1]. */
function kept(dim: number, start: number, end: number, step: number): number {
  const clamp = (x: number, low: number, high: number): number => Math.min(Math.max(x < 0 ? x + dim : x, low), high);
  const [from, to] = step > 0 ? [clamp(start, 0, dim), clamp(end, 0, dim)] : [clamp(start, 0, dim - 1), clamp(end, -1, dim - 1)];
  return Math.max(0, Math.ceil((to - from) / step));
}

passes(
  'Slice',
  shapeOf(1, 3, 6).chain((dims) =>
    fc.tuple(fc.shuffledSubarray([...dims.keys()], { minLength: 1 }), fc.boolean()).chain(([axes, back]) =>
      each(axes, (axis) => cut(dims[axis] as number)).map((cuts) => ({
        op: 'Slice',
        shapes: [dims],
        constants: [
          int64s(cuts.map(([start]) => start)),
          int64s(cuts.map(([, end]) => end)),
          int64s(axes.map((axis) => (back ? axis - dims.length : axis))),
          int64s(cuts.map(([, , step]) => step)),
        ],
      })),
    ),
  ),
  25,
);

passes(
  'Split',
  shapeOf(1, 3).chain((dims) =>
    fc
      .tuple(axisOf(dims.length), fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 2, maxLength: 4 }), fc.nat({ max: 3 }))
      .map(([axis, sizes, left]) => ({
        op: 'Split',
        shapes: [
          dims.with(
            axis,
            sizes.reduce((a, b) => a + b, 0),
          ),
        ],
        // The pieces in another order, one of them (where there are so many) left out.
        build: (g, [x]) => {
          const pieces = g.split(x as Value, axis, sizes);
          return g.concat(pieces.filter((_, i) => i !== left).reverse(), axis);
        },
      })),
  ),
);

passes(
  'Tile',
  shapeOf(1, 3, 3).chain((dims) =>
    each(dims, () => fc.integer({ min: 1, max: 3 })).map((repeats) => ({ op: 'Tile', shapes: [dims], constants: [int64s(repeats)] })),
  ),
);

passes(
  'Transpose',
  shapeOf(1, 4).chain((dims) =>
    fc.option(permutation(dims.length)).map((perm) => ({ op: 'Transpose', attributes: perm ? { perm: ints(perm) } : {}, shapes: [dims] })),
  ),
);

describe('Cast', () => {
  it('passes the gradient between floats', () =>
    expectGradient({
      op: 'Cast',
      shapes: [[2, 3]],
      build: (g, [x]) => g.cast(g.cast(x as never, 'float64'), (x as { type: 'float32' }).type),
    }));
});
