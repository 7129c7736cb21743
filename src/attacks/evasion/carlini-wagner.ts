/** Carlini & Wagner's L2 attack (arXiv:1608.04644, sections V and VI) with the defaults of Foolbox's L2CarliniWagnerAttack. */
import * as z from 'zod';
import type { GradientBuilder } from '../../model/target.ts';
import type { Value } from '../../onnx/graph.ts';
import { normOf, perRow } from '../../threat/ball.ts';
import { type AttackSample, defineAttack } from '../attack.ts';
import { clearance } from '../clearance.ts';
import { FAR, searchFields, searchParams, searchStep } from '../constant-search.ts';
import { iterate } from '../iterate.ts';
import { placed } from '../tanh-space.ts';
import { targetOf, targetParam, withGoals } from '../targets.ts';
import { finite } from './pgd.ts';

/** Adam (arXiv:1412.6980) with its authors' constants. */
const [BETA1, BETA2, TINY] = [0.9, 0.999, 1e-8];

const params = z.object({
  ...searchParams.shape,
  stepSize: z
    .number()
    .positive()
    .default(0.01)
    .describe("Adam's step size, in units of the space behind tanh; input units where there is no range, or each column has its own"),
  target: targetParam,
});

type Settings = Omit<z.infer<typeof params>, 'target' | 'initialConst'>;

export const carliniWagner = defineAttack({
  id: 'carlini-wagner',
  name: 'Carlini & Wagner',
  paper: 'arXiv:1608.04644',
  summary: 'Minimises distance and margin together, and searches for the weight between them: thorough, near L2 examples at a high price.',
  knowledge: 'gradients',
  norms: ['l2'],
  aim: 'minimal',
  params,
  most: ({ searchSteps, steps }) => ({ queries: searchSteps * steps, gradients: searchSteps * steps }),
  run: async (context, samples) => {
    const { target } = context;
    const { target: wanted, initialConst, ...settings } = context.params;
    const goals = await targetOf(wanted, target, samples);
    const fields = ({ index, x, label }: AttackSample): Record<string, Float32Array | number> => ({
      // The nearest point that fooled the model; the example itself until there is one.
      x,
      x0: x,
      nearest: FAR,
      label: goals?.get(index) ?? label,
      delta: new Float32Array(x.length),
      mean: new Float32Array(x.length),
      square: new Float32Array(x.length),
      ...searchFields(initialConst),
    });
    const fooled = goals ? ({ index }: AttackSample, label: number) => label === goals.get(index) : undefined;
    const id = `carlini-wagner ${goals ? 'targeted' : 'untargeted'} ${JSON.stringify(settings)}`;
    const iteration = {
      id,
      steps: settings.searchSteps * settings.steps,
      restarts: 1,
      fields,
      define: carliniWagnerStep(settings, goals !== undefined),
    };
    return withGoals(await iterate(context, iteration, samples, fooled), goals);
  },
});

/** One Adam step on ‖x − x₀‖₂² + c·max(κ − m, 0) over w, m being by how much the margin is on the wanted side (the paper's f₆), x = a + b·tanh w. */
function carliniWagnerStep(settings: Settings, targeted: boolean): (b: GradientBuilder) => Record<string, Value> {
  return (b) => {
    const { g } = b;
    const [x, x0, label] = [b.row('x', 'input'), b.row('x0', 'input'), b.row('label', 'label')];
    const { point, rate } = placed(g, x0, b.row('delta', 'input'), b.range);
    const margin = b.loss('margin', point, label);
    const ahead = g.sub(targeted ? g.neg(margin) : margin, g.scalar(settings.confidence));
    const raw = b.grad(margin, point);
    const away = g.sub(point, x0);
    const distance = normOf(g, 'l2', away);
    const fools = g.greater(ahead, clearance(b, point));
    const isNearer = g.and(fools, g.less(distance, b.row('nearest', 'scalar')));
    const lack = g.max(g.neg(ahead), g.scalar(0));
    const constant = b.row('constant', 'scalar');
    const { isOver, state } = searchStep(b, settings, fools, g.add(g.mul(distance, distance), g.mul(constant, lack)));
    // The hinge has no slope where the margin is already as wanted.
    const pull = g.where(g.greater(lack, g.scalar(0)), constant, g.scalar(0));
    const towards = g.mul(perRow(g, targeted ? g.neg(pull) : pull, x), finite(g, raw));
    const slope = g.sub(g.mul(away, g.scalar(2)), towards);
    return {
      ...state,
      ...adamStep(b, settings.stepSize, rate ? g.mul(slope, rate) : slope, isOver),
      x: g.where(perRow(g, isNearer, x), point, x),
      nearest: g.where(isNearer, distance, b.row('nearest', 'scalar')),
      slope: normOf(g, 'linf', raw),
    };
  };
}

/** δ ← δ − α·m̂/(√v̂ + ε), the moments corrected for their start at 0; where the round is over all begins again. */
function adamStep(b: GradientBuilder, stepSize: number, slope: Value, isOver: Value): Record<string, Value> {
  const { g } = b;
  const delta = b.row('delta', 'input');
  const running = (name: string, share: number, value: Value): Value =>
    g.add(g.mul(b.row(name, 'input'), g.scalar(share)), g.mul(value, g.scalar(1 - share)));
  const [mean, square] = [running('mean', BETA1, slope), running('square', BETA2, g.mul(slope, slope))];
  const taken = g.add(b.row('step', 'scalar'), g.scalar(1));
  const corrected = (value: Value, share: number): Value =>
    g.div(value, perRow(g, g.sub(g.scalar(1), g.exp(g.mul(taken, g.scalar(Math.log(share))))), value));
  const step = g.div(corrected(mean, BETA1), g.add(g.sqrt(corrected(square, BETA2)), g.scalar(TINY)));
  const anew = (value: Value): Value => g.where(perRow(g, isOver, value), g.scalar(0), value);
  return { delta: anew(g.sub(delta, g.mul(step, g.scalar(stepSize)))), mean: anew(mean), square: anew(square) };
}
