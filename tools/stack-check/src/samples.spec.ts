import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { repositoryRoot } from '../../scratch-workspace/src/platform.ts';
import { RunningService } from './running-service.ts';
import { findContradictions } from './schemathesis.ts';
import { ServiceClone } from './service-clone.ts';
import type { Stack } from './stack.ts';
import { go } from './stacks/go.ts';
import { node } from './stacks/node.ts';

const shared = ['package.json', 'tsconfig.base.json', 'libs'];
/** Services of this repository that have a description; they keep in memory what they keep. */
const samples: Readonly<Record<string, Stack>> = { payments: node, orders: node, inventory: go };

let folder: string;
const running: RunningService[] = [];
const ports = new Map<string, number>();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'samples-'));
  const isSource = (path: string) => !['dist', 'node_modules'].includes(basename(path));
  for (const path of [...shared, ...Object.keys(samples).map((name) => `apps/${name}`)]) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    cpSync(join(repositoryRoot, path), join(folder, path), { recursive: true, filter: isSource });
  }
  symlinkSync(join(repositoryRoot, 'node_modules'), join(folder, 'node_modules'));
  for (const [name, stack] of Object.entries(samples)) {
    const service = new ServiceClone(folder, name);
    const wrong = await service.run('build');
    if (wrong !== '') throw new Error(`The build of ${name} failed: ${wrong}`);
    const env = { PAYMENTS_URL: `http://127.0.0.1:${ports.get('payments')}` };
    const started = await RunningService.start(stack.program(service), join(folder, `${name}.log`), env);
    running.push(started);
    ports.set(name, started.port);
  }
}, 600_000);

afterAll(async () => {
  for (const service of running) service.kill();
  await Promise.all(running.map(({ ended }) => ended));
  rmSync(folder, { recursive: true, force: true });
});

describe('a sample', () => {
  it.each(Object.keys(samples))(
    'answers as its description says: %s',
    async (name) => {
      const description = join(repositoryRoot, 'apps', name, 'openapi.yaml');
      expect(await findContradictions(description, ports.get(name)!)).toBe('');
    },
    600_000,
  );
});
