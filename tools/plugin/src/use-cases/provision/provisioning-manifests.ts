import {
  environmentsFolder,
  isSameInstance,
  type ApiManagement,
  type Environment,
} from '../../model/environment/environment.ts';
import { InstancePlace } from '../../model/facade/instance/place.ts';
import { refuseContested, type NamedConfiguration } from '../../model/facade/instance/refuse-contested.ts';
import {
  hasInstanceFiles,
  instanceFolder,
  readInstanceFiles,
  type InstanceConfiguration,
} from '../../model/facade/instance/read-instance-files.ts';
import type { XmlParser } from '../../model/facade/policies/policy.ts';
import type { KubernetesObject } from '../../model/manifests/kubernetes-object.ts';
import {
  encryptedFilesOf,
  provisioningFolder,
  renderProvisioning,
  unlock,
} from '../../model/provision/render-provisioning.ts';
import type { SecretFiles } from '../../ports/secret-files.ts';
import type { SourceFiles } from '../../ports/repository/source-files.ts';
import type { WithRepository } from '../../ports/repository/source-repository.ts';

/** Reads the environments of a commit. @param texts of their files by path. @throws {Refusal} when there are mistakes in them. */
export type ReadEnvironments = (texts: ReadonlyMap<string, string>) => Promise<readonly Environment[]>;

type Rendered = Pick<Environment, 'name' | 'namespace' | 'registry' | 'variables'>;

/** The configuration of a commit: manifests, what is for API Management, and the values of the same commit. */
export class ProvisioningManifests {
  readonly environments: readonly Environment[];
  private readonly texts: ReadonlyMap<string, string>;
  private readonly instanceTexts: ReadonlyMap<string, string>;
  private readonly xml: XmlParser;

  private constructor(
    environments: readonly Environment[],
    texts: Readonly<Record<'manifests' | 'instance', ReadonlyMap<string, string>>>,
    xml: XmlParser,
  ) {
    this.environments = environments;
    this.texts = texts.manifests;
    this.instanceTexts = texts.instance;
    this.xml = xml;
  }

  static async at(
    commit: string,
    readEnvironments: ReadEnvironments,
    { repository }: WithRepository<SourceFiles>,
  ): Promise<ProvisioningManifests> {
    const [manifests, instance, files, xml] = await Promise.all([
      repository.texts(commit, provisioningFolder),
      repository.texts(commit, instanceFolder),
      repository.texts(commit, environmentsFolder),
      import('@xmldom/xmldom'),
    ]);
    return new ProvisioningManifests(await readEnvironments(files), { manifests, instance }, xml);
  }

  /** The objects of one of its environments; encrypted Secrets without their values. @throws {Refusal} naming file and object. */
  render(environment: Rendered): KubernetesObject[] {
    return renderProvisioning(this.textsFor(environment));
  }

  /** The same with the values of encrypted Secrets. @throws {Refusal} also when one cannot be decrypted. */
  async renderUnlocked(environment: Rendered, files: SecretFiles): Promise<KubernetesObject[]> {
    const objects = this.render(environment);
    const decrypted = new Map<string, string>();
    // One after the other: a key on a card is asked for once.
    for (const [path, text] of encryptedFilesOf(this.textsFor(environment)))
      decrypted.set(path, await files.decrypt(path, text));
    return unlock(objects, decrypted, environment);
  }

  private textsFor(environment: Rendered) {
    return { texts: this.texts, environment, environmentNames: this.environments.map(({ name }) => name) };
  }

  /**
   * Returns what is to be in the instance of API Management of one of its environments; undefined where that has none, or no
   * file speaks of it. @throws {Refusal} naming file and line.
   */
  instance(
    environment: Pick<Environment, 'name' | 'namespace' | 'variables' | 'facade'>,
  ): InstanceConfiguration | undefined {
    const { facade } = environment;
    if (!facade || !hasInstanceFiles(this.instanceTexts)) return undefined;
    const own = this.readInstance(environment, facade);
    const others = this.environments.flatMap((other) =>
      other.name !== environment.name && other.facade && isSameInstance(other.facade, facade)
        ? [this.readInstance(other, other.facade)]
        : [],
    );
    refuseContested(facade.name, own, others);
    return own.configuration;
  }

  private readInstance(
    environment: Pick<Environment, 'name' | 'namespace' | 'variables'>,
    { pathPrefix }: ApiManagement,
  ): NamedConfiguration {
    const { name, namespace } = environment;
    const variables = { ENVIRONMENT: name, NAMESPACE: namespace, ...environment.variables };
    const place = new InstancePlace(pathPrefix, environment);
    const configuration = readInstanceFiles({ texts: this.instanceTexts, variables, place }, this.xml);
    return { environment: name, configuration };
  }
}
