import { allEnded } from '../../model/concurrency/all-ended.ts';
import type { ProvisioningPackage } from '../../model/provision/provisioning-package.ts';
import type { BuildNumber } from '../../model/release/build-number.ts';
import type { Reporter } from '../../ports/reporter.ts';
import type { SourceRepository, WithRepository } from '../../ports/repository/source-repository.ts';
import { requireReleasedBranch } from '../verify/require-released-branch.ts';
import { requireSignedPackage } from '../verify/require-signatures.ts';
import { verifyPackage } from './verify-package.ts';
import { packageOf, type PackageTrust } from './package-provisioning.ts';
import type { ProvisionRequest } from './provision.ts';
import { checkedOutSource, findPackage, type ProvisioningSource } from './provisioning-source.ts';

type Ports = WithRepository<SourceRepository>;

/** The version that a request means. */
export type Chosen =
  | { readonly state: 'chosen'; readonly source: ProvisioningSource; readonly version: BuildNumber | undefined }
  | { readonly state: 'superseded'; readonly by: BuildNumber };

/**
 * Finds what the request means: a version, or what is checked out.
 * @throws {Refusal} when it is not what it is said to be, or of no branch that the environment takes.
 */
export async function chooseVersion(
  request: Pick<ProvisionRequest, 'version' | 'environment' | 'mainBranch'>,
  ports: Ports,
  reporter: Reporter,
): Promise<Chosen> {
  const { version, environment, mainBranch } = request;
  const trust = { environment, mainBranch, doing: `provision ${environment.name}` };
  const found = await find(version, trust, ports, reporter);
  if (found.state === 'chosen') await requireReleasedBranch({ ...trust, commit: found.source.commit }, ports);
  return found;
}

async function find(
  version: BuildNumber | undefined,
  trust: PackageTrust,
  ports: Ports,
  reporter: Reporter,
): Promise<Chosen> {
  if (version !== undefined) {
    const found = await findPackage(version, ports);
    await allEnded([verifyPackage(found, trust.doing, ports), requireSignedPackage(found, trust, ports)]);
    return asChosen(found);
  }
  const source = await checkedOutSource(ports);
  const known = await packageOf(source, trust, ports, reporter);
  if (known?.state === 'superseded') return { state: 'superseded', by: known.package.version };
  if (known) await requireSignedPackage(known.package, trust, ports);
  return known ? asChosen(known.package) : { state: 'chosen', source, version: undefined };
}

function asChosen(found: ProvisioningPackage): Chosen {
  return { state: 'chosen', source: found, version: found.version };
}
