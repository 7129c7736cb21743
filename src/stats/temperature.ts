/** Temperature scaling (Guo et al., arXiv:1706.04599, section 4.2): the one number by which logits should be divided. */

export interface Scaled {
  /** log p of every class. */
  readonly logs: ArrayLike<number>;
  readonly label: number;
}

/** softmax(log p / T): probabilities of all classes. */
export function tempered(logs: ArrayLike<number>, temperature: number): Float64Array {
  const scaled = Float64Array.from(logs, (log) => log / temperature);
  const most = scaled.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const powers = scaled.map((z) => Math.exp(z - most));
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map((p) => p / total);
}

/** Least probability that counts, so that one sure error does not decide alone. */
const FLOOR = 1e-12;

function meanLoss(rows: readonly Scaled[], temperature: number): number {
  const losses = rows.map(({ logs, label }) => -Math.log(Math.max(FLOOR, tempered(logs, temperature)[label] as number)));
  return losses.reduce((a, b) => a + b, 0) / rows.length;
}

const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** The temperature of least cross-entropy in [1/20, 20], by golden-section search on its logarithm. */
export function fittedTemperature(rows: readonly Scaled[]): number {
  let [low, high] = [-Math.log(20), Math.log(20)];
  const loss = (log: number): number => meanLoss(rows, Math.exp(log));
  for (let i = 0; i < 30; i++) {
    const reach = GOLDEN * (high - low);
    if (loss(high - reach) <= loss(low + reach)) high = low + reach;
    else low = high - reach;
  }
  return Math.exp((low + high) / 2);
}
