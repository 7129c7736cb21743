/** The two sides of a pair, Gibbon and a PyTorch peer, reduced to the same few numbers. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type * as z from 'zod';
import type { auditResult } from '../src/audit/result.ts';
import { type Case, dataFile, modelPath } from './cases.ts';
import { measure } from './measure.ts';

const here = dirname(fileURLToPath(import.meta.url));
const cli = join(here, '../bin/gibbon.js');

export const STEPS = 40;

export interface Run {
  /** The whole process: wall and CPU seconds, peak memory in bytes. */
  readonly wall: number;
  readonly cpu: number;
  readonly peakPss: number | undefined;
  /** The attack alone, in wall and CPU seconds per image and step; undefined where the side does not tell. */
  readonly wallPerStep: number | undefined;
  readonly cpuPerStep: number | undefined;
  /** Seconds from process start until the first attack step is done. */
  readonly firstStep: number | undefined;
  /** The same where Gibbon has to find out how the model reads its input; for a peer, which always knows, no other figure. */
  readonly firstStepUntold?: number | undefined;
  readonly imageSteps: number;
  readonly robustAccuracy: number;
}

/** How a peer divides its work. */
export interface PeerSettings {
  readonly peer: 'foolbox' | 'torchattacks';
  readonly processes: number;
  readonly threads: number;
  readonly batch: number;
  readonly channelsLast: boolean;
}

interface PeerLine {
  readonly wall: number;
  readonly cpu: number;
  readonly imageSteps: number;
  readonly robustAccuracy: number;
  readonly firstStepSeconds: number;
}

/** The peers' versions, or undefined where this Python lacks them. */
export async function peerVersions(python: string): Promise<Record<string, string> | undefined> {
  try {
    return JSON.parse((await measure(python, [join(here, 'peers.py'), '--versions'])).stdout) as Record<string, string>;
  } catch {
    return undefined;
  }
}

export async function runPeer(
  python: string,
  benchCase: Case,
  settings: PeerSettings,
  work: { steps: number; images: number },
): Promise<Run> {
  const { peer, processes, threads, batch, channelsLast } = settings;
  const args = Object.entries({
    model: modelPath(benchCase),
    data: await dataFile(benchCase),
    epsilon: benchCase.epsilon,
    'step-size': benchCase.stepSize,
    steps: work.steps,
    limit: work.images,
    peer,
    processes,
    threads,
    batch,
  });
  const flags = args.flatMap(([name, value]) => [`--${name}`, String(value)]);
  const { stdout, wall, cpu, peakPss } = await measure(python, [
    join(here, 'peers.py'),
    ...flags,
    ...(channelsLast ? ['--channels-last'] : []),
  ]);
  const line = JSON.parse(stdout) as PeerLine;
  return {
    wall,
    cpu,
    peakPss,
    wallPerStep: line.wall / line.imageSteps,
    cpuPerStep: line.cpu / line.imageSteps,
    firstStep: line.firstStepSeconds,
    imageSteps: line.imageSteps,
    robustAccuracy: line.robustAccuracy,
  };
}

/**
 * Gibbon as a user runs it. `timings` of its JSON result may hold `attack` (wall seconds of the attack loop), `attackCpu` (CPU seconds of
 * all workers in it) and `firstStep` (seconds from process start); what is missing is left out of the table, never guessed.
 */
export async function runGibbon(benchCase: Case, flags: readonly string[]): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'gibbon-bench-run-'));
  const json = join(folder, 'result.json');
  try {
    const all = [
      '--data',
      await dataFile(benchCase),
      '--n',
      String(benchCase.images),
      '--epsilon',
      benchCase.epsilon,
      '--step-size',
      benchCase.stepSize,
      '--steps',
      String(STEPS),
      '--no-random-start',
      '--json',
      json,
      ...flags,
    ];
    const { wall, cpu, peakPss } = await measure(process.execPath, [cli, 'attack', 'pgd', modelPath(benchCase), ...all], [0, 1]);
    const { timings, models } = JSON.parse(readFileSync(json, 'utf8')) as z.infer<typeof auditResult>;
    const attack = models[0]!.attacks[0]!;
    const perStep = (seconds: number | undefined) => (seconds === undefined ? undefined : seconds / attack.gradients);
    return {
      wall,
      cpu,
      peakPss,
      wallPerStep: perStep(timings.attack),
      cpuPerStep: perStep(timings.attackCpu),
      firstStep: timings.firstStep,
      imageSteps: attack.gradients,
      robustAccuracy: attack.robustAccuracy.value,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
