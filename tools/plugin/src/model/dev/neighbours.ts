/** A Kubernetes Service that another service calls. */
export interface Neighbour {
  readonly name: string;
  readonly namespace: string;
  /** Of the Service. */
  readonly port: number;
}

/** Where names of hosts are read. */
export interface Surroundings {
  /** The environment's namespace, which a name without one means. */
  readonly namespace: string;
  /** Services of the workspace. */
  readonly services: readonly string[];
}

/** Ports that a URL means without saying so. */
const defaultPorts: Readonly<Record<string, number>> = {
  amqp: 5672,
  amqps: 5671,
  https: 443,
  mariadb: 3306,
  mongodb: 27017,
  mysql: 3306,
  nats: 4222,
  postgres: 5432,
  postgresql: 5432,
  redis: 6379,
  rediss: 6379,
  wss: 443,
};

/** `scheme://` and who logs in; host; port. What follows a host ends it. */
const urls = /(([a-z][a-z0-9+.-]*):\/\/(?:[^\s@/?#,"']*@)?)([a-z0-9.-]+)(?::(\d{1,5}))?(?![\w.:@-])/gi;
/** A host and a port, and nothing else. */
const address = /^([a-z0-9.-]+):(\d{1,5})$/i;

/** Returns the Services that variables name, in URLs and as `host:port`, each once. */
export function neighboursOf(variables: Readonly<Record<string, string>>, around: Surroundings): Neighbour[] {
  const found = new Map<string, Neighbour>();
  for (const value of Object.values(variables))
    replaceNeighbours(value, around, (neighbour) => {
      found.set(neighbourKey(neighbour), neighbour);
      return undefined;
    });
  return [...found.values()];
}

/**
 * Returns variables in which Services are addresses of this machine. Everything else of a value stays as it is written.
 * @param portOf the port at which a Service is reached here.
 */
export function withNeighbours(
  variables: Readonly<Record<string, string>>,
  around: Surroundings,
  portOf: (neighbour: Neighbour) => number | undefined,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name, replaceNeighbours(value, around, portOf)]),
  );
}

/** Identifies a Service and its port: `payments.dev:80`. */
export function neighbourKey({ name, namespace, port }: Neighbour): string {
  return `${name}.${namespace}:${port}`;
}

function replaceNeighbours(
  value: string,
  around: Surroundings,
  portOf: (neighbour: Neighbour) => number | undefined,
): string {
  const alone = address.exec(value);
  if (alone) {
    const [, host = '', port] = alone;
    const neighbour = neighbourAt(host, Number(port), around);
    // Of what is no URL only known names are taken for Services: `build:20261124` is none.
    const isKnown = neighbour !== undefined && around.services.includes(neighbour.name);
    const here = isKnown ? portOf(neighbour) : undefined;
    return here === undefined ? value : `127.0.0.1:${here}`;
  }
  return value.replace(urls, (...match: string[]) => {
    const [text = '', before = '', scheme = '', host = '', port] = match;
    const neighbour = neighbourAt(host, Number(port ?? defaultPorts[scheme.toLowerCase()] ?? 80), around);
    const here = neighbour && portOf(neighbour);
    return here === undefined ? text : `${before}127.0.0.1:${here}`;
  });
}

/** Returns the Service that a host's name means in a pod, if it means one. */
function neighbourAt(host: string, port: number, { namespace }: Surroundings): Neighbour | undefined {
  const [name = '', ofNamespace = namespace, ...domain] = host.toLowerCase().replace(/\.$/, '').split('.');
  if (name === 'localhost' || !/^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(name) || port < 1 || port > 65_535) return undefined;
  const isService = domain.length === 0 ? ofNamespace === namespace : domain[0] === 'svc';
  return isService ? { name, namespace: ofNamespace, port } : undefined;
}
