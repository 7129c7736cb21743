/** The counter-based generator Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011). */

const M0 = 0xd2511f53 | 0;
const M0_LOW = 0x1f53;
const M0_HIGH = 0xd251;
const M1 = 0xcd9e8d57 | 0;
const M1_LOW = 0x8d57;
const M1_HIGH = 0xcd9e;
const W0 = 0x9e3779b9 | 0;
const W1 = 0xbb67ae85 | 0;
const LOW = 0xffff;
const ROUNDS = 10;

/**
 * Ten Philox rounds over one 128-bit counter.
 * @param out receives four uniform 32-bit words at `out[0..3]`
 * @param c0 c1 c2 c3 counter words, least significant first; any number is taken modulo 2^32
 * @param k0 k1 key words
 */
export function philox4x32(out: Uint32Array, c0: number, c1: number, c2: number, c3: number, k0: number, k1: number): void {
  // All in 32-bit integers, which the engine is told once: the products in doubles took two and a half times as long.
  c0 |= 0;
  c1 |= 0;
  c2 |= 0;
  c3 |= 0;
  k0 |= 0;
  k1 |= 0;
  for (let round = 0; round < ROUNDS; round++) {
    // The high halves of two 32×32-bit products by halves of 16 bits; no sum passes 2^32.
    const low0 = c0 & LOW;
    const high0 = c0 >>> 16;
    const inner0 = (Math.imul(high0, M0_LOW) + (Math.imul(low0, M0_LOW) >>> 16)) | 0;
    const outer0 = (Math.imul(low0, M0_HIGH) + (inner0 & LOW)) | 0;
    const top0 = (Math.imul(high0, M0_HIGH) + (inner0 >>> 16) + (outer0 >>> 16)) | 0;
    const low1 = c2 & LOW;
    const high1 = c2 >>> 16;
    const inner1 = (Math.imul(high1, M1_LOW) + (Math.imul(low1, M1_LOW) >>> 16)) | 0;
    const outer1 = (Math.imul(low1, M1_HIGH) + (inner1 & LOW)) | 0;
    const top1 = (Math.imul(high1, M1_HIGH) + (inner1 >>> 16) + (outer1 >>> 16)) | 0;
    const rest0 = Math.imul(M0, c0);
    const rest1 = Math.imul(M1, c2);
    c0 = top1 ^ c1 ^ k0;
    c1 = rest1;
    c2 = top0 ^ c3 ^ k1;
    c3 = rest0;
    k0 = (k0 + W0) | 0;
    k1 = (k1 + W1) | 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}
