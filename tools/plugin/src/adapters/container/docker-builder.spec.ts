import { Refusal } from '../../model/errors/product-error.ts';
import { plainBuild } from '../../model/build/build-settings.ts';
import { DockerEngine } from './docker-engine.ts';
import type { RunTool } from './run-tool.ts';

const recipe = { context: '/work', dockerfile: '/work/Dockerfile', settings: plainBuild };
const registry = { pushLayout: () => Promise.reject(new Error('pushed')), findUntagged: async () => undefined };

const inspected = (driver: string, ...nodes: string[]) =>
  `Name:   own\nDriver: ${driver}\n\nNodes:\n${nodes.map((node, i) => `Name:     own${i}\n${node}\n`).join('\n')}`;
const silent = 'Endpoint: tcp://build.example:1234\nStatus:   inactive';
const running = 'Endpoint: tcp://other.example:1234\nStatus:   running\nBuildKit version: v0.34.2';
const local = 'Endpoint: unix:///var/run/docker.sock\nStatus:   inactive';
const ofContext = 'Endpoint: desktop-linux\nStatus:   stopped';

/** A docker whose builder is inspected so, and whose servers answer or not. */
function engineWith(stdout: string, { code = 0, lastLine = '', servers = true } = {}) {
  const asked: string[] = [];
  const run: RunTool = async (_, args) => {
    asked.push(args.join(' '));
    if (args[1] === 'inspect') return { code, stdout, lastLines: lastLine === '' ? [] : [lastLine] };
    const isServer = args[1] === 'version' && args[0] !== 'buildx';
    if (isServer && !servers) return { code: 1, stdout: '', lastLines: ['Cannot connect to the Docker daemon'] };
    return { code: 0, stdout: '', lastLines: [] };
  };
  return { engine: new DockerEngine(registry, run), asked };
}

describe('a builder is refused before anything is built, when', () => {
  it.each([
    ['nothing answers where it is', inspected('remote', silent), {}, 'nothing answers at tcp://build.example:1234'],
    ['all that it has are away', inspected('remote', silent, silent), {}, 'build.example'],
    ['the docker that starts it is away', inspected('docker-container', local), { servers: false }, 'Cannot connect'],
    ['the docker of its context is away', inspected('docker-container', ofContext), { servers: false }, 'Cannot conn'],
    ['it is in error', inspected('kubernetes', 'Endpoint: x\nError:    no cluster'), {}, 'no cluster'],
    [
      'there is none of that name',
      '',
      { code: 1, lastLine: 'ERROR: no builder "own" found' },
      'no builder "own" found',
    ],
  ])('%s', async (_, stdout, options, told) => {
    const { engine } = engineWith(stdout, options);
    const error: unknown = await engine.requireBuildable(recipe).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Refusal);
    expect(error).toMatchObject({ facts: { type: 'builder-does-not-answer' } });
    expect((error as Refusal).explain()).toContain(told);
    expect((error as Refusal).explain()).toContain('docker buildx');
  });
});

describe('a builder is taken, when', () => {
  it.each([
    ['it runs', inspected('remote', running)],
    ['one of its machines does', inspected('remote', silent, running)],
    ['its docker can start it', inspected('docker-container', local)],
    ['its cluster may start it', inspected('kubernetes', 'Endpoint: kubernetes:///x\nStatus:   inactive')],
    ['it does not say how it is', inspected('remote', 'Endpoint: tcp://build.example:1234')],
  ])('%s', async (_, stdout) => {
    await expect(engineWith(stdout).engine.requireBuildable(recipe)).resolves.toBeUndefined();
  });

  it('is asked where it is, not where docker is', async () => {
    const { engine, asked } = engineWith(inspected('docker-container', ofContext, local));
    await engine.requireBuildable(recipe);
    expect(asked).toEqual(
      expect.arrayContaining([
        '--context=desktop-linux version --format={{.Server.Version}}',
        '--host=unix:///var/run/docker.sock version --format={{.Server.Version}}',
      ]),
    );
  });
});

describe('of docker is asked no more than must be known, where', () => {
  const serverAsked = 'version --format={{.Server.Version}}';
  it.each([
    ['the builder is elsewhere', inspected('remote', running), {}, ['buildx inspect']],
    [
      "it is the server's own",
      inspected('docker', running),
      {},
      ['buildx inspect', serverAsked, 'info --format={{json .DriverStatus}}'],
    ],
    [
      'there is none of that name',
      '',
      { code: 1 },
      ['buildx inspect', 'buildx version', serverAsked, 'info --format={{json .DriverStatus}}'],
    ],
  ])('%s', async (_, stdout, options, expected) => {
    const { engine, asked } = engineWith(stdout, options);
    await engine.builder();
    await engine.builder();
    expect(asked).toEqual(expected);
  });
});
