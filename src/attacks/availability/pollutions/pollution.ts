/** What pollutions of a lens or a sensor share: how much of the picture they cover, and a cover of exactly that size. */
import type { Value } from '../../../onnx/graph.ts';
import { type Corruption, defineCorruption, type Parts, type Sketch } from '../corruption.ts';
import { areaOf, type Frame } from '../frame.ts';

/** Covered shares by severity: of what lies on the lens, and of what is broken in the sensor. */
export const LENS: readonly number[] = [0.01, 0.02, 0.05, 0.1, 0.2, 0.4];
export const SENSOR: readonly number[] = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.05];
/** A line is a larger part of a small picture: one at least. */
export const SENSOR_LINES: readonly number[] = [0.002, 0.005, 0.01, 0.03, 0.1, 0.2];

export interface Pollution extends Omit<Parts<number>, 'small' | 'large' | 'text' | 'graph' | 'family'> {
  readonly areas: readonly number[];
  /** The polluted picture; `area` is the share to cover. */
  readonly graph: (sketch: Sketch, x: Value, area: number) => Value;
}

export const areaText = (area: number): string => `${Number((100 * area).toPrecision(2))} %`;

export function definePollution({ areas, ...parts }: Pollution): Corruption {
  return {
    ...defineCorruption({ ...parts, family: areas === LENS ? 'lens' : 'sensor', small: areas, large: areas, text: areaText }),
    amounts: areas,
  };
}

/** How many pixels that is, at least one. */
export const pixelsOf = (frame: Frame, area: number): number => Math.max(1, Math.round(area * areaOf(frame)));

/** The value that just so many of a field's pixels [B, n] reach: [B, 1]. */
export function reachedBy({ g }: Sketch, field: Value, count: number): Value {
  const [top] = g.nodes1('TopK', [field, g.ints([count])], {}, 2);
  return g.slice(top as Value, 1, count - 1, count);
}

/** 1 where a field [B, H·W] is largest, on just this share of the picture, else 0: [B, 1, H, W]. */
export function coverOf(sketch: Sketch, field: Value, area: number): Value {
  const { g, frame } = sketch;
  const covered = g.less(field, reachedBy(sketch, field, pixelsOf(frame, area)));
  return asPlane(sketch, g.where(covered, g.scalar(0), g.scalar(1)));
}

export const asPlane = ({ g, frame }: Sketch, flat: Value): Value => g.reshape(flat, [frame.batch, 1, frame.height, frame.width]);

/** x where the cover is 0, `over` where it is 1. */
export const covered = ({ g }: Sketch, x: Value, over: Value, cover: Value): Value => g.add(x, g.mul(cover, g.sub(over, x)));

export const sideOf = ({ height, width }: Pick<Frame, 'height' | 'width'>): number => Math.min(height, width);
