import type { ImageBuild } from '../../ports/container-engine.ts';

/** Arguments of a build that docker and podman have alike. No value of a secret is among them. */
export function commonArguments({ settings }: Pick<ImageBuild, 'settings'>): string[] {
  const { args, ssh, target, contexts } = settings;
  return [
    ...(target === undefined ? [] : [`--target=${target}`]),
    ...Object.entries(args).map(([name, value]) => `--build-arg=${name}=${value}`),
    ...Object.entries(contexts).map(([name, source]) => `--build-context=${name}=${source}`),
    ...ssh.map((id) => `--ssh=${id}`),
  ];
}
