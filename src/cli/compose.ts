/** `gibbon compose`: preprocessing, network and postprocessing as one model, which is then one target. */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { compose } from '../api/compose.ts';
import { GibbonError } from '../base/errors.ts';
import type { CliContext } from './context.ts';
import { assertWritable } from './write.ts';

export function composeCommand(_: CliContext): Command {
  return new Command('compose')
    .description('put models one after the other into one file: preprocessing, network, postprocessing')
    .argument('<models...>', 'ONNX files, in the order in which data passes them')
    .requiredOption('-o, --output <file>', 'ONNX file to write')
    .action(async (models: string[], { output }: { output: string }) => {
      const path = resolve(output);
      if (models.some((one) => resolve(one) === path))
        throw new GibbonError('E_USAGE', `${output} is one of the models`, { hint: 'Write to another file.' });
      const { bytes, inputs, outputs } = await compose(models);
      await assertWritable(path);
      await writeFile(path, bytes);
      process.stdout.write(`${models.join(' → ')}\ninput ${inputs.join(', ')}; output ${outputs.join(', ')}\nwritten  file://${path}\n`);
    });
}
