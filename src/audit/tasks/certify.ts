/** Certifies examples: attacks them, proves what it can within a budget, looks for the largest radius, and cross-examines what it has proved. */
import type { AttackSample } from '../../attacks/attack.ts';
import { inputSlack } from '../../certify/claims/input-slack.ts';
import { type Claim, largestProved, proveAt } from '../../certify/claims/prove.ts';
import { winsGoals } from '../../certify/claims/sample.ts';
import { escaped, slopesTowards } from '../../certify/claims/watch.ts';
import { frozenElements } from '../../certify/graphs/followed.ts';
import { modelNetwork, provableHead } from '../../certify/graphs/model-network.ts';
import type { BoundNetwork } from '../../certify/graphs/network.ts';
import { escalate, type Verdict } from '../../certify/search/escalate.ts';
import { hasTrees } from '../../certify/trees/read-forest.ts';
import { type RowForest, rowForest } from '../../certify/trees/row-forest.ts';
import { type ModelFile, readModelFile } from '../../model/model-file.ts';
import { rangeOf } from '../../model/preprocessing.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { attackFirst, type Met } from '../certificates/attack-first.ts';
import { type Certified, contradicted, type OnTheWay } from '../certificates/contradict.ts';
import { kept } from '../certificates/keep.ts';
import { type CertifyItem, type CertifyOrder, type CertifyReply, obstacleOf } from '../certificates/order.ts';
import { certifiedTrees } from '../certificates/prove-trees.ts';
import type { Subject } from '../subject.ts';
import { defineRowTask } from '../task.ts';
import { attackSamples, type Opened } from '../work.ts';

/** A model prepared for bounds. */
export interface Provable {
  readonly network: BoundNetwork;
  readonly head: ModelFile['head'];
}

const known = new Map<string, Promise<Provable>>();

/** Networks that are kept where each is for some rows only. */
const KEPT = 4;

/**
 * Prepared once in a process, or once for all rows that agree in what bounds cannot follow.
 * @param row any row of the data, where nothing is to be proved yet
 * @throws GibbonError where the model has no bounds
 */
export async function provable({ model, preprocessing }: Subject, runtime: Runtime, row?: Float32Array): Promise<Provable> {
  const frozen = frozenElements(preprocessing)?.map((i) => row?.[i] ?? null);
  const key = JSON.stringify([model, preprocessing, frozen]);
  const made =
    known.get(key) ??
    readModelFile(model).then(async (file) => ({
      network: await modelNetwork(file, preprocessing, runtime, row),
      head: provableHead(file),
    }));
  known.delete(key);
  known.set(key, made);
  if (frozen !== undefined && known.size > KEPT) {
    const [[first, oldest] = [key, made]] = known;
    known.delete(first);
    await oldest.then(({ network }) => network.release()).catch(() => {});
  }
  return made;
}

const forests = new Map<string, Promise<RowForest | undefined>>();

/** The model's trees, prepared once in a process; undefined where it has none. @throws GibbonError E_NOT_APPLICABLE where they cannot be taken */
export function treesOf({ model, preprocessing }: Subject, runtime: Runtime): Promise<RowForest | undefined> {
  const key = JSON.stringify([model, preprocessing]);
  const made =
    forests.get(key) ?? readModelFile(model).then((file) => (hasTrees(file.graph) ? rowForest(file, preprocessing, runtime) : undefined));
  forests.set(key, made);
  return made;
}

/** Attacked together; few enough that a killed worker has little to do again. */
const GROUP = 16;

export const certifyTask = defineRowTask<CertifyOrder, CertifyItem, CertifyReply>({
  kind: 'certify',
  run: async (order, items, { open, runtime, finished, alive }) => {
    const opened = await open(order.subject);
    const trees = await treesOf(order.subject, runtime);
    const common = { opened, order, alive };
    const prove = async (sample: AttackSample, met: Met): Promise<CertifyReply> =>
      trees
        ? certifiedTrees({ ...common, trees }, sample, met)
        : certified({ ...common, ...(await provable(order.subject, runtime, sample.x)) }, sample, met);
    for (let at = 0; at < items.length; at += GROUP) {
      const group = items.slice(at, at + GROUP);
      const samples = await attackSamples(opened, group);
      const started = performance.now();
      // The search over trees is itself the strongest attack.
      const met =
        order.attacks && !trees
          ? await attackFirst(opened, order, samples, alive)
          : group.map(({ upper, isBroken = false }) => ({ upper, isBroken }));
      const each = (performance.now() - started) / 1000 / group.length;
      for (const [i, sample] of samples.entries()) {
        const { seconds, ...reply } = await prove(sample, met[i] as Met);
        await finished([{ ...reply, seconds: seconds + each }]);
      }
    }
  },
});

