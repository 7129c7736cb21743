/** The counter-based generator Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011). */

const M0_LOW = 0x1f53;
const M0_HIGH = 0xd251;
const M0 = 0xd2511f53 | 0;
const M1_LOW = 0x8d57;
const M1_HIGH = 0xcd9e;
const M1 = 0xcd9e8d57 | 0;
const W0 = 0x9e3779b9 | 0;
const W1 = 0xbb67ae85 | 0;
const ROUNDS = 10;
const TWO_16 = 65536;

/**
 * Ten Philox rounds over one 128-bit counter.
 * @param out receives four uniform 32-bit words at `out[0..3]`
 * @param c0 c1 c2 c3 counter words, least significant first; any number is taken modulo 2^32
 * @param k0 k1 key words
 */
export function philox4x32(out: Uint32Array, c0: number, c1: number, c2: number, c3: number, k0: number, k1: number): void {
  for (let round = 0; round < ROUNDS; round++) {
    // The high half of a 32×32-bit product in doubles: each partial product stays below 2^53, so it is exact.
    const u0 = c0 >>> 0;
    const u2 = c2 >>> 0;
    const high0 = (((((M0_LOW * u0) / TWO_16) >>> 0) + M0_HIGH * u0) / TWO_16) | 0;
    const high1 = (((((M1_LOW * u2) / TWO_16) >>> 0) + M1_HIGH * u2) / TWO_16) | 0;
    const low0 = Math.imul(M0, u0);
    const low1 = Math.imul(M1, u2);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + W0) | 0;
    k1 = (k1 + W1) | 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}
