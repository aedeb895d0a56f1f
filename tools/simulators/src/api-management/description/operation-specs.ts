/** What Microsoft's description says of a value, as the SDK carries it. */
export interface Mapper {
  readonly serializedName?: string;
  readonly required?: boolean;
  readonly constraints?: {
    readonly MinLength?: number;
    readonly MaxLength?: number;
    readonly Pattern?: RegExp;
    readonly InclusiveMinimum?: number;
    readonly InclusiveMaximum?: number;
    readonly UniqueItems?: boolean;
  };
  readonly type: {
    readonly name: string;
    readonly className?: string;
    readonly modelProperties?: Readonly<Record<string, Mapper>>;
    readonly allowedValues?: readonly string[];
    readonly element?: Mapper;
    readonly value?: Mapper;
  };
}

export interface Parameter {
  readonly mapper: Mapper;
}

/** One operation of Microsoft's description. */
export interface OperationSpec {
  readonly path: string;
  readonly httpMethod: string;
  readonly responses: Readonly<Record<string, { readonly bodyMapper?: Mapper; readonly headersMapper?: Mapper }>>;
  readonly requestBody?: Parameter;
  readonly queryParameters?: readonly Parameter[];
  readonly urlParameters?: readonly Parameter[];
  readonly headerParameters?: readonly Parameter[];
  readonly serializer: { readonly modelMappers: Readonly<Record<string, Mapper>> };
}

/** The SDK's groups of operations that the simulator answers for. */
const groups = [
  'api',
  'apiOperation',
  'apiOperationPolicy',
  'apiPolicy',
  'apiProduct',
  'apiRelease',
  'apiRevision',
  'apiManagementService',
  'apiVersionSet',
  'backend',
  'namedValue',
  'policy',
  'policyFragment',
  'product',
  'productApi',
  'productPolicy',
  'productSubscriptions',
  'subscription',
] as const;

class Noted extends Error {}

/**
 * Returns Microsoft's description of API Management, which `@azure/arm-apimanagement` carries in generated code. Its
 * operation specs are private to their modules: every method is called once on a client that notes the spec in place of
 * sending the request.
 */
export async function operationSpecs(): Promise<OperationSpec[]> {
  const { ApiManagementClient } = await import('@azure/arm-apimanagement');
  const credential = { getToken: async () => ({ token: '', expiresOnTimestamp: 0 }) };
  const client = new ApiManagementClient(credential, '');
  const found = new Map<string, OperationSpec>();
  client.sendOperationRequest = async (_values, spec) => {
    const { httpMethod, path = '' } = spec;
    found.set(`${httpMethod} ${path}`, { ...spec, path } as unknown as OperationSpec);
    throw new Noted();
  };
  for (const group of groups) {
    const operations = client[group] as unknown as Record<string, (...values: string[]) => Promise<unknown>>;
    for (const name of Object.getOwnPropertyNames(Object.getPrototypeOf(operations))) {
      if (name === 'constructor' || name.endsWith('AndWait')) continue;
      try {
        await operations[name]?.('', '', '', '', '', '', '');
      } catch (error) {
        if (!(error instanceof Noted)) throw error;
      }
    }
  }
  // The pages of a list are at addresses of the server's choice.
  return [...found.values()].filter(({ path }) => path.startsWith('/'));
}
