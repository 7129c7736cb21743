/** Inputs that may take a model longer than others (sponge examples, Shumailov et al., arXiv:2006.03463): dense, sparse, denormal, long, broken into many tokens. */
import { codePointsOf, textOf } from '../../base/code-points.ts';
import { type Preprocessing, rangeOf } from '../../model/preprocessing.ts';
import { keyedRng } from '../../rng/rng.ts';
import { boundAt } from '../../threat/ball.ts';

export interface Candidate {
  readonly name: string;
  readonly row: Float32Array;
}

/** Examples among the candidates. */
const EXAMPLES = 24;
/** A denormal float32, on which processors may be a hundred times slower. */
const DENORMAL = 1e-40;
const LONG = 5000;

export function slowCandidates(rows: readonly Float32Array[], p: Preprocessing, seed: number): Candidate[] {
  const examples = rows.slice(0, EXAMPLES).map((row, i) => ({ name: `example ${i}`, row }));
  return [...examples, ...(p.modality === 'text' ? texts(rows) : p.encoding?.kind === 'ports' ? [] : numbers(rows, p, seed))];
}

function numbers(rows: readonly Float32Array[], p: Preprocessing, seed: number): Candidate[] {
  const [first] = rows as [Float32Array];
  const range = rangeOf(p) ?? [-1, 1];
  const rng = keyedRng(seed, 'latency', 'dense');
  const [low, high] = [boundAt(range[0], 0), boundAt(range[1], 0)];
  return [
    { name: 'zeros', row: new Float32Array(first.length) },
    { name: 'noise everywhere', row: first.map(() => low + (high - low) * rng.uniform()) },
    { name: 'the largest value everywhere', row: first.map(() => high) },
    { name: 'smallest and largest value in turn', row: first.map((_, i) => (i % 2 === 0 ? low : high)) },
    { name: 'denormal numbers', row: first.map(() => DENORMAL) },
    { name: 'an example as denormal numbers', row: first.map((value) => value * DENORMAL) },
  ];
}

function texts(rows: readonly Float32Array[]): Candidate[] {
  const longest = rows.map(textOf).reduce((a, b) => (b.length > a.length ? b : a), 'text');
  const repeated = `${longest} `.repeat(Math.ceil(LONG / (longest.length + 1))).slice(0, LONG);
  return [
    ['an empty text', ''],
    ['one word', 'word'],
    [`${LONG} characters`, repeated],
    [`${LONG / 2} marks, each a token`, '!? '.repeat(LONG / 2)],
    ['characters of many scripts', '漢字ع🙂ก𓀀'.repeat(LONG / 10)],
    ['one endless word', 'a'.repeat(LONG)],
  ].map(([name, text]) => ({ name: name as string, row: codePointsOf(text as string) }));
}
