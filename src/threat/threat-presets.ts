/** Five usual attackers, with the reasons for each choice: starting points that users change. */
import { STRONGEST, type ThreatInput, type ThreatModel, type ThreatParts, type ThreatPreset } from './threat-model.ts';

export interface PresetText {
  readonly title: string;
  /** Who attacks, in the words of the interview. */
  readonly who: string;
  readonly threat: Pick<ThreatModel, 'goal' | 'knowledge' | 'access' | 'capability'>;
  readonly reasons: Readonly<Record<'goal' | 'knowledge' | 'access' | 'capability', string>>;
}

const ANY = { queries: null, edits: null, transforms: null };

export const PRESET_TEXTS: Readonly<Record<ThreatPreset, PresetText>> = {
  'camera-in-the-street': {
    title: 'Camera in the street',
    who: 'people in front of a camera or a microphone, who want to be misread or not seen',
    threat: {
      goal: { aims: ['integrity', 'availability', 'fairness'], target: null },
      knowledge: { model: 'labels', trainingData: false },
      access: ['scene', 'sensor'],
      capability: { ...ANY, queries: 5000 },
    },
    reasons: {
      goal: 'Whoever walks past wants another decision or none; weather and dirt do the same without wanting it, and errors that fall on some groups of people harm them.',
      knowledge: 'The decision shows: a gate opens, a sign is obeyed. Cameras of the same make can be bought and asked at home.',
      access:
        'Paint, clothes and light reach the scene; a spray or a sticker reaches the lens. What travels behind the sensor is out of reach.',
      capability:
        'A few thousand tries at home are a day of patience. Changes of single pixels are more than a scene allows: what withstands them withstands weaker changes of the same size; printed patches are not tried yet.',
    },
  },
  'upload-api': {
    title: 'Upload API',
    who: 'users of a web service who send files and read the scores that come back',
    threat: {
      goal: { aims: ['integrity', 'confidentiality', 'availability', 'fairness'], target: null },
      knowledge: { model: 'scores', trainingData: false },
      access: ['api'],
      capability: { ...ANY, queries: 10_000 },
    },
    reasons: {
      goal: 'A user may want a wrong decision, other people’s data out of the answers, or the service down.',
      knowledge: 'The API answers with scores. The weights stay on the server.',
      access: 'Every byte of the upload is the attacker’s; nothing else is.',
      capability:
        'Ten thousand questions per example is what the literature gives a patient attacker (Square, arXiv:1912.00049). A rate limit may allow fewer: say so.',
    },
  },
  'spam-filter': {
    title: 'Spam filter',
    who: 'senders of messages or forms that a filter should stop',
    threat: {
      goal: { aims: ['integrity', 'availability', 'fairness'], target: null },
      knowledge: { model: 'scores', trainingData: false },
      access: ['input', 'api'],
      capability: { ...ANY, queries: 5000, edits: 5 },
    },
    reasons: {
      goal: 'Spam should pass, or honest mail be stopped. A filter that stops one way of writing more often than another harms its writers. Name the class that lets mail through as goal.target to ask for that alone.',
      knowledge: 'Many filters write their score into the header of the message: a mailbox of one’s own shows it.',
      access: 'The sender writes the message.',
      capability: 'Messages to one’s own mailbox cost nothing. A message must stay readable: five edits.',
    },
  },
  'open-weights': {
    title: 'Open weights',
    who: 'anyone: the model file is public, or ships inside an app or a device',
    threat: {
      goal: { aims: ['integrity', 'confidentiality', 'availability', 'fairness'], target: null },
      knowledge: { model: 'gradients', trainingData: false },
      access: ['scene', 'sensor', 'input', 'api', 'model-file'],
      capability: ANY,
    },
    reasons: {
      goal: 'With the file in hand everything can be tried at home, from wrong decisions to what the training data held.',
      knowledge: 'Weights give gradients. A file inside an app counts as public: it can be taken out.',
      access: 'Inputs can be made at will; and whoever passes the file on can change it first.',
      capability: 'Nobody counts the questions to one’s own copy.',
    },
  },
  'insider-with-training-data': {
    title: 'Insider with training data',
    who: 'employees, suppliers or labellers who can read or change training data and model files',
    threat: {
      goal: { aims: ['integrity', 'confidentiality', 'availability', 'fairness'], target: null },
      knowledge: { model: 'gradients', trainingData: true },
      access: ['input', 'api', 'training-data', 'model-file'],
      capability: ANY,
    },
    reasons: {
      goal: 'An insider may plant a trigger, carry data out, spoil the model, or tilt it against a group.',
      knowledge: 'Insiders see the model and what it was trained on.',
      access: 'Training data and model file pass through their hands, and they can use the service like anyone.',
      capability: 'Their own copy answers as many questions as they like.',
    },
  },
};

const list = <T>(given: T | readonly T[]): T[] => (Array.isArray(given) ? [...given] : [given as T]);

/** The whole threat model that is meant; the strongest one, marked as assumed, where nothing was said. */
export function threatOf(input: ThreatInput | undefined): ThreatModel {
  const parts: ThreatParts = typeof input === 'string' ? { preset: input } : (input ?? {});
  const base = parts.preset === undefined ? STRONGEST : PRESET_TEXTS[parts.preset].threat;
  const { goal = {}, knowledge = {}, access, capability = {} } = parts;
  const { aims, target } = typeof goal === 'string' || Array.isArray(goal) ? { aims: goal, target: undefined } : goal;
  const { model, trainingData } = typeof knowledge === 'string' ? { model: knowledge, trainingData: undefined } : knowledge;
  return {
    preset: parts.preset ?? null,
    isAssumed: Object.values(parts).every((part) => part === undefined),
    goal: { aims: aims === undefined ? [...base.goal.aims] : list(aims), target: target ?? base.goal.target },
    knowledge: { model: model ?? base.knowledge.model, trainingData: trainingData ?? base.knowledge.trainingData },
    access: access === undefined ? [...base.access] : list(access),
    capability: {
      queries: capability.queries ?? base.capability.queries,
      edits: capability.edits ?? base.capability.edits,
      transforms: capability.transforms ? [...capability.transforms] : base.capability.transforms,
    },
  };
}

/** Two statements about one attacker: what `over` says replaces what `under` says, part by part; a preset replaces everything. */
export function layered(over: ThreatInput | undefined, under: ThreatInput | undefined): ThreatInput | undefined {
  if (over === undefined || under === undefined) return over ?? under;
  if (typeof over === 'string' || over.preset !== undefined) return over;
  const below: ThreatParts = typeof under === 'string' ? { preset: under } : under;
  const given = Object.entries(over).filter(([, part]) => part !== undefined);
  const capability = over.capability && { capability: { ...below.capability, ...over.capability } };
  return { ...below, ...Object.fromEntries(given), ...capability };
}
