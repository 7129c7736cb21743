/** A gate for CI: fails unless, with 95 % confidence, at least so large a share of the examples withstands every attack. */
import { AuditError, audit } from 'gibbon';

const WANTED = 0.5;

try {
  const { models } = await audit({ preset: 'quick', n: 100 });
  for (const { name, summary } of models) {
    const holds = summary.robustAccuracy.low >= WANTED;
    console.log(`${holds ? 'pass' : 'FAIL'} ${name}: robust accuracy at least ${(100 * summary.robustAccuracy.low).toFixed(0)} %`);
    if (!holds) process.exitCode = 1;
  }
} catch (error) {
  if (!(error instanceof AuditError)) throw error;
  console.error(`${error.message}\n${error.hint ?? ''}`);
  process.exitCode = error.exitCode;
}
