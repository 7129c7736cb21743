/**
 * A certificate as a file (`.cert.json`): what was proved of which model and set, and all that it takes to check it again without searching: the splits of
 * every leaf, and the slopes and multipliers that its bound was found at.
 */
import * as z from 'zod';
import { bound } from '../bounds/ascent.ts';
import { BOUND_METHODS, type BoundMethod, layerBounds, rowBounds } from '../bounds/crown.ts';
import type { Domain } from '../bounds/domain.ts';
import { type Goal, proved } from '../bounds/goal.ts';
import type { BoundNetwork } from '../graphs/network.ts';
import { type ClosedLeaf, splittable, taskOf } from '../search/branch-neurons.ts';
import { inARow, type Proof } from '../search/escalate.ts';
import { tightened } from '../search/tighten.ts';

const numbers = z.string().describe('float32 values, little-endian, in base64');
const byCut = z.record(z.string(), numbers);

/** The file's form. */
export const certificateSchema = z.strictObject({
  kind: z.literal('gibbon certificate'),
  version: z.literal(1),
  /** SHA-256 of the model file. */
  model: z.string(),
  /** Runtime, version and execution provider that the rounding was judged for. */
  runtime: z.string(),
  arithmetic: z.enum(['float32', 'real']),
  /** What the set is in: how the model's input is made of it, which example it is around, which class is to win. */
  about: z.strictObject({
    preprocessing: z.unknown(),
    example: z.number().int(),
    x: numbers,
    label: z.number().int(),
    epsilon: z.number(),
  }),
  norm: z.enum(['box', 'l1', 'l2']),
  lower: byCut,
  upper: byCut,
  centre: byCut.optional(),
  radius: z.number().optional(),
  goals: z.array(z.strictObject({ name: z.string().optional(), rows: numbers, offsets: numbers })),
  parts: z.array(
    z.strictObject({
      layers: z.enum(BOUND_METHODS),
      /** By what steps of branch and bound the layers were tightened then (`tighten.ts`). */
      tightened: z.array(z.strictObject({ cut: z.string(), rounds: z.number().int().min(0) })).default([]),
      /** Places in `goals`. */
      goals: z.array(z.number().int()),
      leaves: z
        .array(
          z.strictObject({
            goal: z.number().int(),
            splits: z.array(z.strictObject({ cut: z.string(), element: z.number().int(), sign: z.union([z.literal(1), z.literal(-1)]) })),
            slopes: byCut,
            multipliers: byCut,
          }),
        )
        .optional(),
    }),
  ),
});

export type Certificate = z.infer<typeof certificateSchema>;

/** What a certificate is about, beside set and proof. */
export type Subject = Pick<Certificate, 'model' | 'runtime' | 'about'>;

/** @param domain the one set that the proof is of */
export function certificateOf(network: BoundNetwork, domain: Domain, proof: Proof, subject: Subject): Certificate {
  const { goals } = proof;
  const places = new Map(goals.map((goal, i) => [goal, i]));
  const place = (goal: Goal): number => places.get(goal) as number;
  return {
    kind: 'gibbon certificate',
    version: 1,
    ...subject,
    arithmetic: network.arithmetic,
    norm: domain.norm,
    lower: encoded(domain.lower),
    upper: encoded(domain.upper),
    ...(domain.ball && { centre: encoded(domain.ball.centre), radius: domain.ball.radius[0] as number }),
    goals: goals.map(({ name, rows, offsets }) => ({ ...(name !== undefined && { name }), rows: base64(rows), offsets: base64(offsets) })),
    parts: proof.parts.map(({ layers, tightened: steps, goals: own, leaves }) => ({
      layers,
      tightened: [...steps],
      goals: own.map(place),
      ...(leaves && {
        leaves: leaves.map(({ goal, splits, variables }) => ({
          goal: place(goal),
          splits: [...splits],
          slopes: encoded(variables.slopes),
          multipliers: encoded(variables.multipliers),
        })),
      }),
    })),
  };
}

export interface Rechecked {
  readonly isProved: boolean;
  /** Goals that the certificate does not prove, with the reason. */
  readonly failures: readonly string[];
  readonly domain: Domain;
  readonly goals: readonly Goal[];
}

/** Checks a certificate against a network: every goal by its rows in one pass, or leaf by leaf, with the leaves covering the whole set. */
export async function recheck(network: BoundNetwork, certificate: Certificate): Promise<Rechecked> {
  const goals = certificate.goals.map(({ name, rows, offsets }) => ({
    ...(name !== undefined && { name }),
    rows: floats(rows),
    offsets: floats(offsets),
  }));
  const { centre, radius } = certificate;
  const domain: Domain = {
    batch: 1,
    norm: certificate.norm,
    lower: decoded(certificate.lower),
    upper: decoded(certificate.upper),
    ...(centre && radius !== undefined && { ball: { centre: decoded(centre), radius: Float32Array.of(radius) } }),
  };
  const shown = new Set<number>();
  let known: Layers | undefined;
  for (const part of certificate.parts) {
    known = await layersOf(network, domain, part, known);
    const { bounds } = known;
    const holds = part.leaves
      ? await leavesHold(network, { domain, bounds }, goals, part.leaves)
      : await rowsHold(network, domain, bounds, part, goals);
    for (const i of part.goals) if (holds.has(i)) shown.add(i);
  }
  const failures = goals.flatMap((goal, i) => (shown.has(i) ? [] : [`goal ${goal.name ?? i} is not proved`]));
  return { isProved: failures.length === 0 && goals.length > 0, failures, domain, goals };
}

type Bounds = Awaited<ReturnType<typeof layerBounds>>;

interface Layers extends Pick<Certificate['parts'][number], 'layers' | 'tightened'> {
  readonly bounds: Bounds;
}

