/** Everything about one example of a tree ensemble: the least change by exact search, judged by the untouched file, and cross-examined. */
import type { AttackSample } from '../../attacks/attack.ts';
import { distanceBetween } from '../../certify/claims/inside.ts';
import { claimed } from '../../certify/trees/claimed.ts';
import { minimalRadius, type Radius } from '../../certify/trees/radius.ts';
import type { RowForest } from '../../certify/trees/row-forest.ts';
import { judged, type Kept } from '../judging.ts';
import { type Opened, saveRows } from '../work.ts';
import { attackFirst, type Met } from './attack-first.ts';
import { contradicted } from './contradict.ts';
import { treesKept } from './keep-trees.ts';
import type { CertifyOrder, CertifyReply, TreeSearch, Witness } from './order.ts';
import { TREES } from './result.ts';
import { witnessPrefix } from './witness.ts';

export interface TreeCertifier {
  readonly opened: Opened;
  readonly order: CertifyOrder;
  readonly alive: () => void;
  readonly trees: RowForest;
  /** What looks for the least change; by default the exact search. */
  readonly search?: typeof minimalRadius;
}

/** A row of another class, as the untouched file has it and the data could hold it. */
interface Broken {
  readonly upper: number;
  readonly witness: Witness;
}

export async function certifiedTrees(certifier: TreeCertifier, sample: AttackSample, met: Met): Promise<CertifyReply> {
  const { opened, order, alive } = certifier;
  const { norm, epsilon, most } = order;
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  const nothing = { index: sample.index, margin: null, obstacle: null } as const;
  // Where nobody asks for radii there is nothing to be found behind what is broken.
  if (met.isBroken && most === undefined)
    return { ...nothing, status: 'attacked', lower: 0, upper: met.upper ?? null, method: null, seconds: seconds() };
  const found = await searched(certifier, sample, () => seconds() >= order.budget);
  const broken = await brokenBy(opened, order, sample, found);
  const proved = asked(claimed(found, { norm, size: sample.x.length }), order);
  const isOpen = !met.isBroken && proved < epsilon && !((broken?.upper ?? Number.POSITIVE_INFINITY) <= epsilon);
  // What the search leaves open an attack may still break.
  const [tried = met] = isOpen && order.attacks ? await attackFirst(opened, order, [sample], alive) : [];
  const upper = Math.min(tried.upper ?? Number.POSITIVE_INFINITY, broken?.upper ?? Number.POSITIVE_INFINITY);
  const lower = Math.min(proved, upper);
  const isBroken = tried.isBroken || upper <= epsilon;
  const status = isBroken ? 'attacked' : lower >= epsilon ? 'certified' : 'undecided';
  if (lower > 0 && order.keeps) await treesKept(order, sample, { epsilon: lower, explored: found.explored });
  const certificate = { method: TREES, lower: found.lower, upper: found.upper, explored: found.explored };
  const contradiction = lower > 0 ? await contradicted(opened, order, { sample, epsilon: lower, certificate }, alive) : undefined;
  return {
    ...nothing,
    status,
    lower,
    upper: Number.isFinite(upper) ? upper : null,
    method: TREES,
    ...(status === 'undecided' && { search: ended(found, order) }),
    seconds: seconds(),
    ...(tried.witness && { witness: tried.witness }),
    ...(broken && broken.upper <= epsilon && { witness: broken.witness }),
    ...(contradiction && { contradiction }),
  };
}

/** Multiples of epsilon that are searched in turn, where radii are asked for: within a small one there are few leaves. */
const REACHES = [1, 2, 4, 8, 16, 32, Number.POSITIVE_INFINITY];

/** Beyond epsilon only where radii are asked for; then as far as it takes. */
async function searched(
  { opened, order, alive, trees, search = minimalRadius }: TreeCertifier,
  { x, label }: AttackSample,
  isOver: () => boolean,
): Promise<Radius> {
  const { judge } = opened.target;
  const { norm, epsilon, method, most } = order;
  const forest = await trees.at(x);
  const decide = async (row: Float32Array): Promise<number> => (await judge.decide([row]))[0]?.label as number;
  const until = (): boolean => {
    alive();
    return isOver();
  };
  const within = (reach: number): Promise<Radius> =>
    search(forest, x, label, {
      ...{ decide, norm, units: trees.units, until },
      ...(Number.isFinite(reach) && { reach }),
      most: method === 'ibp' ? 0 : Number.POSITIVE_INFINITY,
    });
  let found = await within(epsilon);
  for (const [i, factor] of REACHES.entries()) {
    const isDone = claimed(found, { norm, size: x.length }) < epsilon * (REACHES[i - 1] ?? 0);
    if (i === 0 || most === undefined || found.witness || isDone || isOver()) continue;
    const farther = await within(epsilon * factor);
    const [lower, by] = farther.lower > found.lower ? [farther.lower, farther.by] : [found.lower, found.by];
    found = { ...farther, lower, by, explored: found.explored + farther.explored };
  }
  return found;
}

/** What is claimed beyond what was asked for would be of no use; where no class but its own is possible it is as far as anybody asks. */
function asked(radius: number, { epsilon, most }: CertifyOrder): number {
  if (most === undefined) return Math.min(radius, epsilon);
  return Number.isFinite(radius) ? radius : Math.max(most, epsilon);
}

function ended({ other, explored, by }: Radius, { method }: CertifyOrder): TreeSearch {
  if (by === 'rounding') return { other, explored, by };
  if (by === 'witness') return { other, explored, by: 'rules' };
  return { other, explored, by: method === 'ibp' ? 'method' : 'time' };
}

/** What the untouched file says of the search's witness, brought to a row that the data could hold. */
async function brokenBy({ target }: Opened, order: CertifyOrder, sample: AttackSample, found: Radius): Promise<Broken | undefined> {
  if (!found.witness) return undefined;
  const kept: Kept[] = [];
  const attack = { id: TREES, params: {}, norm: order.norm, epsilon: Math.max(found.upper, order.epsilon) };
  const proposals = [{ index: sample.index, candidate: found.witness, queries: found.explored, gradients: 0 }];
  const [reply] = await judged(target, { attack }, { samples: [sample], proposals, kept });
  const [point] = kept;
  if (!reply?.broken || !reply.distances || !point) return undefined;
  const prefix = witnessPrefix(order);
  if (prefix !== undefined) await saveRows(`${prefix}-${point.index}.npz`, kept, target.preprocessing.shape);
  const { label, confidence, distances, broken8bit } = reply;
  const upper = distanceBetween(sample.x, point.x, order.norm);
  return { upper, witness: { attack: TREES, label, confidence, distances, survives8bit: broken8bit } };
}
