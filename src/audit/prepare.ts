/** The first look at a subject: reads the model and the data, matches labels with outputs, and finds the preprocessing. */
import { GibbonError } from '../base/errors.ts';
import { classNamesFrom } from '../data/class-names.ts';
import type { Dataset, Sample } from '../data/dataset.ts';
import { detectFormat } from '../data/detect.ts';
import { readGroups } from '../data/groups.ts';
import { matchLabels } from '../data/match-labels.ts';
import { openDataset } from '../data/open.ts';
import { resizeImage } from '../data/resize.ts';
import { subset } from '../data/subset.ts';
import { classLabels } from '../model/class-labels.ts';
import { declared, declaredSize } from '../model/declared.ts';
import { candidates, type Found, findPreprocessing, shapeFor } from '../model/guess.ts';
import { createJudge } from '../model/judge.ts';
import { type ModelFile, readModelFile } from '../model/model-file.ts';
import type { Preprocessing } from '../model/preprocessing.ts';
import { loadingOnce, readingLeanly } from '../model/probing.ts';
import { imageSize } from '../model/rows.ts';
import { sizeOf } from '../onnx/tensor.ts';
import { evaluator } from '../runtime/evaluate.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { scoresOnly } from '../task/logits.ts';
import { qualifiedName } from '../transform/lower/qualified-name.ts';
import { randomNodes } from '../transform/randomness.ts';
import { assertLabelled, assertOrder, dataFacts } from './data-facts.ts';
import { gradientLook } from './gradient-look.ts';
import { openArraysFor } from './open-arrays.ts';
import { openTableFor } from './open-table.ts';
import { isTextModel, openTextFor } from './open-text.ts';
import { portText } from './port-text.ts';
import type { Clients } from './remote/clients.ts';
import { prepareRemote } from './remote/prepare-remote.ts';
import type { LookOrder, Prepared, SubjectSpec } from './subject.ts';

/** Labelled samples on which preprocessings are compared. */
const PROBE = 100;
/** Where these cannot tell two of them apart, and inputs are small: so many. */
const PROBE_MORE = 1000;
const SMALL = 4096;

/** @throws GibbonError for anything in model, data or labels that does not fit */
export async function prepare(order: LookOrder, runtime: Runtime, clients?: Clients): Promise<Prepared> {
  const { remote } = order;
  if (remote && clients) return prepareRemote({ ...order, remote }, clients);
  const { groups: wanted, ...asked } = order;
  const model = await readModelFile(asked.model);
  const spec = withDeclaredSize(asked, model);
  const { text, table, arrays } = await openFor(model, spec);
  const opened = text ?? table ?? arrays;
  const dataset = opened?.dataset ?? (await openDataset(spec.data));
  assertLabelled(dataset, spec.data.path);
  const groups = wanted && (await readGroups(wanted, spec.data, dataset));
  const probe = subset(dataset, { n: Math.min(table ? PROBE_MORE : PROBE, dataset.length), seed: spec.seed });
  const [first] = await dataset.read(probe.slice(0, 1));
  assertRate(model, first as Sample);
  const given = opened?.preprocessing;
  const base = given ?? shapeFor(model.input, dataset.modality, first as Sample, spec.flags);
  const look: Look = { model, dataset, base, given, spec, runtime };
  const classes = await classesOf(look);
  const matched = { classes, ...matchLabels(dataset, await namesOf(model, spec, classes), classes) };
  const found = await preprocessingOf(look, probe, matched.labels);
  assertOrder(found.answers, matched);
  return {
    sha256: model.sha256,
    contents: model.contents(),
    bytes: model.bytes,
    parameters: model.parameters,
    input: portText(model.input),
    output: portText(model.output),
    ...found,
    ...(text ? { unsupported: [], masked: [] } : await gradientLook(model, found.preprocessing, runtime, spec.gradients)),
    random: await randomOperators(model, runtime),
    data: await dataFacts(dataset, matched, { groups, notes: opened?.notes ?? [], more: folderNotes(model, dataset) }),
    labels: Array.from(matched.labels),
    ...(groups && { groups }),
    ...(table && { table: table.spec }),
    ...(arrays && { arrays: arrays.names }),
  };
}

/** @throws GibbonError E_DATA_SHAPE where recordings are not of the rate that the model's own files name */
function assertRate({ folder }: ModelFile, { id, sampleRate }: Sample): void {
  const wanted = folder.preprocessor?.sampling_rate;
  if (sampleRate === undefined || typeof wanted !== 'number' || wanted === sampleRate) return;
  throw new GibbonError('E_DATA_SHAPE', `${id} has ${sampleRate} samples a second, the model takes ${wanted} (preprocessor_config.json)`, {
    hint: `Bring the recordings to that rate: ffmpeg -i in.wav -ar ${wanted} out.wav.`,
  });
}

