/** An audit from end to end: look, agree on the input, attack, judge, conclude. Every process is told what to do in plain JSON. */
import { join } from 'node:path';
import { attackOf } from '../attacks/registry.ts';
import type { Attack } from '../attacks/attack.ts';
import { imageSize } from '../model/rows.ts';
import { describe } from '../model/preprocessing.ts';
import { subset } from '../data/subset.ts';
import { sizeOf } from '../onnx/tensor.ts';
import { DEFAULT_EPSILON, epsilonKind, parseEpsilon, type Budget } from '../threat/epsilon.ts';
import { assemble, type Facts, type RanAttack } from './assemble.ts';
import { traceCurve } from './curve.ts';
import type { AuditOptions } from './options.ts';
import type { Reporter, Workers } from './ports.ts';
import { type Plan, PLANS, type PlannedAttack } from './presets.ts';
import type { ModelResult } from './result.ts';
import { runAttack } from './run-attack.ts';
import { shards } from './shards.ts';
import type { CleanReply, Prepared, Subject, SubjectSpec } from './subject.ts';
import { drawExamples } from './examples.ts';

export interface Audited {
  readonly result: ModelResult;
  readonly timings: Readonly<Record<string, number>>;
}

/** Audits one model. @throws GibbonError for anything that the user can mend */
export async function auditModel(options: AuditOptions, model: AuditOptions['models'][number], { workers, reporter }: { workers: Workers; reporter: Reporter }): Promise<Audited> {
  const spec: SubjectSpec = { model: model.path, data: options.data, flags: options.flags, threads: options.threads, seed: options.seed };
  const timings: Record<string, number> = {};
  const timed = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const started = performance.now();
    const value = await work();
    timings[name] = (timings[name] ?? 0) + (performance.now() - started) / 1000;
    return value;
  };
  reporter.phase(`${model.name}: looking at model and data`, 1);
  const prepared = await timed('prepare', () => workers.run<Prepared>('prepare', spec));
  for (const line of assumptions(prepared)) reporter.note(`${model.name}: ${line}`);
  const subject: Subject = { ...spec, preprocessing: prepared.preprocessing };
  const plan = planOf(options);
  const chosen = subset({ length: prepared.labels.length, labels: Int32Array.from(prepared.labels) }, { ...chosenBy(options, plan), seed: options.seed });
  const epsilon = budgetOf(options, prepared);
  reporter.phase(`${model.name}: clean accuracy`, chosen.length);
  const clean = await timed('clean', () => cleanOf(workers, reporter, subject, chosen));
  const facts: Facts = { options, model, prepared, clean, epsilon };
  const correct = clean.filter(({ index, label }) => label === prepared.labels[index]).map(({ index, label }) => ({ index, label }));
  const ran: RanAttack[] = [];
  for (const planned of plan.attacks.filter((one) => applies(one, prepared, options))) {
    const unit = attackOf(planned.id);
    const items = planned.limit === undefined ? correct : correct.slice(0, planned.limit);
    reporter.phase(`${model.name}: ${unit.name}`, items.length);
    const save = options.folder === undefined ? undefined : join(options.folder, 'adversarial', model.name, `${ran.length}-${planned.id}`);
    const order = { subject, items, attack: { id: planned.id, params: planned.params, norm: options.norm, epsilon: epsilon.value }, batch: options.batch, save };
    const outcome = await timed('attack', () => runAttack(workers, reporter, order));
    timings.attackCpu = (timings.attackCpu ?? 0) + outcome.cpuSeconds;
    ran.push({ unit, planned, items, save, replies: outcome.replies });
  }
  const curve = await timed('curve', () => traceCurve({ plan, subject, correct, facts, ran, workers, reporter }));
  const result = assemble(facts, ran, curve);
  const examples = await timed('pictures', () => drawExamples({ subject, facts, ran, result, workers }));
  return { result: { ...result, examples }, timings };
}

function planOf(options: AuditOptions): Plan {
  const plan = PLANS[options.preset];
  return options.only ? { ...plan, attacks: [options.only], curve: [] } : plan;
}

function chosenBy({ n, first }: AuditOptions, plan: Plan): { n: number } | { first: number } {
  return first !== undefined ? { first } : { n: n ?? plan.n };
}

/** Does the threat model and the model itself allow this attack? */
function applies(planned: PlannedAttack, prepared: Prepared, options: AuditOptions): boolean {
  const unit: Attack = attackOf(planned.id);
  if (options.only) return true;
  if (!unit.norms.includes(options.norm)) return false;
  if (unit.knowledge === 'gradients' && prepared.unsupported.length > 0) return false;
  return planned.maxSize === undefined || sizeOf(prepared.preprocessing.shape) <= planned.maxSize || prepared.unsupported.length > 0;
}

function assumptions({ preprocessing, source, tried, data }: Prepared): string[] {
  const how = { flags: 'as given', guessed: 'fits the labels best', default: 'the usual form' }[source];
  const best = Math.max(...tried.map(({ accuracy }) => accuracy));
  const n = tried[0]?.n ?? 0;
  return [`input ${describe(preprocessing)} (${how}: ${(100 * best).toFixed(0)} % of ${n} right)`, ...data.notes];
}

function budgetOf(options: AuditOptions, { preprocessing }: Prepared): Budget {
  const size = preprocessing.modality === 'image' && preprocessing.shape.length > 1 ? imageSize(preprocessing) : undefined;
  return parseEpsilon(options.epsilon ?? DEFAULT_EPSILON[epsilonKind(preprocessing.modality, size)][options.norm]);
}

async function cleanOf(workers: Workers, reporter: Reporter, subject: Subject, indices: readonly number[]): Promise<CleanReply[]> {
  const parts = await Promise.all(shards(indices, workers).map((part) => workers.run<CleanReply[]>('clean', { subject, indices: part }, (done) => reporter.advance(Number(done)))));
  return parts.flat();
}
