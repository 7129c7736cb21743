import { describe, expect, it } from 'vitest';
import type { ElementType } from '../onnx/tensor.ts';
import { looksLike } from './looks-like.ts';

describe('what an input looks like', () => {
  const of = (shape: (number | string | null)[] | null, type: ElementType = 'float32', name = 'x'): string =>
    looksLike({ name, type, shape });
  it.each([
    [of(['N', 3, 224, 224]), 'RGB images, channels first'],
    [of([1, 1, 28, 28]), 'grayscale images, channels first'],
    [of(['N', 224, 224, 3]), 'RGB images, channels last'],
    [of(['N', 'h', 'w', 3]), 'RGB images, channels last'],
    [of(['N', 3, null, null]), 'RGB images, channels first'],
    [of(['N', 64, 7, 7]), 'feature maps'],
    [of(['N', 28, 28]), 'grayscale images'],
    [of(['N', 16000], 'float32', 'waveform'), 'sound, as a waveform'],
    [of(['N', 20000]), 'a long row of numbers: sound, or features'],
    [of(['N', 30]), 'a row of numbers: a table, or a flat image'],
    [of(['N', 'sequence'], 'int64', 'input_ids'), 'tokens of text'],
    [of(['N', 2048], 'int32', 'bytes'), 'whole numbers'],
    [of([null, 1], 'string'), 'text or categories'],
    [of(null), 'unknown: the file does not say its shape'],
  ])('%s', (said, expected) => expect(said).toBe(expected));
});
