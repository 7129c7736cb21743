/**
 * Charmer (Abad Rocamora et al., arXiv:2405.04346): greedy character edits. Each step finds the places where a blank hurts most (algorithm 1), and
 * tries every character there (algorithm 2); the best becomes the text of the next step.
 */
import * as z from 'zod';
import { lengthOf } from '../../base/code-points.ts';
import { edited } from '../../threat/edits.ts';
import { type AttackContext, type AttackSample, defineTextAttack, type Proposal } from '../attack.ts';
import { scoreQueries } from '../score-queries.ts';
import { type Ask, together } from '../together.ts';
import { voteOf } from '../vote.ts';
import { everywhere, insideWords, type Places } from './charmer-places.ts';

/** Examples that are attacked at the same time, and texts that each asks about at once: what is held in memory. */
const WIDTH = 16;
const AT_ONCE = 128;
const BLANK = 0x20;

const params = z.object({
  positions: z.int().min(1).default(20).describe('places in which every character is tried, each step'),
  wordRules: z.boolean().default(false).describe('edit only inside of words of four characters or more, each of them once'),
  maxQueries: z.int().min(1).optional().describe('questions per example; as many as the edits take when absent'),
  target: z.int().min(0).optional().describe('class to reach; any other class when absent'),
});

type Context = AttackContext<z.infer<typeof params>, 'edits'>;

export const charmer = defineTextAttack({
  id: 'charmer',
  name: 'Charmer',
  paper: 'arXiv:2405.04346',
  summary: 'Greedy character edits by the scores: finds the places that matter, and tries every printable character there.',
  knowledge: 'scores',
  norms: ['edits'],
  aim: 'budget',
  params,
  run: (context, samples) => {
    const { target, signal, onProposal, onProgress, onStep } = context;
    const decide = async (rows: readonly Float32Array[]): Promise<Float32Array[]> => {
      const scores = await target.judge.classScores(rows);
      onStep?.();
      return scores;
    };
    return together<AttackSample, Proposal, Float32Array>({ judge: { decide }, width: WIDTH, signal }, samples, async (sample, ask) => {
      const proposal = await attacked(context, sample, ask);
      onProposal?.(proposal);
      onProgress?.(1);
      return proposal;
    });
  },
});

/** A character into a place; none deletes the one that is there. */
interface Move {
  readonly place: number;
  readonly character: number | undefined;
}

interface Scored extends Move {
  readonly margin: number;
}

/** Answers with the moves, largest margin first; of equals, the first. */
type Rank = (row: Float32Array, moves: readonly Move[]) => Promise<Scored[]>;

/** One example, edit by edit, until it is fooled or the budget is used up. */
async function attacked(
  { target, params: given, epsilon }: Context,
  { index, x, label }: AttackSample,
  ask: Ask<Float32Array>,
): Promise<Proposal> {
  const goal = given.target;
  const wanted = { label, goal };
  const budget = given.maxQueries ?? Number.POSITIVE_INFINITY;
  const queries = scoreQueries({ ask, wanted, budget, vote: voteOf(target.judge, wanted) });
  const rank: Rank = async (row, moves) => {
    const scored: Scored[] = [];
    for (let at = 0; at < moves.length && queries.left > 0; at += AT_ONCE) {
      const part = moves.slice(at, at + Math.min(AT_ONCE, queries.left));
      const found = await queries.margins(part.map((move) => edited(row, move.place, move.character)));
      scored.push(...part.map((move, i) => ({ ...move, margin: found[i] as number })));
    }
    return scored.sort((a, b) => b.margin - a.margin);
  };
  // A lucky answer of a model with random layers ends no search: the text is then on the border.
  const settled = async (at: Float32Array, once: number): Promise<number> => (once > 0 && (await queries.holds(at)) === false ? 0 : once);
  let [row, margin] = [x, await settled(x, (await queries.margins([x]))[0] as number)];
  const places = given.wordRules ? insideWords() : everywhere();
  for (let edits = 0; edits < epsilon && margin <= 0; edits++) {
    const next = await step(row, places, given.positions, rank);
    if (!next) break;
    places.taken(row, next.place);
    row = edited(row, next.place, next.character);
    margin = await settled(row, next.margin);
  }
  return { index, candidate: row, queries: queries.used, gradients: 0, ...(goal === undefined ? {} : { goal }) };
}

/** The best single edit; undefined where the rules leave none. */
async function step(row: Float32Array, places: Places, positions: number, rank: Rank): Promise<Scored | undefined> {
  const changes = (place: number, characters: readonly (number | undefined)[]): Move[] =>
    characters.map((character) => ({ place, character })).filter((move) => isChange(row, move));
  const probes = await rank(
    row,
    places.open(row).flatMap((place) => changes(place, [isBlank(row, place) ? undefined : BLANK])),
  );
  // A blank that fools the model already is an edit like any other.
  if (places.blank && probes[0] && probes[0].margin > 0) return probes[0];
  const chosen = probes.slice(0, positions).flatMap(({ place }) => changes(place, [...places.alphabet, undefined]));
  return (await rank(row, chosen))[0];
}

const isBlank = (row: Float32Array, place: number): boolean => place % 2 === 1 && row[place >> 1] === BLANK;

/** Does the move change the text, find room, and leave something of it? */
function isChange(row: Float32Array, { place, character }: Move): boolean {
  const length = lengthOf(row);
  if (place % 2 === 0) return character !== undefined && length < row.length;
  return character === undefined ? length > 1 : row[place >> 1] !== character;
}
