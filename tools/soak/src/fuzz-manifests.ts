import fc from 'fast-check';
import { parse, parseAllDocuments, stringify } from 'yaml';
import type { KubernetesObject } from '../../plugin/src/model/manifests/kubernetes-object.ts';

/** Manifests with a mistake. */
export interface MalformedManifests {
  /** The fault: `a wrong type at deployment.yaml spec.replicas`. */
  readonly what: string;
  /** Texts by file name below the folder of manifests. */
  readonly files: Readonly<Record<string, string>>;
  /** A refusal must have at least one of these, so that one knows where to look. */
  readonly where: readonly string[];
}

type Files = Readonly<Record<string, string>>;
type Path = readonly (string | number)[];

/** A place in one of the manifests, and what stands there. */
interface Place {
  readonly file: string;
  readonly path: Path;
  readonly value: unknown;
}

/** Maps whose keys, or whose values, are free. */
const freeMaps = ['labels', 'annotations', 'matchLabels', 'selector', 'requests', 'limits'];
/** Fields that a release fills in itself. */
const filledIn = ['image'];

/** Things that no name and no value of a list of choices is. */
const hostile: fc.Arbitrary<string> = fc
  .oneof(
    fc.constantFrom(
      '..',
      '.',
      '../../etc/passwd',
      '/',
      'a/b',
      'a%2Fb',
      'a?dryRun=x',
      'a#b',
      ' ',
      'UPPER-',
      'ünïcödé',
      '💥',
      '\u202Eevil',
      'a\u0000b',
      'a\u001b[31mred',
      'a\nb',
      '$(rm -rf /)',
      '; DROP TABLE releases; --',
      '<script>alert(1)</script>',
      'a'.repeat(300),
      '-dash',
      'dash-',
      '__proto__ ',
      '\ud800',
    ),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }).filter((text) => !/^[A-Za-z0-9._-]*$/.test(text)),
  )
  .filter((text) => !text.includes('${'));

const otherType = (value: unknown): fc.Arbitrary<unknown> => {
  const nested = { fuzz: { fuzz: 1 } };
  if (typeof value === 'number') return fc.constantFrom('many', 1.5, nested, [1], false);
  if (typeof value === 'boolean') return fc.constantFrom('sure', 5, nested, [true]);
  if (typeof value === 'string') return fc.constantFrom(nested, [value], true);
  if (Array.isArray(value)) return fc.constantFrom('text', 5, nested, true);
  return fc.constantFrom('text', 5, [1], true);
};

/**
 * Malformed manifests, made of those of a service that is deployed. Each is wrong for certain: what may be right by
 * accident is not made.
 * @param base texts by file name; one object in each.
 */
