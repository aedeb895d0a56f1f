import type { ProjectGraph } from '@nx/devkit';
import { InMemorySourceRepository } from '../../../../twins/src/in-memory-source-repository.ts';
import { findIgnoredInputs } from './ignored-inputs.ts';
import { foreignImageInputs } from './image-context.ts';
import { serviceIn } from './service.ts';

const namedInputs = {
  production: ['{projectRoot}/**/*', '!{projectRoot}/**/*_test.go'],
};

/** A Go service that is built from source, and the library that it needs, beside another one. */
function serviceWith(build?: Readonly<Record<string, unknown>>) {
  const graph: ProjectGraph = {
    nodes: {
      parcels: {
        name: 'parcels',
        type: 'app',
        data: {
          root: 'apps/parcels',
          namedInputs: { filesAbove: ['{workspaceRoot}/go.work', '{workspaceRoot}/.dockerignore'] },
          targets: { 'docker-release': { options: { build } } },
        },
      },
      x: { name: 'x', type: 'lib', data: { root: 'libs/x' } },
      y: { name: 'y', type: 'lib', data: { root: 'libs/y' } },
    },
    dependencies: { parcels: [{ source: 'parcels', target: 'x', type: 'static' }], x: [], y: [] },
  };
  return serviceIn(graph, { namedInputs }, 'parcels');
}

const files = {
  'go.work': 'use ./apps/parcels',
  'package-lock.json': '{}',
  'settings.json': '{}',
  '.dockerignore': '**/*.md\n',
  'apps/parcels/main.go': 'package main',
  'apps/parcels/main_test.go': 'package main',
  'libs/x/x.go': 'package x',
  'libs/y/y.go': 'package y',
  'libs/y/README.md': '#',
};

async function warnings(
  dockerfile: string,
  more: Record<string, string> = {},
  build: Readonly<Record<string, unknown>> = { context: '.' },
) {
  const repository = new InMemorySourceRepository({ ...files, ...more, 'apps/parcels/Dockerfile': dockerfile });
  const commit = await repository.headCommit();
  const found = await foreignImageInputs(serviceWith(build), repository, { commit });
  expect(await foreignImageInputs(serviceWith(build), repository, 'working-tree')).toEqual(found);
  return found;
}

describe('foreignImageInputs', () => {
  it('warns of nothing where the Dockerfile takes what the service is made of', async () => {
    const dockerfile =
      'FROM golang\nCOPY go.work package-lock.json ./\nCOPY libs/x libs/x\nCOPY apps/parcels apps/parcels\n';
    expect(await warnings(dockerfile)).toEqual([]);
  });

  it('names the line, the files and the remedy where it takes more', async () => {
    expect(await warnings('FROM golang\nCOPY go.work settings.json ./\nCOPY libs libs\n')).toEqual([
      'apps/parcels/Dockerfile:2: COPY settings.json takes settings.json, which is no content of parcels: a change there releases nothing. ' +
        'Take less, exclude it in .dockerignore, or make it content: a project by `implicitDependencies`, a file by `namedInputs` in apps/parcels/project.json.',
      expect.stringMatching(/^apps\/parcels\/Dockerfile:3: COPY libs takes libs\/y\/y.go, which is no content/),
    ]);
    const many = Object.fromEntries([1, 2, 3, 4].map((each) => [`libs/y/${each}.go`, 'package y']));
    expect(await warnings('FROM golang\nCOPY . .\n', many)).toEqual([
      expect.stringMatching(/:2: COPY \. takes (\S+, \S+, \S+) and 3 more, which are no content/),
    ]);
  });

  it('knows what is not sent, by the file beside the Dockerfile before that of the context', async () => {
    const dockerfile = 'FROM golang\nCOPY libs libs\n';
    expect(await warnings(dockerfile, { '.dockerignore': 'libs/y' })).toEqual([]);
    const besides = { 'apps/parcels/Dockerfile.dockerignore': '*.none' };
    const found = await warnings(dockerfile, { '.dockerignore': 'libs/y', ...besides });
    expect(found).toEqual([expect.stringContaining('exclude it in apps/parcels/Dockerfile.dockerignore')]);
  });

  it('reads patterns, and paths from the context', async () => {
    expect(await warnings('FROM golang\nCOPY y/*.go /\nCOPY x /x\n', {}, { context: 'libs' })).toEqual([
      expect.stringContaining('COPY y/*.go takes libs/y/y.go'),
    ]);
  });

  it('has nothing to say of the own folder', async () => {
    const repository = new InMemorySourceRepository({ ...files, 'apps/parcels/Dockerfile': 'COPY . .' });
    expect(await foreignImageInputs(serviceWith(), repository, 'working-tree')).toEqual([]);
  });
});

describe('ignored inputs of a wider context', () => {
  it.each([
    ['libs/y/secret.env', "reaches the image's build context"],
    ['libs/z/', "reaches the image's build context"],
    ['docs/secret.env', undefined],
    ['libs/y/notes.md', undefined],
    ['node_modules/', undefined],
  ])('%s: %s', async (path, why) => {
    const dockerfile = 'FROM x\nCOPY libs/[yz] /libs/\n';
    const repository = new InMemorySourceRepository({ ...files, 'apps/parcels/Dockerfile': dockerfile });
    repository.writeIgnored(path);
    expect(await findIgnoredInputs(serviceWith({ context: '.' }), repository)).toEqual(
      why === undefined ? [] : [{ path, why }],
    );
  });
});
