import { inputsAbove } from './inputs-above.ts';

const namedInputs = {
  default: ['{projectRoot}/**/*', 'shared'],
  production: ['default', '!{projectRoot}/x'],
  shared: [],
};
const none = { namedInputs, others: [] };

describe('inputsAbove', () => {
  it('adds the files of a language to what nx.json says, for each folder above', () => {
    const filesAbove = [
      'apps/pyproject.toml',
      'apps/uv.lock',
      'apps/.python-version',
      'pyproject.toml',
      'uv.lock',
      '.python-version',
    ];
    expect(inputsAbove('apps/orders', new Set(['python']), none)).toEqual({
      filesAbove: filesAbove.map((file) => `{workspaceRoot}/${file}`),
      default: [...namedInputs.default, 'filesAbove'],
    });
    const production = ['{projectRoot}/src/**/*'];
    const { production: found } = inputsAbove('a', new Set(['go']), { namedInputs: { production }, others: [] })!;
    expect(found).toEqual([...production, 'filesAbove']);
  });

  it.each([
    ['go', ['go.mod', 'go.sum', 'go.work', 'go.work.sum']],
    ['dotnet', ['Directory.Build.props', 'Directory.Build.targets', 'Directory.Packages.props', 'packages.lock.json']],
    ['dotnet', ['NuGet.config', 'nuget.config', 'NuGet.Config', 'global.json', '.editorconfig', '.globalconfig']],
  ] as const)('takes in files of %s: %s', (language, files) => {
    const found = inputsAbove('orders', new Set([language]), { namedInputs: {}, others: ['shared/x.txt'] });
    const all = files.map((file) => `{workspaceRoot}/${file}`);
    expect(found?.['default']).toEqual(['{projectRoot}/**/*', 'filesAbove']);
    expect(found?.['filesAbove']).toEqual(expect.arrayContaining([...all, '{workspaceRoot}/shared/x.txt']));
  });

  it('says nothing of a project of no such language, nor of one at the root, which has all of them', () => {
    expect(inputsAbove('apps/site', new Set(), none)).toBeUndefined();
    expect(inputsAbove('.', new Set(['go']), none)).toBeUndefined();
  });
});
