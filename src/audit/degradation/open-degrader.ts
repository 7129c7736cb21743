/** A degrader for an opened subject, in a worker: with the codec, the rate of recordings, and what is usual in a table. */
import { createDegrader, type DegradationKind, type Degrader } from '../../attacks/availability/degradation.ts';
import { jpegRoundTrip } from '../../data/jpeg.ts';
import type { PortsEncoding } from '../../model/ports-encoding.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import type { Subject } from '../subject.ts';
import type { Opened } from '../work.ts';

/** Rows that tell what is usual in a table: the first so many, so that every worker finds the same. */
const ROWS = 1000;

export async function openDegrader(opened: Opened, subject: Subject, kind: DegradationKind, runtime: Runtime): Promise<Degrader> {
  const { preprocessing } = opened.target;
  const rate = preprocessing.modality === 'waveform' ? (await opened.dataset.read([0]))[0]?.sampleRate : undefined;
  const { seed, threads } = subject;
  const table = preprocessing.encoding?.kind === 'ports' ? await usualOf(opened, preprocessing.encoding) : undefined;
  return createDegrader({ kind, preprocessing, runtime, jpeg: jpegRoundTrip, seed, threads, rate, table });
}

async function usualOf({ dataset, rows }: Opened, { columns }: PortsEncoding): Promise<{ usual: Float32Array; stale: Float32Array }> {
  const known = (await rows(Array.from({ length: Math.min(ROWS, dataset.length) }, (_, i) => i))).map(({ row }) => row);
  const usual = Float32Array.from(columns, ({ categories, whole, scale, offset }, at) => {
    const values = known.map((row) => row[at] as number);
    if (categories) return commonest(values);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    return whole ? (Math.round(mean * scale + offset) - offset) / scale : mean;
  });
  return { usual, stale: known[0] as Float32Array };
}

function commonest(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].reduce((best, one) => (one[1] > best[1] ? one : best))[0];
}
