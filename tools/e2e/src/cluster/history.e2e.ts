import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { kubectlAs, tokenOf, writeKubeconfig } from '../../../scratch-workspace/src/cluster-account.ts';
import { kubectl, repositoryRoot } from '../../../scratch-workspace/src/platform.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';

/** The part of the log that the attacks are at. */
const part = 'poc-log.payments.0';

let workspace: ScratchWorkspace;
let preprod: string;
/** Holds the deployer's token and nothing else. */
let deployer: string;

beforeAll(async () => {
  workspace = await ScratchWorkspace.create('history');
  preprod = workspace.namespace('preprod');
  deployer = join(workspace.folder, '../deployer.json');
  await writeKubeconfig(deployer, [{ context: preprod, token: await tokenOf('deployer', preprod) }]);
  await workspace.taskSuccessfully(['run', 'payments:release']);
  // Policies hold a moment after they were made.
  await eventually(async () =>
    expect(await add({ 'x.begin': '' }, '--dry-run=server')).toMatch(/are added two at a time/),
  );
});
afterAll(async () => {
  rmSync(deployer, { force: true });
  await workspace.remove();
});

const attempt = async (args: readonly string[], input?: string) =>
  (await kubectlAs(deployer, [...args, '--namespace', preprod], input)).output;
const look = (args: readonly string[]) => kubectl([...args, '--namespace', preprod]);
const manager = '--field-manager=poc-deployer';
const patch = (body: object, ...options: string[]) =>
  attempt(['patch', 'configmap', part, '--type=merge', `--patch=${JSON.stringify(body)}`, ...options]);
const add = (data: Readonly<Record<string, string | null>>, ...options: string[]) =>
  patch({ data }, manager, ...options);
const now = (minutes = 0) => new Date(Date.now() + minutes * 60_000).toISOString();
const line = (at = now(), more: object = {}) => JSON.stringify({ at, build: '20261124-1', ...more });

interface MadePart {
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly data?: Readonly<Record<string, string>>;
  readonly more?: object;
}
const create = ({ name = part, labels = { 'poc.dev/log-of': 'payments' }, data = {}, more = {} }: MadePart) =>
  attempt(
    ['create', '--filename=-', manager, '--dry-run=server'],
    JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels, ...more }, data }),
  );

async function dataOf(name = part): Promise<Record<string, string>> {
  return (JSON.parse(await look(['get', 'configmap', name, '--output=json'])) as { data: Record<string, string> }).data;
}

interface ShownHistory {
  readonly environments: readonly {
    readonly environment: string;
    readonly records: readonly { readonly sequence: number }[];
    readonly logged: readonly { readonly sequence: number; readonly outcome: string }[];
  }[];
}
interface ShownAudit {
  readonly findings: readonly { readonly subject: string; readonly type: string; readonly says: string }[];
}

/** The line that is JSON, beside what Nx says. */
const jsonIn = (output: string) => output.split('\n').find((each) => each.startsWith('{')) ?? '';

async function findings(): Promise<string[]> {
  const { stdout } = await workspace.task(['run', 'infrastructure:audit', '--env=preprod', '--json']);
  const { findings: found } = JSON.parse(jsonIn(stdout)) as ShownAudit;
  return found.filter(({ subject }) => subject === 'payments in preprod').map(({ type }) => type);
}

