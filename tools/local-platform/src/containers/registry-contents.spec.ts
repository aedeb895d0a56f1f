import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { holdsImages } from './registry-contents.ts';

describe('holdsImages', () => {
  let storage: string;
  beforeEach(() => (storage = mkdtempSync(join(tmpdir(), 'registry-'))));
  afterEach(() => rmSync(storage, { recursive: true }));

  const push = (repository: string, tag: string) =>
    mkdirSync(join(storage, 'docker/registry/v2/repositories', repository, '_manifests/tags', tag), {
      recursive: true,
    });

  it('requires every repository, each with the tag', () => {
    push('pause', '3.10');
    push('library/redis', '6-bookworm');
    expect(holdsImages(storage, ['pause:3.10'])).toBe(true);
    expect(holdsImages(storage, ['pause:3.10', 'library/redis:7-bookworm'])).toBe(false);
    push('library/redis', '7-bookworm');
    expect(holdsImages(storage, ['pause:3.10', 'library/redis:7-bookworm'])).toBe(true);
  });

  it('finds nothing where no registry has been', () => {
    expect(holdsImages(join(storage, 'none'), ['pause:3.10'])).toBe(false);
  });
});
