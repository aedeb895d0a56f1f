import type { Reader } from 'protobufjs';
import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';

/** Reads a field's value. @param before what the same field had already: lists and maps come item by item. */
type Read = (reader: Reader, before: unknown) => unknown;
/** Fields of a message by their number; those that are not in it are passed over. */
type Message = Readonly<Record<number, readonly [name: string, read: Read]>>;

const text: Read = (reader) => reader.string();
const number: Read = (reader) => reader.uint32();
const bytes: Read = (reader) => reader.bytes();
const flag: Read = (reader) => reader.bool();
/** A time, as JSON has it. */
const time: Read = (reader) => {
  const { seconds = 0 } = readMessage(reader, reader.uint32() + reader.pos, { 1: ['seconds', number] });
  return new Date(Number(seconds) * 1000).toISOString().replace('.000', '');
};

function message(fields: Message): Read {
  return (reader) => readMessage(reader, reader.uint32() + reader.pos, fields);
}

function listOf(read: Read): Read {
  return (reader, before) => {
    const list = (before as unknown[] | undefined) ?? [];
    list.push(read(reader, undefined));
    return list;
  };
}

/** A map of texts, such as labels. */
const texts: Read = (reader, before) => {
  const map = (before as Record<string, string> | undefined) ?? {};
  const { key = '', value = '' } = readMessage(reader, reader.uint32() + reader.pos, entry);
  map[key as string] = value as string;
  return map;
};
const entry: Message = { 1: ['key', text], 2: ['value', text] };

function readMessage(reader: Reader, end: number, fields: Message): Record<string, unknown> {
  const read: Record<string, unknown> = {};
  while (reader.pos < end) {
    const tag = reader.uint32();
    const field = fields[tag >>> 3];
    if (field) read[field[0]] = field[1](reader, read[field[0]]);
    else reader.skipType(tag & 7);
  }
  return read;
}

/*
 * What is read of each kind. Source of names and numbers: `generated.proto` of Kubernetes' k8s.io/api and
 * k8s.io/apimachinery; numbers never change.
 */
const managedFieldsEntry: Message = {
  1: ['manager', text],
  2: ['operation', text],
  7: ['fieldsV1', message({ 1: ['Raw', bytes] })],
  8: ['subresource', text],
};
const managedFields = listOf(message(managedFieldsEntry));
const identity: Message = { 1: ['name', text], 11: ['labels', texts], 12: ['annotations', texts] };
/** With what the server itself says of an object. */
const recorded: Message = { ...identity, 5: ['uid', text], 8: ['creationTimestamp', time] };
const objectMeta = message({
  ...identity,
  7: ['generation', number],
  9: ['deletionTimestamp', message({ 1: ['seconds', number] })],
  17: ['managedFields', managedFields],
});
const conditions = listOf(
  message({ 1: ['type', text], 2: ['status', text], 4: ['reason', text], 5: ['message', text] }),
);
/** An address that a load balancer has given. */
const loadBalancer = message({ 1: ['ingress', listOf(message({ 1: ['ip', text], 2: ['hostname', text] }))] });
const selector = message({
  1: ['matchLabels', texts],
  2: ['matchExpressions', listOf(message({ 1: ['key', text], 2: ['operator', text], 3: ['values', listOf(text)] }))],
});
const template = message({ 2: ['spec', message({ 2: ['containers', listOf(message({ 1: ['name', text] }))] })] });
const containers = listOf(message({ 1: ['name', text], 2: ['image', text] }));
const templateWithImages = message({
  2: ['spec', message({ 2: ['containers', containers], 20: ['initContainers', containers] })],
});

/** A workload that has so many pods. @param status its fields. @param spec those that only its kind has. */
function replicated(status: Message, spec: Message = {}): Message {
  return {
    1: ['metadata', objectMeta],
    2: ['spec', message({ 1: ['replicas', number], 2: ['selector', selector], 3: ['template', template], ...spec })],
    3: ['status', message(status)],
  };
}

