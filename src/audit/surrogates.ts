/** Networks that stand in for an audited model, as plain JSON, and opened in a worker as targets in the audited model's own rows and classes. */
import { createHash } from 'node:crypto';
import { GibbonError } from '../base/errors.ts';
import { bridgeBetween } from '../model/bridge.ts';
import { readModelFile } from '../model/model-file.ts';
import { createSurrogate, fileMember, type Member } from '../model/surrogate.ts';
import type { Target } from '../model/target.ts';
import { floats } from '../onnx/tensor.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { type NetPlan, netGraph, type Weights } from '../training/small-net.ts';
import type { Subject } from './subject.ts';

/** A model file. */
export interface FileSurrogate {
  readonly kind: 'file';
  readonly name: string;
  /** Its own file and its own reading of the input; `contents` is the hash of its file and of the weights beside it. */
  readonly subject: Subject;
  /** For each class of the audited model its own number of it. */
  readonly classes: readonly number[];
}

/** A small network that was trained for this. */
export interface TrainedSurrogate {
  readonly kind: 'trained';
  readonly name: string;
  readonly plan: NetPlan;
  /** Of the weights. */
  readonly sha256: string;
  readonly weights: readonly PackedWeight[];
}

export type SurrogateSpec = FileSurrogate | TrainedSurrogate;

export interface PackedWeight {
  readonly name: string;
  readonly shape: readonly number[];
  /** float32, base64. */
  readonly data: string;
}

export function packed(weights: Weights): Pick<TrainedSurrogate, 'weights' | 'sha256'> {
  const hash = createHash('sha256');
  const list = [...weights].map(([name, { shape, data }]): PackedWeight => {
    hash.update(name).update(data);
    return { name, shape: [...shape], data: Buffer.from(data).toString('base64') };
  });
  return { weights: list, sha256: hash.digest('hex') };
}

function unpacked(weights: readonly PackedWeight[]): Weights {
  return new Map(
    weights.map(({ name, shape, data }) => {
      const bytes = Uint8Array.from(Buffer.from(data, 'base64'));
      return [name, floats(new Float32Array(bytes.buffer), shape)];
    }),
  );
}

export interface Audited {
  readonly subject: Subject;
  readonly classes: number;
}

const opened = new WeakMap<Runtime, Map<string, Promise<Target>>>();

/** One surrogate, or several as one: opened once per process. @throws GibbonError E_NOT_APPLICABLE where its rows are of another kind */
export function openSurrogate(specs: readonly SurrogateSpec[], audited: Audited, runtime: Runtime): Promise<Target> {
  const known = opened.get(runtime) ?? new Map<string, Promise<Target>>();
  opened.set(runtime, known);
  const key = JSON.stringify([specs, audited], (name, value: unknown) => (name === 'weights' ? undefined : value));
  const target = known.get(key) ?? open(specs, audited, runtime);
  known.set(key, target);
  return target;
}

async function open(specs: readonly SurrogateSpec[], { subject, classes }: Audited, runtime: Runtime): Promise<Target> {
  const members: Member[] = [];
  for (const spec of specs) members.push(await memberOf(spec, subject, runtime));
  return createSurrogate(members, runtime, { rows: subject.preprocessing, classes, threads: subject.threads });
}

async function memberOf(spec: SurrogateSpec, audited: Subject, runtime: Runtime): Promise<Member> {
  if (spec.kind === 'trained') {
    const weights = unpacked(spec.weights);
    return { graph: async (batch) => netGraph(spec.plan, batch, weights), inputs: (_, x) => new Map([['x', x]]) };
  }
  const { preprocessing, model } = spec.subject;
  const found = bridgeBetween(audited.preprocessing, preprocessing);
  if ('reason' in found) throw new GibbonError('E_NOT_APPLICABLE', `${spec.name} cannot stand in: ${found.reason}`);
  return fileMember(await readModelFile(model), { preprocessing, bridge: found.bridge, classes: spec.classes }, runtime);
}
