import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildTool } from '../../../../local-platform/src/platform.ts';
import { platform } from '../../../../scratch-workspace/src/platform.ts';
import type { Refusal } from '../../model/errors/product-error.ts';
import { parseRemoteChart } from '../../model/manifests/rendering/remote-chart.ts';
import { runProcess } from '../process/run-process.ts';
import { RegistryCharts } from './registry-charts.ts';

let temp: string;
let registry: string;
let digest: string;
let archive: Buffer;

const nobody = async () => undefined;
const charts = () => new RegistryCharts(nobody as never, join(temp, 'cache'));
const named = (host: string, name: string, pinned = digest) =>
  parseRemoteChart(`chart: oci://${host}/${name}\ndigest: ${pinned}\n`, 'chart/oci.yaml');
const refusalOf = async (fetching: Promise<unknown>) =>
  ((await fetching.catch((error: unknown) => error)) as Refusal).facts;

beforeAll(async () => {
  const helm = join(await buildTool('helm4'), 'helm');
  registry = (await platform()).registry;
  temp = mkdtempSync(join(tmpdir(), 'poc-charts-'));
  const run = async (...args: string[]) => {
    const result = await runProcess(helm, args, { cwd: temp });
    if (result.state !== 'ended' || result.code !== 0) throw new Error(JSON.stringify(result));
    return `${result.stdout.toString()}${result.stderr.toString()}`;
  };
  await run('create', 'web');
  writeFileSync(join(temp, 'web/templates/mark.yaml'), `# ${temp}\n`);
  await run('package', 'web');
  archive = readFileSync(join(temp, 'web-0.1.0.tgz'));
  const pushed = await run('push', 'web-0.1.0.tgz', `oci://${registry}/e2e-charts`, '--plain-http');
  digest = /sha256:[0-9a-f]{64}/.exec(pushed)![0];
}, 900_000);
afterAll(() => rmSync(temp, { recursive: true, force: true }));

describe('RegistryCharts', () => {
  it('fetches what helm push has pushed, by its digest, and later asks nobody', async () => {
    const got = await charts().archive(named(registry, 'e2e-charts/web'));
    expect(Buffer.from(got).equals(archive)).toBe(true);
    const offline = await charts().archive(named('127.0.0.1:1', 'e2e-charts/web'));
    expect(Buffer.from(offline).equals(archive)).toBe(true);
  });

  it('believes nothing that was changed where it is kept', async () => {
    await charts().archive(named(registry, 'e2e-charts/web'));
    for (const name of readdirSync(join(temp, 'cache'))) writeFileSync(join(temp, 'cache', name), 'other');
    expect(Buffer.from(await charts().archive(named(registry, 'e2e-charts/web'))).equals(archive)).toBe(true);
  });

  it('refuses what is not there', async () => {
    const facts = await refusalOf(charts().archive(named(registry, 'e2e-charts/web', `sha256:${'0'.repeat(64)}`)));
    expect(facts).toMatchObject({ type: 'no-chart' });
  });
});
