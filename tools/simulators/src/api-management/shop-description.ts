/** Returns a description of the shop's orders, as a service would send it, with differences. */
export function ordersDescription(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    openapi: '3.0.3',
    info: { title: 'Orders', description: 'Orders of the shop', version: '1' },
    paths: {
      '/orders': {
        get: {
          operationId: 'listOrders',
          summary: 'List orders',
          parameters: [{ name: 'page', in: 'query', schema: { type: 'integer' } }],
          responses: {
            200: {
              description: 'orders',
              content: { 'application/json': { schema: { $ref: '#/components/schemas/Order' } } },
            },
          },
        },
      },
      '/orders/{id}': {
        get: {
          operationId: 'getOrder',
          parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
          responses: { 200: { description: 'an order' } },
        },
      },
    },
    components: { schemas: { Order: { type: 'object', properties: { id: { type: 'string' } } } } },
    ...changes,
  };
}
