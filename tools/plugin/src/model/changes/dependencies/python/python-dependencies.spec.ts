import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import { dependencyChanges, describeDependencyChange } from '../dependency-changes.ts';
import { pythonDependencies, pythonFiles } from './python-dependencies.ts';

const recorded = (folder: string, file: string) =>
  readFileSync(join(import.meta.dirname, '../recorded', folder, file), 'utf8');

const service = { root: 'apps/a', projectRoots: ['apps/a', 'libs/c'] };
type Files = Readonly<Record<string, string>>;

function read(files: Files, folders = service) {
  const wanted = pythonFiles(Object.keys(files), folders);
  const texts = new Map(wanted.map((path) => [path, files[path]!]));
  return pythonDependencies({ ...folders, packages: [], texts, describe: (file) => `${file} at 1a2b3c` }, parse);
}

function changes(before: Files, after: Files, folders = service): string[] {
  const [had, has] = [read(before, folders), read(after, folders)];
  expect([...had.unknown, ...has.unknown]).toEqual([]);
  return dependencyChanges('python', had.dependencies, has.dependencies).map(describeDependencyChange);
}

const versionsOf = (files: Files) =>
  Object.fromEntries([...read(files).dependencies].map(([name, { versions }]) => [name, versions.join()]));

const commits = ['f181633156644f32180e52d9b32e55c9d413656b', '62d55b23b2e375435e8040ab9138433902b30342'];
const own = (version: string) =>
  `own ${version} (from https://git.example/own#${commits[1]}, before https://git.example/own#${commits[0]})`;

