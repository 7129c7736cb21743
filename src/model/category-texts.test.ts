/** Categories are written as the model's encoders know them. */
import { describe, expect, it } from 'vitest';
import { asKnown, knownTexts } from './category-texts.ts';

const node = (op: string, name: string, value: readonly string[]) => ({
  op,
  domain: 'ai.onnx.ml',
  name: op,
  inputs: ['x'],
  outputs: ['y'],
  attributes: { [name]: { kind: 'strings' as const, value } },
});

describe('asKnown', () => {
  const known = knownTexts({
    nodes: [node('OneHotEncoder', 'cats_strings', [' Private', ' ?']), node('LabelEncoder', 'keys_strings', ['own', 'rent '])],
  });

  it('keeps what is known, adds the space that the model was trained with, and leaves the rest', () => {
    expect(['own', 'Private', '?', 'rent', 'lease'].map((text) => asKnown(text, known))).toEqual([
      'own',
      ' Private',
      ' ?',
      'rent ',
      'lease',
    ]);
  });
});
