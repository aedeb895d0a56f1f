import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from './storage/folders.ts';
import {
  contourManifests,
  kindNodeImage,
  kindNodeTag,
  kindProgram,
  kindVersion,
  kubectlProgram,
  kubernetesVersion,
} from './versions.ts';

/** Returns the version of a module that a go.mod takes. */
function versionIn(module: string, name: string): string | undefined {
  const text = readFileSync(join(projectFolder, 'modules', module, 'go.mod'), 'utf8');
  return text
    .split('\n')
    .map((line) => line.trim().split(' '))
    .find(([first, second]) => first === name && second?.startsWith('v'))?.[1];
}

it('is one version, whether a program is downloaded or built', () => {
  expect(versionIn('kind', 'sigs.k8s.io/kind')).toBe(kindVersion);
  expect(kindProgram.url('linux', 'amd64')).toContain(`/${kindVersion}/`);
  for (const module of ['cluster', 'kind-node']) expect(versionIn(module, 'k8s.io/kubernetes')).toBe(kubernetesVersion);
  expect(kubectlProgram.url('linux', 'amd64')).toContain(`/${kubernetesVersion}/`);
  expect(kindNodeTag).toBe(`kindest/node:${kubernetesVersion}`);
  expect(kindNodeImage).toMatch(/^kindest\/node:v[\d.]+@sha256:[0-9a-f]{64}$/);
});

it("takes Contour's manifests of the version that is built", () => {
  const version = versionIn('cluster', 'github.com/projectcontour/contour');
  for (const { url } of contourManifests) expect(url).toContain(`/contour/${version}/examples/`);
});

it('pins each program for all four kinds of machine, with sums that differ', () => {
  const sums = [kindProgram, kubectlProgram].flatMap(({ sha256 }) => Object.values(sha256));
  expect(Object.keys(kindProgram.sha256)).toEqual(['linux-amd64', 'linux-arm64', 'darwin-amd64', 'darwin-arm64']);
  expect(Object.keys(kubectlProgram.sha256)).toEqual(Object.keys(kindProgram.sha256));
  expect(new Set(sums).size).toBe(8);
});
