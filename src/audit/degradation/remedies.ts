/** What helps against natural degradation, best first, by kind of data. */
import type { Modality } from '../../data/dataset.ts';

const BY_FAMILY: Readonly<Record<string, string>> = {
  noise: 'Add noise to training examples (Gaussian noise of several sizes helps against most kinds: Rusak et al., arXiv:2001.06057).',
  blur: 'Blur training examples (defocus, motion), and refuse blurred pictures in use: the variance of the Laplacian tells.',
  weather: 'Collect or draw training pictures in the weather and light of use; normalise exposure before the model.',
  digital: 'Train on pictures that went through the codecs and resizing of use, and use the same pipeline in both places.',
};

const BY_MODALITY: Readonly<Partial<Record<Modality, readonly string[]>>> = {
  image: [
    'Train with AugMix (arXiv:1912.02781) or a similar mix of augmentations: it lowers corruption error without knowing the corruption.',
    'Adapt batch-normalisation statistics to the inputs in use (Schneider et al., arXiv:2006.16971).',
  ],
  waveform: [
    'Mix training recordings with noise at 0 to 20 dB, room impulse responses and telephone bands.',
    'Check level, clipping and dropouts of recordings before the model, and ask again instead of guessing.',
  ],
  text: [
    'Add typing errors, OCR confusions and case changes to training texts (Pruthi et al., arXiv:1905.11268).',
    'Normalise text before the model: Unicode NFKC, repaired encodings, one case, single spaces.',
  ],
  table: [
    'Validate rows before the model: ranges, units, missing values; refuse what no training row could hold.',
    'Train with missing values as they occur in use, and let the pipeline mark them instead of filling in a number.',
  ],
};

export function remediesFor(modality: Modality, families: readonly string[]): string[] {
  const general = BY_MODALITY[modality] ?? [];
  const special = families.flatMap((family) => BY_FAMILY[family] ?? []);
  return [...general.slice(0, 1), ...special.slice(0, 2), ...general.slice(1)];
}