/** Bounds of the layers for a part, from those of the one before where it begins as that did. */
async function layersOf(
  network: BoundNetwork,
  domain: Domain,
  { layers, tightened: steps }: Certificate['parts'][number],
  known: Layers | undefined,
): Promise<Layers> {
  const goesOn =
    known?.layers === layers && known.tightened.every(({ cut, rounds }, i) => steps[i]?.cut === cut && steps[i].rounds === rounds);
  let bounds = goesOn ? known.bounds : await layerBounds(network, domain, layers);
  // A step that is none leaves the bounds as they are.
  for (const step of steps.slice(goesOn ? known.tightened.length : 0))
    bounds = (await tightened(network, { domain, bounds }, step)) ?? bounds;
  return { layers, tightened: steps, bounds };
}

async function rowsHold(
  network: BoundNetwork,
  domain: Domain,
  bounds: Bounds,
  part: { readonly layers: BoundMethod; readonly goals: readonly number[] },
  goals: readonly Goal[],
): Promise<Set<number>> {
  if (part.goals.some((i) => !goals[i])) return new Set();
  const own = part.goals.map((i) => goals[i] as Goal);
  const { lower, error } = await rowBounds(network, domain, bounds, inARow(own, network.outputs), part.layers);
  let at = 0;
  const held = part.goals.filter((i) => {
    const goal = goals[i] as Goal;
    const count = goal.offsets.length;
    const [value] = proved([goal], { lower: lower.subarray(at, at + count), error: error.subarray(at, at + count) });
    at += count;
    return (value as number) > 0;
  });
  return new Set(held);
}

/** Leaves that are checked at once. */
const BATCH = 32;

async function leavesHold(
  network: BoundNetwork,
  at: { readonly domain: Domain; readonly bounds: Bounds },
  goals: readonly Goal[],
  leaves: NonNullable<Certificate['parts'][number]['leaves']>,
): Promise<Set<number>> {
  const cuts = splittable(network);
  if (!leaves.every((leaf) => isOf(cuts, goals, leaf))) return new Set();
  const broken = new Set<number>();
  const most = network.isBatched ? BATCH : 1;
  for (let from = 0; from < leaves.length; from += most) {
    const part = leaves.slice(from, from + most);
    const seedlings: ClosedLeaf[] = part.map(({ goal, splits, slopes, multipliers }) => ({
      goal: goals[goal] as Goal,
      splits,
      variables: {
        slopes: sound(decoded(slopes), 1),
        multipliers: filledIn(sound(decoded(multipliers), Number.POSITIVE_INFINITY), cuts, goals[goal] as Goal),
      },
    }));
    const batch = Math.min(most, leaves.length);
    const task = taskOf({ network, ...at, cuts, batch }, seedlings);
    const all = Array.from({ length: batch }, (_, i) => (seedlings[Math.min(i, seedlings.length - 1)] as ClosedLeaf).goal);
    const values = proved(all, await bound(task));
    for (const [i, { goal }] of part.entries()) if (!((values[i] as number) > 0)) broken.add(goal);
  }
  const asked = [...new Set(leaves.map(({ goal }) => goal))];
  return new Set(
    asked.filter(
      (goal) =>
        !broken.has(goal) &&
        covers(
          leaves.filter((leaf) => leaf.goal === goal),
          0,
        ),
    ),
  );
}

/** Are its splits of neurons, and its goal of goals, that there are? */
function isOf(
  cuts: BoundNetwork['cuts'],
  goals: readonly Goal[],
  leaf: NonNullable<Certificate['parts'][number]['leaves']>[number],
): boolean {
  const isNeuron = ({ cut, element }: { readonly cut: string; readonly element: number }): boolean =>
    cuts.some(({ name, size }) => name === cut && element >= 0 && element < size);
  return goals[leaf.goal] !== undefined && leaf.splits.every(isNeuron);
}

/** Slopes beyond [0, 1] and negative multipliers prove nothing: they are brought back. */
function sound(values: ReadonlyMap<string, Float32Array>, most: number): Map<string, Float32Array> {
  return new Map([...values].map(([name, own]) => [name, own.map((value) => Math.min(most, Math.max(0, value || 0)))]));
}

/** A climb without splits has no multipliers. */
function filledIn(values: ReadonlyMap<string, Float32Array>, cuts: BoundNetwork['cuts'], { offsets }: Goal): Map<string, Float32Array> {
  return new Map(cuts.map(({ name, size }) => [name, values.get(name) ?? new Float32Array(size * offsets.length)]));
}

/** Do leaves that agree on their first `depth` splits cover what these leave of the set? Each split needs both of its sides. */
function covers(
  leaves: readonly { readonly splits: readonly { readonly cut: string; readonly element: number; readonly sign: number }[] }[],
  depth: number,
): boolean {
  if (leaves.length === 0) return false;
  if (leaves.some(({ splits }) => splits.length === depth)) return true;
  const first = leaves[0]?.splits[depth];
  const here = leaves.filter(({ splits }) => splits[depth]?.cut === first?.cut && splits[depth]?.element === first?.element);
  return [1, -1].every((sign) =>
    covers(
      here.filter(({ splits }) => splits[depth]?.sign === sign),
      depth + 1,
    ),
  );
}

const encoded = (values: ReadonlyMap<string, Float32Array>): Record<string, string> =>
  Object.fromEntries([...values].map(([name, value]) => [name, base64(value)]));

const decoded = (values: Readonly<Record<string, string>>): Map<string, Float32Array> =>
  new Map(Object.entries(values).map(([name, value]) => [name, floats(value)]));

export function base64(values: Float32Array): string {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

export function floats(text: string): Float32Array {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return new Float32Array(bytes.buffer, 0, Math.floor(bytes.length / 4));
}
