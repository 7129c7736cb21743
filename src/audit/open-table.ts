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
  const hints = { path, classes: classLabels(model.graph), labelColumn, labelled: labels !== undefined };
  const { spec, ports, notes } = planTable(text, model.inputs, hints);
  const dataset = await tableDataset(text, spec, { path, labels });
  return { dataset, spec, preprocessing: tablePreprocessing(dataset, ports, flags.immutable ?? []), notes };
}
