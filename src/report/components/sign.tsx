/** A small sign for each tone, so that colour is never the only signal. */
import type { VNode } from 'preact';
import type { Tone } from '../names.ts';

const PATHS: Record<Tone, string> = {
  good: 'M4.5 8.4l2.4 2.4 4.6-5.2',
  warn: 'M8 4.3v4.3M8 11.3v.2',
  bad: 'M5.2 5.2l5.6 5.6M10.8 5.2l-5.6 5.6',
  info: 'M8 7.4v4M8 4.6v.2',
  none: 'M5 8h6',
  mute: 'M6.3 6.3c.2-2.3 3.6-2.2 3.5-.1-.1 1.4-1.8 1.5-1.8 2.9M8 11.6v.2',
};

export function Sign({ tone }: { tone: Tone }): VNode {
  return (
    <svg class={`sign tone-${tone}`} viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      {tone === 'warn' ? <path class="sign-ground" d="M8 .8l7.6 13.7H.4z" /> : <circle class="sign-ground" cx="8" cy="8" r="7.5" />}
      <path class="sign-line" d={PATHS[tone]} transform={tone === 'warn' ? 'translate(1.2 2.3) scale(.85)' : undefined} />
    </svg>
  );
}
