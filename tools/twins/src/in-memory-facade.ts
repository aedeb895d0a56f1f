import { Failure, Refusal } from '../../plugin/src/model/errors/product-error.ts';
import { ApiId, ApiReleaseId, ApiRevision, ProductId } from '../../plugin/src/model/facade/identifiers.ts';
import { RevisionMark } from '../../plugin/src/model/facade/revision-mark.ts';
import type { CurrentApi, DoorApi } from '../../plugin/src/model/facade/publishing/door.ts';
import type { ApiSettings, Publication } from '../../plugin/src/model/facade/publishing/publication.ts';
import type { PublishStep } from '../../plugin/src/model/facade/publishing/publish-step.ts';
import type { Surroundings } from '../../plugin/src/model/facade/publishing/refuse-missing.ts';
import type { ApiContent, DoorState, Entrance, Facade, WritingCourse } from '../../plugin/src/ports/facade.ts';

/** A revision as it is kept. */
export interface KeptRevision {
  readonly mark: string;
  readonly serviceUrl: string;
  /** Names of its operations. */
  readonly operations: readonly string[];
  /** Texts by operation; that of the API itself under the empty name. */
  readonly policies: ReadonlyMap<string, string>;
}

/** An API as it is kept. */
export interface KeptApi {
  /** Where requests go belongs to the revisions. */
  readonly settings: Omit<ApiSettings, 'serviceUrl'>;
  readonly current: string;
  readonly revisions: ReadonlyMap<string, KeptRevision>;
  readonly products: readonly string[];
  /** Ids of releases, and what was noted. */
  readonly releases: ReadonlyMap<string, string>;
}

/** Twin of an instance of API Management for tests. */
export class InMemoryFacade implements Facade {
  readonly instance = 'shop-apim';
  readonly apis = new Map<string, KeptApi>();
  readonly versionSets = new Set<string>();
  readonly products = new Set<string>();
  readonly namedValues = new Set<string>();
  readonly fragments = new Set<string>();
  /** Every write, as API Management would get it: `PUT apis/orders`. */
  readonly writes: string[] = [];
  /** Called after every write; what it throws ends the step. */
  afterWrite: (write: string) => void = () => {};
  /** Why it does not answer; undefined while it does. */
  outage: string | undefined;

  async read({ api, digest, settings }: Pick<Publication, 'api' | 'digest' | 'settings'>): Promise<DoorState> {
    this.refuseOutage(`read the API ${api}`);
    const kept = this.apis.get(`${api}`);
    const set = settings.versions?.set;
    return {
      door: kept && doorOf(kept, digest),
      hasVersionSet: set !== undefined && this.versionSets.has(`${set}`),
    };
  }

  async surroundings(api: ApiId): Promise<Surroundings> {
    this.refuseOutage('read what is there');
    return {
      instance: this.instance,
      products: [...this.products].map((id) => ProductId.parse(id)!),
      ...{ namedValues: [...this.namedValues], fragments: [...this.fragments] },
      others: [...this.apis]
        .filter(([name]) => name !== `${api}`)
        .map(([name, { settings }]) => ({
          ...{ api: name, path: `${settings.path}` },
          ...(settings.versions ? { versionSet: `${settings.versions.set}` } : {}),
        })),
    };
  }

  async entrance(api: ApiId, revision: ApiRevision): Promise<Entrance> {
    this.refuseOutage(`find where ${api.at(revision)} is called`);
    const { settings } = this.get(`${api}`);
    const path = [settings.path, settings.versions?.version].filter((part) => part !== undefined).join('/');
    const url = `https://${this.instance}.example/${path};rev=${revision}`;
    return { url, needsKey: settings.needsKey, keyHeader: 'Ocp-Apim-Subscription-Key' };
  }

  async currentApis(): Promise<CurrentApi[]> {
    this.refuseOutage('read the APIs');
    return [...this.apis].map(([name, { current, settings, revisions }]) => {
      const { mark, serviceUrl } = revisions.get(current)!;
      return {
        ...{ api: ApiId.parse(name)!, revision: ApiRevision.parse(current)!, mark: RevisionMark.parse(mark) },
        settings: { ...settings, serviceUrl },
      };
    });
  }

  async productsOfApis(): Promise<ReadonlyMap<string, readonly ProductId[]>> {
    this.refuseOutage('read the products of the APIs');
    const linked = [...this.apis].filter(([, { products }]) => products.length > 0);
    return new Map(linked.map(([name, { products }]) => [name, products.map((id) => ProductId.parse(id)!)]));
  }

  async address(): Promise<string> {
    this.refuseOutage('read its address');
    return `https://${this.instance}.example`;
  }

