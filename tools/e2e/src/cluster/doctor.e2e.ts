import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { deployerManifest, tokenOf, writeKubeconfig } from '../../../scratch-workspace/src/cluster-account.ts';
import { kubectl } from '../../../scratch-workspace/src/platform.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';
import type { Checkup } from '../../../plugin/src/use-cases/doctor/checkup.ts';

let workspace: ScratchWorkspace;
let kubeconfig: string;
let start: string;

beforeAll(async () => {
  workspace = await ScratchWorkspace.create('doctor');
  start = await workspace.git(['rev-parse', 'HEAD']);
  const preprod = workspace.namespace('preprod');
  await kubectl(['apply', '--filename=-'], deployerManifest(preprod));
  kubeconfig = join(workspace.folder, '../doctor.json');
  await writeKubeconfig(kubeconfig, [{ context: preprod, token: await tokenOf('deployer', preprod) }]);
});
afterAll(async () => {
  rmSync(kubeconfig, { force: true });
  await workspace.remove();
});
afterEach(() => workspace.restore(start));

/** Runs the doctor for one environment. @returns what it found, by `area, check`. */
async function examined(env: NodeJS.ProcessEnv = {}, ...options: string[]) {
  const args = ['run', 'infrastructure:doctor', '--env=preprod', '--timeout=60', ...options];
  const { code, output } = await workspace.task([...args, '--json', '--output=doctor.json'], { env });
  const text = readFileSync(join(workspace.folder, 'doctor.json'), 'utf8');
  const { checks } = JSON.parse(text) as { checks: readonly Checkup[] };
  return { code, output, of: new Map(checks.map((check) => [`${check.area}, ${check.check}`, check])) };
}

const statesOf = (found: ReadonlyMap<string, Checkup>) =>
  Object.fromEntries([...found].map(([key, { state }]) => [key, state]));

it('finds git, registry and cluster well, with no rights but those that a deployer has', async () => {
  const refs = await workspace.originRefs();
  const { of, output } = await examined({ KUBECONFIG: kubeconfig });
  expect(output).toContain('wrote doctor.json');
  // It says why.
  expect(of.get('preprod, cluster and rights')).toMatchObject({ says: expect.stringContaining('may deploy to') });
  expect(statesOf(of)).toMatchObject({
    'git, origin': 'ok',
    'git, main branch': 'ok',
    'git, push build numbers': 'ok',
    'git, push tags': 'ok',
    'preprod, cluster and rights': 'ok',
    'environments, files': 'ok',
    'nx, lost targets': 'ok',
    'nx, cached targets': 'ok',
    'machine, clock': 'ok',
  });
  expect([...of].filter(([key]) => /, (read|push)$/.test(key)).map(([, { state }]) => state)).toEqual(['ok', 'ok']);
  // It pretended to push.
  expect(await workspace.originRefs()).toEqual(refs);
}, 240_000);

it('names each that is dead, and asks for the others all the same', async () => {
  workspace.edit('Infrastructure/environments/preprod.yaml', /registry: .*/, 'registry: 127.0.0.1:1/nobody');
  workspace.edit('Infrastructure/environments/preprod.yaml', /context: .*/, 'context: nowhere');
  const { code, of } = await examined();
  expect(code).toBe(2);
  expect(statesOf(of)).toMatchObject({
    '127.0.0.1:1/nobody, read': 'wrong',
    '127.0.0.1:1/nobody, push': 'wrong',
    'preprod, cluster and rights': 'wrong',
    'git, push tags': 'ok',
  });
  expect(of.get('preprod, cluster and rights')).toMatchObject({ remedy: expect.stringContaining('cluster.context') });
}, 240_000);

it('finds an origin that is gone, rights that lack, and files with mistakes', async () => {
  const origin = await workspace.git(['remote', 'get-url', 'origin']);
  await workspace.git(['remote', 'set-url', 'origin', '/nowhere/at/all.git']);
  try {
    workspace.edit('Infrastructure/environments/prod.yaml', /order: \d+/, 'order: many');
    const { code, of } = await examined();
    expect(code).toBe(2);
    expect(statesOf(of)).toMatchObject({
      'git, push build numbers': 'wrong',
      'git, push tags': 'wrong',
      'environments, files': 'wrong',
      'nx, lost targets': 'ok',
    });
  } finally {
    await workspace.git(['remote', 'set-url', 'origin', origin.trim()]);
  }
}, 240_000);
