/** Transforms in words. */
import { expect, it } from 'vitest';
import { transformText } from './transform-text.ts';

it.each([
  [{ degrees: -15, right: -3, down: 1.5 }, 'turned 15° clockwise, moved 3 px left and 1.5 px down'],
  [{ degrees: 30, right: 0, down: -3 }, 'turned 30° counter-clockwise, moved 3 px up'],
  [{ degrees: 0, right: 2.34567, down: 0 }, 'moved 2.35 px right'],
  [{ degrees: 0, right: 0, down: 0 }, 'left as it is'],
  [{ kind: 'blur', strength: 0.306_25 }, 'blur of strength 0.306'],
])('%j: %s', (transform, text) => expect(transformText(transform)).toBe(text));
