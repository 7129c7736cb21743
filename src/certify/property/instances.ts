/** Instance lists of the verification competitions: a model, a property and seconds in each line. */
import { GibbonError } from '../../base/errors.ts';
import { parseCsv } from '../../data/csv.ts';

export interface Instance {
  /** Paths as the list has them, relative to its folder. Either file may lie there packed, with .gz behind its name. */
  readonly onnx: string;
  readonly vnnlib: string;
  /** Seconds. */
  readonly timeout: number;
}

/** @throws GibbonError E_DATA_UNREADABLE with the line's number; E_DATA_EMPTY for no lines */
export function readInstances(text: string, name: string): Instance[] {
  const rows = parseCsv(text);
  if (rows.length === 0) throw new GibbonError('E_DATA_EMPTY', `${name} lists no instances.`, { hint: HINT });
  return rows.map((row, i) => {
    const [onnx = '', vnnlib = '', seconds = ''] = row;
    const timeout = seconds === '' ? Number.NaN : Number(seconds);
    if (row.length === 3 && onnx !== '' && vnnlib !== '' && timeout > 0 && Number.isFinite(timeout)) return { onnx, vnnlib, timeout };
    throw new GibbonError('E_DATA_UNREADABLE', `${name} is no list of instances: entry ${i + 1} is "${row.join(',').slice(0, 80)}".`, {
      hint: HINT,
    });
  });
}

const HINT = 'Each line has three fields: the model, the property, and the seconds that it may take, e.g. net.onnx,prop_1.vnnlib,116.';
