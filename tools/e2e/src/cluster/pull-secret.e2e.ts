import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { kubectl } from '../../../scratch-workspace/src/platform.ts';
import { runSuccessfully } from '../../../scratch-workspace/src/run-command.ts';

const [user, password] = ['ada', 's3:cret'];
/** `htpasswd -nbB -C 4 ada s3:cret`. */
const passwordHash = '$2b$04$B7OSXsjxVRacDO4nkfVEgOSKKwNpiAXSETJP.NYsBRFXxSSV4LLDa';

/** An address of this machine that is not its loopback, where plain http would do. */
const address = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
const host = `${address}:${5300 + (process.pid % 100)}`;
const namespace = `e2e-pull-${process.pid}`;
const image = `${host}/guest:1`;
/** The smallest image that the platform brings along. */
const smallest = '127.0.0.1:5000/pause:3.10';
/** Where docker, and the nodes with it, look for the authority of a registry. */
const trusted = join('/etc/docker/certs.d', host);

let folder: string;
let registry: ChildProcess;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'poc registry '));
  const [key, certificate] = [join(folder, 'tls.key'), join(folder, 'tls.crt')];
  const subject = ['-subj', '/CN=registry', '-addext', `subjectAltName=IP:${address}`];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await runSuccessfully('openssl', ['req', '-x509', ...curve, '-keyout', key, '-out', certificate, ...subject]);
  mkdirSync(trusted, { recursive: true });
  await runSuccessfully('cp', [certificate, join(trusted, 'ca.crt')]);
  writeFileSync(join(folder, 'htpasswd'), `${user}:${passwordHash}\n`);
  const settings = {
    version: 0.1,
    http: { addr: host, tls: { key, certificate } },
    storage: { filesystem: { rootdirectory: join(folder, 'data') } },
    auth: { htpasswd: { realm: 'test', path: join(folder, 'htpasswd') } },
  };
  writeFileSync(join(folder, 'config.yml'), JSON.stringify(settings));
  registry = spawn('docker-registry', ['serve', join(folder, 'config.yml')], { stdio: 'ignore' });
  await pushImage();
  await kubectl(['create', 'namespace', namespace]);
  await kubectl(['apply', '--server-side', '--force-conflicts', '--filename=-'], defaultAccount);
});
afterAll(async () => {
  registry.kill();
  rmSync(folder, { recursive: true, force: true });
  rmSync(trusted, { recursive: true, force: true });
  await kubectl(['delete', 'namespace', '--ignore-not-found', namespace, '--wait=false']);
});

it('a pod gets no image from a registry with a password', async () => {
  await kubectl(['apply', '--filename=-'], pod('stranger'));
  const reason = '{.status.containerStatuses[0].state.waiting.reason}';
  const wait = ['wait', 'pod/stranger', '--namespace', namespace, '--timeout=60s'];
  await kubectl([...wait, `--for=jsonpath=${reason}=ImagePullBackOff`]);
  const events = ['get', 'events', '--namespace', namespace, '--output=jsonpath={.items[*].message}'];
  expect(await kubectl(events)).toMatch(/no basic auth credentials|401 Unauthorized/);
});

it("gets it with the secret that the namespace's account names, over TLS", async () => {
  const login = ['--docker-server', host, '--docker-username', user!, '--docker-password', password!];
  await kubectl(['create', 'secret', 'docker-registry', 'registry', '--namespace', namespace, ...login]);
  await kubectl(['apply', '--filename=-'], pod('guest'));
  await kubectl(['wait', 'pod/guest', '--namespace', namespace, '--for=condition=Ready', '--timeout=60s']);
});

/** Puts an image there, with settings of docker that nobody else has. */
async function pushImage(): Promise<void> {
  const env = { DOCKER_CONFIG: join(folder, 'docker') };
  const docker = (args: readonly string[], input?: string) =>
    runSuccessfully('docker', args, { env, ...(input === undefined ? {} : { input }) });
  const deadline = Date.now() + 10_000;
  const login = () => docker(['login', '--username', user!, '--password-stdin', host], password);
  while (
    await login().then(
      () => false,
      (error: unknown) => Date.now() < deadline || Promise.reject(error),
    )
  );
  await docker(['pull', '--quiet', smallest]);
  await docker(['tag', smallest, image]);
  await docker(['push', '--quiet', image]);
  await docker(['rmi', image]);
}

/** As Infrastructure/kubernetes/namespace.yaml has it. */
const defaultAccount = JSON.stringify({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name: 'default', namespace },
  imagePullSecrets: [{ name: 'registry' }],
});

function pod(name: string): string {
  const container = { name: 'guest', image, imagePullPolicy: 'Always' };
  const spec = { terminationGracePeriodSeconds: 0, containers: [container] };
  return JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace }, spec });
}