export function malformedManifests(base: Files): fc.Arbitrary<MalformedManifests> {
  const objects = Object.fromEntries(
    Object.entries(base).map(([file, text]) => [file, parse(text) as KubernetesObject] as const),
  );
  const files = Object.keys(base);
  const places = files.flatMap((file) => placesIn(objects[file], [], file)).filter(({ path }) => path.length > 0);
  // What is missing in it can be told of the folder only.
  const whereOf = (file: string) => [
    'manifests in apps/',
    file,
    `${objects[file]!.kind} ${objects[file]!.metadata.name}`,
    objects[file]!.kind,
  ];
  /** The manifests with one place changed. */
  const changed = (what: string, file: string, path: Path, value: unknown): MalformedManifests => {
    const object = structuredClone(objects[file]!);
    setAt(object, path, value);
    return {
      what: `${what} at ${file} ${path.join('.')}`,
      files: { ...base, [file]: stringify(object) },
      where: whereOf(file),
    };
  };
  const added = (what: string, text: string, where: readonly string[] = []): MalformedManifests => ({
    what,
    files: { ...base, 'zz-fuzz.yaml': text },
    where: ['zz-fuzz.yaml', ' fuzz', ...where],
  });
  const object = (apiVersion: string, kind: string, more: object = {}, name: unknown = 'fuzz') =>
    stringify({ apiVersion, kind, metadata: { name }, ...more });

  const maps = places.filter(({ path, value }) => isPlainMap(value) && !freeMaps.includes(String(path.at(-1))));
  const texts = places.filter(({ value }) => typeof value === 'string');
  const unknownField = fc
    .record({
      place: fc.constantFrom(...maps),
      name: fc.oneof(
        fc.stringMatching(/^zz[a-zA-Z]{1,20}$/),
        fc.constantFrom('', 'replcias', 'constructor', '__proto__'),
      ),
      value: fc.constantFrom<unknown>(1, 'text', true, ['a'], { a: 1 }),
    })
    // `metadata.constructor` and the like are known to no kind either.
    .map(({ place: { file, path }, name, value }) => changed('an unknown field', file, [...path, name], value));
  const wrongType = fc
    .constantFrom(...places)
    .chain((place) => otherType(place.value).map((value) => changed('a wrong type', place.file, place.path, value)));
  const container: Path = ['spec', 'template', 'spec', 'containers', 0];
  const missing = fc
    .constantFrom<[string, Path]>(
      ...files.flatMap((file): [string, Path][] => [
        [file, ['kind']],
        [file, ['apiVersion']],
        [file, ['metadata']],
        [file, ['metadata', 'name']],
      ]),
      ['deployment.yaml', ['spec']],
      ['deployment.yaml', ['spec', 'template']],
      ['deployment.yaml', ['spec', 'template', 'spec', 'containers']],
      ['deployment.yaml', [...container, 'name']],
      ['deployment.yaml', [...container, 'readinessProbe']],
      ['deployment.yaml', [...container, 'readinessProbe', 'httpGet']],
      ['deployment.yaml', [...container, 'readinessProbe', 'httpGet', 'port']],
      ['deployment.yaml', [...container, 'lifecycle']],
      ['deployment.yaml', [...container, 'ports', 0, 'containerPort']],
      ['deployment.yaml', [...container, 'env', 0, 'name']],
      ['service.yaml', ['spec', 'ports']],
      ['service.yaml', ['spec', 'ports', 0, 'port']],
      ['pod-disruption-budget.yaml', ['spec', 'selector']],
    )
    .map(([file, path]) => ({ ...changed('a field that is missing', file, path, undefined) }));
  const hostileName = fc.record({ file: fc.constantFrom(...files), name: hostile }).map(({ file, name }) => {
    const mutant = changed(`the name ${JSON.stringify(name.slice(0, 40))}`, file, ['metadata', 'name'], name);
    return { ...mutant, where: [file, objects[file]!.kind] };
  });
  const hostileText = fc
    .record({
      text: hostile,
      place: fc.constantFrom<[string, Path]>(
        ...files.map((file): [string, Path] => [file, ['metadata', 'labels', 'example.com/fuzz']]),
        ['deployment.yaml', [...container, 'imagePullPolicy']],
        ['deployment.yaml', [...container, 'ports', 0, 'name']],
        ['deployment.yaml', [...container, 'ports', 0, 'protocol']],
        ['deployment.yaml', ['spec', 'template', 'spec', 'restartPolicy']],
        ['deployment.yaml', ['spec', 'template', 'spec', 'serviceAccountName']],
        ['deployment.yaml', ['spec', 'template', 'metadata', 'labels', 'example.com/fuzz']],
        ['deployment.yaml', ['spec', 'strategy', 'type']],
        ['deployment.yaml', ['spec', 'strategy', 'rollingUpdate', 'maxSurge']],
        ['service.yaml', ['spec', 'type']],
        ['service.yaml', ['spec', 'selector', 'example.com/fuzz']],
        ['service.yaml', ['spec', 'ports', 0, 'name']],
        ['http-route.yaml', ['spec', 'hostnames']],
        ['pod-disruption-budget.yaml', ['spec', 'maxUnavailable']],
      ),
    })
    .map(({ text, place: [file, path] }) => changed(`the text ${JSON.stringify(text.slice(0, 40))}`, file, path, text));
  const hostileKey = fc
    .record({
      key: hostile,
      file: fc.constantFrom(...files),
      field: fc.constantFrom('labels', 'annotations'),
    })
    // A label's key may have one slash.
    .filter(({ key }) => !/^([\w.-]+\/)?[\w.-]+$/.test(key) || key.length > 63 || /^\W|\W$/.test(key))
    .map(({ key, file, field }) =>
      changed(`the key ${JSON.stringify(key.slice(0, 40))}`, file, ['metadata', field, key], 'x'),
    );
  const huge = fc
    .constantFrom<[string, Path, unknown]>(
      ['deployment.yaml', ['spec', 'replicas'], 1e20],
      ['deployment.yaml', ['spec', 'replicas'], 2 ** 31],
      // Of which the server would keep the low bits.
      ['deployment.yaml', ['spec', 'replicas'], 2 ** 32 + 2],
      ['service.yaml', ['spec', 'ports', 0, 'port'], 2 ** 32 + 80],
      ['deployment.yaml', ['spec', 'replicas'], -1],
      ['deployment.yaml', ['spec', 'template', 'spec', 'terminationGracePeriodSeconds'], -5],
      ['deployment.yaml', [...container, 'lifecycle', 'preStop', 'sleep', 'seconds'], 1e9],
      ['deployment.yaml', [...container, 'lifecycle', 'preStop', 'sleep', 'seconds'], Number.MAX_VALUE],
      ['deployment.yaml', [...container, 'ports', 0, 'containerPort'], 70_000],
      ['deployment.yaml', [...container, 'readinessProbe', 'periodSeconds'], -1],
      ['deployment.yaml', [...container, 'resources', 'limits', 'memory'], 'lots'],
      ['deployment.yaml', [...container, 'resources', 'limits', 'memory'], '-5Mi'],
      ['deployment.yaml', [...container, 'resources', 'requests', 'memory'], '100Gi'],
      ['service.yaml', ['spec', 'ports', 0, 'port'], 0],
      ['service.yaml', ['spec', 'ports', 0, 'port'], 1e12],
      ...files.map((file): [string, Path, unknown] => [
        file,
        ['metadata', 'annotations'],
        { big: 'x'.repeat(300_000) },
      ]),
      ...files.map((file): [string, Path, unknown] => [file, ['metadata', 'labels', 'long'], 'x'.repeat(64)]),
    )
    .map(([file, path, value]) => changed('a huge value', file, path, value));
  const hugeFile = fc.constantFrom(...files).map((file) => ({
    what: `a file of 2 MiB: ${file}`,
    files: { ...base, [file]: `${base[file]}# ${'x'.repeat(2 * 1024 * 1024)}\n` },
    where: [file],
  }));
  const brokenYaml = fc
    .record({
      file: fc.constantFrom(...files),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      garbage: fc.oneof(
        fc.constantFrom(
          '\t- x: [',
          '\n"',
          '\n}',
          '\nkey: {a: b',
          '\n*nowhere',
          '\n- a\nb: c',
          '\n%YAML 9',
          ': : :',
          '\u0000',
        ),
        fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
      ),
      cuts: fc.boolean(),
    })
    .map(({ file, at, garbage, cuts }) => {
      const text = base[file]!;
      const cut = Math.floor(at * text.length);
      const broken = text.slice(0, cut) + garbage + (cuts ? '' : text.slice(cut));
      return { what: `broken YAML in ${file}: ${JSON.stringify(garbage)}`, file, broken };
    })
    .filter(({ broken }) => hasSyntaxError(broken))
    .map(({ what, file, broken }) => ({ what, files: { ...base, [file]: broken }, where: [file] }));
  const duplicateKey = fc.constantFrom(...files).map((file) => ({
    what: `a key that stands twice in ${file}`,
    files: { ...base, [file]: `${base[file]}\nkind: ${objects[file]!.kind}\n` },
    where: [file],
  }));
  const bombs = fc
    .constantFrom(
      ['an alias bomb', aliasBomb(9)],
      ['an alias to itself', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: fuzz }\ndata: &a { x: *a }\n'],
      ['an alias to nothing', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: fuzz }\ndata: *gone\n'],
      [
        'deep nesting',
        `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: fuzz }\ndata: ${'{a: '.repeat(100)}1${'}'.repeat(100)}\n`,
      ],
      ['very deep nesting', '['.repeat(20_000)],
      ['very deep maps', `a: ${'{a: '.repeat(5000)}1${'}'.repeat(5000)}\n`],
    )
    .map(([what, text]) => added(what!, text!));
  const noObjects = fc
    .constantFrom(
      'just text',
      '- a\n- list',
      '42',
      'true',
      '{}',
      '[]',
      'a: 1',
      'kind: ""',
      'kind: ConfigMap\n',
      '{kind: []}',
    )
    .map((text) => added(`no object: ${JSON.stringify(text)}`, text));
  const emptyFolder = fc
    .constantFrom('', '# nothing\n', '---\n---\n', 'null\n')
    .map((text) => ({ what: 'manifests without any object', files: { 'empty.yaml': text }, where: ['k8s'] }));
  const otherNamespace = fc
    .record({
      file: fc.constantFrom(...files),
      namespace: fc.oneof(hostile, fc.constantFrom<unknown>('default', 'kube-system', '', 5, true, { a: 1 }, ['x'])),
    })
    .map(({ file, namespace }) => changed('another namespace', file, ['metadata', 'namespace'], namespace));
  const twins = fc.record({ file: fc.constantFrom(...files), sameFile: fc.boolean() }).map(({ file, sameFile }) => ({
    what: `an object that is there twice: ${file}`,
    files: sameFile
      ? { ...base, [file]: `${base[file]}\n---\n${base[file]}` }
      : { ...base, [`copy-of-${file}`]: base[file]! },
    where: whereOf(file),
  }));
  const secrets = fc
    .record({
      field: fc.constantFrom('data', 'stringData'),
      value: fc.oneof(
        fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.base64String()),
        fc.constantFrom<unknown>('x', 5, []),
      ),
    })
    .map(({ field, value }) =>
      added('a secret with data', object('v1', 'Secret', { [field]: value }), ['Secret fuzz']),
    );
  const clusterKinds = fc
    .constantFrom<[string, string]>(
      ['v1', 'Namespace'],
      ['v1', 'Node'],
      ['v1', 'PersistentVolume'],
      ['v1', 'ComponentStatus'],
      ['rbac.authorization.k8s.io/v1', 'ClusterRole'],
      ['rbac.authorization.k8s.io/v1', 'ClusterRoleBinding'],
      ['storage.k8s.io/v1', 'StorageClass'],
      ['storage.k8s.io/v1', 'CSIDriver'],
      ['networking.k8s.io/v1', 'IngressClass'],
      ['scheduling.k8s.io/v1', 'PriorityClass'],
      ['node.k8s.io/v1', 'RuntimeClass'],
      ['apiextensions.k8s.io/v1', 'CustomResourceDefinition'],
      ['admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration'],
      ['apiregistration.k8s.io/v1', 'APIService'],
      ['certificates.k8s.io/v1', 'CertificateSigningRequest'],
      ['flowcontrol.apiserver.k8s.io/v1', 'FlowSchema'],
      ['gateway.networking.k8s.io/v1', 'GatewayClass'],
      ['authorization.k8s.io/v1', 'SubjectAccessReview'],
      ['authentication.k8s.io/v1', 'TokenReview'],
    )
    .map(([apiVersion, kind]) => added(`a kind of the cluster: ${kind}`, object(apiVersion, kind), [kind]));
  const otherKinds = fc
    .oneof(
      fc.constantFrom<[string, string]>(
        ['v1', 'Binding'],
        ['v1', 'Status'],
        ['v1', 'List'],
        ['v1', 'PodList'],
        ['apps/v1', 'Deploymnet'],
        ['apps/v1', 'deployment'],
        ['apps/v1beta1', 'Deployment'],
        ['autoscaling/v1', 'Scale'],
        ['policy/v1', 'Eviction'],
        ['authorization.k8s.io/v1', 'LocalSubjectAccessReview'],
        ['no.such/v1', 'Deployment'],
        ['v1', 'ConfigMap '],
        ['v1 ', 'ConfigMap'],
      ),
      fc.tuple(fc.constant('v1'), hostile),
      fc.tuple(hostile, fc.constant('ConfigMap')),
    )
    .map(([apiVersion, kind]) =>
      added(`no kind of a service: ${apiVersion} ${kind}`.slice(0, 80), object(apiVersion, kind)),
    );
  const ownObjects = fc
    .constantFrom(
      object('coordination.k8s.io/v1', 'Lease', { spec: { holderIdentity: 'fuzz' } }, 'poc-soak'),
      object('apps/v1', 'ControllerRevision', { revision: 1, data: {} }, 'poc-soak-1'),
      object('apps/v1', 'ControllerRevision', { revision: 9999, data: {} }, 'poc-soak-9999'),
    )
    .map((text) => added('an object of the deployer itself', text, ['Lease poc-soak', 'ControllerRevision poc-soak']));
  const unresolved = fc
    .record({
      place: fc.constantFrom(...texts),
      name: fc.stringMatching(/^ZZ[A-Z_]{1,12}$/),
      around: fc.constantFrom<[string, string]>(['', ''], ['a-', '-b'], ['${', '}'], ['$', '$']),
      isKey: fc.boolean(),
    })
    // `$${NAME}` stands for itself.
    .filter(({ around }) => !around[0].endsWith('$'))
    .map(({ place: { file, path }, name, around: [before, after], isKey }) => {
      const text = `${before}\${${name}}${after}`;
      const at = isKey ? ['metadata', 'annotations', text] : path;
      return changed(`${text} without a value`, file, at, isKey ? 'x' : text);
    });
  const strangers = fc.constantFrom(...files).map((file) => ({
    what: `an overlay of nothing, like ${file}`,
    files: { ...base, 'preprod.yaml': stringify({ ...objects[file], metadata: { name: 'stranger' } }) },
    where: ['preprod.yaml'],
  }));
  const downtime = fc
    .constantFrom<[string, Path, unknown]>(
      ['deployment.yaml', ['spec', 'replicas'], 1],
      ['deployment.yaml', ['spec', 'strategy'], { type: 'Recreate' }],
      ['deployment.yaml', ['spec', 'strategy', 'rollingUpdate', 'maxUnavailable'], 1],
      ['deployment.yaml', ['spec', 'strategy', 'rollingUpdate', 'maxSurge'], 0],
      ['deployment.yaml', [...container, 'lifecycle', 'preStop', 'sleep', 'seconds'], 0],
      ['deployment.yaml', ['spec', 'template', 'spec', 'terminationGracePeriodSeconds'], 1],
      ['pod-disruption-budget.yaml', ['spec', 'selector', 'matchLabels'], { a: 'b' }],
    )
    .map(([file, path, value]) => ({
      ...changed('what costs requests', file, path, value),
      where: ['deployment.yaml', 'Deployment'],
    }));
  // The only container of a pod is the service's, whatever it is called.
  const wrongContainer = fc
    .uniqueArray(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 2, maxLength: 2 })
    .filter((names) => !names.includes(objects['deployment.yaml']!.metadata.name))
    .map(([first, second]) => {
      const mutant = structuredClone(objects['deployment.yaml']!);
      setAt(mutant, [...container, 'name'], first);
      setAt(mutant, [...container.slice(0, -1), 1], { name: second, image: '${IMAGE}' });
      return {
        what: 'two containers, neither of them called like the service',
        files: { ...base, 'deployment.yaml': stringify(mutant) },
        where: whereOf('deployment.yaml'),
      };
    });
  const immutable = fc.stringMatching(/^[a-z]{1,12}$/).map((value) => {
    const mutant = structuredClone(objects['deployment.yaml']!);
    setAt(mutant, ['spec', 'selector', 'matchLabels', 'fuzz'], value);
    setAt(mutant, ['spec', 'template', 'metadata', 'labels', 'fuzz'], value);
    return {
      what: 'a field that can never change',
      files: { ...base, 'deployment.yaml': stringify(mutant) },
      where: whereOf('deployment.yaml'),
    };
  });
  const foreign = fc.constant(
    added(
      'an object of somebody else',
      stringify({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: foreignName, annotations: { 'poc.dev/keep-name': 'true' } },
        data: { of: 'ours' },
      }),
      [`ConfigMap ${foreignName}`],
    ),
  );
  return fc.oneof(
    { weight: 6, arbitrary: unknownField },
    { weight: 10, arbitrary: wrongType },
    { weight: 3, arbitrary: missing },
    { weight: 4, arbitrary: hostileName },
    { weight: 5, arbitrary: hostileText },
    { weight: 3, arbitrary: hostileKey },
    { weight: 3, arbitrary: huge },
    { weight: 1, arbitrary: hugeFile },
    { weight: 8, arbitrary: brokenYaml },
    { weight: 1, arbitrary: duplicateKey },
    { weight: 2, arbitrary: bombs },
    { weight: 2, arbitrary: noObjects },
    { weight: 1, arbitrary: emptyFolder },
    { weight: 2, arbitrary: otherNamespace },
    { weight: 1, arbitrary: twins },
    { weight: 2, arbitrary: secrets },
    { weight: 3, arbitrary: clusterKinds },
    { weight: 4, arbitrary: otherKinds },
    { weight: 1, arbitrary: ownObjects },
    { weight: 3, arbitrary: unresolved },
    { weight: 1, arbitrary: strangers },
    { weight: 2, arbitrary: downtime },
    { weight: 1, arbitrary: wrongContainer },
    { weight: 1, arbitrary: immutable },
    { weight: 1, arbitrary: foreign },
  );
}

