/** The whole plan of an audit, before anything is attacked: checks and attacks with what they need and cost, and why the others are left out. */
import { attackOf } from '../attacks/registry.ts';
import type { Cost } from '../model/target.ts';
import { sizeOf } from '../onnx/tensor.ts';
import { isAttacked } from './attacked.ts';
import { inapplicable } from './checks/applicable.ts';
import type { Check } from './checks/check.ts';
import { CHECKS } from './checks/registry.ts';
import { costOf } from './cost.ts';
import { drawsOf } from './evidence/averaged.ts';
import type { Looked } from './look.ts';
import type { AuditOptions } from './options.ts';
import type { ModelResult } from './result.ts';
import { chosenChecks } from './run-checks.ts';
import { threatResult } from './threat-result.ts';

export interface WholePlan {
  readonly model: { readonly name: string; readonly path: string };
  readonly data: { readonly path: string; readonly modality: string; readonly n: number; readonly of: number };
  readonly preset: string;
  readonly threat: ModelResult['threat'];
  readonly checks: readonly {
    readonly id: string;
    readonly category: string;
    readonly needs: readonly string[];
    readonly isSlow: boolean;
  }[];
  readonly checksLeftOut: readonly { readonly id: string; readonly category: string; readonly reason: string }[];
  readonly attacks: readonly PlannedCost[];
  readonly attacksLeftOut: NonNullable<ModelResult['attacksLeftOut']>;
  /** The most that attacks and curve may ask, over all examples. */
  readonly total: Cost;
}

interface PlannedCost extends Cost {
  readonly id: string;
  readonly name: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly examples: number;
}

/** What is known after the first look. */
export function wholePlan({ facts, plan }: Looked): WholePlan {
  const { options, model, prepared, epsilon, chosen } = facts;
  const wanted = chosenChecks(CHECKS, options);
  const runs = wanted.filter((check) => inapplicable(check, facts) === undefined);
  const numbers = sizeOf(prepared.preprocessing.shape);
  const size = { classes: prepared.data.classes, norm: options.norm, epsilon, numbers, draws: drawsOf(facts) };
  const attacks = plan.attacks.map((one): PlannedCost => {
    const examples = Math.min(chosen.length, one.limit ?? chosen.length);
    const { queries, gradients, training = 0 } = costOf(one, size);
    const { id, name } = attackOf(one.id);
    return { id, name, params: one.params, examples, queries: training + examples * queries, gradients: examples * gradients };
  });
  const attacked = isAttacked(facts, runs);
  const why = 'no check that attacks is part of this audit';
  return {
    model,
    data: {
      path: options.dataName ?? options.data.path,
      modality: prepared.preprocessing.modality,
      n: chosen.length,
      of: prepared.data.length,
    },
    preset: options.preset,
    threat: threatResult(facts),
    checks: runs.map(({ id, category, needs, isSlow = false }) => ({ id, category, needs, isSlow })),
    checksLeftOut: CHECKS.filter((check) => !runs.includes(check)).map((check) => ({
      id: check.id,
      category: check.category,
      reason: inapplicable(check, facts) ?? notChosen(check, options),
    })),
    attacks: attacked ? attacks : [],
    attacksLeftOut: attacked
      ? plan.leftOut.map((one) => ({ ...one }))
      : plan.attacks.map(({ id }) => ({ id, name: attackOf(id).name, reason: why })),
    total: attacked ? sum(attacks) : { queries: 0, gradients: 0 },
  };
}

const sum = (costs: readonly Cost[]): Cost => ({
  queries: costs.reduce((all, { queries }) => all + queries, 0),
  gradients: costs.reduce((all, { gradients }) => all + gradients, 0),
});

function notChosen({ id, category, isSlow }: Check, { checks, preset }: AuditOptions): string {
  if ([id, category].some((name) => checks?.skip?.includes(name)))
    return 'It was left out by name (--skip, or false in the configuration).';
  if (checks?.only) return 'Others were asked for by name (--only).';
  return isSlow && preset === 'quick' ? 'It takes long, and the preset is quick.' : 'It was not asked for.';
}
