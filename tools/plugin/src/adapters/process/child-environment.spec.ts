import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import fc from 'fast-check';
import { runTool } from '../container/run-tool.ts';
import { childEnvironment } from './child-environment.ts';

const secrets = {
  KUBECONFIG: '/tmp/kubeconfig-prod',
  KUBECONFIG_PROD: 's1',
  PROVISIONING_KUBECONFIG_PROD: 's2',
  GITHUB_TOKEN: 's3',
  POC_APPROVAL_GATE: 's4',
  AZURE_CLIENT_SECRET: 's5',
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: 's6',
  SYSTEM_ACCESSTOKEN: 's7',
  AWS_SECRET_ACCESS_KEY: 's8',
  DOCKER_PASSWORD: 's9',
  SHOP_API_KEY: 's10',
};

describe('childEnvironment', () => {
  it('passes what programs, networks and engines need', () => {
    const plain = { PATH: '/bin', HOME: '/root', https_proxy: 'http://proxy', LC_ALL: 'C', DOCKER_HOST: 'unix:///x' };
    expect(childEnvironment({ ...plain, ...secrets })).toEqual(plain);
  });

  it('passes what the user names, a credential only by its whole name', () => {
    const env = { ...secrets, SHOP_REGION: 'eu' };
    expect(childEnvironment({ ...env, POC_PASS_ENV: 'SHOP_*' })).toEqual({ SHOP_REGION: 'eu' });
    expect(childEnvironment({ ...env, POC_PASS_ENV: 'SHOP_REGION, SHOP_API_KEY' })).toEqual({
      SHOP_REGION: 'eu',
      SHOP_API_KEY: 's10',
    });
  });

  it('passes a credential to a child that needs it', () => {
    expect(childEnvironment(secrets, ['AZURE_*'])).toEqual({ AZURE_CLIENT_SECRET: 's5' });
  });

  it('passes nothing that nobody named', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^X[A-Z0-9_]{1,20}$/), (name) => {
        fc.pre(!name.startsWith('XDG_'));
        expect(childEnvironment({ [name]: 'value' })).toEqual({});
      }),
    );
  });
});

it('gives docker none of the credentials of a deployment', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'poc fake docker '));
  const before = { ...process.env };
  try {
    writeFileSync(join(folder, 'docker'), '#!/bin/sh\nenv\n');
    chmodSync(join(folder, 'docker'), 0o755);
    Object.assign(process.env, secrets, { PATH: `${folder}${delimiter}${before['PATH']}`, DOCKER_HOST: 'unix:///x' });
    const { stdout } = await runTool('docker', ['build'], { env: { LENT: 'yes' } });
    const names = stdout.split('\n').map((line) => line.split('=')[0]!);
    expect(names).toEqual(expect.arrayContaining(['PATH', 'DOCKER_HOST', 'LENT', 'LC_ALL']));
    expect(names.filter((name) => name in secrets)).toEqual([]);
  } finally {
    process.env = before;
    rmSync(folder, { recursive: true, force: true });
  }
});