  async carryOut(step: PublishStep, content: ApiContent, { signal }: WritingCourse = {}): Promise<void> {
    const name = `${content.publication.api}`;
    for (const write of this.writesOf(step, name, content)) {
      signal?.throwIfAborted();
      if (this.outage !== undefined) throw new Failure(unreachable(`publish the API ${name}`, this.outage));
      write.carryOut();
      this.writes.push(write.line);
      this.afterWrite(write.line);
    }
  }

  /** All of it has at once what was written. */
  async spread({ signal }: WritingCourse = {}): Promise<void> {
    signal?.throwIfAborted();
  }

  /** Makes an API as somebody does who knows nothing of this tool. */
  makeByHand(api: ApiId, settings: ApiSettings): void {
    const { serviceUrl, ...shared } = settings;
    const revisions = new Map([['1', { mark: '', serviceUrl, operations: [], policies: new Map<string, string>() }]]);
    this.apis.set(`${api}`, { settings: shared, current: '1', revisions, products: [], releases: new Map() });
  }

  private refuseOutage(doing: string): void {
    if (this.outage !== undefined) throw new Refusal(unreachable(doing, this.outage));
  }

  private writesOf(step: PublishStep, name: string, content: ApiContent): Write[] {
    switch (step.kind) {
      case 'create-version-set':
        return [{ line: `PUT apiVersionSets/${step.set}`, carryOut: () => void this.versionSets.add(`${step.set}`) }];
      case 'create-api':
        return [{ line: `PUT apis/${name}`, carryOut: () => this.createApi(step, name, content) }];
      case 'create-revision':
        return this.createRevision(step, name);
      case 'import':
        return this.write(step, name, 'PUT', (kept) => ({
          ...kept,
          ...{ mark: `${step.mark}`, serviceUrl: step.settings.serviceUrl, operations: namesIn(content) },
          policies: new Map([...kept.policies].filter(([key]) => key === '' || namesIn(content).includes(key))),
        }));
      case 'put-policies':
        return this.putPolicies(step, name, content);
      case 'seal':
        return this.write(step, name, 'PATCH', (kept) => ({ ...kept, mark: `${step.mark}` }));
      case 'point':
        return this.write({ ...step, isCurrent: false }, name, 'PATCH', (kept) => ({
          ...kept,
          serviceUrl: step.serviceUrl,
        }));
      case 'switch':
        return this.switchTo(step.revision, name, content);
      case 'settle':
        return [{ line: `PATCH apis/${name}`, carryOut: () => this.settle(step.settings, name) }];
      case 'link':
      case 'unlink':
        return [this.link(step, name)];
      case 'prune':
        return this.prune(step.revision, name);
    }
  }

  private get(name: string): KeptApi {
    const kept = this.apis.get(name);
    if (!kept) throw refused(`There is no API ${name}.`);
    return kept;
  }

  private createApi(step: StepOf<'create-api'>, name: string, content: ApiContent): void {
    if (this.apis.has(name)) throw refused(`There is an API ${name}.`);
    const { serviceUrl, ...settings } = step.settings;
    this.refuseTaken(name, step.settings);
    const revision = { mark: `${step.mark}`, serviceUrl, operations: namesIn(content), policies: new Map() };
    const revisions = new Map([[`${step.revision}`, revision]]);
    this.apis.set(name, { settings, current: `${step.revision}`, revisions, products: [], releases: new Map() });
  }

  private createRevision({ revision, source, mark, serviceUrl }: StepOf<'create-revision'>, name: string): Write[] {
    const { current } = this.get(name);
    if (current !== `${source}`) throw moved(name, current);
    const copied = this.get(name).revisions.get(current)!;
    const line = `PUT apis/${name};rev=${revision}`;
    return [{ line, carryOut: () => this.store(name, `${revision}`, { ...copied, mark: `${mark}`, serviceUrl }) }];
  }

  private write(written: Written, name: string, method: string, change: (kept: KeptRevision) => KeptRevision): Write[] {
    const revision = `${written.revision}`;
    const { current } = this.get(name);
    if ((current === revision) !== written.isCurrent) throw moved(name, current);
    const kept = () => {
      const found = this.get(name).revisions.get(revision);
      if (!found) throw refused(`There is no revision ${revision} of ${name}.`);
      return found;
    };
    const line = `${method} apis/${name}${written.isCurrent ? '' : `;rev=${revision}`}`;
    return [{ line, carryOut: () => this.store(name, revision, change(kept())) }];
  }

  private putPolicies(step: StepOf<'put-policies'>, name: string, { policies }: ApiContent): Write[] {
    const wanted = new Map([...policies.operations].map(([key, { text }]) => [key, text]));
    if (policies.api) wanted.set('', policies.api.text);
    const { policies: has, operations = [] } = this.get(name).revisions.get(`${step.revision}`) ?? {};
    const names = new Set([...wanted.keys(), ...(has?.keys() ?? [])]);
    return [...names]
      .filter((key) => wanted.get(key) !== has?.get(key))
      .flatMap((key) => {
        const text = wanted.get(key);
        if (text !== undefined && key !== '' && !operations.includes(key)) throw refused(`No operation ${key}.`);
        return this.write(step, name, text === undefined ? 'DELETE' : 'PUT', (kept) => {
          const others = [...kept.policies].filter(([each]) => each !== key);
          return { ...kept, policies: new Map([...others, ...(text === undefined ? [] : [[key, text] as const])]) };
        });
      });
  }

