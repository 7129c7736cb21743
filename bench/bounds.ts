/**
 * CROWN and α-CROWN beside auto_LiRPA on the same ONNX files, images and epsilons: mean margins, CPU seconds an image, peak memory of the process.
 * Options: --images 5 · --python /path/to/python (default $GIBBON_PEERS_PYTHON, else python3) · --lirpa /checkout/of/auto_LiRPA · --out file
 * Each side runs in a process of its own with one thread; the first image, with which graphs are made and sessions loaded, counts on neither side.
 */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type BoundMethod, layerBounds, rowBounds } from '../src/certify/bounds/crown.ts';
import { boundNetwork } from '../src/certify/graphs/network.ts';
import { writeNpz } from '../src/data/npy-write.ts';
import { readModel } from '../src/onnx/read.ts';
import { evaluator } from '../src/runtime/evaluate.ts';
import { ortNode } from '../src/runtime/ort-node.ts';
import { specialise } from '../src/transform/specialise.ts';
import { measure } from './measure.ts';

const here = dirname(fileURLToPath(import.meta.url));
const JITI = join(here, '../node_modules/.bin/jiti');
const fixtures = resolve(process.env.GIBBON_FIXTURES ?? join(here, '../../shared/fixtures'), 'certify');

const NETWORKS = [
  { onnx: 'converted/mnist_a_adv.onnx', data: 'mnist', eps: 0.1 },
  { onnx: 'converted/eran_mnist_6_100_nat.onnx', data: 'mnist', eps: 0.02 },
  { onnx: 'converted/eran_mnist_conv_small_nat_norm.onnx', data: 'mnist', eps: 0.06 },
  { onnx: 'vnncomp2021/cifar10_resnet/onnx/resnet_2b.onnx', data: 'cifar10', eps: 1 / 255 },
] as const;
type Case = (typeof NETWORKS)[number];

const METHODS = [
  { ours: 'crown', theirs: 'CROWN' },
  { ours: 'alpha-crown', theirs: 'CROWN-Optimized' },
] as const;

const { values: options } = parseArgs({
  options: {
    images: { type: 'string', default: '5' },
    python: { type: 'string', default: process.env.GIBBON_PEERS_PYTHON ?? 'python3' },
    lirpa: { type: 'string' },
    out: { type: 'string', default: join(here, 'BOUNDS.md') },
    /** One of our own measurements, in a process of its own. */
    own: { type: 'string' },
  },
});

interface Side {
  readonly margins: readonly (readonly number[])[];
  readonly cpu: readonly number[];
  /** MiB */
  readonly peak: number;
}

interface Images {
  readonly labels: readonly number[];
  readonly pixels: readonly (readonly number[])[];
  readonly shape: readonly number[];
}

const imagesOf = ({ data }: Case): Images =>
  (JSON.parse(readFileSync(join(fixtures, 'oracle/images.json'), 'utf8')) as Record<string, Images>)[data] as Images;

async function own({ onnx, eps, ...rest }: Case, method: BoundMethod, count: number): Promise<Side> {
  const model = readModel(readFileSync(join(fixtures, onnx)));
  const { labels, pixels, shape } = imagesOf({ onnx, eps, ...rest } as Case);
  const name = model.inputs[0]?.name ?? '';
  const rank = model.inputs[0]?.shape?.length ?? 0;
  const dims = rank === shape.length + 1 ? shape : [1, ...shape].slice(-(rank - 1));
  const network = await boundNetwork((batch) => specialise(model, { [name]: [batch, ...dims] }, evaluator(ortNode)), ortNode, 'real');
  const [margins, cpu]: [number[][], number[]] = [[], []];
  for (const [i, label] of labels.slice(0, count).entries()) {
    const x = Float32Array.from(pixels[i] ?? [], (pixel) => Math.fround(pixel) / 255);
    const box = (sign: number): Map<string, Float32Array> =>
      new Map([[name, x.map((value) => Math.min(1, Math.max(0, value + sign * eps)))]]);
    const rows = new Float32Array(90);
    for (const [row, other] of [...Array(10).keys()].filter((j) => j !== label).entries()) {
      rows[row * 10 + label] = 1;
      rows[row * 10 + other] = -1;
    }
    const from = process.cpuUsage();
    const domain = { batch: 1, norm: 'box' as const, lower: box(-1), upper: box(1) };
    const { lower } = await rowBounds(network, domain, await layerBounds(network, domain, method), { count: 9, data: rows }, method);
    const { user, system } = process.cpuUsage(from);
    cpu.push((user + system) / 1e6);
    margins.push(Array.from(lower));
  }
  return { margins, cpu, peak: process.resourceUsage().maxRSS / 1024 };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const row = (side: Side | undefined): string[] =>
  side ? [mean(side.margins.flat()).toFixed(3), mean(side.cpu.slice(1)).toFixed(3), side.peak.toFixed(0)] : ['-', '-', '-'];

async function compared(): Promise<void> {
  const count = Number(options.images);
  const folder = mkdtempSync(join(tmpdir(), 'gibbon-bounds-'));
  const lines = [
    '# Bounds beside auto_LiRPA',
    '',
    `\`npm run bench:bounds -- --images ${count}\`: mean margin, CPU seconds an image after the first, peak memory of the process (MiB). Ours / auto_LiRPA's.`,
    '',
    '| network | eps | method | margin | CPU | ratio | memory |',
    '| --- | --- | --- | --- | --- | --- | --- |',
  ];
  for (const [at, one] of NETWORKS.entries()) {
    const { labels, pixels, shape } = imagesOf(one);
    const x = {
      data: pixels.slice(0, count).flatMap((image) => image.map((pixel) => Math.fround(pixel) / 255)),
      shape: [count, ...shape],
      dtype: 'float32' as const,
    };
    const npz = join(folder, `${at}.npz`);
    writeFileSync(npz, writeNpz({ x, y: { data: labels.slice(0, count), shape: [count], dtype: 'int64' } }));
    for (const { ours, theirs } of METHODS) {
      const own = JSON.parse((await measure(JITI, [fileURLToPath(import.meta.url), '--own', `${at} ${ours} ${count}`])).stdout) as Side;
      const args = ['--model', join(fixtures, one.onnx), '--images', npz, '--eps', String(one.eps), '--method', theirs];
      const lirpa = options.lirpa ? ['--lirpa', options.lirpa] : [];
      const peer = await measure(options.python, [join(here, 'bounds.py'), ...args, ...lirpa]).then(
        ({ stdout }) => JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Side,
        (error: Error) => void process.stderr.write(`without auto_LiRPA: ${error.message.split('\n').slice(-3).join(' ')}\n`),
      );
      const [a, b] = [row(own), row(peer ?? undefined)];
      const ratio = peer ? (mean(own.cpu.slice(1)) / mean(peer.cpu.slice(1))).toFixed(2) : '-';
      lines.push(
        `| ${one.onnx.split('/').at(-1)} | ${one.eps.toPrecision(3)} | ${ours} | ${a[0]} / ${b[0]} | ${a[1]} / ${b[1]} | ${ratio} | ${a[2]} / ${b[2]} |`,
      );
      process.stderr.write(`${lines.at(-1)}\n`);
    }
  }
  writeFileSync(options.out, `${lines.join('\n')}\n`);
}

if (options.own === undefined) await compared();
else {
  const [at, method, count] = options.own.split(' ');
  console.log(JSON.stringify(await own(NETWORKS[Number(at)] as Case, method as BoundMethod, Number(count))));
}
