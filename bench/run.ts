/**
 * Times Gibbon's PGD beside foolbox and torchattacks in interleaved pairs of runs and writes bench/RESULTS.md.
 * Options: --cases lenet5,resnet20 · --pairs 5 · --python /path/to/python (default $GIBBON_PEERS_PYTHON, else python3) · --gibbon-flags "…" · --out file
 */
import { existsSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CASES, type Case, modelPath } from './cases.ts';
import { bestSettings, describe, type Probed } from './probe.ts';
import { type CaseResult, caseHeading, markdown, plainTable } from './results.ts';
import { peerVersions, type Run, runGibbon, runPeer, STEPS } from './sides.ts';

const here = dirname(fileURLToPath(import.meta.url));

const { values: options } = parseArgs({
  options: {
    cases: { type: 'string', default: CASES.map((c) => c.id).join(',') },
    pairs: { type: 'string', default: '5' },
    python: { type: 'string', default: process.env.GIBBON_PEERS_PYTHON ?? 'python3' },
    'gibbon-flags': { type: 'string', default: '' },
    out: { type: 'string', default: join(here, 'RESULTS.md') },
  },
});

const log = (text: string) => process.stderr.write(`${text}\n`);
const gibbonFlags = options['gibbon-flags'].split(' ').filter(Boolean);

async function onePair(benchCase: Case, peer: Probed | undefined, peerFirst: boolean): Promise<CaseResult['pairs'][number]> {
  const theirs = async () =>
    peer ? runPeer(options.python, benchCase, peer.settings, { steps: STEPS, images: benchCase.images }) : undefined;
  let peerRun: Run | undefined;
  if (peerFirst) peerRun = await theirs();
  const gibbon = await runGibbon(benchCase, [...benchCase.reading, ...gibbonFlags]);
  if (!peerFirst) peerRun = await theirs();
  // What a user waits who leaves the reading to Gibbon, beside the peer who knows it.
  const { firstStep } = await runGibbon(benchCase, [...gibbonFlags, '--steps', '1']);
  return { gibbon: { ...gibbon, firstStepUntold: firstStep }, peer: peerRun && { ...peerRun, firstStepUntold: peerRun.firstStep } };
}

async function runCase(benchCase: Case, withPeers: boolean): Promise<CaseResult> {
  log(`\n${benchCase.name}`);
  const probed = withPeers ? await bestSettings(options.python, benchCase, log) : [];
  const pairs: CaseResult['pairs'][number][] = [];
  for (let i = 0; i < Number(options.pairs); i++) {
    pairs.push(await onePair(benchCase, probed[0], i % 2 === 0));
    const { gibbon, peer } = pairs.at(-1)!;
    log(`pair ${i + 1}: Gibbon ${gibbon.wall.toFixed(1)} s${peer ? `, ${describe(probed[0]!.settings)} ${peer.wall.toFixed(1)} s` : ''}`);
  }
  return { benchCase, probed, pairs };
}

function chosenCases(): readonly Case[] {
  const ids = options.cases.split(',');
  const unknown = ids.filter((id) => !CASES.some((c) => c.id === id));
  if (unknown.length > 0) throw new Error(`no case ${unknown.join(', ')}; there are ${CASES.map((c) => c.id).join(', ')}`);
  const chosen = CASES.filter((c) => ids.includes(c.id));
  for (const c of chosen) if (!existsSync(modelPath(c))) log(`${c.name} is skipped: ${modelPath(c)} is missing; set GIBBON_FIXTURES.`);
  return chosen.filter((c) => existsSync(modelPath(c)));
}

const load = loadavg()[0]!;
if (load > cpus().length / 4)
  log(`The load average is ${load.toFixed(1)} on ${cpus().length} CPUs: figures from a busy machine prove nothing.`);
const versions = await peerVersions(options.python);
if (versions === undefined)
  log(`${options.python} has no PyTorch, foolbox and torchattacks (see bench/README.md): only Gibbon is timed, without ratios.`);
const results: CaseResult[] = [];
for (const benchCase of chosenCases()) {
  const result = await runCase(benchCase, versions !== undefined);
  results.push(result);
  process.stdout.write(`\n${result.benchCase.name}\n${caseHeading(result)}\n${plainTable(result)}\n`);
}
if (results.length > 0) writeFileSync(options.out, markdown(results, versions ?? {}, load));
