/** Reports whether a value that somebody else may have written is of a shape. */
type Shape = (value: unknown) => boolean;

const text: Shape = (value) => typeof value === 'string';
const count: Shape = (value) => typeof value === 'number' && Number.isFinite(value);
const time: Shape = (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value));
const list =
  (item: Shape): Shape =>
  (value) =>
    Array.isArray(value) && value.every(item);
const maybe =
  (shape: Shape): Shape =>
  (value) =>
    value === undefined || shape(value);
const fields =
  (shapes: Readonly<Record<string, Shape>>): Shape =>
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.entries(shapes).every(([name, shape]) => shape((value as Readonly<Record<string, unknown>>)[name]));

const actor = fields({ person: text, run: text, identity: maybe(text) });
const approvals = { approvedBy: maybe(text), approval: maybe(fields({ names: list(text), by: text })) };
const release = fields({ service: text, buildNumber: text, commit: text, imageDigest: text, contentHash: text });
const object = fields({ apiVersion: text, kind: text, metadata: fields({ name: text }) });

/** Fields of a record that are read without looking; records of before a field was kept lack it. */
const facts = {
  environment: maybe(text),
  release,
  actor,
  cause: maybe(fields({ action: text, reason: maybe(text), ...approvals, overrides: maybe(list(text)) })),
  hold: maybe(fields({ buildNumber: text, actor, since: time, reason: maybe(text) })),
  renderedBy: maybe(text),
  exceptions: maybe(list(fields({}))),
  publishes: maybe(list(fields({ api: text, revision: text, digest: text, file: text, path: text }))),
  canary: maybe(fields({ steps: list(count), pauseMs: count })),
  startedAt: time,
};

/** Shapes of a record's parts. */
export const recordShape = {
  summary: fields(facts),
  data: fields({ ...facts, manifests: list(object) }),
  probe: fields({ requests: count, failed: count, p99: count, firstFailure: maybe(text) }),
  published: list(fields({ api: text, revision: text, previous: maybe(text), openedAt: maybe(time) })),
  canary: fields({ phase: text, weight: count, since: time }),
  canaryWish: fields({ goal: text, actor }),
  time,
  /** The record of a provisioning. */
  provisioning: fields({
    environment: maybe(text),
    package: fields({ version: text, commit: text, contentHash: text }),
    actor,
    ...approvals,
    inFreezeBecause: maybe(text),
    objects: list(fields({ apiVersion: text, kind: text, name: text })),
    facade: maybe(fields({ instance: text, entities: list(text) })),
    startedAt: time,
  }),
} as const;

/** Shapes of the lines of the log of deployments. */
export const logShape = {
  begin: fields({
    at: time,
    ...{ environment: text, build: text, commit: text, digest: text, contentHash: text, manifests: text },
    ...{ record: maybe(text), provisioning: maybe(text), action: text, actor, approvedBy: maybe(text) },
    ...{ overrides: maybe(list(text)), reason: maybe(text), startedAt: time },
  }),
  end: fields({
    at: time,
    outcome: (value) => ['succeeded', 'failed', 'cancelled', 'abandoned'].includes(value as string),
    finishedAt: time,
    reason: maybe(text),
  }),
} as const;
