/** Writes a certificate into the run's folder, and checks one again that was written. */
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AttackSample } from '../../attacks/attack.ts';
import { GibbonError } from '../../base/errors.ts';
import type { Domain } from '../../certify/bounds/domain.ts';
import { base64, type Certificate, certificateOf, floats, recheck } from '../../certify/claims/certificate.ts';
import { inputSlack } from '../../certify/claims/input-slack.ts';
import type { Claim } from '../../certify/claims/prove.ts';
import { readCertificate } from '../../certify/claims/read-certificate.ts';
import { domainAround, winsGoals } from '../../certify/claims/sample.ts';
import { modelNetwork, provableHead } from '../../certify/graphs/model-network.ts';
import type { Proof } from '../../certify/search/escalate.ts';
import { readModelFile } from '../../model/model-file.ts';
import { describe, type Preprocessing, rangeOf } from '../../model/preprocessing.ts';
import { version } from '../../runtime/ort-version.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { treesRechecked } from './keep-trees.ts';
import type { CertifyOrder } from './order.ts';

export async function kept(
  { network, x, label, norm, range, slack }: Claim,
  { folder, model, subject }: CertifyOrder,
  { index }: AttackSample,
  { epsilon, proof }: { readonly epsilon: number; readonly proof: Proof },
): Promise<void> {
  if (folder === undefined) return;
  const about = { preprocessing: subject.preprocessing, example: index, x: base64(x), label, epsilon };
  const runtime = `onnxruntime-node ${version}, cpu`;
  const domain = domainAround(x, { norm, epsilon, range, slack });
  const path = join(folder, 'certificates');
  await mkdir(path, { recursive: true });
  const text = JSON.stringify(certificateOf(network, domain, proof, { model: model.sha256, runtime, about }));
  await writeFile(join(path, `${model.name}-${index}.cert.json`), `${text}\n`);
}

export interface Rechecking {
  readonly isProved: boolean;
  readonly label: number;
  readonly epsilon: number;
  readonly norm: string;
  readonly example: number;
  /** How the model's input is made of the example: as the certificate has it. */
  readonly input: string;
  readonly failures: readonly string[];
}

/** @throws GibbonError E_FILE_NOT_FOUND, E_DATA_UNREADABLE for what is no certificate, E_FILE_CHANGED for one of another model */
export async function rechecked(path: string, file: string, runtime: Runtime): Promise<Rechecking> {
  const certificate = readCertificate(textOf(file), file);
  const model = await readModelFile(path);
  if (model.sha256 !== certificate.model) {
    throw new GibbonError('E_FILE_CHANGED', `${file} is about another model than ${path}`, {
      hint: `The certificate names ${certificate.model.slice(0, 16)}…, the file is ${model.sha256.slice(0, 16)}….`,
    });
  }
  const { label, epsilon, example, preprocessing } = certificate.about;
  const claim = { label, epsilon, example, input: describe(preprocessing as Preprocessing) };
  if (certificate.kind === 'gibbon certificate of trees') {
    const failures = await treesRechecked(model, certificate, runtime);
    return { ...claim, isProved: failures.length === 0, norm: certificate.norm, failures };
  }
  const network = await modelNetwork(model, preprocessing as Preprocessing, runtime, floats(certificate.about.x));
  try {
    const found = await recheck(network, certificate);
    const wanted = winsGoals(label, network.outputs, provableHead(model));
    const isAsked = wanted.every((goal) => found.goals.some((own) => same(own.rows, goal.rows) && same(own.offsets, goal.offsets)));
    const failures = [
      ...found.failures,
      ...(isAsked ? [] : [`its goals do not say that class ${label} wins`]),
      ...(covers(found.domain, certificate) ? [] : ['its set is smaller than what it claims']),
    ];
    const norm = certificate.norm === 'box' ? 'linf' : certificate.norm;
    return { ...claim, isProved: failures.length === 0, norm, failures };
  } finally {
    await network.release();
  }
}

/** Does the set hold the whole ball around the example that the certificate speaks of? */
function covers(set: Domain, { about, norm }: Certificate): boolean {
  const { x, epsilon, preprocessing } = about;
  const values = floats(x);
  const [row] = [...set.lower.values()];
  if (values.length === 0 || values.length !== row?.length || !values.every(Number.isFinite)) return false;
  const p = preprocessing as Preprocessing;
  const ball = domainAround(values, { norm: norm === 'box' ? 'linf' : norm, epsilon, range: rangeOf(p), slack: inputSlack(p) });
  const holds = (own: Domain['lower'], wanted: Domain['lower'], sign: 1 | -1): boolean =>
    [...wanted].every(([name, values]) => values.every((value, i) => sign * ((own.get(name)?.[i] ?? Number.NaN) - value) <= 0));
  const centres = ball.ball === undefined || (set.ball !== undefined && sameCentre(set.ball, ball.ball));
  return holds(set.lower, ball.lower, 1) && holds(set.upper, ball.upper, -1) && centres;
}

function sameCentre(own: NonNullable<Domain['ball']>, wanted: NonNullable<Domain['ball']>): boolean {
  const centres = [...wanted.centre].every(([name, values]) => same(own.centre.get(name) ?? new Float32Array(0), values));
  return centres && (own.radius[0] as number) >= (wanted.radius[0] as number);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new GibbonError('E_FILE_NOT_FOUND', `${file} cannot be read`, { cause });
  }
}

const same = (a: Float32Array, b: Float32Array): boolean => a.length === b.length && a.every((value, i) => value === b[i]);
