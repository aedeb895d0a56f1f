import { environmentsFolder, type Environment } from '../../model/environment/environment.ts';
import type { KubernetesObject } from '../../model/manifests/kubernetes-object.ts';
import { provisioningFolder, renderProvisioning } from '../../model/provision/render-provisioning.ts';
import type { SourceFiles } from '../../ports/repository/source-files.ts';
import type { WithRepository } from '../../ports/repository/source-repository.ts';

/** Reads the environments of a commit. @param texts of their files by path. @throws {Refusal} when there are mistakes in them. */
export type ReadEnvironments = (texts: ReadonlyMap<string, string>) => Promise<readonly Environment[]>;

/** The clusters' configuration of a commit: manifests, and the values of the same commit. */
export class ProvisioningManifests {
  readonly environments: readonly Environment[];
  private readonly texts: ReadonlyMap<string, string>;

  private constructor(environments: readonly Environment[], texts: ReadonlyMap<string, string>) {
    this.environments = environments;
    this.texts = texts;
  }

  static async at(
    commit: string,
    readEnvironments: ReadEnvironments,
    { repository }: WithRepository<SourceFiles>,
  ): Promise<ProvisioningManifests> {
    const [texts, files] = await Promise.all([
      repository.texts(commit, provisioningFolder),
      repository.texts(commit, environmentsFolder),
    ]);
    return new ProvisioningManifests(await readEnvironments(files), texts);
  }

  /** The objects of one of its environments. @throws {Refusal} naming file and object. */
  render(environment: Pick<Environment, 'name' | 'namespace' | 'variables'>): KubernetesObject[] {
    const environmentNames = this.environments.map(({ name }) => name);
    return renderProvisioning({ texts: this.texts, environment, environmentNames });
  }
}
