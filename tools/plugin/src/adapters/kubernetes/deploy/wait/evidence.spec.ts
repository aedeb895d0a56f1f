import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  samplePassword,
  samplePem,
  samplePemParts,
  sampleTokens,
} from '../../../../../../contracts/src/secret-samples.ts';
import { KubernetesApi } from '../../client/api.ts';
import { evidenceOf, warningsAbout } from './evidence.ts';

/** Warnings of a busy namespace, in the order of their names, as an API server gives them. */
const warnings = [
  ...Array.from({ length: 1200 }, (_, index) => ({ name: `a-${index}`, reason: 'Unhealthy' })),
  { name: 'orders', reason: 'ReplicaSetCreateError' },
  { name: 'orders-1', reason: 'FailedMount' },
].map(({ name, reason }) => ({
  involvedObject: { kind: 'Pod', name },
  reason,
  message: 'It failed.',
  lastTimestamp: '2026-11-24T12:00:00Z',
}));

/** The log of every pod. */
let log = '';

const server = createServer(({ url = '' }, response) => {
  const { pathname, searchParams } = new URL(url, 'http://cluster');
  if (pathname.endsWith('/log')) return void response.end(log);
  const name = /involvedObject\.name=([^,]+)/.exec(searchParams.get('fieldSelector') ?? '')?.[1];
  const found = warnings.filter(({ involvedObject }) => name === undefined || involvedObject.name === name);
  const items = found.slice(0, Number(searchParams.get('limit') ?? found.length));
  response.end(JSON.stringify({ kind: 'EventList', items }));
});
let api: KubernetesApi;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  api = new KubernetesApi({ context: 'fake', server: address, tls: {}, headers: async () => ({}) });
});
afterAll(() => {
  api.close();
  server.close();
});

it('finds the warnings about the suspects among the thousands of a busy namespace', async () => {
  expect(await warningsAbout(api, 'shop', new Set(['orders-1', 'orders', 'orders-2']))).toEqual([
    'event of Pod orders-1: FailedMount: It failed.',
    'event of Pod orders: ReplicaSetCreateError: It failed.',
  ]);
});

it('tells once of what differs by the name of a pod only', async () => {
  const forbidden = (pod: string) =>
    `Error creating: pods "orders-7d4b9c-${pod}" is forbidden: [cpu is 20m, memory is 64Mi]`;
  for (const [index, message] of [forbidden('x2x4z'), forbidden('b74k6'), 'Something else'].entries())
    warnings.push({
      involvedObject: { kind: 'ReplicaSet', name: 'orders-7d4b9c' },
      reason: 'FailedCreate',
      message,
      lastTimestamp: `2026-11-24T12:00:0${index}Z`,
    });
  expect(await warningsAbout(api, 'shop', new Set(['orders-7d4b9c']))).toEqual([
    `event of ReplicaSet orders-7d4b9c: FailedCreate: ${forbidden('b74k6')}`,
    'event of ReplicaSet orders-7d4b9c: FailedCreate: Something else',
  ]);
});

describe('evidence with secrets in it', () => {
  const ended = { exitCode: 1, reason: 'Error', message: '' };
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'orders-9' },
    status: {
      phase: 'Running',
      containerStatuses: [{ name: 'orders', restartCount: 3, state: { terminated: ended } }],
    },
  };
  const secrets = [samplePassword, sampleTokens['GitHub']!, ...samplePemParts];
  const pem = samplePem();

  it.each([
    ['lines', `starting\npostgres://u:${samplePassword}@db\nToken ${sampleTokens['GitHub']}\n${pem}\nstopped`],
    ['the end of a key', `${pem.split('\n').slice(2).join('\n')}\nstopped`],
    ['a line that is cut off where it is shown', `${'x'.repeat(380)} postgres://u:${samplePassword}@db\nstopped`],
    ['a log that is cut off in a token', `stopped\n${'x '.repeat(10_000)}https://u:${samplePassword}`],
  ])('shows none of them: %s', async (_, text) => {
    log = text;
    const shown = (await evidenceOf(api, 'shop', 'orders', [pod])).join('\n');
    expect(shown).toContain('stopped');
    for (const secret of [...secrets, samplePassword.slice(0, 6)]) expect(shown).not.toContain(secret);
  });

  it('shows none of those in events', async () => {
    const message = `Readiness probe failed: ${'x'.repeat(340)} postgres://u:${samplePassword}@db\n${pem}`;
    const involvedObject = { kind: 'Pod', name: 'orders-8' };
    warnings.push({ involvedObject, reason: 'Unhealthy', message, lastTimestamp: '2026-11-24T12:00:00Z' });
    const [shown] = await warningsAbout(api, 'shop', new Set(['orders-8']));
    expect(shown).toContain('Readiness probe failed');
    for (const secret of [...secrets, samplePassword.slice(0, 6)]) expect(shown).not.toContain(secret);
  });
});