/** A ConfigMap that must belong to Helm where these manifests are tried. */
export const foreignName = 'of-helm';

/** All places whose type or fields are fixed. */
function placesIn(value: unknown, path: Path, file: string): Place[] {
  const name = path.at(-1);
  if (filledIn.includes(String(name))) return [];
  const here = [{ file, path, value }];
  if (Array.isArray(value)) return [...here, ...value.flatMap((item, index) => placesIn(item, [...path, index], file))];
  if (!isPlainMap(value)) return here;
  const isFree = freeMaps.includes(String(name)) && !('matchLabels' in value);
  // A free map's type is fixed, though its keys are not.
  if (isFree) return here;
  return [...here, ...Object.entries(value).flatMap(([key, field]) => placesIn(field, [...path, key], file))];
}

function isPlainMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Sets a field below an object, or takes it away when the value is undefined. */
function setAt(object: unknown, path: Path, value: unknown): void {
  let at = object as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) at = (at[key] ??= {}) as typeof at;
  const last = path.at(-1)!;
  if (value === undefined) {
    if (Array.isArray(at)) at.splice(Number(last), 1);
    else delete at[last];
    return;
  }
  // Also `__proto__`, as a field of its own.
  Object.defineProperty(at, last, { value, enumerable: true, configurable: true, writable: true });
}

function hasSyntaxError(text: string): boolean {
  try {
    const documents = parseAllDocuments(text, { uniqueKeys: true, merge: true, logLevel: 'error' });
    return Array.isArray(documents) && documents.some(({ errors }) => errors.length > 0);
  } catch {
    return true;
  }
}

function aliasBomb(levels: number): string {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
  for (let level = 1; level <= levels; level++)
    lines.push(
      `a${level}: &a${level} [${Array(9)
        .fill(`*a${level - 1}`)
        .join(', ')}]`,
    );
  return `${lines.join('\n')}\n`;
}
