/** Fog: a plasma fractal is added, and all dimmed to the old range (arXiv:1903.12261). */
import { defineCorruption, uniforms } from '../corruption.ts';
import { mapDraws, mapSide, plasma } from '../graphs/plasma.ts';

interface Fog {
  readonly density: number;
  readonly decay: number;
}

const fogs = (rows: readonly (readonly [number, number])[]): Fog[] => rows.map(([density, decay]) => ({ density, decay }));

export const fog = defineCorruption<Fog>({
  id: 'fog',
  name: 'Fog',
  family: 'weather',
  small: fogs([
    [0.2, 3],
    [0.5, 3],
    [0.75, 2.5],
    [1, 2],
    [1.5, 1.75],
  ]),
  large: fogs([
    [1.5, 2],
    [2, 2],
    [2.5, 1.7],
    [2.5, 1.5],
    [3, 1.4],
  ]),
  text: ({ density, decay }) => `density ${density}, roughness falling by ${decay}`,
  draw: (_, { height, width }, rng) => ({ plasma: uniforms(rng, mapDraws(mapSide(height, width)), -1, 1) }),
  graph: ({ g, frame, drawn }, x, { density, decay }) => {
    const { batch, height, width } = frame;
    const size = mapSide(height, width);
    const map = plasma(g, drawn('plasma', [mapDraws(size)]), size, decay);
    const part = g.reshape(g.slice(g.slice(map, 1, 0, height), 2, 0, width), [batch, 1, height, width]);
    const brightest = g.reduceMax(x, [1, 2, 3], true);
    const dimmed = g.div(brightest, g.add(brightest, g.scalar(density)));
    return g.mul(g.add(x, g.mul(part, g.scalar(density))), dimmed);
  },
});
