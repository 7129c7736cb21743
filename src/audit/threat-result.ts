/** The threat model as the result tells it: in figures, and in one or two sentences. */
import { basename } from 'node:path';
import { attackOf } from '../attacks/registry.ts';
import type { Modality } from '../data/dataset.ts';
import type { Budget } from '../threat/epsilon.ts';
import type { Metric } from '../threat/metric.ts';
import { type Knowledge, STRONGEST, type ThreatModel } from '../threat/threat-model.ts';
import { PRESET_TEXTS } from '../threat/threat-presets.ts';
import { knowledgeOf } from './attack-plan.ts';
import { ACCESS_WORDS, AIM_WORDS, either } from './attackers.ts';
import { columnRules } from './columns.ts';
import type { AuditOptions } from './options.ts';
import type { ModelResult } from './result.ts';
import type { Prepared } from './subject.ts';

const NORM_NAMES: Readonly<Record<Metric, string>> = { linf: 'Linf', l2: 'L2', l1: 'L1', l0: 'L0', edits: '' };

const EVERY: Readonly<Record<Modality, string>> = {
  image: 'every image',
  waveform: 'every recording',
  text: 'every text',
  table: 'every row',
  tensor: 'every input',
};

const KNOWS: Readonly<Record<Knowledge, string>> = {
  gradients: 'has the model file and its gradients',
  scores: 'sees the scores',
  labels: 'sees only the decisions',
  nothing: 'knows nothing of the model',
};

interface Audited {
  readonly options: AuditOptions;
  readonly prepared: Prepared;
  readonly epsilon: Budget;
}

export function threatResult({ options, prepared, epsilon }: Audited): ModelResult['threat'] {
  const { threat = STRONGEST, only } = options;
  const { encoding, modality } = prepared.preprocessing;
  const knowledge = only ? attackOf(only.id).knowledge : knowledgeOf(threat, prepared);
  const goal = only ? wrong(only.params.target === undefined ? null : 'chosen') : goalWords(threat);
  const how =
    modality === 'text'
      ? ': insertions, deletions and replacements of single characters'
      : ` in the ${NORM_NAMES[options.norm]} norm (${basename(options.data.path)}, values before normalisation)`;
  return {
    goal,
    knowledge,
    access: only ? "the model's input, between sensor and model" : accessWords(threat),
    norm: options.norm,
    epsilon: epsilon.value,
    epsilonText: epsilon.text,
    ...(modality === 'table' && encoding?.kind === 'ports' && { columns: columnRules(encoding, epsilon.value) }),
    description: `The attacker ${KNOWS[knowledge]}, wants ${goal}, and may change ${EVERY[modality]} by at most ${epsilon.text}${how}.${only ? '' : provenance(threat)}`,
    ...(!only && { model: threat }),
  };
}

/** Where the threat model comes from, and what else it says. */
function provenance({ isAssumed, preset, capability: { queries } }: ThreatModel): string {
  if (isAssumed) return ' Nothing was said of the attacker: the strongest one is assumed, who reaches everything.';
  const from = preset === null ? '' : ` This is the preset ${PRESET_TEXTS[preset].title.toLowerCase()}, or begins with it.`;
  return queries === null ? from : `${from} Who has no gradients asks at most ${queries} questions per example.`;
}

/** Who is taken to attack, as a line for people. */
export function threatLine({ only, threat = STRONGEST }: AuditOptions): string {
  if (only) return `threat model: whoever runs ${only.id}`;
  if (threat.isAssumed) return 'threat model: nothing was said, so the strongest attacker is assumed (--threat names another)';
  return `threat model: ${threat.preset === null ? 'as given' : PRESET_TEXTS[threat.preset].title.toLowerCase()}`;
}

function wrong(target: ThreatModel['goal']['target']): string {
  if (target === null) return 'any wrong decision';
  return target === 'chosen'
    ? 'one chosen wrong decision'
    : `the decision ${typeof target === 'number' ? `for class ${target}` : `“${target}”`}`;
}

function goalWords({ goal: { aims, target } }: ThreatModel): string {
  return either(aims.map((aim) => (aim === 'integrity' ? wrong(target) : AIM_WORDS[aim])));
}

function accessWords({ access }: ThreatModel): string {
  return either(
    access.map((place) => ACCESS_WORDS[place]),
    'and',
  );
}
