/** Resize and Upsample in every coordinate, rounding and interpolation mode that ONNX Runtime runs. */
import * as fc from 'fast-check';
import { float, int, ints, str } from '../../../src/onnx/graph.ts';
import { floats, int64s } from '../../../src/onnx/tensor.ts';
import type { Lowered } from '../expect-lowering.ts';

const scales = (...values: number[]) => floats(values, [values.length]);
const image = [1, 2, 4, 6];
const COORDINATES = ['half_pixel', 'asymmetric', 'align_corners', 'pytorch_half_pixel'];

/** Opset 11 has no absent inputs: what is not given is empty. */
const resize = (opset: number, { inputs, ...rest }: Partial<Lowered> & Pick<Lowered, 'inputs'>): Lowered => ({
  op: 'Resize',
  opset,
  inputs: opset === 11 ? inputs.map((given) => given ?? scales()) : inputs,
  ...rest,
});

export const RESIZED: readonly Lowered[] = [
  { op: 'Upsample', opset: 7, inputs: [image], attributes: { scales: { kind: 'floats', value: [1, 1, 2, 3] }, mode: str('nearest') } },
  { op: 'Upsample', opset: 9, inputs: [image, scales(1, 1, 2, 2)], attributes: { mode: str('nearest') } },
  { op: 'Upsample', opset: 9, inputs: [image, scales(1, 1, 2.5, 1.5)], attributes: { mode: str('linear') } },
  resize(10, { inputs: [image, scales(1, 1, 0.6, 0.5)] }),
  resize(10, { inputs: [image, scales(1, 1, 0.6, 2.4)], attributes: { mode: str('linear') } }),
  resize(10, { inputs: [[1, 1, 5], scales(1, 1, 3)] }),
  ...COORDINATES.flatMap((mode) =>
    ['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'].map((rounding) =>
      resize(11, {
        inputs: [image, undefined, scales(1, 1, 1.5, 0.5)],
        attributes: { coordinate_transformation_mode: str(mode), nearest_mode: str(rounding) },
      }),
    ),
  ),
  ...COORDINATES.flatMap((mode) =>
    ['linear', 'cubic'].map((kind) =>
      resize(13, {
        inputs: [image, undefined, undefined, int64s([1, 2, 7, 4])],
        attributes: { mode: str(kind), coordinate_transformation_mode: str(mode) },
      }),
    ),
  ),
  resize(11, { inputs: [image, undefined, scales(1, 1, 2, 2)] }),
  resize(11, {
    inputs: [image, undefined, scales(1, 1, 2, 2)],
    attributes: { coordinate_transformation_mode: str('tf_half_pixel_for_nn') },
  }),
  resize(19, {
    inputs: [image, undefined, scales(1, 1, 0.8, 1.7)],
    attributes: { coordinate_transformation_mode: str('half_pixel_symmetric') },
  }),
  resize(19, {
    inputs: [image, undefined, scales(1, 1, 0.8, 1.7)],
    attributes: { coordinate_transformation_mode: str('half_pixel_symmetric'), mode: str('linear') },
  }),
  ...['nearest', 'linear', 'cubic'].map((kind) =>
    resize(13, {
      inputs: [image, floats([0, 0, -0.2, 0.3, 1, 1, 0.7, 1.2], [8]), undefined, int64s([1, 2, 3, 5])],
      attributes: { mode: str(kind), coordinate_transformation_mode: str('tf_crop_and_resize'), extrapolation_value: float(7) },
    }),
  ),
  resize(13, {
    inputs: [image, undefined, scales(1, 1, 0.7, 2)],
    attributes: { mode: str('cubic'), cubic_coeff_a: float(-0.5), exclude_outside: int(1) },
  }),
  resize(18, { inputs: [image, undefined, scales(2, 0.5)], attributes: { axes: ints([2, 3]), mode: str('linear') } }),
  ...['not_larger', 'not_smaller'].map((policy) =>
    resize(18, {
      inputs: [image, undefined, undefined, int64s([7, 8])],
      attributes: { axes: ints([2, 3]), keep_aspect_ratio_policy: str(policy), mode: str('linear') },
    }),
  ),
  ...['linear', 'cubic'].flatMap((kind) =>
    [0, 1].map((outside) =>
      resize(18, {
        inputs: [[1, 2, 9, 7], undefined, scales(1, 1, 0.4, 0.7)],
        attributes: { mode: str(kind), antialias: int(1), exclude_outside: int(outside) },
      }),
    ),
  ),
  resize(18, { inputs: [[1, 2, 5, 4], undefined, scales(1, 1, 2, 0.5)], attributes: { mode: str('linear'), antialias: int(1) } }),
  resize(13, { inputs: [[1, 2, 3, 4, 2], undefined, scales(1, 1, 2, 1.5, 2)], attributes: { mode: str('linear') } }),
  resize(13, { inputs: [[1, 2, 5], undefined, scales(1, 1, 2)], attributes: { mode: str('linear') } }),
  resize(13, { inputs: [[1, 1, 1100], undefined, scales(1, 1, 1.1)], attributes: { mode: str('linear') } }),
];

/** Sizes and modes at random. */
export const randomResize: fc.Arbitrary<Lowered> = fc
  .record({
    size: fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 })),
    out: fc.tuple(fc.integer({ min: 1, max: 11 }), fc.integer({ min: 1, max: 11 })),
    mode: fc.constantFrom('nearest', 'linear', 'cubic'),
    coordinates: fc.constantFrom(...COORDINATES),
    rounding: fc.constantFrom('round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'),
    opset: fc.constantFrom(11, 13, 18, 19),
  })
  .map(({ size, out, mode, coordinates, rounding, opset }) =>
    resize(opset, {
      inputs: [[1, 2, ...size], undefined, undefined, int64s([1, 2, ...out])],
      attributes: { mode: str(mode), coordinate_transformation_mode: str(coordinates), nearest_mode: str(rounding) },
    }),
  );
