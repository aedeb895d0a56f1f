import { Platform } from '../../model/build/platform.ts';
import { plainBuild } from '../../model/build/build-settings.ts';
import { errorRulesContract } from '../../../../contracts/src/error-rules-contract.ts';
import { Failure, Refusal } from '../../model/errors/product-error.ts';
import { ImageRef } from '../../model/image/image-ref.ts';
import { buildFailure, pushProblem, pushRules } from './engine-problems.ts';

const image = ImageRef.of('acr.example', 'orders', '20261124-1');
const push = (output: string) => ({ engine: 'docker', image, output });

describe('pushRules', () => {
  errorRulesContract(pushRules, [
    { foreign: push('denied: operation is disallowed'), type: 'registry-disallows', says: 'locked this tag' },
    {
      foreign: push('error getting credentials - err: exit status 1'),
      type: 'credential-helper-fails',
      says: '`docker login acr.example`',
    },
    {
      foreign: push('tls: failed to verify certificate: x509: unknown'),
      type: 'registry-certificate',
      says: '/etc/docker/certs.d/acr.example/ca.crt',
    },
    {
      foreign: push('unauthorized: authentication required'),
      type: 'registry-denies-access',
      says: 'Push access to orders at acr.example was denied.',
    },
    {
      foreign: push('http: server gave HTTP response to HTTPS client'),
      type: 'registry-without-tls',
      says: 'plain http',
    },
    { foreign: push('dial tcp: connection refused'), type: 'registry-unreachable', says: 'could not be reached' },
  ]);
});

describe('pushProblem', () => {
  it('refuses what a rule knows, with the last lines, and fails otherwise', () => {
    const refused = pushProblem('docker', image, ['a', 'b', 'c', 'd', 'e', 'denied']);
    expect(refused).toBeInstanceOf(Refusal);
    expect(refused.facts.evidence).toEqual(['b', 'c', 'd', 'e', 'denied']);
    const failed = pushProblem('docker', image, ['EOF']);
    expect(failed).toBeInstanceOf(Failure);
    expect(failed.facts).toMatchObject({ type: 'image-push-failed', evidence: ['EOF'] });
  });
});

describe('buildFailure', () => {
  const build = {
    context: '/w',
    dockerfile: '/w/Dockerfile',
    labels: {},
    images: [image],
    settings: plainBuild,
    sourceDate: new Date(0),
  };

  const pinned = ImageRef.of('acr.example', 'library/node', '24').withDigest(`sha256:${'a'.repeat(64)}`);
  const onNode = { ...build, baseImages: [{ name: 'acr.example/library/node:24', written: '$BASE', image: pinned }] };
  const byDigest = `acr.example/library/node@sha256:${'a'.repeat(64)}`;

  it.each([
    ['docker', `ERROR: failed to build: failed to solve: failed to resolve source metadata for ${byDigest}: not found`],
    ['podman', `Error: creating build container: initializing source docker://${byDigest}: pinging container registry`],
    ['docker', `Error response from daemon: manifest for ${byDigest} not found: manifest unknown`],
    ['docker', 'Error response from daemon: Get "https://acr.example/v2/": dial tcp: no such host'],
  ])('says that %s does not get an image which its registry has: %s', (engine, line) => {
    const told = buildFailure(engine, onNode, ['x', line]).explain();
    expect(told).toMatch(/does not get the image acr\.example\/library\/node\S* that this one is built from/);
    expect(told).toContain('though the registry acr.example says that it has it');
    expect(told).toContain(`\`${engine} login acr.example\``);
    expect(told).toContain(line);
  });

  it('does not say so of an image that nobody was asked for, or of another failure', () => {
    const other = 'ERROR: failed to solve: failed to resolve source metadata for docker.io/library/a:1: no such host';
    expect(buildFailure('docker', onNode, [other]).explain()).toContain('does not get the image docker.io/library/a:1');
    expect(buildFailure('docker', onNode, [other]).explain()).not.toContain('says that it has it');
    expect(buildFailure('docker', onNode, ['npm: not found']).facts.reason).toBe('docker build ended with an error.');
  });

  it.each([
    [
      'DEPRECATED: The legacy builder is deprecated and will be removed in a future release.',
      '            BuildKit is currently disabled; enable it by removing the DOCKER_BUILDKIT=0',
      '            environment-variable.',
    ],
    [
      'DEPRECATED: The legacy builder is deprecated and will be removed in a future release.',
      '            Install the buildx component to build images with BuildKit:',
      '            https://docs.docker.com/go/buildx/',
    ],
  ])("leaves docker's notice of the legacy builder out of the evidence", (...notice) => {
    const lines = [...notice, 'Step 1/2 : FROM scratch', 'COPY failed: no such file'];
    expect(buildFailure('docker', build, lines).facts.evidence).toEqual([
      'Step 1/2 : FROM scratch',
      'COPY failed: no such file',
    ]);
  });

  it.each([
    ['docker', ['#9 [linux/arm64 2/2] RUN make', '#9 0.1 exec /bin/sh: exec format error'], 'linux/arm64'],
    ['podman', ['STEP 2/2: RUN make', 'exec container process `/bin/sh`: Exec format error'], 'linux/s390x'],
  ])('says of %s that nothing emulates the platform', (engine, lines, platform) => {
    const platforms = [Platform.parse('linux/s390x')!];
    const failed = buildFailure(engine, { ...build, settings: { ...plainBuild, platforms } }, lines).explain();
    expect(failed).toContain(`${engine} has nothing that emulates the platform ${platform} here`);
    expect(failed).toContain('qemu-user-static');
  });
});
