/** Gibbon from a program: `import { loadModel, attack, audit } from 'gibbon'`. */
export { type AttackOutcome, type AttackRequest, attack } from './api/attack.ts';
export { type AuditCall, AuditError, audit } from './api/audit.ts';
export { type Composed, compose } from './api/compose.ts';
export { type DataConfig, defineConfig, type GibbonConfig } from './api/define-config.ts';
export { type Examples, type ExamplesRequest, type LabelledExamples, type LoadedModel, loadModel } from './api/load-model.ts';
export type { AuditRequest } from './api/request.ts';
export { type Attack, type AttackContext, type AttackSample, defineAttack, type Proposal } from './attacks/attack.ts';
export { ATTACKS } from './attacks/registry.ts';
export type { GateRules } from './audit/gates/gate-rules.ts';
export type { Inspection } from './audit/inspect.ts';
export { type AuditResult, auditResult, type GateResult, type ModelResult } from './audit/result.ts';
export { ERROR_CODES, type ErrorCode, GibbonError } from './base/errors.ts';
export type { PreprocessingFlags } from './model/guess.ts';
export type { Decision } from './model/judge.ts';
export type { Preprocessing } from './model/preprocessing.ts';
export { renderHtml } from './report/html.tsx';
export { renderTerminal } from './report/terminal.ts';
export type { ThreatInput, ThreatModel } from './threat/threat-model.ts';
