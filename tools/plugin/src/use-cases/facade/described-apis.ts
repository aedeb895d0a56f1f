import { Refusal } from '../../model/errors/product-error.ts';
import { readApiVariables, type ApiVariables } from '../../model/facade/api-variables.ts';
import { apiFile, apiVersionsAmong, type ApiVersion } from '../../model/facade/api-version.ts';
import { readApiDescription, type ApiDescription } from '../../model/facade/description/api-description.ts';
import { noPolicies, readApiPolicies, type ApiPolicies } from '../../model/facade/policies/api-policies.ts';
import type { FilesSource, SourceFiles } from '../../ports/repository/source-files.ts';

/** An API of a service, as its files describe it. */
export interface DescribedApi {
  /** Path of the description. */
  readonly file: string;
  /** Undefined for `openapi.yaml`. */
  readonly version: ApiVersion | undefined;
  readonly description: ApiDescription;
  readonly policies: ApiPolicies;
}

/** All that a service's files say of its APIs. */
export interface DescribedService {
  readonly variables: ApiVariables;
  /** The original before its versions. */
  readonly apis: readonly [DescribedApi, ...DescribedApi[]];
}

/** The files of a service, in a commit or as they lie on the disk. */
export class ApiFiles {
  private readonly root: string;
  private readonly source: FilesSource;
  private readonly files: SourceFiles;
  private paths: Promise<readonly string[]> | undefined;
  private described: Promise<DescribedService | undefined> | undefined;

  /** @param root folder of the service. */
  constructor(root: string, source: FilesSource, files: SourceFiles) {
    this.root = root;
    this.source = source;
    this.files = files;
  }

  /** Reports whether anything of the service is to be published. */
  async haveApi(): Promise<boolean> {
    return (await this.versions()).length > 0;
  }

  /** Reads all APIs. @throws {Refusal} naming file, line and what is wrong there. */
  read(): Promise<DescribedService | undefined> {
    return (this.described ??= this.readAll());
  }

  /** Reads one description with all that it refers to. @throws {Refusal} when it is not one that can be published. */
  async description(file: string): Promise<ApiDescription> {
    const texts = new Map<string, string | undefined>();
    for (let needs: readonly string[] = [file]; ;) {
      const found = await this.texts(needs);
      for (const path of needs) texts.set(path, found.get(path));
      const read = readApiDescription(file, texts);
      if ('description' in read) return read.description;
      needs = read.needs;
    }
  }

  /** Returns the path of a file of the service's folder. */
  path(name: string): string {
    return this.root === '.' ? name : `${this.root}/${name}`;
  }

  private async versions(): Promise<{ readonly version: ApiVersion | undefined }[]> {
    const paths = await this.list();
    const names = paths
      .filter((path) => path === this.path(path.split('/').at(-1)!))
      .map((path) => path.split('/').at(-1)!);
    const versions = apiVersionsAmong(names).map((version) => ({ version }));
    return names.includes(apiFile) ? [{ version: undefined }, ...versions] : versions;
  }

  private async readAll(): Promise<DescribedService | undefined> {
    const [original, ...versions] = await this.versions();
    if (!original) return undefined;
    const [variables, api, ...others] = await Promise.all([
      this.variables(),
      this.api(original.version),
      ...versions.map(({ version }) => this.api(version)),
    ]);
    return { variables, apis: [api, ...others] };
  }

  private async api(version: ApiVersion | undefined): Promise<DescribedApi> {
    const file = this.path(version?.file() ?? apiFile);
    const folder = this.path(version ? `apim/${version.toString()}` : 'apim');
    const written = (await this.list()).filter((path) => path.startsWith(`${folder}/`));
    const [description, policies] = await Promise.all([
      this.description(file),
      written.length > 0 ? this.policyFiles(folder) : undefined,
    ]);
    const read = policies && readApiPolicies(folder, policies.texts, description, policies.xml);
    return { file, version, description, policies: read ?? noPolicies };
  }

  private async policyFiles(folder: string) {
    // Most services have none, and need no reader of XML.
    const [texts, xml] = await Promise.all([this.texts([folder]), import('@xmldom/xmldom')]);
    return { texts, xml };
  }

  private async variables(): Promise<ApiVariables> {
    const file = this.path('pipeline.variables.yml');
    const text = (await this.texts([file])).get(file);
    if (text !== undefined) return readApiVariables(file, text);
    throw new Refusal({
      type: 'bad-pipeline-variables',
      doing: 'read how the API is published',
      reason: `There is no file ${file}.`,
      remedy: 'Write it, with apiId, apiName and apiSuffix (docs/pipelines.md lists the variables).',
    });
  }

  private list(): Promise<readonly string[]> {
    const { source, files } = this;
    this.paths ??= (
      source === 'working-tree' ? files.workingTreeBlobs([this.root]) : files.blobs(source.commit, [this.root])
    ).then((blobs) => [...blobs.keys()]);
    return this.paths;
  }

  private async texts(paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const { source, files } = this;
    if (source !== 'working-tree') return files.texts(source.commit, paths);
    const each = await Promise.all(paths.map((path) => files.workingTreeTexts(path)));
    return new Map(each.flatMap((texts) => [...texts]));
  }
}
