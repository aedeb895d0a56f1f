/** One thing that was looked at. */
export interface Finding {
  readonly name: string;
  readonly holds: boolean;
  /** What was seen. */
  readonly figure: string;
}

/** Collects what was looked at, and counts what falls short. */
export class Points {
  readonly findings: Finding[] = [];
  private readonly print: (line: string) => void;

  /** @param print takes a line for each. */
  constructor(print: (line: string) => void = () => {}) {
    this.print = print;
  }

  /** Those that fall short, as lines. */
  get short(): string[] {
    return this.findings.filter(({ holds }) => !holds).map(describe);
  }

  /** @param figure what was seen. */
  add(name: string, holds: boolean, figure = ''): void {
    const finding = { name, holds, figure };
    this.findings.push(finding);
    this.print(`${holds ? 'ok  ' : 'FAIL'} ${describe(finding)}`);
  }

  /** Adds that nothing was seen which should not be. @param wrong what was. */
  addNone(name: string, wrong: readonly string[]): void {
    const more = wrong.length > 5 ? ` and ${wrong.length - 5} more` : '';
    this.add(name, wrong.length === 0, wrong.slice(0, 5).join('; ') + more);
  }

  /** Says how many fall short. @returns the exit code. */
  conclude(): 0 | 1 {
    const { length } = this.short;
    this.print(length > 0 ? `${length} fall short` : 'all hold');
    return length > 0 ? 1 : 0;
  }
}

function describe({ name, figure }: Finding): string {
  return `${name}${figure && `: ${figure}`}`;
}
