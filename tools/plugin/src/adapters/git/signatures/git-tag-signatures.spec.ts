import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tagSignaturesContract } from '../../../../../contracts/src/tag-signatures-contract.ts';
import type { AllowedSigners } from '../../../model/verify/allowed-signers.ts';
import { BuildNumber } from '../../../model/release/build-number.ts';
import type { Release } from '../../../model/release/release.ts';
import { ReleaseTag } from '../../../model/release/release-tag.ts';
import { GitRepository } from '../git-repository.ts';

const temp = mkdtempSync(join(tmpdir(), 'tag signatures ä '));
afterAll(() => rmSync(temp, { recursive: true, force: true }));
const environment = { ...process.env };
afterEach(() => {
  process.env = { ...environment };
});
let count = 0;

function run(folder: string, command: string, args: readonly string[], input = ''): string {
  return execFileSync(command, args, { cwd: folder, encoding: 'utf8', stdio: 'pipe', input }).trim();
}
const git = (folder: string, ...args: string[]) => run(folder, 'git', args);

function newFolder(name: string): string {
  const folder = join(temp, `${++count} ${name}`);
  mkdirSync(folder, { mode: 0o700 });
  return folder;
}

/** A clone with one commit, which its origin has. */
function newClone() {
  const [folder, bare] = [newFolder('clone'), newFolder('origin.git')];
  git(bare, 'init', '--quiet', '--bare');
  git(folder, 'init', '--quiet', '--initial-branch=main');
  git(folder, 'config', 'user.name', 'Ada');
  git(folder, 'config', 'user.email', 'ada@example.com');
  // Not the key of whoever runs this.
  for (const key of ['gpg.format', 'user.signingkey']) git(folder, 'config', key, key === 'gpg.format' ? 'ssh' : '');
  git(folder, 'commit', '--quiet', '--allow-empty', '--message=first');
  git(folder, 'remote', 'add', 'origin', bare);
  git(folder, 'push', '--quiet', 'origin', 'main');
  return { folder, bare };
}

/** Makes an ssh key, and has a clone sign with it. @returns it as its public file has it, without the comment. */
function signWith(folder: string, name: string): string {
  const file = join(newFolder('keys'), name);
  run(temp, 'ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', file]);
  git(folder, 'config', 'gpg.format', 'ssh');
  git(folder, 'config', 'user.signingkey', file);
  return readFileSync(`${file}.pub`, 'utf8').trim();
}

const tag = new ReleaseTag('orders', BuildNumber.parse('20261124-1')!);
const releaseIn = (folder: string, facts: Partial<Release> = {}): Release => ({
  service: 'orders',
  buildNumber: tag.buildNumber,
  commit: git(folder, 'rev-parse', 'HEAD'),
  imageDigest: `sha256:${'a'.repeat(64)}`,
  contentHash: `sha256:${'b'.repeat(64)}`,
  dirty: false,
  ...facts,
});

/** Pushes a tag object that somebody wrote by hand. */
function pushObject(folder: string, text: string, name = tag.toString()): void {
  // Written as it is: git mktag looks at its form.
  const object = run(folder, 'git', ['hash-object', '-t', 'tag', '-w', '--literally', '--stdin'], text);
  git(folder, 'push', '--quiet', '--force', 'origin', `${object}:refs/tags/${name}`);
}

const objectOf = (folder: string, name = tag.toString()) => `${git(folder, 'cat-file', 'tag', name)}\n`;
const check = async (folder: string, signers: AllowedSigners, which = tag) =>
  (await new GitRepository(folder).checkTag(which, signers))?.signature;

describe('GitTagSignatures', () => {
  tagSignaturesContract(async () => {
    const { folder, bare } = newClone();
    return {
      repository: new GitRepository(folder),
      clone: async () => {
        const clone = newFolder('second');
        git(clone, 'clone', '--quiet', bare, '.');
        return new GitRepository(clone);
      },
      signWith: async (name) => signWith(folder, name),
    };
  });
});

