import fc from 'fast-check';
import { Refusal } from '../errors/product-error.ts';
import { plainBuild } from './build-settings.ts';
import { buildKeys, parseBuild } from './parse-build.ts';

const owner = { name: 'orders', root: 'apps/orders' };
const parsed = (block: unknown) => parseBuild(block, owner);

/** What a block is refused with. */
function refusal(block: unknown): string {
  try {
    parsed(block);
  } catch (error) {
    expect(error).toBeInstanceOf(Refusal);
    expect((error as Refusal).facts.type).toBe('bad-build');
    return (error as Refusal).explain();
  }
  return 'taken';
}

it('reads a whole block', () => {
  const block = {
    context: '.',
    platforms: ['linux/x86_64', 'linux/arm64/v8', 'linux/amd64'],
    args: { NODE_VERSION: '24', EMPTY: '' },
    secrets: { npm: { env: 'NPM_TOKEN' }, rc: { file: '~/.npmrc' } },
    ssh: ['default', 'default'],
    target: 'runtime',
    contexts: {
      libs: 'libs/',
      base: 'docker-image://node:24',
      pinned: `docker-image://r.example/a@sha256:${'0'.repeat(64)}`,
    },
    cache: { registry: 'registry.example/cache/orders' },
  };
  const { platforms, ...settings } = parsed(block);
  expect(platforms.map(String)).toEqual(['linux/amd64', 'linux/arm64']);
  expect(settings).toEqual({
    ...{ context: '.', args: block.args, secrets: block.secrets, ssh: ['default'], target: 'runtime' },
    ...{ contexts: { ...block.contexts, libs: 'libs' }, cache: block.cache },
  });
});

it('has every setting, declared or not', () => {
  expect(parsed(undefined)).toEqual(plainBuild);
  expect(parsed({})).toEqual(plainBuild);
  expect([...buildKeys].sort()).toEqual(Object.keys(plainBuild).sort());
});

it.each([
  ['.', '.'],
  ['./', '.'],
  ['{workspaceRoot}', '.'],
  ['{workspaceRoot}/apps', 'apps'],
  ['{projectRoot}/image', 'apps/orders/image'],
  ['{projectRoot}', 'apps/orders'],
  ['apps/', 'apps'],
  ['apps/../libs/x', 'libs/x'],
])('of the context %j the folder is %s', (context, folder) => {
  expect(parsed({ context }).context).toBe(folder);
  expect(parsed({ contexts: { it: context } }).contexts).toEqual({ it: folder });
});

it.each([
  [{ contxt: '.' }, 'At build.contxt, there is no such key. Did you mean "context"?'],
  [{ Args: {} }, 'At build.Args, there is no such key. Did you mean "args"?'],
  [{ zzzzzzzz: 1 }, 'The keys are context, platforms, args'],
  ['.', 'At build, expected an object'],
  [null, 'At build, expected an object'],
  [[], 'At build, expected an object'],
  [{ context: '' }, 'At build.context, expected a folder'],
  [{ context: 5 }, 'At build.context, expected a folder'],
  [{ context: 'https://git.example/x.git' }, 'At build.context, expected a folder of this workspace'],
  [{ context: 'docker-image://node' }, 'At build.context, expected a folder of this workspace'],
  [{ context: '..' }, 'At build.context, .. leads out of the workspace'],
  [{ context: '/etc' }, 'At build.context, /etc leads out of the workspace'],
  [{ context: 'apps/../../x' }, 'leads out of the workspace'],
  [{ context: '{projectRoot}/../../..' }, 'leads out of the workspace'],
  [{ platforms: 'linux/amd64' }, 'At build.platforms, expected a list'],
  [{ platforms: ['linux/amd64', 'amd64'] }, 'At build.platforms.1, there is no platform "amd64"'],
  [
    { platforms: ['linux/amd46'] },
    'At build.platforms.0, there is no platform "linux/amd46". Did you mean "linux/amd64"?',
  ],
  [{ platforms: [5] }, 'At build.platforms.0, expected a text'],
  [{ args: ['A=b'] }, 'At build.args, expected an object'],
  [{ args: { 'a-b': 'x' } }, 'At build.args.a-b, this is no name of an ARG'],
  [{ args: { NODE: 24 } }, 'write it in quotation marks ("24")'],
  [{ args: { NODE: null } }, 'At build.args.NODE, expected a text'],
  [{ args: { SOURCE_DATE_EPOCH: '0' } }, 'is set to the time of the commit'],
  [{ secrets: { npm: 'NPM_TOKEN' } }, 'At build.secrets.npm, expected an object with the key "env" or "file"'],
  [{ secrets: { npm: { env: 'A', file: 'b' } } }, 'not both or neither'],
  [{ secrets: { npm: {} } }, 'not both or neither'],
  [{ secrets: { npm: { evn: 'A' } } }, 'At build.secrets.npm.evn, there is no such key. Did you mean "env"?'],
  [{ secrets: { npm: { env: 'A-B' } } }, 'At build.secrets.npm.env, this is no name of a variable'],
  [{ secrets: { npm: { env: '' } } }, 'At build.secrets.npm.env, expected a text'],
  [{ secrets: { npm: { file: 'a,type=env' } } }, 'At build.secrets.npm.file, engines take no path with a comma'],
  [{ secrets: { 'a,src=/etc/shadow': { env: 'A' } } }, 'this is no id'],
  [{ ssh: 'default' }, 'At build.ssh, expected a list of ids'],
  [{ ssh: ['default=/tmp/agent'] }, 'At build.ssh.0, this is no id'],
  [{ target: '--push' }, 'At build.target, "--push" is no name of a stage'],
  [{ contexts: { 'a b': 'libs' } }, 'At build.contexts.a b, this is no name of a context'],
  [{ contexts: { libs: '../x' } }, 'At build.contexts.libs, ../x leads out of the workspace'],
  [{ contexts: { base: 'docker-image://' } }, 'names no image'],
  [{ contexts: { base: 'docker-image://a b' } }, 'names no image'],
  [{ cache: 'registry.example/x' }, 'At build.cache, expected an object with the key "registry" or "folder"'],
  [{ cache: { registry: 'orders' } }, 'At build.cache.registry, expected a repository with its registry'],
  [{ cache: { registry: 'r.example/x,mode=min' } }, 'At build.cache.registry, expected a repository'],
  [{ cache: { folder: 'a,b' } }, 'At build.cache.folder, engines take no path with a comma'],
])('refuses %j', (block, message) => expect(refusal(block)).toContain(message));

