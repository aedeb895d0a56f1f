import type { ImageBuild } from '../../ports/container-engine.ts';

/** Arguments of a build that docker and podman have alike. No value of a secret is among them. */
export function commonArguments({ dockerfile, settings }: ImageBuild): string[] {
  const { platforms, args, ssh, target, contexts } = settings;
  return [
    `--file=${dockerfile}`,
    ...(platforms.length > 0 ? [`--platform=${platforms.join(',')}`] : []),
    ...(target === undefined ? [] : [`--target=${target}`]),
    ...Object.entries(args).map(([name, value]) => `--build-arg=${name}=${value}`),
    ...Object.entries(contexts).map(([name, source]) => `--build-context=${name}=${source}`),
    ...ssh.map((id) => `--ssh=${id}`),
  ];
}
