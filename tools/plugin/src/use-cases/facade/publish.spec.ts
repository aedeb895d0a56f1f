import { InMemoryFacade } from '../../../../twins/src/in-memory-facade.ts';
import type { ApiChanges } from '../../model/changes/api/api-changes.ts';
import { interruption } from '../../model/errors/interruption.ts';
import { Failure, Refusal, type ProductError } from '../../model/errors/product-error.ts';
import { ApiPath } from '../../model/facade/api-path.ts';
import { ApiId, ProductId } from '../../model/facade/identifiers.ts';
import { BuildNumber } from '../../model/release/build-number.ts';
import { publish } from './publish.ts';
import type { PublishRequest } from './publish-request.ts';
import { ServicePublication } from './service-publication.ts';

const orders = ApiId.parse('orders')!;
const digestOf = (revision: number) => `sha256:${String(revision).repeat(64)}`;
const breaking: ApiChanges = {
  state: 'compared',
  operations: [{ operation: 'GET /orders', change: 'removed', isBreaking: true, reasons: [] }],
};

let facade: InMemoryFacade;
let lines: string[];

beforeEach(() => {
  facade = new InMemoryFacade();
  facade.products.add('partners');
  lines = [];
});

const reporter = {
  step: (line: string) => void lines.push(line),
  detail: () => {},
  warn: (line: string) => void lines.push(`warning: ${line}`),
};

function request(revision: number, changes: Partial<PublishRequest> = {}): PublishRequest {
  return {
    publication: {
      ...{ api: orders, build: BuildNumber.parse(`20261124-${revision}`)!, commit: `${revision}a2b3c4` },
      ...{ digest: digestOf(revision), products: [ProductId.parse('partners')!] },
      settings: {
        ...{ displayName: 'Orders', description: '', path: ApiPath.parse('orders')!, needsKey: true },
        serviceUrl: 'https://gateway.example/orders',
      },
    },
    content: {
      description: {
        document: {},
        importText: () => '{}',
        operations: [{ operationId: 'listOrders', name: 'listorders', method: 'GET', path: '/orders' }],
      },
      policies: { api: undefined, operations: new Map(), namedValues: new Map(), fragments: new Map() },
      notes: 'by ada',
    },
    ...{ direction: 'forward', recorded: [], changesSince: async () => ({ state: 'none' }) },
    situation: {
      ...{ service: 'orders', file: 'apps/orders/openapi.yaml', isAllowed: false },
      environment: { name: 'prod', protected: true },
    },
    ...changes,
  };
}

/** The work between the writes at the door. */
interface Between {
  readonly code?: () => Promise<void>;
  readonly check?: () => Promise<void>;
}

async function run(wanted: PublishRequest, { code, check }: Between = {}, signal?: AbortSignal) {
  const publication = await ServicePublication.plan([wanted], facade, check);
  await publish(publication, { reporter, signal }, code);
  return publication.revisions[0]!.revision;
}

async function thrownBy(action: Promise<unknown>): Promise<ProductError> {
  return action.then(
    () => expect(undefined).toBe('an error'),
    (error: unknown) => error as ProductError,
  ) as Promise<ProductError>;
}

/** Notes what the door had when it was asked to wait. */
function noting(): { readonly between: Between; readonly seen: string[] } {
  const seen: string[] = [];
  const note = (phase: string) => async () => void seen.push(`${phase} ${facade.apis.get('orders')?.current}`);
  return { seen, between: { code: note('code'), check: note('check') } };
}

