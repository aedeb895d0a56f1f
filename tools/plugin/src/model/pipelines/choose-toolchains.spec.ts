import { Refusal } from '../errors/product-error.ts';
import { readGlobalJson } from '../toolchains/dotnet-toolchain.ts';
import { readGoFiles } from '../toolchains/go-toolchain.ts';
import { readNodeFile } from '../toolchains/node-toolchain.ts';
import { readPythonVersion, readPyprojectPython } from '../toolchains/python-toolchain.ts';
import { anyVersion, type Language, type Toolchain } from '../toolchains/toolchain.ts';
import { chooseVersions } from './choose-toolchains.ts';

const go = (folder: string, text: string) => readGoFiles([{ file: `apps/${folder}/go.mod`, text }])!;
const python = (folder: string, text: string) => readPythonVersion(`apps/${folder}/.python-version`, text)!;
const pyproject = (folder: string, range: string) =>
  readPyprojectPython(`apps/${folder}/pyproject.toml`, { project: { 'requires-python': range } })!;
const node = (file: string, text: string) => readNodeFile(file, text)!;
const engines = (file: string, range: string) => node(file, JSON.stringify({ engines: { node: range } }));
const dotnet = (file: string, version: string) => readGlobalJson(file, { sdk: { version } })!;

describe('chooseVersions', () => {
  it.each<[string, Language, Toolchain[], { version: string; file: string | undefined }[]]>([
    ['the one of Go', 'go', [go('a', 'go 1.24')], [{ version: '1.24.0', file: 'apps/a/go.mod' }]],
    [
      'the highest of Go, numerically',
      'go',
      [go('a', 'go 1.9'), go('b', 'go 1.24.0\ntoolchain go1.24.11'), go('c', 'go 1.24.2')],
      [{ version: '1.24.11', file: 'apps/b/go.mod' }],
    ],
    ['Python by its file', 'python', [python('a', '3.12\n')], [{ version: '3.12', file: 'apps/a/.python-version' }]],
    ['the lowest Python of a range', 'python', [pyproject('a', '>=3.11,<4')], [{ version: '3.11', file: undefined }]],
    [
      'a Python that is in all ranges',
      'python',
      [pyproject('a', '>=3.11'), python('b', '3.12')],
      [{ version: '3.12', file: 'apps/b/.python-version' }],
    ],
    ['any Python where no file says one', 'python', [anyVersion('python')], [{ version: '3.x', file: undefined }]],
    [
      'the Node.js of a range',
      'node',
      [engines('package.json', '>=20.19')],
      [{ version: '>=20.19', file: 'package.json' }],
    ],
    [
      'the Node.js of a service, in the range of the workspace',
      'node',
      [engines('package.json', '>=20.19'), node('apps/a/.nvmrc', 'v22.11.0')],
      [{ version: '22.11.0', file: 'apps/a/.nvmrc' }],
    ],
    [
      'the usual Node.js for a task that knows no name of a line',
      'node',
      [node('.nvmrc', 'lts/*')],
      [{ version: '24.x', file: '.nvmrc' }],
    ],
    ['the usual Node.js where no file says one', 'node', [anyVersion('node')], [{ version: '24.x', file: undefined }]],
    [
      'all SDKs of .NET, each once',
      'dotnet',
      [
        dotnet('apps/a/global.json', '9.0.100'),
        dotnet('global.json', '10.0.100'),
        dotnet('apps/b/global.json', '9.0.100'),
      ],
      [
        { version: '9.0.100', file: 'apps/b/global.json' },
        { version: '10.0.100', file: 'global.json' },
      ],
    ],
  ])('takes %s', (_, language, needs, expected) => {
    expect(chooseVersions(language, needs)).toEqual(expected);
  });

  it.each<[string, Language, Toolchain[], string]>([
    [
      'Pythons',
      'python',
      [python('labels', '3.11'), python('routes', '3.12'), pyproject('rates', '>=3.10')],
      'none will do for all services: Python 3.11 (apps/labels/.python-version), Python 3.12 (apps/routes/.python-version), ' +
        'Python >=3.10 (apps/rates/pyproject.toml).',
    ],
    ['versions of Node.js', 'node', [engines('package.json', '>=24'), node('apps/a/.nvmrc', '22')], '(apps/a/.nvmrc)'],
  ])('refuses %s that exclude each other, naming their files', (_, language, needs, reason) => {
    expect(() => chooseVersions(language, needs)).toThrow(Refusal);
    try {
      chooseVersions(language, needs);
    } catch (error) {
      expect((error as Refusal).explain()).toContain(reason);
    }
  });
});
