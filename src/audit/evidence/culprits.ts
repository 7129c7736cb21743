/** Which nodes of the model gradients end at, from what a few examples saw of its inside. */
import type { Passage, Place } from '../../model/anatomy.ts';

/** Names fill the page of a finding; the first few tell enough. */
const NAMED = 3;

type Anatomy = readonly (readonly Passage[])[];

/**
 * Nodes that a derivative reaches and does not pass, on most of the examples; those nearest to the output first. A cast from integers or booleans only hands
 * over what the node before it has decided: that one is named.
 */
export function deadEnds(anatomy: Anatomy): Place[] {
  const [first = []] = anatomy;
  const decider = (place: Place): Place =>
    (place.op === 'Cast' && first.find(({ outputs }) => outputs.includes(place.inputs[0] as string))) || place;
  return frequent(anatomy, (seen, at) => {
    const { slopeIn, slopeOut, inputs } = seen[at] as Passage;
    if (slopeOut === 0 || slopeIn !== 0) return false;
    return !ancestors(seen, at, inputs).some((one) => one.slopeOut !== 0);
  }).map(decider);
}

/** Nodes that a finite derivative reaches and leaves as infinite or NaN. */
export function overflows(anatomy: Anatomy): Place[] {
  return frequent(anatomy, (seen, at) => {
    const { slopeIn, slopeOut } = seen[at] as Passage;
    return slopeOut !== null && slopeIn === null;
  });
}

function frequent(anatomy: Anatomy, holds: (seen: readonly Passage[], at: number) => boolean): Place[] {
  const [first = []] = anatomy;
  const counts = first.map((_, at) => anatomy.filter((seen) => holds(seen, at)).length);
  return first.filter((_, at) => (counts[at] as number) * 2 > anatomy.length).reverse();
}

/** The passages before this one that its inputs come from. */
function ancestors(seen: readonly Passage[], at: number, inputs: readonly string[]): Passage[] {
  const wanted = new Set(inputs);
  return seen
    .slice(0, at)
    .reverse()
    .filter(({ inputs: from, outputs }) => {
      if (!outputs.some((name) => wanted.has(name))) return false;
      for (const name of from) wanted.add(name);
      return true;
    });
}

/** A rounding operator with the number of even levels that it distorts as little as: 256 for 8 bits that are used to the full. */
export interface Rounding extends Place {
  readonly levels: number;
}

/** Every rounding operator by the levels that it leaves on the middle one of the examples; the coarsest first. */
export function roundings(anatomy: Anatomy): Rounding[] {
  const [first = []] = anatomy;
  const known = first.flatMap((place, at): Rounding[] => {
    const distortions = anatomy.flatMap((seen) => seen[at]?.distortion ?? []).sort((a, b) => a - b);
    const middle = distortions[distortions.length >> 1];
    if (middle === undefined) return [];
    // Float32 leaves 1 − r² uncertain by about 1e-6.
    return [{ ...place, levels: Math.round(1 / Math.sqrt(Math.max(middle, 1e-6))) }];
  });
  return known.sort((a, b) => a.levels - b.levels);
}

/** "Round quant/act1, Round quant/act2 and 5 more" */
export function namesOf(places: readonly Place[]): string {
  const names = [...new Set(places.map(({ op, name }) => `${op} ${name}`.trim()))];
  const more = names.length - NAMED;
  return more > 0 ? `${names.slice(0, NAMED).join(', ')} and ${more} more` : names.join(', ');
}
