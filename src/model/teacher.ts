/** The network that a fine-tuned one may have begun as: the values of one of its layers, as the "scores" of a target. */
import { GibbonError } from '../base/errors.ts';
import { sizeOf } from '../onnx/tensor.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { scoresOnly } from '../task/logits.ts';
import { unsupportedOperators } from '../transform/specialise.ts';
import { headAt, type Layer } from './layers.ts';
import type { ModelFile } from './model-file.ts';
import type { Preprocessing } from './preprocessing.ts';
import { createSurrogate, fileMember } from './surrogate.ts';
import type { Target } from './target.ts';

export interface Teacher {
  /** The network up to this layer: rows of the audited model in, the layer's values out, flattened. @throws GibbonError E_USAGE where there is no such layer */
  at(layer: Layer): Promise<Target>;
}

/** Fine-tuned networks read their input as the network that they began as: rows and normalisation are those of the audited model. */
export interface TeacherOptions {
  readonly rows: Preprocessing;
  readonly threads: number;
}

/** @throws GibbonError E_NOT_APPLICABLE where it takes other rows, E_OPERATOR_UNSUPPORTED where it gives no gradients */
export function createTeacher(model: ModelFile, runtime: Runtime, { rows, threads }: TeacherOptions): Teacher {
  assertFits(model, rows);
  const known = new Map<Layer, Promise<Target>>();
  const open = async (layer: Layer): Promise<Target> => {
    const cut = { ...model, head: headAt(model, layer) };
    const unsupported = unsupportedOperators(scoresOnly(cut.graph, cut.head));
    if (unsupported.length > 0)
      throw new GibbonError('E_OPERATOR_UNSUPPORTED', `the second model gives no gradients: ${unsupported.join(', ')}`);
    const member = fileMember(cut, { preprocessing: rows, bridge: (_, x) => x }, runtime);
    const [values] = (await member.graph(1)).outputs;
    return createSurrogate([member], runtime, { rows, classes: sizeOf(values?.shape ?? []), threads });
  };
  return {
    at: (layer) => {
      const made = known.get(layer) ?? open(layer);
      known.set(layer, made);
      return made;
    },
  };
}

function assertFits({ input, inputs }: ModelFile, { shape, encoding }: Preprocessing): void {
  const [, ...taken] = input.shape ?? [null, ...shape];
  const fits = taken.length === shape.length && taken.every((dim, i) => typeof dim !== 'number' || dim === shape[i]);
  if (fits && inputs.length === 1 && encoding === undefined) return;
  throw new GibbonError(
    'E_NOT_APPLICABLE',
    `the second model takes inputs of [${taken.join(', ')}], the audited one [${shape.join(', ')}]`,
    { hint: 'A network that was fine-tuned takes the input of the one that it began as.' },
  );
}
