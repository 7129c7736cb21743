/** Flags that say who attacks. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { AuditRequest } from '../api/request.ts';
import { ACCESS, AIMS, KNOWLEDGE, type Knowledge, THREAT_PRESETS, type ThreatPreset } from '../threat/threat-model.ts';

export interface ThreatFlags {
  threat?: ThreatPreset;
  goal?: (typeof AIMS)[number][];
  knowledge?: Knowledge;
  access?: (typeof ACCESS)[number][];
  queriesPerExample?: number;
}

/** Names out of a list, separated by commas. */
const some =
  <T extends string>(known: readonly T[]) =>
  (text: string): T[] =>
    text.split(',').map((given) => {
      const name = known.find((one) => one === given.trim());
      if (name === undefined) throw new InvalidArgumentError(`Known: ${known.join(', ')}; several separated by commas.`);
      return name;
    });

export function withThreat(command: Command): Command {
  return command
    .addOption(new Option('--threat <preset>', 'who attacks (docs/threat-model.md)').choices(THREAT_PRESETS))
    .addOption(new Option('--goal <aims>', `what the attacker is after: ${AIMS.join(', ')}`).argParser(some(AIMS)))
    .addOption(new Option('--knowledge <level>', 'what the attacker sees of the model').choices(KNOWLEDGE))
    .addOption(new Option('--access <places>', `what the attacker reaches: ${ACCESS.join(', ')}`).argParser(some(ACCESS)));
}

/** The flags as part of a request; nothing where none was given. */
export function threatOfFlags({ threat, goal, knowledge, access, queriesPerExample }: ThreatFlags): Pick<AuditRequest, 'threat'> {
  const parts = {
    ...(threat && { preset: threat }),
    ...(goal && { goal }),
    ...(knowledge && { knowledge }),
    ...(access && { access }),
    ...(queriesPerExample !== undefined && { capability: { queries: queriesPerExample } }),
  };
  return Object.keys(parts).length > 0 ? { threat: parts } : {};
}
