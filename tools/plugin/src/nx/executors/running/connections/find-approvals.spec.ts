import { findApprovals } from './find-approvals.ts';

const origins = { github: 'https://github.com/acme/shop.git', azure: 'https://acme@dev.azure.com/acme/shop/_git/shop' };
const atGitHub = {
  ...{ GITHUB_ACTIONS: 'true', GITHUB_RUN_ID: '41', GITHUB_RUN_ATTEMPT: '1', GITHUB_TOKEN: 'ghs_x', CI: 'true' },
  ...{ GITHUB_SERVER_URL: 'https://github.com', GITHUB_API_URL: 'https://api.github.com' },
};
const atAzure = {
  ...{ TF_BUILD: 'True', SYSTEM_ACCESSTOKEN: 'x.y.z', SYSTEM_COLLECTIONURI: 'https://dev.azure.com/acme/' },
  ...{ SYSTEM_TEAMPROJECT: 'shop', SYSTEM_STAGENAME: 'promote_prod', BUILD_BUILDID: '7' },
};

const find = (env: Record<string, string | undefined>, origin: string | undefined = origins.github) =>
  findApprovals({ originUrl: async () => origin }, env as NodeJS.ProcessEnv);

describe('findApprovals', () => {
  it.each([
    ['a terminal', {}],
    ['a terminal that names a gate and an actor', { POC_APPROVAL_GATE: 'prod', GITHUB_ACTOR: 'alice' }],
  ])('asks the cluster at %s', async (_, env) => {
    expect(await find(env)).toEqual({ kind: 'terminal' });
  });

  it.each([{ CI: 'true' }, { GITLAB_CI: 'true' }, { JENKINS_URL: 'https://ci.example' }])(
    'knows nobody to ask in the CI %j',
    async (env) => {
      expect(await find({ ...env, POC_APPROVAL_GATE: 'prod' })).toEqual({ kind: 'nowhere' });
    },
  );

  it('asks the forge that runs it', async () => {
    expect(await find(atGitHub)).toMatchObject({ kind: 'forge', run: { forge: 'GitHub' } });
    expect(await find(atAzure, origins.azure)).toMatchObject({ kind: 'forge', run: { forge: 'Azure DevOps' } });
    // Azure Pipelines builds repositories of GitHub, too.
    expect(await find(atAzure)).toMatchObject({ kind: 'forge', run: { forge: 'Azure DevOps' } });
  });

  it.each([
    ['there is no token', { GITHUB_TOKEN: undefined }, 'there is no GITHUB_TOKEN', 'actions: read'],
    ['the run is missing', { GITHUB_RUN_ID: undefined }, 'names no run', 'unset GITHUB_ACTIONS'],
    ['the run is no number', { GITHUB_RUN_ID: '41/../42' }, 'names no run', ''],
    ['the attempt is no number', { GITHUB_RUN_ATTEMPT: 'x' }, 'names no run', ''],
    // Whoever answers there can name whomever they like.
    [
      'the API is elsewhere',
      { GITHUB_API_URL: 'https://api.evil.example' },
      'GITHUB_API_URL is at api.evil.example',
      '',
    ],
    ['the API is on this machine', { GITHUB_API_URL: 'http://127.0.0.1:9' }, 'GITHUB_API_URL is at 127.0.0.1', ''],
  ])('is cut off from GitHub where %s', async (_, changes, reason, remedy) => {
    expect(await find({ ...atGitHub, ...changes })).toEqual({
      kind: 'cut-off',
      reason: expect.stringContaining(reason),
      remedy: expect.stringContaining(remedy),
    });
  });

  it.each([
    ['there is no token', { SYSTEM_ACCESSTOKEN: undefined }, 'no SYSTEM_ACCESSTOKEN'],
    ['the token was not handed over', { SYSTEM_ACCESSTOKEN: '$(System.AccessToken)' }, 'no SYSTEM_ACCESSTOKEN'],
    ['no stage is named', { SYSTEM_STAGENAME: undefined }, 'name no run'],
    ['it is in the clear', { SYSTEM_COLLECTIONURI: 'http://dev.azure.com/acme/' }, 'name no run'],
    ['it is of others', { SYSTEM_COLLECTIONURI: 'https://dev.azure.com/evil/' }, 'not where the origin is'],
    ['it is elsewhere', { SYSTEM_COLLECTIONURI: 'https://evil.example/acme/' }, 'not where the origin is'],
    ['it looks alike', { SYSTEM_COLLECTIONURI: 'https://dev.azure.com.evil.example/acme/' }, 'not where the origin is'],
  ])('is cut off from Azure DevOps where %s', async (_, changes, reason) => {
    expect(await find({ ...atAzure, ...changes }, origins.azure)).toMatchObject({
      kind: 'cut-off',
      reason: expect.stringContaining(reason),
    });
  });

  it.each([
    ['https://dev.azure.com/acme/', 'git@ssh.dev.azure.com:v3/acme/shop/shop', true],
    ['https://dev.azure.com/acme/', 'https://acme.visualstudio.com/shop/_git/shop', true],
    ['https://acme.visualstudio.com/', 'https://dev.azure.com/Acme/shop/_git/shop', true],
    ['https://acme.visualstudio.com/', 'git@ssh.dev.azure.com:v3/other/shop/shop', false],
    ['https://tfs.acme.example/tfs/Default/', 'https://tfs.acme.example/tfs/Default/shop/_git/shop', true],
    ['https://tfs.acme.example/tfs/Default/', 'ssh://git@tfs.acme.example:22/Default/shop', true],
    ['https://tfs.evil.example/tfs/Default/', 'https://tfs.acme.example/tfs/Default/shop/_git/shop', false],
    ['https://tfs.evil.example/tfs/Default/', 'https://github.com/acme/shop', false],
  ])('takes %s for the organization of %s: %s', async (collection, origin, isOwn) => {
    const { kind } = await find({ ...atAzure, SYSTEM_COLLECTIONURI: collection }, origin);
    expect(kind).toBe(isOwn ? 'forge' : 'cut-off');
  });
});
