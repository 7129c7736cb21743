/** One attack on inputs in memory: which of them break, and what breaks them. */
import { fileURLToPath } from 'node:url';
import { attack, loadModel } from 'gibbon';

const path = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url));
const model = await loadModel(path('models/mnist-natural.onnx'));
console.log(`${model.inspection.parameters} parameters, ${model.inspection.operators.length} kinds of operators`);

// Reads labelled data and finds the preprocessing that fits the labels. With inputs of your own: { inputs, labels, preprocessing }.
const examples = await model.examples({
  data: path('dist/demo/mnist-t10k-images-idx3-ubyte'),
  labels: path('dist/demo/mnist-t10k-labels-idx1-ubyte'),
  n: 20,
});
const outcomes = await attack('pgd', model, examples, { epsilon: 0.1, params: { steps: 20 } });

const broken = outcomes.filter(({ adversarial }) => adversarial !== undefined);
console.log(`${broken.length} of ${outcomes.length} break within 0.1`);

// The adversarial inputs are rows like any other: the model, asked again, gives the wrong answer.
const inputs = broken.flatMap(({ adversarial }) => (adversarial ? [adversarial] : []));
const decisions = await model.predict({ inputs, preprocessing: examples.preprocessing });
console.log(`${decisions.filter(({ label }, i) => label === broken[i]?.label).length} of ${broken.length} fool the model again`);
await model.release();
