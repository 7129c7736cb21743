/** A runtime that says after every load and run that it is alive: whoever watches it then times single runs, not whole phases. */
import type { Runtime, Session } from './runtime.ts';

export function watched(runtime: Runtime, alive: () => void): Runtime {
  const told = async <T>(work: Promise<T>): Promise<T> => {
    const done = await work;
    alive();
    return done;
  };
  const session = (own: Session): Session => ({ ...own, run: (feeds, outputs) => told(own.run(feeds, outputs)) });
  return {
    ...runtime,
    load: async (graph, options) => session(await told(runtime.load(graph, options))),
    loadModel: async (model, options) => session(await told(runtime.loadModel(model, options))),
  };
}
