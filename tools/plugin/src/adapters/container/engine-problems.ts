import { refusalBy, type ErrorRule } from '../../model/errors/error-rules.ts';
import { Failure, Refusal } from '../../model/errors/product-error.ts';
import type { Platform } from '../../model/build/platform.ts';
import { registrySetting } from '../../model/environment/environment.ts';
import type { ImageRef } from '../../model/image/image-ref.ts';
import type { ImageBuild } from '../../ports/container-engine.ts';

/** Docker's notice before a build without BuildKit; it has nothing to do with the build's end. */
const legacyBuilderNotice =
  /^DEPRECATED: The legacy builder is deprecated|^\s*BuildKit is currently disabled|^\s*environment-variable\.$|^\s*Install the buildx component|^\s*https:\/\/docs\.docker\.com\/go\/buildx\/$/;

/** The message of Linux on a program for another processor, where nothing emulates that. */
const otherProcessor = /exec format error/i;

/** Returns the failure of a build, with the last lines of its output. */
export function buildFailure(engine: string, build: ImageBuild, lastLines: readonly string[]): Failure {
  const { dockerfile, images } = build;
  return new Failure({
    type: 'image-build-failed',
    doing: `build the image ${images[0]?.tagged ?? ''} from ${dockerfile}`,
    ...(otherProcessor.test(lastLines.join('\n'))
      ? notEmulated(engine, build, lastLines)
      : (notPulled(engine, build, lastLines) ?? {
          reason: `${engine} build ended with an error.`,
          remedy: 'Fix the step that its last lines show, then run the same command again.',
        })),
    evidence: lastLines.filter((line) => !legacyBuilderNotice.test(line)).slice(-20),
  });
}

