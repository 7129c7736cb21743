/** Mains hum: 50 Hz and its harmonics, from a bad cable. */
import { floats } from '../../../onnx/tensor.ts';
import { atRatio, defineRecording, rateOf } from '../audio/recording.ts';
import { uniforms } from '../corruption.ts';

const HARMONICS = 10;
const MAINS = 50;

export const mainsHum = defineRecording<number>({
  id: 'mains_hum',
  name: 'Mains hum',
  family: 'sensor',
  severities: [25, 20, 15, 10, 5, 0],
  text: (ratio) => `${ratio} dB signal to hum`,
  draw: (_, __, rng) => ({ phase: uniforms(rng, HARMONICS, 0, 2 * Math.PI) }),
  graph: ({ g, frame, drawn }, x, ratio) => {
    const { batch, width } = frame;
    const wave = Float32Array.from(
      { length: HARMONICS * width },
      (_, i) => (2 * Math.PI * MAINS * (1 + Math.floor(i / width)) * (i % width)) / rateOf(frame),
    );
    const strength = floats(
      Float32Array.from({ length: HARMONICS }, (_, k) => 1 / (1 + k)),
      [1, HARMONICS],
    );
    const tones = g.node('Sin', [
      g.add(g.constant(floats(wave, [1, HARMONICS, width])), g.reshape(drawn('phase', [HARMONICS]), [batch, HARMONICS, 1])),
    ]);
    return atRatio(g, x, g.reshape(g.matmul(g.constant(strength), tones), x.shape), ratio);
  },
});
