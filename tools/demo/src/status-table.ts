import { textTable } from '../../plugin/src/model/text/text-table.ts';

/** One environment in the output of `nx run <service>:status --json`. */
interface EnvironmentStatus {
  readonly environment: string;
  readonly buildNumber?: string;
  readonly commit?: string;
  readonly digests?: readonly string[];
  readonly podsReady?: number;
  readonly podsWanted?: number;
}

/** Makes a table of what several services said among other lines of Nx. */
export function statusTable(output: string): string[] {
  const statuses = output
    .split('\n')
    .filter((line) => line.startsWith('{"service":'))
    .map((line) => JSON.parse(line) as { service: string; environments: readonly EnvironmentStatus[] })
    .sort((a, b) => (a.service < b.service ? -1 : 1));
  const rows = statuses.flatMap(({ service, environments }) =>
    environments.map(
      ({ environment, buildNumber = '-', commit = '-', digests = [], podsReady = 0, podsWanted = 0 }) => [
        ...[service, environment, buildNumber, commit.slice(0, 12), digests.join(' '), `${podsReady} of ${podsWanted}`],
      ],
    ),
  );
  return textTable([['SERVICE', 'WHERE', 'BUILD', 'COMMIT', 'IMAGE', 'PODS READY'], ...rows]).map(
    (line) => `   ${line}`,
  );
}
