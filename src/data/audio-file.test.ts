/** FLAC and MP3 against what libsndfile reads from the same files (test/assets/audio, written with Python's soundfile). */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeAudioFile } from './audio-file.ts';
import { flacStream } from './flac-frames.ts';
import { openDataset } from './open.ts';

const ASSETS = resolve(import.meta.dirname, '../../test/assets/audio');
const asset = (name: string): string => join(ASSETS, name);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gibbon-audio-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('FLAC', () => {
  it.each([
    ['mono-16', 16000],
    ['stereo-24', 16000],
    ['long-16', 8000],
    ['stereo-16', 44100],
  ] as const)('is the WAV that it was made from, to the last bit: %s', async (name, rate) => {
    const [flac, wav] = [await decodeAudioFile(asset(`${name}.flac`)), await decodeAudioFile(asset(`${name}.wav`))];
    expect(flac.sampleRate).toBe(rate);
    expect(flac.data).toEqual(wav.data);
  });

  it.each([
    ['cut off in a frame', (bytes: Uint8Array) => bytes.subarray(0, bytes.length - 500)],
    ['cut off in its header', (bytes: Uint8Array) => bytes.subarray(0, 30)],
    ['short of a whole frame', (bytes: Uint8Array) => bytes.subarray(0, bytes.length - (flacStream(bytes).frames.at(-1)?.length ?? 0))],
    ['with a bit turned', (bytes: Uint8Array) => bytes.map((byte, i) => (i === bytes.length - 1000 ? byte ^ 16 : byte))],
  ])('is refused where it is damaged, %s', async (_, damage) => {
    const path = join(folder, 'damaged.flac');
    writeFileSync(path, damage(new Uint8Array(readFileSync(asset('long-16.flac')))));
    await expect(decodeAudioFile(path)).rejects.toMatchObject({ code: 'E_DATA_UNREADABLE' });
  });
});

describe('MP3', () => {
  it.each(['mono', 'stereo'])('is what libmpg123 makes of it, within a 16-bit step: %s', async (name) => {
    const [mp3, wav] = [await decodeAudioFile(asset(`${name}.mp3`)), await decodeAudioFile(asset(`${name}-mp3.wav`))];
    expect(mp3.sampleRate).toBe(16000);
    expect(mp3.data.length).toBe(wav.data.length);
    const worst = mp3.data.reduce((max, v, i) => Math.max(max, Math.abs(v - (wav.data[i] as number))), 0);
    expect(worst).toBeLessThan(2 ** -15);
  });

  it('is refused where there is no audio in it', async () => {
    const junk = join(folder, 'junk.mp3');
    writeFileSync(junk, new Uint8Array(2000).fill(7));
    await expect(decodeAudioFile(junk)).rejects.toMatchObject({ code: 'E_DATA_UNREADABLE' });
  });
});

describe('a folder of recordings', () => {
  it('mixes formats, one channel each', async () => {
    for (const [label, name] of [['low', 'mono-16.flac'] as const, ['low', 'mono-16.wav'] as const, ['high', 'mono.mp3'] as const]) {
      mkdirSync(join(folder, 'mixed', label), { recursive: true });
      copyFileSync(asset(name), join(folder, 'mixed', label, name));
    }
    const dataset = await openDataset({ path: join(folder, 'mixed') });
    expect(dataset.modality).toBe('waveform');
    expect(dataset.labelNames).toEqual(['high', 'low']);
    const samples = await dataset.read([0, 1, 2]);
    expect(samples.map(({ shape }) => shape)).toEqual([[1600], [1600], [1600]]);
  });

  it('is refused where the sampling rates differ', async () => {
    const wav = readFileSync(asset('mono-16.wav'));
    const slow = Buffer.from(wav);
    slow.writeUInt32LE(8000, 24);
    for (const [label, bytes] of [['a', wav] as const, ['b', slow] as const]) {
      mkdirSync(join(folder, 'rates', label), { recursive: true });
      writeFileSync(join(folder, 'rates', label, 'x.wav'), bytes);
    }
    const dataset = await openDataset({ path: join(folder, 'rates') });
    await expect(dataset.read([1])).rejects.toMatchObject({ code: 'E_DATA_SHAPE', message: expect.stringContaining('8000') });
  });
});
