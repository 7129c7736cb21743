/**
 * What a deployment feeds the model for a row (model/encoding.ts) is computed in double precision and rounded once, and in tables it is the number of the
 * fewest digits; bounds are about an affine function of the row with float32 constants. What lies between the two is put into the set.
 */
import type { Preprocessing } from '../../model/preprocessing.ts';
import { sizeOf } from '../../onnx/tensor.ts';

/** How far an element of a row may seem to lie from where it is. */
export type InputSlack = (value: number, i: number) => number;

/**
 * In units of the row: u·|x| for the element's own rounding, for that of the value and for that of the factor, u·|shift| twice for the shift and the value, with
 * u = 2⁻²⁴; four times the sum holds all of it. Undefined where the model is given the row as it is.
 */
const SLACK = 2 ** -22;

export function inputSlack({ encoding, mean, std, layout, shape }: Preprocessing): InputSlack | undefined {
  if (encoding?.kind === 'text') return undefined;
  if (encoding?.kind === 'ports') {
    const shifts = encoding.columns.map(({ scale, offset }) => (scale === 1 && offset === 0 ? undefined : Math.abs(offset / scale)));
    return (value, i) => slackOf(value, shifts[i]);
  }
  if (mean.every((one) => one === 0) && std.every((one) => one === 1)) return undefined;
  const channels = Math.max(mean.length, std.length);
  const plane = layout === 'NHWC' || channels === 1 ? 1 : sizeOf(shape.slice(1));
  return (value, i) => slackOf(value, Math.abs(mean[(Math.floor(i / plane) % channels) % mean.length] as number));
}

const slackOf = (value: number, shift: number | undefined): number => (shift === undefined ? 0 : SLACK * (Math.abs(value) + shift));
