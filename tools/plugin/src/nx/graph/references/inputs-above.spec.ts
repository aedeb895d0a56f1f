import { inputsAbove } from './inputs-above.ts';

const namedInputs = {
  default: ['{projectRoot}/**/*', 'shared'],
  production: ['default', '!{projectRoot}/x'],
  shared: [],
};
const none = { namedInputs, others: [] };

describe('inputsAbove', () => {
  it('adds the files of a language to what nx.json says, for each folder above', () => {
    expect(inputsAbove('apps/orders', new Set(['python']), none)).toEqual({
      default: [
        ...namedInputs.default,
        ...[
          '{workspaceRoot}/apps/pyproject.toml',
          '{workspaceRoot}/apps/uv.lock',
          '{workspaceRoot}/apps/.python-version',
        ],
        ...['{workspaceRoot}/pyproject.toml', '{workspaceRoot}/uv.lock', '{workspaceRoot}/.python-version'],
      ],
      production: expect.arrayContaining([...namedInputs.production, '{workspaceRoot}/uv.lock']),
    });
  });

  it.each([
    ['go', ['go.mod', 'go.sum', 'go.work', 'go.work.sum']],
    ['dotnet', ['Directory.Build.props', 'Directory.Build.targets', 'Directory.Packages.props', 'packages.lock.json']],
    ['dotnet', ['NuGet.config', 'nuget.config', 'NuGet.Config', 'global.json', '.editorconfig', '.globalconfig']],
  ] as const)('takes in files of %s: %s', (language, files) => {
    const found = inputsAbove('orders', new Set([language]), { namedInputs: {}, others: ['shared/x.txt'] });
    const all = files.map((file) => `{workspaceRoot}/${file}`);
    expect(found).toEqual({ default: expect.arrayContaining(['{projectRoot}/**/*', ...all]) });
    expect(found?.['default']).toContain('{workspaceRoot}/shared/x.txt');
  });

  it('says nothing of a project of no such language, nor of one at the root, which has all of them', () => {
    expect(inputsAbove('apps/site', new Set(), none)).toBeUndefined();
    expect(inputsAbove('.', new Set(['go']), none)).toBeUndefined();
  });
});
