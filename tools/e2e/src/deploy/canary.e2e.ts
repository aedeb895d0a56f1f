import { setTimeout as pause } from 'node:timers/promises';
import { RealPrometheus, type ScrapeTarget } from '../../../simulators/src/real-prometheus.ts';
import { askOnce } from '../../../scratch-workspace/src/clients/ask-once.ts';
import { freePort } from '../../../simulators/src/registries/real-registry.ts';
import { kubectl, platform } from '../../../scratch-workspace/src/platform.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';
import { startLoad } from '../../../load/src/gateway-load.ts';

let workspace: ScratchWorkspace;
let first: string;

const preprod = () => workspace.namespace('preprod');
const jsonOf = async (kind: string, name: string) =>
  JSON.parse(await kubectl(['get', kind, name, `--namespace=${preprod()}`, '--output=json'])) as {
    metadata: { annotations: Record<string, string> };
    spec: { rules: { backendRefs: { name: string; weight?: number }[] }[] };
  };
const runningBuild = async () => (await jsonOf('deployment', 'payments')).metadata.annotations['poc.dev/build-number'];
const rules = async () => (await jsonOf('httproute', 'payments')).spec.rules;

/** Builds a release, and deploys it nowhere. */
async function build(text: string): Promise<string> {
  workspace.edit('apps/payments/src/main.ts', /^(\/\/ .*;\n)?/, `// ${text};\n`);
  await workspace.commit(`feat(payments): ${text}`);
  await workspace.taskSuccessfully(['run', 'payments:docker-release']);
  const output = await workspace.taskSuccessfully(['run', 'payments:git-tag']);
  return /\d{8}-\d+/.exec(output)![0];
}

/** Does something while requests come, none of which may fail. */
async function underLoad(work: () => Promise<void>): Promise<void> {
  const load = await startLoad(workspace.hostname, '/payments/healthz/ready', { mostSeconds: 600 });
  try {
    await work();
    // What comes late counts, too.
    await pause(2000);
  } finally {
    const result = await load.stop();
    console.log(`${result.requests} requests, failed: ${JSON.stringify(result.failed)}`);
    expect(result.failed).toEqual({});
  }
}

async function expectNoCanary(): Promise<void> {
  const found = await kubectl(['get', 'deployment,service', `--namespace=${preprod()}`, '--output=name']);
  expect(found).not.toContain('canary');
  expect(await rules()).toMatchObject([{ backendRefs: [{ name: 'payments' }] }]);
  expect(await rules()).toHaveLength(1);
}

/** Begins to deploy a release, beside what is done meanwhile. */
const begin = async (tag: string, ...options: string[]) =>
  (await workspace.startNx(['run', 'payments:k8s-deploy', '--env=preprod', `--tag=${tag}`, ...options])).ended;

/** Waits until a canary has a share. */
async function share(weight: number): Promise<void> {
  for (;;) {
    const [rule] = await rules();
    if (rule!.backendRefs.some((ref) => ref.name === 'payments-canary' && ref.weight === weight)) return;
    await pause(200);
  }
}

beforeAll(async () => {
  workspace = await ScratchWorkspace.create('canary', { keep: ['preStop'] });
  await workspace.taskSuccessfully(['run', 'payments:release']);
  first = (await runningBuild())!;
});
afterAll(() => workspace.remove());

it('loses no request while a canary comes, grows and is promoted, and shows it meanwhile', async () => {
  const second = await build('second');
  await underLoad(async () => {
    const deploying = begin(second, '--canary=20%,60%', '--pause=6s');
    await share(20);
    const status = await workspace.taskSuccessfully(['run', 'payments:status', '--env=preprod']);
    expect(status).toMatch(new RegExp(`canary ${second} [26]0%`));
    expect(status).toContain(`${first} `);
    const { output, code } = await deploying;
    expect({ output, code }).toMatchObject({ code: 0 });
    expect(output).toMatch(/runs in preprod .*0 of \d+ requests lost/);
  });
  expect(await runningBuild()).toBe(second);
  await expectNoCanary();
  const history = await workspace.taskSuccessfully(['run', 'payments:history', '--env=preprod']);
  expect(history).toContain('deploy (canary 20%, 60%)');
}, 600_000);

it('loses no request while one is aborted in its time, by another command', async () => {
  const before = await runningBuild();
  const third = await build('third');
  await underLoad(async () => {
    const deploying = begin(third, '--canary=100%', '--pause=30m');
    await share(100);
    const aborted = await workspace.taskSuccessfully(['run', 'payments:canary', '--abort', '--env=preprod']);
    expect(aborted).toContain(`payments ${third}: its canary is gone from preprod`);
    const { output, code } = await deploying;
    expect(code).toBe(1);
    expect(output).toMatch(/aborted it\./);
    expect(output).toContain('what served before serves all requests');
  });
  expect(await runningBuild()).toBe(before);
  await expectNoCanary();
}, 600_000);

/** Returns where the pods of preprod show their metrics, as their annotations tell. */
async function scrapedPods(): Promise<ScrapeTarget[]> {
  const { items } = JSON.parse(await kubectl(['get', 'pods', `--namespace=${preprod()}`, '--output=json'])) as {
    items: {
      metadata: { name: string; namespace: string; annotations?: Record<string, string> };
      status: { podIP?: string };
    }[];
  };
  return items.flatMap(({ metadata: { name: pod, namespace, annotations = {} }, status: { podIP } }) =>
    annotations['prometheus.io/scrape'] === 'true' && podIP !== undefined
      ? [{ address: `${podIP}:${annotations['prometheus.io/port']}`, labels: { namespace, pod } }]
      : [],
  );
}

