import { resolve } from 'node:path';
import { portalSite } from '../../../../adapters/portal/portal-site.ts';
import { serveSite } from '../../../../adapters/portal/serve-site.ts';
import { refuseForeignFolder, writeSite } from '../../../../adapters/portal/write-site.ts';
import { portalFiles } from '../../../../model/portal/portal-index.ts';
import { nameOf, portalId, type Portal } from '../../../../model/portal/portal.ts';
import { securityPolicy } from '../../../../model/portal/security-policy.ts';
import { portal } from '../../../../use-cases/portal/portal.ts';
import { anyPortOption, folderOption } from '../../options/declare-options.ts';
import { oneEnvironmentOption } from '../../options/environment-options.ts';
import { rejectSeveral } from '../../options/options.ts';
import { infrastructureExecutor } from '../../running/infrastructure-executor.ts';

const doing = 'show the APIs';
/** Path below which the page has requests passed on to the door. */
const tryIt = 'try-it';

export const executor = infrastructureExecutor({
  command: 'infrastructure-portal',
  doing,
  options: {
    env: oneEnvironmentOption(),
    port: anyPortOption('Port of this machine at which the page is served until it is stopped'),
    output: folderOption('Write the page to this folder, relative to the workspace, instead of serving it'),
  },
  examples: [
    { command: 'nx run infrastructure:portal', description: 'The APIs of the automatic environment, until Ctrl-C' },
    { command: 'nx run infrastructure:portal --env=prod --output=site', description: 'For a web server' },
  ],
  async run({ env: environment, port, output }, { ports, service, workspaceRoot, reporter, signal }) {
    if (port !== 0 && output !== undefined) rejectSeveral(['port', 'output'], doing);
    const folder = output === undefined ? undefined : resolve(workspaceRoot, output);
    if (folder !== undefined) await refuseForeignFolder(folder);
    const found = await portal({ environment, service }, ports);
    for (const line of hiddenLines(found)) reporter('portal').warn(line);
    if (folder !== undefined) {
      const policy = securityPolicy(found, true);
      await writeSite(await portalSite(workspaceRoot, portalFiles(found), policy), folder);
      return [`wrote ${countOf(found)} of ${found.environment} to ${output}`];
    }
    const policy = securityPolicy(found, false);
    const site = await portalSite(workspaceRoot, portalFiles(found, tryIt), policy);
    const server = await serveSite({ site, securityPolicy: policy, doors: doorsOf(found), tryIt }, port);
    console.log(`${countOf(found)} of ${found.environment} at ${server.address}`);
    console.log('serving; press Ctrl-C to stop');
    await aborted(signal);
    server.close();
    return [];
  },
});

function countOf({ apis: { length } }: Portal): string {
  return `${length} ${length === 1 ? 'API' : 'APIs'}`;
}

function hiddenLines({ hidden }: Portal): string[] {
  return hidden
    .filter(({ hasNone }) => hasNone !== true)
    .map((api) => `${nameOf(api)} ${api.buildNumber.toString()} is not shown: ${api.reason}`);
}

function doorsOf({ apis }: Portal): ReadonlyMap<string, string> {
  return new Map(apis.flatMap((api) => (api.address === undefined ? [] : [[portalId(api), api.address] as const])));
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