it('tells all mistakes at once', () => {
  const told = refusal({ contxt: '.', ssh: 'x', args: { A: 1 } });
  expect(told).toContain('has 3 mistakes');
  for (const key of ['contxt', 'ssh', 'args.A']) expect(told).toContain(`At build.${key}, `);
});

it.each([
  [{ args: { A: `npm_${'x1'.repeat(18)}` } }, 'x1x1'],
  [{ args: { NPM_TOKEN: 'quite-plain-2' } }, 'quite-plain'],
  [{ args: { URL: 'https://me:hunter22@r.example/' } }, 'hunter22'],
  [{ args: { A: `first\nghp_${'a1'.repeat(18)}` } }, 'a1a1'],
  [{ secrets: { npm: { env: `npm_${'x1'.repeat(18)}` } } }, 'x1x1'],
  [{ secrets: { npm: `npm_${'x1'.repeat(18)}` } }, 'x1x1'],
])('shows nothing of a secret that is written there: %j', (block, secret) => {
  const told = refusal(block);
  expect(told).not.toBe('taken');
  expect(told).not.toContain(secret);
});

it.each(['24', 'production', 'https://r.example/x', 'a=b', '$(x) "y"', 'registry.example/base:1', 'true'])(
  'takes the argument %j as it is',
  (value) => expect(parsed({ args: { VALUE: value } }).args).toEqual({ VALUE: value }),
);

const key = fc.oneof(fc.constantFrom(...buildKeys), fc.string({ maxLength: 12 }), fc.constant('__proto__'));
const anything = fc.anything({ maxDepth: 3, key });

it('reads or refuses whatever is written there', () => {
  fc.assert(
    fc.property(fc.oneof(anything, fc.dictionary(key, anything)), (block) => {
      if (refusal(block) !== 'taken') return;
      expect(Object.keys(parsed(block)).sort()).toEqual([...buildKeys].sort());
    }),
  );
});

it('takes no argument for an option of an engine', () => {
  const texts = fc.dictionary(fc.string({ maxLength: 8 }), fc.string({ maxLength: 12 }));
  fc.assert(
    fc.property(texts, fc.array(fc.string({ maxLength: 12 })), (table, list) => {
      for (const block of [{ args: table }, { contexts: table }, { ssh: list }, { platforms: list }]) {
        if (refusal(block) !== 'taken') continue;
        const { args, contexts, ssh, platforms } = parsed(block);
        for (const name of [...Object.keys({ ...args, ...contexts }), ...ssh, ...platforms.map(String)])
          expect(name).toMatch(/^[A-Za-z0-9_][^,=\s"]*$/);
      }
    }),
  );
});
