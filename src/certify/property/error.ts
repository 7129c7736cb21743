/** Errors of property files: what is wrong, and in which line. */
import { GibbonError } from '../../base/errors.ts';

const HINT =
  'Properties are VNN-LIB 1.0: (declare-const X_0 Real), (declare-const Y_0 Real), and (assert …) of linear inequalities joined by and, or.';

/** E_PROPERTY_UNREADABLE: the file is damaged, or no VNN-LIB. */
export function propertyError(message: string, line?: number): GibbonError {
  return new GibbonError('E_PROPERTY_UNREADABLE', withLine(message, line), { hint: HINT });
}

/** E_PROPERTY_UNSUPPORTED: VNN-LIB that says something Gibbon has no certificates for. */
export function unsupportedProperty(message: string, line: number | undefined, hint: string): GibbonError {
  return new GibbonError('E_PROPERTY_UNSUPPORTED', withLine(message, line), { hint });
}

const withLine = (message: string, line: number | undefined): string =>
  line === undefined ? `The property cannot be used: ${message}.` : `The property cannot be used: line ${line}: ${message}.`;
