import { describe, expect, it } from 'vitest';
import { canRedraw, hasColor } from './environment.ts';

describe('colour', () => {
  it.each([
    ['a terminal', true, {}, true],
    ['a pipe', false, {}, false],
    ['CI', true, { CI: 'true' }, false],
    ['CI=false', true, { CI: 'false' }, true],
    ['a dumb terminal', true, { TERM: 'dumb' }, false],
    ['NO_COLOR', true, { NO_COLOR: '1' }, false],
    ['NO_COLOR=0', true, { NO_COLOR: '0' }, false],
    ['an empty NO_COLOR', true, { NO_COLOR: '' }, true],
    ['FORCE_COLOR in a pipe', false, { FORCE_COLOR: '1' }, true],
    ['FORCE_COLOR in CI', false, { FORCE_COLOR: '3', CI: 'true' }, true],
    ['FORCE_COLOR=0 on a terminal', true, { FORCE_COLOR: '0' }, false],
    ['both', true, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
  ])('%s', (_, isTTY, env, expected) => expect(hasColor({ isTTY }, env)).toBe(expected));
});

describe('a line that redraws itself', () => {
  it.each([
    ['a terminal', true, {}, true],
    ['a pipe', undefined, {}, false],
    ['CI', true, { CI: '1' }, false],
    ['a dumb terminal', true, { TERM: 'dumb' }, false],
    ['colour has no say', false, { FORCE_COLOR: '1' }, false],
  ])('%s', (_, isTTY, env, expected) => expect(canRedraw({ isTTY }, env)).toBe(expected));
});
