interface InEnvironment {
  readonly environment: string;
  readonly state: string;
  readonly reason?: string;
}

/**
 * Returns a line for each environment that cannot be read.
 * @param found what was found of one service: it is the same for every one.
 */
export function unreachableLines(found: readonly InEnvironment[] = []): string[] {
  return found.flatMap(({ environment, state, reason }) =>
    state === 'unreachable' ? [`cannot read ${environment}: ${reason}`] : [],
  );
}
