import type { ImageRef } from '../../model/release/image-ref.ts';
import { Failure, Refusal } from '../../model/errors/product-error.ts';
import type { ImageBuild } from '../../ports/container-engine.ts';

/** A build that failed, with the last lines of its output. */
export function buildFailure(
  engine: string,
  { dockerfile, images }: ImageBuild,
  lastLines: readonly string[],
): Failure {
  return new Failure({
    type: 'image-build-failed',
    doing: `build the image ${images[0]?.tagged ?? ''} from ${dockerfile}`,
    reason: `${engine} build ended with an error.`,
    remedy: 'Its last lines tell which step; mend that, and run the same command again.',
    evidence: lastLines.slice(-20),
  });
}

/** A push that failed: a refusal where the registry is not there or does not let us in. */
export function pushProblem(engine: string, image: ImageRef, lastLines: readonly string[]): Failure | Refusal {
  const { registry } = image;
  const doing = `push ${image.tagged}`;
  const evidence = lastLines.slice(-5);
  const output = lastLines.join('\n');
  if (/operation is disallowed/.test(output))
    return new Refusal({
      type: 'registry-disallows',
      doing,
      reason: `The registry ${registry} has locked this tag or repository, or is full.`,
      remedy: 'A tag that is there is never moved: release again, under a new build number.',
      evidence,
    });
  if (/error getting credentials|credential-helper|docker-credential-/.test(output))
    return new Refusal({
      type: 'credential-helper-fails',
      doing,
      reason: `The credential helper that ${engine} asks for ${registry} is no help.`,
      remedy: `Mend or install it, or take it out of ${engine}'s settings and log in with "${engine} login ${registry}".`,
      evidence,
    });
  if (/x509:|certificate signed by unknown authority|tls: failed to verify/.test(output))
    return new Refusal({
      type: 'registry-certificate',
      doing,
      reason: `${engine} does not accept the certificate of the registry ${registry}.`,
      remedy: `Put its authority's certificate into /etc/docker/certs.d/${registry}/ca.crt, or mend its name or its dates.`,
      evidence,
    });
  if (
    /unauthorized|authentication required|\bdenied\b|no basic auth|forbidden|invalid username\/password/i.test(output)
  )
    return new Refusal({
      type: 'registry-denies-access',
      doing,
      reason: `The registry ${registry} does not let us write.`,
      remedy: `Log in with "${engine} login ${registry}", as somebody who may push to ${image.repository}.`,
      evidence,
    });
  if (/server gave HTTP response to HTTPS client/.test(output))
    return new Refusal({
      type: 'registry-without-tls',
      doing,
      reason: `The registry ${registry} speaks plain http, which is accepted on this machine's own addresses only.`,
      remedy: 'Give it a certificate, or reach it as 127.0.0.1.',
      evidence,
    });
  if (
    /connection refused|no such host|i\/o timeout|network is unreachable|no route to host|server misbehaving|handshake timeout|deadline exceeded|connection reset/i.test(
      output,
    )
  )
    return new Refusal({
      type: 'registry-unreachable',
      doing,
      reason: `The registry ${registry} could not be reached.`,
      remedy:
        'Check its address in the environment file, that it runs, and the network; then run the same command again.',
      evidence,
    });
  return new Failure({
    type: 'image-push-failed',
    doing,
    reason: `${engine} push ended with an error.`,
    remedy: 'Its last lines tell why; run the same command again afterwards.',
    evidence: lastLines.slice(-20),
  });
}
