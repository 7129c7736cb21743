/** The budget of an audit: what the user asked for, or the default for this kind of data, in its units. */
import { GibbonError } from '../base/errors.ts';
import type { PortsEncoding } from '../model/ports-encoding.ts';
import { imageSize } from '../model/rows.ts';
import {
  type Budget,
  DEFAULT_EDITS,
  DEFAULT_ELEMENTS,
  DEFAULT_EPSILON,
  deviationBudget,
  editBudget,
  elementBudget,
  epsilonKind,
  parseEpsilon,
} from '../threat/epsilon.ts';
import { isNumeric } from '../threat/metric.ts';
import { canMove } from './columns.ts';
import type { AuditOptions } from './options.ts';
import type { Prepared } from './subject.ts';

/** @throws GibbonError E_USAGE for a budget that does not suit the data */
export function budgetOf(options: Pick<AuditOptions, 'epsilon' | 'norm'>, { preprocessing }: Pick<Prepared, 'preprocessing'>): Budget {
  const { modality, shape, encoding } = preprocessing;
  const asked = options.epsilon === undefined ? undefined : parseEpsilon(options.epsilon);
  if (modality === 'text') return editBudget(asked?.value ?? DEFAULT_EDITS);
  if (asked?.unit === 'edits' || !isNumeric(options.norm)) {
    throw new GibbonError('E_USAGE', 'only text is changed by edits', {
      hint: 'Give --norm linf, l2 or l1, and --epsilon in units of the data; or --norm l0, and --epsilon in elements.',
    });
  }
  const kind = epsilonKind(modality, modality === 'image' && shape.length > 1 ? imageSize(preprocessing) : undefined);
  if (options.norm === 'l0') return elementBudget(asked ?? parseEpsilon(DEFAULT_ELEMENTS[kind]));
  const usual = parseEpsilon(DEFAULT_EPSILON[kind][options.norm]);
  if (modality === 'table' && encoding?.kind === 'ports')
    return inBothUnits(asked ?? { ...usual, value: Math.max(usual.value, oneStep(encoding)) }, encoding);
  const budget = asked ?? usual;
  if (budget.unit === 'sd') {
    throw new GibbonError('E_USAGE', 'only the columns of a table have standard deviations', {
      hint: 'Give --epsilon in units of the data: 0.3 or 8/255.',
    });
  }
  if (modality === 'image' && options.norm === 'linf') assertWithinPixels(budget, options.epsilon);
  return budget;
}

function assertWithinPixels({ value }: Budget, asked: string | undefined): void {
  if (value <= 1) return;
  const levels = Number.isInteger(value) && value < 256 ? `; ${value} of 255 levels is --epsilon ${value}/255` : '';
  throw new GibbonError('E_USAGE', `epsilon ${asked} is more than the whole range of a pixel`, {
    hint: `Pixels lie in [0, 1] here${levels}.`,
  });
}

/** Standard deviations by which half of the columns that may change can take a step: whole numbers do not move by less than one. */
function oneStep({ columns }: PortsEncoding): number {
  const steps = columns.filter(({ movable }) => movable).map(({ whole, scale }) => (whole ? 1 / scale : 0));
  const middle = steps.sort((a, b) => a - b)[Math.ceil(steps.length / 2) - 1] ?? 0;
  return Math.ceil(middle * 100) / 100;
}

/** Standard deviations, and what they are in the units of the first column that can move by so much. */
function inBothUnits({ value }: Budget, { columns }: PortsEncoding): Budget {
  const budget = deviationBudget(value);
  const first = columns.find((column) => canMove({ columns: [column] }, value)) ?? columns.find(({ movable }) => movable);
  return first ? { ...budget, text: `${budget.text} (${Number((value * first.scale).toPrecision(3))} in ${first.name})` } : budget;
}
