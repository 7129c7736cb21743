import { describe, expect, it } from 'vitest';
import { decodeBmp } from './bmp.ts';

/** A BMP of the given rows of raw pixel bytes, from the top, each padded to four bytes. */
function bmp(
  width: number,
  rows: number[][],
  bits: number,
  options: { topDown?: boolean; palette?: number[]; compression?: number; masks?: number[] } = {},
): Uint8Array {
  const palette = [
    ...(options.masks ?? []).flatMap((mask) => [mask & 255, (mask >> 8) & 255, (mask >> 16) & 255, mask >>> 24]),
    ...(options.palette ?? []),
  ];
  const stride = Math.ceil((width * bits) / 32) * 4;
  const stored = options.topDown ? rows : [...rows].reverse();
  const bytes = new Uint8Array(54 + palette.length + stride * rows.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x42, 0x4d]);
  view.setUint32(2, bytes.length, true);
  view.setUint32(10, 54 + palette.length, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, width, true);
  view.setInt32(22, options.topDown ? -rows.length : rows.length, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, bits, true);
  view.setUint32(30, options.compression ?? 0, true);
  bytes.set(palette, 54);
  for (const [y, row] of stored.entries()) bytes.set(row, 54 + palette.length + y * stride);
  return bytes;
}

/** Two rows of three: red, green, blue; black, gray 7, white. Stored as BGR. */
const ROWS = [
  [0, 0, 255, 0, 255, 0, 255, 0, 0],
  [0, 0, 0, 7, 7, 7, 255, 255, 255],
];
const RGB = [255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 7, 7, 7, 255, 255, 255];
const withFourth = (row: number[]): number[] => row.flatMap((value, i) => (i % 3 === 2 ? [value, 99] : [value]));

describe('decodeBmp', () => {
  it.each([
    ['24 bits, from the bottom', bmp(3, ROWS, 24)],
    ['24 bits, from the top', bmp(3, ROWS, 24, { topDown: true })],
    ['32 bits, the fourth byte dropped', bmp(3, ROWS.map(withFourth), 32)],
    ['32 bits with the usual masks', bmp(3, ROWS.map(withFourth), 32, { compression: 3, masks: [0xff0000, 0xff00, 0xff] })],
    [
      '8 bits with a palette',
      bmp(
        3,
        [
          [0, 1, 2],
          [3, 4, 5],
        ],
        8,
        { palette: [...(ROWS[0] as number[]), ...(ROWS[1] as number[])].flatMap((value, i) => (i % 3 === 2 ? [value, 0] : [value])) },
      ),
    ],
  ])('%s', (_, bytes) => {
    const { width, height, channels, values } = decodeBmp(bytes, 'a.bmp');
    expect([width, height, channels]).toEqual([3, 2, 3]);
    expect([...values]).toEqual(RGB);
  });

  it('keeps a palette of grays as one channel', () => {
    const palette = Array.from({ length: 256 }, (_, i) => [i, i, i, 0]).flat();
    const { channels, values } = decodeBmp(
      bmp(
        3,
        [
          [1, 2, 3],
          [253, 254, 255],
        ],
        8,
        { palette },
      ),
      'a.bmp',
    );
    expect(channels).toBe(1);
    expect([...values]).toEqual([1, 2, 3, 253, 254, 255]);
  });

  it('reads the old header of OS/2', () => {
    const bytes = new Uint8Array(26 + 4);
    bytes.set([0x42, 0x4d]);
    bytes.set([26, 0, 0, 0, 12, 0, 0, 0, 1, 0, 1, 0, 1, 0, 24, 0, 3, 2, 1, 0], 10);
    expect([...decodeBmp(bytes, 'a.bmp').values]).toEqual([1, 2, 3]);
  });

  const huge = bmp(3, ROWS, 24);
  new DataView(huge.buffer).setInt32(18, 0x7fffffff, true);
  it.each([
    ['is truncated', bmp(3, ROWS, 24).subarray(0, 70)],
    ['ends inside its header', bmp(3, ROWS, 24).subarray(0, 20)],
    ['compressed', bmp(3, [[0, 0, 0]], 8, { compression: 1 })],
    ['4 bits a pixel', bmp(3, [[0, 0]], 4)],
    ['is truncated', huge],
    ['palette of 1', bmp(3, [[0, 1, 2]], 8, { palette: [0, 0, 0, 0] })],
    ['colour masks', bmp(3, ROWS.map(withFourth), 32, { compression: 3, masks: [0xff, 0xff00, 0xff0000] })],
    [
      '0×2',
      bmp(
        0,
        ROWS.map(() => []),
        24,
      ),
    ],
  ])('refuses: %s', (reason, bytes) => {
    expect(() => decodeBmp(bytes, 'bad.bmp')).toThrow(
      expect.objectContaining({
        code: 'E_DATA_UNREADABLE',
        message: expect.stringMatching(new RegExp(`bad.bmp.*${reason}`)),
        hint: expect.any(String),
      }),
    );
  });
});
