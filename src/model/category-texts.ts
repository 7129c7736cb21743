/** The texts that a model's encoders know, and how the data's categories are written in them: files often have a space after each comma. */
import type { Graph } from '../onnx/graph.ts';

const ATTRIBUTES = ['cats_strings', 'keys_strings'] as const;

/** Every text that a OneHotEncoder or a LabelEncoder knows; empty where the model has none. */
export function knownTexts({ nodes }: Pick<Graph, 'nodes'>): ReadonlySet<string> {
  return new Set(
    nodes.flatMap(({ attributes }) =>
      ATTRIBUTES.flatMap((name) => {
        const attribute = attributes[name];
        return attribute?.kind === 'strings' ? attribute.value : [];
      }),
    ),
  );
}

/** A category as the model writes it: cells are read without the spaces around them, but it may have been trained with them. */
export function asKnown(text: string, known: ReadonlySet<string>): string {
  if (known.has(text)) return text;
  return [` ${text}`, `${text} `].find((spaced) => known.has(spaced)) ?? text;
}