describe('a tag signed by an ssh key', () => {
  async function signed(name = 'ada') {
    const clone = newClone();
    const key = signWith(clone.folder, name);
    await new GitRepository(clone.folder).tagRelease(releaseIn(clone.folder), { sign: true });
    return { ...clone, key, text: objectOf(clone.folder) };
  }

  it('is not believed when it was changed after it was signed', async () => {
    const { folder, key, text } = await signed();
    const signers = { ssh: `ada ${key}` };
    expect(await check(folder, signers)).toMatchObject({ state: 'good' });
    pushObject(folder, text.replace(/aaaa/, 'cccc'));
    expect(await check(folder, signers)).toMatchObject({ state: 'broken' });
    pushObject(folder, text.replace(/\n-----BEGIN SSH[^]*/, '\n'));
    expect(await check(folder, signers)).toEqual({ state: 'none' });
    pushObject(folder, text.replace(/^(U1NI)....../m, '$1AAAAAA'));
    expect(await check(folder, signers)).toMatchObject({ state: expect.stringMatching(/broken|unknown/) });
  });

  it('is not taken for another tag, and says nothing but what was signed', async () => {
    const { folder, key, text } = await signed();
    const signers = { ssh: `ada ${key}` };
    pushObject(folder, text, 'orders-20261124-7');
    const other = new ReleaseTag('orders', BuildNumber.parse('20261124-7')!);
    expect(await new GitRepository(folder).checkTag(other, signers)).toBeUndefined();
    pushObject(folder, `${text}\nContent-Hash: sha256:${'c'.repeat(64)}\n`);
    const repository = new GitRepository(folder);
    const checked = await repository.checkTag(tag, signers);
    if (checked?.signature.state === 'good') expect(await repository.readRelease(tag)).toEqual(releaseIn(folder));
    else expect(checked?.signature.state).toBe('broken');
  });

  it('counts while the entry of its key does, in the namespace of git', async () => {
    const { folder, key } = await signed();
    const stateBy = async (options: string) => check(folder, { ssh: `ada ${options}${key}` });
    expect(await stateBy('namespaces="git",valid-after="20200101" ')).toMatchObject({ state: 'good' });
    for (const options of ['valid-before="20200101" ', 'valid-after="20990101" '])
      expect(await stateBy(options)).toMatchObject({
        state: 'ended',
        principal: 'ada',
        key: expect.stringMatching(/^SHA256:/),
      });
    expect(await stateBy('namespaces="file" ')).toMatchObject({ state: 'unknown' });
    expect(await check(folder, { ssh: '' })).toMatchObject({ state: 'unknown', principal: undefined });
  });

  it('is checked by the signers that are given, whatever this clone is set up to believe', async () => {
    const { folder, key } = await signed('eve');
    const [believing, lying] = [join(newFolder('own'), 'signers'), join(newFolder('own'), 'ssh-keygen')];
    writeFileSync(believing, `eve ${key}\n`);
    writeFileSync(lying, '#!/bin/sh\necho "Good \\"git\\" signature for ada with ED25519 key SHA256:x"\n', {
      mode: 0o755,
    });
    git(folder, 'config', 'gpg.ssh.allowedSignersFile', believing);
    git(folder, 'config', 'gpg.ssh.program', lying);
    expect(await check(folder, { ssh: '' })).toMatchObject({ state: 'unknown' });
  });

  it('is no annotated tag when it is a lightweight one', async () => {
    const { folder, key } = await signed();
    git(folder, 'push', '--quiet', '--force', 'origin', 'main:refs/tags/orders-20261124-1');
    expect(await check(folder, { ssh: `ada ${key}` })).toBeUndefined();
  });

  it('cannot be checked without ssh-keygen, which is told', async () => {
    const { folder, key } = await signed();
    const bin = newFolder('bin');
    symlinkSync(run(temp, 'which', ['git']), join(bin, 'git'));
    process.env['PATH'] = bin;
    await expect(check(folder, { ssh: `ada ${key}` })).rejects.toMatchObject({
      exitCode: 2,
      facts: { type: 'signature-tool-missing', reason: expect.stringContaining('ssh-keygen') },
    });
  });

  it('leaves neither a tag nor a file behind when the origin refuses it', async () => {
    const { folder, bare } = newClone();
    signWith(folder, 'ada');
    writeFileSync(join(bare, 'hooks/pre-receive'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    const tagging = new GitRepository(folder).tagRelease(releaseIn(folder), { sign: true });
    await expect(tagging).rejects.toMatchObject({ facts: { type: 'origin-refuses-push' } });
    expect(git(folder, 'tag', '--list')).toBe('');
    expect(git(folder, 'status', '--porcelain')).toBe('');
  });

  it('takes the place of one in this clone alone that nobody signed', async () => {
    const { folder, bare } = newClone();
    await new GitRepository(folder).tagRelease(releaseIn(folder));
    git(bare, 'update-ref', '-d', `refs/tags/${tag}`);
    const key = signWith(folder, 'ada');
    await new GitRepository(folder).tagRelease(releaseIn(folder), { sign: true });
    expect(await check(folder, { ssh: `ada ${key}` })).toMatchObject({ state: 'good' });
  });
});

describe('a tag signed by a PGP key', () => {
  /** A home of GnuPG with a key. @returns the home, the key's fingerprint, and the key as it is listed. */
  function newKey(address: string, home = mkdtempSync(join(tmpdir(), 'gpg-'))) {
    const args = [
      '--homedir',
      home,
      '--batch',
      '--quiet',
      '--passphrase',
      '',
      '--quick-gen-key',
      address,
      'ed25519',
      'sign',
      '0',
    ];
    run(temp, 'gpg', args);
    const listing = run(temp, 'gpg', ['--homedir', home, '--with-colons', '--list-keys', address]);
    const fingerprint = /^fpr:+([0-9A-F]+):/m.exec(listing)![1]!;
    return { home, fingerprint, armored: exportKey(home, fingerprint) };
  }
  const exportKey = (home: string, key: string) => run(temp, 'gpg', ['--homedir', home, '--armor', '--export', key]);
  const homes: string[] = [];
  afterAll(() => {
    for (const home of homes) {
      run(temp, 'gpgconf', ['--homedir', home, '--kill', 'all']);
      rmSync(home, { recursive: true, force: true });
    }
  });

  async function signed() {
    const clone = newClone();
    const key = newKey('ada@example.com');
    homes.push(key.home);
    process.env['GNUPGHOME'] = key.home;
    git(clone.folder, 'config', 'gpg.format', 'openpgp');
    git(clone.folder, 'config', 'user.signingkey', key.fingerprint);
    await new GitRepository(clone.folder).tagRelease(releaseIn(clone.folder), { sign: true });
    return { ...clone, ...key, text: objectOf(clone.folder) };
  }

  it('is believed by the keys that are listed, not by those that this machine has', async () => {
    const { folder, armored, fingerprint, home, text } = await signed();
    const good = { state: 'good', key: fingerprint, principal: 'ada@example.com' };
    expect(await check(folder, { pgp: armored })).toEqual(good);
    const other = newKey('eve@example.com', home);
    expect(await check(folder, { pgp: other.armored })).toMatchObject({ state: 'unknown', key: fingerprint });
    expect(await check(folder, { pgp: `${other.armored}\n${armored}\n` })).toEqual(good);
    const sshOnly = await check(folder, { ssh: 'ada ssh-ed25519 AAAA' });
    expect(sshOnly).toMatchObject({ state: 'unknown', key: fingerprint });
    pushObject(folder, text.replace(/aaaa/, 'cccc'));
    expect(await check(folder, { pgp: armored })).toMatchObject({ state: 'broken' });
  });

  it('is not believed once its key has ended', async () => {
    const { folder, fingerprint, home } = await signed();
    run(temp, 'gpg', ['--homedir', home, '--batch', '--quick-set-expire', fingerprint, 'seconds=2']);
    const pgp = exportKey(home, fingerprint);
    let found = await check(folder, { pgp });
    while (found?.state === 'good') found = await check(folder, { pgp });
    expect(found).toMatchObject({ state: 'ended', principal: 'ada@example.com', key: fingerprint });
  });

  it('is not believed once its key was revoked', async () => {
    const { folder, fingerprint, home } = await signed();
    const written = readFileSync(join(home, 'openpgp-revocs.d', `${fingerprint}.rev`), 'utf8');
    run(temp, 'gpg', ['--homedir', home, '--batch', '--import'], written.replace(/^:-----/m, '-----'));
    const found = await check(folder, { pgp: exportKey(home, fingerprint) });
    expect(found).toMatchObject({ state: 'ended', principal: 'ada@example.com' });
  });

  it('is refused with a file that holds no key, and told where gpg is missing', async () => {
    const { folder, armored } = await signed();
    await expect(check(folder, { pgp: '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n' })).rejects.toMatchObject({
      facts: { type: 'signers-malformed' },
    });
    const bin = newFolder('bin');
    symlinkSync(run(temp, 'which', ['git']), join(bin, 'git'));
    process.env['PATH'] = bin;
    for (const pgp of [armored, undefined])
      await expect(check(folder, { pgp })).rejects.toMatchObject({ facts: { type: 'signature-tool-missing' } });
  });
});
