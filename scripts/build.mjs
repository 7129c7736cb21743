// Compiles src/ to dist/ and puts beside it what tsc does not carry over.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';

const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
execFileSync(process.execPath, [tsc, '-p', 'tsconfig.json'], { stdio: 'inherit' });
mkdirSync('dist/onnx/generated', { recursive: true });
for (const file of ['onnx_pb.js', 'onnx_pb.d.ts']) cpSync(`src/onnx/generated/${file}`, `dist/onnx/generated/${file}`);
