import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addToUserKubeconfig, removeFromUserKubeconfig, userKubeconfig } from './user-kubeconfig.ts';

const entry = { name: 'poc-local', cluster: { server: 'https://10.95.0.1:6443' }, user: { token: 'secret' } };

describe("the user's kubeconfig", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'kubeconfig-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is the first file that KUBECONFIG names, or the one in the home folder', () => {
    expect(userKubeconfig({ KUBECONFIG: ':/a:/b', HOME: '/home/me' })).toBe('/a');
    expect(userKubeconfig({ HOME: '/home/me' })).toBe('/home/me/.kube/config');
  });

  it('comes and goes with the platform when nothing else is in it', async () => {
    const path = join(folder, '.kube', 'config');
    await addToUserKubeconfig(entry, path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await removeFromUserKubeconfig('poc-local', path);
    expect(existsSync(path)).toBe(false);
    await removeFromUserKubeconfig('poc-local', path);
  });

  it('stays a link where it is one', async () => {
    writeFileSync(join(folder, 'real'), '');
    symlinkSync('real', join(folder, 'config'));
    await addToUserKubeconfig(entry, join(folder, 'config'));
    expect(readFileSync(join(folder, 'real'), 'utf8')).toContain('poc-local');
  });

  it('is refused, and left, when it cannot be read', async () => {
    const path = join(folder, 'config');
    writeFileSync(path, 'clusters: [');
    await expect(addToUserKubeconfig(entry, path)).rejects.toThrow(/not valid YAML/);
    expect(readFileSync(path, 'utf8')).toBe('clusters: [');
    expect(existsSync(`${path}.lock`)).toBe(false);
  });
});
