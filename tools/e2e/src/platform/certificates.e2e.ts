import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { clusterFiles } from '../../../local-platform/src/cluster/settings.ts';
import { platformFolders } from '../../../local-platform/src/storage/folders.ts';
import { kubectl } from '../../../scratch-workspace/src/platform.ts';

const files = clusterFiles(platformFolders());
const read = (name: string) => readFileSync(join(files.certificates, name), 'utf8');

/** What a caller shows, by the name of its certificate's files; nothing without one. */
const shown = (name: string | undefined) =>
  name === undefined ? {} : { cert: read(`${name}.crt`), key: read(`${name}.key`) };

/** Returns the status of an answer, or `refused` where the connection was ended. */
function statusOf(url: string, certificate?: string, headers: Record<string, string> = {}, body?: string) {
  const options = {
    ...shown(certificate),
    headers,
    method: body === undefined ? 'GET' : 'POST',
    agent: false as const,
  };
  return new Promise<{ status: number | 'refused'; allowed: unknown }>((resolve) => {
    const call = request(url, { ...options, rejectUnauthorized: false }, (answer) => {
      answer.resume();
      resolve({ status: answer.statusCode ?? 0, allowed: answer.headers['access-control-allow-origin'] });
    });
    call.on('error', () => resolve({ status: 'refused', allowed: undefined }));
    call.end(body);
  });
}

const etcd = 'https://127.0.0.1:2379';
const kubelet = 'https://10.95.0.1:10250';
const api = 'https://10.95.0.1:6443';

describe('the store', () => {
  it.each([undefined, 'admin', 'kubelet', 'gateway', 'envoy'])(
    'knows no caller with the certificate %s',
    async (name) => {
      expect((await statusOf(`${etcd}/health`, name)).status).toBe('refused');
    },
  );

  it.each([undefined, 'admin'])('knows no other member with the certificate %s', async (name) => {
    expect((await statusOf('https://127.0.0.1:2380/members', name)).status).toBe('refused');
  });

  it('answers the API server, and speaks nothing that a browser does', async () => {
    const origin = { origin: 'https://evil.example' };
    expect(await statusOf(`${etcd}/health`, 'etcd-client', origin)).toEqual({ status: 200, allowed: undefined });
    const range = JSON.stringify({ key: 'Lw==', range_end: 'AA==', limit: 1 });
    expect((await statusOf(`${etcd}/v3/kv/range`, 'etcd-client', origin, range)).status).toBe(404);
  });
});

describe('the kubelet', () => {
  it.each([
    [undefined, 401],
    ['gateway', 401],
    ['kubelet-server', 401],
    ['proxy', 403],
    ['contour', 403],
    ['coredns', 403],
    ['load-balancer', 403],
    ['kubelet-client', 200],
  ])('answers the certificate %s with %s', async (name, status) => {
    expect((await statusOf(`${kubelet}/pods`, name)).status).toBe(status);
  });

  it('lets nobody into a container but the API server', async () => {
    const exec = `${kubelet}/run/kube-system/a-pod/a-container`;
    expect((await statusOf(exec, 'proxy', {}, 'cmd=id')).status).toBe(403);
    // It is allowed, and there is no such pod.
    expect((await statusOf(exec, 'kubelet-client', {}, 'cmd=id')).status).toBe(404);
  });
});

describe('the API server', () => {
  it('knows servers by no certificate of theirs', async () => {
    const who = `${api}/apis/authentication.k8s.io/v1`;
    for (const name of ['gateway', 'kubelet-server', 'etcd-client', 'envoy'])
      expect([name, (await statusOf(who, name)).status]).not.toEqual([name, 200]);
    expect((await statusOf(who, 'proxy')).status).toBe(200);
  });

  it.each([
    ['coredns', 'list', 'secrets'],
    ['coredns', 'create', 'pods'],
    ['contour', 'create', 'pods'],
    ['contour', 'update', 'secrets'],
    ['kube-apiserver-kubelet-client', 'list', 'secrets'],
    ['kube-apiserver-kubelet-client', 'create', 'pods'],
  ])('gives %s no right to %s %s', async (user, verb, resource) => {
    const answer = await kubectl(['auth', 'can-i', verb, resource, '--all-namespaces', `--as=${user}`]).catch(String);
    expect(answer).toContain('no');
    expect(answer).not.toContain('yes');
  });
});

describe('Contour', () => {
  /** Returns whether it begins to speak, or ends the connection. */
  const speaksTo = (name: string | undefined) =>
    new Promise<boolean>((resolve) => {
      const options = { host: '127.0.0.1', port: 10801, ALPNProtocols: ['h2'], rejectUnauthorized: false };
      const socket = connect({ ...options, ...shown(name) });
      socket.on('data', () => (resolve(true), socket.destroy()));
      socket.on('error', () => resolve(false));
      socket.on('close', () => resolve(false));
    });

  it('tells the keys of the gateway to nobody but Envoy', async () => {
    for (const name of [undefined, 'admin', 'gateway', 'kubelet'])
      expect([name, await speaksTo(name)]).toEqual([name, false]);
    expect(await speaksTo('envoy')).toBe(true);
  });
});