describe('pythonDependencies', () => {
  it('names what a member of a workspace of uv reaches in the lock file of all', () => {
    const [before, after] = ['before', 'after'].map((side) => ({
      'uv.lock': recorded('uv', `${side}.lock`),
      'apps/a/pyproject.toml': '[project]\nname = "a"\ndependencies = ["requests", "c", "own"]\n',
      'libs/c/pyproject.toml': '[project]\nname = "c"\ndependencies = ["click"]\n',
    }));
    // Neither pytest nor iniconfig, for those who develop, nor itsdangerous, which only b needs.
    expect(changes(before!, after!)).toEqual([
      'click 8.1.7 → 8.1.3 (downgrade)',
      own('1.0.0'),
      'requests 2.31.0 → 2.32.3',
    ]);
    const ofB = { root: 'apps/b', projectRoots: ['apps/b'] };
    expect(changes({ 'uv.lock': before!['uv.lock'] }, { 'uv.lock': after!['uv.lock'] }, ofB)).toEqual([
      'itsdangerous 2.1.2 → 2.2.0',
    ]);
    const found = read(after!).dependencies;
    expect(found.get('requests')?.isDirect).toBe(true);
    expect(found.get('urllib3')?.isDirect).toBe(false);
  });

  it('names all of a lock file above a service that it does not mention, where nothing else tells', () => {
    const [before, after] = ['before', 'after'].map((side) => ({ 'uv.lock': recorded('uv', `${side}.lock`) }));
    const stranger = { root: 'apps/x', projectRoots: ['apps/x'] };
    expect(changes(before!, after!, stranger)).toContain('itsdangerous 2.1.2 → 2.2.0');
    const requirements = { 'apps/x/requirements.txt': 'flask==1.0\n' };
    expect(changes({ ...before!, ...requirements }, { ...after!, ...requirements }, stranger)).toEqual([]);
  });

  it('reads a Pipfile.lock without what is for developers', () => {
    const [before, after] = ['before', 'after'].map((side) => ({
      'apps/a/Pipfile.lock': recorded('pipenv', `${side}.json`),
    }));
    expect(changes(before!, after!)).toEqual([own('unknown'), 'requests 2.31.0 → 2.32.3']);
    expect(read(before!).dependencies.has('iniconfig')).toBe(false);
  });

  it('reads what pip-compile wrote', () => {
    const [before, after] = ['before', 'after'].map((side) => ({
      'apps/a/requirements.txt': recorded('pip-compile', `${side}.txt`),
      'apps/a/requirements.in': 'requests>=2\n',
    }));
    expect(changes(before!, after!)).toEqual(['requests 2.31.0 → 2.32.3']);
    expect(read(before!).dependencies.get('idna')).toMatchObject({ isDirect: false });
    expect(read(before!).dependencies.get('requests')).toMatchObject({ isDirect: true, versions: ['2.31.0'] });
  });

  const poetry = `
[[package]]
name = "Requests"
version = "2.31.0"
groups = ["main"]

[package.dependencies]
urllib3 = ">=1"

[[package]]
name = "urllib3"
version = "2.0.0"
groups = ["main", "dev"]

[[package]]
name = "own"
version = "1.0.0"
groups = ["main"]

[package.source]
type = "git"
url = "https://me:s3cret@git.example/own.git"
reference = "main"
resolved_reference = "abc"

[[package]]
name = "c"
version = "0"
groups = ["main"]

[package.dependencies]
click = "*"

[package.source]
type = "directory"
url = "../../libs/c"

[[package]]
name = "click"
version = "8.1.0"
groups = ["main"]

[[package]]
name = "pytest"
version = "8.0.0"
groups = ["dev"]
`;

  it('reads a poetry.lock, with groups or without', () => {
    const expected = { requests: '2.31.0', urllib3: '2.0.0', own: '1.0.0', click: '8.1.0' };
    expect(versionsOf({ 'apps/a/poetry.lock': poetry })).toEqual(expected);
    expect(read({ 'apps/a/poetry.lock': poetry }).dependencies.get('own')?.source).toBe(
      'https://git.example/own.git#abc',
    );
    const older = poetry.replaceAll(/groups = .*\n/g, '');
    const project =
      '[tool.poetry.dependencies]\npython = "^3.11"\nrequests = "^2"\nown = {git = "x"}\nc = {path = "../../libs/c"}\n';
    expect(versionsOf({ 'apps/a/poetry.lock': older, 'apps/a/pyproject.toml': project })).toEqual(expected);
  });

  it('follows -r and -c, and takes an exact version before a condition', () => {
    expect(
      versionsOf({
        'apps/a/requirements.txt': '-r requirements/base.txt\n-c ../../constraints/all.txt\nflask>=1\n',
        'apps/a/requirements/base.txt': 'requests\n-e git+https://me:s3cret@git.example/x@1.0#egg=My_Own\n',
        'constraints/all.txt': 'flask==1.2\nrequests==2.0\n',
        'apps/a/requirements-dev.txt': 'pytest==8\n',
        'libs/c/requirements.txt': 'click==8.1\n',
        'apps/a/data.txt': 'no==1\n',
      }),
    ).toEqual({ flask: '1.2', requests: '2.0', 'my-own': '@ git+https://git.example/x@1.0', click: '8.1' });
  });

  it('has what a library asks for that a service takes by path', () => {
    const files = {
      'apps/a/requirements.txt': '-e ../../libs/c\nflask==1.2\n',
      'apps/a/pyproject.toml': '[project]\ndependencies = ["flask>=1", "c"]\n',
      'libs/c/pyproject.toml': '[project]\nname = "c"\ndependencies = ["click>=8", "flask>=0.9"]\n',
    };
    expect(versionsOf(files)).toEqual({ flask: '1.2', click: '>=8' });
  });

  it('takes what pyproject.toml asks for where nothing else is', () => {
    const project =
      '[project]\ndependencies = ["Flask[async] (>=2)", "c @ file:../../libs/c"]\n[dependency-groups]\ndev = ["pytest"]\nweb = ["gunicorn==22.0"]\n';
    expect(versionsOf({ 'apps/a/pyproject.toml': project })).toEqual({
      flask: '>=2',
      gunicorn: '22.0',
      c: '@ file:../../libs/c',
    });
  });

  it.each([
    [{ 'apps/a/uv.lock': 'version = ' }, /^apps\/a\/uv.lock at 1a2b3c: It is not TOML: .*\.$/],
    [
      { 'apps/a/uv.lock': '<<<<<<< HEAD\n=======\n>>>>>>> x\n' },
      /^apps\/a\/uv.lock at 1a2b3c: It holds the marks of a merge conflict/,
    ],
    [{ 'apps/a/Pipfile.lock': '{' }, /^apps\/a\/Pipfile.lock at 1a2b3c: It is not JSON\.$/],
    [{ 'apps/a/Pipfile.lock': '{}' }, /^apps\/a\/Pipfile.lock at 1a2b3c: It has no "default"/],
    [{ 'apps/a/pyproject.toml': '[' }, /^apps\/a\/pyproject.toml at 1a2b3c: It is not TOML/],
  ])('names the file that cannot be read: %j', (files, sentence) => {
    expect(read(files as Files).unknown).toEqual([expect.stringMatching(sentence)]);
  });

  it('ends, and never breaks, whatever a lock file holds', () => {
    const name = fc.constantFrom('a', 'b', '__proto__');
    const entry = fc.record(
      {
        name,
        version: fc.jsonValue(),
        source: fc.jsonValue(),
        groups: fc.jsonValue(),
        dependencies: fc.oneof(fc.jsonValue(), fc.array(fc.record({ name }))),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(entry, fc.jsonValue())), (entries) => {
        const texts = new Map([['apps/a/uv.lock', '']]);
        const files = { ...service, packages: [], texts, describe: (file: string) => file };
        expect(pythonDependencies(files, () => ({ package: entries })).unknown).toEqual([]);
      }),
    );
  });
});
