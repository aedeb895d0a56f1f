import { readFileSync } from 'node:fs';
import type { Environment } from '../model/environment.ts';
import { ImageRef } from '../model/image-ref.ts';

/** The local platform that end-to-end tests run on, as `nx run local-platform:status --json` prints it. */
export interface Platform {
  readonly kubeconfig: string;
  readonly context: string;
  /** `127.0.0.1:5000`. */
  readonly registry: string;
  /** Folder of kubectl. */
  readonly binaries: string;
}

/** @returns what stands in the file that `POC_TEST_PLATFORM` names. */
export function readPlatform(): Platform {
  const file = process.env['POC_TEST_PLATFORM'] ?? '/tmp/platform-ready';
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Platform;
  } catch (cause) {
    throw new Error(
      `${file} does not tell of a platform. Start one (nx run local-platform:up), write what "nx run local-platform:status --json" prints into a file, and name it in POC_TEST_PLATFORM.`,
      { cause },
    );
  }
}

/** An environment on the platform. */
export function environmentOn(
  platform: Platform,
  namespace: string,
  cluster: Partial<Environment['cluster']> = {},
): Environment {
  const { context, kubeconfig, registry } = platform;
  return {
    name: 'preprod',
    order: 1,
    cluster: { context, kubeconfig, ...cluster },
    namespace,
    registry,
    deploy: 'automatic',
    allowDirty: false,
    variables: {},
  };
}

/** The image that containers of tests run: it has `node`. */
export function nodeImageOn({ registry }: Platform): ImageRef {
  return ImageRef.parse(`${registry}/library/node:24-bookworm-slim`)!;
}
