/** What each member of an attack made of several did; runs of the same attack with other parameters are told apart by their place. */
import type { Stage } from '../attacks/attack.ts';
import { attackOf } from '../attacks/registry.ts';
import type { AttackMember, AttackResult } from './result.ts';
import type { AttackReply } from './subject.ts';

export function membersOf(replies: readonly AttackReply[]): Pick<AttackResult, 'members'> {
  const longest = Math.max(0, ...replies.map(({ stages }) => stages?.length ?? 0));
  if (longest === 0) return {};
  const members = Array.from({ length: longest }, (_, place): AttackMember => {
    const tried = replies.filter(({ stages }) => (stages?.length ?? 0) > place);
    const spent = tried.map(({ stages }) => stages?.[place] as Stage);
    const { id, name } = attackOf(spent[0]?.attack as string);
    return {
      id,
      name,
      tried: tried.length,
      broke: tried.filter(({ broken, stages }) => broken && stages?.length === place + 1).length,
      queries: spent.reduce((sum, { queries }) => sum + queries, 0),
      gradients: spent.reduce((sum, { gradients }) => sum + gradients, 0),
    };
  });
  return { members };
}
