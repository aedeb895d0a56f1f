import type { BuildNumber } from '../../plugin/src/model/release/build-number.ts';
import { describeFailed } from '../../load/src/prober.ts';
import type { Say } from './progress.ts';
import { Deployers, type DeployerResult } from './run-deployer.ts';
import { Site } from './site.ts';
import { soakService, type SoakWorkspace } from './soak-workspace.ts';

/** Figures of a race. */
export interface RaceFigures {
  readonly deployers: number;
  readonly deployed: number;
  readonly superseded: number;
  readonly requests: number;
  /** Requests that failed. */
  readonly lost: readonly string[];
  /** Deployers that ended otherwise, and what was not as it must be afterwards. */
  readonly wrong: readonly string[];
  readonly seconds: number;
}

/** Lets deployers run at once for one service, each with a build of its own. */
export async function race(
  soak: SoakWorkspace,
  { deployers: count }: { deployers: number },
  say: Say,
): Promise<RaceFigures> {
  const deployers = await Deployers.prepare();
  let site: Site | undefined;
  try {
    const [first, ...builds] = await soak.tagBuilds(count + 1, [soak.first]);
    site = await Site.open('race', soak, deployers);
    await site.runWell('k8s-deploy', first!);
    await site.startProber();
    site.doing = `a race of ${count} deployers`;
    say(`${count} deployers start`);
    const started = performance.now();
    const outcomes = await Promise.all(
      shuffled(builds).map(async (build) => {
        const result = await site!.run('k8s-deploy', build, { person: `deployer-of-${build}` });
        const outcome = outcomeOf(result, build);
        say(`${build}: ${outcome} after ${result.seconds.toFixed(1)} s`);
        return { build, outcome, result };
      }),
    );
    const seconds = (performance.now() - started) / 1000;
    const wrong = outcomes
      .filter(({ outcome }) => outcome === 'neither')
      .map(({ build, result }) => `${build} ended with ${result.code}:\n${result.output}`);
    wrong.push(...(await site.problemsAfter(builds.at(-1)!)));
    wrong.push(
      ...(await recordProblems(
        site,
        outcomes.filter(({ outcome }) => outcome === 'deployed').map(({ build }) => build),
      )),
    );
    const { requests, failed } = await site.close();
    const countOf = (wanted: string) => outcomes.filter(({ outcome }) => outcome === wanted).length;
    return {
      deployers: count,
      deployed: countOf('deployed'),
      superseded: countOf('superseded'),
      requests,
      lost: failed.map(describeFailed),
      wrong,
      seconds,
    };
  } finally {
    await site?.close();
    deployers.remove();
  }
}

function outcomeOf({ code, output }: DeployerResult, build: BuildNumber): 'deployed' | 'superseded' | 'neither' {
  if (code !== 0) return 'neither';
  if (output.includes(`${soakService} ${build}: runs in `)) return 'deployed';
  return output.includes(`${soakService} ${build}: skipped: preprod already runs the newer `)
    ? 'superseded'
    : 'neither';
}

/** Each deployed one has a record, and none overtook an older one: records go up. */
async function recordProblems(site: Site, deployed: readonly BuildNumber[]): Promise<string[]> {
  const records = [...(await site.records())].reverse();
  const problems: string[] = [];
  for (const [index, record] of records.entries()) {
    const { sequence, outcome, release } = record;
    const before = records[index - 1];
    if (outcome !== 'succeeded') problems.push(`record ${sequence} of ${release.buildNumber} ended as ${outcome}`);
    if (before && sequence !== before.sequence + 1) problems.push(`record ${sequence} follows ${before.sequence}`);
    if (before && !release.buildNumber.isNewerThan(before.release.buildNumber))
      problems.push(`${release.buildNumber} was put in over ${before.release.buildNumber}`);
  }
  for (const build of deployed)
    if (!records.some(({ release }) => release.buildNumber.equals(build))) problems.push(`${build} has no record`);
  return problems;
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, order: Math.random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item);
}
