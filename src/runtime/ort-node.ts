/** The runtime of Node: onnxruntime-node on the CPU. */
import type { InferenceSession, Tensor } from 'onnxruntime-common';
import { GibbonError } from '../base/errors.ts';
import type { Graph } from '../onnx/graph.ts';
import type { ElementType } from '../onnx/tensor.ts';
import { writeModel } from '../onnx/write.ts';
import { ort } from './ort-binding.ts';
import { version } from './ort-version.ts';
import type { Feeds, HostTensor, Runtime, Session, SessionOptions, TypedArray } from './runtime.ts';

/** Constants from this size on are handed to the session as shared blobs, not copied into the bytes of each graph. */
const BLOB_BYTES = 4096;
/** Weights in files from this size on are not rearranged: a second copy would cost more than it saves. */
const LARGE_BYTES = 2 ** 29;

/** Graphs of more nodes than this are unrolled loops or copies. */
const MANY_NODES = 4000;

/**
 * The runtime's search for faster forms grows with the square of the nodes, and finds them in convolutions: an LSTM's step graph of 14 800 nodes
 * took 7.5 s of CPU time to load with it and 1.2 s without, and ran no slower.
 */
const optimisationFor = ({ nodes }: Graph): 'all' | 'disabled' =>
  nodes.length > MANY_NODES && !nodes.some(({ op }) => op === 'Conv' || op === 'ConvTranspose') ? 'disabled' : 'all';

function options(
  { threads = 1, optimisation = 'all', prepack = true, quiet = false, profile }: SessionOptions,
  folder?: string,
): InferenceSession.SessionOptions {
  const session = {
    ...(folder !== undefined && { model_external_initializers_file_folder_path: folder }),
    ...(!prepack && { disable_prepacking: '1' }),
  };
  return {
    extra: { session },
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: optimisation,
    logSeverityLevel: quiet ? 4 : 3,
    // One block for all values of a run, planned after the first, comes on top of what the first run took: a quarter more memory, no faster.
    enableMemPattern: false,
    ...(profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: profile }),
  };
}

export const ortNode: Runtime = {
  name: 'onnxruntime-node',
  version,
  provider: 'cpu',
  load: async (graph: Graph, given: SessionOptions = {}) => {
    const { bytes, blobs, mapped } = writeModel(graph, BLOB_BYTES);
    const externalData = blobs.map(({ path, data }) => ({ path, data }));
    // Blobs are copied by the runtime; what stands in a file is mapped, and so shared by all sessions and processes.
    const settings = options(
      { prepack: (mapped?.bytes ?? 0) < LARGE_BYTES, optimisation: optimisationFor(graph), ...given },
      mapped?.folder,
    );
    return wrap(await create(bytes, { ...settings, externalData }));
  },
  loadModel: async (model: Uint8Array | string, given: SessionOptions = {}) => wrap(await create(model, options(given))),
};

async function create(model: Uint8Array | string, settings: InferenceSession.SessionOptions): Promise<InferenceSession> {
  try {
    return await (typeof model === 'string' ? ort.InferenceSession.create(model, settings) : ort.InferenceSession.create(model, settings));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const hint = hintFor(reason);
    throw new GibbonError('E_MODEL_LOAD', `ONNX Runtime does not load the model: ${reason}`, {
      ...(hint !== undefined && { hint }),
      cause,
    });
  }
}

/** What the user can do about the more common of the runtime's reasons. */
function hintFor(reason: string): string | undefined {
  // ONNX Runtime's StringNormalizer changes case by the rules of a locale, which slim systems lack.
  const locale = /locale with name:\s*([\w.@-]+?)(?=:|$)/.exec(reason)?.[1];
  if (locale !== undefined)
    return `The model needs the locale ${locale} of the system: on Debian, add it with localedef or the package locales.`;
  return /ValidateOpsetForDomain|Unsupported model IR version/.test(reason)
    ? 'The model is written in a newer form of ONNX than this version knows: export it with an older opset (`gibbon inspect` shows both).'
    : undefined;
}

function wrap(session: InferenceSession): Session {
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    run: async (feeds: Feeds, outputs?: readonly string[]) => {
      const given: Record<string, Tensor> = {};
      for (const [name, { type, data, shape }] of Object.entries(feeds))
        given[name] = new ort.Tensor(type as 'float32', data as Float32Array, shape);
      const made = outputs ? await session.run(given, [...outputs]) : await session.run(given);
      const results: Record<string, HostTensor> = {};
      for (const [name, tensor] of Object.entries(made)) {
        results[name] = { type: tensor.type as ElementType, shape: tensor.dims, data: tensor.data as TypedArray };
      }
      return results;
    },
    release: () => session.release(),
  };
}
