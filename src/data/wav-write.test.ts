import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseWav } from './wav.ts';
import { encodeWav } from './wav-write.ts';

it('is read back to half a level', () => {
  fc.assert(
    fc.property(
      fc.float32Array({ min: -1, max: 1, noNaN: true, minLength: 1, maxLength: 200 }),
      fc.constantFrom(8000, 16000, 44100),
      (data, rate) => {
        const read = parseWav(encodeWav(data, rate), 'made.wav');
        expect(read.sampleRate).toBe(rate);
        expect(read.data).toHaveLength(data.length);
        // Half a level, and a whole one at +1, which 16 bits do not have.
        for (const [i, v] of data.entries())
          expect(Math.abs((read.data[i] as number) - v)).toBeLessThanOrEqual(v > 1 - 2 ** -15 ? 2 ** -15 : 2 ** -16);
      },
    ),
  );
});
