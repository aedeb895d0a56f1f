import type { ApiContract, ApiRevisionContract } from '@azure/arm-apimanagement';
import pMap from 'p-map';
import type { ApiManagement } from '../../model/environment/environment.ts';
import { ApiPath } from '../../model/facade/api-path.ts';
import { ApiVersion } from '../../model/facade/api-version.ts';
import { ApiId, ApiRevision, ProductId } from '../../model/facade/identifiers.ts';
import { RevisionMark } from '../../model/facade/revision-mark.ts';
import type { CurrentApi, DoorApi, DoorRevision } from '../../model/facade/publishing/door.ts';
import type { ApiSettings, Publication } from '../../model/facade/publishing/publication.ts';
import type { PublishStep } from '../../model/facade/publishing/publish-step.ts';
import type { Surroundings } from '../../model/facade/publishing/refuse-missing.ts';
import { groupByKey } from '../../model/text/group-by-key.ts';
import type { ApiContent, DoorState, Entrance, Facade, WritingCourse } from '../../ports/facade.ts';
import { notWritten } from './api-management-failures.ts';
import { askToRead } from './ask-to-read.ts';
import { AzureDoor, AzureTrouble, type AzureDoorSettings } from './azure-door.ts';
import type { AzureReader } from './azure-reader.ts';
import { orNothing } from './listing.ts';
import { refuseUpdating } from './refuse-updating.ts';
import { carryOutStep } from './step-writers.ts';

/** An entity of API Management, as it is sent: its SDK puts properties and name side by side. */
interface Sent<Contract> {
  readonly name?: string;
  readonly properties?: Partial<Omit<Contract, 'name'>>;
}

/** Products whose APIs are read at the same time. */
const atOnce = 8;

/** An instance of Azure API Management as the public door. */
export class ApiManagementFacade implements Facade {
  readonly instance: string;
  private readonly door: AzureDoor;

  constructor(facade: ApiManagement, settings: Partial<AzureDoorSettings> = {}) {
    this.instance = facade.name;
    this.door = new AzureDoor(facade, settings);
  }

  /** Begins what takes long, before anything is asked. */
  prepare(): void {
    this.door.prepareToRead();
  }

  async read({ api, digest, settings }: Pick<Publication, 'api' | 'digest' | 'settings'>): Promise<DoorState> {
    return this.look(`read the API ${api.toString()}`, async (reader) => {
      const set = settings.versions?.set;
      const [door, found] = await Promise.all([
        readApi(reader, api, digest),
        set && orNothing(reader.get(`apiVersionSets/${set.toString()}`)),
      ]);
      return { door, hasVersionSet: found !== undefined };
    });
  }

  async surroundings(api: ApiId): Promise<Surroundings> {
    this.door.prepareToWrite();
    return this.look('read what is there', async (reader) => {
      const [instance, products, namedValues, fragments, apis] = await Promise.all([
        reader.get<SentInstance>(''),
        reader.list<{ readonly name?: string }>('products'),
        reader.list<Sent<{ readonly displayName?: string }>>('namedValues'),
        reader.list<{ readonly name?: string }>('policyFragments'),
        reader.list<Sent<ApiContract>>('apis'),
      ]);
      refuseUpdating(instance.properties, `publish at ${this.instance}`);
      const own = api.toString().toLowerCase();
      return {
        instance: this.instance,
        products: productIds(products),
        namedValues: namedValues.map(({ properties = {} }) => properties.displayName ?? ''),
        fragments: fragments.map(({ name = '' }) => name),
        others: apis.filter(({ name = '' }) => bareId(name).toLowerCase() !== own).map(otherApi),
      };
    });
  }

  async entrance(api: ApiId, revision: ApiRevision): Promise<Entrance> {
    return this.look(`find where ${api.at(revision)} is called`, (reader) => findEntrance(reader, api, revision));
  }

  async currentApis(): Promise<CurrentApi[]> {
    return this.look('read the APIs', async (reader) => {
      const apis = await reader.list<Sent<ApiContract>>('apis');
      return apis.flatMap(({ name = '', properties = {} }): CurrentApi[] => {
        const { apiRevision = '', apiRevisionDescription = '' } = properties;
        const [api, revision] = [ApiId.parse(bareId(name)), ApiRevision.parse(apiRevision)];
        const mark = RevisionMark.parse(apiRevisionDescription);
        return api && revision ? [{ api, revision, mark, settings: settingsOf(properties) }] : [];
      });
    });
  }

  async productsOfApis(): Promise<ReadonlyMap<string, readonly ProductId[]>> {
    return this.look('read the products of the APIs', async (reader) => {
      const products = productIds(await reader.list('products'));
      const linked = await pMap(
        products,
        async (product) => {
          const apis = await reader.list<{ readonly name?: string }>(`products/${product.toString()}/apis`);
          return apis.map(({ name = '' }) => [bareId(name).toLowerCase(), product] as const);
        },
        { concurrency: atOnce },
      );
      return groupByKey(linked.flat());
    });
  }

  async address(): Promise<string> {
    return this.look('read its address', async (reader) => gatewayOf(await reader.get<SentInstance>('')));
  }