/** Does something while clients ask for a charge that is not there. @returns what they were answered, and how often. */
async function whileClientsAsk(work: () => Promise<void>): Promise<Map<string, number>> {
  const url = `${(await platform()).gateway}/payments/charges/none`;
  const answers = new Map<string, number>();
  const count = (answer: string | undefined) =>
    void answers.set(answer ?? 'good', (answers.get(answer ?? 'good') ?? 0) + 1);
  const clients = setInterval(() => void askOnce({ url, host: workspace.hostname }).then(count), 50);
  await work().finally(() => clearInterval(clients));
  return answers;
}

describe('one that Prometheus judges, too', () => {
  const environment = 'Infrastructure/environments/preprod.yaml';
  let prometheus: RealPrometheus;
  let before: string;

  beforeAll(async () => {
    prometheus = await RealPrometheus.start(scrapedPods);
    before = workspace.read(environment);
    // Of how fast they are on a busy machine nothing is shown here.
    const checks = '[{ name: errors }, { name: latency, max: 60 }]';
    workspace.write(environment, `${before}canary: { prometheus: { url: '${prometheus.url}', checks: ${checks} } }\n`);
  }, 300_000);
  afterAll(async () => {
    workspace.write(environment, before);
    await prometheus.stop();
  });

  it('is promoted with good figures, and goes on to another environment as a canary', async () => {
    const serving = await runningBuild();
    await workspace.approved(['run', 'payments:promote', '--to=prod', `--tag=${serving}`]);
    const good = await build('good for clients');
    await whileClientsAsk(async () => {
      const { output, code } = await begin(good, '--canary=50%', '--pause=12s');
      expect({ output, code }).toMatchObject({ code: 0 });
      expect(output).toContain('judged by Prometheus, too (errors, latency)');
      expect(output).toMatch(/Prometheus has \d+ requests, errors 0, latency [\d.]+/);
    });
    expect(await runningBuild()).toBe(good);
    await expectNoCanary();
    const promoted = await workspace.approved(['run', 'payments:promote', '--to=prod', '--canary=50%', '--pause=4s']);
    expect(promoted).toMatch(new RegExp(`canary ${good}: gets 50% of the requests, for 4 s\n`));
    expect(promoted).toMatch(new RegExp(`payments ${good}: runs in prod`));
  }, 600_000);

  it('is aborted for what only clients meet with: the probe does not ask there', async () => {
    const serving = await runningBuild();
    const path = 'apps/payments/src/charge-operations.ts';
    const source = workspace.read(path);
    workspace.edit(path, 'const charge = await ledger.find(id)', "if (id) throw new Error('broken');\n      $&");
    const broken = await build('broken for clients');
    const answers = await whileClientsAsk(async () => {
      const { output, code } = await begin(broken, '--canary=50%', '--pause=10m');
      expect({ output, code }).toMatchObject({ code: 1 });
      expect(output).toMatch(/With 50% of the requests, Prometheus has errors [\d.]+, over its limit 0\.01/);
      expect(output).toContain('what served before serves all requests');
    });
    // Each of its answers was bad, and nobody else's.
    expect([...answers.keys()].sort()).toEqual(['answer 404', 'answer 500']);
    expect(await runningBuild()).toBe(serving);
    await expectNoCanary();
    workspace.write(path, source);
  }, 600_000);

  it('is refused before anything when it is away', async () => {
    const url = `http://127.0.0.1:${await freePort('127.0.0.1')}`;
    workspace.write(environment, `${before}canary: { prometheus: { url: '${url}' } }\n`);
    const { output, code } = await begin(first, '--force', '--canary=50%');
    expect(code).toBe(2);
    expect(output).toContain(`Prometheus at ${url} cannot be asked for requests: ECONNREFUSED.`);
  });
});

it('takes a bad one away by itself, before any client gets to it', async () => {
  const before = await runningBuild();
  // What comes from the gateway fails, what kubelets ask does not.
  const bad = `import http from 'node:http';
const emit = http.Server.prototype.emit as (...args: unknown[]) => boolean;
http.Server.prototype.emit = function (this: unknown, ...args: unknown[]) {
  const [name, request, answer] = args as [string, http.IncomingMessage, http.ServerResponse];
  if (name !== 'request' || request.headers['x-request-id'] === undefined) return emit.apply(this, args);
  answer.writeHead(500).end();
  return true;
} as never;
`;
  workspace.edit('apps/payments/src/main.ts', /$/, bad);
  const fourth = await build('fourth');
  await underLoad(async () => {
    const { output, code } = await begin(fourth, '--canary=10%', '--pause=4s');
    expect(code).toBe(1);
    expect(output).toContain('Requests to the canary alone did not succeed: ');
  });
  expect(await runningBuild()).toBe(before);
  await expectNoCanary();
}, 600_000);

it('refuses bad shares before anything', async () => {
  for (const [option, reason] of [
    ['--canary=0%', /Expected shares of the requests from 1% to 100%/],
    ['--canary=50%,10%', /Expected shares that grow/],
    ['--pause=5m', /--pause is given without --canary/],
  ] as const) {
    const { output, code } = await begin(first, option);
    expect(code).toBe(2);
    expect(output).toMatch(reason);
  }
});
