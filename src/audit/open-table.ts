/** Opens a table for a model: which columns are labels and inputs, what the classes are called, and what a row is. */

import type { TableSpec } from '../data/table.ts';
import { type TableDataset, tableDataset } from '../data/table-dataset.ts';
import { readTable } from '../data/table-file.ts';
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

/** @throws GibbonError for a table that cannot be read, or does not fit the model */
export async function openTableFor(model: ModelFile, { data, flags }: SubjectSpec): Promise<OpenedTable> {
  const { path, labels, labelColumn } = data;
  const text = await readTable(path);
  const classes = classLabels(model.graph);
  const { spec, ports, named, notes } = planTable(text, model.inputs, { path, classes, labelColumn, labelled: labels !== undefined });
  const dataset = await tableDataset(text, spec, { path, labels });
  // A model may be a poor one; where names leave nothing to guess, that is no reason to doubt how it is read.
  const certain = labelColumn !== undefined || (named && (classes !== undefined || data.classes !== undefined));
  return { dataset, spec, preprocessing: tablePreprocessing(dataset, { ports, certain }, flags.immutable ?? []), notes };
}
