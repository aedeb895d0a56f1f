import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isServiceFolder } from './service-folder.ts';

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
    const isService = () => isServiceFolder('.', folder, { manifests: 'k8s' });
    expect(isService()).toBe(false);
    writeFileSync(join(folder, 'Dockerfile'), '');
    expect(isService()).toBe(expected);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
