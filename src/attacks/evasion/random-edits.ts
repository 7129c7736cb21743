/** Random character edits: what an attacker who knows nothing gets, the analogue of uniform noise for text. */
import * as z from 'zod';
import { lengthOf } from '../../base/code-points.ts';
import type { Rng } from '../../rng/rng.ts';
import { edited, PRINTABLE } from '../../threat/edits.ts';
import { defineTextAttack } from '../attack.ts';
import { noise } from '../noise.ts';

export const randomEdits = defineTextAttack({
  id: 'random-edits',
  name: 'Random edits',
  paper: 'arXiv:1711.02173, random noise',
  summary:
    'As many insertions, deletions and replacements of characters as are allowed, at random. An attack that is no stronger has learned nothing.',
  knowledge: 'nothing',
  norms: ['edits'],
  aim: 'budget',
  params: z.object({ repeats: z.int().min(1).default(1).describe('draws per example; the worst counts') }),
  run: (context, samples) =>
    noise(context, 'random-edits', context.params.repeats, (rng, x) => scattered(rng, x, context.epsilon), samples),
});

/** Each edit is an insertion, a deletion or a replacement with equal chance, at a place that is as likely as any other. */
function scattered(rng: Rng, x: Float32Array, edits: number): Float32Array {
  let row = x;
  for (let i = 0; i < edits; i++) {
    const length = lengthOf(row);
    const kind = rng.int(3);
    const character = PRINTABLE[rng.int(PRINTABLE.length)] as number;
    // The last character stays: an empty text is no message.
    if (kind === 0 && length < row.length) row = edited(row, 2 * rng.int(length + 1), character);
    else if (kind === 1 && length > 1) row = edited(row, 2 * rng.int(length) + 1, undefined);
    else if (length > 0) row = edited(row, 2 * rng.int(length) + 1, character);
  }
  return row;
}
