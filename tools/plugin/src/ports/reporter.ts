/** Where a use case says what it does: append-only lines that read well in a CI log. */
export interface Reporter {
  /** Says which step of how many is being done, where that is shown. */
  stage?(number: number, of: number): void;
  /** Something was done, or is being done. */
  step(line: string): void;
  /** Output of a tool, shown when asked for. */
  detail(line: string): void;
  /** Something the reader should know though it stops nothing. */
  warn(line: string): void;
}
