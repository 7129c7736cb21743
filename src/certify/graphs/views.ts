/** How elements of a network's cuts see it, where they see little enough of it (`transform/bounds/view.ts`). */
import type { StaticGraph } from '../../onnx/graph.ts';
import { sizeOf } from '../../onnx/tensor.ts';
import { type View, viewOf } from '../../transform/bounds/view.ts';

/** Windows of more than this share of all elements are not worth gathering; nor are tables of the windows at all positions with more elements than this (16 MiB). */
const [SHARE, TABLE] = [0.5, 2 ** 22];

const known = new WeakMap<StaticGraph, Map<string, View | undefined>>();

/** How elements of a cut see the network, where they see little enough of it. */
export function narrowView(net: StaticGraph, name: string): View | undefined {
  const views = known.get(net) ?? new Map<string, View | undefined>();
  known.set(net, views);
  if (!views.has(name)) views.set(name, narrow(viewOf(upTo(net, name), name)));
  return views.get(name);
}

const narrow = (view: View | undefined): View | undefined =>
  view && view.share < SHARE && view.total * sizeOf(view.positions) <= TABLE ? view : undefined;

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
