/** What an audit begins with: a look at model and data in a worker, and what follows from it before anything is attacked. */
import { subset } from '../data/subset.ts';
import { isAddress, USUAL_MANNER } from '../model/remote/endpoint.ts';
import { type AttackPlan, planOf } from './attack-plan.ts';
import { budgetOf } from './budget.ts';
import type { CheckFacts } from './checks/facts.ts';
import type { AuditOptions, RemoteOptions } from './options.ts';
import type { Plan } from './presets.ts';
import { remoteFolder } from './remote/tally-file.ts';
import { type Prepared, type SubjectSpec, subjectOf } from './subject.ts';

export interface Looked {
  readonly facts: CheckFacts;
  readonly plan: AttackPlan;
}

/** What the first look is asked for. */
export function specOf(
  { data, flags, threads, seed, remote, gradients }: AuditOptions,
  model: AuditOptions['models'][number],
): SubjectSpec {
  const spec = { model: model.path, data, flags, threads, seed, ...(gradients && { gradients }) };
  if (!isAddress(model.path)) return spec;
  const { given, manner, folder }: RemoteOptions = remote ?? { given: {}, manner: USUAL_MANNER };
  return { ...spec, remote: { given, manner: { ...manner, ...(folder !== undefined && { folder: remoteFolder(folder, model.name) }) } } };
}

/** @throws GibbonError E_USAGE for a budget or a class that does not suit model and data */
export function looked(
  given: AuditOptions,
  { model, spec, prepared }: { model: AuditOptions['models'][number]; spec: SubjectSpec; prepared: Prepared },
): Looked {
  const options = prepared.preprocessing.modality === 'text' ? onText(given) : given;
  const plan = planOf(options, prepared);
  const labels = Int32Array.from(prepared.labels);
  // Examples that are of the wanted class already are no victims of a targeted attack.
  const chosen = subset({ length: labels.length, labels }, { ...chosenBy(options, plan), seed: options.seed }).filter(
    (index) => labels[index] !== plan.target,
  );
  const facts: CheckFacts = { options, model, prepared, subject: subjectOf(spec, prepared), epsilon: budgetOf(options, prepared), chosen };
  return { facts, plan };
}

/** Text is changed by edits, as many as the user or the threat model says. */
function onText(given: AuditOptions): AuditOptions {
  const edits = given.threat?.capability.edits ?? null;
  return { ...given, norm: 'edits', epsilon: given.epsilon ?? (edits === null ? undefined : String(edits)) };
}

function chosenBy({ n, first }: AuditOptions, plan: Plan): { n: number } | { first: number } {
  return first !== undefined ? { first } : { n: n ?? plan.n };
}
