/** The questions of `gibbon init`: what the model decides, who attacks it, what they gain, see and can change. */
import { ACCESS, AIMS, KNOWLEDGE, THREAT_PRESETS, type ThreatInput } from '../threat/threat-model.ts';
import { PRESET_TEXTS, threatOf } from '../threat/threat-presets.ts';
import type { Answers } from './config-text.ts';
import type { Project } from './detect-project.ts';

export interface Talk {
  say(line: string): void;
  /** One line of an answer. */
  ask(question: string): Promise<string>;
}

interface Choice<T> {
  readonly value: T;
  readonly text: string;
}

/** @param given what flags have answered already */
export async function interview(talk: Talk, project: Project, given: ThreatInput | undefined): Promise<Answers> {
  const decides = (await talk.ask('What does the model decide? (in a few words) ')).trim();
  const preset = typeof given === 'object' && given.preset !== undefined ? given.preset : await presetOf(talk);
  const gain = (await talk.ask('What would they gain? (in a few words) ')).trim();
  const usual = threatOf({ ...(typeof given === 'object' && given), ...(preset !== undefined && { preset }) });
  const said = typeof given === 'object' ? given : {};
  const goal = said.goal ?? (await several(talk, 'What are they after?', AIM_CHOICES, usual.goal.aims));
  const knowledge = said.knowledge ?? (await single(talk, 'What do they see of the model?', KNOWLEDGE_CHOICES, usual.knowledge.model));
  const access = said.access ?? (await several(talk, 'What can they reach?', ACCESS_CHOICES, usual.access));
  const paths = (names: readonly string[]): Choice<string | undefined>[] => names.slice(0, 9).map((name) => ({ value: name, text: name }));
  const model =
    project.models.length > 1 ? await single(talk, 'Which model?', paths(project.models), project.models[0]) : project.models[0];
  const files = project.data.map(({ path }) => path);
  const chosen =
    files.length > 1 ? await single(talk, 'Which labelled data, that the model has not seen?', paths(files), files[0]) : files[0];
  return {
    decides,
    gain,
    threat: threatOf({ ...(preset !== undefined && { preset }), goal, knowledge, access }),
    model,
    data: project.data.find(({ path }) => path === chosen),
    others: [],
  };
}

const KNOWLEDGE_CHOICES: readonly Choice<(typeof KNOWLEDGE)[number]>[] = KNOWLEDGE.map((value) => ({
  value,
  text: {
    gradients: 'the model itself: its file is public, or can be taken out of an app or device',
    scores: 'its scores or probabilities',
    labels: 'its decision only',
    nothing: 'nothing of its answers',
  }[value],
}));

const AIM_CHOICES: readonly Choice<(typeof AIMS)[number]>[] = AIMS.map((value) => ({
  value,
  text: {
    integrity: 'wrong decisions',
    confidentiality: 'what the model or its training data hold',
    availability: 'a model that fails, refuses or becomes slow',
    fairness: '(no attacker) errors that fall on some groups of people more than on others',
  }[value],
}));

const ACCESS_CHOICES: readonly Choice<(typeof ACCESS)[number]>[] = ACCESS.map((value) => ({
  value,
  text: {
    scene: 'what the camera or microphone sees and hears',
    sensor: 'the camera or microphone itself',
    input: 'the input on its way from sensor or sender to the model',
    api: 'an API that takes what they send',
    'training-data': 'the training data',
    'model-file': 'the model file',
  }[value],
}));

async function presetOf(talk: Talk) {
  const choices = [
    ...THREAT_PRESETS.map((value) => ({ value, text: `${PRESET_TEXTS[value].title}: ${PRESET_TEXTS[value].who}` })),
    { value: undefined, text: 'somebody else, or I do not know' },
  ];
  return single<(typeof THREAT_PRESETS)[number] | undefined>(talk, 'Who would attack it?', choices, undefined);
}

/** Numbered choices; enter takes the usual one. Asks again until it understands. */
async function single<T>(talk: Talk, question: string, choices: readonly Choice<T>[], usual: T): Promise<T> {
  const [answer] = await numbered(talk, question, choices, [usual], 'a number');
  return answer as T;
}

function several<T>(talk: Talk, question: string, choices: readonly Choice<T>[], usual: readonly T[]): Promise<T[]> {
  return numbered(talk, question, choices, usual, 'numbers separated by commas');
}

async function numbered<T>(talk: Talk, question: string, choices: readonly Choice<T>[], usual: readonly T[], what: string): Promise<T[]> {
  talk.say(question);
  for (const [i, { text }] of choices.entries()) talk.say(`  ${i + 1}  ${text}`);
  const shown = choices.flatMap(({ value }, i) => (usual.includes(value) ? [i + 1] : [])).join(',');
  for (;;) {
    const answer = (await talk.ask(`${what} [${shown}]: `)).trim();
    if (answer === '') return [...usual];
    const numbers = answer.split(/[\s,]+/).map(Number);
    const isOne = what !== 'a number' || numbers.length === 1;
    if (isOne && numbers.every((n) => Number.isInteger(n) && n >= 1 && n <= choices.length))
      return [...new Set(numbers)].map((n) => (choices[n - 1] as Choice<T>).value);
    talk.say(`  ${what} from 1 to ${choices.length}, please.`);
  }
}
