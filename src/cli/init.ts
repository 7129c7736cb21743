/** `gibbon init`: a short interview, and a configuration with its reasons. Writes into the folder that it runs in, and nowhere else. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Command } from 'commander';
import { CONFIG_NAMES } from '../api/config-file.ts';
import { GibbonError } from '../base/errors.ts';
import { THREAT_PRESETS } from '../threat/threat-model.ts';
import { threatOf } from '../threat/threat-presets.ts';
import { type Answers, configText } from './config-text.ts';
import type { CliContext } from './context.ts';
import { detectProject, type Project } from './detect-project.ts';
import { interview, type Talk } from './interview.ts';
import { type ThreatFlags, threatOfFlags, withThreat } from './threat-options.ts';
import { writeOutput } from './write.ts';

interface InitFlags extends ThreatFlags {
  model?: string;
  data?: string;
  labels?: string;
  yes?: boolean;
  force?: boolean;
}

const NAME = 'gibbon.config.ts';

export function initCommand(context: CliContext): Command {
  const command = new Command('init')
    .description('write gibbon.config.ts: asks who would attack the model, and finds model and data in this folder')
    .option('--model <path>', 'ONNX file or Hugging Face folder (default: what is found here)')
    .option('--data <path>', 'labelled data (default: what is found here)')
    .option('--labels <file>', 'its labels, where it does not carry them')
    .option('--yes', 'ask nothing: take flags and what is found')
    .option('--force', 'write over a configuration that is there')
    .action((flags: InitFlags) => init(flags, context));
  return withThreat(command);
}

async function init(flags: InitFlags, { signal }: CliContext): Promise<void> {
  const cwd = process.cwd();
  assertFree(cwd, flags.force === true);
  if (!flags.yes && process.stdin.isTTY !== true) {
    throw new GibbonError('E_USAGE', 'gibbon init asks questions, and there is no terminal to answer them', {
      hint: `Without questions: gibbon init --yes --threat upload-api. Presets: ${THREAT_PRESETS.join(', ')}.`,
    });
  }
  const found = given(flags, await detectProject(cwd));
  const { threat } = threatOfFlags(flags);
  const answers = flags.yes ? silent(found, threat) : await spoken(signal, (talk) => interview(talk, found, threat));
  const others = [
    ...found.models.filter((one) => one !== answers.model),
    ...found.data.map(({ path }) => path).filter((one) => one !== answers.data?.path),
  ];
  await writeOutput(join(cwd, NAME), configText({ ...answers, others }));
  process.stdout.write(`wrote ${NAME}\n\nnext: gibbon plan    what an audit would do, and why\n      gibbon audit   do it\n`);
}

/** @throws GibbonError E_USAGE where there is a configuration */
function assertFree(cwd: string, force: boolean): void {
  const there = CONFIG_NAMES.filter((name) => existsSync(join(cwd, name)));
  const other = there.find((name) => name !== NAME);
  if (other !== undefined) {
    throw new GibbonError('E_USAGE', `there is a configuration already: ${other}`, {
      hint: `Remove it, or change it by hand: a folder has one configuration.`,
    });
  }
  if (there.length > 0 && !force) {
    throw new GibbonError('E_USAGE', `there is a configuration already: ${NAME}`, { hint: 'gibbon init --force writes over it.' });
  }
}

/** What flags name goes before what was found. */
function given({ model, data, labels }: InitFlags, project: Project): Project {
  return {
    models: model === undefined ? project.models : [model],
    data: data === undefined ? project.data : [{ path: data, ...(labels !== undefined && { labels }) }],
  };
}

function silent({ models, data }: Project, threat: Parameters<typeof threatOf>[0]): Answers {
  return { decides: '', gain: '', threat: threatOf(threat), model: models[0], data: data[0], others: [] };
}

/** A conversation on the terminal; results alone go to stdout. @throws GibbonError E_ABORTED when it is broken off */
async function spoken<T>(signal: AbortSignal, talk: (by: Talk) => Promise<T>): Promise<T> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  // Lines that come before their question (pasted, typed ahead) wait for it.
  const typed = lines[Symbol.asyncIterator]();
  const close = (): void => lines.close();
  signal.addEventListener('abort', close, { once: true });
  lines.once('SIGINT', close);
  try {
    return await talk({
      say: (line) => void process.stderr.write(`${line}\n`),
      ask: async (question) => {
        lines.setPrompt(question);
        lines.prompt();
        const { value, done } = await typed.next();
        if (done !== true) return value;
        throw new GibbonError('E_ABORTED', 'broken off; nothing was written');
      },
    });
  } finally {
    lines.close();
  }
}
