/** Runs a graph of bounds on those feeds that it asks for. */
import { GibbonError } from '../../base/errors.ts';
import type { HostTensor, Session } from '../../runtime/runtime.ts';

export function fed(
  session: Session,
  feeds: ReadonlyMap<string, HostTensor>,
  outputs?: readonly string[],
): Promise<Record<string, HostTensor>> {
  const asked = session.inputNames.map((name): [string, HostTensor] => {
    const value = feeds.get(name);
    if (!value) throw new GibbonError('E_INTERNAL', `a graph of bounds asks for ${name}`);
    return [name, value];
  });
  return session.run(Object.fromEntries(asked), outputs);
}
