/**
 * Adds pieces up at given places: the transpose of gathering. ScatterND with `add` is not used for it: ONNX Runtime 1.30 loses
 * updates where two of its threads meet at one place (measured: 7 000 of 25 000 ones left, without an error).
 */
import type { GraphBuilder } from '../onnx/build.ts';
import type { Value } from '../onnx/graph.ts';
import { int } from '../onnx/graph.ts';
import { int64s } from '../onnx/tensor.ts';
import { listOf } from './shapes.ts';

/** The table of sources may be this much larger than the list of pieces; more skewed lists are written as a product of matrices. */
const SKEW = 8;

/** pieces [before, count, after] added up at constant places (0 … size − 1, one for each piece): [before, size, after]. */
export function addedUp(g: GraphBuilder, pieces: Value, places: readonly number[], size: number): Value {
  const sources: number[][] = listOf(size, () => []);
  for (const [i, place] of places.entries()) (sources[place] as number[]).push(i);
  const most = sources.reduce((max, list) => Math.max(max, list.length), 1);
  if (size * most > SKEW * Math.max(places.length, size)) return addedUpAnywhere(g, pieces, g.constant(int64s(places)), size);
  // Every place reads its pieces; where it has fewer than the others, a zero put behind the last piece.
  const table = sources.flatMap((list) => [...list, ...Array<number>(most - list.length).fill(places.length)]);
  const short = sources.some((list) => list.length < most);
  const given = short ? g.pad(pieces, [0, 0, 0, 0, 1, 0]) : pieces;
  if (most === 1) return g.node('Gather', [given, g.constant(int64s(table))], { axis: int(1) });
  return g.sum(g.node('Gather', [given, g.constant(int64s(table, [size, most]))], { axis: int(1) }), [2]);
}

/** The same at places that only the data tells ([count], possibly counted from the end): a product with a matrix of zeros and ones. */
export function addedUpAnywhere(g: GraphBuilder, pieces: Value, places: Value, size: number): Value {
  const from = g.ints(listOf(size, (i) => i));
  const zero = g.scalar(0, places);
  const positive = g.where(g.less(places, zero), g.add(places, g.scalar(size, places)), places);
  const hits = g.equal(g.reshape(from, [size, 1]), g.reshape(positive, [1, places.shape[0] as number]));
  return g.matmul(g.cast(hits, pieces.type), pieces);
}
