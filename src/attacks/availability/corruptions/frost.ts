/** Frost: ice crystals over the picture (arXiv:1903.12261 lays photos over it; here the ice is drawn: needles of random crystals, ridges and haze). */
import type { Value } from '../../../onnx/graph.ts';
import type { Rng } from '../../../rng/rng.ts';
import { defineCorruption, type Sketch, uniforms } from '../corruption.ts';
import type { Frame } from '../frame.ts';
import { paint } from '../graphs/colour.ts';
import { mapDraws, mapSide, plasma } from '../graphs/plasma.ts';
import { grid } from '../graphs/sample.ts';

interface Frost {
  readonly picture: number;
  readonly ice: number;
}

const frosts = (rows: readonly (readonly [number, number])[]): Frost[] => rows.map(([picture, ice]) => ({ picture, ice }));

/** Crystals, with three needles each. */
const CRYSTALS = 48;

export const frost = defineCorruption<Frost>({
  id: 'frost',
  name: 'Frost',
  family: 'weather',
  small: frosts([
    [1, 0.2],
    [1, 0.3],
    [0.9, 0.4],
    [0.85, 0.4],
    [0.75, 0.45],
  ]),
  large: frosts([
    [1, 0.4],
    [0.8, 0.6],
    [0.7, 0.7],
    [0.65, 0.7],
    [0.6, 0.75],
  ]),
  text: ({ picture, ice }) => `${picture} · picture + ${ice} · ice`,
  draw: (_, frame, rng) => ({
    crystals: crystals(frame, rng),
    haze: uniforms(rng, mapDraws(mapSide(frame.height, frame.width)), -1, 1),
    ridges: uniforms(rng, mapDraws(mapSide(frame.height, frame.width)), -1, 1),
  }),
  graph: (sketch, x, { picture, ice }) => {
    const { g, frame } = sketch;
    const texture = g.mul(iceOf(sketch), paint(g, [214, 232, 255], frame.channels));
    const cold = g.add(texture, g.mul(paint(g, [18, 38, 58], frame.channels), g.scalar(0.6)));
    return g.add(g.mul(x, g.scalar(picture)), g.mul(g.clip(cold, 0, 1), g.scalar(ice)));
  },
});

/** [row, column, direction, reach] of each crystal. */
function crystals({ height, width }: Frame, rng: Rng): Float32Array {
  const side = Math.min(height, width);
  const one = (): number[] => [
    height * rng.uniform(),
    width * rng.uniform(),
    Math.PI * rng.uniform(),
    side * (0.08 + 0.4 * rng.uniform() ** 2),
  ];
  return Float32Array.from(Array.from({ length: CRYSTALS }, one).flat());
}

/** How much ice lies on each pixel, [B, 1, H, W] in [0, 1]. */
function iceOf(sketch: Sketch): Value {
  const { g, frame, drawn } = sketch;
  const { batch, height, width } = frame;
  const side = mapSide(height, width);
  const map = (name: string, decay: number): Value => {
    const whole = plasma(g, drawn(name, [mapDraws(side)]), side, decay);
    return g.reshape(g.slice(g.slice(whole, 1, 0, height), 2, 0, width), [batch, 1, height, width]);
  };
  const haze = map('haze', 1.4);
  // Where a rough surface crosses its middle height it draws thin winding lines.
  const height0 = g.abs(g.sub(map('ridges', 1.3), g.scalar(0.5)));
  const lines = g.exp(g.mul(height0, g.scalar(-18)));
  const needles = g.reshape(needlesOf(sketch, haze), [batch, 1, height, width]);
  const rough = g.add(g.mul(haze, g.scalar(0.5)), g.add(g.mul(lines, g.scalar(0.3)), g.mul(needles, g.scalar(0.45))));
  return g.clip(rough, 0, 1);
}

/** Needles bend by this share of the side. */
const BEND = 0.12;

/** The strongest needle at each pixel: sharp across, fading along, three directions 60 degrees apart, bent as the haze is uneven. */
function needlesOf({ g, frame, drawn }: Sketch, haze: Value): Value {
  const { batch, height, width } = frame;
  const crystals = drawn('crystals', [CRYSTALS, 4]);
  const part = (i: number): Value => g.slice(crystals, 2, i, i + 1);
  const { rows, columns } = grid(g, height, width);
  const side = Math.min(height, width);
  const bend = g.mul(g.sub(g.reshape(haze, [batch, 1, height * width]), g.scalar(0.5)), g.scalar(BEND * side));
  const at = (v: Value): Value => g.add(g.reshape(v, [1, 1, height * width]), bend);
  const [down, right] = [g.sub(at(rows), part(0)), g.sub(at(columns), part(1))];
  const thickness = Math.max(0.5, side / 90);
  const arm = (turn: number): Value => {
    const angle = g.add(part(2), g.scalar(turn));
    const [sin, cos] = [g.node('Sin', [angle]), g.node('Cos', [angle])];
    const length = g.abs(g.add(g.mul(right, cos), g.mul(down, sin)));
    const across = g.abs(g.sub(g.mul(down, cos), g.mul(right, sin)));
    const left = g.max(g.sub(g.scalar(1), g.div(length, part(3))), g.scalar(0));
    return g.mul(left, g.exp(g.mul(across, g.scalar(-1 / thickness))));
  };
  const all = [0, Math.PI / 3, (2 * Math.PI) / 3].map(arm).reduce((a, b) => g.max(a, b));
  return g.reshape(g.reduceMax(all, [1]), [batch, height * width]);
}
