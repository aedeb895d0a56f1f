import { serviceUrl } from '../../../model/deploy/probe-target.ts';
import type { DeploymentRecord } from '../../../model/deploy/deployment-record.ts';
import type { Environment } from '../../../model/environment/environment.ts';
import type { Release } from '../../../model/release/release.ts';
import { describeHold } from '../../../model/rollback/hold.ts';
import { describeDuration } from '../../../model/text/duration.ts';
import type { Superseded } from '../../../use-cases/deploy/decide-deploy.ts';
import type { DeployResult } from '../../../use-cases/deploy/deploy.ts';
import type { Terminal } from './terminal.ts';

/** Returns one line with the result of a deploy, which is all that the reader of a last line needs. */
export function describeDeploy(
  { service, release }: { readonly service: string; readonly release: Release | undefined },
  environment: Pick<Environment, 'name' | 'url'>,
  result: DeployResult,
  { mark }: Terminal,
): string {
  const what = release ? `${service} ${release.buildNumber}` : service;
  const { name } = environment;
  switch (result.state) {
    case 'deployed':
      return mark('good', `${what}: runs in ${name} ${describeDeployment(result.record, environment)}`);
    case 'unchanged':
      return mark('good', `${what}: already running in ${name}; nothing to do`);
    case 'superseded':
      return mark(
        'caution',
        `${what}: ${describeSuperseded(result, name)} (use \`--force\` to deploy the older build)`,
      );
    case 'held':
      return mark(
        'caution',
        `${what}: skipped: ${describeHold(result.hold, name)}; release a newer build or use \`--force\``,
      );
  }
}

/** Returns `skipped: preprod already runs the newer 20261124-2`, and both commits where they are known. */
export function describeSuperseded({ by, commits, isElsewhere }: Superseded, environment: string): string {
  const { buildNumber } = by.release;
  const ours = commits ? `; this is commit ${commits.released}` : '';
  if (isElsewhere)
    return `skipped in ${environment}: the later commit ${commits?.running ?? by.release.commit} has been built as ${buildNumber}${ours}`;
  return `skipped: ${environment} already runs the newer ${buildNumber}${commits ? ` of commit ${commits.running}` : ''}${ours}`;
}

/** Returns `(commit 1a2b3c4d5e6f, 0 of 49 requests lost, 9 s) http://shop.example/orders`. */
export function describeDeployment(
  record: Pick<DeploymentRecord, 'release' | 'probe' | 'startedAt' | 'finishedAt' | 'manifests'>,
  environment: Pick<Environment, 'url'>,
): string {
  const { release, probe, manifests } = record;
  const took = tookOf(record);
  const facts = [
    `commit ${release.commit.slice(0, 12)}`,
    ...(probe ? [`${probe.failed} of ${probe.requests} requests lost`] : []),
    ...(took === undefined ? [] : [describeDuration(took)]),
  ];
  const url = serviceUrl(manifests, environment);
  return `(${facts.join(', ')})${url === undefined ? '' : ` ${url}`}`;
}

/** Returns the milliseconds that a deployment took; undefined for one that has not ended. */
export function tookOf({
  startedAt,
  finishedAt,
}: Pick<DeploymentRecord, 'startedAt' | 'finishedAt'>): number | undefined {
  return finishedAt === undefined ? undefined : Date.parse(finishedAt) - Date.parse(startedAt);
}
