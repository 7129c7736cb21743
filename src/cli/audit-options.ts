/** Flags of `gibbon audit` alone: which checks run, what they need beside model and data, and what they may spend. */
import { statSync } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { AuditRequest } from '../api/request.ts';
import { gatesFromExpressions } from '../audit/gates/gate-expression.ts';
import { ALLOWED_SEVERITIES } from '../audit/gates/gate-rules.ts';
import { above0 } from './numbers.ts';

export interface CheckFlags {
  only?: string[];
  skip?: string[];
  set?: Record<string, Record<string, unknown>>;
  groups?: string;
  members?: string;
  membersLabels?: string;
  nonMembers?: string;
  nonMembersLabels?: string;
  surrogate?: string;
  seal?: string;
  maxSeconds?: number;
  maxQueries?: number;
  maxGradients?: number;
  gate?: string[];
  failOn?: (typeof FAIL_ON)[number];
  baseline?: string;
}

/** `high` fails for findings that are high or critical. */
const FAIL_ON = ['info', 'low', 'medium', 'high', 'critical'] as const;

const repeated = (text: string, before: readonly string[] = []): string[] => [...before, text];

const list = (text: string): string[] => {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('')) throw new InvalidArgumentError('Names separated by commas, please.');
  return names;
};

/** `check.parameter=value`; the value is JSON where it can be read as such. */
const setting = (text: string, before: CheckFlags['set'] = {}): CheckFlags['set'] => {
  const [, check = '', name = '', value = ''] = /^([a-z0-9-]+)\.([A-Za-z0-9]+)=(.*)$/.exec(text) ?? [];
  if (check === '') throw new InvalidArgumentError('check.parameter=value, please: --set membership.signal=entropy.');
  return { ...before, [check]: { ...before[check], [name]: jsonOr(value) } };
};

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export function withChecks(command: Command): Command {
  return command
    .addOption(new Option('--only <checks>', 'run these checks or categories only (`gibbon audit --list`)').argParser(list))
    .addOption(new Option('--skip <checks>', 'leave these checks or categories out').argParser(list))
    .addOption(new Option('--set <check.parameter=value>', 'a parameter of a check; may be repeated').argParser(setting))
    .option('--groups <columns>', 'compare groups: columns of the table (sex,age>=25), or a file with one group per example')
    .option('--members <path>', 'data that the model was trained on, for membership inference')
    .option('--members-labels <file>', 'its labels, where it does not carry them')
    .option('--non-members <path>', 'data of the same kind that it was not trained on (default: the audited data)')
    .option('--non-members-labels <file>', 'its labels, where it does not carry them')
    .option('--surrogate <model>', 'a second ONNX model: do its adversarial examples carry over, and was this one fine-tuned from it?')
    .option('--seal <sha256>', 'the hash that the model file was sealed with')
    .addOption(new Option('--max-seconds <seconds>', 'per check; results then depend on the machine').argParser(above0))
    .addOption(new Option('--max-queries <count>', 'per check: attacks beyond it are left out; to an address in all').argParser(above0))
    .addOption(new Option('--max-gradients <count>', 'the same for gradients').argParser(above0))
    .addOption(
      new Option('--gate <rule>', "exit with 1 unless it holds: 'evasion.robustAccuracy>=0.4'; may be repeated").argParser(repeated),
    )
    .addOption(new Option('--fail-on <severity>', 'exit with 1 for findings of this severity or worse').choices(FAIL_ON))
    .option('--baseline <file>', 'result.json of an earlier audit: exit with 1 where a loss of accuracy is shown');
}

/** The flags as parts of a request; what was not given is absent. */
export function checksOf(flags: CheckFlags): Partial<AuditRequest> {
  const { only, skip, set, groups, surrogate, seal, maxSeconds, maxQueries, maxGradients } = flags;
  const members = dataOf(flags.members, flags.membersLabels);
  const nonMembers = dataOf(flags.nonMembers, flags.nonMembersLabels);
  const budgets = {
    ...(maxSeconds && { seconds: maxSeconds }),
    ...(maxQueries && { queries: maxQueries }),
    ...(maxGradients && { gradients: maxGradients }),
  };
  const checks = { ...(only && { only }), ...(skip && { skip }), ...(set && { params: set }) };
  return {
    ...(Object.keys(checks).length > 0 && { checks }),
    ...(groups !== undefined && { groups: groupsOf(groups) }),
    ...(members && { members }),
    ...(nonMembers && { nonMembers }),
    ...(surrogate && { surrogate }),
    ...(seal && { seal }),
    ...(Object.keys(budgets).length > 0 && { budgets }),
    ...gatesOf(flags),
  };
}

/** A file, columns of a file (`people.csv:sex,age>=25`), or columns of the data. */
function groupsOf(text: string): NonNullable<AuditRequest['groups']> {
  if (isFile(text)) return { file: text };
  const colon = text.lastIndexOf(':');
  const file = text.slice(0, Math.max(0, colon));
  return isFile(file) ? { file, columns: list(text.slice(colon + 1)) } : { columns: list(text) };
}

const isFile = (path: string): boolean => path !== '' && statSync(path, { throwIfNoEntry: false })?.isFile() === true;

/** A threshold of severities is a gate on all findings: the next milder one is allowed. */
function gatesOf({ gate = [], failOn, baseline }: CheckFlags): Pick<AuditRequest, 'gates' | 'baseline'> {
  const allowed = failOn && ALLOWED_SEVERITIES[FAIL_ON.indexOf(failOn)];
  const gates = gatesFromExpressions([...gate, ...(allowed ? [`findings<=${allowed}`] : [])]);
  return { ...(Object.keys(gates).length > 0 && { gates }), ...(baseline !== undefined && { baseline }) };
}

function dataOf(path: string | undefined, labels: string | undefined): AuditRequest['members'] {
  if (path === undefined) return undefined;
  return { path, ...(labels !== undefined && { labels }) };
}