describe('the log of deployments', () => {
  it('has a line of how a deployment began and one of how it ended, which agree with its record', async () => {
    const data = await dataOf();
    expect(Object.keys(data)).toEqual(['000001.begin', '000001.end']);
    const uid = await look(['get', 'controllerrevision', 'poc-payments-1', '--output=jsonpath={.metadata.uid}']);
    const begin = JSON.parse(data['000001.begin']!) as Record<string, unknown>;
    expect(begin).toMatchObject({ environment: 'preprod', record: uid, action: 'deploy' });
    expect(begin['provisioning']).toBeUndefined();
    expect(JSON.parse(data['000001.end']!)).toMatchObject({ outcome: 'succeeded' });
    expect(await findings()).toEqual([]);
  });

  it('is not changed by who deploys: no line is written over, taken away or added out of order', async () => {
    const changed = /A line of the log of deployments is neither changed nor removed/;
    expect(await add({ '000001.end': line(now(), { outcome: 'failed' }) })).toMatch(changed);
    expect(await add({ '000001.begin': null })).toMatch(changed);
    expect(await patch({ data: null }, manager)).toMatch(changed);
    const json = JSON.stringify([{ op: 'replace', path: '/data/000001.end', value: line() }]);
    expect(await attempt(['patch', 'configmap', part, '--type=json', `--patch=${json}`, manager])).toMatch(changed);
    const applied = JSON.stringify({
      ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: part }, data: { '000001.end': line() } },
    });
    const apply = ['apply', '--server-side', '--force-conflicts', '--filename=-', manager];
    expect(await attempt(apply, applied)).toMatch(changed);
    const order = /Lines are added to the end of the log/;
    expect(await add({ '000002.end': line() })).toMatch(order);
    expect(await add({ '000001.abort': line(), '000000.begin': line() })).toMatch(/A part of the log|added to the end/);
    expect(await add({ '000002.begin': line() }, '--dry-run=server')).toMatch(/patched/);
  });

  it('is not deleted, neither by who deploys nor by who has the garbage collector do it', async () => {
    const deleted = /The log of deployments is not deleted/;
    expect(await attempt(['delete', 'configmap', part])).toMatch(deleted);
    expect(await attempt(['delete', 'configmaps', '--all'])).toMatch(deleted);
    const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'gone', uid: crypto.randomUUID() }];
    const owned = /belongs to no other object/;
    expect(await patch({ metadata: { ownerReferences } }, manager)).toMatch(owned);
    const record = JSON.stringify({ metadata: { ownerReferences } });
    expect(
      await attempt(['patch', 'controllerrevision', 'poc-payments-1', '--type=merge', `--patch=${record}`]),
    ).toMatch(owned);
    // Were it permitted to, the policy would still refuse it.
    await look(['create', 'role', 'deletes-all', '--verb=deletecollection,update', '--resource=configmaps']);
    await look(['create', 'rolebinding', 'deletes', '--role=deletes-all', `--serviceaccount=${preprod}:deployer`]);
    const path = `/api/v1/namespaces/${preprod}/configmaps`;
    await eventually(async () => expect(await attempt(['delete', '--raw', path])).toMatch(deleted));
    const found = await look(['get', 'configmap', part, '--output=json']);
    expect(await attempt(['replace', '--filename=-', manager], found.replaceAll('succeeded', 'cancelled'))).toMatch(
      /neither changed nor removed/,
    );
    expect(Object.keys(await dataOf())).toEqual(['000001.begin', '000001.end']);
  });

  it('takes no line that says another time than now, also where the fields say when they were written', async () => {
    const late = /tells when it is written: now, which is/;
    expect(await add({ '000002.begin': line(now(-60)) })).toMatch(late);
    expect(await add({ '000002.begin': line('2020-01-01T00:00:00.000Z') })).toMatch(late);
    expect(await add({ '000002.begin': line(now(60)) })).toMatch(late);
    const fields = (name: string, time: string) => ({
      ...{ manager: name, operation: 'Update', apiVersion: 'v1', time, fieldsType: 'FieldsV1' },
      fieldsV1: { 'f:data': { 'f:000002.begin': {} } },
    });
    for (const name of ['poc-deployer', 'eve'])
      for (const time of ['2020-01-01T00:00:00Z', '2030-01-01T00:00:00Z']) {
        const body = {
          metadata: { managedFields: [fields(name, time)] },
          data: { '000002.begin': line(time.replace('Z', '.000Z')) },
        };
        expect(await patch(body, manager)).toMatch(/tells when it is written|is written as "poc-deployer"/);
      }
    expect(await patch({ data: { '000002.begin': line() } }, '--field-manager=eve')).toMatch(/is written as/);
    expect(
      await create({ name: 'poc-log.payments.1', data: { '000100.begin': line('2020-01-01T00:00:00.000Z') } }),
    ).toMatch(late);
  });

  it('takes nothing but lines, and no more than those of a hundred deployments in a part', async () => {
    expect(await add({ '000002.begin': line(now(), { text: 'x'.repeat(3000) }) })).toMatch(/2048 characters at most/);
    const many = Object.fromEntries(Array.from({ length: 3 }, (_, index) => [`00000${index + 2}.begin`, line()]));
    expect(await add(many)).toMatch(/two at a time/);
    expect(await add({ '000100.begin': line() })).toMatch(/A part of the log/);
    expect(await add({ '000002.begin': 'no line' })).toMatch(/as JSON that begins with the time/);
    expect(await patch({ binaryData: { more: 'AAAA' } }, manager)).toMatch(/consists of lines of text/);
    expect(await patch({ immutable: true }, manager)).toMatch(/consists of lines of text/);
    const named = /What is named poc-log\.SERVICE\.PART is of the log/;
    expect(await patch({ metadata: { annotations: { more: 'x'.repeat(100_000) } } }, manager)).toMatch(named);
    expect(await patch({ metadata: { labels: { more: 'x' } } }, manager)).toMatch(named);
    expect(await patch({ metadata: { labels: { 'poc.dev/log-of': 'orders' } } }, manager)).toMatch(named);
    expect(await patch({ metadata: { finalizers: ['eve.example/never'] } }, manager)).toMatch(named);
    const first = { '000001.begin': line() };
    expect(await create({ name: 'poc-log.orders.0', data: first })).toMatch(named);
    expect(await create({ name: 'poc-log.orders.0', labels: {}, data: first })).toMatch(named);
    expect(await create({ name: 'poc-log.more', data: first })).toMatch(named);
    expect(await create({ name: 'other', data: first })).toMatch(named);
    const unowned = { name: 'poc-log.orders.0', labels: { 'poc.dev/log-of': 'orders' } };
    // Its entry in managedFields would keep all others from adding lines.
    const applied = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: unowned, data: {} });
    expect(await attempt(['apply', '--server-side', '--filename=-', manager], applied)).toMatch(/is written as/);
    const orders = { name: 'poc-log.orders.0', labels: { 'poc.dev/log-of': 'orders' }, data: first };
    expect(await create(orders)).toMatch(/created \(server dry run\)/);
  });

  it('takes the longest lines of a part that has all others', async () => {
    const name = 'poc-log.longest.0';
    const longest = () => line(now(), { text: 'x'.repeat(1950) });
    const data: Record<string, string> = {};
    for (let sequence = 1; sequence < 99; sequence++)
      for (const which of ['begin', 'end', 'abort'])
        data[`0000${String(sequence).padStart(2, '0')}.${which}`] = longest();
    // As the administrator, whom the policy does not hold: two at a time would take long.
    const full = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, labels: { 'poc.dev/log-of': 'longest' } },
      data,
    };
    await kubectl(['create', '--filename=-', manager, '--namespace', preprod], JSON.stringify(full));
    const body = JSON.stringify({ data: { '000099.begin': longest(), '000099.end': longest() } });
    expect(await attempt(['patch', 'configmap', name, '--type=merge', `--patch=${body}`, manager])).toMatch(/patched/);
    await look(['delete', 'configmap', name]);
  });

  it('is read by readers, who write nothing to it', async () => {
    const readers = `${workspace.id}-readers`;
    const shipped = readFileSync(join(repositoryRoot, 'Infrastructure/kubernetes/reader.yaml'), 'utf8');
    const manifest = shipped.replaceAll('${NAMESPACE}', preprod).replaceAll('${READERS}', readers);
    await kubectl(['apply', '--filename=-'], manifest);
    const read = ['--as=eve', `--as-group=${readers}`];
    expect(await look(['get', 'configmap', part, '--output=name', ...read])).toBe(`configmap/${part}`);
    const body = `--patch=${JSON.stringify({ data: { '000002.begin': line() } })}`;
    await expect(look(['patch', 'configmap', part, '--type=merge', body, manager, ...read])).rejects.toThrow(
      /forbidden/,
    );
    await expect(look(['delete', 'configmap', part, ...read])).rejects.toThrow(/forbidden/);
  });
});

