/** Contrast: every channel shrinks towards its mean (arXiv:1903.12261). */
import { int } from '../../../onnx/graph.ts';
import { defineCorruption } from '../corruption.ts';

export const contrast = defineCorruption<number>({
  id: 'contrast',
  name: 'Contrast',
  family: 'digital',
  small: [0.75, 0.5, 0.4, 0.3, 0.15],
  large: [0.4, 0.3, 0.2, 0.1, 0.05],
  text: (share) => `${Math.round(100 * share)} % of it left`,
  graph: ({ g }, x, share) => {
    const mean = g.node('ReduceMean', [x, g.ints([2, 3])], { keepdims: int(1) });
    return g.add(g.mul(g.sub(x, mean), g.scalar(share)), mean);
  },
});
