import type { ProjectGraph, TargetConfiguration } from '@nx/devkit';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultOptions } from '../../../model/workspace/plugin-options.ts';
import { targetsOfService } from '../../graph/targets.ts';
import { lostServices } from './lost-services.ts';

let root: string;
beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'lost-'))));
afterEach(() => rmSync(root, { recursive: true }));

function addService(folder: string): void {
  mkdirSync(join(root, folder, 'k8s'), { recursive: true });
  writeFileSync(join(root, folder, 'Dockerfile'), 'FROM scratch\n');
}

function lostIn(projects: Record<string, Record<string, TargetConfiguration>>) {
  const nodes = Object.entries(projects).map(([name, targets]) => [
    name,
    { name, type: 'app', data: { root: `apps/${name.replace(/.*\//, '')}`, targets } },
  ]);
  const projectGraph = { nodes: Object.fromEntries(nodes), dependencies: {} } as ProjectGraph;
  return lostServices({ projectGraph, nxJsonConfiguration: {} }, root);
}

const ours = () => targetsOfService(['Dockerfile'], defaultOptions);

it('finds nothing where each service has its release, and in what is no service', () => {
  addService('apps/orders');
  expect(lostIn({ '@shop/orders': ours(), lib: { release: { command: 'semantic-release' } } })).toEqual([]);
});

it('names the service, and what took the name', () => {
  const targets = { ...ours(), release: { command: 'semantic-release' } };
  expect(lostIn({ '@shop/orders': targets })).toEqual([
    { service: 'orders', project: '@shop/orders', reason: expect.stringContaining('`semantic-release` took the name') },
  ]);
});

it('finds a folder of a service that the plugin does not look at', () => {
  addService('apps/orders');
  expect(lostIn({ orders: { build: {} } })).toMatchObject([
    { service: 'orders', reason: expect.stringMatching(/Dockerfile and manifests.*`include`/) },
  ]);
  expect(lostIn({ orders: { release: { command: 'x' } } })).toMatchObject([
    { reason: expect.stringMatching(/another one took the name/) },
  ]);
});