describe('records and their log', () => {
  it('are compared by the audit, and history goes on where the records end', async () => {
    // Nothing is deployed for that: by hand, as one does it who wants to hide something.
    const found = JSON.parse(await look(['get', 'controllerrevision', 'poc-payments-1', '--output=json'])) as Revision;
    await attempt(['create', '--filename=-'], JSON.stringify(recordOf(found, 2)));
    await unmark(1);
    await end(2);
    workspace.edit('apps/payments/src/main.ts', /^/, "console.log('another one');\n");
    await workspace.commit('feat(payments): another one');
    await workspace.taskSuccessfully(['run', 'payments:release']);
    expect(Object.keys(await dataOf())).toEqual(['000001.begin', '000001.end', '000003.begin', '000003.end']);
    // What was recorded a moment ago may still be logged.
    await eventually(async () => expect(await findings()).toEqual(['record-not-logged']), 120_000);
    // A record that has ended and is not the newest may be deleted.
    expect(await attempt(['delete', 'controllerrevision', 'poc-payments-1', 'poc-payments-2'])).toMatch(/deleted/);
    expect(await findings()).toEqual(['log-gap', 'record-gone']);
    const recreated = recordOf(found, 1);
    recreated.data = { gzip: 'H4sIAAAAAAAAA6uuBQBDv6ajAgAAAA==' };
    await attempt(['create', '--filename=-'], JSON.stringify(recreated));
    await end(1);
    expect(await findings()).toContain('record-differs-from-log');
    await look(['delete', 'controllerrevision', 'poc-payments-1']);
    const shown = await workspace.task(['run', 'payments:history', '--env=preprod', '--limit=50', '--json']);
    const { environments } = JSON.parse(jsonIn(shown.stdout)) as ShownHistory;
    expect(environments).toMatchObject([
      { environment: 'preprod', records: [{ sequence: 3 }], logged: [{ sequence: 1, outcome: 'succeeded' }] },
    ]);
    const text = await workspace.task(['run', 'payments:history', '--env=preprod', '--limit=50']);
    expect(text.output).toMatch(/record: none; this is its line in the log/);
  });
});

