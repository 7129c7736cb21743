import { expect, it } from 'vitest';
import { safe } from './safe.ts';

it.each([
  ['\u001b[31mred\u001b[0m', '[31mred[0m'],
  ['a\nb', 'a\nb'],
  ['a\rb\tc\u009b2J', 'abc2J'],
  ['abc\u202edcba', 'abcdcba'],
  ['naïve 漢字', 'naïve 漢字'],
])('%j becomes %j', (text, made) => expect(safe(text)).toBe(made));
