import { isMap, isSeq, parseDocument, type Document, type YAMLSeq } from 'yaml';
import { provisioningFolder } from '../../model/provision/render-provisioning.ts';

/** Returns the file that says which services of an environment call which. */
export function callersFile(): string {
  return `${provisioningFolder}/callers.yaml`;
}

/** A call from one service to another. */
export interface Call {
  readonly caller: string;
  readonly called: string;
  /** The container's, TCP. */
  readonly ports: readonly number[];
}

const podName = 'app.kubernetes.io/name';
const ingress = ['spec', 'ingress'];

/** Returns the text of the file with a call in it; as it is when the call is there. All else stays, to the byte. */
export function withCall(text: string, { caller, called, ports }: Call): string {
  const peer = `- podSelector: { matchLabels: { ${podName}: ${caller} } }`;
  const parts = partsOf(text);
  for (const [index, part] of parts.entries()) {
    const document = parseDocument(part.text);
    if (calledIn(document) !== called) continue;
    const peers = rulesOf(document).flatMap((rule) => peersOf(document, rule));
    if (peers.some(({ list, place }) => nameOfPeer(list, place) === caller)) return text;
    const last = peers.filter(({ rule }) => rule === peers[0]!.rule).at(-1);
    if (last === undefined) continue;
    parts[index] = { ...part, text: appendItem(document, part.text, { ...last, written: peer }) };
    return joined(parts);
  }
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
  const rule = newRule(called, peer, ports).replaceAll('\n', lineEnd);
  const above = text === '' || text.endsWith('\n') ? text : `${text}${lineEnd}`;
  return parts.some((part) => hasObject(part.text)) ? `${above}---${lineEnd}${rule}` : `${above}${rule}`;
}

/**
 * Returns the text of the file without a service: neither called, nor calling, nor its Jobs, workers and CronJobs. A rule that
 * names nobody any more goes too, because to Kubernetes it would name everybody. All else stays, to the byte.
 */
