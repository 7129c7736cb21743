/** How much of what fools a substitute carries over to the model after each augmentation (Papernot et al., arXiv:1602.02697, section 5). Prints the rates. */
import { describe, expect, it } from 'vitest';
import { ortNode } from '../../src/runtime/ort-node.ts';
import { substituteTarget, trainSubstitute } from '../../src/training/substitute.ts';
import { absent, attacked, because, fixture, MNIST, mnist, targetAt } from '../conformance/attacks-fixtures.ts';

/** 150 rows, 6 trainings of 10 epochs, λ = 0.1, FGSM at 0.3: CleverHans' mnist_blackbox. */
const SETTING = { rounds: 6, epochs: 10, lambda: 0.1, seed: 0, classes: 10 };

describe.skipIf(absent)(`a substitute's transfer rate at each augmentation${because}`, () => {
  it.each(['mnist/mnist_lenet5_clntrained', 'mnist/mnist_lenet5_advtrained', 'mnist/mnist_cnn_a_adv'])('%s', async (name) => {
    const target = await targetAt(fixture(`${name}.onnx`), MNIST);
    const all = mnist(1150);
    const tested = all.slice(150);
    const decisions = await target.judge.decide(tested.map(({ x }) => x));
    const right = tested.filter(({ label }, i) => decisions[i]?.label === label);
    const rates: number[] = [];
    const ask = async (rows: readonly Float32Array[]): Promise<number[]> => (await target.judge.decide(rows)).map(({ label }) => label);
    await trainSubstitute(
      {
        ...SETTING,
        holdout: all.slice(0, 150).map(({ x }) => x),
        ask,
        rows: MNIST,
        onRound: async (made) => {
          const stand = substituteTarget(made, ortNode);
          const own = await stand.judge.decide(right.map(({ x }) => x));
          const agreed = right.filter(({ label }, i) => own[i]?.label === label).length / right.length;
          const fooled: number[] = [];
          for (const steps of [1, 10]) {
            const params = { steps, earlyStop: false };
            const proposals = await attacked('momentum', stand, right, { norm: 'linf', epsilon: 0.3, params });
            const after = await target.judge.decide(proposals.map(({ candidate }) => candidate as Float32Array));
            fooled.push(right.filter(({ label }, i) => after[i]?.label !== label).length / right.length);
          }
          rates.push(fooled[0] as number);
          const [fgsm, steps] = fooled.map((rate) => (100 * rate).toFixed(1));
          process.stdout.write(
            `${name}: ${made.asked} questions, agrees on ${(100 * agreed).toFixed(1)} %, FGSM carries over to ${fgsm} %, 10 momentum steps to ${steps} % of ${right.length}\n`,
          );
          await stand.release();
        },
      },
      ortNode,
    );
    expect(rates).toHaveLength(SETTING.rounds);
    // More questions must be worth something where the model was not made robust.
    if (name.endsWith('clntrained')) expect(rates.at(-1)).toBeGreaterThan(rates[0] as number);
    await target.release();
  });
});
