import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Environment } from '../../model/environment/environment.ts';
import { ImageRef } from '../../model/image/image-ref.ts';

/** The local platform that end-to-end tests run on, as `nx run local-platform:status --json` prints it. */
export interface Platform {
  readonly kubeconfig: string;
  readonly context: string;
  /** `127.0.0.1:5000`. */
  readonly registry: string;
  /** Folder of kubectl. */
  readonly binaries: string;
}

const root = join(import.meta.dirname, '../../../../..');

/** The platform that runs on this machine. @throws when none does. */
export function readPlatform(): Platform {
  const status = [join(root, 'node_modules/tsx/dist/cli.mjs'), 'tools/local-platform/src/main.ts', 'status', '--json'];
  const { status: code, stdout, stderr } = spawnSync(process.execPath, status, { cwd: root, encoding: 'utf8' });
  if (code !== 0) throw new Error(`The local platform does not run (nx run local-platform:up): ${stdout}${stderr}`);
  return JSON.parse(stdout) as Platform;
}

/** The account that everybody has there by default, as kubectl asks for it. */
export function accountOn({ binaries, kubeconfig, context }: Platform): string {
  const access = [`--kubeconfig=${kubeconfig}`, `--context=${context}`];
  const asked = ['auth', 'whoami', '--output=jsonpath={.status.userInfo.username}'];
  const { stdout } = spawnSync(join(binaries, 'kubectl'), [...access, ...asked], { encoding: 'utf8' });
  return stdout;
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
    protected: false,
    variables: {},
  };
}

/** The image that containers of tests run: it has `node`. */
export function nodeImageOn({ registry }: Platform): ImageRef {
  return ImageRef.parse(`${registry}/library/node:24-bookworm-slim`)!;
}
