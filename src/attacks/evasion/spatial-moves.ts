/** A picture turned and shifted, as a small graph over one example. */
import { rangeOf } from '../../model/preprocessing.ts';
import { imageSize } from '../../model/rows.ts';
import type { Target } from '../../model/target.ts';
import type { GraphBuilder } from '../../onnx/build.ts';
import type { Value } from '../../onnx/graph.ts';
import { clipTo } from '../../threat/ball.ts';
import { grid, sampled } from '../availability/graphs/sample.ts';
import { asPicture, asRow } from '../planes.ts';
import { numberInput, rowGraph, rowsInput } from '../row-graph.ts';

export interface Turn {
  /** Degrees, counter-clockwise. */
  readonly degrees: number;
  /** Pixels to the right and down. */
  readonly right: number;
  readonly down: number;
}

/** Shifts a picture and turns it about its middle; bilinear, black where nothing was (arXiv:1712.02779, section 3). */
export async function turner(target: Target): Promise<(x: Float32Array, turn: Turn) => Promise<Float32Array>> {
  const run = await rowGraph(target, 'spatial turn', (g) => {
    const x = rowsInput(g, 'x', 1, target);
    const [cos, sin, right, down] = ['cos', 'sin', 'right', 'down'].map((name) => numberInput(g, name)) as [Value, Value, Value, Value];
    return { made: clipTo(g, turned(g, x, { cos, sin, right, down }, target), rangeOf(target.preprocessing)) };
  });
  return async (x, { degrees, right, down }) => {
    const angle = (degrees * Math.PI) / 180;
    return (await run({ x, cos: Math.cos(angle), sin: Math.sin(angle), right, down })).made;
  };
}

/** Each place takes the pixel that moved there, by the shift and then by the turn about the middle, as in Foolbox. A black edge of one pixel stands for everything outside. */
function turned(
  g: GraphBuilder,
  row: Value,
  { cos, sin, right, down }: Readonly<Record<'cos' | 'sin' | 'right' | 'down', Value>>,
  { preprocessing }: Target,
): Value {
  const { height, width } = imageSize(preprocessing);
  const edged = g.pad(asPicture(g, row, preprocessing), [0, 0, 1, 1, 0, 0, 1, 1]);
  const { rows, columns } = grid(g, height + 2, width + 2);
  const [middleRow, middleColumn] = [g.scalar((height + 1) / 2), g.scalar((width + 1) / 2)];
  const [y, x] = [g.sub(rows, middleRow), g.sub(columns, middleColumn)];
  const fromRow = g.add(g.add(g.mul(sin, x), g.mul(cos, y)), g.sub(middleRow, down));
  const fromColumn = g.add(g.sub(g.mul(cos, x), g.mul(sin, y)), g.sub(middleColumn, right));
  const made = sampled(g, edged, fromRow, fromColumn, 'nearest');
  return asRow(g, g.slice(g.slice(made, 2, 1, height + 1), 3, 1, width + 1), preprocessing);
}
