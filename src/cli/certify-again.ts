/** `gibbon certify --recheck`: certificates that were written are checked again, without a search. */
import { resolve } from 'node:path';
import { hire } from '../api/crew.ts';
import type { Rechecking } from '../audit/certificates/keep.ts';
import { GibbonError } from '../base/errors.ts';
import type { CliContext } from './context.ts';
import { createProgressBar } from './progress-bar.ts';
import { safe } from './safe.ts';

/** Ends with exit code 1 where one of them does not hold. @throws GibbonError E_USAGE without a model; what reading the files throws */
export async function certifyAgain(models: readonly string[], files: readonly string[], context: CliContext): Promise<void> {
  const [model, ...others] = models;
  if (model === undefined || others.length > 0)
    throw new GibbonError('E_USAGE', 'a certificate is about one model', { hint: 'gibbon certify model.onnx --recheck a.cert.json' });
  const bar = createProgressBar();
  const crew = hire({ size: 1, signal: context.signal, audience: bar });
  try {
    for (const file of files) {
      const payload = { model: resolve(model), certificate: resolve(file) };
      const { isProved, label, epsilon, norm, example, input, failures } = await crew.run<Rechecking>('single', {
        kind: 'recheck',
        payload,
      });
      const claim = `class ${label} wins within ${norm} ${Number(epsilon.toPrecision(6))} of example ${example}, the input being ${input}`;
      process.stdout.write(safe(isProved ? `holds: ${claim}  ${file}\n` : `does not hold: ${claim}: ${failures.join(', ')}  ${file}\n`));
      if (!isProved) process.exitCode = 1;
    }
  } finally {
    bar.done();
    await crew.close();
  }
}
