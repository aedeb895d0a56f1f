import { readGoFiles } from '../../model/toolchains/go-toolchain.ts';
import { readPythonVersion } from '../../model/toolchains/python-toolchain.ts';
import { anyVersion, type Language } from '../../model/toolchains/toolchain.ts';
import type { ToolState } from '../../ports/installed-tools.ts';
import { checkToolchains, describeToolchain } from './check-toolchains.ts';

/** A machine that has these tools, and keeps what it was asked. */
function machine(states: Partial<Record<Language, ToolState>>) {
  const asked: string[] = [];
  const find = async (language: Language, folder: string): Promise<ToolState> => {
    asked.push(`${language} ${folder}`);
    return states[language] ?? { state: 'missing', command: language };
  };
  return { find, asked };
}

const found = (...versions: string[]): ToolState => ({ state: 'found', tool: { versions } });
const go = (project: string, version: string) =>
  readGoFiles([{ file: `apps/${project}/go.mod`, text: `module x\ngo ${version}\n` }])!;

describe('checkToolchains', () => {
  it('finds what is installed', async () => {
    const tools = machine({ go: found('1.26.1') });
    const checked = await checkToolchains(
      [
        { name: 'a', toolchains: [go('a', '1.24')] },
        { name: 'b', toolchains: [] },
      ],
      tools,
    );
    expect([...checked.keys()]).toEqual(['a', 'b']);
    const [met] = checked.get('a')!;
    expect('versions' in met! && describeToolchain(met)).toBe('Go 1.26.1, for Go 1.24 or newer (apps/a/go.mod)');
  });

  it('tells once what several lack, for the first, and names the others with what they need', async () => {
    const projects = [
      { name: 'a', toolchains: [go('a', '1.24')] },
      { name: 'b', toolchains: [anyVersion('node')] },
      { name: 'c', toolchains: [go('c', '1.25')] },
    ];
    const checked = await checkToolchains(projects, machine({ node: found('20.1.0') }));
    const [first] = checked.get('a')!;
    const [other] = checked.get('c')!;
    if (!('refusal' in first!) || !('refusal' in other!)) throw new Error('not refused');
    expect(first.refusal.explain()).toBe(
      [
        'Could not build a: It needs Go 1.24 or newer (apps/a/go.mod), and there is no go on the PATH.',
        '  hint: Install Go 1.24 or newer (https://go.dev/dl), and make sure that it is the one on the PATH. [toolchain-missing]',
        '  c is not built either: it needs Go 1.25 or newer (apps/c/go.mod)',
      ].join('\n'),
    );
    expect(other).toMatchObject({ toldFor: 'a', toolchain: { version: '1.25' } });
    expect(checked.get('b')).toEqual([expect.objectContaining({ versions: ['20.1.0'] })]);
  });

  it('refuses only those that want more than there is', async () => {
    const projects = [
      { name: 'a', toolchains: [go('a', '1.24')] },
      { name: 'c', toolchains: [go('c', '1.30')] },
    ];
    const checked = await checkToolchains(projects, machine({ go: found('1.26.1') }));
    expect('refusal' in checked.get('a')![0]!).toBe(false);
    expect(checked.get('c')![0]).toMatchObject({
      toldFor: 'c',
      refusal: {
        facts: {
          type: 'toolchain-version',
          reason: 'It needs Go 1.30 or newer (apps/c/go.mod), and 1.26.1 is installed.',
        },
      },
    });
  });

  it('says what there is of SDKs, and when there is none', async () => {
    const wanted = { ...anyVersion('dotnet'), accepts: () => false };
    const reasonWith = async (state: ToolState) => {
      const checked = await checkToolchains([{ name: 'a', toolchains: [wanted] }], machine({ dotnet: state }));
      const [only] = checked.get('a')!;
      return 'refusal' in only! ? only.refusal.facts.reason : '';
    };
    expect(await reasonWith(found('8.0.404', '9.0.100'))).toBe(
      'It needs the .NET SDK, and 8.0.404, 9.0.100 are installed.',
    );
    expect(await reasonWith(found())).toBe('It needs the .NET SDK, and none is installed.');
  });

  it('shows what a tool said that did not tell its version', async () => {
    const broken: ToolState = {
      state: 'broken',
      command: 'go env',
      reason: '`go env` ended with exit code 2',
      output: ['boom'],
    };
    const checked = await checkToolchains([{ name: 'a', toolchains: [go('a', '1.24')] }], machine({ go: broken }));
    const [only] = checked.get('a')!;
    expect('refusal' in only! && only.refusal.facts).toMatchObject({ type: 'toolchain-broken', evidence: ['boom'] });
  });

  it('asks Python where a manager of versions would look, and the others at the root', async () => {
    const tools = machine({});
    const python = readPythonVersion('apps/a/.python-version', '3.12')!;
    await checkToolchains([{ name: 'a', toolchains: [python, anyVersion('python'), go('a', '1.24')] }], tools);
    expect(tools.asked).toEqual(['python apps/a', 'python .', 'go .']);
  });
});
