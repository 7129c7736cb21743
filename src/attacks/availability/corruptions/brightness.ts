/** Brightness: the V of HSV is raised, hue and saturation stay (arXiv:1903.12261). */
import { defineCorruption } from '../corruption.ts';
import { brightest } from '../graphs/colour.ts';

export const brightness = defineCorruption<number>({
  id: 'brightness',
  name: 'Brightness',
  family: 'weather',
  small: [0.05, 0.1, 0.15, 0.2, 0.3],
  large: [0.1, 0.2, 0.3, 0.4, 0.5],
  text: (by) => `V + ${by}`,
  graph: ({ g }, x, by) => {
    const value = brightest(g, x);
    const raised = g.clip(g.add(value, g.scalar(by)), 0, 1);
    // With hue and saturation kept, all channels grow with V; black has neither, and becomes grey.
    const coloured = g.mul(x, g.div(raised, g.max(value, g.scalar(1e-6))));
    return g.where(g.greater(value, g.scalar(1e-6)), coloured, g.expand(raised, x.shape));
  },
});
