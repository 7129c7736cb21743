/** Chooses the examples that a report shows, and has them drawn. */
import { join } from 'node:path';
import type { Facts } from './assemble.ts';
import type { Workers } from './ports.ts';
import type { Tried } from './ran.ts';
import type { ExampleImages, ModelResult, SampleResult } from './result.ts';
import type { PictureReply, Subject } from './subject.ts';

/** Pictures in a report: enough to see a pattern, few enough to keep the page small. */
const SHOWN = 12;

type Broken = SampleResult & { readonly adversarial: NonNullable<SampleResult['adversarial']> };

/** The surest mistakes first, one per pair of classes before any pair comes twice. */
export function chosen(samples: readonly SampleResult[]): Broken[] {
  const sure = samples.filter((sample): sample is Broken => sample.adversarial !== null);
  // Pictures that still work as saved come first: they are what a reader can try.
  sure.sort(
    (a, b) =>
      Number(b.adversarial.survives8bit ?? 1) - Number(a.adversarial.survives8bit ?? 1) ||
      (b.adversarial.confidence ?? 0) - (a.adversarial.confidence ?? 0),
  );
  const seen = new Set<string>();
  const [fresh, repeated]: [Broken[], Broken[]] = [[], []];
  for (const sample of sure) {
    const pair = `${sample.label} ${sample.adversarial.label}`;
    (seen.has(pair) ? repeated : fresh).push(sample);
    seen.add(pair);
  }
  return [...fresh, ...repeated].slice(0, SHOWN);
}

export interface Drawing {
  readonly subject: Subject;
  readonly facts: Facts;
  /** What the names of the files begin with that may hold the input that the sample tells of. */
  readonly savedAs: (index: number, adversarial: Broken['adversarial']) => readonly string[];
  readonly result: ModelResult;
  readonly workers: Workers;
}

export async function drawExamples({ subject, facts, savedAs, result, workers }: Drawing): Promise<ExampleImages[]> {
  const { folder, norm } = facts.options;
  if (folder === undefined) return [];
  const samples = chosen(result.samples);
  if (samples.length === 0) return [];
  const items = samples.map(({ index, adversarial }) => ({ index, saved: savedAs(index, adversarial) }));
  const png = join(folder, 'adversarial', facts.model.name, 'png');
  const replies = await workers.run<PictureReply[]>('pictures', { subject, items, folder: png, norm, epsilon: facts.epsilon.value });
  const drawn = new Map(replies.map((reply) => [reply.index, reply]));
  return samples.flatMap((sample) => {
    const picture = drawn.get(sample.index);
    return picture ? [{ ...example(sample, facts), ...picture }] : [];
  });
}

/** Where attacks keep what the samples tell of. */
export function savedBy(ran: readonly Tried[]): Drawing['savedAs'] {
  return (index, adversarial) =>
    ran.flatMap(({ unit, save, replies }) =>
      unit.id === adversarial.attack && save !== undefined && isReply(replies.get(index), adversarial) ? [save] : [],
    );
}

/** Two attacks of one id may both have broken an example: the one whose figures the sample carries is drawn. */
function isReply(reply: { readonly label: number; readonly confidence: number } | undefined, adversarial: Broken['adversarial']): boolean {
  return reply?.label === adversarial.label && reply.confidence === adversarial.confidence;
}

function example(
  { index, id, label, clean, adversarial }: Broken,
  facts: Facts,
): Omit<ExampleImages, 'original' | 'difference' | 'adversarialImage' | 'amplification' | 'series' | 'sound' | 'text' | 'changes'> {
  const { attack, label: fooled, confidence, distances, survives8bit, transform } = adversarial;
  return {
    index,
    id,
    attack,
    epsilon: facts.epsilon.value,
    label,
    clean,
    adversarial: { label: fooled, confidence },
    distances,
    survives8bit,
    ...(transform && { transform }),
    modality: facts.prepared.preprocessing.modality,
  };
}
