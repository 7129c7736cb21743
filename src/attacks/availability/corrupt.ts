/** Applies corruptions to rows of pictures or recordings: draws keyed random numbers, runs the corruption's graph, and leaves 8-bit pictures or 16-bit recordings. */
import { GibbonError } from '../../base/errors.ts';
import type { Preprocessing } from '../../model/preprocessing.ts';
import { imageSize, toBytes } from '../../model/rows.ts';
import type { GraphBuilder } from '../../onnx/build.ts';
import { int, type Value } from '../../onnx/graph.ts';
import { int64s, sizeOf } from '../../onnx/tensor.ts';
import { newGraph } from '../../ops/table.ts';
import { keyedRng } from '../../rng/rng.ts';
import type { HostTensor, Runtime, Session } from '../../runtime/runtime.ts';
import type { Corruption, Draws, Plan } from './corruption.ts';
import { type Frame, frameOf } from './frame.ts';

/** A picture [height, width, channels] in bytes through a JPEG codec and back; injected, since codecs differ between Node and the browser. */
export type JpegRoundTrip = (
  image: { readonly height: number; readonly width: number; readonly channels: number; readonly data: Uint8Array },
  quality: number,
) => Promise<Uint8Array>;

export interface Corruptor {
  readonly frame: Frame;
  /** The corrupted rows, in the same order. A row's result depends on the seed, the purpose, its index, the corruption and the severity only. */
  corrupt(unit: Corruption, severity: number, rows: readonly IndexedRow[]): Promise<Float32Array[]>;
  release(): Promise<void>;
}

export interface IndexedRow {
  readonly index: number;
  /** As the model takes it, before normalisation. */
  readonly row: Float32Array;
}

export interface Setting {
  readonly preprocessing: Preprocessing;
  readonly runtime: Runtime;
  readonly jpeg: JpegRoundTrip;
  readonly seed: number;
  /** Whose random numbers they are: a check's id. */
  readonly purpose: string;
  readonly threads?: number;
  /** Recordings: samples a second. */
  readonly rate?: number | undefined;
}

/** Elements of all pictures of a run: graphs of warps hold some fifty times as many. */
const RUN_ELEMENTS = 50_000;

export function createCorruptor(setting: Setting): Corruptor {
  const { preprocessing, runtime, threads } = setting;
  const batch = Math.max(1, Math.min(16, Math.floor(RUN_ELEMENTS / sizeOf(preprocessing.shape))));
  const frame = frameFor(preprocessing, batch, setting.rate);
  const sessions = new Map<string, Promise<Loaded>>();
  const load = async (plan: Plan): Promise<Loaded> => {
    const { graph, fields } = drawn(plan, frame, preprocessing);
    return { session: await runtime.load(graph, { ...(threads !== undefined && { threads }) }), fields };
  };
  const loaded = (unit: Corruption, severity: number, plan: Plan): Promise<Loaded> => {
    const key = `${unit.id} ${severity}`;
    const made = sessions.get(key) ?? load(plan);
    sessions.set(key, made);
    return made;
  };
  return {
    frame,
    corrupt: async (unit, severity, rows) => {
      const plan = unit.plan(frame, severity);
      if (plan.jpeg !== undefined)
        return Promise.all(rows.map(({ row }) => recoded(row, preprocessing, setting.jpeg, plan.jpeg as number)));
      const { session, fields } = await loaded(unit, severity, plan);
      const made: Float32Array[] = [];
      for (let at = 0; at < rows.length; at += batch) {
        const part = rows.slice(at, at + batch);
        const draws = part.map(({ index, row }) => plan.draw(keyedRng(setting.seed, setting.purpose, index, unit.id, severity), row));
        made.push(...(await run(session, fields, { part, draws, preprocessing, batch })));
      }
      return made;
    },
    release: async () => {
      for (const one of sessions.values()) await (await one).session.release();
      sessions.clear();
    },
  };
}

interface Loaded {
  readonly session: Session;
  /** Shapes of the drawn numbers of one picture. */
  readonly fields: ReadonlyMap<string, readonly number[]>;
}

const IMAGE = 'image';