  private switchTo(revision: ApiRevision, name: string, { publication, notes }: ApiContent): Write[] {
    const { current, revisions, releases } = this.get(name);
    if (current === `${revision}`) return [];
    if (!revisions.has(`${revision}`)) throw refused(`There is no revision ${revision} of ${name}.`);
    const id = `${ApiReleaseId.next([...releases.keys()], publication.build)}`;
    return [
      {
        line: `PUT apis/${name}/releases/${id}`,
        carryOut: () => {
          const kept = this.get(name);
          const released = new Map([...kept.releases, [id, notes]]);
          this.apis.set(name, { ...kept, current: `${revision}`, releases: released });
        },
      },
    ];
  }

  private settle({ serviceUrl, ...changes }: Partial<ApiSettings>, name: string): void {
    const kept = this.get(name);
    const settings = { ...kept.settings, ...changes };
    this.refuseTaken(name, settings);
    this.apis.set(name, { ...kept, settings });
    const current = kept.revisions.get(kept.current)!;
    if (serviceUrl !== undefined) this.store(name, kept.current, { ...current, serviceUrl });
  }

  private refuseTaken(name: string, { path, versions }: Pick<ApiSettings, 'path' | 'versions'>): void {
    if (versions && !this.versionSets.has(`${versions.set}`)) throw refused(`There is no set ${versions.set}.`);
    const owner = [...this.apis].find(
      ([other, { settings }]) =>
        other !== name &&
        `${settings.path}` === `${path}` &&
        (versions === undefined || `${settings.versions?.set}` !== `${versions.set}`),
    );
    if (owner) throw refused(`The path ${path} belongs to ${owner[0]}.`);
  }

  private link({ kind, product }: StepOf<'link' | 'unlink'>, name: string): Write {
    const line = `${kind === 'link' ? 'PUT' : 'DELETE'} products/${product}/apis/${name}`;
    return {
      line,
      carryOut: () => {
        if (!this.products.has(`${product}`)) throw refused(`There is no product ${product}.`);
        const kept = this.get(name);
        const others = kept.products.filter((each) => each !== `${product}`);
        this.apis.set(name, { ...kept, products: kind === 'link' ? [...others, `${product}`] : others });
      },
    };
  }

  private prune(revision: ApiRevision, name: string): Write[] {
    const { current } = this.get(name);
    if (current === `${revision}`) throw moved(name, current);
    return [
      {
        line: `DELETE apis/${name};rev=${revision}`,
        carryOut: () => {
          const kept = this.get(name);
          const revisions = new Map([...kept.revisions].filter(([each]) => each !== `${revision}`));
          this.apis.set(name, { ...kept, revisions });
        },
      },
    ];
  }

  private store(name: string, revision: string, kept: KeptRevision): void {
    const api = this.get(name);
    this.apis.set(name, { ...api, revisions: new Map([...api.revisions, [revision, kept]]) });
  }
}

/** One write, as the door gets it. */
interface Write {
  readonly line: string;
  readonly carryOut: () => void;
}

interface Written {
  readonly revision: ApiRevision;
  readonly isCurrent: boolean;
}

type StepOf<Kind extends PublishStep['kind']> = PublishStep & { readonly kind: Kind };

function doorOf({ settings, current, revisions, products }: KeptApi, digest: string): DoorApi {
  return {
    settings: { ...settings, serviceUrl: revisions.get(current)!.serviceUrl },
    current: ApiRevision.parse(current)!,
    revisions: [...revisions].map(([name, kept]) => {
      const mark = RevisionMark.parse(kept.mark);
      const isAsked = mark?.digest === digest && name !== current;
      return { revision: ApiRevision.parse(name)!, mark, ...(isAsked ? { serviceUrl: kept.serviceUrl } : {}) };
    }),
    products: products.map((id) => ProductId.parse(id)!),
  };
}

function namesIn({ description }: ApiContent): string[] {
  return description.operations.map(({ name }) => name);
}

const unreachable = (doing: string, reason: string) => ({
  ...{ type: 'facade-unreachable' as const, doing, reason },
  remedy: 'Run the same command again.',
});

function refused(reason: string): Failure {
  return new Failure({ type: 'facade-refuses', doing: 'publish', reason, remedy: 'Correct it.' });
}

function moved(name: string, current: string): Failure {
  return new Failure({
    ...{ type: 'facade-moved', doing: `publish the API ${name}`, reason: `Its revision ${current} is current.` },
    remedy: 'Run the same command again; it plans from what is there.',
  });
}
