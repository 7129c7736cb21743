/** What a configuration may say: the schema that checks it, and that docs/config.schema.json is made from. */
import * as z from 'zod';
import { CHECKS } from '../audit/checks/registry.ts';
import { CATEGORIES } from '../audit/finding.ts';
import { gateRules } from '../audit/gates/gate-rules.ts';
import { PRESETS } from '../audit/presets.ts';
import { NUMERIC_METRICS } from '../threat/metric.ts';
import { threatInput } from '../threat/threat-model.ts';

const path = z.string().min(1);
const count = z.int().min(1);
const above0 = z.number().positive();

const dataObject = z.strictObject({
  path: path.describe('a folder by class, an array file, a table (docs/data.md)'),
  labels: path.optional().describe('a separate file with the labels'),
  classes: path.optional().describe("a file with the class names in the model's output order"),
  textColumn: z.string().optional().describe('tables of texts: the column with the texts'),
  labelColumn: z.string().optional().describe('tables: the column with the labels'),
});
const data = z.union([path, dataObject]);

const ids: readonly string[] = [...CHECKS.map(({ id }) => id), ...CATEGORIES];
const names = z.array(z.enum(ids as [string, ...string[]]));

const checks = z.strictObject({
  ...Object.fromEntries(CATEGORIES.map((name) => [name, z.boolean().optional()])),
  ...Object.fromEntries(CHECKS.map(({ id, params }) => [id, z.union([z.boolean(), z.strictObject(params.shape)]).optional()])),
});

const preprocessing = z.strictObject({
  layout: z.enum(['NCHW', 'NHWC']).optional().describe('where channels stand'),
  channels: z.enum(['rgb', 'bgr', 'grayscale']).optional().describe('channel order'),
  mean: z.array(z.number()).min(1).optional().describe('input = (value - mean) / std, for values in [0, 1]'),
  std: z.array(above0).min(1).optional().describe('see mean'),
  resize: z.enum(['crop', 'stretch']).optional().describe("how images reach the model's size"),
  size: z.tuple([count, count]).optional().describe('height and width, where the model leaves them open'),
  tokenizer: path.optional().describe('folder of tokenizer.json, where it is not beside the model'),
  immutable: z.array(z.string()).optional().describe('tables: columns that an attack may not change'),
  relations: z
    .array(z.string().min(1))
    .optional()
    .describe(
      'tables: what columns have to do with each other, as `total = a + b`, `rate = a / b` or `a <= b`; attacks keep to it (docs/data.md)',
    ),
});

const groups = z.union([
  z.array(z.string()).min(1),
  z.strictObject({ columns: z.array(z.string()).min(1).optional(), file: path.optional() }),
]);

const remote = z.strictObject({
  request: z.json().optional().describe('template of a request: JSON in which "$rows" stands for the rows (docs/remote.md)'),
  response: z.string().min(1).optional().describe('where the answers stand: predictions, outputs[0], results[].scores, $ for the whole'),
  answers: z.enum(['scores', 'labels']).optional().describe('what the answers are, where one number for each row could be either'),
  shape: z.array(count).optional().describe('shape of one example in a request'),
  headers: z
    .record(z.string().min(1), z.string())
    .optional()
    .describe('headers; $NAME in a value stands for a variable of the environment, which is kept nowhere'),
  rate: above0.optional().describe('requests a second, at most'),
  concurrency: count.optional().describe('requests under way at the same time: 4'),
  timeout: above0.optional().describe('seconds for one request: 30'),
  retries: z.int().min(0).optional().describe('how often a request that failed is sent again: 7'),
  rows: count.optional().describe('rows in one request'),
  budget: count.optional().describe('questions in all, whatever they are asked for'),
});

const gradients = z.strictObject({
  draws: count.optional().describe('draws of random layers that each gradient is averaged over (EOT): 20'),
  exact: z.boolean().optional().describe('no stand-in for operators without a derivative: shows what they hide'),
  standIns: z
    .array(
      z.strictObject({
        from: z.string().min(1).describe('name of a value in the model'),
        to: z.string().min(1).describe('name of a later one, whose gradient is taken as that of the stand-in'),
        file: path.optional().describe('ONNX file of the stand-in, of one input and one output; the identity when absent'),
      }),
    )
    .optional()
    .describe('differentiable stand-ins (BPDA)'),
});

const budgets = z.strictObject({ seconds: above0.optional(), queries: above0.optional(), gradients: above0.optional() });

export const configSchema = z.strictObject({
  $schema: z.string().optional().describe('where this schema is, for editors'),
  model: z
    .union([path, z.array(path).min(1)])
    .optional()
    .describe('ONNX file, Hugging Face folder or address; several are compared side by side'),
  data: data.optional().describe('labelled examples'),
  threat: threatInput.optional().describe('who attacks: a preset, or what differs from one or from the strongest attacker'),
  checks: checks.optional().describe('by check or category: false leaves it out; an object holds parameters of a check'),
  only: names.optional().describe('run these checks or categories only'),
  skip: names.optional().describe('leave these checks or categories out'),
  gates: gateRules.optional(),
  baseline: path.optional().describe('the result.json of an earlier audit, which this one is held against'),
  groups: groups
    .optional()
    .describe('groups to compare: columns of the table (`age>=25` cuts a number in two), or a file with one group per example'),
  members: data.optional().describe('examples that the model was trained on, for membership inference'),
  nonMembers: data.optional().describe('examples of the same kind that it was not trained on; the audited data when absent'),
  surrogate: path.optional().describe('a second model, whose adversarial examples may carry over, or that this one was fine-tuned from'),
  seal: z.string().optional().describe('SHA-256 that the model file was sealed with'),
  remote: remote.optional().describe('models behind addresses: what is sent, and how they are asked'),
  budgets: budgets.optional().describe('what each check may spend at most'),
  preset: z.enum(PRESETS).optional().describe('how thorough: standard'),
  seed: z.int().min(0).optional().describe('seed of everything random: 0'),
  n: count.optional().describe('audit this many examples, stratified by class and seeded'),
  first: count.optional().describe('audit the first so many in file order instead'),
  epsilon: z
    .union([above0, z.string().min(1)])
    .optional()
    .describe('largest perturbation, in input units before normalisation: 0.3 or 8/255'),
  norm: z.enum(NUMERIC_METRICS).optional().describe('how its size is measured: linf'),
  preprocessing: preprocessing.optional().describe('how the model wants its input, where that should not be guessed from the labels'),
  gradients: gradients.optional().describe('how gradients are taken where the model hides them'),
  batch: count.optional().describe('rows per graph run'),
  workers: count.optional().describe('worker processes: one per CPU'),
  run: path.optional().describe("the run's own folder: report, result, journal, adversarial inputs"),
  output: z
    .union([path, z.array(path)])
    .optional()
    .describe('files to write the result to; their endings say in which form'),
  json: path.optional().describe('file for the result as JSON'),
  quiet: z.boolean().optional().describe('the verdict only'),
});

export type ParsedConfig = z.infer<typeof configSchema>;

/** For editors, and for docs/config.schema.json. */
export function configJsonSchema() {
  return { title: 'Configuration of Gibbon', ...z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' }) };
}
