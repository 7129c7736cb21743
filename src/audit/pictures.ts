/** Turns adversarial inputs into what people look at and listen to: original, amplified difference and adversarial picture; both recordings; what changed in a text or a row. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { textOf } from '../base/code-points.ts';
import { piecesOf } from '../base/text-diff.ts';
import { openNpzArray } from '../data/npz.ts';
import { readColumn, readRow } from '../data/numeric-array.ts';
import { encodePng } from '../data/resize.ts';
import { rounded } from '../model/measure.ts';
import type { Preprocessing } from '../model/preprocessing.ts';
import { toBytes } from '../model/rows.ts';
import { isNumeric } from '../threat/metric.ts';
import { changesOf } from './columns.ts';
import { soundDrawer } from './sound-pictures.ts';
import type { PictureOrder, PictureReply } from './subject.ts';
import type { Opened } from './work.ts';

export async function pictures({ target, rows, dataset }: Opened, order: PictureOrder): Promise<PictureReply[]> {
  const replies: PictureReply[] = [];
  const [first] = order.items;
  const sampleRate = first && target.preprocessing.modality === 'waveform' ? (await dataset.read([first.index]))[0]?.sampleRate : undefined;
  const heard = soundDrawer(target, sampleRate);
  for (const { index, saved } of order.items) {
    const x = await savedRow(saved, index);
    const [loaded] = await rows([index]);
    if (!x || !loaded) continue;
    const { preprocessing } = target;
    if (preprocessing.modality === 'table' && preprocessing.encoding?.kind === 'ports')
      replies.push({ index, ...WITHOUT_PICTURES, changes: changesOf(preprocessing.encoding, loaded.row, x) });
    else if (preprocessing.modality === 'text') replies.push(textReply(index, textOf(loaded.row), textOf(x)));
    else if (preprocessing.modality === 'image' && isNumeric(order.norm)) {
      const [level] = await rounded(target, [{ original: loaded.row, candidate: x }], order.norm, order.epsilon);
      replies.push(await imageReply(index, { original: loaded.row, adversarial: level as Float32Array, preprocessing }, order.folder));
    } else replies.push({ index, ...WITHOUT_PICTURES, ...(await heard({ original: loaded.row, adversarial: x })) });
  }
  return replies;
}

/** The input saved for this sample by the first of the attacks that broke it; an attack saves its inputs in parts. */
async function savedRow(prefixes: readonly string[], index: number): Promise<Float32Array | undefined> {
  for (const prefix of prefixes) {
    const names = await readdir(dirname(prefix)).catch((): string[] => []);
    for (const name of names.filter((one) => one.startsWith(`${basename(prefix)}-`))) {
      const file = join(dirname(prefix), name);
      const at = Array.from(await readColumn(await openNpzArray(file, 'index'))).indexOf(index);
      if (at >= 0) return readRow(await openNpzArray(file, 'x'), at);
    }
  }
  return undefined;
}

export interface Shown {
  readonly original: Float32Array;
  readonly adversarial: Float32Array;
  readonly preprocessing: Preprocessing;
}

export async function imageReply(
  index: number,
  { original, adversarial, preprocessing }: Shown,
  folder: string | undefined,
): Promise<PictureReply> {
  const largest = original.reduce((max, v, i) => Math.max(max, Math.abs((adversarial[i] as number) - v)), 0);
  const amplification = largest > 0 ? 0.5 / largest : 1;
  const difference = original.map((v, i) => 0.5 + ((adversarial[i] as number) - v) * amplification);
  const png = async (row: Float32Array): Promise<Uint8Array> => encodePng(toBytes(row, preprocessing));
  const [before, between, after] = await Promise.all([original, difference, adversarial].map(png));
  if (folder !== undefined) {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, `${index}.png`), after as Uint8Array);
  }
  const uri = (bytes: Uint8Array | undefined): string => `data:image/png;base64,${Buffer.from(bytes as Uint8Array).toString('base64')}`;
  return { index, original: uri(before), difference: uri(between), adversarialImage: uri(after), amplification, series: null };
}

const WITHOUT_PICTURES = { original: null, difference: null, adversarialImage: null, amplification: null, series: null };

function textReply(index: number, original: string, adversarial: string): PictureReply {
  return { index, ...WITHOUT_PICTURES, text: { original, adversarial, pieces: piecesOf(original, adversarial) } };
}
