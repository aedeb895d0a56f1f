import type { INamespace, Root } from 'protobufjs';
import type { KubernetesObject } from '../model/kubernetes-object.ts';

/** A map of texts, such as labels. */
const texts = { keyType: 'string', type: 'string' };

/**
 * What is read of lists that the API server sends as protocol buffers: a third of the bytes of JSON, and far less work on
 * both sides, which counts where a namespace has thousands of objects. Fields that are not named here are passed over.
 * Source of names and numbers: `generated.proto` of Kubernetes' k8s.io/api and k8s.io/apimachinery; numbers never change.
 */
const messages: INamespace = {
  nested: {
    Unknown: { fields: { raw: { id: 2, type: 'bytes' } } },
    FieldsV1: { fields: { Raw: { id: 1, type: 'bytes' } } },
    ManagedFieldsEntry: {
      fields: {
        manager: { id: 1, type: 'string' },
        operation: { id: 2, type: 'string' },
        fieldsV1: { id: 7, type: 'FieldsV1' },
        subresource: { id: 8, type: 'string' },
      },
    },
    ObjectMeta: {
      fields: {
        name: { id: 1, type: 'string' },
        generation: { id: 7, type: 'uint32' },
        labels: { id: 11, ...texts },
        annotations: { id: 12, ...texts },
        managedFields: { id: 17, rule: 'repeated', type: 'ManagedFieldsEntry' },
      },
    },
    /** Of pods and records less is asked, and there are most of them. */
    PodMeta: { fields: { deletionTimestamp: { id: 9, type: 'Time' }, labels: { id: 11, ...texts } } },
    Time: { fields: { seconds: { id: 1, type: 'uint32' } } },
    RecordMeta: {
      fields: { name: { id: 1, type: 'string' }, labels: { id: 11, ...texts }, annotations: { id: 12, ...texts } },
    },
    ...listOf('ControllerRevision', { metadata: { id: 1, type: 'RecordMeta' } }),
    /** Who owns which of its fields: all that is asked of most objects. */
    FieldsMeta: {
      fields: {
        name: { id: 1, type: 'string' },
        managedFields: { id: 17, rule: 'repeated', type: 'ManagedFieldsEntry' },
      },
    },
    ...listOf('PartialObjectMetadata', { metadata: { id: 1, type: 'FieldsMeta' } }),
    Condition: {
      fields: {
        type: { id: 1, type: 'string' },
        status: { id: 2, type: 'string' },
        reason: { id: 4, type: 'string' },
      },
    },
    PodCondition: { fields: { type: { id: 1, type: 'string' }, status: { id: 2, type: 'string' } } },
    ContainerStatus: { fields: { name: { id: 1, type: 'string' }, imageID: { id: 7, type: 'string' } } },
    PodStatus: {
      fields: {
        phase: { id: 1, type: 'string' },
        conditions: { id: 2, rule: 'repeated', type: 'PodCondition' },
        containerStatuses: { id: 8, rule: 'repeated', type: 'ContainerStatus' },
      },
    },
    ...listOf('Pod', { metadata: { id: 1, type: 'PodMeta' }, status: { id: 3, type: 'PodStatus' } }),
    Requirement: {
      fields: {
        key: { id: 1, type: 'string' },
        operator: { id: 2, type: 'string' },
        values: { id: 3, rule: 'repeated', type: 'string' },
      },
    },
    LabelSelector: {
      fields: {
        matchLabels: { id: 1, ...texts },
        matchExpressions: { id: 2, rule: 'repeated', type: 'Requirement' },
      },
    },
    Container: { fields: { name: { id: 1, type: 'string' } } },
    PodSpec: { fields: { containers: { id: 2, rule: 'repeated', type: 'Container' } } },
    PodTemplate: { fields: { spec: { id: 2, type: 'PodSpec' } } },
    ...workload('Deployment', {
      spec: { replicas: 1, selector: 2, template: 3 },
      status: { observedGeneration: 1, replicas: 2, updatedReplicas: 3, readyReplicas: 7 },
      conditions: 6,
    }),
    ...workload('StatefulSet', {
      spec: { replicas: 1, selector: 2, template: 3 },
      status: { observedGeneration: 1, replicas: 2, readyReplicas: 3, updatedReplicas: 5 },
      conditions: 10,
    }),
    ...workload('DaemonSet', {
      spec: { selector: 1, template: 2 },
      status: {
        currentNumberScheduled: 1,
        desiredNumberScheduled: 3,
        numberReady: 4,
        observedGeneration: 5,
        updatedNumberScheduled: 6,
      },
      conditions: 10,
    }),
  },
};

type Fields = Record<string, { id: number; type: string }>;

function listOf(kind: string, fields: Fields): Record<string, object> {
  return {
    [kind]: { fields },
    [`${kind}List`]: { fields: { items: { id: 2, rule: 'repeated', type: kind } } },
  };
}

/** A kind whose pods are replaced bit by bit: numbers of its fields. */
function workload(
  kind: string,
  numbers: {
    readonly spec: Readonly<Record<string, number>>;
    readonly status: Readonly<Record<string, number>>;
    readonly conditions: number;
  },
): Record<string, object> {
  const types: Record<string, string> = { selector: 'LabelSelector', template: 'PodTemplate' };
  const fields = (named: Readonly<Record<string, number>>): Fields =>
    Object.fromEntries(Object.entries(named).map(([name, id]) => [name, { id, type: types[name] ?? 'int32' }]));
  return {
    [`${kind}Spec`]: { fields: fields(numbers.spec) },
    [`${kind}Status`]: {
      fields: {
        ...fields(numbers.status),
        conditions: { id: numbers.conditions, rule: 'repeated', type: 'Condition' },
      },
    },
    ...listOf(kind, {
      metadata: { id: 1, type: 'ObjectMeta' },
      spec: { id: 2, type: `${kind}Spec` },
      status: { id: 3, type: `${kind}Status` },
    }),
  };
}

/** What lists of them can be read of. */
export type ListedKind =
  'Pod' | 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'ControllerRevision' | 'PartialObjectMetadata';

/** Bytes with which the API server begins what it sends as protocol buffers. */
const magic = Buffer.from('k8s\0');
let root: Promise<Root> | undefined;

/** Loads what reading takes, for those only who look at whole namespaces. Before the first list is there. */
export function prepareProtobuf(): Promise<Root> {
  return (root ??= import('protobufjs/light.js').then((protobuf) =>
    (protobuf.default ?? protobuf).Root.fromJSON(messages),
  ));
}

/**
 * The items of a list as the API server sent it, each with as much as is read of it, in the form that JSON has but for
 * times and for who owns which fields: that is left as bytes (`ManagedFields.fieldsV1.Raw`).
 * @throws {Error} for what is no such list.
 */
export async function readProtobufList(kind: ListedKind, body: Buffer): Promise<KubernetesObject[]> {
  if (!body.subarray(0, magic.length).equals(magic)) throw new Error('The API server sent no protocol buffers.');
  const types = await prepareProtobuf();
  const { raw } = types.lookupType('Unknown').decode(body.subarray(magic.length)) as unknown as { raw: Uint8Array };
  const list = types.lookupType(`${kind}List`).decode(raw) as unknown as { items: KubernetesObject[] };
  return list.items;
}
