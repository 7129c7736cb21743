/** Where the windows of a value lie (`view.ts`), as tables of indices. */
import { floats, sizeOf, type Tensor } from '../../onnx/tensor.ts';

/** Along each spatial axis: the element at position i sees the `size` places from start + step·i on, some of which may lie outside. */
export interface Place {
  readonly start: readonly number[];
  readonly step: readonly number[];
  readonly size: readonly number[];
}

/** The windows of one value, at each position of the view's. */
export interface Windows {
  /** How many. */
  readonly positions: number;
  /** Of one row's window. */
  readonly shape: readonly number[];
  /** int32, for each position, channel and place of the window: the flat index within a row of the value, or the row's length where it lies outside. */
  readonly table: Tensor;
  /** [positions, …size]: 0 outside; undefined where nothing lies outside. */
  readonly mask: Tensor | undefined;
}

/** @param dims of one row of the value, channels first; `positions`: the spatial dimensions of the view's value */
export function windowsOf([channels, ...spatial]: readonly number[], place: Place, positions: readonly number[]): Windows {
  const shape = [channels as number, ...place.size];
  const count = sizeOf(positions);
  let [table, mask]: [Tensor | undefined, Tensor | undefined] = [undefined, undefined];
  return {
    positions: count,
    shape,
    get table() {
      table ??= tableOf(channels as number, sizeOf(spatial), places(spatial, place, positions), sizeOf(place.size));
      return table;
    },
    get mask() {
      if (!reachesOut(spatial, place, positions)) return undefined;
      mask ??= floats(
        places(spatial, place, positions).map((at) => (at < 0 ? 0 : 1)),
        [count, ...place.size],
      );
      return mask;
    },
  };
}

function reachesOut(spatial: readonly number[], { start, step, size }: Place, positions: readonly number[]): boolean {
  return spatial.some((dim, i) => {
    const from = start[i] as number;
    return from < 0 || from + (step[i] as number) * ((positions[i] as number) - 1) + (size[i] as number) > dim;
  });
}

/** [positions · size]: the flat index in the plane, negative outside. */
function places(spatial: readonly number[], { start, step, size }: Place, positions: readonly number[]): Int32Array {
  let found: Int32Array = Int32Array.of(0);
  let [before, seen] = [1, 1];
  for (const [i, dim] of spatial.entries()) {
    const [count, width] = [positions[i] as number, size[i] as number];
    const next = new Int32Array(found.length * count * width);
    let to = 0;
    for (let p = 0; p < before * count; p++) {
      const first = (start[i] as number) + (step[i] as number) * (p % count);
      for (let k = 0; k < seen * width; k++) {
        const at = found[Math.floor(p / count) * seen + Math.floor(k / width)] as number;
        const where = first + (k % width);
        next[to++] = at < 0 || where < 0 || where >= dim ? -1 : at * dim + where;
      }
    }
    found = next;
    before *= count;
    seen *= width;
  }
  return found;
}

function tableOf(channels: number, plane: number, places: Int32Array, size: number): Tensor {
  const table = new Int32Array(places.length * channels);
  let to = 0;
  for (let from = 0; from < places.length; from += size) {
    for (let c = 0; c < channels; c++) {
      for (let k = from; k < from + size; k++) {
        const at = places[k] as number;
        table[to++] = at < 0 ? channels * plane : c * plane + at;
      }
    }
  }
  return { type: 'int32', shape: [table.length], data: new Uint8Array(table.buffer) };
}