export interface Certifier extends Provable {
  readonly opened: Opened;
  readonly order: CertifyOrder;
  readonly alive: () => void;
  /** What proves a set; by default all that Gibbon knows. */
  readonly prover?: typeof escalate;
}

/** Everything about one example. */
export async function certified(certifier: Certifier, sample: AttackSample, met: Met): Promise<CertifyReply> {
  const { opened, order, alive, network, head, prover = escalate } = certifier;
  const { norm, epsilon, method, budget } = order;
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  const range = rangeOf(opened.target.preprocessing);
  const slack = inputSlack(opened.target.preprocessing);
  const claim: Claim = { network, x: sample.x, label: sample.label, head, norm, range, slack, prover };
  const settled = met.isBroken ? undefined : await proveAt(claim, epsilon, { method, budget, alive });
  const { radius, verdict } = await radiusOf(claim, order, { met, settled, until: () => seconds() >= budget, alive });
  const proof = verdict ?? (settled?.isProved ? settled : undefined);
  if (proof?.proof && order.keeps) await kept(claim, order, sample, { epsilon: radius, proof: proof.proof });
  const contradiction = proof && (await contradicted(opened, order, examined(claim, proof, { sample, epsilon: radius }), alive));
  return {
    index: sample.index,
    status: met.isBroken ? 'attacked' : settled?.isProved ? 'certified' : 'undecided',
    lower: radius,
    upper: met.upper ?? null,
    method: (settled?.isProved ? settled : (verdict ?? settled))?.method ?? null,
    margin: settled && Number.isFinite(settled.lower) && settled.lower > Number.MIN_VALUE ? settled.lower : null,
    obstacle: settled && !settled.isProved ? obstacleOf(settled) : null,
    seconds: seconds(),
    ...(met.witness && { witness: met.witness }),
    ...(contradiction && { contradiction }),
  };
}

/** What a proof claims: the answer, and on the way to it bounds of layers and margins. Its slopes are left out of what is told. */
function examined(claim: Claim, proof: Verdict, { sample, epsilon }: Pick<Certified, 'sample' | 'epsilon'>): Certified {
  const { network, label, head } = claim;
  const { bounds, proof: _, ...certificate } = proof;
  const goals = winsGoals(label, network.outputs, head);
  if (!bounds) return { sample, epsilon, certificate };
  const onTheWay: OnTheWay = {
    escaped: (points) => escaped(network, { bounds, goals: proof.goals }, goals, points),
    slopes: (points) => slopesTowards(network, bounds, points),
  };
  return { sample, epsilon, certificate, onTheWay };
}

interface Search {
  readonly met: Met;
  /** What was found at epsilon, where no attack had settled it. */
  readonly settled: Verdict | undefined;
  readonly until: () => boolean;
  readonly alive: () => void;
}

/**
 * The largest radius that is certified: where epsilon was certified, beyond it if that is asked for; where it was not, below it, which says what would
 * have passed. By one pass of bounds for each radius; the dearer methods then have a try at the gap that is left.
 */
async function radiusOf(claim: Claim, { epsilon, method, most, budget }: CertifyOrder, { met, settled, until, alive }: Search) {
  const isProved = settled?.isProved === true;
  const low = isProved ? epsilon : 0;
  if (most === undefined && (isProved || met.isBroken)) return { radius: low, verdict: undefined };
  const high = isProved ? Math.max(epsilon, met.upper ?? (most as number)) : Math.min(epsilon, met.upper ?? epsilon);
  const single = method === 'auto' || method === 'bab' ? 'crown' : method;
  const first = await largestProved(claim, { low, high }, { method: single, budget, alive, until: () => false });
  if (most === undefined || single === method || until()) return first;
  const beyond = { low: first.radius, high: Math.min(high, REACH * Math.max(first.radius, high / REACH ** 2)) };
  const second = await largestProved(claim, beyond, { method, budget: budget / TRIES, alive, until });
  return second.verdict ? second : first;
}

/** How far beyond CROWN's radius dearer methods are tried, and the radii that share the budget. */
const REACH = 4;
const TRIES = 4;
