/** What every command is given. */
export interface CliContext {
  readonly signal: AbortSignal;
  /** The command line as it was typed, for the report. */
  readonly command: string;
}
