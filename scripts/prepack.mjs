// Puts ONNX Runtime's CPU binaries into vendor/ for the packed tarball, since the npm package's own install script downloads CUDA files and fails offline.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const vendor = join(root, 'vendor');
const staging = join(root, `vendor.${process.pid}.tmp`);

/** What the CPU provider needs: DirectML, DirectX and CUDA files are for GPUs, the versioned macOS dylib is a second copy. */
const BINARIES = {
  'linux/x64': ['libonnxruntime.so.1', 'onnxruntime_binding.node'],
  'linux/arm64': ['libonnxruntime.so.1', 'onnxruntime_binding.node'],
  'darwin/arm64': ['libonnxruntime.1.dylib', 'onnxruntime_binding.node'],
  'win32/x64': ['onnxruntime.dll', 'onnxruntime_binding.node'],
  'win32/arm64': ['onnxruntime.dll', 'onnxruntime_binding.node'],
};

const MIT = `MIT License

Copyright (c) Microsoft Corporation

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
`;

const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));

function copyBinaries(from, to) {
  for (const [platform, files] of Object.entries(BINARIES)) {
    mkdirSync(join(to, platform), { recursive: true });
    for (const file of files) {
      const source = join(from, platform, file);
      if (!existsSync(source))
        throw new Error(
          `onnxruntime-node no longer holds ${platform}/${file}: look at its bin/ folder and correct BINARIES in scripts/prepack.mjs`,
        );
      cpSync(source, join(to, platform, file), { dereference: true });
    }
  }
}

function vendorRuntime(target) {
  const source = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
  const { version, main, license, dependencies } = readJson(join(source, 'package.json'));
  const ours = readJson(join(root, 'package.json')).dependencies['onnxruntime-common'];
  const wanted = dependencies['onnxruntime-common'];
  if (ours !== wanted)
    throw new Error(
      `package.json must depend on onnxruntime-common ${wanted}, exactly what onnxruntime-node ${version} uses; it says ${ours}`,
    );

  copyBinaries(join(source, 'bin/napi-v6'), join(target, 'bin/napi-v6'));
  mkdirSync(join(target, 'dist'));
  for (const file of readdirSync(join(source, 'dist'))) {
    if (file.endsWith('.js')) cpSync(join(source, 'dist', file), join(target, 'dist', file));
  }
  const description = 'The CPU part of the npm package onnxruntime-node, without its install script. Unmodified otherwise.';
  writeFileSync(
    join(target, 'package.json'),
    `${JSON.stringify({ name: 'onnxruntime-node', version, description, license, main }, null, 2)}\n`,
  );
  writeFileSync(join(target, 'LICENSE'), MIT);
}

try {
  vendorRuntime(join(staging, 'onnxruntime-node'));
  rmSync(vendor, { recursive: true, force: true });
  renameSync(staging, vendor);
} finally {
  rmSync(staging, { recursive: true, force: true });
}
