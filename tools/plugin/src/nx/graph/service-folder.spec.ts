import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { hasManifests } from './service-folder.ts';

it.each([
  ['k8s/deployment.yaml', true],
  ['k8s/overlays/prod/kustomization.yaml', true],
  ['chart/Chart.yaml', true],
  ['chart/oci.yaml', true],
  // A folder of pictures, or a library.
  ['chart/index.ts', false],
  ['charts/web/Chart.yaml', false],
])('takes a folder with %s for one with manifests: %s', (file, expected) => {
  const folder = mkdtempSync(join(tmpdir(), 'service folder '));
  try {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), '');
    expect(hasManifests(folder)).toBe(expected);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