interface Revision {
  revision: number;
  data?: unknown;
  metadata: { name: string; labels: Record<string, string>; annotations: Record<string, string> };
}

function recordOf({ metadata, ...rest }: Revision, sequence: number): Revision {
  const kept = ['poc.dev/kinds', 'poc.dev/attempt', 'poc.dev/summary'];
  return {
    ...rest,
    revision: sequence,
    metadata: {
      name: `poc-payments-${sequence}`,
      labels: { 'poc.dev/record-of': 'payments', 'poc.dev/newest': 'true' },
      annotations: {
        ...Object.fromEntries(kept.map((key) => [key, metadata.annotations[key] ?? ''])),
        'poc.dev/sequence': String(sequence),
        'poc.dev/outcome': 'running',
      },
    },
  };
}

const unmark = (sequence: number) =>
  attempt(['label', 'controllerrevision', `poc-payments-${sequence}`, 'poc.dev/newest-']);
const end = async (sequence: number) => {
  const notes = [`poc.dev/finished-at=${now()}`, 'poc.dev/outcome=succeeded'];
  await attempt(['annotate', '--overwrite', 'controllerrevision', `poc-payments-${sequence}`, ...notes]);
  await unmark(sequence);
};

/** Tries again until it holds: policies follow objects within a second or so. */
async function eventually(check: () => Promise<void>, milliseconds = 60_000): Promise<void> {
  const deadline = Date.now() + milliseconds;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}
