/** What the environment allows: colour, and lines that redraw themselves. */

type Environment = Readonly<Record<string, string | undefined>>;

/** Present and not empty; `false` and `0` are what some tools set to mean "no". */
export function isSet(variable: string | undefined): boolean {
  return variable !== undefined && variable !== '' && variable !== 'false' && variable !== '0';
}

/**
 * May what goes to this stream be coloured? On a terminal, yes; in a pipe, in CI and on a dumb terminal only with FORCE_COLOR; with NO_COLOR never.
 * NO_COLOR counts whatever it holds, as no-color.org wants it.
 */
export function hasColor({ isTTY }: { readonly isTTY?: boolean | undefined }, env: Environment = process.env): boolean {
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR === '' || isSet(env.FORCE_COLOR);
  return isTTY === true && !isSet(env.CI) && env.TERM !== 'dumb';
}

/** May the cursor be moved there? */
export function canRedraw({ isTTY }: { readonly isTTY?: boolean | undefined }, env: Environment = process.env): boolean {
  return isTTY === true && !isSet(env.CI) && env.TERM !== 'dumb';
}
