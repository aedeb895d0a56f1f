import protobuf from 'protobufjs/minimal.js';
import type { KubernetesObject } from '../../../plugin/src/model/manifests/kubernetes-object.ts';

/** Writes a list of objects with no more of each than name, uid, time, labels and annotations, as an API server sends protocol buffers. */
export function encodeList(objects: readonly KubernetesObject[]): Buffer {
  const list = protobuf.Writer.create();
  // Field numbers: items of a list 2, metadata of an object 1, name 1, uid 5, creationTimestamp 8, labels 11, annotations 12.
  for (const { metadata } of objects) {
    const written = protobuf.Writer.create().uint32(tag(1)).string(metadata.name);
    if (typeof metadata['uid'] === 'string') written.uint32(tag(5)).string(metadata['uid']);
    const created = Date.parse(String(metadata['creationTimestamp'])) / 1000;
    if (created > 0)
      written.uint32(tag(8)).bytes(
        protobuf.Writer.create()
          .uint32(1 << 3)
          .uint32(created)
          .finish(),
      );
    writeTexts(written, 11, metadata.labels ?? {});
    writeTexts(written, 12, metadata.annotations ?? {});
    const item = protobuf.Writer.create().uint32(tag(1)).bytes(written.finish()).finish();
    list.uint32(tag(2)).bytes(item);
  }
  const envelope = protobuf.Writer.create().uint32(tag(2)).bytes(list.finish()).finish();
  return Buffer.concat([Buffer.from('k8s\0'), envelope]);
}

function writeTexts(writer: protobuf.Writer, field: number, texts: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(texts)) {
    const entry = protobuf.Writer.create().uint32(tag(1)).string(key).uint32(tag(2)).string(value).finish();
    writer.uint32(tag(field)).bytes(entry);
  }
}

/** A field of variable length. */
function tag(field: number): number {
  return (field << 3) | 2;
}
