/** What a finding means for the threat model: who could use it, for what. A sentence for every check and every attacker. */
import type { Access, Aim, Knowledge, ThreatModel, ThreatPreset } from '../threat/threat-model.ts';
import { type Attackers, either } from './attackers.ts';
import type { Category, Finding } from './finding.ts';

interface Told {
  readonly id: string;
  readonly category: Category;
  readonly attackers?: Attackers;
}

/** Who can be where. */
const WHO: Readonly<Record<Access, string>> = {
  scene: 'stands before the sensor',
  sensor: 'reaches the sensor',
  input: 'can change an input on its way to the model',
  api: 'can send inputs to the API',
  'training-data': 'can write to the training data',
  'model-file': 'passes the model file on',
};

const INPUTS: readonly Access[] = ['scene', 'sensor', 'input', 'api'];

const SEES: Readonly<Record<Knowledge, string>> = {
  gradients: 'has the weights',
  scores: 'sees the scores',
  labels: 'sees the decisions',
  nothing: 'sees no answer',
};

/** What an attacker can do with what a check finds, after "can". Checks that look at harm without an attacker stand in HARMS. */
const CAN: Readonly<Record<string, string>> = {
  evasion: 'turn its decision by a change of the audited size',
  'certified-robustness': 'look for a change of the audited size where no proof says that there is none',
  transfer: 'prepare a change on another model and turn this one’s decision without asking it',
  'model-file': 'carry a rule of their own into every system that loads the file',
  'input-validation': 'bring it down, or get a confident answer to nonsense, with a single malformed input',
  latency: 'make its answers slow and its running expensive',
  'forced-rejection': 'make it refuse, so that whatever stands behind it has to decide',
  membership: 'tell whether somebody’s record was among the training data',
  'output-exposure': 'copy the model from its answers, and attack the copy at leisure',
};

/** What happens without anybody attacking. */
const HARMS: Readonly<Record<string, string>> = {
  'noise-baseline': 'Nobody has to attack: chance changes of this size turn decisions by themselves.',
  corruptions: 'Nobody has to attack: weather, motion, bad copies and plain wear do this by themselves.',
  'sensor-pollution': 'Dirt does this by itself, and a hand full of it does it on purpose.',
  calibration:
    'Nobody has to attack: whoever relies on its confidence, as a threshold or to call a person, relies on a number that is off.',
  'group-performance': 'Members of one group get worse decisions than others, with no attacker at all.',
  'group-robustness': 'An attacker gets further where members of one group are concerned: the protection is not shared evenly.',
};

const BY_CATEGORY: Readonly<Record<Exclude<Category, 'evidence' | 'fairness'>, string>> = {
  integrity: 'make it decide wrongly',
  confidentiality: 'learn what the model or its training data should keep to themselves',
  availability: 'keep it from giving a usable answer',
};

/** What it is good for, after "can …": by preset and aim. */
const GAIN: Readonly<Record<ThreatPreset, Partial<Record<Aim, string>>>> = {
  'camera-in-the-street': { integrity: 'pass as something else, or unseen', availability: 'blind the camera’s judgement' },
  'upload-api': {
    integrity: 'get a decision that the upload does not deserve',
    confidentiality: 'learn what others have entrusted to the service',
    availability: 'take the service from everyone else',
  },
  'spam-filter': { integrity: 'have spam delivered, or honest mail stopped', availability: 'have mail pass while the filter fails' },
  'open-weights': {
    integrity: 'prepare changes at home that work on every copy in use',
    confidentiality: 'search the file at leisure for what it was trained on',
    availability: 'find at home the input that stops every copy in use',
  },
  'insider-with-training-data': {
    integrity: 'have a case of their own decided as they wish',
    confidentiality: 'carry out what they may not carry out openly',
    availability: 'make it useless at a time of their choosing',
  },
};

/** @param severity of the finding: one that passed says what was not shown */
export function meaningOf(check: Told, { category, severity }: Pick<Finding, 'category' | 'severity'>, threat: ThreatModel): string {
  if (category === 'evidence') return aboutEvidence(severity, threat);
  const own = category === check.category;
  if (own && check.id in HARMS) return harm(check.id, severity);
  if (category === 'fairness') return 'Some groups bear more of the errors than others, whether anybody attacks or not.';
  const can = aimed(own && check.id in CAN ? (CAN[check.id] as string) : BY_CATEGORY[category], check.id, threat);
  const who = whoever(check, threat);
  if (severity === 'pass') return `${who} can rarely ${can}, as far as this was tried.`;
  const gain = threat.preset === null ? undefined : GAIN[threat.preset][category];
  const scene =
    check.id === 'evasion' && isInScene(threat) ? ' Exact changes of pixels are more than a scene allows: expect less there.' : '';
  return `${who} can ${can}${gain === undefined ? '' : `, to ${gain}`}.${scene}`;
}

const aimed = (can: string, id: string, { goal: { target } }: ThreatModel): string =>
  target === null || !['evasion', 'transfer'].includes(id)
    ? can
    : can.replace('turn its decision', `make it answer ${JSON.stringify(target)}`);

function harm(id: string, severity: Finding['severity']): string {
  return severity === 'pass' ? 'Little harm of this kind was found, with or without an attacker.' : (HARMS[id] as string);
}

/** Findings about the audit itself. */
function aboutEvidence(severity: Finding['severity'], { knowledge }: ThreatModel): string {
  if (severity === 'pass') return 'What the audit says of this attacker stands on this check, too.';
  const more = knowledge.model === 'gradients' ? 'who works around it' : 'who sees more than this one';
  return `It is about the audit, not the model: an attacker ${more} may reach further than the figures show.`;
}

const isInScene = ({ access }: ThreatModel): boolean => access.includes('scene') && !access.includes('input') && !access.includes('api');

/** "Whoever can send inputs to the API and sees the scores". */
function whoever({ attackers }: Told, { access, knowledge }: ThreatModel): string {
  const wanted = attackers?.access ?? INPUTS;
  const places = access.filter((place) => wanted.includes(place));
  const atInput = places.filter((place) => INPUTS.includes(place));
  const where =
    atInput.length > 2 ? 'can put an input before the model' : either((places.length > 0 ? places : access).map((place) => WHO[place]));
  const sight = places.length > 0 && atInput.length === 0 ? '' : ` and ${SEES[knowledge.model]}`;
  return `Whoever ${where}${sight}`;
}
