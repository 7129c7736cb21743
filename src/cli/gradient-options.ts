/** Flags for models that hide their gradients. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { AuditRequest } from '../api/request.ts';
import type { StandInSettings } from '../model/gradient-settings.ts';
import { positive } from './numbers.ts';

export interface GradientFlags {
  draws?: number;
  standIn?: StandInSettings[];
  exactGradients?: boolean;
}

/** FROM=TO or FROM=TO=FILE; the flag may be given more than once. */
function standIn(text: string, before: StandInSettings[] = []): StandInSettings[] {
  const [from, to, file, ...rest] = text.split('=');
  if (!from || !to || file === '' || rest.length > 0)
    throw new InvalidArgumentError('Two values of the model, such as input=rounded, and an ONNX file: input=rounded=smooth.onnx.');
  return [...before, { from, to, ...(file !== undefined && { file }) }];
}

export function withGradients(command: Command): Command {
  return command
    .addOption(new Option('--draws <count>', 'random layers: draws that each gradient is averaged over (default: 20)').argParser(positive))
    .addOption(
      new Option(
        '--stand-in <from=to>',
        'take the gradient of value TO as that of FROM, or of an ONNX file between them: FROM=TO=FILE (repeatable)',
      ).argParser(standIn),
    )
    .option('--exact-gradients', 'no stand-ins for rounding and thresholds: shows what they hide');
}

export function gradientsOf({ draws, standIn: standIns, exactGradients: exact }: GradientFlags): Pick<AuditRequest, 'gradients'> {
  if (draws === undefined && standIns === undefined && !exact) return {};
  return { gradients: { ...(draws !== undefined && { draws }), ...(exact && { exact }), ...(standIns && { standIns }) } };
}
