import { shownDocument } from './shown-document.ts';

const address = 'https://preprod.example/orders';
const servers = [{ url: 'https://evil.example' }];
const document = {
  openapi: '3.1.0',
  servers,
  paths: {
    '/': { servers, get: { servers, operationId: 'list', security: [{ own: [] }], responses: {} }, parameters: [] },
    'x-note': 'no path',
  },
  webhooks: { paid: { post: { servers } } },
  components: { pathItems: { Shared: { servers, get: {} } }, schemas: { Server: { properties: { servers: {} } } } },
};

describe('shownDocument', () => {
  it('has requests go to the door, whatever servers the description names', () => {
    const shown = shownDocument(document, { address, keyHeader: undefined });
    expect(shown).toMatchObject({ servers: [{ url: address }], components: { schemas: document.components.schemas } });
    expect(JSON.stringify(shown)).not.toContain('evil.example');
    expect(shown['paths']).toEqual({
      '/': { get: { operationId: 'list', security: [{ own: [] }], responses: {} }, parameters: [] },
    });
    expect(shown).not.toHaveProperty('security');
  });

  it('has no server where no address is known', () => {
    expect(shownDocument(document, { address: undefined, keyHeader: undefined })['servers']).toEqual([]);
  });

  it("asks for the door's key beside what the service asks for", () => {
    const shown = shownDocument(document, { address, keyHeader: 'Ocp-Apim-Subscription-Key' });
    expect(shown).toMatchObject({
      security: [{ subscriptionKey: [] }],
      paths: { '/': { get: { security: [{ own: [], subscriptionKey: [] }] } } },
      components: {
        securitySchemes: { subscriptionKey: { type: 'apiKey', in: 'header', name: 'Ocp-Apim-Subscription-Key' } },
      },
    });
  });

  it.each([[{ paths: [] }], [{ paths: { '/': 1 }, components: 'x' }], [{}]])('takes %j', (wrong) => {
    expect(shownDocument(wrong, { address, keyHeader: undefined })['paths']).toEqual({});
  });
});
