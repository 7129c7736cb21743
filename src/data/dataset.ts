/** What labelled data is to the rest of Gibbon: a list of samples that can be read in any order, a few at a time. */
import type { TableSpec } from './table.ts';

/** `image`: [height, width, channels] bytes or 16-bit; `waveform`: [samples] in [-1, 1]; `text`: [length] code points; `table`: [columns] numbers and positions of categories; `tensor`: numbers as they are in the file. */
export type Modality = 'image' | 'waveform' | 'text' | 'table' | 'tensor';

/** One decoded sample, before any preprocessing for a model. */
export interface Sample {
  /** Position in the data set (file order); it names the sample in every result. */
  readonly index: number;
  /** What a person would call it: a relative path, or `name[index]` inside an array file. */
  readonly id: string;
  /** Class index, or undefined where the data has no labels. */
  readonly label: number | undefined;
  /** Image: [height, width, channels], channels 1 (grayscale), 3 (RGB) or 4 (RGBA); waveform: [samples]; text: [code points]; table: [columns]; tensor: any. */
  readonly shape: readonly number[];
  /**
   * Image: values in [0, 1] (8-bit files are v/255, so they round-trip), channels last, RGB order.
   * Waveform: values in [-1, 1]. Text: Unicode code points. Table: numbers, and positions of categories. Tensor: values as in the file.
   */
  readonly data: Float32Array;
  /** Table only: the same in double precision, for large numbers that differ in their last digits (times, amounts). */
  readonly doubles?: Float64Array;
  /** Waveform only: samples per second. */
  readonly sampleRate?: number;
}

/** Labelled data, streamed: nothing is decoded before it is asked for. */
export interface Dataset {
  readonly modality: Modality;
  readonly length: number;
  /** The label as the data itself names it (folder name or number), before it is matched with the model's classes. */
  readonly labelNames: readonly string[] | undefined;
  /** label index (into labelNames, or the number itself where there are no names) for each sample, without decoding it. */
  readonly labels: Int32Array | undefined;
  /** What was skipped or assumed while opening it, as sentences for the report, e.g. "3 files are no images and were ignored." */
  readonly notes?: readonly string[];
  /** What a person would call a sample, without decoding it. */
  readonly id: (index: number) => string;
  /** Tables: the rows of the file that became samples, by position, and how many rows it has. */
  readonly file?: { readonly rows: readonly number[]; readonly length: number };
  /** SHA-256 over the files' bytes, for the report's provenance. */
  hash(): Promise<string>;
  /** Decodes the samples with these indices, in this order. */
  read(indices: readonly number[]): Promise<Sample[]>;
}

/** Everything needed to open the same data set again, in another process. Plain JSON. */
export interface DataSpec {
  readonly path: string;
  /** A separate label file: IDX, NPY, or text/JSON/CSV with one label per line. */
  readonly labels?: string;
  /** A file with the class names in the model's output order: JSON array, or one name per line. */
  readonly classes?: string;
  /** The data is text, whatever its form: known from the model. */
  readonly as?: 'text';
  /** Texts in a table: the column that holds them, as the user names it. */
  readonly textColumn?: string;
  /** Tables: the column with the labels, as the user names it. */
  readonly labelColumn?: string;
  /** Tables: what each column is, once that is known. */
  readonly table?: TableSpec;
  /** NPZ: the arrays that make up a sample together, one for each input of the model. */
  readonly arrays?: readonly string[];
  /** Where a folder or archive holds both: the training part goes before the test part. */
  readonly split?: 'train';
}
