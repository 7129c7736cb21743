/** Opens a table for a model: which columns are labels and inputs, what the classes are called, and what a row is. */

import type { TableSpec } from '../data/table.ts';
import { type TableDataset, tableDataset } from '../data/table-dataset.ts';
import { readTable } from '../data/table-file.ts';
import { asKnown, knownTexts } from '../model/category-texts.ts';
import { classLabels } from '../model/class-labels.ts';
import type { ModelFile } from '../model/model-file.ts';
import type { Preprocessing } from '../model/preprocessing.ts';
import { tablePreprocessing } from '../model/table-encoding.ts';
import { planTable } from '../model/table-plan.ts';
import type { SubjectSpec } from './subject.ts';

export interface OpenedTable {
  readonly dataset: TableDataset;
  readonly spec: TableSpec;
  readonly preprocessing: Preprocessing;
  readonly notes: readonly string[];
}

/** A category that no encoder knows is a hole in the row, or an error, as the model was made. */
function unknownTo(known: ReadonlySet<string>, { columns }: TableDataset): string[] {
  const odd =
    known.size === 0 ? [] : columns.flatMap(({ categories = [] }) => categories.filter((text) => !known.has(asKnown(text, known))));
  if (odd.length === 0) return [];
  const named = odd.slice(0, 5).map((text) => JSON.stringify(text));
  return [`The model's encoders do not know ${named.join(', ')}${odd.length > 5 ? `, … (${odd.length} in all)` : ''}.`];
}

/** @throws GibbonError for a table that cannot be read, or does not fit the model */
export async function openTableFor(model: ModelFile, { data, flags }: SubjectSpec): Promise<OpenedTable> {
  const { path, labels, labelColumn } = data;
  const text = await readTable(path);
  const classes = classLabels(model.graph);
  const { spec, ports, named, notes } = planTable(text, model.inputs, { path, classes, labelColumn, labelled: labels !== undefined });
  const dataset = await tableDataset(text, spec, { path, labels });
  // A model may be a poor one; where names leave nothing to guess, that is no reason to doubt how it is read.
  const certain = labelColumn !== undefined || (named && (classes !== undefined || data.classes !== undefined));
  const known = knownTexts(model.graph);
  const preprocessing = tablePreprocessing(dataset, { ports, certain, known }, flags);
  return { dataset, spec, preprocessing, notes: [...notes, ...unknownTo(known, dataset)] };
}
