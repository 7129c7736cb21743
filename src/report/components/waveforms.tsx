/** A recording, what was added to it, and what it is heard as then: to look at (waveform, spectrogram) and to listen to. */
import type { VNode } from 'preact';
import { quoted } from '../names.ts';
import { type PictureKind, pictureId, safeSound } from '../pictures.ts';
import { Envelope } from './envelope.tsx';
import type { EvidenceProps } from './evidence-props.ts';
import { Picture } from './picture.tsx';
import { Prediction } from './prediction.tsx';

/** The largest magnitude in a series of [low, high] pairs. */
function peak(series: readonly (readonly number[])[]): number {
  return series.reduce((max, pair) => Math.max(max, Math.abs(pair[0] ?? 0), Math.abs(pair[1] ?? 0)), 0);
}

function Player({ uri, id, label }: { uri: string | null; id: string; label: string }): VNode | null {
  const source = safeSound(uri);
  // biome-ignore lint/a11y/useMediaCaption: what is said stands beside it, as the model hears it
  return source === null ? null : <audio id={id} class="player" controls preload="metadata" src={source} aria-label={label} />;
}

/** Spectrograms side by side, on one scale, each with its sound where that is embedded. */
function Sounds({ model, modelIndex, example, position }: EvidenceProps): VNode | null {
  if (example.sound === undefined) return null;
  const { spectrograms, original, adversarial } = example.sound;
  const id = (kind: PictureKind): string => pictureId(modelIndex, position, kind);
  const [clean, fooled] = [quoted(model, example.clean.label), quoted(model, example.adversarial.label)];
  return (
    <div class="sounds">
      <div class="term">
        <Picture uri={spectrograms.original} id={id('spectrogram-original')} alt={`Spectrogram of ${example.id}, low tones at its foot`} />
        <p class="heard">the recording</p>
        <Player uri={original} id={id('sound-original')} label={`The recording, heard as ${clean}`} />
      </div>
      <div class="term">
        <Picture uri={spectrograms.perturbation} id={id('spectrogram-perturbation')} alt="Spectrogram of what is added" />
        <p class="heard">what is added, on the same scale of 80 dB</p>
      </div>
      <div class="term">
        <Picture uri={spectrograms.adversarial} id={id('spectrogram-adversarial')} alt="Spectrogram of the sum" />
        <p class="heard">the sum</p>
        <Player uri={adversarial} id={id('sound-adversarial')} label={`The sum, heard as ${fooled}`} />
      </div>
    </div>
  );
}

export function Waveforms(props: EvidenceProps): VNode | null {
  const { model, example } = props;
  if (example.series === null) return null;
  const { original, perturbation } = example.series;
  const loud = peak(original) || 1;
  const quiet = peak(perturbation) || loud;
  const gain = Math.max(1, Math.round(loud / quiet));
  return (
    <>
      <div class="waveforms">
        <div class="term">
          <Envelope
            series={original}
            gain={1 / loud}
            tone="plain"
            label={`Waveform of ${example.id}, heard as ${quoted(model, example.clean.label)}`}
          />
          <p class="heard">is heard as</p>
          <Prediction model={model} said={example.clean} fooled={false} />
        </div>
        <div class="term">
          <Envelope series={perturbation} gain={gain / loud} tone="bad" label={`The added perturbation, drawn ${gain} times larger`} />
          <p class="heard">with this added (drawn ×{gain}), as</p>
          <Prediction model={model} said={example.adversarial} fooled={true} />
        </div>
      </div>
      <Sounds {...props} />
    </>
  );
}
