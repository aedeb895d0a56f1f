/** Prints a line for each point that was looked at, and counts those that fall short. */
export class Points {
  private readonly print: (line: string) => void;
  private short = 0;

  constructor(print: (line: string) => void = console.log) {
    this.print = print;
  }

  /** @param figure what was seen. */
  add(name: string, holds: boolean, figure = ''): void {
    if (!holds) this.short++;
    this.print(`${holds ? 'ok  ' : 'FAIL'} ${name}${figure && `: ${figure}`}`);
  }

  /** Says how many fall short. @returns the exit code. */
  conclude(): 0 | 1 {
    this.print(this.short > 0 ? `${this.short} fall short` : 'all hold');
    return this.short > 0 ? 1 : 0;
  }
}
