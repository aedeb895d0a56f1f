import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodePackage } from '../versions.ts';
import { unpackNpmPackage } from './npm-package.ts';

let root: string;
/** Path of a package's archive, as npm makes it. */
let specification: string;
let integrity: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'npm packages '));
  const source = join(root, 'source');
  mkdirSync(source);
  const facts = { name: 'pinned-thing', version: '1.0.0', scripts: { prepack: 'touch ran' } };
  writeFileSync(join(source, 'package.json'), JSON.stringify(facts));
  writeFileSync(join(source, 'index.js'), 'program\n');
  execFileSync('npm', ['pack', '--silent', '--ignore-scripts', `--pack-destination=${root}`], { cwd: source });
  specification = join(root, 'pinned-thing-1.0.0.tgz');
  integrity = `sha512-${createHash('sha512').update(readFileSync(specification)).digest('base64')}`;
});
afterAll(() => rmSync(root, { recursive: true }));

describe('unpackNpmPackage', () => {
  it('unpacks the package that was pinned, and runs nothing of it', async () => {
    const folder = join(root, 'right');
    await unpackNpmPackage({ specification, integrity }, folder, undefined);
    expect(readdirSync(folder).sort()).toEqual(['index.js', 'package.json']);
  });

  it('unpacks the files that are asked for', async () => {
    const folder = join(root, 'one');
    await unpackNpmPackage({ specification, integrity }, folder, undefined, ['package/index.js']);
    expect(readdirSync(folder)).toEqual(['index.js']);
  });

  it('refuses another package with the same name and version, and unpacks nothing', async () => {
    const folder = join(root, 'wrong');
    const pinned = { specification, integrity: 'sha512-AAAA' };
    await expect(unpackNpmPackage(pinned, folder, undefined)).rejects.toMatchObject({
      exitCode: 2,
      facts: { type: 'package-differs', evidence: ['Expected sha512-AAAA', `Got ${integrity}`] },
    });
    expect(existsSync(join(folder, 'index.js'))).toBe(false);
  });
});

describe('nodePackage', () => {
  it('is pinned for some architectures, and refused for the others', () => {
    expect(nodePackage('x64').integrity).toMatch(/^sha512-/);
    expect(() => nodePackage('mips')).toThrow('No hash of it is pinned');
  });
});
