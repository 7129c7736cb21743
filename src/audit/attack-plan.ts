/** Which attacks an audit runs, with which parameters, and why every other one is left out: from the threat model, the model and the data. */
import type { Attack } from '../attacks/attack.ts';
import { aims, misfitOf } from '../attacks/misfit.ts';
import { ATTACKS, attackOf } from '../attacks/registry.ts';
import { GibbonError } from '../base/errors.ts';
import { sizeOf } from '../onnx/tensor.ts';
import { type Knowledge, lesser, STRONGEST, sees, type ThreatModel } from '../threat/threat-model.ts';
import { KNOWLEDGE_WORDS } from './attackers.ts';
import type { AuditOptions } from './options.ts';
import {
  onElements,
  onRandomness,
  onTables,
  onText,
  PLANS,
  type Plan,
  type PlannedAttack,
  withLabels,
  withNothing,
  withScores,
} from './presets.ts';
import type { Prepared } from './subject.ts';

export interface LeftOut {
  readonly id: string;
  readonly name: string;
  /** In words, without a full stop. */
  readonly reason: string;
}

/** A plan for one model and its data. */
export interface AttackPlan extends Plan {
  /** What the attacker sees of the model that Gibbon can use. */
  readonly knowledge: Knowledge;
  /** The class that the attacker wants, where any other will not do. */
  readonly target: number | undefined;
  readonly leftOut: readonly LeftOut[];
}

type Looked = Pick<Prepared, 'unsupported' | 'preprocessing' | 'data' | 'endpoint' | 'random'>;

/** @throws GibbonError E_USAGE where the threat model names a class that the model does not have */
export function planOf(options: AuditOptions, prepared: Looked): AttackPlan {
  const { threat = STRONGEST, only, preset } = options;
  const knowledge = knowledgeOf(threat, prepared);
  if (only) {
    const target = typeof only.params.target === 'number' ? only.params.target : undefined;
    const own = { ...PLANS[preset], attacks: [only], curve: [], knowledge, target };
    return { ...own, attacks: own.attacks.filter((one) => misfit(attackOf(one.id), options, prepared) === undefined), leftOut: [] };
  }
  const target = targetOf(threat, prepared);
  const base = basePlan(options, prepared, knowledge);
  const wanted = base.attacks.map((one) => within(one, { queries: threat.capability.queries, target }));
  const fits = (one: PlannedAttack): boolean =>
    refusal(attackOf(one.id), { options, prepared, knowledge, target, planned: one }) === undefined;
  const attacks = wanted.filter(fits);
  const leftOut = ATTACKS.filter(({ id }) => !attacks.some((one) => one.id === id)).map((unit): LeftOut => {
    const planned = wanted.find(({ id }) => id === unit.id);
    const reason = refusal(unit, { options, prepared, knowledge, target, planned }) ?? notInPlan(unit, options, knowledge);
    return { id: unit.id, name: unit.name, reason };
  });
  const maxQueries = Math.min(base.queried.maxQueries, threat.capability.queries ?? Number.POSITIVE_INFINITY);
  return { ...base, queried: { ...base.queried, maxQueries }, attacks, knowledge, target, leftOut };
}

/** What the attacker sees and Gibbon can use: text is attacked by scores, and so are models through which there is no gradient. */
export function knowledgeOf({ knowledge }: ThreatModel, { unsupported, preprocessing, endpoint }: Looked): Knowledge {
  if (endpoint?.form.kind === 'labels') return lesser(knowledge.model, 'labels');
  const best = unsupported.length > 0 || preprocessing.modality === 'text' ? 'scores' : 'gradients';
  return lesser(knowledge.model, best);
}

function targetOf({ goal }: ThreatModel, { data }: Looked): number | undefined {
  const { target } = goal;
  if (target === null) return undefined;
  const index = typeof target === 'number' ? target : (data.classNames?.indexOf(target) ?? -1);
  if (index >= 0 && index < data.classes) return index;
  const known = data.classNames?.slice(0, 20).join(', ') ?? `0 to ${data.classes - 1}`;
  throw new GibbonError('E_USAGE', `the threat model wants the class ${target}, which the model does not have`, {
    hint: `Its classes: ${known}.`,
  });
}

