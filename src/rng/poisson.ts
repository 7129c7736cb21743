/** Poisson numbers by inversion of the distribution function: exact, one uniform number each, and more photons never mean fewer counts. */

/** Beyond it exp(−mean) is no longer a double. */
const LARGEST_MEAN = 700;

/**
 * Gives a function (u, mean) → the u-quantile of Poisson(mean), which keeps a table for each mean it has met: pictures hold few different values.
 * @returns counts; means are at most 700
 */
export function poissonTable(): (u: number, mean: number) => number {
  const tables = new Map<number, number[]>();
  return (u, mean) => {
    const table = tables.get(mean) ?? distribution(Math.min(mean, LARGEST_MEAN));
    tables.set(mean, table);
    let [low, high] = [0, table.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((table[middle] as number) > u) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}

/** P(X ≤ k) for k = 0, 1, …, until nothing is left. */
function distribution(mean: number): number[] {
  const table: number[] = [];
  let [term, sum] = [Math.exp(-mean), 0];
  for (let k = 0; k <= mean || term > 1e-17; k++) {
    sum += term;
    table.push(sum);
    term *= mean / (k + 1);
  }
  return table;
}