/** How builders say that they do not get an image: BuildKit, podman, and the server of docker at a pull. */
const lostImage =
  /failed to resolve source metadata for (\S+): |(?:initializing|copy from) source docker:\/\/(\S+): |^Error response from daemon: (?:pull access denied for ([^\s,]+)|manifest for (\S+) not found|(?:Get|Head) "https?:\/\/)/m;

/** A builder has a network, logins and certificates of its own. @returns undefined where it did not fail for an image. */
function notPulled(engine: string, { baseImages = [] }: ImageBuild, lastLines: readonly string[]) {
  const lost = lostImage.exec(lastLines.join('\n'));
  if (!lost) return undefined;
  const named = lost.slice(1).find((each) => each !== undefined);
  const name = named ?? (baseImages.length === 1 ? baseImages[0]!.name : undefined);
  const asked = baseImages.find(({ image, name }) => named === undefined || isOf(named, image, name));
  const host = asked?.image.registry ?? 'REGISTRY';
  return {
    reason: `${engine} does not get the image${name === undefined ? '' : ` ${name}`} that this one is built from${asked ? `, though the registry ${host} says that it has it` : ''}.`,
    remedy: `Its builder has a network, logins and certificates of its own: log in (\`${engine} login ${host}\`), give the builder the proxy, or set it up for a registry in plain http or with an authority of its own (docker: insecure-registries in daemon.json, or buildkitd.toml of the builder; podman: registries.conf); then run the same command again.`,
  };
}

function isOf(named: string, image: ImageRef, name: string): boolean {
  return named === name || named.startsWith(`${image.registry}/${image.repository}`);
}

function notEmulated(engine: string, { settings: { platforms } }: ImageBuild, lastLines: readonly string[]) {
  // BuildKit writes it before the step: `[linux/arm64 2/2] RUN`; podman before the platform's first one.
  const [, told] = /\[(linux\/[a-z0-9/]+)[ \]][^[]*$/.exec(lastLines.join('\n')) ?? [];
  const platform = told ?? (platforms.join(' or ') || 'of its base image');
  return {
    reason: `A step of the build starts a program for another processor, and ${engine} has nothing that emulates the platform ${platform} here.`,
    remedy:
      'Install an emulation (Debian: `apt-get install qemu-user-static binfmt-support`; with docker: `docker run --privileged --rm tonistiigi/binfmt --install all`), let the step run on the builder (`FROM --platform=$BUILDPLATFORM`), or choose a builder with a node of that platform; then run the same command again.',
  };
}

/** Returns the refusal of docker's builders that can write one platform only. */
export function severalPlatforms(builder: 'legacy' | 'server', platforms: readonly Platform[]): Refusal {
  const what = builder === 'legacy' ? 'the legacy builder' : 'the builder inside its server (the driver `docker`)';
  return new Refusal({
    type: 'engine-builds-one-platform',
    doing: `build an image for ${platforms.join(' and ')}`,
    reason: `docker would build it with ${what}, which writes one platform at a time.`,
    remedy: `${builder === 'legacy' ? 'Install the plug-in buildx, choose' : 'Choose'} another builder with \`docker buildx create --use\`, or build with podman (POC_CONTAINER_ENGINE=podman); then run the same command again.`,
  });
}

/** Returns the refusal of a builder that does not answer. @param trouble why, as docker says it. */
export function silentBuilder(trouble: string): Refusal {
  const chosen = process.env['BUILDX_BUILDER'];
  const name = chosen ? ` ${chosen}` : '';
  return new Refusal({
    type: 'builder-does-not-answer',
    doing: 'find the builder of docker',
    reason: `The builder${name} that is chosen (${chosen ? 'BUILDX_BUILDER' : '`docker buildx use`'}) cannot build now: ${trouble}.`,
    remedy: `Start it (\`docker buildx inspect --bootstrap${name}\` tries to), choose another one of \`docker buildx ls\` with \`docker buildx use\`, or build with podman (POC_CONTAINER_ENGINE=podman).`,
  });
}

/** A push that failed. */
interface FailedPush {
  readonly engine: string;
  readonly image: ImageRef;
  readonly output: string;
}

const unreachable =
  /connection refused|no such host|i\/o timeout|network is unreachable|no route to host|server misbehaving|handshake timeout|deadline exceeded|connection reset/i;
// What podman says behind `auth token:` is masked, like any value behind such a name.
const denied =
  /unauthorized|authentication required|\bdenied\b|no basic auth|forbidden|invalid username\/password|unable to retrieve auth token/i;

/** Why a push failed, in docker's and podman's words. */
export const pushRules: readonly ErrorRule<FailedPush>[] = [
  {
    when: ({ output }) => /operation is disallowed/.test(output),
    type: 'registry-disallows',
    reason: ({ image }) => `The registry ${image.registry} has locked this tag or repository, or is full.`,
    remedy: () => 'A tag that exists is never moved: release again, under a new build number.',
  },
  {
    when: ({ output }) => /error getting credentials|credential-helper|docker-credential-/.test(output),
    type: 'credential-helper-fails',
    reason: ({ engine, image }) => `The credential helper of ${engine} for ${image.registry} failed.`,
    remedy: ({ engine, image }) =>
      `Fix or install it, or remove it from ${engine}'s settings and log in with \`${engine} login ${image.registry}\`.`,
  },
  {
    when: ({ output }) => /x509:|certificate signed by unknown authority|tls: failed to verify/.test(output),
    type: 'registry-certificate',
    reason: ({ engine, image }) => `${engine} does not accept the certificate of the registry ${image.registry}.`,
    remedy: ({ image }) =>
      `Put its authority's certificate into /etc/docker/certs.d/${image.registry}/ca.crt, or correct its name or its dates.`,
  },
  {
    when: ({ output }) => denied.test(output),
    type: 'registry-denies-access',
    reason: ({ image }) => `Push access to ${image.repository} at ${image.registry} was denied.`,
    remedy: ({ engine, image }) =>
      `Log in with \`${engine} login ${image.registry}\` as a user who may push to ${image.repository}.`,
  },
  {
    when: ({ output }) => /server gave HTTP response to HTTPS client/.test(output),
    type: 'registry-without-tls',
    reason: ({ image }) =>
      `The registry ${image.registry} speaks plain http, which is accepted on this machine's own addresses only.`,
    remedy: () => 'Give it a certificate, or reach it as 127.0.0.1.',
  },
  {
    when: ({ output }) => unreachable.test(output),
    type: 'registry-unreachable',
    reason: ({ image }) => `The registry ${image.registry} could not be reached.`,
    remedy: () =>
      `Check its address (${registrySetting()}), that it runs, and the network; then run the same command again.`,
  },
];

/** Returns what a push that failed means: a refusal where the registry is not there or denies it, else a failure. */
export function pushProblem(engine: string, image: ImageRef, lastLines: readonly string[]): Failure | Refusal {
  const doing = `push ${image.tagged}`;
  const push = { engine, image, output: lastLines.join('\n') };
  return (
    refusalBy(pushRules, push, { doing, evidence: lastLines.slice(-5) }) ??
    new Failure({
      type: 'image-push-failed',
      doing,
      reason: `${engine} push ended with an error.`,
      remedy: 'Fix what its last lines show, then run the same command again.',
      evidence: lastLines.slice(-20),
    })
  );
}
