/** Noise like a room full of talk at a signal-to-noise ratio: voices of harmonics with formants, swelling and fading as syllables do. */
import { floats } from '../../../onnx/tensor.ts';
import type { Rng } from '../../../rng/rng.ts';
import type { Draws } from '../corruption.ts';
import type { Frame } from '../frame.ts';
import { atRatio, defineRecording, RATIOS, rateOf } from './recording.ts';

const VOICES = 8;
const HARMONICS = 14;
/** Points of a voice's loudness in a second: about four syllables, each with a rise and a fall. */
const POINTS = 8;

const pointsOf = (frame: Frame): number => Math.ceil((POINTS * frame.width) / rateOf(frame)) + 1;

export const babbleNoise = defineRecording<number>({
  id: 'babble_noise',
  name: 'Babble',
  family: 'noise',
  severities: RATIOS,
  text: (ratio) => `${ratio} dB signal to noise`,
  draw: (_, frame, rng) => voices(frame, rng),
  graph: ({ g, frame, drawn }, x, ratio) => {
    const { batch, width } = frame;
    const tones = VOICES * HARMONICS;
    const tone = (name: string) => g.reshape(drawn(name, [tones]), [batch, tones, 1]);
    const time = g.constant(
      floats(
        Float32Array.from({ length: width }, (_, i) => i / rateOf(frame)),
        [1, 1, width],
      ),
    );
    const waves = g.mul(g.node('Sin', [g.add(g.mul(tone('pitch'), time), tone('phase'))]), tone('strength'));
    const talk = g.sum(g.reshape(waves, [batch, VOICES, HARMONICS, width]), [2]);
    const points = pointsOf(frame);
    const loudness = g.matmul(drawn('loudness', [VOICES, points]), g.constant(floats(between(points, frame), [points, width])));
    return atRatio(g, x, g.reshape(g.sum(g.mul(talk, loudness), [1]), x.shape), ratio);
  },
});

/** Angular frequencies, phases and strengths of all harmonics, and the loudness of each voice. */
function voices(frame: Frame, rng: Rng): Draws {
  const tones = { pitch: [] as number[], phase: [] as number[], strength: [] as number[] };
  for (let voice = 0; voice < VOICES; voice++) {
    const base = 90 + 160 * rng.uniform();
    const formants = [300 + 500 * rng.uniform(), 900 + 1300 * rng.uniform(), 2300 + 700 * rng.uniform()];
    for (let k = 1; k <= HARMONICS; k++) {
      // Harmonics thin out upwards, so that three formants are reached.
      const frequency = base * k * (1 + 0.05 * k);
      const nearest = Math.min(...formants.map((formant) => Math.abs(frequency - formant)));
      tones.pitch.push(frequency < rateOf(frame) / 2 ? 2 * Math.PI * frequency : 0);
      tones.phase.push(2 * Math.PI * rng.uniform());
      tones.strength.push(frequency < rateOf(frame) / 2 ? (0.1 + Math.exp(-((nearest / 200) ** 2))) / k : 0);
    }
  }
  const loudness = Float32Array.from({ length: VOICES * pointsOf(frame) }, () => rng.uniform() ** 2);
  return { ...Object.fromEntries(Object.entries(tones).map(([name, values]) => [name, Float32Array.from(values)])), loudness };
}

/** Straight lines between points in time, [points × samples]. */
function between(points: number, frame: Frame): Float32Array {
  const matrix = new Float32Array(points * frame.width);
  for (let i = 0; i < frame.width; i++) {
    const at = (POINTS * i) / rateOf(frame);
    const first = Math.min(points - 2, Math.floor(at));
    matrix[Math.max(0, first) * frame.width + i] = 1 - (at - first);
    if (points > 1) matrix[(first + 1) * frame.width + i] = at - first;
  }
  return matrix;
}
