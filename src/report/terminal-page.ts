/** What every part of the terminal's summary needs: its width and its colours. */
import type pc from 'picocolors';
import type { Tone } from './names.ts';

export type Colors = ReturnType<typeof pc.createColors>;

export interface Page {
  readonly width: number;
  readonly paint: (tone: Tone, text: string) => string;
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  /** Marks a piece of a text in colours; undefined where there are none. */
  readonly mark: ((kind: 'removed' | 'added', text: string) => string) | undefined;
}

const NARROWEST = 48;

/** From this width on tables have all their columns. */
export const WIDE = 72;

export const SIGNS: Record<Tone, string> = { good: '✓', warn: '▲', bad: '✗', mute: '?', info: 'i', none: '–' };

export function pageOf(colors: Colors, width: number): Page {
  const tones: Record<Tone, (text: string) => string> = {
    good: colors.green,
    warn: colors.yellow,
    bad: colors.red,
    mute: colors.cyan,
    info: colors.cyan,
    none: colors.dim,
  };
  return {
    width: Math.max(NARROWEST, width),
    paint: (tone, text) => tones[tone](text),
    bold: colors.bold,
    dim: colors.dim,
    mark: colors.isColorSupported ? marker(colors) : undefined,
  };
}

/** What was removed struck out, what was inserted underlined. */
function marker(colors: Colors): (kind: 'removed' | 'added', text: string) => string {
  return (kind, text) => (kind === 'removed' ? colors.strikethrough(colors.red(text)) : colors.underline(colors.green(text)));
}
