import { languagesRun, libraryBuilds, serviceBuilds, type TargetsLike } from './languages-run.ts';

const run = (targets: TargetsLike, names: readonly string[] = serviceBuilds) => {
  const { languages, hasOpaque } = languagesRun(targets, names);
  return [[...languages].sort().join(), hasOpaque];
};
const command = (text: string) => ({ build: { executor: 'nx:run-commands', options: { command: text } } });

describe('languagesRun', () => {
  it.each([
    ['rm -rf dist && go build -o dist/a .', 'go', false],
    ['! gofmt -l . | grep .', 'go', false],
    ['CGO_ENABLED=0 GOOS=linux go build', 'go', false],
    ['exec /usr/local/go/bin/go build', 'go', false],
    ['python3 build.py', 'python', false],
    ['cd src; python3.12 -m build', 'python', false],
    ['poetry run pytest', 'python', false],
    ['echo $(dotnet --version)', 'dotnet', false],
    ['sh -c "dotnet publish"', 'dotnet', true],
    ['node build.mjs && eslint .', 'node', false],
    ['make build', '', true],
    ['./build.sh', '', true],
    ['sh scripts/build.sh', '', true],
    ['cp -r go dist && echo python3', '', false],
    ['uv run pytest', '', false],
  ])('%s', (text, languages, hasOpaque) => {
    expect(run(command(text))).toEqual([languages, hasOpaque]);
  });

  it('reads every form of a command', () => {
    expect(run({ build: { command: 'go build' } })).toEqual(['go', false]);
    expect(run({ lint: { options: { commands: ['eslint .', { command: 'go vet' }] } } })).toEqual(['go,node', false]);
    expect(run({ test: { options: { command: ['python3', '-m', 'unittest'] } } })).toEqual(['python', false]);
    expect(run({ test: { options: { commands: 'dotnet test' } } })).toEqual(['dotnet', false]);
    expect(run({ test: { executor: 'nx:noop' }, lint: {} })).toEqual(['', false]);
  });

  it('looks at nothing that no release runs', () => {
    const targets = { docs: { command: 'python3 docs.py' }, dev: { command: 'go run .' }, build: { command: 'tsc' } };
    expect(run(targets)).toEqual(['node', false]);
    expect(run({ build: { command: 'tsc' }, test: { command: 'pytest' } }, libraryBuilds)).toEqual(['node', false]);
  });

  it('follows targets of the same project that run before, and a circle of them', () => {
    const targets = {
      build: { command: 'tsc', dependsOn: ['^build', 'codegen', { target: 'schema' }] },
      codegen: { command: 'go generate', dependsOn: ['build'] },
      schema: { command: 'python3 schema.py' },
    };
    expect(run(targets)).toEqual(['go,node,python', false]);
    expect(
      run({ build: { command: 'tsc', dependsOn: [{ target: 'x', projects: ['y'] }] }, x: { command: 'go' } }),
    ).toEqual(['node', false]);
  });

  it('cannot tell what executors of others run', () => {
    expect(run({ build: { executor: '@nx-go/nx-go:build' } })).toEqual(['', true]);
    expect(run({ build: { executor: '@nx/dotnet:build' } })).toEqual(['', true]);
    expect(run({ build: { executor: '@nx/esbuild:esbuild' }, test: { executor: '@nx/jest:jest' } })).toEqual([
      'node',
      false,
    ]);
  });
});
