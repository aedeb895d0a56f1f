import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import {
  samplePassword,
  samplePem,
  samplePemParts,
  sampleTokens,
} from '../../../../../../contracts/src/secret-samples.ts';
import { KubernetesApi } from '../../client/api.ts';
import { JobLogs } from './job-logs.ts';

const token = sampleTokens['Stripe']!;
const text = [
  'migrating',
  `connect to postgres://u:${samplePassword}@db failed`,
  `using ${token}`,
  samplePem('RSA '),
  `${'x'.repeat(1990)} https://u:${samplePassword}@host`,
  'done',
  '',
].join('\n');

/** Sends a log in pieces, none of which holds a whole word. */
const server = createServer(async (_, response) => {
  for (let at = 0; at < text.length; at += 7) {
    response.write(text.slice(at, at + 7));
    if (at % 70 === 0) await pause(1);
  }
  response.end();
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

it('passes on no secret, however the lines arrive', async () => {
  const lines: string[] = [];
  const logs = new JobLogs(api, 'shop', (line) => lines.push(line), new AbortController().signal);
  const state = { running: { startedAt: '2026-11-24T12:00:00Z' } };
  const status = { containerStatuses: [{ name: 'orders', restartCount: 0, state }] };
  logs.take({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'migrate-1', uid: 'p1' }, status });
  await logs.end(60_000);
  expect(lines.at(-1)).toBe('done');
  expect(lines[1]).toBe('connect to postgres://u:***@db failed');
  for (const shown of [lines, logs.last])
    for (const secret of [samplePassword, samplePassword.slice(0, 6), token.slice(10), ...samplePemParts])
      expect(shown.join('\n')).not.toContain(secret);
});