  async carryOut(step: PublishStep, content: ApiContent, course: WritingCourse = {}): Promise<void> {
    const doing = `${wordsFor(step)} the API ${content.publication.api.toString()} at ${this.instance}`;
    try {
      await this.door.ask((client) => carryOutStep(step, { client, content, instanceId: this.door.id }), course);
    } catch (thrown) {
      if (thrown instanceof AzureTrouble) throw notWritten(thrown.problem, { doing, cause: thrown.cause });
      throw thrown;
    }
  }

  spread(course: WritingCourse = {}): Promise<void> {
    return this.door.spread(course);
  }

  private async look<T>(doing: string, question: (reader: AzureReader) => Promise<T>): Promise<T> {
    return askToRead(`${doing} at ${this.instance}`, () => this.door.read(question));
  }
}

interface SentInstance {
  readonly properties?: { readonly gatewayUrl?: string; readonly provisioningState?: string };
}

function gatewayOf({ properties = {} }: SentInstance): string {
  return (properties.gatewayUrl ?? '').replace(/\/+$/, '');
}

async function findEntrance(reader: AzureReader, api: ApiId, revision: ApiRevision): Promise<Entrance> {
  const id = api.toString();
  const [instance, { properties: found = {} }, listed] = await Promise.all([
    reader.get<SentInstance>(''),
    reader.get<Sent<ApiContract>>(`apis/${id}`),
    reader.list<ApiRevisionContract>(`apis/${id}/revisions`),
  ]);
  const gateway = gatewayOf(instance);
  if (gateway === '') throw new Error(`API Management gave no address of itself.`);
  const isMeant = (name = '') => ApiRevision.parse(name)?.equals(revision);
  const { privateUrl } = listed.find(({ apiRevision }) => isMeant(apiRevision)) ?? {};
  const { path = '', subscriptionRequired: needsKey = true, subscriptionKeyParameterNames: names } = found;
  return {
    url: `${gateway}/${(privateUrl ?? `${path};rev=${revision.toString()}`).replace(/^\/+/, '')}`,
    ...{ needsKey, keyHeader: names?.header ?? 'Ocp-Apim-Subscription-Key' },
  };
}

/** Asks all at once: a release that changes nothing at the door waits for one answer. */
async function readApi(reader: AzureReader, api: ApiId, digest: string): Promise<DoorApi | undefined> {
  const id = api.toString();
  const [found, listed = [], products = []] = await Promise.all([
    orNothing(reader.get<Sent<ApiContract>>(`apis/${id}`)),
    orNothing(reader.list<ApiRevisionContract>(`apis/${id}/revisions`)),
    orNothing(reader.list<{ readonly name?: string }>(`apis/${id}/products`)),
  ]);
  if (!found) return undefined;
  const { properties = {} } = found;
  const current = ApiRevision.parse(properties.apiRevision ?? '');
  if (!current) throw new Error(`API Management gave no revision of ${id}: ${properties.apiRevision}`);
  const revisions = listed.flatMap(({ apiRevision = '', description = '' }): DoorRevision[] => {
    const revision = ApiRevision.parse(apiRevision);
    return revision ? [{ revision, mark: RevisionMark.parse(description) }] : [];
  });
  // It matters for those that may become current by a switch alone.
  const asked = revisions.map(async (each) => {
    if (each.mark?.digest !== digest || each.revision.equals(current)) return each;
    const { properties: own = {} } = await reader.get<Sent<ApiContract>>(`apis/${api.at(each.revision)}`);
    return { ...each, serviceUrl: own.serviceUrl ?? '' };
  });
  return {
    ...{ settings: settingsOf(properties), current, products: productIds(products) },
    revisions: await Promise.all(asked),
  };
}

function otherApi({ name = '', properties = {} }: Sent<ApiContract>): Surroundings['others'][number] {
  const { path = '', apiVersionSetId } = properties;
  return { api: bareId(name), path, ...(apiVersionSetId ? { versionSet: lastPart(apiVersionSetId) } : {}) };
}

function settingsOf(found: Partial<ApiContract>): ApiSettings {
  const { displayName = '', description = '', path = '', serviceUrl = '', subscriptionRequired = true } = found;
  const { apiVersionSetId, apiVersion = '' } = found;
  const set = apiVersionSetId ? ApiId.parse(lastPart(apiVersionSetId)) : undefined;
  const version = ApiVersion.parse(apiVersion);
  return {
    ...{ displayName, description, serviceUrl, needsKey: subscriptionRequired },
    path: ApiPath.found(path),
    ...(set ? { versions: { set, ...(version ? { version } : {}) } } : {}),
  };
}

function productIds(products: readonly { readonly name?: string }[]): ProductId[] {
  return products.map(({ name = '' }) => ProductId.parse(name)).filter((id) => id !== undefined);
}

function bareId(name: string): string {
  return name.split(';')[0]!;
}

function lastPart(id: string): string {
  return id.split('/').at(-1)!;
}

const words: Readonly<Record<PublishStep['kind'], string>> = {
  'create-version-set': 'make a version set for',
  'create-api': 'create',
  'create-revision': 'make a revision of',
  import: 'import the description of',
  'put-policies': 'put the policies of',
  seal: 'finish the revision of',
  point: 'point a revision elsewhere of',
  switch: 'switch',
  settle: 'change the settings of',
  link: 'link a product to',
  unlink: 'unlink a product from',
  prune: 'delete an old revision of',
};

function wordsFor({ kind }: PublishStep): string {
  return words[kind];
}
