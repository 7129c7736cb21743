import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseWav } from './wav.ts';

const ascii = (text: string): number[] => [...text].map((char) => char.charCodeAt(0));
const u16 = (value: number): number[] => [value & 255, (value >> 8) & 255];
const u32 = (value: number): number[] => [...u16(value), ...u16(value >>> 16)];
const chunk = (tag: string, body: number[], declared = body.length): number[] => [
  ...ascii(tag),
  ...u32(declared),
  ...body,
  ...(body.length % 2 ? [0] : []),
];
const riff = (...chunks: number[][]): Uint8Array =>
  Uint8Array.from([...ascii('RIFF'), ...u32(chunks.flat().length + 4), ...ascii('WAVE'), ...chunks.flat()]);
const format = (code: number, channels: number, bits: number, rate = 16000, extra: number[] = []): number[] =>
  chunk('fmt ', [
    ...u16(code),
    ...u16(channels),
    ...u32(rate),
    ...u32((rate * channels * bits) / 8),
    ...u16((channels * bits) / 8),
    ...u16(bits),
    ...extra,
  ]);
const floats = (values: number[], size: 4 | 8): number[] => [
  ...new Uint8Array((size === 4 ? new Float32Array(values) : new Float64Array(values)).buffer),
];
const i16 = (...values: number[]): number[] => values.flatMap((value) => u16(value & 0xffff));

describe('parseWav', () => {
  it.each([
    ['8-bit', riff(format(1, 1, 8), chunk('data', [0, 64, 128, 192])), [-1, -0.5, 0, 0.5]],
    ['16-bit', riff(format(1, 1, 16), chunk('data', i16(-32768, -1, 0, 16384, 32767))), [-1, -1 / 32768, 0, 0.5, 32767 / 32768]],
    ['24-bit', riff(format(1, 1, 24), chunk('data', [0, 0, 0x80, 0, 0, 0x40, 0xff, 0xff, 0xff])), [-1, 0.5, -(2 ** -23)]],
    ['32-bit', riff(format(1, 1, 32), chunk('data', [...u32(0x80000000), ...u32(0x40000000)])), [-1, 0.5]],
    ['float32', riff(format(3, 1, 32), chunk('data', floats([0.25, -0.75, 1.5], 4))), [0.25, -0.75, 1]],
    ['float64', riff(format(3, 1, 64), chunk('data', floats([0.25, -0.75], 8))), [0.25, -0.75]],
    ['stereo, averaged', riff(format(1, 2, 16), chunk('data', i16(16384, 0, -16384, -32768))), [0.25, -0.75]],
    [
      'extensible',
      riff(
        format(0xfffe, 1, 16, 16000, [...u16(22), ...u16(16), ...u32(4), ...u16(1), ...new Array<number>(14).fill(0)]),
        chunk('data', i16(16384)),
      ),
      [0.5],
    ],
    [
      'other chunks, of odd size, before and after',
      riff(chunk('LIST', [1, 2, 3]), format(1, 1, 16), chunk('fact', [1]), chunk('data', i16(16384)), chunk('id3 ', [9])),
      [0.5],
    ],
    ['the data before the format', riff(chunk('data', i16(16384)), format(1, 1, 16)), [0.5]],
    [
      'truncated data, read as far as whole frames go',
      riff(format(1, 1, 16), chunk('data', [...i16(16384, -16384), 1], 32000)),
      [0.5, -0.5, 1 / 32768],
    ],
    ['streamed, of unknown size', riff(format(1, 1, 16), chunk('data', i16(16384), 0xffffffff)), [0.5]],
  ])('%s', (_, bytes, expected) => {
    const { data, sampleRate } = parseWav(bytes, 'a.wav');
    expect(sampleRate).toBe(16000);
    expect([...data]).toEqual(expected.map(Math.fround));
  });

  it('keeps every 16-bit value apart', () => {
    const values = Array.from({ length: 65536 }, (_, i) => i - 32768);
    const { data } = parseWav(riff(format(1, 1, 16), chunk('data', i16(...values))), 'a.wav');
    expect([...data].map((value) => value * 32768)).toEqual(values);
  });

  it.each([
    ['no RIFF', Uint8Array.from(ascii('not a wave file')), 'E_DATA_UNREADABLE'],
    ['no bytes', new Uint8Array(0), 'E_DATA_UNREADABLE'],
    ['no format', riff(chunk('data', i16(1))), 'E_DATA_UNREADABLE'],
    ['no data', riff(format(1, 1, 16)), 'E_DATA_UNREADABLE'],
    ['a short format', riff(chunk('fmt ', [1, 0]), chunk('data', i16(1))), 'E_DATA_UNREADABLE'],
    ['µ-law', riff(format(7, 1, 8), chunk('data', [1])), 'E_DATA_UNREADABLE'],
    ['12 bits', riff(format(1, 1, 12), chunk('data', [1, 2])), 'E_DATA_UNREADABLE'],
    ['no channels', riff(format(1, 0, 16), chunk('data', i16(1))), 'E_DATA_UNREADABLE'],
    ['no sample rate', riff(format(1, 1, 16, 0), chunk('data', i16(1))), 'E_DATA_UNREADABLE'],
    ['no samples', riff(format(1, 1, 16), chunk('data', [])), 'E_DATA_EMPTY'],
    ['NaN', riff(format(3, 1, 32), chunk('data', floats([0, Number.NaN], 4))), 'E_DATA_VALUES'],
    ['infinity', riff(format(3, 1, 32), chunk('data', floats([Number.POSITIVE_INFINITY], 4))), 'E_DATA_VALUES'],
  ])('refuses a file with %s', (_, bytes, code) => {
    expect(() => parseWav(bytes, 'bad.wav')).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining('bad.wav'), hint: expect.any(String) }),
    );
  });

  it('answers any damaged file with samples in [−1, 1] or one clear error', () => {
    const good = riff(format(1, 2, 16), chunk('LIST', [1, 2]), chunk('data', i16(1, 2, 3, 4)));
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 4 }), fc.nat(good.length), (changes, length) => {
        const bytes = good.slice(0, length);
        for (const [at, value] of changes) if (at < length) bytes[at] = value;
        try {
          return parseWav(bytes, 'bad.wav').data.every((value) => value >= -1 && value <= 1);
        } catch (thrown) {
          return (thrown as { name: string }).name === 'GibbonError';
        }
      }),
      { numRuns: 500 },
    );
  });
});
