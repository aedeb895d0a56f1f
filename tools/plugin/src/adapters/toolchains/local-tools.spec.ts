import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Language } from '../../model/toolchains/toolchain.ts';
import { LocalTools } from './local-tools.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'local-tools-'));
  mkdirSync(join(folder, 'bin'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Puts a program on the PATH. @param script in shell. */
function program(name: string, script: string): void {
  const file = join(folder, 'bin', name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
}

const find = (language: Language, env: NodeJS.ProcessEnv = {}, from = '.') =>
  new LocalTools(folder, { env: { PATH: join(folder, 'bin'), ...env }, timeoutMs: 1000 }).find(language, from);

describe('LocalTools', () => {
  it('knows the Node.js that it runs on without asking anybody', async () => {
    const { node } = process.versions;
    expect(await find('node')).toMatchObject({ state: 'found', tool: { versions: [node] } });
  });

  it.each([
    ['go', 'go'],
    ['python', 'python3'],
    ['dotnet', 'dotnet'],
  ] as const)('reports %s missing when there is no %s on the PATH', async (language, command) => {
    expect(await find(language)).toEqual({ state: 'missing', command });
  });

  const go = (version: string, goRoot = '/nowhere') =>
    program(
      'go',
      `[ "$GOTOOLCHAIN" = local ] && [ "$*" = "env GOVERSION GOENV GOROOT" ] && printf '%s\\n' ${version} "$PWD/user" ${goRoot}`,
    );

  it('asks Go for itself, and not for the version that a go.mod has it fetch', async () => {
    go('go1.24.3');
    expect(await find('go')).toEqual({ state: 'found', tool: { versions: ['1.24.3'], fetchesOthers: false } });
  });

  it.each([
    ['auto', { versions: ['1.24.3'], fetchesOthers: true }],
    ['go1.22.0+auto', { versions: ['1.24.3'], fetchesOthers: true }],
    ['path', { versions: ['1.24.3'], fetchesOthers: false }],
    ['local', { versions: ['1.24.3'], fetchesOthers: false }],
    ['go1.22.0', { versions: ['1.22.0'] }],
  ])('knows of Go what GOTOOLCHAIN=%s does', async (setting, tool) => {
    go('go1.24.3');
    expect(await find('go', { GOTOOLCHAIN: setting })).toEqual({ state: 'found', tool });
    writeFileSync(join(folder, 'user'), `GOFLAGS=-x\nGOTOOLCHAIN=${setting}\n`);
    expect(await find('go')).toEqual({ state: 'found', tool });
  });

  it('reads the setting of the installation when neither environment nor user has one', async () => {
    mkdirSync(join(folder, 'goroot'));
    writeFileSync(join(folder, 'goroot', 'go.env'), 'GOTOOLCHAIN=auto\n');
    go('go1.24.3', '"$PWD/goroot"');
    expect(await find('go')).toMatchObject({ tool: { fetchesOthers: true } });
  });

  it('asks python3, or else python, in the folder that managers of versions choose by', async () => {
    mkdirSync(join(folder, 'apps'));
    program('python', 'echo "Python 2.7.18" >&2');
    expect(await find('python')).toEqual({ state: 'found', tool: { versions: ['2.7.18'] } });
    program('python3', '[ "${PWD##*/}" = apps ] && echo "Python 3.12.1" || echo "Python 3.11.7"');
    expect(await find('python')).toEqual({ state: 'found', tool: { versions: ['3.11.7'] } });
    expect(await find('python', {}, 'apps')).toEqual({ state: 'found', tool: { versions: ['3.12.1'] } });
  });

  it('lists the SDKs of .NET, of which there may be none', async () => {
    program('dotnet', 'echo "8.0.404 [/usr/share/dotnet/sdk]"; echo "10.0.100-rc.1.25451.107 [/a b/sdk]"');
    expect(await find('dotnet')).toEqual({
      state: 'found',
      tool: { versions: ['8.0.404', '10.0.100-rc.1.25451.107'] },
    });
    program('dotnet', ':');
    expect(await find('dotnet')).toEqual({ state: 'found', tool: { versions: [] } });
  });

  it('says what a tool says that fails', async () => {
    program('python3', `echo "pyenv: version \\\`3.12' is not installed" >&2; exit 127`);
    const state = await find('python');
    expect(state).toMatchObject({
      state: 'broken',
      command: 'python3 --version',
      reason: expect.stringContaining('exit code 127'),
    });
    expect(state).toMatchObject({ output: [expect.stringContaining('is not installed')] });
  });

  it('gives up a tool that hangs, and one that answers nothing', async () => {
    program('go', 'exec /bin/sleep 30');
    const started = performance.now();
    expect(await find('go')).toMatchObject({
      state: 'broken',
      reason: expect.stringContaining('did not answer within 1 s'),
    });
    expect(performance.now() - started).toBeLessThan(5000);
    program('dotnet', 'echo hello');
    expect(await find('dotnet')).toMatchObject({
      state: 'broken',
      reason: expect.stringContaining('says no version'),
      output: ['hello'],
    });
  });

  it('says why a file of that name cannot be run', async () => {
    program('go', '');
    chmodSync(join(folder, 'bin', 'go'), 0o644);
    expect(await find('go')).toMatchObject({ state: 'broken', reason: expect.stringContaining('EACCES') });
  });

  it('asks once', async () => {
    program('python3', `echo asked >> "${folder}/asked"; echo "Python 3.11.7"`);
    const tools = new LocalTools(folder, { env: { PATH: join(folder, 'bin') } });
    const [first, second] = await Promise.all([tools.find('python', '.'), tools.find('python', '.')]);
    expect(first).toBe(second);
  });
});
