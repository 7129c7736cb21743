/** Makes a row that fools the model easier to understand: what it does not need is undone, and the rest shortened as far as it still fools. */
import type { ScoreQueries } from '../score-queries.ts';
import { type CubeMoves, replaced } from './cube-moves.ts';

export interface Simplification {
  readonly x: Float32Array;
  readonly moves: CubeMoves;
  readonly queries: ScoreQueries;
}

/** Longer rows are only shortened: to undo their elements one by one costs too many questions. */
const LONGEST = 256;
const HALVINGS = 10;

export async function simplified(found: Float32Array, setting: Simplification): Promise<Float32Array> {
  const changed = [...found.keys()].filter((i) => found[i] !== setting.x[i]);
  const sparse = changed.length > 1 && changed.length <= LONGEST ? await undone(found, changed, setting) : found;
  return shortened(sparse, setting);
}

/** Does each row, as the rules allow it, still fool the model? Returns the allowed rows that do. */
async function fooling(candidates: readonly Float32Array[], { x, moves, queries }: Simplification): Promise<(Float32Array | undefined)[]> {
  const rows = await moves.allowed(x, candidates);
  const margins = await queries.margins(rows);
  return rows.map((row, i) => ((margins[i] ?? Number.NEGATIVE_INFINITY) > 0 ? row : undefined));
}

/** One row that fools the model, and in a vote as well where it answers at random. */
async function held(candidate: Float32Array, setting: Simplification): Promise<Float32Array | undefined> {
  const [row] = await fooling([candidate], setting);
  return row && (await setting.queries.holds(row)) === true ? row : undefined;
}

/** Elements back to the original, one after the other; those that could go back alone first. */
async function undone(found: Float32Array, changed: readonly number[], setting: Simplification): Promise<Float32Array> {
  const { x } = setting;
  const back = (row: Float32Array, i: number): Float32Array => replaced(row, [[i, x[i] as number]]);
  const alone = await fooling(
    changed.map((i) => back(found, i)),
    setting,
  );
  let row = found;
  for (const [k, i] of changed.entries()) {
    if (!alone[k]) continue;
    row = (await held(back(row, i), setting)) ?? row;
  }
  return row;
}

/** Bisects between the original and the row; the last point that fools. */
async function shortened(found: Float32Array, setting: Simplification): Promise<Float32Array> {
  const { x } = setting;
  let [low, high, best] = [0, 1, found];
  for (let i = 0; i < HALVINGS && setting.queries.left > 0; i++) {
    const middle = (low + high) / 2;
    const point = x.map((v, k) => v + middle * ((found[k] as number) - v));
    const row = await held(point, setting);
    if (row) [high, best] = [middle, row];
    else low = middle;
  }
  return best;
}
