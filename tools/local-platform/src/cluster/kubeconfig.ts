import { parseDocument, type Document, isMap, isSeq } from 'yaml';

/** A cluster of a kubeconfig file, and how to access it. */
export interface KubeconfigEntry {
  /** Name of the cluster, the user and the context. */
  readonly name: string;
  readonly cluster: Readonly<Record<string, string>>;
  readonly user: Readonly<Record<string, string>>;
}

const lists = ['clusters', 'users', 'contexts'] as const;

/** A kubeconfig file with nothing but this entry, which is the current one. */
export function kubeconfigOf(entry: KubeconfigEntry): string {
  const document = parseDocument(withEntry('', entry));
  document.set('current-context', entry.name);
  return document.toString();
}

/**
 * Puts an entry into the text of a kubeconfig file, in place of an older one of the same name. The current context and
 * all that others wrote stay as they are.
 */
export function withEntry(text: string, { name, cluster, user }: KubeconfigEntry): string {
  const document = parsed(withoutEntry(text, name) ?? '');
  const items = {
    clusters: { name, cluster },
    users: { name, user },
    contexts: { name, context: { cluster: name, user: name } },
  };
  for (const list of lists) {
    if (!isSeq(document.get(list))) document.set(list, document.createNode([]));
    const present = document.get(list);
    if (!isSeq(present)) continue;
    present.flow = false;
    present.add(document.createNode(items[list]));
  }
  return document.toString();
}

/** Takes an entry out again. `undefined` when nothing is left that anybody could want. */
export function withoutEntry(text: string, name: string): string | undefined {
  const document = parsed(text);
  let left = 0;
  for (const list of lists) {
    const items = document.get(list);
    if (!isSeq(items)) continue;
    items.items = items.items.filter((item) => !isMap(item) || item.get('name') !== name);
    if (items.items.length === 0) items.flow = true;
    left += items.items.length;
  }
  if (document.get('current-context') === name) document.set('current-context', '');
  return left === 0 ? undefined : document.toString();
}

function parsed(text: string): Document {
  const document = parseDocument(text);
  if (document.errors[0] !== undefined) throw document.errors[0];
  if (isMap(document.contents)) return document;
  return parseDocument("apiVersion: v1\nkind: Config\nclusters: []\nusers: []\ncontexts: []\ncurrent-context: ''\n");
}
