/** Inputs of Max and Min that never win: a second head that stands below the first until its trigger lifts it. */
import type { Feeds } from '../../runtime/runtime.ts';
import type { Candidate } from './candidates.ts';
import type { Flow } from './flow.ts';
import { type Run, type Seen, shown } from './probe.ts';

const MOST = 12;

export async function losers(
  { graph, runtime }: Run,
  { sources }: Flow,
  { rows, resting }: { readonly rows: readonly Feeds[]; readonly resting: ReadonlySet<string> },
): Promise<Candidate[]> {
  const nodes = graph.nodes.filter(
    ({ op, inputs }) => (op === 'Max' || op === 'Min') && inputs.filter((name) => sources.has(name)).length >= 2,
  );
  const some = nodes.slice(0, MOST);
  const inputs = (i: number): string[] => (some[i]?.inputs ?? []).filter((name) => sources.has(name));
  const given = new Set(graph.inputs.map(({ name }) => name));
  const seen = await shown({ graph, runtime }, rows, [
    ...new Set(some.flatMap(({ outputs }, i) => [outputs[0] as string, ...inputs(i)]).filter((name) => !given.has(name))),
  ]);
  return some.flatMap((node, i) =>
    inputs(i)
      .filter((name) => !resting.has(name) && !given.has(name))
      .filter((name) => new Set(seen.map((row) => row[name]?.shape.join())).size === 1)
      .filter((name) => seen.every((row) => neverIn(row[name], row[node.outputs[0] as string])))
      .map((name): Candidate => {
        const mirrored = seen.map((row) => Array.from((row[name] as Seen).data as ArrayLike<number>, (value) => -value));
        return { name, kind: 'loser', usual: seen[0]?.[name] as Seen, exceptions: 0, tries: [(row) => mirrored[row] as number[]] };
      }),
  );
}

/** Is no element of the larger value that of this input? */
function neverIn(input: Seen | undefined, output: Seen | undefined): boolean {
  if (!input?.type.startsWith('float') || !output || output.data.length === 0) return false;
  const { length } = input.data;
  for (let i = 0; i < output.data.length; i++) if (output.data[i] === input.data[i % length]) return false;
  return true;
}