/** Data of a form that only the model tells: text, a table whose columns are its inputs, or one array for each input. */
async function openFor(model: ModelFile, spec: SubjectSpec) {
  if (isTextModel(model)) return { text: await openTextFor(model, spec) };
  const format = await detectFormat(spec.data.path);
  if (format === 'table') return { table: await openTableFor(model, spec) };
  return format === 'npz' && model.inputs.length > 1 ? { arrays: await openArraysFor(model, spec) } : {};
}

/** What of the model's own files was read, and what they ask for that is not done. */
function folderNotes({ folder }: ModelFile, { modality }: Dataset): string[] {
  if (modality !== 'waveform' || folder.preprocessor?.do_normalize !== true) return [...folder.notes];
  return [
    ...folder.notes,
    'preprocessor_config.json standardises each recording (do_normalize); here recordings are given as they are, in [-1, 1] or 16-bit units.',
  ];
}

/** Class names: the user's, else the model's own, else those of the files beside it; found there by chance, they have to be as many as the outputs. */
async function namesOf({ graph, folder }: ModelFile, { data }: SubjectSpec, classes: number): Promise<readonly string[] | undefined> {
  if (data.classes !== undefined) return classNamesFrom(data.classes);
  const beside = folder.given || folder.classNames?.length === classes ? folder.classNames : undefined;
  return classLabels(graph) ?? beside;
}

/** The input size that the model's own files name, where neither the model nor the user does. */
function withDeclaredSize(spec: SubjectSpec, { folder }: ModelFile): SubjectSpec {
  const size = folder.preprocessor && declaredSize(folder.preprocessor);
  return size ? { ...spec, flags: { size, ...spec.flags } } : spec;
}

/** What the model's own files say of pictures; nothing where the user says otherwise. */
function declaredBy({ folder }: ModelFile, base: Look['base'], flags: SubjectSpec['flags']): Preprocessing | undefined {
  const { mean, std, channels, layout, resize } = flags;
  return folder.preprocessor && ![mean, std, channels, layout, resize].some((one) => one !== undefined)
    ? declared(folder.preprocessor, base)
    : undefined;
}

interface Look {
  readonly model: ModelFile;
  readonly dataset: Dataset;
  readonly base: ReturnType<typeof shapeFor>;
  /** The only reading there is to try. */
  readonly given?: Preprocessing | undefined;
  readonly spec: SubjectSpec;
  readonly runtime: Runtime;
}

/** Tries the usual readings on the samples `probe`, and on more where inputs are small. */
async function preprocessingOf(
  { model, dataset, base, given, spec, runtime }: Look,
  probe: readonly number[],
  labels: ArrayLike<number>,
): Promise<Found> {
  const labelled = (indices: readonly number[]): number[] => indices.map((index) => labels[index] as number);
  const { flags, seed } = spec;
  const modes = flags.resize === undefined ? (['crop', 'stretch'] as const) : [flags.resize];
  const isPicture = dataset.modality === 'image' && base.shape.length > 1;
  const file = isPicture ? declaredBy(model, base, flags) : undefined;
  const { read, resize } = readingLeanly(
    dataset,
    resizeImage,
    isPicture ? { ...imageSize(base), modes: [...modes, ...(file ? [file.resize] : [])] } : undefined,
  );
  const samples = await read(probe);
  const once = loadingOnce(runtime);
  const found = findPreprocessing({
    input: model.input,
    judge: (p) => createJudge(model, p, once.runtime),
    modality: dataset.modality,
    given,
    declared: file,
    samples,
    labels: labelled(probe),
    flags,
    resize,
    more: async () => {
      const indices = subset(dataset, { n: Math.min(PROBE_MORE, dataset.length), seed });
      return samples.some(({ shape }) => sizeOf(shape) > SMALL)
        ? { samples, labels: labelled(probe) }
        : { samples: await read(indices), labels: labelled(indices) };
    },
  });
  return found.finally(once.end);
}

/** Number of classes: what the model gives for one sample. */
async function classesOf({ model, dataset, base, given, spec, runtime }: Look): Promise<number> {
  const p = given ?? candidates(base, dataset.modality, spec.flags)[0];
  if (!p) throw new GibbonError('E_INTERNAL', 'no preprocessing to try');
  const judge = await createJudge(model, p, runtime);
  await judge.release();
  return Math.max(2, judge.outputs);
}

/** Nodes of the model that draw random numbers when it runs. */
async function randomOperators({ graph, head }: ModelFile, runtime: Runtime): Promise<string[]> {
  const nodes = await randomNodes(scoresOnly(graph, head), evaluator(runtime));
  return nodes.map((node) => `${qualifiedName(node)} ${node.name}`.trim());
}
