import fc from 'fast-check';
import {
  fromDebugger,
  fromProcess,
  isRestored,
  newSession,
  processBegun,
  processEnded,
  type InspectorMessage,
  type InspectorSession,
} from './inspector-session.ts';

/** A session in which a debugger has asked for things and a process has answered. */
class Conversation {
  session: InspectorSession = newSession;
  private id = 0;

  /** @returns what the process was sent. */
  ask(method: string, params: object = {}, result?: object): InspectorMessage | undefined {
    const id = ++this.id;
    const { session, forward } = fromDebugger(this.session, { id, method, params: { ...params } });
    this.session = session;
    if (result) this.tell({ id, result: { ...result } });
    return forward;
  }

  /** @returns what the debugger was sent. */
  tell(message: InspectorMessage): InspectorMessage | undefined {
    const { session, forward } = fromProcess(this.session, message);
    this.session = session;
    return forward;
  }

  /** Replaces the process. @returns what the debugger is told and what the next process is sent. */
  reload(): { toDebugger: readonly InspectorMessage[]; toProcess: readonly InspectorMessage[] } {
    const { session, toDebugger } = processEnded(this.session);
    const begun = processBegun(session);
    this.session = begun.session;
    return { toDebugger, toProcess: begun.toProcess };
  }
}

const methods = (messages: readonly InspectorMessage[]) => messages.map(({ method }) => method);

it('sets in the next process what was set, in the same order', () => {
  const talk = new Conversation();
  talk.ask('Runtime.enable');
  talk.ask('Debugger.enable');
  talk.ask('Debugger.setPauseOnExceptions', { state: 'all' });
  talk.ask('Debugger.setBreakpointByUrl', { url: 'file:///a.js', lineNumber: 1 }, { breakpointId: '1:1:0:a' });
  talk.ask('Debugger.setPauseOnExceptions', { state: 'none' });
  talk.ask('Runtime.evaluate', { expression: '1' });
  const { toProcess } = talk.reload();
  expect(toProcess.map(({ method, params }) => [method, params])).toEqual([
    ['Runtime.enable', {}],
    ['Debugger.enable', {}],
    ['Debugger.setPauseOnExceptions', { state: 'none' }],
    ['Debugger.setBreakpointByUrl', { url: 'file:///a.js', lineNumber: 1 }],
  ]);
});

it('tells the debugger that the process is gone, as at a navigation', () => {
  const talk = new Conversation();
  talk.ask('Runtime.enable', {}, {});
  talk.ask('Debugger.enable', {}, {});
  talk.tell({ method: 'Debugger.paused', params: { hitBreakpoints: [] } });
  talk.ask('Runtime.evaluate', { expression: 'never' });
  const { toDebugger } = talk.reload();
  expect(toDebugger).toEqual([
    { id: 3, error: { code: -32000, message: 'The process was replaced' } },
    { method: 'Debugger.resumed', params: {} },
    { method: 'Runtime.executionContextsCleared', params: {} },
  ]);
});

it('keeps answers to its own requests to itself, and knows when all have come', () => {
  const talk = new Conversation();
  talk.ask('Debugger.enable', {}, {});
  const { toProcess } = talk.reload();
  expect(isRestored(talk.session)).toBe(false);
  for (const { id } of toProcess) expect(talk.tell({ id: id!, result: {} })).toBeUndefined();
  expect(isRestored(talk.session)).toBe(true);
});

it('translates the name of a breakpoint that has another one in the next process', () => {
  const talk = new Conversation();
  talk.ask('Debugger.setBreakpointByUrl', { url: 'file:///a.js', lineNumber: 1 }, { breakpointId: 'known' });
  const [again] = talk.reload().toProcess;
  talk.tell({ id: again!.id!, result: { breakpointId: 'other' } });
  const paused = talk.tell({ method: 'Debugger.paused', params: { hitBreakpoints: ['other', 'x'] } });
  expect(paused?.params).toEqual({ hitBreakpoints: ['known', 'x'] });
  const resolved = talk.tell({ method: 'Debugger.breakpointResolved', params: { breakpointId: 'other' } });
  expect(resolved?.params).toEqual({ breakpointId: 'known' });
  expect(talk.ask('Debugger.removeBreakpoint', { breakpointId: 'known' })?.params).toEqual({ breakpointId: 'other' });
  expect(talk.reload().toProcess).toEqual([]);
});

it('sets a breakpoint in a script by the address of the script', () => {
  const talk = new Conversation();
  talk.tell({ method: 'Debugger.scriptParsed', params: { scriptId: '7', url: 'file:///a.js' } });
  const location = { scriptId: '7', lineNumber: 3, columnNumber: 2 };
  talk.ask('Debugger.setBreakpoint', { location, condition: 'x' }, { breakpointId: '4:3:2:7' });
  talk.ask('Debugger.setBreakpoint', { location: { scriptId: '8', lineNumber: 1 } }, { breakpointId: '4:1:0:8' });
  expect(talk.reload().toProcess).toEqual([
    expect.objectContaining({
      method: 'Debugger.setBreakpointByUrl',
      params: { url: 'file:///a.js', lineNumber: 3, columnNumber: 2, condition: 'x' },
    }),
  ]);
});

it('forgets a domain that is disabled', () => {
  const talk = new Conversation();
  talk.ask('Runtime.enable');
  talk.ask('Debugger.enable');
  talk.ask('Debugger.setBreakpointByUrl', { url: 'file:///a.js', lineNumber: 1 }, { breakpointId: 'a' });
  talk.ask('Debugger.disable');
  talk.ask('Runtime.addBinding', { name: 'b' });
  talk.ask('Runtime.addBinding', { name: 'c' });
  talk.ask('Runtime.removeBinding', { name: 'b' });
  expect(methods(talk.reload().toProcess)).toEqual(['Runtime.enable', 'Runtime.addBinding']);
});

const action = fc.oneof(
  fc.record({ set: fc.nat(5) }),
  fc.record({ remove: fc.nat(5) }),
  fc.constant({ reload: true } as const),
  fc.constant({ ask: true } as const),
);

it('holds exactly the breakpoints that were set and not removed, over any number of processes', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
      const talk = new Conversation();
      const wanted = new Map<string, number>();
      let names = 0;
      for (const each of actions) {
        if ('set' in each) {
          const breakpointId = `line ${each.set}`;
          wanted.set(breakpointId, each.set);
          talk.ask('Debugger.setBreakpointByUrl', { url: 'u', lineNumber: each.set }, { breakpointId });
        } else if ('remove' in each) {
          wanted.delete(`line ${each.remove}`);
          talk.ask('Debugger.removeBreakpoint', { breakpointId: `line ${each.remove}` }, {});
        } else if ('ask' in each) talk.ask('Runtime.evaluate', {});
        else {
          const { toDebugger, toProcess } = talk.reload();
          const lines = toProcess.map(({ params }) => params?.['lineNumber']);
          expect(new Set(lines)).toEqual(new Set(wanted.values()));
          expect(lines).toHaveLength(wanted.size);
          expect(new Set(toDebugger.map(({ id }) => id)).size).toBe(toDebugger.length);
          for (const { id } of toProcess) talk.tell({ id: id!, result: { breakpointId: `other ${names++}` } });
          expect(isRestored(talk.session)).toBe(true);
          expect(talk.session.pending.size).toBe(0);
        }
      }
    }),
  );
});
