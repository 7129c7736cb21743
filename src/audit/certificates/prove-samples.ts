/** Asks workers to certify examples, and puts the result together. */
import { GibbonError } from '../../base/errors.ts';
import { version } from '../../runtime/ort-version.ts';
import { distanceIn, isNorm } from '../../threat/metric.ts';
import type { CheckContext } from '../checks/check.ts';
import { PLANS } from '../presets.ts';
import { certifyTask } from '../tasks/certify.ts';
import type { CertifyItem, CertifyOrder } from './order.ts';
import type { CertifyParams } from './params.ts';
import type { Certificates } from './result.ts';
import { type Chosen, sampleOf, sharesOf } from './summarise.ts';
import { assertUncontradicted } from './uncontradicted.ts';
import { type Broken, witnessPrefix } from './witness.ts';

type Context = CheckContext<CertifyParams>;

export interface ProvedSamples {
  readonly certificates: Certificates;
  readonly broken: Broken;
}

/** @throws GibbonError E_CONTRADICTION where the untouched model contradicts a certificate, E_NOT_APPLICABLE for a method of another norm */
export async function proveSamples(context: Context, chosen: readonly Chosen[]): Promise<ProvedSamples> {
  const { rows, reporter, model, options, epsilon, params } = context;
  if (params.method === 'sdp-crown' && options.norm !== 'l2')
    throw new GibbonError('E_NOT_APPLICABLE', 'sdp-crown is a method for L2 only', { hint: 'Give --norm l2, or another method.' });
  const items = params.attacks ? plainItems(context, chosen) : await attackedItems(context, chosen);
  reporter.phase(`${model.name}: certificates`, items.length);
  const order = orderOf(context);
  const replies = await rows(certifyTask, order, items);
  assertUncontradicted([...replies.values()].flatMap(({ index, contradiction }) => (contradiction ? [{ index, ...contradiction }] : [])));
  const samples = chosen.map((one) => sampleOf(one, replies.get(one.index)));
  const epsilons = params.radius ? [0, ...PLANS[options.preset].curve.map((factor) => factor * epsilon.value)] : [];
  const witnesses = new Map([...replies.values()].flatMap(({ index, witness }) => (witness ? [[index, witness]] : [])));
  return { certificates: { ...headOf(context), ...sharesOf(samples, epsilons) }, broken: { witnesses, saved: witnessPrefix(order) } };
}

export function headOf({ options, epsilon, params }: Context) {
  return {
    of: params.method === 'smoothing' ? ('smoothed classifier' as const) : ('model' as const),
    method: params.method,
    norm: normOf({ options }),
    epsilon: epsilon.value,
    epsilonText: epsilon.text,
    budget: params.budget,
    deployment: {
      runtime: 'onnxruntime-node',
      version,
      provider: 'cpu',
      optimisation: 'all',
      arithmetic: params.method === 'smoothing' ? 'as counted' : 'float32, in any order of operations',
    },
  };
}

function normOf({ options: { norm } }: Pick<Context, 'options'>): CertifyOrder['norm'] {
  return isNorm(norm) ? norm : 'linf';
}

/** Radii are searched for up to so many times epsilon where no attack says how far it makes sense. */
const MOST = 4;

function orderOf({ subject, model, prepared, options, epsilon, params }: Context): CertifyOrder {
  const { method, budget, radius, attacks } = params;
  return {
    subject,
    model: { name: model.name, sha256: prepared.sha256 },
    norm: normOf({ options }),
    epsilon: epsilon.value,
    method: method === 'smoothing' ? 'auto' : method,
    budget,
    ...(radius && { most: MOST * epsilon.value }),
    attacks,
    folder: options.folder,
    ...(params.keep && { keeps: true as const }),
  };
}

function plainItems({ prepared }: Context, chosen: readonly Chosen[]): CertifyItem[] {
  return chosen.filter(({ isCorrect }) => isCorrect).map(({ index }) => ({ index, label: prepared.labels[index] as number }));
}

/** With what the audit's attacks have found of each. */
async function attackedItems(context: Context, chosen: readonly Chosen[]): Promise<CertifyItem[]> {
  const { result } = await context.artifacts.evasion();
  const broken = new Map(result.samples.map(({ index, adversarial }) => [index, adversarial]));
  return plainItems(context, chosen).map((item) => {
    const adversarial = broken.get(item.index);
    return adversarial ? { ...item, upper: distanceIn(adversarial.distances, context.options.norm), isBroken: true } : item;
  });
}
