/** A gate for CI: fails unless the examples show that at least so large a share of them withstands every attack. */
import { AuditError, audit } from 'gibbon';

try {
  const { gates = [] } = await audit({
    preset: 'quick',
    n: 100,
    checks: { only: ['evasion'] },
    gates: { 'evasion.robustAccuracy': ['error', { min: 0.5 }] },
  });
  for (const { counts, model, text } of gates) console.log(`${counts} ${model}: ${text}`);
  if (gates.some(({ counts }) => counts === 'fail')) process.exitCode = 1;
} catch (error) {
  if (!(error instanceof AuditError)) throw error;
  console.error(`${error.message}\n${error.hint ?? ''}`);
  process.exitCode = error.exitCode;
}
