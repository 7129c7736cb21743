/** How elements of a network's cuts see it, where they see little enough of it (`transform/bounds/view.ts`). */
import type { StaticGraph } from '../../onnx/graph.ts';
import { sizeOf } from '../../onnx/tensor.ts';
import { type Windows, windows } from '../../transform/bounds/seen.ts';
import { type View, viewOf } from '../../transform/bounds/view.ts';
import type { Cut } from './cuts.ts';

/** Windows of more than this share of all elements are not worth gathering; nor are tables of all windows that take more elements than this. */
const [SHARE, TABLE] = [0.5, 2 ** 22];

/** How elements of a cut see the network, where they see little enough of it. */
export function narrowView(net: StaticGraph, name: string): View | undefined {
  const view = viewOf(upTo(net, name), name);
  return view && view.share < SHARE && view.widest * sizeOf(view.positions) <= TABLE ? view : undefined;
}

/** The part of a network that a value depends on. */
export function upTo(net: StaticGraph, name: string): StaticGraph {
  const wanted = new Set([name]);
  const nodes = [...net.nodes].reverse().filter((node) => {
    if (!node.outputs.some((output) => wanted.has(output))) return false;
    for (const input of node.inputs) wanted.add(input);
    return true;
  });
  const constants = new Map([...net.constants].filter(([constant]) => wanted.has(constant)));
  return { ...net, nodes: nodes.reverse(), constants };
}

export interface CutViews {
  /** Largest number of elements that a row about an element of the cut holds of one value; undefined where it sees the whole network. */
  widest(wanted: Cut): number | undefined;
  /** What such rows see of a rectified cut before. */
  windows(wanted: Cut, rectified: Cut): Windows | undefined;
}

/** @param net for one row */
export function cutViews(net: StaticGraph, cuts: readonly Cut[]): CutViews {
  const views = new Map(cuts.map(({ name }) => [name, narrowView(net, name)]));
  const known = new Map<string, Windows>();
  return {
    widest: ({ name }) => views.get(name)?.widest,
    windows: (wanted, { name }) => {
      const view = views.get(wanted.name);
      const relu = net.nodes.find(({ op, inputs }) => op === 'Relu' && inputs[0] === name);
      if (!view || !relu) return undefined;
      const key = `${wanted.name} ${name}`;
      const found = known.get(key) ?? windows(net, view, relu.outputs[0] as string);
      known.set(key, found);
      return found;
    },
  };
}