export function withoutService(text: string, service: string): string {
  const isOf = (name: unknown) => name === service || (typeof name === 'string' && name.startsWith(`${service}.`));
  const kept: Part[] = [];
  let above = '';
  for (const part of partsOf(text)) {
    const left = isOf(calledIn(parseDocument(part.text))) ? undefined : withoutPeers(part.text, isOf);
    // What is said above the first object is about the file.
    if (left === undefined && kept.length === 0) above ||= part.text.match(/^(?:[ \t]*#.*\r?\n|[ \t]*\r?\n)*/)![0];
    if (left !== undefined) kept.push({ ...part, text: left });
  }
  const [first, ...others] = kept;
  if (first === undefined) return above;
  return joined(above === '' ? kept : [{ separator: '', text: `${above}${first.text}` }, ...others]);
}

/** A document of the file. */
interface Part {
  /** The line before it. */
  readonly separator: string;
  readonly text: string;
}

/** An item of a list, in a document. */
interface Item {
  readonly path: readonly (string | number)[];
  readonly list: YAMLSeq;
  readonly place: number;
  readonly rule: number;
}

function partsOf(text: string): Part[] {
  const [first = '', ...others] = text.split(/^(---[ \t]*(?:#.*)?(?:\r?\n|$))/m);
  const parts: Part[] = [{ separator: '', text: first }];
  for (let index = 0; index < others.length; index += 2)
    parts.push({ separator: others[index]!, text: others[index + 1]! });
  return parts;
}

const joined = (parts: readonly Part[]) => parts.map(({ separator, text }) => `${separator}${text}`).join('');
const hasObject = (text: string) => isMap(parseDocument(text).contents);
const calledIn = (document: Document) => valueAt(document, ['spec', 'podSelector', 'matchLabels', podName]);

function valueAt(document: Document, path: readonly (string | number)[]): unknown {
  return isMap(document.contents) ? document.getIn(path) : undefined;
}

function rulesOf(document: Document): number[] {
  const rules = valueAt(document, ingress);
  return isSeq(rules) ? rules.items.map((_, rule) => rule) : [];
}

function peersOf(document: Document, rule: number): Item[] {
  const path = [...ingress, rule, 'from'];
  const list = valueAt(document, path);
  return isSeq(list) ? list.items.map((_, place) => ({ path, list, place, rule })) : [];
}

/** Returns the name of a caller; one of another namespace is another service, whatever its name. */
function nameOfPeer(list: YAMLSeq, place: number): unknown {
  if (list.hasIn([place, 'namespaceSelector'])) return undefined;
  return list.getIn([place, 'podSelector', 'matchLabels', podName]);
}

/** @returns undefined when nobody is named any more. */
function withoutPeers(text: string, isOf: (name: unknown) => boolean): string | undefined {
  const document = parseDocument(text);
  for (const rule of rulesOf(document).reverse()) {
    const peers = peersOf(document, rule);
    const gone = peers.filter(({ list, place }) => isOf(nameOfPeer(list, place)));
    const [first] = gone;
    if (first === undefined) continue;
    const rules = document.getIn(ingress) as YAMLSeq;
    if (gone.length === peers.length && rules.items.length === 1) return undefined;
    const item = gone.length === peers.length ? { path: ingress, list: rules, place: rule, rule } : gone.at(-1)!;
    // One after the other: places move.
    return withoutPeers(withoutItem(document, text, item), isOf);
  }
  return text;
}

/** Lines of an item, from 0, with the comments above it; undefined when they are not its own alone. */
function linesOfItem(text: string, { list, place }: Item): { from: number; to: number } | undefined {
  const range = rangeOf(list, place);
  if (list.flow === true || range === undefined) return undefined;
  const lines = text.split('\n');
  const lineOf = (offset: number) => text.slice(0, offset).split('\n').length - 1;
  const from = lineOf(text.lastIndexOf('-', range[0]));
  const to = lineOf(text.slice(0, range[1]).trimEnd().length);
  const before = place === 0 ? undefined : rangeOf(list, place - 1);
  const bound = before === undefined ? 0 : lineOf(text.slice(0, before[1]).trimEnd().length) + 1;
  let start = from;
  while (start > bound && /^\s*#/.test(lines[start - 1]!)) start--;
  return /^\s*-/.test(lines[from]!) ? { from: start, to } : undefined;
}

function rangeOf(list: YAMLSeq, place: number): readonly [number, number, number] | undefined {
  return (list.items[place] as { range?: [number, number, number] | null } | undefined)?.range ?? undefined;
}

function withoutItem(document: Document, text: string, item: Item): string {
  const lines = linesOfItem(text, item);
  if (lines !== undefined)
    return text
      .split('\n')
      .toSpliced(lines.from, lines.to - lines.from + 1)
      .join('\n');
  document.deleteIn([...item.path, item.place]);
  return document.toString({ lineWidth: 0 });
}

/** Adds an item after another. */
function appendItem(document: Document, text: string, { written, ...last }: Item & { written: string }): string {
  const lines = linesOfItem(text, last);
  if (lines === undefined) {
    document.addIn(last.path, parseDocument(written.slice(2)).contents);
    return document.toString({ lineWidth: 0 });
  }
  const all = text.split('\n');
  const model = all.slice(lines.from, lines.to + 1).find((line) => /^\s*-/.test(line))!;
  const end = model.endsWith('\r') ? '\r' : '';
  return all.toSpliced(lines.to + 1, 0, `${model.match(/^\s*/)![0]}${written}${end}`).join('\n');
}

function newRule(called: string, peer: string, ports: readonly number[]): string {
  return `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: callers-of-${called}
  namespace: \${NAMESPACE}
spec:
  podSelector:
    matchLabels: { ${podName}: ${called} }
  policyTypes: [Ingress]
  ingress:
    - from:
        ${peer}
      ports:
${ports.map((port) => `        - { protocol: TCP, port: ${port} }\n`).join('')}`;
}
