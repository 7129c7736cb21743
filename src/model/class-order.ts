/** Does an assumed order of the classes contradict what the model answers? A model that calls one class by another's number, and that by a third's, has another order. */

/** Examples of a class from which on its answers are a pattern. */
const ENOUGH = 4;
/** One class that is taken for another is a weak model; several that are taken for different ones are shifted. */
const SEVERAL = 2;

/** Classes of which more than half the examples get one and the same other answer, different for each of them; none where there are fewer than two. */
export function shiftedClasses(answers: readonly number[], labels: readonly number[]): number[] {
  const shifted = new Map<number, number>();
  for (const label of new Set(labels)) {
    const own = answers.filter((_, i) => labels[i] === label);
    const other = own.find((answer) => answer !== label && own.filter((one) => one === answer).length * 2 > own.length);
    if (own.length >= ENOUGH && other !== undefined && ![...shifted.values()].includes(other)) shifted.set(label, other);
  }
  return shifted.size >= SEVERAL ? [...shifted.keys()] : [];
}
