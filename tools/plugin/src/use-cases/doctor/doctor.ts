import { plainBuild } from '../../model/build/build-settings.ts';
import { distinctPlatforms, listPlatforms } from '../../model/build/runs-image.ts';
import { shortCommit } from '../../model/commits/commit.ts';
import type { Environment } from '../../model/environment/environment.ts';
import { ProductError, Refusal } from '../../model/errors/product-error.ts';
import { ImageRef } from '../../model/image/image-ref.ts';
import { declaredPlatforms } from '../../model/nodes/machines.ts';
import type { PushRights } from '../../ports/push-rights.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import { examine, type Check, type Checkup } from './checkup.ts';

/** The outside that a release needs. */
export type DoctorPorts = Pick<ReleasePorts, 'repository' | 'registry' | 'engine' | 'cluster'> & {
  readonly rights: PushRights;
  /** Returns through which proxy an address is reached; undefined without one. @throws {Refusal} when none can be read. */
  proxyOf(address: string): string | undefined;
};

/** The things to look at. */
export interface DoctorRequest {
  readonly environments: readonly Environment[];
  readonly services: readonly string[];
  readonly mainBranch: string;
  /** True where the workspace has a configuration of its clusters. */
  readonly isProvisioned: boolean;
  /** Further things, such as the settings of Nx. */
  readonly others?: readonly Check[];
  readonly limitMs: number;
}

/** Looks at all that a release needs, and says of each whether it is there. Changes nothing. */
export function doctor(request: DoctorRequest, ports: DoctorPorts): Promise<Checkup[]> {
  return examine(doctorChecks(request, ports), request.limitMs);
}

/** The same as a list of what is to be looked at. */
export function doctorChecks(request: DoctorRequest, ports: DoctorPorts): Check[] {
  const { environments, others = [] } = request;
  const registries = [...new Set(environments.map(({ registry }) => registry))];
  return [
    ...gitChecks(request, ports),
    ...registries.flatMap((registry) => registryChecks(registry, request, ports)),
    ...environments.flatMap((environment) => environmentChecks(environment, request, ports)),
    {
      area: 'machine',
      check: 'container engine',
      ask: async () => `${(await ports.engine()).name} answers`,
    },
    { area: 'machine', check: 'builder', ask: () => builderFor(environments, ports) },
    { area: 'machine', check: 'proxies', ask: async () => proxiesFor(registries, ports) },
    ...others,
  ];
}

/** Asks the engine for a build that wants nothing but the environments' platforms. */
async function builderFor(environments: readonly Environment[], { engine }: DoctorPorts) {
  const found = await engine().catch((error: unknown) => {
    if (error instanceof ProductError) return undefined;
    throw error;
  });
  // That check says why.
  if (found === undefined) return { notAsked: 'there is no container engine' };
  const platforms = distinctPlatforms(environments.flatMap((environment) => declaredPlatforms(environment) ?? []));
  await found.requireBuildable({ context: '.', dockerfile: 'Dockerfile', settings: { ...plainBuild, platforms } });
  return platforms.length === 0 ? "builds for the engine's own platform" : `builds for ${listPlatforms(platforms)}`;
}

function gitChecks({ mainBranch }: DoctorRequest, { repository, rights }: DoctorPorts): Check[] {
  const area = 'git';
  const ifOrigin = (ask: () => Promise<string>) => async () =>
    (await repository.originUrl()) === undefined ? { notAsked: 'there is no remote' } : ask();
  const push = (ref: string) =>
    ifOrigin(async () => {
      await rights.tryPush(ref);
      return 'a push that only pretends is taken; rules for single names show at the first real one';
    });
  return [
    { area, check: 'commit', ask: async () => shortCommit(await repository.headCommit()) },
    {
      area,
      check: 'origin',
      ask: async () =>
        (await repository.originUrl()) ?? { notAsked: 'there is no remote: this clone alone decides on numbers' },
    },
    {
      area,
      check: 'main branch',
      ask: ifOrigin(async () => {
        const tip = await repository.branchTip(mainBranch);
        if (tip !== undefined) return `${mainBranch} is at ${shortCommit(tip.commit)}`;
        throw new Refusal({
          type: 'origin-unreachable',
          doing: 'look for the main branch',
          reason: `The origin has no branch ${mainBranch}.`,
          remedy: 'Push it, or name the main branch in nx.json: `"defaultBase": "master"`.',
        });
      }),
    },
    { area, check: 'push build numbers', ask: push('refs/builds/poc-doctor/20000101-1') },
    { area, check: 'push tags', ask: push('refs/tags/poc-doctor-20000101-1') },
  ];
}

function registryChecks(area: string, { services }: DoctorRequest, { registry, rights }: DoctorPorts): Check[] {
  const image = () => ImageRef.of(area, services[0] ?? 'poc-doctor', '20000101-1');
  return [
    {
      area,
      check: 'read',
      ask: async () => {
        await registry.digest(image());
        return `answers, and lets this account read ${image().repository}`;
      },
    },
    {
      area,
      check: 'push',
      ask: async () => {
        await rights.tryUpload(image());
        return `an upload to ${image().repository} was begun and called off`;
      },
    },
  ];
}

function environmentChecks(
  environment: Environment,
  { isProvisioned }: DoctorRequest,
  { cluster }: DoctorPorts,
): Check[] {
  const { name: area, namespace, cluster: of } = environment;
  return [
    {
      area,
      check: 'cluster and rights',
      ask: async () => {
        await (await cluster(environment)).check();
        return `${of.context} answers, and this account may deploy to ${namespace}`;
      },
    },
    {
      area,
      check: 'provisioned',
      ask: async () => {
        if (!isProvisioned) return { notAsked: 'the workspace has no configuration of its clusters' };
        const version = await (await cluster(environment)).provisioned();
        if (version) return `with ${version}`;
        throw new Refusal({
          type: 'old-provisioning',
          doing: `look at the namespace ${namespace}`,
          reason: `${area} was never provisioned.`,
          remedy: `\`nx run infrastructure:provision --env=${area}\`.`,
        });
      },
    },
  ];
}

function proxiesFor(registries: readonly string[], { proxyOf }: DoctorPorts): string {
  const through = registries.flatMap((registry) => {
    const proxy = proxyOf(`https://${registry}`);
    return proxy === undefined ? [] : [`${registry} through ${proxy}`];
  });
  return through.length === 0 ? 'none is used' : through.join(', ');
}