function basePlan({ preset, norm }: AuditOptions, { preprocessing: { modality }, random = [] }: Looked, knowledge: Knowledge): Plan {
  const plan = random.length > 0 ? onRandomness(PLANS[preset]) : PLANS[preset];
  if (modality === 'text') return onText(plan);
  if (norm === 'l0') return onElements(plan, knowledge);
  const known = (id: string): Knowledge => attackOf(id).knowledge;
  if (knowledge === 'scores') return withScores(plan, known, { modality, norm });
  if (knowledge === 'labels') return withLabels(plan, known, { modality, norm });
  if (knowledge === 'nothing') return withNothing(plan, known);
  return modality === 'table' ? onTables(plan) : plan;
}

/** The attack within the attacker's number of questions, aimed at the wanted class. Who has gradients does not ask. */
function within(
  planned: PlannedAttack,
  { queries, target }: { readonly queries: number | null; readonly target: number | undefined },
): PlannedAttack {
  const { params: schema, knowledge } = attackOf(planned.id);
  const limit = (name: 'maxQueries' | 'repeats'): Record<string, number> => {
    if (queries === null || knowledge === 'gradients' || !(name in schema.shape)) return {};
    const asked = planned.params[name];
    return { [name]: Math.min(queries, typeof asked === 'number' ? asked : queries) };
  };
  const aim = target !== undefined && 'target' in schema.shape ? { target } : {};
  return { ...planned, params: { ...planned.params, ...limit('maxQueries'), ...limit('repeats'), ...aim } };
}

interface Considered {
  readonly options: AuditOptions;
  readonly prepared: Looked;
  readonly knowledge: Knowledge;
  readonly target: number | undefined;
  /** As the preset would run it, if it would. */
  readonly planned: PlannedAttack | undefined;
}

/** Why the threat model, the model or the data forbid an attack; undefined where they do not. */
function refusal(unit: Attack, { options, prepared, knowledge, target, planned }: Considered): string | undefined {
  const misfits = misfit(unit, options, prepared);
  if (misfits !== undefined) return misfits;
  const { threat = STRONGEST } = options;
  if (!sees(threat.knowledge.model, unit.knowledge))
    return `takes ${KNOWLEDGE_WORDS[unit.knowledge]}; the attacker of the threat model sees ${KNOWLEDGE_WORDS[threat.knowledge.model]}`;
  if (!sees(knowledge, unit.knowledge)) return beyond(unit.knowledge, prepared);
  if (target !== undefined && !aims(unit)) return 'cannot aim at one class';
  const size = sizeOf(prepared.preprocessing.shape);
  if (planned?.maxSize !== undefined && size > planned.maxSize && knowledge === 'gradients')
    return `asks too many questions for inputs of ${size} numbers (the limit is ${planned.maxSize}) where gradients tell more`;
  return undefined;
}

const beyond = (takes: Knowledge, { unsupported }: Looked): string =>
  takes === 'gradients'
    ? `takes gradients, and there are none through ${unsupported.join(', ')}`
    : 'takes scores, and the endpoint answers labels only';

const misfit = (unit: Attack, { norm }: AuditOptions, { preprocessing: { modality } }: Looked): string | undefined =>
  misfitOf(unit, { norm, modality });

function notInPlan({ id, knowledge: takes }: Attack, { preset }: AuditOptions, knowledge: Knowledge): string {
  const alone = `\`gibbon attack ${id}\` runs it`;
  if (takes === 'scores' && knowledge === 'gradients') return `is for models without gradients, which tell more here; ${alone}`;
  if (takes === 'scores') return `another attack by scores fits this data better; ${alone}`;
  return `the preset ${preset} does without it; ${alone}`;
}
