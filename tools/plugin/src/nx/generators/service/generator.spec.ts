import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tree } from '@nx/devkit';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import { parse } from 'yaml';
import type { RawOptions } from '../../executors/options/options.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import { environmentsFolder } from '../../../model/environment/environment.ts';
import { callersFile } from '../callers-file.ts';
import { generateService } from './generator.ts';

const workspaceRoot = join(__dirname, '../../../../../..');

function newWorkspace(): Tree {
  const tree = createTreeWithEmptyWorkspace();
  tree.write('libs/service-host/build/build.mjs', '');
  tree.write('Infrastructure/apim/policy.xml', '');
  tree.write('.gitignore', 'dist/\n');
  tree.write(
    `${environmentsFolder}/dev.yaml`,
    'name: dev\nvariables:\n  GATEWAY_NAME: gateway\n  ROUTE_HOSTNAME: dev.localhost\n',
  );
  tree.write(`${environmentsFolder}/preprod.yml`, 'name: preprod\n');
  tree.write(`${environmentsFolder}/empty.yaml`, '');
  tree.write(`${environmentsFolder}/broken.yaml`, 'name: [');
  return tree;
}

/** Texts of the service's files, by path inside its folder. */
async function generate(options: RawOptions): Promise<Record<string, string>> {
  const tree = newWorkspace();
  await generateService(tree, options);
  const root = `apps/${String(options['name'])}/`;
  const paths = tree.listChanges().map(({ path }) => path);
  return Object.fromEntries(
    paths.filter((path) => path.startsWith(root)).map((path) => [path.slice(root.length), tree.read(path, 'utf8')!]),
  );
}

interface Deployment {
  spec: {
    replicas: number;
    strategy: unknown;
    selector: { matchLabels: unknown };
    template: {
      metadata: { labels: unknown };
      spec: { terminationGracePeriodSeconds: number; containers: [Record<string, unknown>] };
    };
  };
}
const deploymentOf = (files: Record<string, string>) => parse(files['k8s/deployment.yaml']!) as Deployment;

type Paths = Record<string, Record<string, { operationId: string }>>;
const operationIdsOf = (paths: Paths) =>
  Object.values(paths).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId));

const everyService = [
  '.dockerignore',
  'Dockerfile',
  'k8s/deployment.yaml',
  'k8s/dev.yaml',
  'k8s/http-route.yaml',
  'k8s/pod-disruption-budget.yaml',
  'k8s/service.yaml',
  'pipeline.variables.yml',
  'project.json',
];
const ofStack: Record<string, string[]> = {
  node: [
    'jest.config.cjs',
    'openapi.yaml',
    'src/greeting-operations.spec.ts',
    'src/greeting-operations.ts',
    'src/main.ts',
    'tsconfig.json',
  ],
  go: [
    ...[
      'answer.go',
      'body.go',
      'drain.go',
      'drain_test.go',
      'go.mod',
      'go.sum',
      'greetings.go',
      'greetings_test.go',
      'health.go',
      'host.go',
      'host_test.go',
      'main.go',
      'metrics.go',
    ],
    ...['openapi.yaml', 'path.go', 'trace.go'],
  ],
  python: [
    ...[
      '.gitignore',
      'build.py',
      'dev.py',
      'openapi.yaml',
      'pyproject.toml',
      'requirements.lock',
      'requirements.txt',
      'src/greetings.py',
    ],
    ...['src/json_body.py', 'src/listener.py', 'src/main.py', 'src/openapi.py', 'src/problem.py'],
    ...['src/request_path.py', 'src/service_host.py', 'src/telemetry.py'],
    ...['src/test_greetings.py', 'src/test_service_host.py'],
  ],
  dotnet: [
    ...['.gitignore', 'Drain.cs', 'Greetings.cs', 'Health.cs', 'JsonLines.cs', 'Logs.cs', 'Metrics.cs'],
    ...['OrderHistory.csproj', 'Program.cs', 'RequestIds.cs', 'Server.cs', 'openapi.yaml', 'packages.lock.json'],
    ...[
      'ContractTests.cs',
      'GreetingsTests.cs',
      'JsonLinesTests.cs',
      'OrderHistory.Tests.csproj',
      'packages.lock.json',
    ].map((file) => `tests/${file}`),
  ],
  none: [],
};

