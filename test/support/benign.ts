/** Harmless layers that look like masks: what deployments put in front of and behind networks. */
import { int } from '../../src/onnx/graph.ts';
import type { Places } from './masked.ts';

export const BENIGN = {
  'camera-rounding': { front: (w, x) => w.op('Div', [w.op('Round', [w.op('Mul', [x, 255])]), 255]) },
  'input-clip': { front: (w, x) => w.op('Clip', [x, 0, 1]) },
  'half-precision': { front: (w, x) => w.op('Cast', [w.op('Cast', [x], { to: int(10) })], { to: int(1) }) },
  'softmax-output': { back: (w, z) => w.op('Softmax', [z], { axis: int(-1) }) },
  // Not looked at while the check was written.
  'bounded-activations': { activation: (w, x) => w.op('Clip', [x, 0, 6]) },
  'cool-logits': { back: (w, z) => w.op('Mul', [z, 0.05]) },
  'standardised-input': { front: (w, x) => w.op('Add', [w.op('Mul', [w.op('Div', [w.op('Sub', [x, 0.1307]), 0.3081]), 0.3081]), 0.1307]) },
} as const satisfies Readonly<Record<string, Places>>;
