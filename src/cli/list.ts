/** `gibbon list`: the attacks, what they need to know, and where they come from. */
import { Command } from 'commander';
import { ATTACKS } from '../attacks/registry.ts';
import { CHECKS } from '../audit/checks/registry.ts';
import { CATEGORIES } from '../audit/finding.ts';
import type { CliContext } from './context.ts';

/** The checks by category, on stdout. */
export function listChecks(): void {
  for (const category of CATEGORIES) {
    const checks = CHECKS.filter((check) => check.category === category);
    if (checks.length === 0) continue;
    process.stdout.write(`${category}\n`);
    for (const { id, why, needs } of checks)
      process.stdout.write(`  ${id.padEnd(22)} ${why}${needs.length > 0 ? ` Needs ${needs.join(', ')}.` : ''}\n`);
  }
}

export function listCommand(_: CliContext): Command {
  return new Command('list')
    .description('list the attacks')
    .option('--json', 'as JSON')
    .action(({ json }: { json?: boolean }) => {
      const rows = ATTACKS.map(({ id, name, paper, knowledge, norms, aim, summary }) => ({
        id,
        name,
        paper,
        knowledge,
        norms,
        aim,
        summary,
      }));
      if (json) process.stdout.write(`${JSON.stringify(rows, null, 1)}\n`);
      else
        for (const row of rows)
          process.stdout.write(
            `${row.id.padEnd(16)} ${row.knowledge.padEnd(10)} ${row.norms.join(', ').padEnd(14)} ${row.name} (${row.paper})\n${''.padEnd(17)}${row.summary}\n`,
          );
    });
}