describe.each(Object.keys(ofStack))('a service of the stack %s', (stack) => {
  it('has these files, and nothing of a template in them', async () => {
    const files = await generate({ name: 'order-history', stack });
    expect(Object.keys(files).sort()).toEqual([...everyService, ...ofStack[stack]!].sort());
    expect(Object.values(files).join('\n')).not.toMatch(/<%|%>|undefined/);
  });

  it('keeps the promise of no downtime', async () => {
    const files = await generate({ name: 'order-history', stack });
    const { spec } = deploymentOf(files);
    const [container] = spec.template.spec.containers;
    expect(spec).toMatchObject({ replicas: 2, strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } });
    const labels = { 'app.kubernetes.io/name': 'order-history', 'app.kubernetes.io/instance': 'order-history' };
    expect(spec.selector.matchLabels).toEqual(labels);
    expect(spec.template.metadata.labels).toEqual({ ...labels, 'app.kubernetes.io/version': '${BUILD_NUMBER}' });
    expect(container).toMatchObject({
      name: 'order-history',
      startupProbe: { httpGet: { path: '/healthz/startup' } },
      readinessProbe: { httpGet: { path: '/healthz/ready' } },
      livenessProbe: { httpGet: { path: '/healthz/live' } },
      lifecycle: { preStop: { sleep: { seconds: 10 } } },
    });
    // The sleep, the drain's linger and its budget.
    expect(spec.template.spec.terminationGracePeriodSeconds).toBeGreaterThan(3 + 2 + 15);
    expect(parse(files['k8s/pod-disruption-budget.yaml']!)).toMatchObject({ spec: { maxUnavailable: 1 } });
  });

  it('listens where it is told to', async () => {
    const files = await generate({ name: 'order-history', stack, port: 9000 });
    expect(deploymentOf(files).spec.template.spec.containers[0]).toMatchObject({
      ports: [
        { name: 'http', containerPort: 9000 },
        { name: 'metrics', containerPort: 9464 },
      ],
      env: [{ name: 'PORT', value: '9000' }, { name: 'BUILD_NUMBER' }, { name: 'COMMIT' }],
    });
    expect(files['Dockerfile']).toContain('EXPOSE 9000');
    expect(Object.values(files).join('\n')).not.toMatch(/8080/);
  });

  it('has an image that runs as a number, and as process 1', async () => {
    const { Dockerfile: dockerfile = '', '.dockerignore': ignored } = await generate({ name: 'order-history', stack });
    expect(dockerfile).toMatch(/^USER [1-9]\d*:[1-9]\d*$/m);
    expect(dockerfile).not.toMatch(/^(CMD|ENTRYPOINT) [^[]/m);
    expect(ignored).toMatch(/^\*$/m);
  });

  it('is named as a caller of those that it calls, at the ports of their containers', async () => {
    const tree = newWorkspace();
    tree.write(callersFile(), '# Who calls whom.\n');
    await generateService(tree, { name: 'stock', port: 9000 });
    await generateService(tree, { name: 'shipping', calls: 'stock, stock' });
    const text = tree.read(callersFile(), 'utf8')!;
    expect(text.startsWith('# Who calls whom.\n')).toBe(true);
    expect(parse(text)).toMatchObject({
      metadata: { name: 'callers-of-stock' },
      spec: {
        podSelector: { matchLabels: { 'app.kubernetes.io/name': 'stock' } },
        ingress: [
          {
            from: [{ podSelector: { matchLabels: { 'app.kubernetes.io/name': 'shipping' } } }],
            ports: [{ protocol: 'TCP', port: 9000 }],
          },
        ],
      },
    });
  });

  it('refuses to call what is not there, or nobody can be let into', async () => {
    const tree = newWorkspace();
    await generateService(tree, { name: 'stock' });
    const refusalOf = async (calls: string) => {
      const before = tree.listChanges().length;
      const error: unknown = await generateService(tree, { name: 'shipping', calls }).catch(
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(Refusal);
      expect(tree.listChanges()).toHaveLength(before);
      return (error as Refusal).explain();
    };
    // A policy of the called one alone would shut out the gateway.
    expect(await refusalOf('stock')).toContain(`there is no ${callersFile()}`);
    tree.write(callersFile(), '');
    expect(await refusalOf('stok')).toContain('Did you mean "stock"?');
    tree.write('apps/stock/k8s/deployment.yaml', '');
    expect(await refusalOf('stock')).toContain('whose container has no port in apps/stock/k8s');
  });

  it('reads ports of a base, and says what to do for a chart', async () => {
    const tree = newWorkspace();
    tree.write(callersFile(), '');
    await generateService(tree, { name: 'stock', port: 9000 });
    tree.rename('apps/stock/k8s/deployment.yaml', 'apps/stock/k8s/base/deployment.yaml');
    tree.write('apps/stock/k8s/base/kustomization.yaml', 'resources: [deployment.yaml]\n');
    await generateService(tree, { name: 'shipping', calls: 'stock' });
    expect(tree.read(callersFile(), 'utf8')).toContain('9000');
    tree.delete('apps/stock/k8s');
    tree.write('apps/stock/chart/Chart.yaml', 'name: stock\n');
    const error: unknown = await generateService(tree, { name: 'mailer', calls: 'stock' }).catch(
      (thrown: unknown) => thrown,
    );
    expect((error as Refusal).explain()).toContain(`name mailer in ${callersFile()} as a caller of stock`);
  });

  it('leaves releasing to the plugin', async () => {
    const files = await generate({ name: 'order-history', stack });
    const project = JSON.parse(files['project.json']!) as { name: string; tags: string[]; targets: object };
    expect(project).toMatchObject({ name: 'order-history', tags: ['scope:service'] });
    const own = /^(build|lint|test|typecheck|dev)$/;
    expect(Object.entries(project.targets).filter(([target]) => !own.test(target))).toEqual([
      ['docker-release', { options: { build: { context: '{projectRoot}' } } }],
    ]);
  });

  it('tells the pipelines its names', async () => {
    const files = await generate({ name: 'order-history', stack, apiSuffix: 'orders/v2' });
    expect(parse(files['pipeline.variables.yml']!)).toEqual({
      variables: {
        serviceName: 'order-history',
        sourceRoot: 'apps/order-history',
        apiId: 'order-history',
        apiName: 'Order History',
        apiSuffix: 'orders/v2',
        apiSubscription: 'required',
      },
    });
  });
});

describe('service generator', () => {
  it('names the host where an environment has one', async () => {
    const files = await generate({ name: 'shipping' });
    expect(parse(files['k8s/dev.yaml']!)).toMatchObject({
      kind: 'HTTPRoute',
      metadata: { name: 'shipping' },
      spec: { hostnames: ['${ROUTE_HOSTNAME}'] },
    });
  });

  it('makes what the sample payments has', async () => {
    const files = await generate({ name: 'payments' });
    const own = Object.keys(files).filter((path) => !/^src\/|^openapi/.test(path));
    expect(own.length).toBeGreaterThan(9);
    for (const path of own) {
      const sample = join(workspaceRoot, 'apps/payments', path);
      const text = existsSync(sample) ? readFileSync(sample, 'utf8') : path;
      const usual = text
        // The samples leave the seconds to the environment, so that tests need not wait for them.
        .replace("'${PRE_STOP_SECONDS}'", '10')
        // And this one has a database.
        .replace(/ +# Where charges are kept[^]*?(?= +startupProbe)/, '');
      expect(usual).toBe(files[path]);
    }
  });

  it('makes what the sample inventory has, for what its HTTP host is', async () => {
    const files = await generate({ name: 'inventory', stack: 'go' });
    for (const name of [
      'answer',
      'body',
      'drain',
      'drain_test',
      'health',
      'host',
      'host_test',
      'metrics',
      'path',
      'trace',
    ])
      expect(readFileSync(join(workspaceRoot, `apps/inventory/${name}.go`), 'utf8')).toBe(files[`${name}.go`]);
  });

  it('answers what its API description says', async () => {
    for (const stack of ['node', 'go', 'python', 'dotnet']) {
      const files = await generate({ name: 'shipping', stack });
      const { paths, servers } = parse(files['openapi.yaml']!) as { paths: Paths; servers: unknown };
      expect(servers).toMatchObject([{ url: '/shipping' }]);
      const code = Object.entries(files).filter(([path]) => /\.(ts|go|py|cs)$/.test(path));
      // Routes of some come from the description, by the names of its operations.
      const names = ['node', 'python'].includes(stack) ? operationIdsOf(paths) : Object.keys(paths);
      expect(names.length).toBeGreaterThan(0);
      for (const name of names) expect(code.some(([, text]) => text.includes(name))).toBe(true);
    }
  });

  it.each<[string, RawOptions, string]>([
    ['no label', { name: 'Shipping' }, 'It must begin with a lower-case letter.'],
    ['no name', {}, 'It is empty.'],
    ['a second word', { name: 'shipping', _: ['go'] }, 'Unexpected argument: `go`.'],
    [
      'a misspelt option',
      { name: 'shipping', stak: 'go' },
      'Unknown option `--stak`.\n  hint: A similar option is `--stack`.',
    ],
    ['an option without a value', { name: 'shipping', stack: true }, 'There is no stack "true".'],
    ['a number', { name: 123 }, 'It must begin with a lower-case letter.'],
    ['a path', { name: '../x' }, 'It must begin with a lower-case letter.'],
    ['a long one', { name: 'x'.repeat(41) }, 'It has 41 characters; 40 are allowed.'],
    ['a word of YAML', { name: 'no' }, 'YAML does not read "no" as a text.'],
    ['a misspelt stack', { name: 'shipping', stack: 'pyton' }, 'Did you mean "python"?'],
    ['an unknown stack', { name: 'shipping', stack: 'cobol' }, 'Choose one of node, go, python, dotnet, none'],
    ['a stack that every object has', { name: 'shipping', stack: 'constructor' }, 'There is no stack "constructor".'],
    ['a port of root', { name: 'shipping', port: 80 }, '"80" cannot be its port.'],
    ['a port beyond all', { name: 'shipping', port: 65536 }, '"65536" cannot be its port.'],
    ['a port that is none', { name: 'shipping', port: 'http' }, '"http" cannot be its port.'],
    ['the port of metrics', { name: 'shipping', port: 9464 }, '"9464" cannot be its port: its metrics are there.'],
    ['half a port', { name: 'shipping', port: 8080.5 }, '"8080.5" cannot be its port.'],
    ['a suffix that is no path', { name: 'shipping', apiSuffix: '/shipping' }, 'cannot be the path of its API'],
    ['a project that exists', { name: 'taken' }, 'The project taken exists already, in libs/taken.'],
    ['a folder that exists', { name: 'folder' }, 'The folder apps/folder exists already.'],
  ])('refuses %s, and writes nothing', async (_, options, reason) => {
    const tree = newWorkspace();
    tree.write('libs/taken/project.json', '{"name": "taken"}');
    tree.write('apps/folder/notes.txt', '');
    const before = tree.listChanges().length;
    const error: unknown = await generateService(tree, options).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Refusal);
    expect((error as Refusal).explain()).toContain(reason);
    expect(tree.listChanges()).toHaveLength(before);
  });
});