function drawn(
  plan: Plan,
  frame: Frame,
  preprocessing: Preprocessing,
): { graph: ReturnType<GraphBuilder['finish']>; fields: Map<string, readonly number[]> } {
  const g = newGraph();
  const fields = new Map<string, readonly number[]>();
  const x = g.input(IMAGE, 'float32', [frame.batch, ...preprocessing.shape]);
  const planes = toPlanes(g, x, frame, preprocessing);
  const made = plan.graph(
    {
      g,
      frame,
      drawn: (name, shape) => {
        fields.set(name, shape);
        return g.input(name, 'float32', [frame.batch, ...shape]);
      },
    },
    planes,
  );
  const [low, steps] = preprocessing.modality === 'waveform' ? [-1, 32767] : [0, 255];
  const levels = g.div(g.node('Round', [g.mul(g.clip(made, low, 1), g.scalar(steps))]), g.scalar(steps));
  return { graph: g.finish({ corrupted: fromPlanes(g, levels, frame, preprocessing) }, 'corruption'), fields };
}

/** Pictures as their planes, a recording as one line. */
export function frameFor(preprocessing: Preprocessing, batch: number, rate?: number): Frame {
  if (preprocessing.modality !== 'waveform') return frameOf(imageSize(preprocessing), batch);
  const width = sizeOf(preprocessing.shape);
  return { batch, channels: 1, height: 1, width, set: 'large', scale: 1, ...(rate !== undefined && { rate }) };
}

/** Is a flat row or an image interleaved (pixel by pixel)? */
const isInterleaved = ({ layout }: Preprocessing): boolean => layout === 'NHWC' || layout === 'none';

/** RGB and BGR change places by the same exchange. */
function exchanged(g: GraphBuilder, planes: Value, { channels }: Preprocessing): Value {
  if (channels !== 'bgr') return planes;
  return g.node('Gather', [planes, g.constant(int64s([2, 1, 0]))], { axis: int(1) });
}

function toPlanes(g: GraphBuilder, x: Value, { batch, channels, height, width }: Frame, p: Preprocessing): Value {
  const planes = isInterleaved(p)
    ? g.transpose(g.reshape(x, [batch, height, width, channels]), [0, 3, 1, 2])
    : g.reshape(x, [batch, channels, height, width]);
  return exchanged(g, planes, p);
}

function fromPlanes(g: GraphBuilder, planes: Value, { batch }: Frame, p: Preprocessing): Value {
  const own = exchanged(g, planes, p);
  return g.reshape(isInterleaved(p) ? g.transpose(own, [0, 2, 3, 1]) : own, [batch, ...p.shape]);
}

interface Run {
  readonly part: readonly IndexedRow[];
  readonly draws: readonly Draws[];
  readonly preprocessing: Preprocessing;
  readonly batch: number;
}

async function run(session: Session, fields: Loaded['fields'], { part, draws, preprocessing, batch }: Run): Promise<Float32Array[]> {
  const size = sizeOf(preprocessing.shape);
  const stacked = (shape: readonly number[], own: (i: number) => Float32Array | undefined): HostTensor => {
    const data = new Float32Array(batch * sizeOf(shape));
    // A batch is filled up with its last picture: zeros would be drops without a radius.
    for (let i = 0; i < batch; i++) data.set(own(Math.min(i, part.length - 1)) as Float32Array, i * sizeOf(shape));
    return { type: 'float32', shape: [batch, ...shape], data };
  };
  const feeds = Object.fromEntries(
    session.inputNames.map((name) => {
      if (name === IMAGE) return [name, stacked(preprocessing.shape, (i) => part[i]?.row)];
      const shape = fields.get(name);
      if (!shape) throw new GibbonError('E_INTERNAL', `nobody draws ${name}`);
      return [name, stacked(shape, (i) => draws[i]?.[name])];
    }),
  );
  const { corrupted } = await session.run(feeds);
  const data = corrupted?.data as Float32Array;
  return part.map((_, i) => data.slice(i * size, (i + 1) * size));
}

async function recoded(row: Float32Array, p: Preprocessing, jpeg: JpegRoundTrip, quality: number): Promise<Float32Array> {
  const { channels, height, width } = imageSize(p);
  const bytes = await jpeg(toBytes(row, p), quality);
  const made = new Float32Array(row.length);
  for (let i = 0; i < height * width; i++) {
    for (let k = 0; k < channels; k++) {
      const source = p.channels === 'bgr' ? channels - 1 - k : k;
      made[isInterleaved(p) ? i * channels + k : k * height * width + i] = (bytes[i * channels + source] as number) / 255;
    }
  }
  return made;
}
