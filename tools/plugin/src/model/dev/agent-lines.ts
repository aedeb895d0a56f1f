/** Begin the lines by which the agent in a pod says what its processes do, among the lines of their own. */
export const agentMark = {
  ready: '\u0001dev ready',
  ended: '\u0001dev ended',
  endedBefore: '\u0001dev ended-before',
  inspector: '\u0001dev inspector',
  leaving: '\u0001dev leaving',
} as const;

/** Something that the agent says. */
export interface AgentLine {
  readonly what: keyof typeof agentMark;
  readonly value: string;
}

/** Returns what a line of a pod's log says for the agent; undefined for a line of the service's own. */
export function parseAgentLine(line: string): AgentLine | undefined {
  if (!line.startsWith('\u0001dev ')) return undefined;
  const [, mark = '', value = ''] = /^(\S+ \S+) ?(.*)$/.exec(line) ?? [];
  const [what] = Object.entries(agentMark).find(([, each]) => each === mark) ?? [];
  return what === undefined ? undefined : { what: what as AgentLine['what'], value };
}
