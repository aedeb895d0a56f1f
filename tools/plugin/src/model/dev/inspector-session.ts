/**
 * One debugger's session, seen from between the debugger and the process that it debugs. The process is replaced when
 * sources are saved; the session is not: what the debugger has set is kept here, so that it can be set in the next process
 * (https://chromedevtools.github.io/devtools-protocol/v8/).
 */

/** A message of the DevTools protocol: a request (id, method), its answer (id, result or error) or an event (method). */
export interface InspectorMessage {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly code: number; readonly message: string };
}

/** Something that the debugger set, and that holds until it takes it back. */
interface Setting {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** For a breakpoint: the name by which the debugger knows it. */
  readonly breakpointId?: string;
}

/** Requests of the debugger that the process has not answered yet, and what the session needs to know of them. */
interface Pending {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** A session at one moment. A value: each function below returns the next one. */
export interface InspectorSession {
  /** By what they set, in the order in which they were set. */
  readonly settings: ReadonlyMap<string, Setting>;
  readonly pending: ReadonlyMap<number, Pending>;
  /** Addresses of the scripts of the present process, by its names of them. */
  readonly scripts: ReadonlyMap<string, string>;
  /** The present process's names of breakpoints, by those that the debugger knows, where they differ. */
  readonly renamed: ReadonlyMap<string, string>;
  readonly isPaused: boolean;
  /** Requests of this module's own that the process has not answered yet: breakpoints that are set again. */
  readonly own: ReadonlyMap<number, string | undefined>;
}

/** A session, and the message that goes on to the other side, if any does. */
export interface Step {
  readonly session: InspectorSession;
  readonly forward?: InspectorMessage;
}

export const newSession: InspectorSession = {
  settings: new Map(),
  pending: new Map(),
  scripts: new Map(),
  renamed: new Map(),
  isPaused: false,
  own: new Map(),
};

/** Above all ids that debuggers use, and within 32 bits, which V8 asks for. */
const firstOwnId = 1_900_000_000;

/** Requests that set one thing each, which the same request sets anew. */
const settingMethods = new Set([
  'Debugger.setAsyncCallStackDepth',
  'Debugger.setBlackboxPatterns',
  'Debugger.setBreakpointsActive',
  'Debugger.setPauseOnExceptions',
  'Debugger.setSkipAllPauses',
  'NodeRuntime.notifyWhenWaitingForDisconnect',
  'NodeWorker.enable',
  'Profiler.setSamplingInterval',
  'Runtime.setAsyncCallStackDepth',
  'Runtime.setCustomObjectFormatterEnabled',
  'Runtime.setMaxCallStackSizeToCapture',
]);

/** Requests that set a breakpoint, which is known by the name that the answer gives it. */
const breakpointMethods = new Set([
  'Debugger.setBreakpoint',
  'Debugger.setBreakpointByUrl',
  'Debugger.setInstrumentationBreakpoint',
]);

/** Takes a request of the debugger. @returns what the process is sent. */
export function fromDebugger(session: InspectorSession, message: InspectorMessage): Step {
  const { id, method, params = {} } = message;
  if (id === undefined || method === undefined) return { session, forward: message };
  const asked: InspectorSession = { ...session, pending: with_(session.pending, id, { method, params }) };
  const [domain = '', name = ''] = method.split('.');
  if (name === 'enable' || settingMethods.has(method))
    return { session: withSetting(asked, method, { method, params }), forward: message };
  if (name === 'disable') return { session: withoutDomain(asked, domain), forward: message };
  if (method === 'Runtime.addBinding')
    return { session: withSetting(asked, `${method} ${String(params['name'])}`, { method, params }), forward: message };
  if (method === 'Runtime.removeBinding')
    return { session: withoutSetting(asked, `Runtime.addBinding ${String(params['name'])}`), forward: message };
  if (method !== 'Debugger.removeBreakpoint') return { session: asked, forward: message };
  const breakpointId = String(params['breakpointId']);
  const current = session.renamed.get(breakpointId) ?? breakpointId;
  return {
    session: { ...withoutSetting(asked, breakpointId), renamed: without(session.renamed, breakpointId) },
    forward: current === breakpointId ? message : { ...message, params: { ...params, breakpointId: current } },
  };
}

/** Takes an answer or an event of the process. @returns what the debugger is sent. */
export function fromProcess(session: InspectorSession, message: InspectorMessage): Step {
  const { id, method, params = {} } = message;
  if (id !== undefined) return answered(session, id, message);
  switch (method) {
    case 'Debugger.scriptParsed':
      return {
        session: { ...session, scripts: with_(session.scripts, String(params['scriptId']), String(params['url'])) },
        forward: message,
      };
    case 'Debugger.paused':
      return { session: { ...session, isPaused: true }, forward: asKnown(session, message) };
    case 'Debugger.resumed':
      return { session: { ...session, isPaused: false }, forward: message };
    case 'Debugger.breakpointResolved':
      return { session, forward: asKnown(session, message) };
    default:
      return { session, forward: message };
  }
}

/**
 * Takes the end of the process.
 * @returns what the debugger is told: answers that will not come, and, as at a navigation in a browser, that what it knew
 * of the process is gone.
 */
export function processEnded(session: InspectorSession): {
  readonly session: InspectorSession;
  readonly toDebugger: readonly InspectorMessage[];
} {
  const error = { code: -32000, message: 'The process was replaced' };
  const unanswered = [...session.pending.keys()].map((id): InspectorMessage => ({ id, error }));
  const resumed: InspectorMessage[] = session.isPaused ? [{ method: 'Debugger.resumed', params: {} }] : [];
  const cleared: InspectorMessage[] = session.settings.has('Runtime.enable')
    ? [{ method: 'Runtime.executionContextsCleared', params: {} }]
    : [];
  return {
    session: { ...newSession, settings: session.settings },
    toDebugger: [...unanswered, ...resumed, ...cleared],
  };
}

/** Takes the beginning of the next process. @returns the requests that set in it what the debugger has set. */
export function processBegun(session: InspectorSession): {
  readonly session: InspectorSession;
  readonly toProcess: readonly InspectorMessage[];
} {
  const numbered = [...session.settings.values()].map((setting, index) => ({ id: firstOwnId + index, setting }));
  return {
    session: { ...session, own: new Map(numbered.map(({ id, setting }) => [id, setting.breakpointId])) },
    toProcess: numbered.map(({ id, setting: { method, params } }) => ({ id, method, params })),
  };
}

/** Reports whether the process has answered everything that `processBegun` asked of it. */
export function isRestored(session: InspectorSession): boolean {
  return session.own.size === 0;
}

function answered(session: InspectorSession, id: number, message: InspectorMessage): Step {
  if (session.own.has(id)) return { session: setAgain(session, id, message) };
  const request = session.pending.get(id);
  const rest = { ...session, pending: without(session.pending, id) };
  const breakpointId = message.result?.['breakpointId'];
  if (!request || !breakpointMethods.has(request.method) || typeof breakpointId !== 'string')
    return { session: rest, forward: message };
  const setting = settingOf(session, request);
  return {
    session: setting ? withSetting(rest, breakpointId, { ...setting, breakpointId }) : rest,
    forward: message,
  };
}

/** A breakpoint that was set again may have another name in this process. */
function setAgain(session: InspectorSession, id: number, { result }: InspectorMessage): InspectorSession {
  const known = session.own.get(id);
  const own = without(session.own, id);
  const current = result?.['breakpointId'];
  const isRenamed = known !== undefined && typeof current === 'string' && current !== known;
  return { ...session, own, renamed: isRenamed ? with_(session.renamed, known, current) : session.renamed };
}

/** Returns how a breakpoint is set in any process: one in a script by the script's address. */
function settingOf({ scripts }: InspectorSession, { method, params }: Pending): Setting | undefined {
  if (method !== 'Debugger.setBreakpoint') return { method, params };
  const location = (params['location'] ?? {}) as { scriptId?: string; lineNumber?: number; columnNumber?: number };
  const url = scripts.get(String(location.scriptId)) ?? '';
  if (url === '') return undefined;
  const { lineNumber, columnNumber } = location;
  const { condition } = params;
  return {
    method: 'Debugger.setBreakpointByUrl',
    params: {
      url,
      lineNumber,
      ...(columnNumber === undefined ? {} : { columnNumber }),
      ...(condition === undefined ? {} : { condition }),
    },
  };
}

/** Returns an event in which breakpoints have the names by which the debugger knows them. */
function asKnown({ renamed }: InspectorSession, message: InspectorMessage): InspectorMessage {
  if (renamed.size === 0) return message;
  const known = new Map([...renamed].map(([id, current]) => [current, id]));
  const nameOf = (id: unknown) => known.get(String(id)) ?? id;
  const { breakpointId, hitBreakpoints } = message.params ?? {};
  return {
    ...message,
    params: {
      ...message.params,
      ...(breakpointId === undefined ? {} : { breakpointId: nameOf(breakpointId) }),
      ...(Array.isArray(hitBreakpoints) ? { hitBreakpoints: hitBreakpoints.map(nameOf) } : {}),
    },
  };
}

/** The newest place in the order is the one at which it was set last; `enable` keeps its first: others rely on it. */
function withSetting(session: InspectorSession, key: string, setting: Setting): InspectorSession {
  return { ...session, settings: with_(session.settings, key, setting) };
}

function withoutSetting(session: InspectorSession, key: string): InspectorSession {
  return { ...session, settings: without(session.settings, key) };
}

/** A domain that is disabled forgets what was set in it. */
function withoutDomain(session: InspectorSession, domain: string): InspectorSession {
  const kept = [...session.settings].filter(([, { method }]) => !method.startsWith(`${domain}.`));
  return { ...session, settings: new Map(kept) };
}

function with_<K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> {
  return new Map(map).set(key, value);
}

function without<K, V>(map: ReadonlyMap<K, V>, key: K): ReadonlyMap<K, V> {
  const rest = new Map(map);
  rest.delete(key);
  return rest;
}
