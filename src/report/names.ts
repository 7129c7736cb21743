/** How classes, models and verdicts are called in a report. */
import type { AttackResult, ModelResult } from '../audit/result.ts';

export type Verdict = ModelResult['summary']['verdict'];

/** The tones of the page; each has a colour, and always stands beside a word or sign. */
export type Tone = 'good' | 'warn' | 'bad' | 'mute' | 'info' | 'none';

/** The name of a class, or its number where the data has no names. */
export function className(model: ModelResult, label: number): string {
  return model.data.classNames?.[label]?.trim() || `class ${label}`;
}

/** The last part of a path: what may stand in a form that is published, where a machine's folders are nobody's business. */
export function fileName(path: string): string {
  return path.split(/[\\/]/).findLast((part) => part !== '') ?? path;
}

/** A class name in quotation marks, so that `7` or `not a cat` reads as a name inside a sentence. */
export function quoted(model: ModelResult, label: number): string {
  const name = className(model, label);
  return name === `class ${label}` ? name : `“${name}”`;
}

/** What an attack is called in a list: its id, and where two share it the parameters in which they differ. */
export function attackLabel(attacks: readonly AttackResult[], attack: AttackResult): string {
  const twins = attacks.filter(({ id }) => id === attack.id);
  const differs = (name: string): boolean => twins.some(({ params }) => params[name] !== attack.params[name]);
  const own = Object.entries(attack.params).filter(([name]) => differs(name));
  // A word says more than a number: where one differs, it is enough.
  const words = own.filter(([, value]) => typeof value === 'string');
  const shown = words.length > 0 ? words.map(([, value]) => value) : own.map(([name, value]) => `${name} ${value}`);
  return shown.length === 0 ? attack.id : `${attack.id} (${shown.join(', ')})`;
}

export interface AttackRow {
  readonly attack: AttackResult;
  readonly label: string;
}

/** The attacks of a model as a list shows them, those on what withstood the others last. */
export function attackRows({ attacks, onWithstood = [] }: Pick<ModelResult, 'attacks' | 'onWithstood'>): AttackRow[] {
  return [
    ...attacks.map((attack) => ({ attack, label: attackLabel(attacks, attack) })),
    ...onWithstood.map((attack) => ({ attack, label: `${attackLabel(onWithstood, attack)} on what withstood` })),
  ];
}

export const VERDICTS: Record<Verdict, { word: string; tone: Tone }> = {
  robust: { word: 'Robust', tone: 'good' },
  fragile: { word: 'Fragile', tone: 'warn' },
  broken: { word: 'Broken', tone: 'bad' },
  undecided: { word: 'Undecided', tone: 'mute' },
};

/** What one example of the data is called. */
export function exampleWord(model: ModelResult): { one: string; many: string } {
  const one = { image: 'image', waveform: 'recording', text: 'text', table: 'row', tensor: 'example' }[model.data.modality];
  return { one, many: `${one}s` };
}

/** The unit of epsilon as an axis title says it. */
export function epsilonUnit(model: ModelResult, byteSteps: boolean): string {
  if (byteSteps) return 'in 1/255 of the pixel range';
  return {
    image: 'pixels from 0 to 1',
    waveform: 'full scale is ±1',
    text: 'characters changed',
    table: 'standard deviations',
    tensor: 'units of the data',
  }[model.data.modality];
}
