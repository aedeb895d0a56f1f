import { ciOf } from '../../../../model/ci/ci-run.ts';
import { findForgeAccess } from '../../../../model/forge/forge-access.ts';
import { azureRunOf, gitHubRunOf, isOwnApi, isOwnCollection } from '../../../../model/forge/run-at-forge.ts';
import type { ApprovalSource } from '../../../../ports/approvals.ts';
import type { SourceRepository } from '../../../../ports/repository/source-repository.ts';

/** Finds where it can be asked who approved. What variables say decides whom to ask, and nothing else. */
export async function findApprovals(
  repository: Pick<SourceRepository, 'originUrl'>,
  env: NodeJS.ProcessEnv,
): Promise<ApprovalSource> {
  switch (ciOf(env)) {
    case 'github':
      return atGitHub(await repository.originUrl(), env);
    case 'azure':
      return atAzure(await repository.originUrl(), env);
    case undefined:
      return { kind: 'terminal' };
    default:
      return { kind: 'nowhere' };
  }
}

async function atGitHub(origin: string | undefined, env: NodeJS.ProcessEnv): Promise<ApprovalSource> {
  const access = findForgeAccess(origin, env);
  if ('reason' in access)
    return cutOff(
      `GitHub cannot be asked: ${access.reason}.`,
      'Give the step `GITHUB_TOKEN: ${{ github.token }}` and the job the permission `actions: read`.',
    );
  if (!isOwnApi(access))
    return cutOff(
      `GITHUB_API_URL is at ${new URL(access.api).hostname}, the origin at ${access.repository.host}.`,
      'Of approvals, only an API at the host of the origin is believed: unset GITHUB_API_URL.',
    );
  const run = gitHubRunOf(env);
  if (!run)
    return cutOff(
      'GITHUB_ACTIONS is set, but GITHUB_RUN_ID names no run.',
      'Run it in a job of GitHub Actions; at a terminal, unset GITHUB_ACTIONS.',
    );
  const { GitHubApprovals } = await import('../../../../adapters/github/github-approvals.ts');
  return { kind: 'forge', run: new GitHubApprovals(access, run) };
}

async function atAzure(origin: string | undefined, env: NodeJS.ProcessEnv): Promise<ApprovalSource> {
  const token = (env['SYSTEM_ACCESSTOKEN'] ?? '').trim();
  if (!/^[\x21-\x7e]+$/.test(token) || token.startsWith('$('))
    return cutOff(
      'Azure DevOps cannot be asked: there is no SYSTEM_ACCESSTOKEN.',
      'Give the step `env: { SYSTEM_ACCESSTOKEN: $(System.AccessToken) }`; `nx sync` does so in generated pipelines.',
    );
  const run = azureRunOf(env);
  if (!run)
    return cutOff(
      'TF_BUILD is set, but SYSTEM_COLLECTIONURI, SYSTEM_TEAMPROJECT, SYSTEM_STAGENAME and BUILD_BUILDID name no run.',
      'Run it in a job of Azure Pipelines; at a terminal, unset TF_BUILD.',
    );
  if (!isOwnCollection(run, origin))
    return cutOff(
      `SYSTEM_COLLECTIONURI is ${run.collection}, which is not where the origin is.`,
      'Of approvals, only the organization of the origin is believed: leave the variable as Azure Pipelines sets it.',
    );
  const { AzureApprovals } = await import('../../../../adapters/azure-devops/azure-approvals.ts');
  return { kind: 'forge', run: new AzureApprovals(run, token) };
}

function cutOff(reason: string, remedy: string): ApprovalSource {
  return { kind: 'cut-off', reason, remedy };
}
