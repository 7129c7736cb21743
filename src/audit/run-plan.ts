/** Runs the attacks of a plan one after the other; one that fails is noted and does not keep the next from running. */
import { join } from 'node:path';
import { attackOf } from '../attacks/registry.ts';
import { GibbonError } from '../base/errors.ts';
import { sizeOf } from '../onnx/tensor.ts';
import { keyedRng } from '../rng/rng.ts';
import type { Asking } from './asking.ts';
import type { Facts, RanAttack } from './assemble.ts';
import type { Failures } from './failures.ts';
import type { AuditOptions } from './options.ts';
import type { Reporter, Workers } from './ports.ts';
import { onTables, onText, PLANS, type Plan, type PlannedAttack, withoutGradients } from './presets.ts';
import { runAttack } from './run-attack.ts';
import type { AttackOrder, Prepared, Subject } from './subject.ts';

/** Examples that a label-only attack may start from. */
const STARTS = 64;

export interface PlanRun {
  readonly plan: Plan;
  readonly facts: Facts;
  readonly subject: Subject;
  /** The examples that the model classifies correctly. */
  readonly correct: AttackOrder['items'];
  readonly workers: Workers;
  readonly reporter: Reporter;
  readonly failures: Failures;
  /** Seconds by what they were spent on, added to here. */
  readonly timings: Record<string, number>;
  readonly asking: Asking;
}

/** @throws GibbonError E_NOT_APPLICABLE when no attack applies; the first failure when none ran to its end */
export async function runPlan({
  plan,
  facts,
  subject,
  correct,
  workers,
  reporter,
  failures,
  timings,
  asking,
}: PlanRun): Promise<RanAttack[]> {
  const { options, model, epsilon } = facts;
  const ran: RanAttack[] = [];
  // Data in folders comes class by class: whoever takes only some examples must take them from everywhere.
  const shuffled = keyedRng(options.seed, 'order').shuffle(correct);
  const starts = shuffled.slice(0, STARTS);
  const folder = options.folder === undefined ? undefined : join(options.folder, 'adversarial', model.name);
  for (const planned of plannedFor(plan, facts)) {
    if (failures.hopeless) break;
    const unit = attackOf(planned.id);
    const items = planned.limit === undefined ? correct : shuffled.slice(0, planned.limit).sort((a, b) => a.index - b.index);
    reporter.phase(`${model.name}: ${unit.name}`, items.length);
    const attack = { id: planned.id, params: planned.params, norm: options.norm, epsilon: epsilon.value };
    await failures.attempt(unit.name, async () => {
      const outcome = await runAttack(workers, reporter, { subject, items, attack, starts, batch: options.batch, folder, asking });
      timings.attackCpu = (timings.attackCpu ?? 0) + outcome.cpuSeconds;
      // From the start of this process, which is where a user's wait begins.
      if (outcome.firstStepAt !== undefined) timings.firstStep ??= (outcome.firstStepAt - performance.timeOrigin) / 1000;
      ran.push({ unit, planned, items, save: outcome.save, replies: outcome.replies });
    });
  }
  const failure = failures.first('', '');
  if (failure && ran.length === 0) throw failure;
  return ran;
}

export function planOf(options: AuditOptions, { unsupported, preprocessing }: Prepared): Plan {
  const plan = PLANS[options.preset];
  if (options.only) return { ...plan, attacks: [options.only], curve: [] };
  if (preprocessing.modality === 'text') return onText(plan);
  const { modality } = preprocessing;
  if (unsupported.length > 0) return withoutGradients(plan, (id) => attackOf(id).knowledge, { modality, norm: options.norm });
  return modality === 'table' ? onTables(plan) : plan;
}

function plannedFor(plan: Plan, { options, prepared }: Facts): PlannedAttack[] {
  const left = plan.attacks.filter((one) => applies(one, prepared, options));
  if (left.length === 0) {
    throw new GibbonError(
      'E_NOT_APPLICABLE',
      options.norm === 'edits'
        ? 'no attack on text is among those asked for'
        : `no attack applies to this model in the ${options.norm} norm`,
      {
        hint: 'Try another --norm; `gibbon list` shows what each attack needs.',
      },
    );
  }
  return left;
}

/** Do the threat model and the model itself allow this attack? */
function applies(planned: PlannedAttack, prepared: Prepared, options: AuditOptions): boolean {
  const unit = attackOf(planned.id);
  if (!unit.norms.includes(options.norm)) return false;
  if (unit.modalities && !unit.modalities.includes(prepared.preprocessing.modality)) return false;
  if (options.only) return true;
  if (unit.knowledge === 'gradients' && prepared.unsupported.length > 0) return false;
  return planned.maxSize === undefined || sizeOf(prepared.preprocessing.shape) <= planned.maxSize || prepared.unsupported.length > 0;
}