const kinds = {
  Pod: {
    1: ['metadata', message({ 9: ['deletionTimestamp', message({ 1: ['seconds', number] })], 11: ['labels', texts] })],
    3: [
      'status',
      message({
        1: ['phase', text],
        2: ['conditions', listOf(message({ 1: ['type', text], 2: ['status', text] }))],
        8: ['containerStatuses', listOf(message({ 1: ['name', text], 7: ['imageID', text] }))],
      }),
    ],
  },
  Deployment: replicated({
    1: ['observedGeneration', number],
    2: ['replicas', number],
    3: ['updatedReplicas', number],
    6: ['conditions', conditions],
    7: ['readyReplicas', number],
  }),
  StatefulSet: replicated(
    {
      1: ['observedGeneration', number],
      2: ['replicas', number],
      3: ['readyReplicas', number],
      5: ['updatedReplicas', number],
      10: ['conditions', conditions],
    },
    {
      7: [
        'updateStrategy',
        message({ 1: ['type', text], 2: ['rollingUpdate', message({ 1: ['partition', number] })] }),
      ],
    },
  ),
  DaemonSet: {
    1: ['metadata', objectMeta],
    2: [
      'spec',
      message({
        1: ['selector', selector],
        2: ['template', template],
        3: ['updateStrategy', message({ 1: ['type', text] })],
      }),
    ],
    3: [
      'status',
      message({
        1: ['currentNumberScheduled', number],
        3: ['desiredNumberScheduled', number],
        4: ['numberReady', number],
        5: ['observedGeneration', number],
        6: ['updatedNumberScheduled', number],
        10: ['conditions', conditions],
      }),
    ],
  },
  /*
   * Other kinds of Kubernetes whose status tells how they are.
   */
  Service: {
    1: ['metadata', objectMeta],
    2: ['spec', message({ 4: ['type', text] })],
    3: ['status', message({ 1: ['loadBalancer', loadBalancer] })],
  },
  Ingress: { 1: ['metadata', objectMeta], 3: ['status', message({ 1: ['loadBalancer', loadBalancer] })] },
  PersistentVolumeClaim: { 1: ['metadata', objectMeta], 3: ['status', message({ 1: ['phase', text] })] },
  HorizontalPodAutoscaler: {
    1: ['metadata', objectMeta],
    3: [
      'status',
      message({
        1: ['observedGeneration', number],
        6: ['conditions', conditions],
      }),
    ],
  },
  PodDisruptionBudget: {
    1: ['metadata', objectMeta],
    3: [
      'status',
      message({
        1: ['observedGeneration', number],
        7: [
          'conditions',
          listOf(
            message({
              1: ['type', text],
              2: ['status', text],
              3: ['observedGeneration', number],
              5: ['reason', text],
              6: ['message', text],
            }),
          ),
        ],
      }),
    ],
  },
  CronJob: {
    1: [
      'metadata',
      message({ ...identity, 17: ['managedFields', listOf(message({ ...managedFieldsEntry, 4: ['time', time] }))] }),
    ],
    2: [
      'spec',
      message({
        1: ['schedule', text],
        4: ['suspend', flag],
        5: ['jobTemplate', message({ 2: ['spec', message({ 6: ['template', templateWithImages] })] })],
        8: ['timeZone', text],
      }),
    ],
    3: [
      'status',
      message({
        1: ['active', listOf(message({ 3: ['name', text] }))],
        4: ['lastScheduleTime', time],
        5: ['lastSuccessfulTime', time],
      }),
    ],
  },
  Node: {
    1: ['metadata', message({ 1: ['name', text], 11: ['labels', texts] })],
    2: [
      'spec',
      message({
        4: ['unschedulable', flag],
        5: ['taints', listOf(message({ 1: ['key', text], 2: ['value', text], 3: ['effect', text] }))],
      }),
    ],
    3: ['status', message({ 7: ['nodeInfo', message({ 9: ['operatingSystem', text], 10: ['architecture', text] })] })],
  },
  /** Records, and parts of the log, by their metadata alone: the server does not send their data. */
  ControllerRevision: { 1: ['metadata', message(recorded)] },
  /** The managers of its fields: all that is asked of other objects. */
  PartialObjectMetadata: { 1: ['metadata', message({ 1: ['name', text], 17: ['managedFields', managedFields] })] },
} satisfies Record<string, Message>;

/** Kinds beside workloads whose health is read from their lists, by `group/kind`. */
const withHealth: Readonly<Record<string, ListedKind>> = {
  '/Service': 'Service',
  '/PersistentVolumeClaim': 'PersistentVolumeClaim',
  'networking.k8s.io/Ingress': 'Ingress',
  'autoscaling/HorizontalPodAutoscaler': 'HorizontalPodAutoscaler',
  'policy/PodDisruptionBudget': 'PodDisruptionBudget',
};

/** Returns how a kind's lists are read so that its health is among it; undefined where they cannot be, or have none. */
export function listedWithHealth(group: string, kind: string): ListedKind | undefined {
  return withHealth[`${group}/${kind}`];
}

/** A kind whose lists can be read. */
export type ListedKind = keyof typeof kinds;

/** Bytes with which the API server begins what it sends as protocol buffers. */
const magic = Buffer.from('k8s\0');
let library: Promise<typeof Reader> | undefined;

/** Loads what reading takes, for those only who look at whole namespaces. */
export function prepareProtobuf(): Promise<typeof Reader> {
  return (library ??= import('protobufjs/minimal.js').then((protobuf) => (protobuf.default ?? protobuf).Reader));
}

/**
 * The items of a list that the API server sent as protocol buffers: a third of the bytes of JSON, and far less work on
 * both sides, which counts where a namespace has thousands of objects. Each has as much as is read of it, in the form that
 * JSON has, but that times are maps and that it is left as bytes who owns which fields (`ManagedFields.fieldsV1.Raw`).
 * @throws {Error} for what is no such list.
 */
export async function readProtobufList(kind: ListedKind, body: Buffer): Promise<KubernetesObject[]> {
  if (!body.subarray(0, magic.length).equals(magic)) throw new Error('The API server sent no protocol buffers.');
  const reader = await prepareProtobuf();
  const envelope = reader.create(body.subarray(magic.length));
  const { raw } = readMessage(envelope, envelope.len, { 2: ['raw', bytes] }) as { raw?: Uint8Array };
  const list = reader.create(raw ?? new Uint8Array());
  const { items = [] } = readMessage(list, list.len, { 2: ['items', listOf(message(kinds[kind]))] });
  return items as KubernetesObject[];
}