describe('publish', () => {
  it('makes an API, and says what it did', async () => {
    expect(`${await run(request(1))}`).toBe('20261124-1');
    expect(lines).toEqual([
      'made the API orders with revision 20261124-1, which no client finds yet',
      'put the policies of revision 20261124-1',
      'finished revision 20261124-1',
      'gave orders to the product partners',
      'changed of orders: path',
    ]);
  });

  it('opens the door after the code on the way forward, and before it on the way back', async () => {
    await run(request(1));
    const forward = noting();
    await run(request(2), forward.between);
    expect(forward.seen).toEqual(['code 20261124-1', 'check 20261124-1']);
    expect(facade.apis.get('orders')!.current).toBe('20261124-2');
    const back = noting();
    await run(request(1, { direction: 'back' }), back.between);
    expect(back.seen).toEqual(['check 20261124-2', 'code 20261124-1']);
    expect([...facade.apis.get('orders')!.releases]).toEqual([
      ['1-20261124-2', 'by ada'],
      ['2-20261124-1', 'by ada'],
    ]);
  });

  it('does nothing, and says so, when nothing differs', async () => {
    await run(request(1));
    const { length } = facade.writes;
    lines = [];
    await run(request(1));
    expect(facade.writes).toHaveLength(length);
    expect(lines).toEqual(['orders at shop-apim is as it should be (revision 20261124-1)']);
  });

  it('leaves clients what they have when the code fails', async () => {
    await run(request(1));
    const failed = new Error('not ready');
    const code = () => Promise.reject(failed);
    await expect(run(request(2), { code })).rejects.toBe(failed);
    expect(facade.apis.get('orders')!.current).toBe('20261124-1');
    lines = [];
    await run(request(2));
    expect(lines).toEqual(['clients of orders get revision 20261124-2']);
  });

  it('refuses before any write what the instance could not take', async () => {
    facade.products.clear();
    const error = await thrownBy(run(request(1)));
    expect(error).toBeInstanceOf(Refusal);
    expect(error.facts.type).toBe('facade-not-ready');
    expect(facade.writes).toEqual([]);
  });

  it('refuses what breaks clients of a protected environment, unless it is allowed or goes back', async () => {
    await run(request(1));
    const marks: string[] = [];
    const changesSince: PublishRequest['changesSince'] = async (mark) => {
      marks.push(`${mark?.commit}`);
      return breaking;
    };
    const error = await thrownBy(run(request(2, { changesSince })));
    expect(error.facts.type).toBe('api-breaks-clients');
    expect(facade.apis.get('orders')!.revisions.size).toBe(1);
    const situation = { ...request(2).situation, isAllowed: true };
    await run(request(2, { changesSince, situation }));
    expect(lines).toContain('warning: GET /orders: removed');
    expect(marks).toEqual(['1a2b3c4', '1a2b3c4']);
    await run(request(1, { changesSince, direction: 'back' }));
    expect(facade.apis.get('orders')!.current).toBe('20261124-1');
    expect(marks).toHaveLength(2);
  });

  it('says how far it came when it fails, and goes on from there', async () => {
    facade.afterWrite = (write) => {
      if (write === 'PATCH apis/orders') facade.outage = 'It is gone.';
    };
    const error = await thrownBy(run(request(1)));
    expect(error).toBeInstanceOf(Failure);
    expect(error.facts).toMatchObject({
      type: 'facade-unreachable',
      evidence: [
        'done: made the API orders with revision 20261124-1, which no client finds yet',
        'done: put the policies of revision 20261124-1',
        'done: finished revision 20261124-1',
      ],
    });
    facade.outage = undefined;
    facade.afterWrite = () => {};
    lines = [];
    await run(request(1));
    expect(lines).toEqual(['gave orders to the product partners', 'changed of orders: path']);
  });

  it('stops before the next write when it is interrupted', async () => {
    const controller = new AbortController();
    facade.afterWrite = () => controller.abort(interruption('SIGTERM'));
    const error = await thrownBy(run(request(1), {}, controller.signal));
    expect(facade.writes).toHaveLength(1);
    expect(error.facts.type).toBe('interrupted');
    expect(error.facts.reason).toBe(
      'It was interrupted (SIGTERM). Done: made the API orders with revision 20261124-1, which no client finds yet. Done: put the policies of revision 20261124-1.',
    );
  });
});
