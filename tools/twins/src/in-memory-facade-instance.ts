import { Failure, Refusal } from '../../plugin/src/model/errors/product-error.ts';
import type { EntityKind, HeldEntity, InstanceEntity } from '../../plugin/src/model/facade/instance/instance-entity.ts';
import { parsePlaceMark, type InstancePlace } from '../../plugin/src/model/facade/instance/place.ts';
import type { InstanceState, InstanceStep } from '../../plugin/src/model/facade/instance/plan-instance.ts';
import type { WritingCourse } from '../../plugin/src/ports/facade.ts';
import type { FacadeInstance } from '../../plugin/src/ports/facade-instance.ts';

/** Twin of an instance of API Management for tests, as provisioning sees it. It refuses what is referred to and not there. */
export class InMemoryFacadeInstance implements FacadeInstance {
  readonly instance = 'shop-apim';
  readonly entities = new Map<string, HeldEntity>();
  /** Values of places by their tags. */
  readonly marks = new Map<string, string>();
  /** APIs of services: paths by their ids. */
  readonly apis = new Map<string, string>();
  /** Texts of policies that are not provisioning's, by where they are. */
  readonly otherPolicies = new Map<string, string>();
  /** What uses products, by their ids. */
  readonly users = new Map<string, readonly string[]>();
  /** Every write: `put product partners`. */
  readonly writes: string[] = [];
  /** Called after every write; what it throws ends the step. */
  afterWrite: (write: string) => void = () => {};
  /** Why it does not answer; undefined while it does. */
  outage: string | undefined;

  async read(place: InstancePlace): Promise<InstanceState> {
    this.refuseOutage();
    const fallback = place.fallback.toString();
    const isOther = ({ kind, id }: InstanceEntity) => kind === 'fallback' && id !== fallback;
    const others = [...this.entities.values()].filter(isOther);
    return {
      entities: [...this.entities.values()].filter((each) => !isOther(each)),
      marks: [...this.marks].flatMap(([tag, value]) => parsePlaceMark(tag, value) ?? []),
      apis: [
        ...[...this.apis].map(([api, path]) => ({ api, path })),
        ...others.map(({ id, content }) => ({ api: id, path: content['path'] ?? '' })),
      ],
    };
  }

  async usersOf(product: string): Promise<readonly string[]> {
    this.refuseOutage();
    return this.users.get(product) ?? [];
  }

  async carryOut(step: InstanceStep, { signal }: WritingCourse = {}): Promise<string | undefined> {
    signal?.throwIfAborted();
    if (this.outage !== undefined) throw new Failure(unreachable(this.outage));
    const stays = this.write(step);
    if (stays !== undefined) return stays;
    const line = 'entity' in step ? `${step.kind} ${step.entity.kind} ${step.entity.name}` : `${step.kind} ${step.tag}`;
    this.writes.push(line);
    this.afterWrite(line);
    return undefined;
  }

  /** Makes something as somebody does who knows nothing of this tool. */
  makeByHand(entity: InstanceEntity): void {
    this.entities.set(keyOf(entity), { ...entity, owners: [] });
  }

  /** Makes the API `orders`, with a policy of its own, that a product has. */
  makeService(policy: string, product?: string): void {
    this.apis.set('orders', 'orders');
    this.otherPolicies.set('apis/orders', policy);
    if (product !== undefined) this.users.set(product, ['the API orders']);
  }

  private write(step: InstanceStep): string | undefined {
    switch (step.kind) {
      case 'put':
        this.refuseMissing(step.entity);
        this.entities.set(keyOf(step.entity), { ...step.entity, owners: [...step.owners] });
        return undefined;
      case 'delete': {
        const users = this.usersIn(step.entity);
        if (users.length > 0)
          return `The ${kindOf(step.entity)} is used by the following entities: ${users.join(', ')}.`;
        this.entities.delete(keyOf(step.entity));
        return undefined;
      }
      case 'mark':
        this.marks.set(step.tag, step.value);
        return undefined;
      case 'unmark':
        this.marks.delete(step.tag);
        return undefined;
    }
  }

  /** Where an entity is referred to. */
  private usersIn({ kind, name }: InstanceEntity): string[] {
    const isUsed = (text: string) =>
      (kind === 'named-value' && text.includes(`{{${name}}}`)) ||
      (kind === 'fragment' && text.includes(`fragment-id="${name}"`));
    const own = [...this.entities].map(([key, { content }]) => [key, content['text'] ?? ''] as const);
    return [...own, ...this.otherPolicies].filter(([, text]) => isUsed(text)).map(([key]) => key);
  }

  private refuseMissing({ content }: InstanceEntity): void {
    const text = content['text'] ?? '';
    const has = (kind: EntityKind, name: string) =>
      [...this.entities.values()].some((each) => each.kind === kind && each.name === name);
    for (const [, name = ''] of text.matchAll(/\{\{([^}]*)\}\}/g))
      if (!has('named-value', name)) throw refused(`There is no named value ${name}.`);
    for (const [, name = ''] of text.matchAll(/fragment-id="([^"]*)"/g))
      if (!has('fragment', name)) throw refused(`There is no fragment ${name}.`);
  }

  private refuseOutage(): void {
    if (this.outage !== undefined) throw new Refusal(unreachable(this.outage));
  }
}

function kindOf({ kind }: InstanceEntity): string {
  return kind.replace('-', ' ');
}

function keyOf({ kind, id }: InstanceEntity): string {
  return `${kind}/${id.toLowerCase()}`;
}

const unreachable = (reason: string) => ({
  ...{ type: 'facade-unreachable' as const, doing: 'provision shop-apim', reason },
  remedy: 'Run the same command again.',
});

function refused(reason: string): Failure {
  return new Failure({ type: 'facade-refuses', doing: 'provision shop-apim', reason, remedy: 'Correct it.' });
}
