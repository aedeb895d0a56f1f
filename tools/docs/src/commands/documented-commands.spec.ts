import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GeneratorSchema, GeneratorsFile } from '../reference/generators-page.ts';
import { checkLine, type Workspace } from './check-command.ts';
import { documentedCommands } from './documented-commands.ts';
import { commandsIn, fencedBlocks } from './fenced-blocks.ts';
import { parseArguments, simpleCommands } from './simple-commands.ts';

const root = join(__dirname, '../../../..');
const readJson = <T>(path: string) => JSON.parse(readFileSync(join(root, path), 'utf8')) as T;

function thisWorkspace(): Workspace {
  const { generators } = readJson<GeneratorsFile>('tools/plugin/generators.json');
  const projects = ['tools', 'apps', 'libs'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .map((name) => `${folder}/${name}/project.json`)
      .filter((path) => existsSync(join(root, path)))
      .map((path) => readJson<{ name: string; targets?: object }>(path)),
  );
  return {
    scripts: Object.keys(readJson<{ scripts: object }>('package.json').scripts),
    generators: new Map(
      Object.entries(generators).map(([name, { schema }]) => [
        name,
        readJson<GeneratorSchema>(join('tools/plugin', schema)),
      ]),
    ),
    targets: new Map(projects.map(({ name, targets = {} }) => [name, Object.keys(targets)])),
    hasFile: (path) => existsSync(join(root, path)),
  };
}

const workspace = thisWorkspace();
const pages = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(root, 'docs'), { recursive: true }).map((name) => `docs/${String(name)}`),
].filter((name) => name.endsWith('.md'));
/** A pattern of commands, and no command: `nx run <service>:release`, `nx run X:…`. */
const isPattern = (command: string) =>
  /<\w+>|[^\d"]…(?!")|\bNAME\b|\$\{/.test(command.replaceAll(/plan-[0-9a-f]+…/g, ''));

const all = pages.flatMap((page) =>
  documentedCommands(readFileSync(join(root, page), 'utf8')).map((found) => ({ page, ...found })),
);
/** How each command is held true: run by the tutorial's test, compared with what the product declares, or why not. */
const listed = all.map(({ page, line, command, notRun }) => {
  const checked = isPattern(command) ? [] : checkLine(command, workspace);
  const run =
    page === 'docs/tutorial.md' ? 'run' : [...new Set(checked.map(({ how }) => how))].join(', ') || 'a pattern';
  const problems = checked.flatMap(({ problem }) => problem ?? []);
  return { at: `${page}:${line}`, command, how: notRun === undefined ? run : `not run: ${notRun}`, problems };
});

it.each(listed)('$at $command ($how)', ({ problems }) => {
  expect(problems).toEqual([]);
});

it('finds the commands of all pages', () => {
  expect(listed.length).toBeGreaterThan(200);
});

it('finds commands in blocks and in sentences, with the reason why one is not run', () => {
  const page =
    'Run `nx run orders:release`.\n\n<!-- not run: it costs -->\n\n```sh\naz group \\\n  create # now\n```\n';
  expect(documentedCommands(page)).toEqual([
    { line: 5, command: 'az group create', notRun: 'it costs' },
    { line: 1, command: 'nx run orders:release', notRun: undefined },
  ]);
});

it('finds blocks in lists', () => {
  expect(fencedBlocks('- a:\n\n  ```sh\n  npm test\n  ```\n')).toMatchObject([{ language: 'sh', text: 'npm test' }]);
  expect(commandsIn('a#b  # c\n# d\n')).toEqual(['a#b']);
});

it('reads a line as a shell does', () => {
  expect(simpleCommands('A=1 npx nx g "a b" && c | d')).toEqual([['nx', 'g', 'a b'], ['c'], ['d']]);
  expect(parseArguments(['orders', '--a=1', '--b', 'c', 'd', '--e'])).toEqual({
    words: ['orders'],
    options: { a: 1, b: 'c,d', e: true },
  });
});

it.each([
  ['nx run orders:release --tagg=1', /Unknown option `--tagg`/],
  ['nx run orders:rollback --tag=last', /--tag cannot be "last"/],
  ['nx run orders:realease', /no target orders:realease/],
  ['nx run infrastructure:release', /no target infrastructure:release/],
  ['nx run-many -t release,promot --dry-run', /no target orders:promot/],
  ['nx affected -t release --bse=HEAD~1', /Unknown option `--bse`/],
  ['nx g @poc/plugin:sevice shipping', /no generator/],
  ['nx g @poc/plugin:service shipping --stak=go', /no option --stak/],
  ['nx g @poc/plugin:service shipping tracking', /takes no tracking/],
  ['nx g @poc/plugin:environment prod --protected=maybe', /--protected takes no value/],
  ['npm run demoo', /no script demoo/],
  ['npx tsx tools/absent.ts', /no tools\/absent\.ts/],
  ['git add . && frobnicate', /frobnicate/],
])('refuses `%s`', (command, problem) => {
  expect(
    checkLine(command, workspace)
      .map((each) => each.problem)
      .join(),
  ).toMatch(problem);
});
